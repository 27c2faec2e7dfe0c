"""What a business sets differently for its calls: names and values, as text. Plain functions of a connection.

What they mean, and whether a call can run with them, the engine knows and not this file.
"""

import sqlite3
from collections.abc import Mapping


def of(conn: sqlite3.Connection, business_id: int) -> dict[str, str]:
    """Return the settings of its calls by their names, in order; empty if they are the deployment's."""
    rows = conn.execute(
        "SELECT name, value FROM call_settings WHERE business_id = ? ORDER BY name", (business_id,)
    )
    return {row["name"]: row["value"] for row in rows}


def put(conn: sqlite3.Connection, business_id: int, values: Mapping[str, str]) -> None:
    """Set these, and no others any more."""
    conn.execute("DELETE FROM call_settings WHERE business_id = ?", (business_id,))
    conn.executemany(
        "INSERT INTO call_settings (business_id, name, value) VALUES (?, ?, ?)",
        [(business_id, name, value) for name, value in values.items()],
    )
