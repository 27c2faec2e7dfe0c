"""The secret link by which a calendar program reads the appointments. Plain functions of a connection."""

import secrets
import sqlite3

from storage.errors import NotFound
from storage.records import Business, from_row

_TOKEN_BYTES = 32


def token(conn: sqlite3.Connection, business_id: int) -> str | None:
    """Return what the link ends in; None while there is no link."""
    row = conn.execute("SELECT feed_token FROM businesses WHERE id = ?", (business_id,)).fetchone()
    return row["feed_token"] if row else None


def renew(conn: sqlite3.Connection, business_id: int) -> str:
    """Make a link, in place of the one that there was, and return its token. Raises NotFound."""
    made = secrets.token_urlsafe(_TOKEN_BYTES)
    _set(conn, business_id, made)
    return made


def stop(conn: sqlite3.Connection, business_id: int) -> None:
    """Let nobody read the calendar by a link any more. Raises NotFound."""
    _set(conn, business_id, None)


def business_of(conn: sqlite3.Connection, token: str) -> Business | None:
    """Return the business whose calendar the link with this token shows; None if the link is void.

    No business is asked for: who knows the token may read, and nobody guesses it.
    """
    row = conn.execute("SELECT * FROM businesses WHERE feed_token = ?", (token,)).fetchone()
    return row and from_row(Business, row)


def _set(conn: sqlite3.Connection, business_id: int, token: str | None) -> None:
    cursor = conn.execute("UPDATE businesses SET feed_token = ? WHERE id = ?", (token, business_id))
    if cursor.rowcount == 0:
        raise NotFound("business", str(business_id))
