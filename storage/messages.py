"""What callers left for the owner. Plain functions of a connection."""

import sqlite3

from storage import fields, ids
from storage.errors import InvalidField
from storage.records import Message, from_row

_TEXT_MAX = 2_000
_MOST_OF_A_CALL = 10
_NO_TEST = (
    "AND NOT EXISTS (SELECT 1 FROM calls"
    " WHERE business_id = ?1 AND calls.call_sid = messages.call_sid AND test = 1)"
)


def take(conn: sqlite3.Connection, business_id: int, *, lead_id: int, call_sid: str, text: str) -> Message:
    """Keep a message. The same words in the same call are one message.

    Raises InvalidField if it is empty or too long, or if the call has left ten already.
    """
    text = checked(text)
    known = of_call(conn, business_id, call_sid)
    for message in known:
        if message.text == text:
            return message
    if len(known) >= _MOST_OF_A_CALL:
        raise InvalidField("text", "would be message {number} of one call", {"number": len(known) + 1})
    row = conn.execute(
        "INSERT INTO messages (business_id, id, lead_id, call_sid, text)"
        " VALUES (:business_id, :id, :lead_id, :call_sid, :text) RETURNING *",
        {
            "business_id": business_id,
            "id": ids.new(conn, business_id, "messages"),
            "lead_id": lead_id,
            "call_sid": call_sid,
            "text": text,
        },
    ).fetchone()
    return from_row(Message, row)


def checked(text: str) -> str:
    """Return the message as it would be kept. Raises InvalidField if it is empty or too long."""
    text = fields.words("text", text, longest=_TEXT_MAX)
    if not text:
        raise InvalidField("text", "is empty")
    return text


def of_call(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[Message, ...]:
    """Return what the caller of that call left, in order."""
    rows = conn.execute(
        "SELECT * FROM messages WHERE business_id = ? AND call_sid = ? ORDER BY id", (business_id, call_sid)
    )
    return tuple(from_row(Message, row) for row in rows)


def waiting(
    conn: sqlite3.Connection, business_id: int, *, after: int = 0, limit: int = -1
) -> tuple[Message, ...]:
    """Return what the owner has not dealt with, the oldest first: at most `limit` from that id on."""
    rows = conn.execute(
        f"SELECT * FROM messages WHERE business_id = ?1 AND id > ?2 AND status = 'new' {_NO_TEST}"  # noqa: S608
        " ORDER BY id LIMIT ?3",
        (business_id, after, limit),
    )
    return tuple(from_row(Message, row) for row in rows)


def count_waiting(conn: sqlite3.Connection, business_id: int, *, after: int = 0) -> int:
    """Count what the owner has not dealt with, from that id on."""
    (count,) = conn.execute(
        f"SELECT count(*) FROM messages WHERE business_id = ?1 AND id > ?2 AND status = 'new' {_NO_TEST}",  # noqa: S608
        (business_id, after),
    ).fetchone()
    return int(count)


def done(conn: sqlite3.Connection, business_id: int, limit: int) -> tuple[Message, ...]:
    """Return what the owner has dealt with, the newest first."""
    rows = conn.execute(
        f"SELECT * FROM messages WHERE business_id = ?1 AND status = 'done' {_NO_TEST}"  # noqa: S608
        " ORDER BY id DESC LIMIT ?2",
        (business_id, limit),
    )
    return tuple(from_row(Message, row) for row in rows)


def get(conn: sqlite3.Connection, business_id: int, message_id: int) -> Message | None:
    """Return the business's message with that id, or None."""
    row = conn.execute(
        "SELECT * FROM messages WHERE business_id = ? AND id = ?", (business_id, message_id)
    ).fetchone()
    return row and from_row(Message, row)


def mark_done(conn: sqlite3.Connection, business_id: int, message_id: int) -> bool:
    """Note that the owner has dealt with it. False if it was not waiting."""
    cursor = conn.execute(
        "UPDATE messages SET status = 'done' WHERE business_id = ? AND id = ? AND status = 'new'",
        (business_id, message_id),
    )
    return cursor.rowcount == 1


def reopen(conn: sqlite3.Connection, business_id: int, message_id: int) -> bool:
    """Let it wait for the owner again. False if it had not been dealt with."""
    cursor = conn.execute(
        "UPDATE messages SET status = 'new' WHERE business_id = ? AND id = ? AND status = 'done'",
        (business_id, message_id),
    )
    return cursor.rowcount == 1
