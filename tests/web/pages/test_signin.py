"""Signing in and out, and one-time links."""

import datetime as dt
import re
from functools import partial
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from werkzeug.datastructures import Headers

from storage import owners, sessions
from tests.office.support import FORM, PUBLIC_URL, public
from tests.web.pages.browser import NOW, ORIGIN, client_of, sign_in
from web.passwords import Passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SENTENCE = "a short sentence"


@pytest.fixture
def client(database):
    """A browser that nobody has signed in with."""
    return client_of(database, passwords=Passwords(QUICK))


async def post(client, path, headers=ORIGIN, **form):
    return await client.post(path, headers={**FORM, **headers}, data=urlencode(form))


async def add_owner(database, email="owner@example.com", **more):
    job = partial(owners.add, email=email, password_hash=QUICK.hash(SENTENCE), language="en", **more)
    return (await database.write(job)).id


async def log_in(client, **changes):
    return await post(client, "/login", **{"email": "owner@example.com", "password": SENTENCE, **changes})


async def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", await response.get_data(as_text=True)).split())


async def test_the_first_link_makes_an_administrator_who_adds_a_business_and_comes_to_its_hours(
    client, database
):
    token = await database.write(partial(sessions.invite, now=NOW))
    page = await client.get(f"/welcome/{token}")
    assert "Welcome to Frontdesk" in await text(page)
    answer = await post(client, f"/welcome/{token}", email="a@b.co", password=SENTENCE, language="he")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert (await client.get("/")).headers["Location"] == "/businesses"
    form = {"name": "Salon", "number": "+1 415 555 0100", "timezone": "Europe/Berlin", "language": "en"}
    answer = await post(client, "/businesses", **form)
    assert answer.headers["Location"] == "/b/1/hours?first=1"
    page = await client.get("/b/1/hours?first=1")
    assert (page.status_code, 'lang="he" dir="rtl"' in await page.get_data(as_text=True)) == (200, True)
    assert (await client.get("/")).headers["Location"] == "/b/1/today"


async def test_a_link_lets_in_once(client, database):
    token = await database.write(partial(sessions.invite, now=NOW))
    await post(client, f"/welcome/{token}", email="a@b.co", password=SENTENCE, language="en")
    page = await post(client, f"/welcome/{token}", email="c@d.co", password=SENTENCE, language="en")
    assert (page.status_code, "has been used" in await text(page)) == (404, True)
    assert await database.read(partial(owners.by_email, email="c@d.co")) is None


async def test_an_invited_owner_sees_that_business_only(client, database, business):
    token = await database.write(partial(sessions.invite, now=NOW, business_id=business.id))
    await post(client, f"/welcome/{token}", email="a@b.co", password=SENTENCE, language="en")
    assert (await client.get("/")).headers["Location"] == f"/b/{business.id}/today"
    answer = await post(client, "/businesses", name="X", number="+14155550199", timezone="UTC", language="en")
    assert answer.status_code == 404


async def test_a_lost_password_is_replaced_and_its_sessions_end(client, database):
    owner_id = await add_owner(database)
    old = await database.write(partial(sessions.begin, owner_id=owner_id, browser="", now=NOW))
    token = await database.write(partial(sessions.invite, now=NOW, owner_id=owner_id))
    await post(client, f"/welcome/{token}", password="another sentence")
    assert await database.read(partial(sessions.find, token=old, now=NOW)) is None
    assert (await log_in(client)).status_code == 422
    assert (await log_in(client, password="another sentence")).status_code == 303


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"email": "nobody", "password": SENTENCE, "language": "en"}, "E-mail: is not a mail address"),
        (
            {"email": "a@b.co", "password": "short", "language": "en"},
            "Password: must have 10 to 200 characters",
        ),
        (
            {"email": "owner@example.com", "password": SENTENCE, "language": "en"},
            "E-mail: can sign in already",
        ),
        (
            {"email": "a@b.co", "password": SENTENCE, "language": "xx"},
            "Language: is &#39;xx&#39;; the pages speak",
        ),
    ],
)
async def test_a_link_is_not_spent_by_a_form_that_is_wrong(client, database, form, problem):
    await add_owner(database)
    token = await database.write(partial(sessions.invite, now=NOW))
    page = await post(client, f"/welcome/{token}", **form)
    assert (page.status_code, problem in await text(page)) == (422, True)
    assert (await client.get(f"/welcome/{token}")).status_code == 200


async def test_signing_in_goes_to_the_page_that_was_asked_for(client, database, business):
    owner_id = await add_owner(database)
    await database.write(partial(owners.let_into, owner_id=owner_id, business_id=business.id))
    asked = await client.get(f"/b/{business.id}/hours?on=2026-11-24")
    assert asked.headers["Location"] == "/login?next=%2Fb%2F1%2Fhours%3Fon%3D2026-11-24"
    answer = await log_in(client, next="/b/1/hours?on=2026-11-24")
    assert answer.headers["Location"] == "/b/1/hours?on=2026-11-24"
    assert (await client.get("/b/1/hours")).status_code == 200


@pytest.mark.parametrize(
    "email", ["\u200fowner@example.com\u00a0", "owner\uff20exam\u00adple.com", "OWNER@example.com"]
)
async def test_an_address_that_was_pasted_signs_in(client, database, email):
    await add_owner(database)
    assert (await log_in(client, email=email)).status_code == 303


