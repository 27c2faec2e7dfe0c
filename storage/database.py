"""One SQLite file: who may open it, one way to write to it, one way to read it."""

import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import trio
from attrs import field, frozen

from storage import calls, migrations
from storage.errors import DatabaseInUse, DatabaseUnusable
from storage.examine import check_expected, connect_to_look, examine
from storage.lock import locked
from storage.whereabouts import OpenFiles
from storage.writer import QUEUE_JOBS, Request, RunSync, run_writer

log = logging.getLogger(__name__)

READERS = 2
_BUSY_TIMEOUT_S = 5.0

_LOG_TRIES, _LOG_RETRY_S = 20, 0.2  # a query lasts milliseconds; somebody waits for the answer

T = TypeVar("T")


@frozen(kw_only=True)
class Database:
    """An open database. Its jobs and queries are plain functions of a `sqlite3.Connection`.

    They run in another thread: they return values, never cursors, and neither begin nor commit.
    """

    _requests: trio.MemorySendChannel[Request[Any]]
    _readers: list[sqlite3.Connection]
    _run_sync: RunSync
    _files: OpenFiles
    _read_limiter: trio.CapacityLimiter = field(factory=lambda: trio.CapacityLimiter(READERS))

    @property
    def gone(self) -> bool:
        """Whether the file is no longer where it was opened; then nothing is written. Looks at the disk."""
        return self._files.gone

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run the job in a transaction and return its result once that is committed.

        Raises what the job raised, and then nothing of the job was kept, or WriteFailed if the
        transaction could not be written: DatabaseGone if the file is not in its place. Jobs run in the
        order in which they were asked for; waits while the queue is full. If cancelled, a job that is
        queued already still runs, whole.
        """
        request = await self.ask(job)
        await request.answered.wait()
        return request.result()

    async def ask(self, job: Callable[[sqlite3.Connection], T]) -> Request[T]:
        """Queue the job and return at once, as soon as there is room, with the place for its answer.

        For who must know what became of it even if they are not there to wait. If cancelled it is not queued.
        """
        request = Request(job)
        await self._requests.send(request)
        return request

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run the query on a read-only connection; it sees one state of the file, whatever is written.

        At most READERS run at once. A query that is running is waited for, also when cancelled.
        """
        return await self._run_sync(self._query, query, limiter=self._read_limiter)

    async def empty_log(self) -> None:
        """Cut the write-ahead log to nothing: what was erased stands in it until it is written over.

        Tries again while queries read from it, for a few seconds; then the next erase has to do it, and a
        line in the process's log says so. Raises sqlite3.Error if the disk takes nothing. Can be cancelled
        between two tries.
        """
        for _ in range(_LOG_TRIES):
            if self.gone or await self._run_sync(self._files.empty_log):
                return
            await trio.sleep(_LOG_RETRY_S)
        log.warning("what was erased may stand in the write-ahead log until it is used again")

    def _query(self, query: Callable[[sqlite3.Connection], T]) -> T:
        conn = self._readers.pop()  # never empty: the limiter admits as many threads as there are connections
        try:
            conn.execute("BEGIN")
            return query(conn)
        finally:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            self._readers.append(conn)


@asynccontextmanager
async def open_database(
    path: str | os.PathLike[str], *, new: bool | None = None, run_sync: RunSync = trio.to_thread.run_sync
) -> AsyncIterator[Database]:
    """Open the file, made new if there is none, for this process alone.

    `new` says what must be: True that there is none yet, False that there is one; else DatabaseUnusable.

    Make it the outermost context: whoever writes must have ended before it is left. Leaving waits until
    everything that was asked for is written (storage/writer.py says what bounds that), also if cancelled,
    and then raises just what the body raised. Calls that a dead process left live get their outcome here.

    Raises DatabaseInUse while another process has the file, DatabaseUnusable if it is not ours,
    DatabaseDamaged if SQLite finds a fault in it: then nothing was written to it.
    """
    writer, readers, files, closing_all = await run_sync(partial(_open, path, new=new))
    body_error: Exception | None = None
    with closing_all:
        send, receive = trio.open_memory_channel[Request[Any]](QUEUE_JOBS)
        try:
            async with trio.open_nursery() as nursery, send:
                nursery.start_soon(run_writer, writer, receive, run_sync, files.check)
                yield Database(requests=send, readers=readers, run_sync=run_sync, files=files)
        except ExceptionGroup as group:
            # The nursery is ours; who opens a file should not have to know of it.
            if len(group.exceptions) > 1:
                raise
            body_error = group.exceptions[0]
    if body_error is not None:
        raise body_error


