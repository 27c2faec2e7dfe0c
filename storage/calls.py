"""Calls: that one began, how it ended, and its account line by line. Plain functions of a connection."""

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from storage.records import Call, CallEvent, from_row, utc_text

PROCESS_DIED = "process_died"


def begin(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    caller: str | None,
    lead_id: int | None,
    started_at: dt.datetime,
) -> Call:
    """Note a call as live. A call that is known already is returned as it is, live or ended."""
    values = {
        "business_id": business_id,
        "call_sid": call_sid,
        "caller": caller,
        "lead_id": lead_id,
        "started_at": utc_text("started_at", started_at),
    }
    conn.execute(
        "INSERT INTO calls (business_id, call_sid, caller, lead_id, started_at)"
        " VALUES (:business_id, :call_sid, :caller, :lead_id, :started_at)"
        " ON CONFLICT (business_id, call_sid) DO NOTHING",
        values,
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
    first write failed) gets its row now, without caller or lead.
    """
    values = {
        "business_id": business_id,
        "call_sid": call_sid,
        "outcome": outcome,
        "detail": detail,
        "started_at": utc_text("started_at", ended_at - dt.timedelta(milliseconds=duration_ms)),
        "ended_at": utc_text("ended_at", ended_at),
        "duration_ms": duration_ms,
    }
    row = conn.execute(
        "INSERT INTO calls (business_id, call_sid, started_at, ended_at, outcome, detail, duration_ms)"
        " VALUES (:business_id, :call_sid, :started_at, :ended_at, :outcome, :detail, :duration_ms)"
        " ON CONFLICT (business_id, call_sid) DO UPDATE SET ended_at = excluded.ended_at,"
        " outcome = excluded.outcome, detail = excluded.detail, duration_ms = excluded.duration_ms"
        " WHERE outcome IS NULL RETURNING call_sid",
        values,
    ).fetchone()
    if row is None:
        return False
    conn.executemany(
        "INSERT INTO call_events (business_id, call_sid, seq, at_ms, kind, fields) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (business_id, call_sid, seq, at_ms, kind, json.dumps(fields, ensure_ascii=False))
            for seq, (at_ms, kind, fields) in enumerate(events)
        ],
    )
    return True


def get(conn: sqlite3.Connection, business_id: int, call_sid: str) -> Call | None:
    """The business's call with that sid."""
    row = conn.execute(
        "SELECT * FROM calls WHERE business_id = ? AND call_sid = ?", (business_id, call_sid)
    ).fetchone()
    return row and from_row(Call, row)


def events(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[CallEvent, ...]:
    """The call's account, in order; empty until the call has ended."""
    rows = conn.execute(
        "SELECT seq, at_ms, kind, fields FROM call_events"
        " WHERE business_id = ? AND call_sid = ? ORDER BY seq",
        (business_id, call_sid),
    )
    return tuple(
        CallEvent(seq=seq, at_ms=at_ms, kind=kind, fields=json.loads(fields))
        for seq, at_ms, kind, fields in rows
    )


def outcome(conn: sqlite3.Connection, call_sid: str) -> str | None:
    """How that call ended; None if it is live or unknown.

    The only function without a business: it serves Twilio's signed after-connect webhook, which names the
    call, and Twilio's CallSid is unique among all its customers. It gives out one word and no row.
    """
    row = conn.execute(
        "SELECT outcome FROM calls WHERE call_sid = ? AND outcome IS NOT NULL ORDER BY started_at DESC",
        (call_sid,),
    ).fetchone()
    return str(row["outcome"]) if row else None


def close_abandoned(conn: sqlite3.Connection) -> int:
    """Give every live call of every business the outcome of a dead process; return how many.

    Only true when no call can be live: as the file is opened. When such a call ended nobody knows.
    """
    cursor = conn.execute(
        "UPDATE calls SET outcome = ?, detail = 'the server stopped while this call was live'"
        " WHERE outcome IS NULL",
        (PROCESS_DIED,),
    )
    return cursor.rowcount
