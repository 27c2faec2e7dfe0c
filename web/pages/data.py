"""What a business may take with it: all of its data, and for administrators a copy of the whole file.

Either may be large: it is written to a file without a name, gone once it is closed, and sent from there. One
at a time is got ready, for whomever it is.
"""

import datetime as dt
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Self

import trio
from attrs import define, field
from quart import Response
from quart.wrappers.response import ResponseBody

from storage import erasure
from storage.backup import backup
from storage.database import connect_to_read
from storage.errors import NotFound
from web.pages.routes import get
from web.pages.visit import Visit

_PIECE_BYTES = 65_536
_SLICE_LINES = 2_000  # a few milliseconds of work
_SENT_WITHIN_S = 3_600.0  # on a slow line


async def show(visit: Visit) -> Response:
    """Show what there is to take, and the way to erase a caller."""
    return await visit.page("data.html", busy=False)


async def export(visit: Visit) -> Response:
    """Send all that is kept for the business, as JSON; one download at a time is got ready."""
    if visit.deployment.downloads.locked():
        return await _another_first(visit)
    path = await visit.deployment.database.read(path_of)
    body = Export(visit.deployment.downloads, path, visit.business.id)
    return _download(body, f"frontdesk-{visit.business.id}-{visit.today}.json", "application/json")


async def back_up(visit: Visit) -> Response:
    """Send a copy of the database as it is now.

    All businesses are in it, so it is for administrators only.
    """
    if not visit.owner.administrator:
        raise NotFound("page", visit.path)
    if visit.deployment.downloads.locked():
        return await _another_first(visit)
    path = await visit.deployment.database.read(path_of)
    async with visit.deployment.downloads:
        file = await trio.to_thread.run_sync(_copied, path)
    stamp = visit.now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    response = _download(_Sent(file), f"frontdesk-{stamp}.db", "application/vnd.sqlite3")
    size = await trio.to_thread.run_sync(file.seek, 0, os.SEEK_END)
    await trio.to_thread.run_sync(file.seek, 0)
    response.headers["Content-Length"] = str(size)
    return response


async def _another_first(visit: Visit) -> Response:
    return await visit.page("data.html", status=409, busy=True)


def _download(body: ResponseBody, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = Response(body, headers=headers, content_type=kind)
    response.timeout = _SENT_WITHIN_S
    return response


@define(eq=False)
class _Sent(ResponseBody):
    """An open file, sent in pieces; closed when it is sent, or its reader has gone."""

    _file: IO[bytes]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._file.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await trio.to_thread.run_sync(self._file.read, _PIECE_BYTES)
        if not piece:
            raise StopAsyncIteration
        return piece


@define(eq=False)
class Export(_Sent):
    """A business's data: written to a file, in slices between which calls go on, and sent from there.

    Whoever reads slowly must not keep the state of the database that is copied from being given up: so what
    goes out while it is written is space, which JSON allows, and which tells the browser that all is well.
    """

    _turn: trio.Lock
    _path: Path
    _business_id: int
    _file: IO[bytes] = field(init=False)
    _conn: sqlite3.Connection = field(init=False)
    _lines: Iterator[str] | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        await self._turn.acquire()
        try:
            await trio.to_thread.run_sync(self._open)
        except BaseException:
            self._turn.release()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._done()
        self._file.close()

    async def __anext__(self) -> bytes:
        if self._lines is None:
            return await super().__anext__()
        if await trio.to_thread.run_sync(self._write_slice, self._lines):
            self._done()
        return b" "

    def _open(self) -> None:
        # Of its own: what reads for calls and pages is not kept from it.
        self._conn = connect_to_read(self._path)
        self._conn.execute("BEGIN")
        self._lines = erasure.export(self._conn, self._business_id)
        self._file = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - closed on leaving

    def _write_slice(self, lines: Iterator[str]) -> bool:
        """Write some; True if that was all, and the file can be read from its beginning."""
        written = [*islice(lines, _SLICE_LINES)]
        self._file.write("".join(written).encode())
        all_is_written = len(written) < _SLICE_LINES
        if all_is_written:
            self._file.seek(0)
        return all_is_written

    def _done(self) -> None:
        if self._lines is not None:
            self._lines = None
            self._conn.close()
            self._turn.release()


def path_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("PRAGMA database_list").fetchone()["file"])


def _copied(path: Path) -> IO[bytes]:
    # Beside the database: where there is room for it, and nobody else looks.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        backup(path, Path(folder) / path.name)
        return (Path(folder) / path.name).open("rb")


ROUTES = (get("/settings/data", show), get("/export.json", export), get("/backup.db", back_up))
