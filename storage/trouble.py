"""What of a business's calls asks for a human: a failure, something untrue, a person asked for in vain.

Plain functions of a connection. A test call counts for nothing.
"""

import datetime as dt
import sqlite3

from storage import calls
from storage.records import Call, from_row, utc_text

# The caller was left in the middle of the call. By the engine's names (engine/outcome.py), and `interrupted`.
FAILED = frozenset({"carrier_lost", "internal_error", "interrupted", "model_failed", "server_stopped"})
# Of these the ones that the next caller would meet, too. A server that was stopped runs again.
NOT_ANSWERED = FAILED - {"server_stopped"}

_LOOKED_AT = 50  # calls, also if most of them are tests or live

_TO_CHECK = """
SELECT * FROM calls
WHERE business_id = :business_id AND test = 0 AND removed_at IS NULL AND started_at >= :since
AND (outcome IN ('carrier_lost', 'internal_error', 'interrupted', 'model_failed', 'server_stopped')
    OR outcome IS NOT NULL AND dial_status IN ('busy', 'no-answer', 'failed', 'canceled')
    OR EXISTS (
        SELECT 1 FROM call_flags
        WHERE call_flags.business_id = calls.business_id AND call_flags.call_sid = calls.call_sid
    )
)
ORDER BY started_at DESC, rowid DESC LIMIT :limit
"""
# One that hangs up before the first sound shows nothing. Nor does one that was cut as the server was stopped.
_SHOWING = """
SELECT * FROM calls
WHERE business_id = :business_id AND test = 0 AND started_at >= :since
AND (outcome IN ('carrier_lost', 'internal_error', 'interrupted', 'model_failed')
    OR outcome IS NOT NULL AND EXISTS (
        SELECT 1 FROM call_events
        WHERE call_events.business_id = calls.business_id AND call_events.call_sid = calls.call_sid
        AND kind = 'first_audio'
    )
)
ORDER BY started_at DESC, rowid DESC LIMIT 1
"""


def to_check(conn: sqlite3.Connection, business_id: int, since: dt.datetime, limit: int) -> tuple[Call, ...]:
    """Return the calls since then that need a look, the newest first, without those that were removed."""
    rows = conn.execute(
        _TO_CHECK, {"business_id": business_id, "since": utc_text("since", since), "limit": limit}
    )
    return tuple(from_row(Call, row) for row in rows)


def showing(conn: sqlite3.Connection, business_id: int, since: dt.datetime) -> Call | None:
    """Return the last call since then that shows whether callers are answered: its outcome says which.

    That is one whose caller heard the receptionist, or one that failed.
    """
    row = conn.execute(_SHOWING, {"business_id": business_id, "since": utc_text("since", since)}).fetchone()
    return row and from_row(Call, row)


def last_outcomes(conn: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    """Return how the last calls of all businesses have ended, the newest first, of the last _LOOKED_AT."""
    rows = conn.execute(
        "SELECT outcome FROM calls WHERE rowid > (SELECT max(rowid) FROM calls) - ?"
        " AND test = 0 AND outcome IS NOT NULL ORDER BY rowid DESC LIMIT ?",
        (_LOOKED_AT, limit),
    )
    return tuple(row["outcome"] for row in rows)


def needs_a_look(call: Call, flags: int) -> bool:
    """Say whether its owner should look at a call with so many flags. A test call only if it has some."""
    if call.test or call.outcome is None:
        return flags > 0
    return flags > 0 or call.outcome in FAILED or call.dial_status in calls.MISSED
