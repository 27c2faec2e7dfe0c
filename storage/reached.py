"""Whether calls reach a business from outside, with the server as it is set up.

`setup` is a fingerprint of what must be right for that (web/reached.py); under another nothing is known.
Plain functions of a connection.
"""

import datetime as dt
import sqlite3

from storage.records import Reached, from_row, utc_text


def note(
    conn: sqlite3.Connection, business_id: int, setup: str, now: dt.datetime, *, heard: bool = False
) -> None:
    """Note that a call has come, and perhaps that its caller heard the receptionist. The first times stay."""
    conn.execute(
        "INSERT INTO reached (business_id, setup, came_at, heard_at)"
        " VALUES (:business_id, :setup, :now, :heard)"
        " ON CONFLICT (business_id) DO UPDATE SET setup = excluded.setup,"
        " came_at = iif(setup = excluded.setup, came_at, excluded.came_at),"
        " heard_at = iif(setup = excluded.setup, coalesce(heard_at, excluded.heard_at), excluded.heard_at)",
        {
            "business_id": business_id,
            "setup": setup,
            "now": utc_text("now", now),
            "heard": utc_text("now", now) if heard else None,
        },
    )


def get(conn: sqlite3.Connection, business_id: int, setup: str) -> Reached | None:
    """Return since when calls have reached the business with that set-up; None if none has."""
    row = conn.execute(
        "SELECT * FROM reached WHERE business_id = ? AND setup = ?", (business_id, setup)
    ).fetchone()
    return row and from_row(Reached, row)


def any_business(conn: sqlite3.Connection, setup: str) -> bool:
    """Say whether a call has reached any business of the file with that set-up."""
    return conn.execute("SELECT 1 FROM reached WHERE setup = ? LIMIT 1", (setup,)).fetchone() is not None
