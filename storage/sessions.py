"""Browsers that are signed in, and links that let somebody in once. Plain functions of a connection.

Tokens are 32 random bytes, so a plain hash of one is as good as a slow one: nobody guesses it. The id of a
session is random too, and so never another's: a form or a token that names one that is over names nobody.
"""

import datetime as dt
import hashlib
import secrets
import sqlite3

from storage.records import Owner, Session, from_row, utc_text

SESSION_LIFE = dt.timedelta(days=30)  # from the last visit
LINK_LIFE = dt.timedelta(days=3)
SEEN_EVERY = dt.timedelta(hours=1)  # a visit is noted no more often: each note is a write
_BROWSER_MAX = 200
_TOKEN_BYTES = 32
_ID_BITS = 53


def begin(conn: sqlite3.Connection, owner_id: int, *, browser: str, now: dt.datetime) -> str:
    """Sign a browser in, and return its token: the only time that it can be had."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    conn.execute(
        "INSERT INTO sessions (token_hash, id, owner_id, browser, seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            _hashed(token),
            secrets.randbits(_ID_BITS),  # sessions are of no business: storage/ids.py can't count them
            owner_id,
            browser[:_BROWSER_MAX],
            utc_text("now", now),
            utc_text("now", now + SESSION_LIFE),
        ),
    )
    return token


def find(conn: sqlite3.Connection, token: str, now: dt.datetime) -> tuple[Owner, Session] | None:
    """Return the owner and the session of this token; None if it is unknown, ended or expired."""
    row = conn.execute(
        "SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?",
        (_hashed(token), utc_text("now", now)),
    ).fetchone()
    if row is None:
        return None
    owner = conn.execute("SELECT * FROM owners WHERE id = ?", (row["owner_id"],)).fetchone()
    return from_row(Owner, owner), from_row(Session, row)


def seen(conn: sqlite3.Connection, session_id: int, now: dt.datetime) -> None:
    """Note a visit, which keeps the session alive; and forget the sessions that have expired."""
    conn.execute(
        "UPDATE sessions SET seen_at = ?, expires_at = ? WHERE id = ?",
        (utc_text("now", now), utc_text("now", now + SESSION_LIFE), session_id),
    )
    conn.execute("DELETE FROM sessions WHERE expires_at <= ?", (utc_text("now", now),))


def of_owner(conn: sqlite3.Connection, owner_id: int, now: dt.datetime) -> tuple[Session, ...]:
    """Return where the owner is signed in, the last seen first."""
    rows = conn.execute(
        "SELECT * FROM sessions WHERE owner_id = ? AND expires_at > ? ORDER BY seen_at DESC, rowid DESC",
        (owner_id, utc_text("now", now)),
    )
    return tuple(from_row(Session, row) for row in rows)


def end(conn: sqlite3.Connection, owner_id: int, session_id: int) -> bool:
    """Sign one of the owner's browsers out. False if it was not signed in."""
    cursor = conn.execute("DELETE FROM sessions WHERE owner_id = ? AND id = ?", (owner_id, session_id))
    return cursor.rowcount == 1


def end_others(conn: sqlite3.Connection, owner_id: int, session_id: int) -> int:
    """Sign all of the owner's browsers out but this one; return how many those were."""
    cursor = conn.execute("DELETE FROM sessions WHERE owner_id = ? AND id <> ?", (owner_id, session_id))
    return cursor.rowcount


def end_all(conn: sqlite3.Connection, owner_id: int) -> None:
    """Sign all of the owner's browsers out."""
    conn.execute("DELETE FROM sessions WHERE owner_id = ?", (owner_id,))


def invite(
    conn: sqlite3.Connection,
    now: dt.datetime,
    *,
    business_id: int | None = None,
    owner_id: int | None = None,
) -> str:
    """Make a token that lets somebody in once: a new owner of a business, or one who lost the password.

    With neither it makes an administrator. An earlier link for the same owner, or for an administrator, is
    void from now on; a business may have several.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    conn.execute(
        "DELETE FROM links WHERE expires_at <= ?"
        " OR (owner_id IS ? AND business_id IS ? AND business_id IS NULL)",
        (utc_text("now", now), owner_id, business_id),
    )
    conn.execute(
        "INSERT INTO links (token_hash, business_id, owner_id, expires_at) VALUES (?, ?, ?, ?)",
        (_hashed(token), business_id, owner_id, utc_text("now", now + LINK_LIFE)),
    )
    return token


def invited(conn: sqlite3.Connection, token: str, now: dt.datetime) -> tuple[int | None, int | None] | None:
    """Return what the link with this token is for, as (business_id, owner_id); None if it is void."""
    row = conn.execute(
        "SELECT business_id, owner_id FROM links WHERE token_hash = ? AND expires_at > ?",
        (_hashed(token), utc_text("now", now)),
    ).fetchone()
    return (row["business_id"], row["owner_id"]) if row else None


def void_links(conn: sqlite3.Connection, business_id: int) -> None:
    """Make every link into that business void: who may no longer see it may have kept one."""
    conn.execute("DELETE FROM links WHERE business_id = ?", (business_id,))


def spend(conn: sqlite3.Connection, token: str) -> None:
    """Make the link with this token void."""
    conn.execute("DELETE FROM links WHERE token_hash = ?", (_hashed(token),))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
