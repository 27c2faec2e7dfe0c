import os
import sqlite3
import threading
from functools import partial

import pytest
import trio

from storage import businesses, calls
from storage.database import connect, open_database
from storage.errors import DatabaseInUse, DatabaseUnusable
from storage.writer import run_batch
from tests.storage.conftest import add_business, add_live_call
from tests.storage.inline import inline


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
        assert await db.read(lambda conn: calls.outcome(conn, "CA1")) == "process_died"


async def test_the_file_is_for_its_owner_only_and_nothing_is_left_beside_it(path):
    async with open_database(path) as db:
        await db.write(add_business)
        files = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
        assert {files[path.name + side] for side in ("", "-wal", "-shm")} == {"0o600"}
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


async def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_bytes(b"Dear diary, today the telephone rang. " * 40)
    with pytest.raises(DatabaseUnusable, match="file is not a database"):
        async with open_database(path):
            pass
    assert path.read_bytes() == b"Dear diary, today the telephone rang. " * 40


def test_a_write_is_on_the_disk_before_it_is_called_written(path):
    conn = connect(path)
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    values = [conn.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    conn.close()
    assert values == ["wal", 2, 1, 5000]
