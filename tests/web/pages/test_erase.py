"""Erasing a caller."""

import json
import threading
from functools import partial

import pytest
import trio

from storage import appointments, blocked, booking, calls, leads, messages
from storage.availability import Request
from tests.web.pages.browser import NOW, add_business, client_of, sign_in

CALLER = "+14155550199"
HOSTILE = "<b>Grace</b> {{ x }} " + "x" * 150


@pytest.fixture
def folder(tmp_path):
    """Where the recordings of the browser's server are."""
    made = tmp_path / "recordings"
    made.mkdir()
    return made


async def add_call(database, business_id, sid, caller=CALLER, *, live=False):
    """A call with a message; a lead with a name."""

    def job(conn):
        lead = leads.find_or_create(conn, business_id, phone=caller, call_sid=sid)
        leads.update_details(conn, business_id, lead.id, full_name=HOSTILE)
        calls.begin(conn, business_id, call_sid=sid, caller=caller, lead_id=lead.id, started_at=NOW)
        messages.take(conn, business_id, lead_id=lead.id, call_sid=sid, text="Ring me.")
        if not live:
            end = {"outcome": "completed", "detail": "", "ended_at": NOW, "duration_ms": 0, "events": []}
            calls.finish(conn, business_id, call_sid=sid, **end)

    await database.write(job)


async def there(database, business_id):
    """The calls and names that are kept."""
    return await database.read(
        lambda conn: (
            [call.call_sid for call in calls.recent(conn, business_id, 10)],
            [lead.phone for lead in leads.every(conn, business_id)],
        )
    )


async def test_a_caller_is_looked_at_and_then_erased_with_the_recordings(browser, database, business, folder):
    for sid in ("CA1", "CA2"):
        await add_call(database, business.id, sid)
        (folder / f"{sid}.jsonl").touch()
    await add_call(database, business.id, "CA3", "+14155550188")
    (folder / "CA3.jsonl").touch()
    await database.write(lambda conn: blocked.add(conn, business.id, CALLER))
    all_there = (["CA3", "CA2", "CA1"], ["+14155550188", CALLER])

    page = await browser.post("/settings/erase", phone="(415) 555-0199")
    assert (page.status, "Calls 2 Messages 2 Appointments 0" in page.text) == (200, True)
    assert (HOSTILE in page.text, "<b>" in page.body) == (True, False)
    assert await there(database, business.id) == all_there

    page = await browser.follow(await browser.post("/settings/erase/now", phone=CALLER))
    assert "Erased." in page.text
    assert await there(database, business.id) == (["CA3"], ["+14155550188"])
    assert [file.name for file in folder.iterdir()] == ["CA3.jsonl"]
    assert not await database.read(lambda conn: blocked.is_blocked(conn, business.id, CALLER))


def found_in(folder, *needles):
    """Which of these words stand in which of the files there, as they lie on the disk."""
    return [
        (path.name, needle)
        for path in folder.rglob("*")
        if path.is_file()
        for needle in needles
        if needle.encode() in path.read_bytes() or json.dumps(needle)[1:-1].encode() in path.read_bytes()
    ]


async def test_what_was_erased_stands_in_no_file_beside_the_database_while_the_server_runs(
    browser, database, business, tmp_path, folder
):
    await add_call(database, business.id, "CAzebulon")
    words = partial(leads.update_details, lead_id=1, full_name="Zebulon Quárk", email="zebulon@example.com")
    await database.write(lambda conn: words(conn, business.id))
    (folder / "CAzebulon.jsonl").write_text("Zebulon", encoding="ascii")
    (folder / "CAzebulon.2.jsonl").write_text("Zebulon", encoding="ascii")
    needles = ("Zebulon", "zebulon@example.com", CALLER, CALLER[2:], "Ring me.", "CAzebulon")
    assert {needle for _, needle in found_in(tmp_path, *needles)} == set(needles)
    await browser.post("/settings/erase/now", phone=CALLER)
    assert found_in(tmp_path, *needles) == []


