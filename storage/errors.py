"""What the storage refuses, and why, in words for whoever has to act on it."""

from collections.abc import Mapping

from attrs import Factory, frozen


class StorageError(Exception):
    """The root of every error that the storage raises itself."""


@frozen
class InvalidField(StorageError):
    """A value that cannot be stored.

    `problem` says what is wrong and what would be right. The template without its values is what is
    translated where an owner reads it.
    """

    field: str
    template: str
    values: Mapping[str, object] = Factory(dict)

    @property
    def problem(self) -> str:
        """The template with its values, in English."""
        return self.template.format(**self.values)

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


@frozen
class NotFound(StorageError):
    """The business has no such row: a bug of ours, or somebody else's id."""

    what: str
    key: str

    def __str__(self) -> str:
        return f"no {self.what} {self.key}"


@frozen
class SlotTaken(StorageError):
    """Another appointment has that time, or part of it."""

    def __str__(self) -> str:
        return "slot taken"


@frozen
class Overtaken(StorageError):
    """A change cannot be taken back: something else has come in its place since."""

    kind: str

    def __str__(self) -> str:
        return f"this {self.kind} has been changed again since"


@frozen
class WouldErase(StorageError):
    """Calls that are kept now would be erased for it, which nothing brings back: to be asked about first."""

    calls: int  # how many

    def __str__(self) -> str:
        return f"{self.calls} calls would be erased"


@frozen
class WriteFailed(StorageError):
    """The transaction could not be written (disk full, file gone): nothing of the job was kept."""

    reason: str

    def __str__(self) -> str:
        return f"nothing was written: {self.reason}"


@frozen
class DatabaseGone(WriteFailed):
    """The file was deleted, moved or replaced while it is open: nobody would find what is written now."""

    reason: str = (
        "the database file was deleted, moved or replaced while the server has it open; put it back, or stop"
        " the server: it leaves what it holds in a file beside it, for `frontdesk restore`"
    )


@frozen
class DatabaseInUse(StorageError):
    """Another process has the file open for writing."""

    path: str
    holder: str

    def __str__(self) -> str:
        return f"{self.path} is in use by {self.holder}; stop that first"


@frozen
class DatabaseUnusable(StorageError):
    """The file is not one that this version of Frontdesk can work with. Nothing in it was changed."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@frozen
class DatabaseDamaged(StorageError):
    """The file is ours, and SQLite finds a fault in it. Nothing in it was changed."""

    path: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.path} is damaged ({self.problem}) and was left as it is; put a backup in its place with"
            " `frontdesk restore`, which keeps the damaged file under another name"
        )


@frozen
class BackupFailed(StorageError):
    """A backup could not be written, or cannot be used. What was there before is there still."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"
