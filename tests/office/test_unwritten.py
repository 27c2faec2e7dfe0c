"""What the disk does not take is kept, and stands in the end: once, in order, in bounded memory."""

import pytest
import trio
from attrs import evolve

from engine.switchboard import Switchboard
from office.unwritten import LONGEST_PAUSE_S, MOST_KEPT, MOST_SOUND_BYTES, Entry, keeping
from rehearsal.virtual_time import inline
from storage.database import open_database
from storage.writer import run_batch
from tests.office.full_disk import FullDisk


@pytest.fixture
async def database(tmp_path):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as opened:
        yield opened


@pytest.fixture
def disk(database):
    return FullDisk(database)


def note(text):
    return Entry(what=text, job=lambda conn: conn.execute("INSERT INTO notes VALUES (?)", (text,)) and text)


def notes(conn):
    return [row[0] for row in conn.execute("SELECT text FROM notes ORDER BY rowid")]


async def stands(kept):
    await trio.sleep(LONGEST_PAUSE_S + 1)
    assert kept.number == 0


@pytest.fixture
async def paper(database):
    await database.write(lambda conn: conn.execute("CREATE TABLE notes (text)") and None)
    return database


async def test_the_pauses_grow_to_half_a_minute(autojump_clock, paper, disk):
    tried_s = []

    class Watched:
        async def ask(self, job):
            tried_s.append(round(trio.current_time()))
            return await disk.ask(job)

    async with keeping(Watched(), lambda: None) as kept:
        await kept.write(note("a"))
        await trio.sleep(100)
        assert tried_s == [0, 1, 3, 8, 18, 48, 78]
        disk.full = False
        await stands(kept)
        disk.full = True
        del tried_s[:]
        began_s = round(trio.current_time())
        await kept.write(note("b"))
        await trio.sleep(5)
        assert [at - began_s for at in tried_s] == [0, 1, 3]


async def test_what_stands_is_told_of_with_its_result_and_its_order_is_kept(autojump_clock, paper, disk):
    heard, woken = [], []

    async def hear(result):
        await trio.lowlevel.checkpoint()
        heard.append(result)

    async with keeping(disk, lambda: woken.append(len(heard))) as kept:
        for text in "abc":
            await kept.write(evolve(note(text), stands=hear))
        assert (heard, woken) == ([], [])
        disk.full = False
        await stands(kept)
        await kept.write(evolve(note("d"), stands=hear))
    assert (heard, woken, await paper.read(notes)) == ([*"abcd"], [0, 1, 2, 3], [*"abcd"])


async def test_what_is_left_of_one_call_does_not_overtake(autojump_clock, paper, disk):
    async with keeping(disk, lambda: None) as kept:
        await kept.write(evolve(note("its record"), call_sid="CA1"))
        disk.full = False
        await kept.write(evolve(note("its transfer is over"), call_sid="CA1"))
        await kept.write(evolve(note("another call"), call_sid="CA2"))
        await stands(kept)
    assert await paper.read(notes) == ["another call", "its record", "its transfer is over"]


class Moody:
    """A disk that has room again right after it has refused one job."""

    def __init__(self, disk):
        self.disk = disk

    async def ask(self, job):
        request = await self.disk.ask(job)
        self.disk.full = False
        return request


async def test_what_comes_later_in_a_call_waits_for_what_failed_before_it(autojump_clock, paper, disk):
    async with keeping(Moody(disk), lambda: None) as kept:
        await kept.write(evolve(note("its record"), call_sid="CA1"))
        await kept.write(evolve(note("its second record"), call_sid="CA1"))
        await kept.write(evolve(note("its third"), call_sid="CA1"))
        disk.full = True
        await kept.write(evolve(note("another call"), call_sid="CA2"))
        disk.full = True
        await kept.try_all()
        assert await paper.read(notes) == ["another call"]
        await stands(kept)
    assert await paper.read(notes) == ["another call", "its record", "its second record", "its third"]


