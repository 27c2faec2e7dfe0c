"""What Today tells of the notice after an upgrade, and the one tap that answers it."""

from functools import partial

import pytest

from storage import businesses

ADDED, MISSING = "Callers are now told that calls are recorded", "Callers aren't told who answers"
STATES = {"added": ("", 1, "added"), "missing": (None, 0, "missing")}


@pytest.fixture
def upgraded(database, business):
    """Puts the business into the state in which an upgrade leaves one that records, or one that does not."""

    async def put(state):
        columns = "notice = ?, keeps_audio = ?, notice_news = ?"
        await database.write(
            lambda conn: conn.execute(f"UPDATE businesses SET {columns}", STATES[state]).rowcount
        )

    return put


@pytest.fixture
def kept(database, business):
    async def read():
        now = await database.read(partial(businesses.by_id, business_id=business.id))
        return now.notice, now.keeps_audio, now.notice_news

    return read


async def shown(browser):
    page = await browser.get("/today")
    return [text for text in (ADDED, MISSING) if text in page.text]


async def test_a_new_business_is_told_nothing(browser):
    assert await shown(browser) == []


@pytest.mark.parametrize(
    ("state", "heading", "words"),
    [
        ("added", ADDED, "You are speaking with an automated assistant. This call is recorded."),
        ("missing", MISSING, "You are speaking with an automated assistant."),
    ],
)
async def test_what_an_upgrade_made_of_the_notice_is_told_with_its_words(
    browser, upgraded, state, heading, words
):
    await upgraded(state)
    assert await shown(browser) == [heading]
    assert f">{words}</blockquote>" in (await browser.get("/today")).body


@pytest.mark.parametrize(
    ("state", "tapped", "after"),
    [
        ("added", "take both away", (None, False, "")),
        ("added", "fine", ("", True, "")),
        ("missing", "add", ("", False, "")),
        ("missing", "fine", (None, False, "")),
    ],
)
async def test_one_tap_answers_it_for_good_and_can_be_taken_back(
    browser, upgraded, kept, state, tapped, after
):
    await upgraded(state)
    assert f'name="answer" value="{tapped}"' in (await browser.get("/today")).body
    answer = await browser.post("/today/notice", answer=tapped)
    assert (await kept(), await shown(browser)) == (after, [])
    await browser.undo(answer)
    assert await kept() == STATES[state]


async def test_what_is_no_answer_changes_nothing(browser, upgraded, kept):
    await upgraded("added")
    for nothing in ({}, {"answer": "what?"}):
        await browser.post("/today/notice", **nothing)
    assert await kept() == STATES["added"]


async def test_who_has_answered_on_another_page_is_told_no_more(browser, upgraded, database, business):
    await upgraded("missing")
    await browser.post("/receptionist", told="1", notice="Hello, this is a machine.")
    assert await shown(browser) == []
    await upgraded("added")
    await database.write(lambda conn: businesses.change(conn, business.id, keeps_audio=False))
    assert await shown(browser) == []


@pytest.mark.parametrize("state", STATES)
async def test_a_language_without_a_standard_notice_is_told_to_write_its_own(
    browser, upgraded, database, business, state
):
    await upgraded(state)
    await database.write(lambda conn: businesses.change(conn, business.id, language="xx"))
    page = await browser.get("/today")
    assert ("no standard notice in this language" in page.text, "<blockquote" in page.body) == (True, False)