def _open(
    name: str | os.PathLike[str], *, new: bool | None
) -> tuple[sqlite3.Connection, list[sqlite3.Connection], OpenFiles, ExitStack]:
    path = Path(name).resolve()
    check_expected(path, new=new)  # before there is a lock file beside it
    with ExitStack() as closing_all:
        # Made for its owner only: callers' numbers are in it. SQLite gives its side files the same mode.
        identity = closing_all.enter_context(locked(path, make=True))
        examine(path)
        try:
            writer = closing_all.enter_context(closing(connect(path)))
            migrations.bring_up_to_date(writer)
            abandoned = calls.close_abandoned(writer)
        except sqlite3.DatabaseError as error:
            raise DatabaseUnusable(str(path), str(error)) from error
        if abandoned:
            log.warning("%d calls were live when the last process died", abandoned)
        # Closed before the writer, which as the last connection moves the log into the file and removes it.
        readers = [closing_all.enter_context(closing(connect_to_read(path))) for _ in range(READERS)]
        for reader in readers:  # which opens the log with its first look, and must not look for it later
            reader.execute("PRAGMA user_version").fetchone()
        files = OpenFiles.at(path, identity)
        closing_all.callback(files.leave, writer)
        return writer, readers, files, closing_all.pop_all()


@contextmanager
def look_at(name: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """Open a read-only connection that sees one state of the file; a server may be running.

    Raises DatabaseUnusable if it holds nothing of this version's, DatabaseDamaged if SQLite finds a fault.
    """
    path = Path(name).resolve()
    if not path.exists():
        raise DatabaseUnusable(str(path), "there is no such file")
    with looking(path) as look:
        try:
            with closing(look(path)) as conn:
                migrations.check_current(conn)
                conn.execute("BEGIN")
                yield conn
        except sqlite3.DatabaseError as error:
            raise DatabaseUnusable(str(path), str(error)) from error


@contextmanager
def looking(path: Path) -> Iterator[Callable[[Path], sqlite3.Connection]]:
    """Give a way to connect to the file for a look, beside its server or while nobody can have it.

    Raises what `examine` does if nobody has it, DatabaseInUse if it is another name for a server's file.
    """
    with ExitStack() as files:
        try:
            files.enter_context(locked(path))
        except DatabaseInUse:
            if path.stat().st_nlink > 1 and not Path(f"{path}-wal").exists():
                raise  # what the server wrote last is in a log that stands beside the other name
            yield connect_to_read  # the server may write at any moment, also if it has not begun a log yet
        else:
            examine(path)
            yield connect_to_look


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that may write. The caller closes it, and sees to it that there is only one."""
    conn = _configured(sqlite3.connect(path, **_OPTIONS))
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA secure_delete = ON")  # what is erased must not stay in free pages
    conn.execute("PRAGMA synchronous = FULL")  # "you are booked" must survive a power cut
    return conn


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write, and sees what the writer has committed. The caller closes it."""
    return _configured(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, **_OPTIONS))


# No implicit transactions, and connections wander between worker threads, one at a time.
_OPTIONS: Any = {"isolation_level": None, "check_same_thread": False, "timeout": _BUSY_TIMEOUT_S}


def _configured(conn: sqlite3.Connection) -> sqlite3.Connection:
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA foreign_keys = ON")
    return conn
