"""What callers have shown to be theirs. Plain functions of a connection.

It is kept with the call, and what the call booked is known by its rows. So a caller who is back in the same
call by another stream has shown what they showed before.
"""

import datetime as dt
import sqlite3
from collections.abc import Collection

from storage.records import Appointment, from_row, utc_text


def note(conn: sqlite3.Connection, business_id: int, call_sid: str, appointment_ids: Collection[int]) -> None:
    """Keep that the caller named a fact, and which appointments it shows to be theirs."""
    conn.executemany(
        "INSERT INTO proofs (business_id, call_sid, seq, appointment_id)"
        " SELECT ?1, ?2, coalesce(max(seq) + 1, 0), ?3 FROM proofs WHERE business_id = ?1 AND call_sid = ?2",
        [(business_id, call_sid, appointment_id) for appointment_id in appointment_ids],
    )


def any_of(conn: sqlite3.Connection, business_id: int, call_sid: str) -> bool:
    """Say whether the caller of that call has shown anything to be theirs, also what they cancelled since."""
    row = conn.execute(
        "SELECT 1 FROM proofs WHERE business_id = ? AND call_sid = ? LIMIT 1", (business_id, call_sid)
    ).fetchone()
    return row is not None


def theirs(
    conn: sqlite3.Connection, business_id: int, call_sid: str, since: dt.datetime
) -> tuple[Appointment, ...]:
    """Return what is booked from `since` on and is the caller's, in order.

    That is what was booked in that call, and what was shown in it to be theirs.
    """
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = :business_id AND id IN"
        " (SELECT id FROM appointments WHERE business_id = :business_id AND call_sid = :call_sid"
        " UNION SELECT appointment_id FROM proofs WHERE business_id = :business_id AND call_sid = :call_sid)"
        " AND status = 'booked' AND starts_at >= :since ORDER BY starts_at",
        {"business_id": business_id, "call_sid": call_sid, "since": utc_text("since", since)},
    )
    return tuple(from_row(Appointment, row) for row in rows)
