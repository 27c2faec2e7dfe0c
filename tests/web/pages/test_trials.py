"""Test calls, as their owner sees and removes them."""

from functools import partial

from storage import calls
from tests.storage.conftest import add_live_call, add_test_call, book, end_call


def calls_of(business_id, conn):
    """A test call and a real one, each with an appointment at the same time."""
    tried = add_test_call(conn, business_id, "CAtest")
    book(conn, business_id, lead_id=tried.id, call_sid="CAtest")
    end_call(conn, business_id, "CAtest")
    rang = add_live_call(conn, business_id, "CAreal")
    book(conn, business_id, lead_id=rang.id, call_sid="CAreal")
    end_call(conn, business_id, "CAreal")


async def test_test_calls_stand_among_the_calls_with_their_mark_and_go_with_one_click(
    browser, database, business, tmp_path
):
    await database.write(partial(calls_of, business.id))
    folder = tmp_path / "recordings"
    folder.mkdir()
    for sid in ("CAtest", "CAreal"):
        (folder / f"{sid}.jsonl").write_text("{}")
    page = await browser.get("/calls")
    assert page.text.count("test call") == 1 + 1  # the mark, and the button
    page = await browser.follow(await browser.post("/calls/tests/remove"))
    assert "The test calls and what was booked on them are gone." in page.text
    assert "Remove the test calls" not in page.text
    recent = await database.read(partial(calls.recent, business_id=business.id, limit=9))
    assert [call.call_sid for call in recent] == ["CAreal"]
    assert [file.name for file in folder.iterdir()] == ["CAreal.jsonl"]
    assert (await browser.get("/calls/CAtest")).status == 404


async def test_the_calendar_shows_what_was_really_booked(browser, database, business):
    await database.write(partial(calls_of, business.id))
    page = await browser.get("/appointments?on=2026-11-23")
    assert page.body.count('href="/b/1/appointments/') - page.body.count('href="/b/1/appointments/new') == 1