async def test_a_password_that_was_hashed_as_it_was_typed_signs_in_and_is_kept_anew(client, database):
    composed, typed = "una contrase\u00f1a", "una contrasen\u0303a"
    owner_id = await add_owner(database)
    job = partial(owners.set_password, owner_id=owner_id, password_hash=QUICK.hash(typed))
    await database.write(job)
    assert (await log_in(client, password=composed)).status_code == 422
    assert (await log_in(client, password=typed)).status_code == 303
    assert (await log_in(client, password=composed)).status_code == 303
    assert (await log_in(client, password=typed)).status_code == 303


async def test_a_password_is_sent_as_it_was_typed(client, database):
    owner_id = await add_owner(database)
    spaced = f"{SENTENCE}\u00a0"
    job = partial(owners.set_password, owner_id=owner_id, password_hash=QUICK.hash(spaced))
    await database.write(job)
    assert [(await log_in(client, password=each)).status_code for each in (SENTENCE, spaced)] == [422, 303]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x", "/a\n"]
)
async def test_nobody_is_sent_to_another_site(client, database, target):
    await add_owner(database)
    assert (await log_in(client, next=target)).headers["Location"] == "/"


@pytest.mark.parametrize("wrong", [{"password": "another sentence"}, {"email": "nobody@example.com"}])
async def test_what_is_wrong_is_not_told_apart(client, database, wrong):
    await add_owner(database)
    page = await log_in(client, **wrong)
    assert (page.status_code, "don't belong together" in await text(page)) == (422, True)
    assert "Set-Cookie" not in page.headers


async def test_the_eleventh_attempt_is_not_looked_at(client, database):
    await add_owner(database)
    for _ in range(10):
        assert (await log_in(client, password="wrong wrong wrong")).status_code == 422
    page = await log_in(client)
    assert (page.status_code, "Too many attempts" in await text(page)) == (429, True)


async def test_signing_out_ends_the_session_not_only_the_cookie(client, database):
    await add_owner(database)
    cookie = (await log_in(client)).headers["Set-Cookie"]
    token = re.match(r"frontdesk_session=([^;]+)", cookie)[1]
    assert cookie.endswith("HttpOnly; Path=/; SameSite=Lax")
    await post(client, "/logout")
    assert await database.read(partial(sessions.find, token=token, now=NOW)) is None


async def test_the_browser_keeps_the_cookie_for_as_long_as_the_session_lives(database, business):
    clock = [NOW]
    client = client_of(database, now=lambda: clock[0], passwords=Passwords(QUICK))
    browser = await sign_in(database, client, business.id)
    asked = []
    for later in (dt.timedelta(minutes=1), dt.timedelta(days=29), dt.timedelta(days=57)):
        clock[0] = NOW + later
        response = await client.get(
            f"/b/{business.id}/today", headers={"Cookie": f"frontdesk_session={browser._token}"}
        )
        asked.append((response.status_code, response.headers.get("Set-Cookie", "").partition(";")[0]))
    renewed = f"frontdesk_session={browser._token}"
    assert asked == [(200, ""), (200, renewed), (200, renewed)]


async def test_a_public_site_sets_a_cookie_that_only_its_own_host_can_have_set(database):
    await add_owner(database)
    client = client_of(database, configured=public(), passwords=Passwords(QUICK))
    origin = {"Origin": PUBLIC_URL}
    form = {"email": "owner@example.com", "password": SENTENCE}
    answer = await post(client, "/login", headers=origin, **form)
    assert answer.headers["Set-Cookie"].startswith("__Host-frontdesk=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(("proxies", "heard"), [("1", 11), ("0", 10)])
async def test_failures_are_counted_by_the_address_that_our_proxy_saw(database, proxies, heard):
    await add_owner(database)
    client = client_of(database, configured=public(FRONTDESK_PROXIES=proxies), passwords=Passwords(QUICK))
    statuses = []
    for number in range(11):
        headers = {"Origin": PUBLIC_URL, "X-Forwarded-For": f"203.0.113.9, 198.51.100.{number}"}
        answer = await post(client, "/login", headers=headers, email="owner@example.com", password="x")
        statuses.append(answer.status_code)
    assert statuses.count(422) == heard


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        (["198.51.100.{}", "203.0.113.9"], 10),  # a proxy that adds a line of its own below the client's
        (["203.0.113.9", "198.51.100.{}"], 11),
        (["::ffff:203.0.113.{}"], 11),
        (["203.0.113.{}:5555"], 11),
        (["203.0.113.9:5{}"], 10),
    ],
)
async def test_no_line_of_a_client_buys_it_a_guess_and_no_clients_guess_costs_another(database, lines, heard):
    await add_owner(database)
    client = client_of(database, configured=public(), passwords=Passwords(QUICK))
    statuses = []
    for number in range(11):
        forwarded = [("X-Forwarded-For", line.format(number)) for line in lines]
        headers = Headers([*FORM.items(), ("Origin", PUBLIC_URL), *forwarded])
        answer = await client.post("/login", headers=headers, data="email=owner@example.com&password=x")
        statuses.append(answer.status_code)
    assert statuses.count(422) == heard
