"""What holds on every route, whatever its page: who may come in, from where, and what comes back."""

import logging
import re
from functools import partial
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
import trio

from storage import feeds
from storage.database import open_database
from tests.browser import hostile, town
from tests.browser.paths import STREAMS
from tests.browser.practices import ENGLISH
from tests.browser.town import NOW, PASSWORD
from tests.office.support import local, public
from tests.storage.conftest import everything
from tests.web.pages.browser import ORIGIN, client_of
from tests.web.pages.markup import Markup
from tests.web.pages.place import QUICK, Place, without
from web.logs import MaskingFormatter
from web.pages.index import ROUTES

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {},
)


@pytest.fixture
async def open_place(tmp_path):
    """Opens the town, on Tuesday 24 November 2026, as that deployment."""
    path = tmp_path / "frontdesk.db"
    homes = await town.build(path, passwords=QUICK)
    async with open_database(path) as database:

        def opened(configured):
            client = client_of(
                database,
                configured=configured,
                now=lambda: NOW,
                recordings=tmp_path / "recordings",
                passwords=QUICK,
            )
            cookie = "__Host-frontdesk" if configured.public_url else "frontdesk_session"
            return Place(database, homes, client, cookie)

        yield opened


@pytest.fixture
async def place(open_place):
    """The town on this machine only."""
    return open_place(local())


async def asked(place, home, **more):
    """Everything that can be asked of a home, as (method, path, fields)."""
    gets = [("GET", path, ()) for path in place.paths("GET", home, **more)]
    return gets + [("POST", path, fields) for path, fields in await place.posts(home)]


async def test_every_route_below_a_home_is_asked(place):
    asked_for = [place.paths(method, place.town.english) for method in ("GET", "POST")]
    assert sum(map(len, asked_for)) == len(ROUTES)
    await trio.lowlevel.checkpoint()


async def test_the_same_posts_do_change_something_when_their_owner_sends_them(place):
    home = place.town.english
    before, changed = await place.database.read(everything), set()
    for path, fields in await place.posts(home):
        await place.ask("POST", path, home.token, form=fields)
        after = await place.database.read(everything)
        changed |= {path} if after != before else set()
        before = after
    assert len(changed) >= 20, sorted(changed)


async def test_an_owner_finds_no_page_of_another_business_and_changes_nothing_of_it(place):
    _, stranger = await place.stranger()
    everything_asked = await asked(place, place.town.english)
    before = await place.database.read(everything)
    found = []
    for method, path, fields in everything_asked:
        answer = await place.ask(method, path, stranger.token, form=fields)
        found += [(method, path, answer.status_code)] if answer.status_code != 404 else []
    assert (found, await place.database.read(everything)) == ([], before)


async def test_at_home_an_owner_finds_nothing_by_the_ids_of_another_business(place):
    theirs, (owner_id, stranger) = place.town.english, await place.stranger()
    home, ids = f"/b/{stranger.business_id}/", {one for each in theirs.ids.values() for one in each}

    def names_theirs(path):
        return bool(ids & set(path.split("/")[3:]))

    # First what needs an id: the rest makes some at home.
    in_order = sorted(await asked(place, theirs, ending=True), key=lambda one: not names_theirs(one[1]))
    rest = partial(without, business_id=stranger.business_id, owner_id=owner_id)
    before, found = await place.database.read(rest), []
    for method, path, fields in in_order:
        at_home = path.replace(f"/b/{theirs.business_id}/", home)
        status = (await place.ask(method, at_home, stranger.token, form=fields)).status_code
        right = 404 if names_theirs(path) else min(status, 499)
        found += [(method, at_home, status)] if status != right else []
    assert (found, await place.database.read(rest)) == ([], before)


async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_changes_nothing(place):
    everything_asked = await asked(place, place.town.english)
    before = await place.database.read(everything)
    found = []
    for token in (None, "no-such-token"):
        for method, path, fields in everything_asked:
            answer = await place.ask(method, path, token, form=fields)
            where = answer.headers.get("Location", "").partition("?")[0]
            found += [(method, path)] if (answer.status_code, where) != (303, "/login") else []
    assert (found, await place.database.read(everything)) == ([], before)


