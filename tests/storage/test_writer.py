import sqlite3

import pytest
import trio

from rehearsal.virtual_time import inline
from storage import appointments, calls
from storage.booking import NotBookable
from storage.database import open_database
from storage.errors import WriteFailed
from storage.writer import Request, run_batch
from tests.storage.conftest import HOUR, MONDAY_9, add_business, add_live_call, book


def note(text, then=lambda: None):
    """A job that leaves one row, and whose result is its text."""

    def job(conn):
        conn.execute("INSERT INTO notes VALUES (?)", (text,))
        then()
        return text

    return job


def broken():
    raise LookupError("a bug in a job")


def notes(conn):
    return [row["text"] for row in conn.execute("SELECT text FROM notes ORDER BY rowid")]


@pytest.fixture
def paper(conn):
    conn.execute("CREATE TABLE notes (text)")
    return conn


def test_the_jobs_of_a_batch_are_one_transaction(paper):
    statements = []
    paper.set_trace_callback(statements.append)
    batch = [Request(note(text)) for text in "abc"]
    run_batch(paper, batch)
    paper.set_trace_callback(None)
    assert [request.result() for request in batch] == ["a", "b", "c"]
    assert notes(paper) == ["a", "b", "c"]
    assert [sql for sql in statements if sql in ("BEGIN IMMEDIATE", "COMMIT")] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]


def test_a_failing_job_fails_alone_and_its_error_is_its_answer(paper):
    batch = [Request(note("a")), Request(note("b", broken)), Request(note("c"))]
    run_batch(paper, batch)
    assert [batch[0].result(), batch[2].result()] == ["a", "c"]
    with pytest.raises(LookupError, match="a bug in a job"):
        batch[1].result()
    assert notes(paper) == ["a", "c"]


def orphan(conn):
    """A job that is fine until COMMIT, which then fails."""
    conn.execute("PRAGMA defer_foreign_keys = ON")
    conn.execute("INSERT INTO weekly_hours VALUES (77, 1, 0, 540, 1020)")


def test_if_commit_fails_every_job_of_the_batch_has_failed(paper):
    batch = [Request(note("a")), Request(orphan), Request(note("b", broken)), Request(note("c"))]
    run_batch(paper, batch)
    for request in (batch[0], batch[1], batch[3]):
        with pytest.raises(WriteFailed, match="nothing was written: FOREIGN KEY constraint failed"):
            request.result()
    with pytest.raises(LookupError):
        batch[2].result()
    assert notes(paper) == []
    assert not paper.in_transaction


def test_on_a_full_disk_no_job_of_the_batch_is_called_written(paper):
    # SQLite then rolls back the whole transaction, with the jobs that had gone well.
    (pages,) = paper.execute("PRAGMA page_count").fetchone()
    paper.execute(f"PRAGMA max_page_count = {pages}")
    batch = [Request(note("a")), Request(note("b" * 100_000)), Request(note("c"))]
    run_batch(paper, batch)
    for request in batch:
        with pytest.raises(WriteFailed, match="nothing was written: database or disk is full"):
            request.result()
    assert notes(paper) == []
    paper.execute(f"PRAGMA max_page_count = {pages + 100}")
    run_batch(paper, batch := [Request(note("d" * 100_000))])
    assert notes(paper) == [batch[0].result()]