async def test_what_is_left_of_a_call_waits_until_its_caller_is_off_the_line(autojump_clock, paper, disk):
    switchboard = Switchboard(max_calls=1)
    async with keeping(disk, lambda: None, switchboard.on_the_line) as kept:
        for call_sid in ("CA1", "CA2"):
            await kept.write(evolve(note(call_sid), call_sid=call_sid))
        with switchboard.admit("CA1"):
            disk.full = False
            await trio.sleep(3 * LONGEST_PAUSE_S)
            assert await paper.read(notes) == ["CA2"]
            await kept.write(evolve(note("its second stream"), call_sid="CA1"))
            assert await paper.read(notes) == ["CA2"]
        await stands(kept)
    assert await paper.read(notes) == ["CA2", "CA1", "its second stream"]


@pytest.mark.parametrize("queued", [True, False])
async def test_who_stops_waiting_has_it_written_and_only_once(autojump_clock, tmp_path, queued):
    disk_is_free = trio.Event()

    async def slow_disk(sync_fn, /, *args, limiter=None):
        if sync_fn is run_batch:
            await disk_is_free.wait()
        return await inline(sync_fn, *args, limiter=limiter)

    disk_is_free.set()
    async with open_database(tmp_path / "f.db", run_sync=slow_disk) as database:
        await database.write(lambda conn: conn.execute("CREATE TABLE notes (text)") and None)
        disk_is_free = trio.Event()
        async with keeping(database, lambda: None) as kept:
            with trio.move_on_after(5 if queued else 0):
                await kept.write(note("a"))
            await trio.sleep(60)
            assert kept.number == 1
            disk_is_free.set()
            await stands(kept)
        assert await database.read(notes) == ["a"]


async def test_a_server_that_stops_tries_once_more_and_says_what_is_lost(autojump_clock, paper, disk, caplog):
    async with keeping(disk, lambda: None) as kept:
        await kept.write(note("a"))
        disk.full = False
    assert await paper.read(notes) == ["a"]
    disk.full = True
    async with keeping(disk, lambda: None) as kept:
        await kept.write(note("b"))
    assert await paper.read(notes) == ["a"]
    assert caplog.messages[-1] == "b was not written before the server stopped"


async def test_a_server_that_is_cancelled_tries_once_more(autojump_clock, paper, disk):
    with trio.CancelScope() as scope:
        async with keeping(disk, lambda: None) as kept:
            await kept.write(note("a"))
            disk.full = False
            scope.cancel()
            await trio.lowlevel.checkpoint()
    assert await paper.read(notes) == ["a"]


async def test_memory_is_bounded(autojump_clock, paper, disk, caplog):
    async with keeping(disk, lambda: None) as kept:
        for number in range(MOST_KEPT + 2):
            await kept.write(note(f"{number}"))
        assert kept.number == MOST_KEPT
        lost = [line for line in caplog.messages if "lost" in line]
        assert lost == [f"{number} is lost: {MOST_KEPT} others cannot be written either" for number in (0, 1)]
        disk.full = False
        await stands(kept)
    assert await paper.read(notes) == [f"{number}" for number in range(2, MOST_KEPT + 2)]


async def test_the_sound_that_waits_is_bounded_and_costs_no_record(autojump_clock, paper, disk):
    heard = []

    async def hear(result):
        await trio.lowlevel.checkpoint()
        heard.append(result)

    async with keeping(disk, lambda: None) as kept:
        for text in "abc":
            await kept.write(evolve(note(text), stands=hear, sound_bytes=MOST_SOUND_BYTES // 2))
        disk.full = False
        await stands(kept)
    assert (heard, await paper.read(notes)) == (["a", "b"], ["a", "b", "c"])


async def test_a_bug_is_raised_to_who_asked_and_a_late_one_stops_nobody(autojump_clock, paper, disk, caplog):
    broken = Entry(what="a broken one", job=lambda conn: 1 // 0)
    async with keeping(disk, lambda: None) as kept:
        await kept.write(broken)
        await kept.write(note("a"))
        disk.full = False
        await stands(kept)
        with pytest.raises(ZeroDivisionError):
            await kept.write(evolve(broken))
        assert kept.number == 0
    assert "a broken one cannot be written" in caplog.messages
    assert await paper.read(notes) == ["a"]
