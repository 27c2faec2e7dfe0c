"""Calls: that one began, how it ended, and its account line by line. Plain functions of a connection."""

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from storage import call_search
from storage.records import Call, EventRow, Flag, from_row, utc_text

INTERRUPTED = "interrupted"  # by the end of the process
ANSWERED = frozenset({"completed", "answered"})  # how a transfer ends whose person came to the telephone
MISSED = frozenset({"busy", "no-answer", "failed", "canceled"})
DIAL_STATUSES = ANSWERED | MISSED
NOBODY_ANSWERED = "nobody_answered"  # how such a call is looked for, beside the outcomes


def begin(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    caller: str | None,
    lead_id: int | None,
    started_at: dt.datetime,
    test: bool = False,
    again: bool = False,
) -> Call:
    """Note a call as live. A call that is known already is returned as it is, live or ended.

    But `again`, by another stream, one is live again that was put through to somebody who did not answer, or
    whose line broke.
    """
    values = {
        "business_id": business_id,
        "call_sid": call_sid,
        "caller": caller,
        "lead_id": lead_id,
        "started_at": utc_text("started_at", started_at),
        "test": test,
    }
    conn.execute(
        "INSERT INTO calls (business_id, call_sid, caller, lead_id, started_at, test)"
        " VALUES (:business_id, :call_sid, :caller, :lead_id, :started_at, :test)"
        " ON CONFLICT (business_id, call_sid)"
        " DO UPDATE SET outcome = NULL, ended_at = NULL, duration_ms = NULL"
        " WHERE :again AND outcome IN ('transferred', 'carrier_lost')",
        {**values, "again": again},
    )
    row = conn.execute(
        "SELECT * FROM calls WHERE business_id = :business_id AND call_sid = :call_sid", values
    ).fetchone()
    return from_row(Call, row)


def finish(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    outcome: str,
    detail: str,
    ended_at: dt.datetime,
    duration_ms: int,
    events: Sequence[tuple[int, str, dict[str, Any]]],
) -> bool:
    """Write the final record and all events, each as (at_ms, kind, fields). The first outcome wins.

    False, and nothing written, if the call has an outcome already. A call that never began here (its
    first write failed) gets its row now, without caller or lead. What is said in a call that came back
    follows what was said before, and the time in between counts.
    """
    began_at = ended_at - dt.timedelta(milliseconds=duration_ms)
    row = conn.execute(
        "INSERT INTO calls (business_id, call_sid, started_at, ended_at, outcome, detail, duration_ms)"
        " VALUES (:business_id, :call_sid, :started_at, :ended_at, :outcome, :detail, :duration_ms)"
        " ON CONFLICT (business_id, call_sid) DO UPDATE SET ended_at = excluded.ended_at,"
        " outcome = excluded.outcome, detail = excluded.detail, duration_ms = excluded.duration_ms"
        " WHERE outcome IS NULL RETURNING started_at",
        {
            "business_id": business_id,
            "call_sid": call_sid,
            "outcome": outcome,
            "detail": detail,
            "started_at": utc_text("started_at", began_at),
            "ended_at": utc_text("ended_at", ended_at),
            "duration_ms": duration_ms,
        },
    ).fetchone()
    if row is None:
        return False
    (said,) = conn.execute(
        "SELECT count(*) FROM call_events WHERE business_id = ? AND call_sid = ?", (business_id, call_sid)
    ).fetchone()
    before_ms = round((began_at - dt.datetime.fromisoformat(row["started_at"])).total_seconds() * 1000)
    offset_ms = max(before_ms, 0) if said else 0
    conn.execute(
        "UPDATE calls SET duration_ms = duration_ms + ? WHERE business_id = ? AND call_sid = ?",
        (offset_ms, business_id, call_sid),
    )
    conn.executemany(
        "INSERT INTO call_events (business_id, call_sid, seq, at_ms, kind, fields) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (business_id, call_sid, seq, at_ms + offset_ms, kind, json.dumps(fields, ensure_ascii=False))
            for seq, (at_ms, kind, fields) in enumerate(events, start=said)
        ],
    )
    return True


def get(conn: sqlite3.Connection, business_id: int, call_sid: str) -> Call | None:
    """Return the business's call with that sid, or None."""
    row = conn.execute(
        "SELECT * FROM calls WHERE business_id = ? AND call_sid = ?", (business_id, call_sid)
    ).fetchone()
    return row and from_row(Call, row)