async def test_a_log_that_a_query_reads_is_emptied_once_that_is_done(browser, database, business, tmp_path):
    await add_call(database, business.id, "CA1")
    reading, may_end = threading.Event(), threading.Event()

    def query(conn):
        conn.execute("SELECT * FROM calls").fetchall()
        reading.set()
        may_end.wait(5)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(database.read, query)
        await trio.to_thread.run_sync(reading.wait)
        nursery.start_soon(partial(browser.post, "/settings/erase/now", phone=CALLER))
        await database.write(lambda conn: None)
        await database.write(lambda conn: None)
        assert found_in(tmp_path, CALLER) != []
        may_end.set()
    assert found_in(tmp_path, CALLER) == []


@pytest.mark.parametrize("path", ["/settings/erase", "/settings/erase/now"])
@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("her number", "Telephone number: is not a number like +14155550100"),
        (CALLER, "Telephone number: is on the line now; erase it when that call has ended"),
    ],
)
async def test_a_number_that_cannot_be_erased_is_said_and_stays_in_the_form(
    browser, database, business, path, number, problem
):
    await add_call(database, business.id, "CA1", live=True)
    page = await browser.post(path, phone=number)
    assert (page.status, problem in page.text, f'value="{number}"' in page.body) == (422, True, True)
    assert await there(database, business.id) == (["CA1"], [CALLER])


async def test_a_number_that_nothing_is_kept_of_shows_that(browser):
    page = await browser.post("/settings/erase", phone=CALLER)
    assert "Telephone number +1 415-555-0199" in page.text
    assert "Calls 0 Messages 0 Appointments 0" in page.text


async def test_a_recording_that_cannot_be_removed_keeps_its_caller(browser, database, business, folder):
    await add_call(database, business.id, "CA1")
    (folder / "CA1.jsonl").mkdir()
    assert (await browser.post("/settings/erase/now", phone=CALLER)).status == 503
    assert await there(database, business.id) == (["CA1"], [CALLER])


async def test_the_same_caller_of_another_business_stays(browser, database, business):
    other = await add_business(database)
    await add_call(database, other, "CA1")
    await browser.post("/settings/erase/now", phone=CALLER)
    assert (await browser.post(f"//b/{other}/settings/erase/now", phone=CALLER)).status == 404
    assert await there(database, other) == (["CA1"], [CALLER])


# Without a number.

HEBREW = {"page": "למחוק את כל המידע על האדם הזה?", "live": "האדם הזה נמצא כרגע בשיחה. נסו שוב כשהיא תסתיים."}
ZOE = ("Zebulon Quark", "zebulon@example.com", "Burst boiler.", "Pregnant.", "CAzebulon")


async def book(database, business_id, *, lead_id, call_sid=None, hour=10):
    """An appointment on Monday, for whoever that lead is; its id."""
    wish = Request(date=NOW.date(), duration_min=30)
    when = NOW.replace(day=23, hour=hour)

    def job(conn):
        made = booking.book_for_owner(
            conn, business_id, lead_id=lead_id, starts_at=when, request=wish, notes="Pregnant.", now=NOW
        )
        conn.execute("UPDATE appointments SET call_sid = ? WHERE id = ?", (call_sid, made.id))
        return made.id

    return await database.write(job)


async def add_withheld(database, business_id, sid, *, hour=10):
    """A call without a number, its lead, and an appointment that it made; that one's id."""
    await add_call(database, business_id, sid, None)

    def job(conn):
        lead = calls.get(conn, business_id, sid).lead_id
        told = {"full_name": "Zebulon Quark", "email": "zebulon@example.com", "notes": "Burst boiler."}
        return leads.update_details(conn, business_id, lead, **told).id

    return await book(database, business_id, lead_id=await database.write(job), call_sid=sid, hour=hour)


