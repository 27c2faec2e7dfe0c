"""A copy of the file, and the way back. Blocking functions, for the command line and for threads."""

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.database import looking
from storage.errors import BackupFailed, DatabaseDamaged
from storage.examine import connect_to_look, examine
from storage.lock import locked

_SIDES = ("-wal", "-shm")
_UNFINISHED = ".unfinished-"
_UNDER_WAY_S = 3_600.0  # a copy that is younger may be somebody's who is at it


def backup(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Write a copy of the database as it is now to `target`, whole or not at all; the server may go on.

    It holds everything that was acknowledged before. Raises BackupFailed if there is nothing to copy, if
    `target` exists, or if it cannot be written; DatabaseUnusable or DatabaseDamaged for a file that should
    not be copied.
    """
    path, copy = Path(source).resolve(), Path(target).resolve()
    if not path.exists():
        raise BackupFailed(str(path), "there is no such file")
    with looking(path) as look, _copied(path, copy, look) as fresh:
        _publish(fresh, copy)


def restore(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Path | None:
    """Put a backup in the place of the database; return where the file that was there is now, if any was.

    It is renamed with its log: `.damaged-` and the UTC time if it is damaged, else `.replaced-`. Raises
    DatabaseInUse while the server runs, BackupFailed, DatabaseUnusable or DatabaseDamaged for a backup that
    cannot be used, and then nothing has changed; also if what stands there is no file of ours.
    """
    copy, path = Path(source).resolve(), Path(target).resolve()
    if not copy.exists() or copy.stat().st_size == 0:
        raise BackupFailed(str(copy), "holds nothing; give a file that `frontdesk backup` wrote")
    with locked(path):
        examine(copy)
        with _copied(copy, path, connect_to_look) as fresh:
            aside = _set_aside(path)
            _publish(fresh, path)
    return aside


@contextmanager
def _copied(path: Path, beside: Path, look: Callable[[Path], sqlite3.Connection]) -> Iterator[Path]:
    """Make a whole copy of the database, on the disk, under a passing name in the folder of `beside`."""
    sweep(_folder(beside))
    with tempfile.TemporaryDirectory(prefix=f".{beside.name}{_UNFINISHED}", dir=beside.parent) as folder:
        fresh = Path(folder) / "copy"
        fresh.touch(mode=0o600)  # callers' numbers are in it; SQLite fills an empty file
        try:
            with closing(look(path)) as conn:
                conn.execute("VACUUM INTO ?", (str(fresh),))
        except sqlite3.DatabaseError as error:
            raise BackupFailed(str(beside), str(error)) from error
        _sync(fresh)
        yield fresh


def sweep(folder: Path) -> None:
    """Remove the copies that a killed process has left unfinished there. Blocks. Raises OSError."""
    for left in folder.glob(f".*{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _UNDER_WAY_S:
            shutil.rmtree(left)


def _folder(path: Path) -> Path:
    if not path.parent.is_dir():
        raise BackupFailed(str(path), "there is no such folder")
    return path.parent


def _publish(fresh: Path, path: Path) -> None:
    try:
        path.touch(mode=0o600, exist_ok=False)  # rename alone would replace a file that is there
    except FileExistsError:
        raise BackupFailed(str(path), "is there already; give another name") from None
    fresh.replace(path)
    _sync(path.parent)


def _set_aside(path: Path) -> Path | None:
    """Rename what stands there; return its new name. Of a database that was deleted its log may be left."""
    standing = [Path(f"{path}{side}") for side in (*_SIDES, "") if Path(f"{path}{side}").exists()]
    if not standing:
        return None
    condition = "replaced"
    try:
        examine(path)
    except DatabaseDamaged:
        condition = "damaged"
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = Path(f"{path}.{condition}-{stamp}")
    if aside.exists():
        raise BackupFailed(str(aside), "is there already; try again in a second")
    # The log first: beside another file SQLite would take it for that file's.
    renamed = [old.rename(f"{aside}{str(old).removeprefix(str(path))}") for old in standing]
    return aside if aside in renamed else renamed[0]


def _sync(path: Path) -> None:
    """Have what was written there, or renamed there, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
