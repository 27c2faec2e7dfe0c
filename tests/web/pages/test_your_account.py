"""An owner's own account."""

import datetime as dt
from functools import partial

import pytest
import trio
import trio.testing
from argon2 import PasswordHasher

from storage import owners, sessions
from tests.web.pages.browser import NOW, client_of, sign_in
from web.passwords import Passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OLD, NEW = "a short sentence", "another sentence"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def passwords():
    return Passwords(QUICK)


@pytest.fixture
async def browser(database, business, passwords):
    """The owner's, with the password OLD."""
    signed_in = await sign_in(database, client_of(database, passwords=passwords), business.id)
    await database.write(partial(owners.set_password, owner_id=1, password_hash=QUICK.hash(OLD)))
    return signed_in


async def begin(database, owner_id=1, browser=PHONE):
    """A session elsewhere, as its token."""
    return await database.write(
        partial(sessions.begin, owner_id=owner_id, browser=browser, now=NOW - dt.timedelta(days=1))
    )


async def ending(database, token):
    """Where the button that ends this session leads."""
    _, session = await database.read(lambda conn: sessions.find(conn, token, NOW))
    return f"/settings/account/sessions/{session.id}/end"


async def signed_in(database, *tokens):
    return [await database.read(partial(sessions.find, token=token, now=NOW)) is not None for token in tokens]


async def password_is(database, password):
    _, password_hash = await database.read(partial(owners.by_email, email="owner@example.com"))
    return await Passwords(QUICK).fits(password, password_hash)


async def test_the_pages_change_their_language(browser):
    page = await browser.follow(await browser.post("/settings/account/language", language="he"))
    assert (page.status, 'lang="he" dir="rtl"' in page.body) == (200, True)


async def test_a_language_that_the_pages_do_not_speak_changes_nothing(browser):
    assert (await browser.post("/settings/account/language", language="de")).status == 400
    assert 'lang="en"' in (await browser.get("/settings/account")).body


async def test_a_new_password_ends_the_other_sessions_and_not_this_one(browser, database):
    elsewhere = await begin(database)
    answer = await browser.post("/settings/account/password", current_password=OLD, password=NEW)
    page = await browser.follow(answer)
    assert "Your password is changed, and you are signed out everywhere else." in page.text
    assert await password_is(database, NEW)
    assert await signed_in(database, elsewhere) == [False]


@pytest.mark.parametrize(
    ("current", "new", "problem"),
    [
        (NEW, NEW, "Present password: is not your password"),
        (OLD, "short", "Password: must have 10 to 200 characters; a short sentence is a good one"),
    ],
)
async def test_a_password_that_is_refused_changes_nothing_and_is_not_sent_back(
    browser, database, current, new, problem
):
    elsewhere = await begin(database)
    page = await browser.post("/settings/account/password", current_password=current, password=new)
    assert (page.status, problem in page.text, f'value="{new}"' in page.body) == (422, True, False)
    assert await password_is(database, OLD)
    assert await signed_in(database, elsewhere) == [True]


async def test_when_too_many_sign_in_the_owner_is_told_to_wait(browser, database, passwords):
    async with trio.open_nursery() as nursery, passwords._limiter:
        for _ in range(8):
            nursery.start_soon(passwords.fits, OLD, None)
        await trio.testing.wait_all_tasks_blocked()
        page = await browser.post("/settings/account/password", current_password=OLD, password=NEW)
        nursery.cancel_scope.cancel()
    assert (page.status, "many people are signing in" in page.text) == (503, True)
    assert await password_is(database, OLD)


async def test_an_owner_sees_where_they_are_signed_in_and_signs_a_browser_out(browser, database):
    lost, kept = await begin(database), await begin(database, browser="")
    page = await browser.get("/settings/account")
    assert "Safari on iPhone Last seen Thu 19 Nov 10:00" in page.text
    assert "An unknown browser this browser" in page.text  # the test's own
    page = await browser.follow(await browser.post(await ending(database, lost)))
    assert ("Signed out." in page.text, "iPhone" in page.text) == (True, False)
    assert await signed_in(database, lost, kept) == [False, True]


async def test_a_button_for_a_browser_that_is_signed_out_ends_no_other_that_has_signed_in_since(
    browser, database
):
    lost = await begin(database)
    stale = await ending(database, lost)
    await browser.post(stale)
    since = await begin(database)
    assert (await browser.post(stale)).status == 404
    assert await signed_in(database, lost, since) == [False, True]


async def test_an_owner_signs_out_everywhere_but_here(browser, database):
    others = [await begin(database), await begin(database)]
    await browser.post("/settings/account/sessions/end-others")
    assert await signed_in(database, *others) == [False, False]
    assert (await browser.get("/settings/account")).status == 200


async def test_nobody_elses_session_can_be_ended(browser, database, business):
    await sign_in(database, client_of(database), business.id, email="dana@example.com")
    theirs = await begin(database, owner_id=2)
    assert (await browser.post(await ending(database, theirs))).status == 404
    await browser.post("/settings/account/sessions/end-others")
    assert await signed_in(database, theirs) == [True]


async def test_a_browser_may_call_itself_anything(browser, database):
    await begin(database, browser='<script>alert("x")</script> \u202e' + "x" * 500)
    page = await browser.get("/settings/account")
    assert ("An unknown browser" in page.text, "<script" in page.body) == (True, False)
