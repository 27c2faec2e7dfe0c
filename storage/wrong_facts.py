"""How often the callers of a number have named wrong facts on a day. Plain functions of a connection.

It is kept by number and date, not by call, so that ringing again does not give more tries. It goes with its
day (`expire`), and with the caller who is erased.
"""

import datetime as dt
import sqlite3
from typing import Literal

from attrs import frozen

Kind = Literal["name", "day"]


@frozen(kw_only=True)
class WrongFacts:
    """How many askings failed that gave a day, and how many that gave only a name."""

    days: int = 0
    names: int = 0


def note(conn: sqlite3.Connection, business_id: int, phone: str, date: dt.date, kind: Kind) -> None:
    """Count one more, on that date of the business."""
    conn.execute(
        "INSERT INTO wrong_facts (business_id, phone, date, kind, count) VALUES (?, ?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET count = count + 1",
        (business_id, phone, date.isoformat(), kind),
    )


def of(conn: sqlite3.Connection, business_id: int, phone: str, date: dt.date) -> WrongFacts:
    """Return how often that was on that date of the business."""
    rows = conn.execute(
        "SELECT kind, count FROM wrong_facts WHERE business_id = ? AND phone = ? AND date = ?",
        (business_id, phone, date.isoformat()),
    )
    return WrongFacts(**{f"{row['kind']}s": row["count"] for row in rows})


def expire(conn: sqlite3.Connection, business_id: int, today: dt.date) -> int:
    """Forget what was on the days before; return how many counts those were."""
    cursor = conn.execute(
        "DELETE FROM wrong_facts WHERE business_id = ? AND date < ?", (business_id, today.isoformat())
    )
    return cursor.rowcount
