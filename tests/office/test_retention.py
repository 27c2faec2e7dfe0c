"""Calls go when their business keeps them no longer, and their recordings with them."""

import datetime as dt
import logging
from functools import partial

import pytest
import trio

from office import recordings, retention
from office.live import LiveCalls
from rehearsal.virtual_time import inline
from storage import businesses, calls, leads, wrong_facts
from storage.database import open_database
from tests.office.support import local
from web import server

START = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR_S = 3_600


def now():
    return START + dt.timedelta(seconds=trio.current_time())


@pytest.fixture
async def database(tmp_path):
    """A real file whose code runs inline, so that the virtual clock counts."""
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "recordings"
    made.mkdir()
    return made


def add_call(conn, business_id, call_sid, started_at, *, lead_id=None, live=False):
    begun = {"caller": "+14155550199", "lead_id": lead_id, "started_at": started_at}
    calls.begin(conn, business_id, call_sid=call_sid, **begun)
    if not live:
        end = {"outcome": "completed", "detail": "", "ended_at": started_at, "duration_ms": 0, "events": []}
        calls.finish(conn, business_id, call_sid=call_sid, **end)


async def keep_for(database, business_id, days):
    await database.write(lambda conn: businesses.change(conn, business_id, retention_days=days))


async def add_calls(database, folder, business_id, days_old, *, live=False):
    """A recorded call for each of these ages, named for it."""

    def job(conn):
        for days in days_old:
            sid = f"CA{business_id}x{str(days).replace('.', 'x')}"
            add_call(conn, business_id, sid, START - days * DAY, live=live)
            (folder / f"{sid}.jsonl").touch()

    await database.write(job)


async def kept(database, folder):
    """The calls that have a row, which are those that have a recording."""
    rows = await database.read(lambda conn: conn.execute("SELECT call_sid FROM calls").fetchall())
    sids = sorted(row["call_sid"] for row in rows)
    assert sorted(file.stem for file in folder.iterdir()) == sids
    return sids


async def run_for(database, folder, seconds):
    with trio.move_on_after(seconds):
        await retention.run(database, folder, now, LiveCalls())


async def test_old_calls_go_at_the_start_and_others_when_they_are_old(
    database, business, folder, autojump_clock
):
    await keep_for(database, business.id, 30)
    await add_calls(database, folder, business.id, [40, 30.1, 29.8, 29])

    await run_for(database, folder, HOUR_S)
    assert await kept(database, folder) == ["CA1x29", "CA1x29x8"]
    await run_for(database, folder, 7 * HOUR_S)
    assert await kept(database, folder) == ["CA1x29"]


async def test_what_a_business_keeps_and_a_live_call_stay(database, business, folder, autojump_clock):
    other = await database.write(
        partial(businesses.add, name="Other", number="+14155550101", timezone="UTC", language="en")
    )
    await keep_for(database, business.id, 30)
    await add_calls(database, folder, business.id, [31], live=True)
    await add_calls(database, folder, other.id, [3_000])

    await run_for(database, folder, HOUR_S)
    assert await kept(database, folder) == ["CA1x31", "CA2x3000"]


async def test_a_year_of_calls_goes_in_small_lots(database, business, folder, caplog, autojump_clock):
    caplog.set_level(logging.INFO)
    await keep_for(database, business.id, 30)
    await add_calls(database, folder, business.id, range(31, 396))

    await run_for(database, folder, HOUR_S)
    assert await kept(database, folder) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"retention: 365 calls of business {business.id} erased"
    ]


