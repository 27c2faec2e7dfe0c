"""A look at a file before anything is done to it: whether it is ours, and whole. Nothing is written to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import migrations
from storage.errors import DatabaseDamaged, DatabaseUnusable

_SMALLEST = 512  # bytes, one page: SQLite takes less for a new file and writes over it
_NO_DATABASE = (
    "file is not a database, or its beginning is destroyed; move it away if it should be one, and put a"
    " backup in its place with `frontdesk restore`"
)
_MISSING = (
    "there is no database; put it back, or a backup in its place with `frontdesk restore`, or have a new one"
    " made by `frontdesk serve --new`"
)
_ONLY_THE_LOG = (
    "only its log is left, with what was written last; put the database back beside it, or a backup in its"
    " place with `frontdesk restore`, which keeps the log under another name"
)


def check_expected(path: Path, *, new: bool | None) -> None:
    """Raise DatabaseUnusable if there is a database and it was to be `new`, or none and it was not.

    Neither is one made (`new` is None) where the log of another is left: SQLite would remove it.
    """
    if path.exists() and path.stat().st_size > 0:
        if new:
            raise DatabaseUnusable(str(path), "is there already; start without --new")
        return
    if new is False:
        raise DatabaseUnusable(str(path), _MISSING)
    if Path(f"{path}-wal").exists():
        raise DatabaseUnusable(str(path), _ONLY_THE_LOG)


def examine(path: Path) -> None:
    """Return if Frontdesk can work with that file; a missing or an empty one can become anything.

    Raises DatabaseUnusable for the file of another program or of a newer version, DatabaseDamaged for one of
    ours in which SQLite finds a fault. Nobody may be writing to it: whoever asks has the lock.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    if path.stat().st_size < _SMALLEST:
        raise DatabaseUnusable(str(path), _NO_DATABASE)
    try:
        with closing(connect_to_look(path)) as conn:
            _examine(conn, path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise DatabaseDamaged(str(path), str(error)) from error
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise DatabaseUnusable(str(path), _NO_DATABASE) from error
        raise DatabaseUnusable(str(path), str(error)) from error


def _examine(conn: sqlite3.Connection, path: Path) -> None:
    if migrations.is_empty(conn):
        return
    migrations.check_ours(conn)
    problem = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise DatabaseDamaged(str(path), problem.splitlines()[-1])


def connect_to_look(path: Path) -> sqlite3.Connection:
    """Open a connection that leaves the file as it is, and nothing beside it. The caller closes it.

    Without a log there is nothing but the file itself, and "immutable" keeps SQLite from making one. With a
    log it must be read too: what a killed process committed last is only there.
    """
    mode = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    conn = sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, isolation_level=None)
    conn.row_factory = sqlite3.Row
    return conn
