"""The one task that writes.

SQLite takes one writer at a time, so there is one connection, one task, and a queue of jobs before it.
Whatever has gathered in the queue becomes one transaction: with synchronous=FULL the disk is the cost, and
a burst of a hundred jobs pays for it once. Each job has a savepoint of its own and fails alone.

Nobody learns of a result before COMMIT has returned.

Cancellation. A job belongs to the writer from the moment it is in the queue: its asker may stop waiting,
the job still runs, whole. An asker cancelled before that has written nothing.

The end. The loop is shielded, and has no deadline: a thread in the middle of a commit cannot be left, and
jobs already taken must not be lost. What bounds it is the queue. Once every send handle is closed nothing
can be added, so at most QUEUE_JOBS remain, in batches of BATCH_JOBS: five transactions, each of which waits
for a lock no longer than the connection's busy timeout and then goes at the speed of the disk.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

import trio
from attrs import define, field

from storage.errors import DatabaseGone, WriteFailed

QUEUE_JOBS = 1_024
BATCH_JOBS = 256
# What a statement raises that no job can help. On a full disk most fail as late as COMMIT, but not all.
_THE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT}

T = TypeVar("T")


class RunSync(Protocol):
    """How blocking code is run: `trio.to_thread.run_sync`, or inline where a virtual clock counts.

    It must not return, or be cancelled, before `sync_fn` has ended.
    """

    def __call__(
        self, sync_fn: Callable[..., T], /, *args: Any, limiter: trio.CapacityLimiter | None = None
    ) -> Awaitable[T]: ...


@define(eq=False)
class Request(Generic[T]):
    """One job and its answer, which stands once `answered` is set."""

    job: Callable[[sqlite3.Connection], T]
    answered: trio.Event = field(factory=trio.Event)
    _value: T | None = None
    _error: Exception | None = None

    @property
    def error(self) -> Exception | None:
        """What `result` would raise, None if it was written."""
        return self._error

    def result(self) -> T:
        """Return what the job returned, or raise what it raised; WriteFailed if the transaction failed."""
        if self._error is not None:
            raise self._error
        return cast("T", self._value)

    def attempt(self, conn: sqlite3.Connection) -> None:
        """Run the job in its savepoint and keep its answer. Raises only if the transaction is lost."""
        conn.execute("SAVEPOINT job")
        try:
            self._value = self.job(conn)
        except Exception as error:  # not swallowed: it belongs to who asked, and is raised there
            if not conn.in_transaction:
                # On a full disk or an I/O error SQLite may roll back everything, not the statement:
                # https://www.sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction".
                raise
            self._error = error
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _THE_DISK:
                self._error = WriteFailed(str(error))
                self._error.__cause__ = error
            conn.execute("ROLLBACK TO job")
        conn.execute("RELEASE job")

    def fail(self, cause: sqlite3.Error | DatabaseGone) -> None:
        """Answer that nothing was written, unless the job's own error is the answer already."""
        if self._error is None:
            self._error = DatabaseGone() if isinstance(cause, DatabaseGone) else WriteFailed(str(cause))
            self._error.__cause__ = cause


def run_batch(
    conn: sqlite3.Connection, batch: Sequence[Request[Any]], check: Callable[[], None] = lambda: None
) -> None:
    """Run the jobs in one transaction. Afterwards every request has its answer, and all of them are true.

    None is run if `check` raises DatabaseGone: nobody would find what they write.
    """
    try:
        conn.execute("BEGIN IMMEDIATE")
        check()
        for request in batch:
            request.attempt(conn)
        conn.execute("COMMIT")
    except (sqlite3.Error, DatabaseGone) as cause:
        for request in batch:
            request.fail(cause)
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


async def run_writer(
    conn: sqlite3.Connection,
    requests: trio.MemoryReceiveChannel[Request[Any]],
    run_sync: RunSync,
    check: Callable[[], None],
) -> None:
    """Answer requests until every send handle is closed and the queue is empty. Cannot be cancelled."""
    limiter = trio.CapacityLimiter(1)  # its own thread: never behind somebody else's slow work
    with trio.CancelScope(shield=True):
        async for first in requests:
            batch = [first, *_waiting(requests, BATCH_JOBS - 1)]
            await run_sync(run_batch, conn, batch, check, limiter=limiter)
            for request in batch:
                request.answered.set()


def _waiting(requests: trio.MemoryReceiveChannel[Request[Any]], most: int) -> list[Request[Any]]:
    waiting: list[Request[Any]] = []
    while len(waiting) < most:
        try:
            waiting.append(requests.receive_nowait())
        except (trio.WouldBlock, trio.EndOfChannel):
            break
    return waiting