async def test_a_disk_in_trouble_is_tried_again(database, business, folder, caplog, autojump_clock):
    await keep_for(database, business.id, 30)
    await add_calls(database, folder, business.id, [40])
    writer = await database.write(lambda conn: conn)
    writer.execute("PRAGMA query_only = ON")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(retention.run, database, folder, now, LiveCalls())
        await trio.sleep(HOUR_S)
        assert await kept(database, folder) == ["CA1x40"]
        writer.execute("PRAGMA query_only = OFF")
        await trio.sleep(6 * HOUR_S)
        nursery.cancel_scope.cancel()
    assert await kept(database, folder) == []
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_a_recording_that_cannot_be_removed_keeps_its_call_and_nothing_else_and_is_tried_again(
    database, business, folder, caplog, autojump_clock
):
    await keep_for(database, business.id, 30)
    await add_calls(database, folder, business.id, range(40, 90))
    stuck = [folder / f"CA1x{days}.jsonl" for days in (40, 55, 88, 89)]
    for file in stuck:
        file.unlink()
        file.mkdir()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(retention.run, database, folder, now, LiveCalls())
        await trio.sleep(HOUR_S)
        assert await kept(database, folder) == [file.stem for file in stuck]
        stuck.pop().rmdir()
        await trio.sleep(6 * HOUR_S)
        assert await kept(database, folder) == [file.stem for file in stuck]
        nursery.cancel_scope.cancel()
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        f"retention: {number} calls of business {business.id} stay" for number in (4, 3)
    ]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2


async def test_a_caller_of_whom_nothing_is_left_goes_with_the_last_call_and_leaves_no_byte(
    database, business, folder, tmp_path, autojump_clock
):
    def ring(conn):
        lead = leads.find_or_create(conn, business.id, phone=None, call_sid="CA1")
        leads.update_details(conn, business.id, lead.id, full_name="Zebulon", notes="Pregnant.")
        add_call(conn, business.id, "CA1", START - 29 * DAY, lead_id=lead.id)

    def in_files():
        files = [path for path in tmp_path.glob("frontdesk.db*") if path.is_file()]
        return any(word in file.read_bytes() for file in files for word in (b"Zebulon", b"Pregnant"))

    await keep_for(database, business.id, 30)
    await database.write(ring)
    await run_for(database, folder, HOUR_S)
    assert (len(await database.read(lambda conn: leads.every(conn, business.id))), in_files()) == (1, True)
    await run_for(database, folder, 25 * HOUR_S)
    assert (await database.read(lambda conn: leads.every(conn, business.id)), in_files()) == ((), False)


async def test_wrong_facts_go_with_their_day(database, business, folder, autojump_clock):
    today = START.date()
    wrong = {"business_id": business.id, "phone": "+14155550199"}
    for date in (today - DAY, today):
        await database.write(partial(wrong_facts.note, **wrong, date=date, kind="day"))
    await run_for(database, folder, HOUR_S)
    counted = [
        await database.read(partial(wrong_facts.of, **wrong, date=date)) for date in (today - DAY, today)
    ]
    assert [each.days for each in counted] == [0, 1]


class Erased(logging.Handler):
    """Set once the log says that calls were erased."""

    def __init__(self):
        super().__init__()
        self.seen = trio.Event()

    def emit(self, record):
        self.seen.set()


async def test_the_server_erases_as_it_starts(tmp_path, caplog):
    path = tmp_path / "frontdesk.db"
    async with open_database(path) as opened:
        business = await opened.write(
            partial(businesses.add, name="A", number="+14155550100", timezone="UTC", language="en")
        )
        await keep_for(opened, business.id, 30)
        await opened.write(partial(add_call, business_id=business.id, call_sid="CA1", started_at=START))
    caplog.set_level(logging.INFO)
    erased = Erased()
    logging.getLogger("office.retention").addHandler(erased)
    try:
        with trio.fail_after(20):
            await server.serve(
                local(),
                host="127.0.0.1",
                port=0,
                database=str(path),
                stop=erased.seen.wait,
                drain_s=0,
                now=lambda: START + 31 * DAY,
                say=lambda _: None,
            )
    finally:
        logging.getLogger("office.retention").removeHandler(erased)

    async with open_database(path) as opened:
        assert await opened.read(lambda conn: calls.get(conn, business.id, "CA1")) is None
    assert not recordings.folder_of(path).exists()
