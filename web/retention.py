"""The task that erases the calls that a business keeps no longer, with their recordings."""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import trio

from storage import businesses, erasure
from storage.database import Database
from storage.errors import StorageError
from storage.records import Business
from web import recordings
from web.live import LiveCalls

log = logging.getLogger(__name__)

EVERY_S = 6 * 3_600.0
_AT_ONCE = 20  # each lot is one job of the writer, for which live calls wait

Now = Callable[[], dt.datetime]  # UTC


async def run(database: Database, recordings_folder: Path, now: Now, live: LiveCalls) -> None:
    """Erase what is due, at once and then every EVERY_S seconds, until cancelled.

    What cannot be erased is logged, and tried again the next time.
    """
    while True:
        try:
            for business in await database.read(businesses.every):
                await _erase(database, recordings_folder, now(), business, live)
        except (sqlite3.Error, StorageError):
            log.exception("retention: the businesses cannot be read, tried again in %d s", EVERY_S)
        await trio.sleep(EVERY_S)


async def _erase(
    database: Database, folder: Path, now: dt.datetime, business: Business, live: LiveCalls
) -> None:
    job = partial(_expire, business_id=business.id, folder=folder, now=now)
    erased = 0
    try:
        while lot := await database.write(job):
            erased += len(lot)
            live.forget(lot)
        if erased:
            await database.empty_log()
    except (sqlite3.Error, StorageError, OSError):
        log.exception("retention: not all old calls of business %d could be erased", business.id)
    if erased:
        log.info("retention: %d calls of business %d erased", erased, business.id)


def _expire(conn: sqlite3.Connection, business_id: int, folder: Path, now: dt.datetime) -> tuple[str, ...]:
    """Erase one lot; returns its calls. A file that cannot be removed keeps its lot from going."""
    call_sids = erasure.expire(conn, business_id, now, limit=_AT_ONCE)
    recordings.remove(folder, call_sids)
    return call_sids
