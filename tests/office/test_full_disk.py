"""A call that ends while the disk takes nothing: its record stands in the end, and its texts go out."""

import datetime as dt
from functools import partial

import pytest
import trio
from attrs import define, evolve

from engine.ports import Back, CallRecord
from engine.recording import Recording
from engine.settings import DEFAULTS
from engine.switchboard import Switchboard
from office import recordings
from office.unwritten import LONGEST_PAUSE_S, Unwritten, keeping
from rehearsal.links import TransportLink
from rehearsal.rig import CALL_SID, place
from rehearsal.virtual_time import inline
from simulator import Call, HangUp, ModelScript, Reply, UntilBotQuiet, UntilBotSpeaks, murmur
from storage import businesses, calls
from storage.database import open_database
from tests.office.accounts import stored
from tests.office.front import Now, ring
from tests.office.full_disk import FullDisk
from tests.office.support import NUMBER

DAY = dt.timedelta(days=1)
OWNER = "+14155550177"
RECORD = CallRecord(
    outcome="caller_hung_up",
    detail="",
    duration_ms=2_000,
    events=stored((2_000, "hang_up", {"outcome": "caller_hung_up"})),
)


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as opened:
        yield opened


@pytest.fixture
def disk(database):
    disk = FullDisk(database)
    disk.full = False
    return disk


@pytest.fixture
async def business(database):
    add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
    added = await database.write(add)
    return await database.write(partial(businesses.change, business_id=added.id, owner_phone=OWNER))


def told(conn):
    return [tuple(row) for row in conn.execute("SELECT recipient, status FROM outbox")]


def account(conn):
    return [event.kind for event in calls.events(conn, 1, CALL_SID)]


def held_times(conn):
    return [tuple(row) for row in conn.execute("SELECT call_sid, busy_start FROM holds ORDER BY busy_start")]


async def stands(kept):
    await trio.sleep(LONGEST_PAUSE_S + 1)
    assert kept.number == 0


@define
class FillsTheDisk:
    """A caller's line with whose end the disk is full."""

    link: TransportLink
    disk: FullDisk

    def __getattr__(self, name):
        return getattr(self.link, name)

    async def close(self, code=1000):
        self.disk.full = True
        await self.link.close(code)


async def test_a_call_that_ends_on_a_full_disk_has_its_record_and_its_text_once_there_is_room(
    autojump_clock, database, disk, business
):
    take = Reply("One moment.", murmur(300, pitch=180), calls=(Call("take_message", {"text": "Ring me."}),))
    model = ModelScript(replies=[take, Reply("I will tell them.", murmur(400, pitch=180))])
    caller = [UntilBotSpeaks(100), UntilBotQuiet(1_500), HangUp()]
    woken = trio.Event()

    async with keeping(disk, woken.set) as kept:
        front = await ring(disk, business, Now(), call_sid=CALL_SID, unwritten=kept)
        placed = await place(caller, model, office=front.office, wrap=lambda link: FillsTheDisk(link, disk))
        assert [answer["status"] for answer in placed.of("tool_answered")] == ["ok"]
        await trio.sleep(60)
        assert (await database.read(told), await database.read(account)) == ([], [])
        assert not woken.is_set()
        disk.full = False
        with trio.fail_after(LONGEST_PAUSE_S):
            await woken.wait()
        assert await database.read(told) == [(OWNER, "pending")]
        assert await database.read(account) == placed.kinds()
        assert kept.number == 0


async def test_a_recording_is_kept_with_its_record(database, disk, business, tmp_path):
    keeps = await database.write(partial(businesses.change, business_id=1, keeps_audio=True))
    sound, kept = Recording(settings=DEFAULTS), Unwritten(database=disk)
    sound.begin(-500)
    sound.heard(20, bytes(160))
    front = await ring(disk, keeps, Now(), unwritten=kept, recordings_folder=tmp_path / "recordings")
    disk.full = True
    await front.office.close_call(evolve(RECORD, recording=sound))
    assert [file.name for file in tmp_path.glob("recordings*")] == []
    disk.full = False
    await kept.try_all()
    (file,) = (tmp_path / "recordings").iterdir()
    assert recordings.read(file).caller == ((20, bytes(160)),)


async def test_a_recording_that_waits_for_the_disk_goes_if_its_business_stops_recording(
    database, disk, business, tmp_path
):
    keeps = await database.write(partial(businesses.change, business_id=1, keeps_audio=True))
    sound, kept = Recording(settings=DEFAULTS), Unwritten(database=disk)
    sound.begin(-500)
    sound.heard(20, bytes(160))
    front = await ring(disk, keeps, Now(), unwritten=kept, recordings_folder=tmp_path / "recordings")
    disk.full = True
    await front.office.close_call(evolve(RECORD, recording=sound))
    await database.write(partial(businesses.change, business_id=1, keeps_audio=False))
    disk.full = False
    await kept.try_all()
    assert (kept.number, (tmp_path / "recordings").exists()) == (0, False)


async def test_what_is_kept_is_dated_by_the_hang_up_and_told_by_the_clock_of_the_writing(
    autojump_clock, database, disk, business
):
    now = Now()
    async with keeping(disk, lambda: None) as kept:
        front = await ring(disk, business, now, unwritten=kept)
        await front.asks("take_message", text="Ring me.")
        disk.full = True
        hung_up = now.value
        await front.office.close_call(RECORD)
        now.value += 2 * DAY  # older than a day a text is not sent any more
        disk.full = False
        await stands(kept)
    call, _, _ = await front.rows()
    (due,) = await database.read(lambda conn: conn.execute("SELECT due_at FROM outbox").fetchone())
    assert (call.ended_at, dt.datetime.fromisoformat(due)) == (hung_up, now.value)


async def test_a_kept_record_does_not_end_the_call_of_a_caller_who_is_back_on_the_line(
    autojump_clock, database, disk, business
):
    """A line breaks on a full disk; the disk recovers while its caller talks in a second stream."""
    now, switchboard = Now(), Switchboard(max_calls=1)
    async with keeping(disk, lambda: None, switchboard.on_the_line) as kept:
        first = await ring(disk, business, now, call_sid=CALL_SID, unwritten=kept)
        await first.asks("take_message", text="Ring me.")
        disk.full = True
        await first.office.close_call(evolve(RECORD, outcome="carrier_lost"))
        with switchboard.admit(CALL_SID):
            now.value += dt.timedelta(seconds=5)
            second = await ring(disk, business, now, call_sid=CALL_SID, unwritten=kept, back=Back.CUT_OFF)
            disk.full = False
            await second.finds()
            held = await database.read(held_times)
            await trio.sleep(2 * LONGEST_PAUSE_S)
            call, _, _ = await second.rows()
            assert (call.outcome, await database.read(held_times)) == (None, held)
            assert (held != [], await database.read(told)) == (True, [])
            now.value += dt.timedelta(seconds=60)
            await second.office.close_call(evolve(RECORD, outcome="completed"))
        await stands(kept)
    call, _, _ = await second.rows()
    assert (call.outcome, await database.read(account), await database.read(held_times)) == (
        "completed",
        ["hang_up", "hang_up"],
        [],
    )
    assert await database.read(told) == [(OWNER, "pending")]


async def test_a_record_that_finds_its_call_ended_is_logged_as_lost(database, disk, business, caplog):
    front = await ring(disk, business, Now(), call_sid=CALL_SID)
    await front.office.close_call(RECORD)
    await front.office.close_call(RECORD)
    assert f"call {CALL_SID}: its account is lost: it has an outcome already" in caplog.messages