async def test_no_page_of_another_site_changes_anything(place):
    home = place.town.english
    alone = ["/login", "/logout", "/businesses", f"/welcome/{home.invitation}"]
    posts = await place.posts(home) + [(path, ()) for path in alone]
    before = await place.database.read(everything)
    found = []
    for headers in FOREIGN:
        for path, fields in posts:
            answer = await place.ask("POST", path, home.token, headers=headers, form=fields)
            found += [(path, headers, answer.status_code)] if answer.status_code != 403 else []
    assert (found, await place.database.read(everything)) == ([], before)


@pytest.mark.parametrize("configured", [local(), public()], ids=["local", "public"])
async def test_every_answer_says_what_a_browser_may_do_with_it(open_place, configured):
    place = open_place(configured)
    home = place.town.english
    asks = [("GET", path, home.token, ORIGIN) for path in place.paths("GET", home, ending=True)]
    asks += [
        ("GET", path, None, ORIGIN) for path in ("/", "/login", "/nothing", "/b/1/nothing", "/b/9/today")
    ]
    asks += [("POST", "/b/1/hours", home.token, {}), ("POST", "/b/1/today", home.token, ORIGIN)]
    asks += [("GET", f"/welcome/{home.invitation}", None, ORIGIN), ("GET", "/feeds/none.ics", None, ORIGIN)]
    lacking = {}
    for method, path, token, headers in asks:
        answer = await place.ask(method, path, token, headers=headers)
        if found := lacks(answer.headers, public=configured.public_url is not None):
            lacking[method, path] = found
    for path in STREAMS:
        headers = await place.headers(f"/b/{home.business_id}{path}", home.token)
        if found := lacks(headers, public=configured.public_url is not None):
            lacking[path] = found
    assert lacking == {}


def lacks(headers, *, public):
    """What an answer of a page does not say, or says wrongly."""
    policy = headers.get("Content-Security-Policy", "")
    right = {
        "policy": "default-src 'self'" in policy and "frame-ancestors 'none'" in policy,
        "inline": "unsafe" not in policy,
        "type": headers.get("X-Content-Type-Options") == "nosniff",
        "cache": headers.get("Cache-Control") == "no-store",
        "referrer": headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "tls": ("Strict-Transport-Security" in headers) == public,
    }
    return sorted(name for name, holds in right.items() if not holds)


