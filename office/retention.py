"""The task that erases the calls that a business keeps no longer, with their recordings.

A recording that cannot be removed keeps its own call, and nothing else. Leads of whom nothing is left go too,
and so do the wrong facts of the days before.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import trio
from attrs import frozen

from office import recordings
from office.live import LiveCalls
from storage import businesses, erasure, schedule, wrong_facts
from storage.database import Database
from storage.errors import StorageError
from storage.records import Business, Call

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


@frozen(kw_only=True)
class _Lot:
    """Calls that were due: which of them are erased, and why others are not."""

    last: Call
    erased: tuple[str, ...]
    problems: tuple[OSError, ...]


async def _erase(
    database: Database, folder: Path, now: dt.datetime, business: Business, live: LiveCalls
) -> None:
    erased, leads, problems = 0, 0, list[OSError]()
    today = schedule.local(business.timezone, now).date()
    job = partial(_expire, business_id=business.id, folder=folder, now=now)
    leads_job = partial(erasure.expire_leads, business_id=business.id, limit=_AT_ONCE)
    try:
        lot = await database.write(job)
        while lot is not None:
            live.forget(lot.erased)
            erased += len(lot.erased)
            problems += lot.problems
            lot = await database.write(partial(job, after=lot.last))
        while gone := await database.write(leads_job):
            leads += gone
        forgotten = await database.write(partial(wrong_facts.expire, business_id=business.id, today=today))
        if erased or leads or forgotten:
            await database.empty_log()
    except (sqlite3.Error, StorageError):
        log.exception("retention: not all old calls of business %d could be erased", business.id)
    _tell(business.id, erased, leads, problems)


def _expire(
    conn: sqlite3.Connection, business_id: int, folder: Path, now: dt.datetime, after: Call | None = None
) -> _Lot | None:
    """Erase the next lot, each call with its files; None if no more are due."""
    due = erasure.expired(conn, business_id, now, after=after, limit=_AT_ONCE)
    erased, problems = list[str](), list[OSError]()
    for call in due:
        try:
            recordings.remove_finished(folder, call.call_sid)
        except OSError as problem:
            problems.append(problem)
        else:
            erasure.erase_call(conn, business_id, call.call_sid)
            erased.append(call.call_sid)
    return _Lot(last=due[-1], erased=tuple(erased), problems=tuple(problems)) if due else None


def _tell(business_id: int, erased: int, leads: int, problems: Sequence[OSError]) -> None:
    if problems:
        log.error(
            "retention: %d calls of business %d stay, tried again in %d s, because a recording cannot be"
            " removed: %s",
            len(problems),
            business_id,
            EVERY_S,
            problems[0],
        )
    if erased:
        log.info("retention: %d calls of business %d erased", erased, business_id)
    if leads:
        log.info("retention: %d callers of business %d erased, of whom nothing was left", leads, business_id)
