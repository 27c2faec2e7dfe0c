"""Who has the file: one process at a time, by two locks.

The lock beside the file (`FILE.lock`) also keeps away who would put another file in its place. The lock on
the file itself is there for those who come by another name (a hard link), or have deleted the other.

Both are flock(2). SQLite's own locks are of the other kind, fcntl(2), and on the local file systems of Linux
the two do not meet. But a process loses all its fcntl locks on a file as soon as it closes any descriptor of
it, and then whoever looks at the file from outside may remove the log under the server
(https://www.sqlite.org/howtocorrupt.html, 2.2). So the descriptor is opened before SQLite's and closed after
them, and a file that this process has is not opened a second time.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import DatabaseInUse

Identity = tuple[int, int]  # the device and the inode: what a file is, by whatever name
NO_FILE: Identity = (0, 0)

_ours: set[Identity] = set()  # the files that this process has: the fcntl locks are the process's, too
_opening = threading.Lock()


@contextmanager
def locked(path: Path, *, make: bool = False) -> Iterator[Identity]:
    """Have the file for this process alone: to open it, to restore it. Gives which it is.

    If there is none it is NO_FILE, or with `make` a new one, empty and for its owner only. Raises
    DatabaseInUse, and OSError for a file that may not be opened.
    """
    with _locked_beside(path):
        descriptor = _open_locked(path, make=make)
        if descriptor is None:
            yield NO_FILE
            return
        identity = identity_of(os.fstat(descriptor))
        try:
            yield identity
        finally:
            with _opening:
                os.close(descriptor)
                _ours.discard(identity)


def identity_of(status: os.stat_result) -> Identity:
    """Return what tells that file from every other, whatever its name."""
    return status.st_dev, status.st_ino


@contextmanager
def _locked_beside(path: Path) -> Iterator[None]:
    # The kernel drops the lock when the process dies, so the file can stay.
    with Path(f"{path}.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DatabaseInUse(str(path), f"process {lock.read().strip() or 'unknown'}") from None
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        yield


def _open_locked(path: Path, *, make: bool) -> int | None:
    with _opening:
        try:
            if identity_of(path.stat()) in _ours:
                raise DatabaseInUse(str(path), f"process {os.getpid()}")
        except FileNotFoundError:
            if not make:
                return None
        descriptor = os.open(path, os.O_RDONLY | (os.O_CREAT if make else 0), mode=0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DatabaseInUse(str(path), "another process") from None
        _ours.add(identity_of(os.fstat(descriptor)))
        return descriptor
