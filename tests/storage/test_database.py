import os
import sqlite3
import threading
from functools import partial

import pytest
import trio

from rehearsal.virtual_time import inline
from storage import businesses, calls, leads
from storage.database import connect, look_at, open_database
from storage.errors import DatabaseDamaged, DatabaseInUse, DatabaseUnusable, WriteFailed
from storage.writer import run_batch
from tests.storage.conftest import add_business, add_live_call


@pytest.fixture
def path(tmp_path):
    return tmp_path / "front desk?#%.sqlite"  # every one of these means something in a URI


def names(conn):
    return [row["name"] for row in conn.execute("SELECT name FROM businesses ORDER BY id")]


async def test_what_is_written_is_read_now_and_after_opening_again(path):
    async with open_database(path) as db:
        business = await db.write(add_business)
        assert await db.read(lambda conn: businesses.by_id(conn, business.id)) == business
    async with open_database(path) as db:
        assert await db.read(lambda conn: businesses.by_id(conn, business.id)) == business


async def test_a_file_that_another_program_is_writing_is_refused_in_words(path):
    async with open_database(path):
        pass
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnusable, match="database is locked"):
        async with open_database(path):
            pass
    other.close()


async def test_the_error_of_a_job_is_raised_where_it_was_asked_for(path):
    async with open_database(path) as db:
        with pytest.raises(ZeroDivisionError):
            await db.write(lambda conn: 1 / 0)
        assert await db.read(names) == []


async def test_a_query_cannot_write(path):
    async with open_database(path) as db:
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            await db.read(add_business)
        assert await db.read(names) == []


async def test_a_query_sees_one_state_of_the_file(path):
    between, go_on = trio.Event(), threading.Event()

    def look_twice(conn):
        first = names(conn)
        trio.from_thread.run_sync(between.set)
        go_on.wait()
        return first, names(conn)

    seen = []
    async with open_database(path) as db:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def _():
                seen.append(await db.read(look_twice))

            await between.wait()
            await db.write(add_business)
            go_on.set()
        assert seen == [([], [])]
        assert await db.read(names) == ["Salon"]


async def test_more_queries_than_connections_take_turns(path):
    async with open_database(path) as db:
        await db.write(add_business)
        seen = []

        async def ask():
            seen.append(await db.read(names))

        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(ask)
    assert seen == [["Salon"]] * 20


async def test_an_asker_who_is_cancelled_leaves_at_once_and_the_running_job_is_kept(path):
    running, go_on = trio.Event(), threading.Event()

    def slow(conn):
        trio.from_thread.run_sync(running.set)
        go_on.wait()
        return add_business(conn)

    async with open_database(path) as db:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(db.write, slow)
            await running.wait()
            nursery.cancel_scope.cancel()
        assert not go_on.is_set()  # we are here while the job still runs
        go_on.set()
        assert await db.write(names) == ["Salon"]


async def test_jobs_that_are_queued_are_written_although_everything_was_cancelled(path, autojump_clock):
    disk_is_free = trio.Event()

    async def slow_disk(sync_fn, /, *args, limiter=None):
        if sync_fn is run_batch:
            await disk_is_free.wait()
        return await inline(sync_fn, *args, limiter=limiter)

    with trio.CancelScope() as scope:
        async with open_database(path, run_sync=slow_disk) as db, trio.open_nursery() as nursery:
            for number in ("+14155550100", "+14155550101", "+14155550102"):
                nursery.start_soon(db.write, partial(add_business, number=number))
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            disk_is_free.set()
    async with open_database(path, run_sync=inline) as db:
        assert await db.read(names) == ["Salon"] * 3


async def test_the_body_raises_its_own_error(path):
    with pytest.raises(KeyError, match="mine"):
        async with open_database(path):
            raise KeyError("mine")


async def test_the_body_raises_its_own_group_of_errors(path):
    with pytest.RaisesGroup(pytest.RaisesExc(KeyError, match="mine")):
        async with open_database(path), trio.open_nursery():
            raise KeyError("mine")