def test_a_file_locked_by_a_stranger_fails_the_batch(paper, tmp_path):
    paper.execute("PRAGMA busy_timeout = 0")
    stranger = sqlite3.connect(tmp_path / "frontdesk.sqlite", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    run_batch(paper, refused := [Request(note("a"))])
    stranger.close()
    run_batch(paper, written := [Request(note("b"))])
    with pytest.raises(WriteFailed, match="nothing was written: database is locked"):
        refused[0].result()
    assert (written[0].result(), notes(paper)) == ("b", ["b"])


async def test_jobs_that_wait_together_share_a_transaction(tmp_path, autojump_clock):
    batches = []

    async def counting(sync_fn, /, *args, limiter=None):
        if sync_fn is run_batch:
            batches.append(len(args[1]))
        return await inline(sync_fn, *args, limiter=limiter)

    async with open_database(tmp_path / "f.sqlite", run_sync=counting) as db:
        await db.write(lambda conn: conn.execute("CREATE TABLE notes (text)") and None)
        async with trio.open_nursery() as nursery:
            for number in range(300):
                nursery.start_soon(db.write, note(number))
        assert sorted(await db.read(notes)) == [*range(300)]
    assert sum(batches) == 301
    assert len(batches) <= 4


# Cancelled at its every step. A job books two appointments: both are there, or neither.

BOTH = (MONDAY_9, MONDAY_9 + HOUR)


def prepare(conn):
    for number in ("+14155550100", "+14155550101"):
        business = add_business(conn, number)
        add_live_call(conn, business.id, "CA1")


def book_at(business_id, *starts):
    def job(conn):
        for start in starts:
            book(conn, business_id, start)
        return starts

    return job


def booked(business_id):
    return lambda conn: tuple(a.starts_at for a in appointments.for_call(conn, business_id, "CA1"))


class CancelAt(trio.abc.Instrument):
    """Cancels a scope at the n-th step that any task takes while the scope is given."""

    def __init__(self, step):
        self.step, self.steps, self.scope = step, 0, None

    def before_task_step(self, task):
        if self.scope is not None:
            self.steps += 1
            if self.steps == self.step:
                self.scope.cancel()


def every_step(scenario, path):
    """Run the scenario cancelled at step 1, 2, ... until it needs fewer steps; collect what it returns."""
    seen = []
    while not seen or seen[-1][0]:
        cancel = CancelAt(len(seen) + 1)
        trio.run(
            scenario,
            cancel,
            path / f"{len(seen)}.sqlite",
            seen,
            clock=trio.testing.MockClock(autojump_threshold=0),
            instruments=[cancel],
        )
    return [outcome for _, *outcome in seen]


async def one_asker_is_cancelled(cancel, path, seen):
    acknowledged = []

    async def asker():
        with trio.CancelScope() as scope:
            cancel.scope = scope
            await trio.lowlevel.checkpoint()  # the first step, before anything is asked for
            acknowledged.append(await db.write(book_at(1, *BOTH)))
        cancel.scope = None
        cancelled.append(scope.cancelled_caught)

    async def neighbour():
        for hours in range(3):
            await db.write(book_at(2, MONDAY_9 + hours * HOUR))

    cancelled = []
    async with open_database(path, run_sync=inline) as db:
        await db.write(prepare)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(asker)
            nursery.start_soon(neighbour)
        assert await db.read(booked(2)) == tuple(MONDAY_9 + hours * HOUR for hours in range(3))
        seen.append((cancelled[0], bool(acknowledged), await db.read(booked(1))))


def test_an_asker_cancelled_at_any_step_leaves_never_half_a_write_and_the_writer_goes_on(tmp_path):
    outcomes = every_step(one_asker_is_cancelled, tmp_path)
    assert all(rows in ((), BOTH) for _, rows in outcomes)
    assert all(rows == BOTH for acknowledged, rows in outcomes if acknowledged)
    assert {rows for _, rows in outcomes} == {(), BOTH}
    assert outcomes[-1] == [True, BOTH]


async def the_whole_server_is_cancelled(cancel, path, seen):
    acknowledged = []
    with trio.CancelScope() as scope:
        async with open_database(path, run_sync=inline) as db:
            await db.write(prepare)
            cancel.scope = scope
            await trio.lowlevel.checkpoint()
            acknowledged.append(await db.write(book_at(1, *BOTH)))
            await db.write(lambda conn: calls.close_abandoned(conn))
    cancel.scope = None
    async with open_database(path, run_sync=inline) as db:
        rows = await db.read(booked(1))
        with pytest.raises(NotBookable) if rows else trio.CancelScope():
            await db.write(book_at(1, MONDAY_9 - HOUR / 2))
    seen.append((scope.cancelled_caught, bool(acknowledged), rows))


def test_a_server_cancelled_at_any_step_closes_its_file_with_whole_writes_only(tmp_path):
    outcomes = every_step(the_whole_server_is_cancelled, tmp_path)
    assert all(rows in ((), BOTH) for _, rows in outcomes)
    assert all(rows == BOTH for acknowledged, rows in outcomes if acknowledged)
    assert {rows for _, rows in outcomes} == {(), BOTH}
