"""The outbox: what is to be sent once its call has ended. Plain functions of a connection.

`due` gives out only what belongs to an ended call, and to no test call, so nothing can be sent while one
runs, or of one that counts for nothing, whoever asks.
"""

import datetime as dt
import sqlite3

from storage import ids
from storage.records import Outgoing, from_row, utc_text

_OF_ENDED_CALLS = (
    " FROM outbox JOIN calls USING (business_id, call_sid)"
    " WHERE outbox.status = 'pending' AND calls.outcome IS NOT NULL AND calls.test = 0"
)


def put(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    kind: str,
    recipient: str,
    body: str,
    now: dt.datetime,
    channel: str = "sms",
) -> bool:
    """Have a message sent from `now` on. False if this call has said just that already, sent or not."""
    cursor = conn.execute(
        "INSERT INTO outbox (business_id, id, call_sid, kind, channel, recipient, body, due_at)"
        " VALUES (:business_id, :id, :call_sid, :kind, :channel, :recipient, :body, :due_at)"
        " ON CONFLICT (business_id, call_sid, kind, recipient, body) DO NOTHING",
        {
            "business_id": business_id,
            "id": ids.new(conn, business_id, "outbox"),
            "call_sid": call_sid,
            "kind": kind,
            "channel": channel,
            "recipient": recipient,
            "body": body,
            "due_at": utc_text("now", now),
        },
    )
    return cursor.rowcount == 1


def withdraw(conn: sqlite3.Connection, business_id: int, call_sid: str) -> int:
    """Take back what the call put in and nobody has tried to send yet; return how many those were."""
    cursor = conn.execute(
        "DELETE FROM outbox WHERE business_id = ? AND call_sid = ? AND status = 'pending' AND attempts = 0",
        (business_id, call_sid),
    )
    return cursor.rowcount


def waits(conn: sqlite3.Connection, outgoing: Outgoing) -> bool:
    """Say whether this is still to be sent: it may have been erased, or replaced, since it was read."""
    row = conn.execute(
        "SELECT 1 FROM outbox WHERE business_id = ? AND id = ? AND status = 'pending'",
        (outgoing.business_id, outgoing.id),
    ).fetchone()
    return row is not None


def due(conn: sqlite3.Connection, now: dt.datetime, limit: int) -> tuple[Outgoing, ...]:
    """Return what is to be sent now, of all businesses, the longest due first.

    Only of calls that have ended.
    """
    rows = conn.execute(
        f"SELECT outbox.*{_OF_ENDED_CALLS} AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        (utc_text("now", now), limit),
    )
    return tuple(from_row(Outgoing, row) for row in rows)


def next_due(conn: sqlite3.Connection) -> dt.datetime | None:
    """Return when the next message of an ended call is due; None if there is none."""
    (text,) = conn.execute(f"SELECT min(due_at){_OF_ENDED_CALLS}").fetchone()
    return dt.datetime.fromisoformat(text) if text else None


def unsent(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    since: dt.datetime,
    waited_since: dt.datetime,
    limit: int,
) -> tuple[Outgoing, ...]:
    """Return what calls since `since` left to be told and nobody has been, the newest first.

    That is what was given up, and what waits since `waited_since` or longer: not tried at all, or tried in
    vain after an earlier call. Calls that the owner removed are left out.
    """
    rows = conn.execute(
        "SELECT outbox.* FROM outbox JOIN calls USING (business_id, call_sid)"
        " WHERE business_id = :business_id AND calls.removed_at IS NULL AND calls.test = 0"
        " AND calls.outcome IS NOT NULL AND calls.started_at >= :since"
        " AND (outbox.status = 'failed' OR outbox.status = 'pending' AND outbox.due_at <= :waited_since"
        " OR outbox.status = 'pending' AND outbox.attempts > 0 AND calls.started_at <= :waited_since)"
        " ORDER BY calls.started_at DESC, outbox.id DESC LIMIT :limit",
        {
            "business_id": business_id,
            "since": utc_text("since", since),
            "waited_since": utc_text("waited_since", waited_since),
            "limit": limit,
        },
    )
    return tuple(from_row(Outgoing, row) for row in rows)


def unsent_in_all(conn: sqlite3.Connection, *, since: dt.datetime, waited_since: dt.datetime) -> int:
    """Count the messages of all businesses that were given up since `since`, or wait since `waited_since`."""
    (messages,) = conn.execute(
        "SELECT (SELECT count(*) FROM outbox WHERE status = 'failed' AND due_at >= :since)"
        " + (SELECT count(*) FROM outbox WHERE status = 'pending' AND due_at <= :waited_since)",
        {"since": utc_text("since", since), "waited_since": utc_text("waited_since", waited_since)},
    ).fetchone()
    return int(messages)


def sent(conn: sqlite3.Connection, business_id: int, outgoing_id: int) -> None:
    """Note that a message is on its way; it is not tried again."""
    conn.execute(
        "UPDATE outbox SET status = 'sent', attempts = attempts + 1, problem = ''"
        " WHERE business_id = ? AND id = ?",
        (business_id, outgoing_id),
    )


def failed(
    conn: sqlite3.Connection,
    business_id: int,
    outgoing_id: int,
    *,
    problem: str,
    retry_at: dt.datetime | None,
) -> None:
    """Note why a message could not be sent: it is tried again at `retry_at`, or never if that is None."""
    conn.execute(
        "UPDATE outbox SET attempts = attempts + 1, problem = :problem,"
        " status = CASE WHEN :retry_at IS NULL THEN 'failed' ELSE 'pending' END,"
        " due_at = coalesce(:retry_at, due_at) WHERE business_id = :business_id AND id = :id",
        {
            "business_id": business_id,
            "id": outgoing_id,
            "problem": problem,
            "retry_at": utc_text("retry_at", retry_at) if retry_at is not None else None,
        },
    )