async def test_a_second_opener_is_refused_until_the_first_has_left(path):
    async with open_database(path) as db:
        await db.write(add_business)
        with pytest.raises(DatabaseInUse) as refused:
            async with open_database(path):
                pass
        assert str(refused.value) == f"{path} is in use by process {os.getpid()}; stop that first"
        assert await db.read(names) == ["Salon"]
    async with open_database(path) as db:
        assert await db.read(names) == ["Salon"]


async def test_calls_that_a_dead_process_left_live_have_an_outcome(path):
    async with open_database(path) as db:
        business = await db.write(add_business)
        await db.write(lambda conn: add_live_call(conn, business.id, "CA1"))
    async with open_database(path) as db:
        assert await db.read(lambda conn: calls.outcome(conn, "CA1")) == "interrupted"


async def test_the_file_is_for_its_owner_only_and_nothing_is_left_beside_it(path):
    async with open_database(path) as db:
        await db.write(add_business)
        files = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
        assert {files[path.name + side] for side in ("", "-wal", "-shm")} == {"0o600"}
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


async def fill(path, *, leads_too=0):
    async with open_database(path) as db:
        business = await db.write(add_business)
        for number in range(leads_too):
            await db.write(partial(ring, business_id=business.id, number=number))


def ring(conn, business_id, number):
    return leads.find_or_create(
        conn, business_id, phone=f"+1415{number:07}", call_sid=f"CA{number}{'x' * 200}"
    ).id


def overwrite_a_page(path):
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096)


def cut_off(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [overwrite_a_page, cut_off])
async def test_a_damaged_file_is_refused_and_stays_as_it_is(path, damage):
    await fill(path, leads_too=20)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(DatabaseDamaged) as refused:
        async with open_database(path):
            pass
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]
    said = str(refused.value)
    assert said.startswith(f"{path} is damaged (")
    assert "put a backup in its place with `frontdesk restore`" in said


async def ring_until_refused(db, business_id, kept):
    for number in range(1_000):
        kept.append(await db.write(partial(ring, business_id=business_id, number=number)))


async def test_on_a_full_disk_writes_fail_reads_go_on_and_later_writes_are_kept(path):
    def grow_by(pages):
        return lambda conn: conn.execute(
            f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + pages}"
        ).fetchone()[0]

    kept = []
    async with open_database(path) as db:
        business = await db.write(add_business)
        await db.write(grow_by(2))
        with pytest.raises(WriteFailed, match="nothing was written: database or disk is full"):
            await ring_until_refused(db, business.id, kept)
        everybody = partial(leads.every, business_id=business.id)
        assert sorted(lead.id for lead in await db.read(everybody)) == kept
        await db.write(grow_by(100))
        kept.append(await db.write(partial(ring, business_id=business.id, number=1_000)))
    async with open_database(path) as db:
        assert sorted(lead.id for lead in await db.read(everybody)) == kept


def test_a_write_is_on_the_disk_before_it_is_called_written(path):
    conn = connect(path)
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    values = [conn.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    conn.close()
    assert values == ["wal", 2, 1, 5000]


def files(path):
    return {file.name: file.read_bytes() for file in path.parent.iterdir() if file.suffix != ".lock"}


async def test_a_look_sees_what_is_committed_while_the_server_has_the_file_and_after(path):
    async with open_database(path) as db:
        await db.write(add_business)
        with look_at(path) as conn:
            assert names(conn) == ["Salon"]
            await db.write(partial(add_business, number="+14155550101"))
            assert names(conn) == ["Salon"]  # one state, whatever is written meanwhile
        with look_at(path) as conn:
            assert names(conn) == ["Salon", "Salon"]
    before = files(path)
    with look_at(path) as conn:
        assert names(conn) == ["Salon", "Salon"]
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            add_business(conn, "+14155550102")
    assert files(path) == before


def test_a_look_at_a_file_that_is_not_there_makes_none(path):
    with pytest.raises(DatabaseUnusable, match="there is no such file"), look_at(path):
        pass
    assert files(path) == {}
