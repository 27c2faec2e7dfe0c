"""Who is not let through to a business. Plain functions of a connection."""

import sqlite3

from storage import fields
from storage.errors import InvalidField

_MOST = 500


def every(conn: sqlite3.Connection, business_id: int) -> tuple[str, ...]:
    """Return the blocked numbers, in order."""
    rows = conn.execute(
        "SELECT phone FROM blocked_callers WHERE business_id = ? ORDER BY phone", (business_id,)
    )
    return tuple(row["phone"] for row in rows)


def is_blocked(conn: sqlite3.Connection, business_id: int, phone: str) -> bool:
    """Say whether that number is blocked."""
    row = conn.execute(
        "SELECT 1 FROM blocked_callers WHERE business_id = ? AND phone = ?", (business_id, phone)
    ).fetchone()
    return row is not None


def add(conn: sqlite3.Connection, business_id: int, phone: str) -> None:
    """Block a number; does nothing if it is blocked already.

    Raises InvalidField for what is no number, and for more than five hundred.
    """
    phone = fields.e164("phone", phone)
    if is_blocked(conn, business_id, phone):
        return
    if len(every(conn, business_id)) >= _MOST:
        raise InvalidField(
            "phone", "would be one more than {most} blocked numbers; remove another first", {"most": _MOST}
        )
    conn.execute("INSERT INTO blocked_callers (business_id, phone) VALUES (?, ?)", (business_id, phone))


def remove(conn: sqlite3.Connection, business_id: int, phone: str) -> bool:
    """Let a number through again. Returns False if it was not blocked."""
    cursor = conn.execute(
        "DELETE FROM blocked_callers WHERE business_id = ? AND phone = ?", (business_id, phone)
    )
    return cursor.rowcount == 1
