"""Test calls: what an owner tried in the browser, removed all at once."""

import sqlite3
from pathlib import Path

from quart import Response

from office import recordings
from storage import erasure
from storage.errors import WriteFailed
from web.pages.routes import post
from web.pages.visit import Visit


async def remove(visit: Visit) -> Response:
    """Erase every test call that has ended, with whatever was booked, left and recorded on it."""
    await visit.deployment.forget(await visit.write(_remove, visit.deployment.recordings_folder))
    return visit.go("/calls", "tests_removed")


def _remove(conn: sqlite3.Connection, business_id: int, folder: Path) -> tuple[str, ...]:
    erased = erasure.erase_tests(conn, business_id)
    try:
        recordings.remove(folder, erased)
    except OSError as error:
        raise WriteFailed(str(error)) from error
    return erased


ROUTES = (post("/calls/tests/remove", remove),)