def events(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[EventRow, ...]:
    """Return the call's account, in order; empty until the call has ended."""
    rows = conn.execute(
        "SELECT seq, at_ms, kind, fields FROM call_events"
        " WHERE business_id = ? AND call_sid = ? ORDER BY seq",
        (business_id, call_sid),
    )
    return tuple(
        EventRow(seq=seq, at_ms=at_ms, kind=kind, fields=json.loads(fields))
        for seq, at_ms, kind, fields in rows
    )


def outcome(conn: sqlite3.Connection, call_sid: str) -> str | None:
    """Return how that call ended; None if it is live or unknown.

    The only function without a business: it serves Twilio's signed after-connect webhook, which names the
    call, and Twilio's CallSid is unique among all its customers. It gives out one word and no row.
    """
    row = conn.execute(
        "SELECT outcome FROM calls WHERE call_sid = ? AND outcome IS NOT NULL ORDER BY started_at DESC",
        (call_sid,),
    ).fetchone()
    return str(row["outcome"]) if row else None


def recent(conn: sqlite3.Connection, business_id: int, limit: int) -> tuple[Call, ...]:
    """Return the business's last calls, the newest first, without those that its owner removed."""
    return call_search.find(conn, business_id, limit=limit)


def outcomes(conn: sqlite3.Connection, business_id: int) -> tuple[str, ...]:
    """Return how the business's calls have ended, as one looks for them: each way once, by the alphabet."""
    rows = conn.execute(
        "SELECT DISTINCT outcome, dial_status FROM calls"
        " WHERE business_id = ? AND outcome IS NOT NULL AND removed_at IS NULL",
        (business_id,),
    ).fetchall()
    missed = [row["outcome"] for row in rows if row["dial_status"] in MISSED]
    reached = [row["outcome"] for row in rows if row["dial_status"] not in MISSED]
    ways = {*reached, *(outcome for outcome in missed if outcome != "transferred")}
    return tuple(sorted(ways | {NOBODY_ANSWERED} if missed else ways))


def remove(conn: sqlite3.Connection, business_id: int, call_sid: str, now: dt.datetime) -> bool:
    """Take a call out of what the owner sees. False if it is live, removed already or unknown."""
    cursor = conn.execute(
        "UPDATE calls SET removed_at = ? WHERE business_id = ? AND call_sid = ?"
        " AND outcome IS NOT NULL AND removed_at IS NULL",
        (utc_text("now", now), business_id, call_sid),
    )
    return cursor.rowcount == 1


def restore(conn: sqlite3.Connection, business_id: int, call_sid: str) -> bool:
    """Show a call again that was removed. False if it was not."""
    cursor = conn.execute(
        "UPDATE calls SET removed_at = NULL"
        " WHERE business_id = ? AND call_sid = ? AND removed_at IS NOT NULL",
        (business_id, call_sid),
    )
    return cursor.rowcount == 1


def set_transfer(conn: sqlite3.Connection, business_id: int, call_sid: str, phone: str) -> None:
    """Note whom the caller is to be put through to once the stream has ended."""
    conn.execute(
        "UPDATE calls SET transfer_to = ?, dial_status = NULL WHERE business_id = ? AND call_sid = ?",
        (phone, business_id, call_sid),
    )


def set_dial_status(conn: sqlite3.Connection, business_id: int, call_sid: str, status: str) -> None:
    """Note how the call's last transfer ended, one of DIAL_STATUSES. What was noted first stands."""
    conn.execute(
        "UPDATE calls SET dial_status = coalesce(dial_status, ?)"
        " WHERE business_id = ? AND call_sid = ? AND transfer_to IS NOT NULL",
        (status, business_id, call_sid),
    )


def transfer_to(conn: sqlite3.Connection, call_sid: str) -> tuple[int, str] | None:
    """Return whom that call is to be put through to, as (business_id, phone), or None.

    For the signed webhook, as `outcome` is.
    """
    row = conn.execute(
        "SELECT business_id, transfer_to FROM calls WHERE call_sid = ? AND transfer_to IS NOT NULL"
        " ORDER BY started_at DESC",
        (call_sid,),
    ).fetchone()
    return (row["business_id"], row["transfer_to"]) if row else None


def flag(conn: sqlite3.Connection, business_id: int, call_sid: str, flags: Sequence[Flag]) -> None:
    """Note what is wrong with a call, in place of what was noted before."""
    conn.execute("DELETE FROM call_flags WHERE business_id = ? AND call_sid = ?", (business_id, call_sid))
    conn.executemany(
        "INSERT INTO call_flags (business_id, call_sid, seq, kind, said, done) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (business_id, call_sid, seq, flagged.kind, flagged.said, flagged.done)
            for seq, flagged in enumerate(flags)
        ],
    )


def flags(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[Flag, ...]:
    """Return what is wrong with a call, for its owner."""
    rows = conn.execute(
        "SELECT * FROM call_flags WHERE business_id = ? AND call_sid = ? ORDER BY seq",
        (business_id, call_sid),
    )
    return tuple(from_row(Flag, row) for row in rows)


def flag_counts(conn: sqlite3.Connection, business_id: int, call_sids: Collection[str]) -> dict[str, int]:
    """Return how many things are wrong with each of these calls; those with none are left out."""
    marks = ", ".join("?" * len(call_sids))
    rows = conn.execute(
        "SELECT call_sid, count(*) AS flags FROM call_flags"  # noqa: S608 - marks only
        f" WHERE business_id = ? AND call_sid IN ({marks}) GROUP BY call_sid",
        (business_id, *call_sids),
    )
    return {row["call_sid"]: row["flags"] for row in rows}


def interrupted(conn: sqlite3.Connection, since: dt.datetime) -> tuple[tuple[int, str], ...]:
    """Return the calls of every business that began since then and ended with their process.

    Each as (business_id, call_sid). A call of which something was already sent, or given up, is left out.
    """
    rows = conn.execute(
        "SELECT business_id, call_sid FROM calls WHERE outcome = ? AND started_at >= ? AND NOT EXISTS"
        " (SELECT 1 FROM outbox WHERE outbox.business_id = calls.business_id"
        " AND outbox.call_sid = calls.call_sid AND (outbox.status <> 'pending' OR outbox.attempts > 0))",
        (INTERRUPTED, utc_text("since", since)),
    )
    return tuple((row["business_id"], row["call_sid"]) for row in rows)


def close_abandoned(conn: sqlite3.Connection) -> int:
    """Give every live call of every business the outcome of a dead process, and free what calls held.

    Returns how many calls those were. Only true when no call can be live: as the file is opened. When such a
    call ended nobody knows.
    """
    conn.execute("DELETE FROM holds")
    cursor = conn.execute(
        "UPDATE calls SET outcome = ?, detail = 'the server stopped while this call was live'"
        " WHERE outcome IS NULL",
        (INTERRUPTED,),
    )
    return cursor.rowcount