@pytest.mark.parametrize(
    ("configured", "name", "secure"),
    [(local(), "frontdesk_session", ""), (public(), "__Host-frontdesk", True)],
    ids=["local", "public"],
)
async def test_the_session_is_a_cookie_that_no_script_and_no_other_site_gets(
    open_place, configured, name, secure
):
    place = open_place(configured)
    form = (("email", place.town.english.email), ("password", PASSWORD))
    answer = await place.ask("POST", "/login", form=form)
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    said = (cookie.key, cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"])
    assert said == (name, secure, True, "Lax", "/")
    assert cookie["domain"] == ""
    assert (await place.ask("GET", "/b/1/today", cookie.value)).status_code == 200


async def test_every_page_is_well_formed(place):
    found = []
    for home in (place.town.english, place.town.hebrew, place.town.empty):
        for address in [*place.pages(home), "/businesses"]:
            page, status = await place.page(address, home.token)
            found += [f"{address}: {problem}" for problem in page.problems]
            found += [f"{address}: {status}"] if status != 200 else []
    assert not found, "\n".join(found)


async def test_hostile_words_stay_words_and_reorder_nothing_around_them(place):
    home = place.town.english
    await place.database.write(hostile.plant)
    found, seen = [], 0
    for address in [*place.pages(home), "/businesses"]:
        answer = await place.ask("GET", address, home.token)
        html = await answer.get_data(as_text=True)
        page, seen = Markup(html), seen + html.count("&lt;hostile")
        found += [f"{address}: {problem}" for problem in page.problems]
        found += [f"{address}: {answer.status_code}"] if answer.status_code != 200 else []
        found += [f"{address}: an element of theirs"] if "hostile" in page.elements else []
        found += [f"{address}: control signs"] if hostile.CONTROLS & set(html) else []
        found += [f"{address}: not isolated: {words[:60]}" for words in page.loose if "<hostile" in words]
    assert not found, "\n".join(found)
    assert seen > 300


async def test_the_log_of_the_pages_names_nobody_and_gives_nothing_away(place, caplog):
    home = place.town.english
    caplog.set_level(logging.DEBUG)
    feed = await place.database.read(partial(feeds.token, business_id=home.business_id))
    asks = [
        *await asked(place, home, ending=True),
        ("GET", f"/feeds/{feed}.ics", ()),
        ("GET", "/b/9/today", ()),
    ]
    asks += [
        ("POST", "/login", (("email", home.email), ("password", password))) for password in ("?", PASSWORD)
    ]
    asks += [("POST", f"/welcome/{home.invitation}", (("email", home.email), ("password", PASSWORD)))]
    for method, path, fields in asks:
        for headers in (ORIGIN, {}):
            await place.ask(method, path, home.token, headers=headers, form=fields)
    formatter = MaskingFormatter(words=True)
    logged = "\n".join(formatter.format(record) for record in caplog.records)
    numbers = [number.removeprefix("+") for _, number in ENGLISH.callers if number]
    secrets = (home.token, home.invitation, feed, PASSWORD, home.email, "Amelia", "Clarke", *numbers)
    assert [secret for secret in secrets if secret in logged] == []
    assert logged


ALWAYS = ("", "9" * 4_500)  # Python reads no number that long
CRAFTED = (
    *("-", "x", "²", "-1", "1e9", "{0}%s", "9999-12-31", "0001-01-01", "24:00", "+", "\0"),
    "9999-12-31T23:59:59-12:00 CA1",
)
MOBILE = "+447400123456"
THIN = 4  # of the rest every fourth, of each field others: all of it is a thousand pages, and ten seconds
ASKED = (
    *("after", "before", "call", "change", "done", "flagged", "language", "next", "on", "outcome", "service"),
    *("time", "topic", "view", "words"),
)


async def test_no_crafted_field_of_a_form_is_a_fault_of_ours(place):
    home, administrator = place.town.english, place.town.empty
    below = f"/b/{home.business_id}"
    undo = f"{below}/undo/{home.ids['change_id'][0]}"
    forms = [(home.token, path, fields) for path, fields in await place.posts(home)]
    forms += [(home.token, undo, (("back", f"{below}/today"), ("erase", "1")))]
    forms += [(home.token, f"{below}/today/notice", (("answer", "fine"),))]
    page, _ = await place.page("/businesses", administrator.token)
    forms += [(administrator.token, form.action or "/businesses", form.fields) for form in page.forms]
    for path in ("/login", f"/welcome/{home.invitation}"):
        page, _ = await place.page(path)
        forms += [(None, form.action or path, form.fields) for form in page.forms]
    sends = [(token, path, send) for token, path, fields in one_of_each(forms) for send in crafted(fields)]
    found = []
    for token, path, send in sends:
        status = (await place.ask("POST", path, token, form=send)).status_code
        found += [(path, status, send)] if status >= 500 else []
    assert found == []
    assert (await place.ask("GET", f"{below}/today", home.token)).status_code == 200
    assert len(sends) > 300


def one_of_each(forms):
    """Of all forms one for each route, the one that sends most, with a number that can be dialled."""
    most = {}
    for token, path, fields in forms:
        fields = tuple((name, MOBILE if name.endswith("phone") else value) for name, value in fields)
        route = re.sub(r"/(\d+|CA\w+)(?=/|$)", "/#", path)
        known = most.get(route, ("", "", ()))
        most[route] = max(known, (token, path, fields), key=lambda form: len(form[2]))
    return most.values()


def crafted(fields):
    """What a form sends if one of its fields is left out, twice there, or anything but what it should be.

    Of numbered fields the first is one for all.
    """
    kinds = {re.sub(r"\d", "#", name): name for name, _ in reversed(fields)}
    for at, name in enumerate(kinds.values()):
        others = tuple(field for field in fields if field[0] != name)
        yield others
        yield (*others, *((name, value) for value in CRAFTED[-2:]))
        yield from ((*others, (name, value)) for value in (*ALWAYS, *CRAFTED[at % THIN :: THIN]))


async def test_nor_is_a_crafted_address(place):
    home = place.town.english
    found = []
    for at, path in enumerate(place.paths("GET", home, ending=True)):
        for value in (*ALWAYS, *CRAFTED[at % THIN :: THIN]):
            query = urlencode(dict.fromkeys(ASKED, value))
            status = (await place.ask("GET", f"{path}?{query}", home.token)).status_code
            found += [(path, status, value[:20])] if status >= 500 else []
    assert found == []
