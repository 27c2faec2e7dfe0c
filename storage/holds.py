"""Holds: the times that a live call has offered its caller. Plain functions of a connection.

A hold is its call's own and ends with it; the deadline is for a call whose end could not be written.
"""

import datetime as dt
import sqlite3
from collections.abc import Sequence

from storage.availability import Slot
from storage.errors import InvalidField
from storage.records import Busy, from_row, utc_text
from storage.schedule import RESOURCE_ID

HOLD_S = 180
_MOST = 3  # of one call: more are not kept in mind on the phone, and are taken from others


def hold(
    conn: sqlite3.Connection, business_id: int, *, call_sid: str, slots: Sequence[Slot], now: dt.datetime
) -> None:
    """Keep these times for the call, in place of those that it held; a test call keeps none.

    Raises InvalidField for more than three.
    """
    if len(slots) > _MOST:
        raise InvalidField(
            "slots", "are {number}; a call holds at most {most}", {"number": len(slots), "most": _MOST}
        )
    release(conn, business_id, call_sid=call_sid)
    conn.executemany(
        "INSERT INTO holds (business_id, resource_id, call_sid, busy_start, busy_end, expires_at)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS"
        " (SELECT 1 FROM calls WHERE business_id = ?1 AND call_sid = ?3 AND test = 1)",
        [
            (
                business_id,
                RESOURCE_ID,
                call_sid,
                utc_text("busy_start", slot.busy_start),
                utc_text("busy_end", slot.busy_end),
                _expiry(now),
            )
            for slot in slots
        ],
    )


def renew(conn: sqlite3.Connection, business_id: int, *, call_sid: str, now: dt.datetime) -> int:
    """Keep what the call holds for another three minutes; return how many times those are.

    What has expired stays so: another call may hold it by now, and two that hold one time keep it from both.
    """
    cursor = conn.execute(
        "UPDATE holds SET expires_at = ? WHERE business_id = ? AND call_sid = ? AND expires_at > ?",
        (_expiry(now), business_id, call_sid, utc_text("now", now)),
    )
    return cursor.rowcount


def release(conn: sqlite3.Connection, business_id: int, *, call_sid: str) -> int:
    """Give back what the call holds; return how many times those were."""
    cursor = conn.execute("DELETE FROM holds WHERE business_id = ? AND call_sid = ?", (business_id, call_sid))
    return cursor.rowcount


def of_others(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> tuple[Busy, ...]:
    """Return what other calls hold of the time from `since` up to `until`."""
    rows = conn.execute(
        "SELECT busy_start AS starts_at, busy_end AS ends_at FROM holds"
        " WHERE business_id = :business_id AND resource_id = :resource_id AND call_sid <> :call_sid"
        " AND expires_at > :now AND busy_end > :since AND busy_start < :until ORDER BY busy_start",
        {
            "business_id": business_id,
            "resource_id": RESOURCE_ID,
            "call_sid": call_sid,
            "now": utc_text("now", now),
            "since": utc_text("since", since),
            "until": utc_text("until", until),
        },
    )
    return tuple(from_row(Busy, row) for row in rows)


def _expiry(now: dt.datetime) -> str:
    return utc_text("expires_at", now + dt.timedelta(seconds=HOLD_S))
