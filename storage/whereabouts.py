"""Whether the files of an open database are in their place, and what is done on leaving if they are not.

Who deletes or moves a file, or puts another in its place, takes nothing from the process that has it open:
that one writes on, into a file that nobody will find. So it is looked for before anything is written.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Self

from attrs import frozen

from storage.errors import DatabaseGone
from storage.lock import Identity, identity_of

log = logging.getLogger(__name__)

_LOG_WAIT_S = 0.05


@frozen
class OpenFiles:
    """The database and its log, as they were opened. Both have their inode for as long as they are open."""

    _path: Path
    _identities: Mapping[Path, Identity]

    @classmethod
    def at(cls, path: Path, identity: Identity) -> Self:
        """Note the files of a database that has been opened and read from, and so has a log."""
        return cls(path, {path: identity, _log(path): identity_of(_log(path).stat())})

    @property
    def gone(self) -> bool:
        """Whether a path leads to another file, or to none, at this moment."""
        return not all(map(self._in_place, self._identities))

    def check(self) -> None:
        """Raise DatabaseGone if one is gone."""
        if self.gone:
            raise DatabaseGone

    def empty_log(self) -> bool:
        """Move what is in the log into the file, and cut the log to nothing; False while a query reads it.

        By a connection of its own: a writer may wait for it, but no longer than it waits for the readers.
        """
        existing = f"{self._path.as_uri()}?mode=rw"
        with closing(sqlite3.connect(existing, uri=True, timeout=_LOG_WAIT_S)) as conn:
            (busy, *_) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def leave(self, conn: sqlite3.Connection) -> None:
        """Save what a database that is gone holds, beside its place, before the last connection is closed.

        That is a whole database, as `frontdesk restore` takes it. A log of ours that stands beside another
        database now is set aside: SQLite would take it for that one's, and move it into it.
        """
        if self._in_place(self._path):
            return
        copy, log_path = _beside(self._path, "rescued"), _log(self._path)
        try:
            copy.touch(mode=0o600)
            conn.execute("VACUUM INTO ?", (str(copy),))
            if self._path.exists() and self._in_place(log_path):
                log_path.rename(_log(_beside(self._path, "replaced")))
        except (sqlite3.Error, OSError):
            log.exception("%s is not in its place, and what it held cannot be kept as %s", self._path, copy)
        else:
            log.error("%s is not in its place; what it held is kept as %s", self._path, copy)

    def _in_place(self, path: Path) -> bool:
        try:
            return identity_of(path.stat()) == self._identities[path]
        except OSError:
            return False


def _log(path: Path) -> Path:
    return Path(f"{path}-wal")


def _beside(path: Path, condition: str) -> Path:
    return Path(f"{path}.{condition}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}")
