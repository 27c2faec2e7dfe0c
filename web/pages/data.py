"""What a business may take with it: all of its data, and for administrators a copy of the whole file.

Either may be large: it is written to a file without a name, gone once it is closed, and sent from there.
"""

import datetime as dt
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

import trio
from attrs import define
from quart import Response
from quart.wrappers.response import ResponseBody

from storage import erasure
from storage.backup import backup
from storage.errors import NotFound
from web.pages.routes import get
from web.pages.visit import Visit

_PIECE_BYTES = 65_536
_SENT_WITHIN_S = 3_600.0  # on a slow line


async def show(visit: Visit) -> Response:
    """Show what there is to take, and the way to erase a caller."""
    return await visit.page("data.html")


async def export(visit: Visit) -> Response:
    """Send all that is kept for the business, as JSON."""
    file = await visit.read(_exported)
    return await _download(file, f"frontdesk-{visit.business.id}-{visit.today}.json", "application/json")


async def back_up(visit: Visit) -> Response:
    """Send a copy of the database as it is now.

    All businesses are in it, so it is for administrators only.
    """
    if not visit.owner.administrator:
        raise NotFound("page", visit.path)
    path = await visit.deployment.database.read(_path_of)
    file = await trio.to_thread.run_sync(_copied, path)
    stamp = visit.now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return await _download(file, f"frontdesk-{stamp}.db", "application/vnd.sqlite3")


async def _download(file: IO[bytes], name: str, kind: str) -> Response:
    size = await trio.to_thread.run_sync(file.seek, 0, os.SEEK_END)
    await trio.to_thread.run_sync(file.seek, 0)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    response = Response(_Sent(file), headers=headers, content_type=kind)
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


def _path_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("PRAGMA database_list").fetchone()["file"])


def _copied(path: Path) -> IO[bytes]:
    # Beside the database: where there is room for it, and nobody else looks.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        backup(path, Path(folder) / path.name)
        return (Path(folder) / path.name).open("rb")


def _exported(conn: sqlite3.Connection, business_id: int) -> IO[bytes]:
    file = tempfile.TemporaryFile(dir=_path_of(conn).parent)  # noqa: SIM115 - who sends it closes it
    file.writelines(line.encode() for line in as_json(erasure.export(conn, business_id)))
    return file


def as_json(tables: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Write the rows by table as JSON, a row at a time.

    The JSON encoder lets no other thread run until it is done: all at once a busy year would stop every call
    for half a second.
    """
    yield "{"
    for table_number, (table, rows) in enumerate(tables.items()):
        yield f"{',' if table_number else ''}\n{json.dumps(table)}: ["
        for row_number, row in enumerate(rows):
            yield f"{',' if row_number else ''}\n{json.dumps(row, ensure_ascii=False)}"
        yield "]"
    yield "}\n"


ROUTES = (get("/settings/data", show), get("/export.json", export), get("/backup.db", back_up))