@pytest.mark.parametrize("by", ["call", "appointment"])
async def test_who_gave_no_number_is_erased_by_a_call_or_an_appointment_and_stands_in_no_file(
    browser, database, business, tmp_path, folder, by
):
    await add_withheld(database, business.id, "CAother", hour=12)
    made = await add_withheld(database, business.id, "CAzebulon")
    await database.write(lambda conn: appointments.cancel(conn, business.id, made))
    (folder / "CAzebulon.jsonl").write_text("Zebulon", encoding="ascii")
    before = await database.read(lambda conn: erasable(conn, business.id))
    path = {"call": "/calls/CAzebulon", "appointment": f"/appointments/{made}"}[by]
    page = await browser.get(path)
    assert f'href="/b/{business.id}{path}/erase"' in page.body
    page = await browser.get(f"{path}/erase")
    assert (page.status, "Name Zebulon Quark Telephone number Not known" in page.text) == (200, True)
    assert "Calls 1 Messages 1 Appointments 1" in page.text
    assert await database.read(lambda conn: erasable(conn, business.id)) == before

    page = await browser.follow(await browser.post(f"{path}/erase"))
    assert "Erased." in page.text
    assert await database.read(lambda conn: erasable(conn, business.id)) == [1, 1, 1, 1]
    await browser.post("/calls/CAother/erase")
    assert found_in(tmp_path, *ZOE, CALLER) == []
    assert (await browser.get(f"{path}/erase")).status == (await browser.post(f"{path}/erase")).status == 404


def erasable(conn, business_id):
    tables = ("calls", "leads", "messages", "appointments")
    count = "SELECT count(*) FROM {} WHERE business_id = ?"
    return [conn.execute(count.format(table), (business_id,)).fetchone()[0] for table in tables]


async def test_who_was_written_in_without_a_number_and_cancelled_is_listed_where_one_erases(
    browser, database, business
):
    typed = {"full_name": HOSTILE, "date": "2026-11-23", "time": "10:00", "duration_min": "30"}
    written = await browser.follow(await browser.post("/appointments/new", **typed))
    assert HOSTILE in written.text
    await browser.post("/appointments/1/cancel")
    assert HOSTILE not in (await browser.get("/appointments?on=2026-11-23")).text
    page = await browser.get("/settings/erase")
    assert (f"People without a number {HOSTILE}" in page.text, "<b>" in page.body) == (True, False)
    assert f'href="/b/{business.id}/settings/erase/1"' in page.body
    page = await browser.get("/settings/erase/1")
    assert (HOSTILE in page.text, "Appointments 1" in page.text) == (True, True)
    page = await browser.follow(await browser.post("/settings/erase/1"))
    assert "Erased." in page.text
    assert await database.read(lambda conn: erasable(conn, business.id)) == [0, 0, 0, 0]
    assert "People without a number" not in (await browser.get("/settings/erase")).text


async def test_whose_call_shows_a_number_is_shown_with_all_that_is_of_the_number(browser, database, business):
    for sid in ("CA1", "CA2"):
        await add_call(database, business.id, sid)
    page = await browser.get("/calls/CA1/erase")
    assert "Telephone number +1 415-555-0199 Calls 2 Messages 2 Appointments 0" in page.text
    await browser.post("/calls/CA1/erase")
    assert await there(database, business.id) == ([], [])


async def test_who_is_on_the_line_is_not_erased_by_their_call_or_their_appointment(
    browser, database, business
):
    await add_call(database, business.id, "CA1", live=True)
    made = await book(database, business.id, lead_id=1)
    assert "/calls/CA1/erase" not in (await browser.get("/calls/CA1")).body
    for path in ("/calls/CA1/erase", f"/appointments/{made}/erase"):
        for page in (await browser.get(path), await browser.post(path)):
            assert (page.status, "This person is on a call right now." in page.text) == (422, True)
            assert "<form" not in page.body.partition("<main")[2]
    assert await there(database, business.id) == (["CA1"], [CALLER])


async def test_the_pages_that_erase_by_a_call_are_in_hebrew_for_who_reads_that(database, business):
    hebrew = await sign_in(database, client_of(database), business.id, language="he")
    await add_call(database, business.id, "CA1", None)
    await add_call(database, business.id, "CA2", live=True)
    page = await hebrew.get("/calls/CA1/erase")
    assert (page.status, HEBREW["page"] in page.text) == (200, True)
    page = await hebrew.get("/calls/CA2/erase")
    assert (page.status, HEBREW["live"] in page.text) == (422, True)
