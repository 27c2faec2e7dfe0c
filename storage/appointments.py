"""Appointments: the times that callers were given. Plain functions of a connection."""

import datetime as dt
import sqlite3

from storage import fields
from storage.errors import InvalidField, SlotTaken
from storage.records import Appointment, Booking, Busy, from_row, utc_text

_RESOURCE_ID = 1  # every business has one chair, until it can name several
_NOTES_MAX = 2_000


def book(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    lead_id: int,
    call_sid: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    notes: str = "",
) -> Booking:
    """Book that time for that lead, once: the same call asking again for the same start gets the same row.

    The check is the trigger in schema.sql, so it cannot drift from the rule that guards the table.
    Raises SlotTaken if any of the time is another's, InvalidField for values that make no sense. The lead
    and the call must be the business's own: anything else is a bug, and an IntegrityError.
    """
    start, end = utc_text("starts_at", starts_at), utc_text("ends_at", ends_at)
    if start >= end:
        raise InvalidField("ends_at", "must be after starts_at")
    fields.at_most("notes", notes, longest=_NOTES_MAX)
    if known := _booked(conn, business_id, call_sid, start):
        return Booking(appointment=known, created=False)
    values = {
        "business_id": business_id,
        "resource_id": _RESOURCE_ID,
        "lead_id": lead_id,
        "call_sid": call_sid,
        "starts_at": start,
        "ends_at": end,
        "notes": notes,
    }
    return Booking(appointment=_insert(conn, values), created=True)


def _booked(conn: sqlite3.Connection, business_id: int, call_sid: str, start: str) -> Appointment | None:
    row = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND call_sid = ? AND starts_at = ?"
        " AND status = 'booked'",
        (business_id, call_sid, start),
    ).fetchone()
    return row and from_row(Appointment, row)


def _insert(conn: sqlite3.Connection, values: dict[str, object]) -> Appointment:
    try:
        row = conn.execute(
            "INSERT INTO appointments (business_id, id, resource_id, lead_id, call_sid,"
            " starts_at, ends_at, busy_start, busy_end, notes)"
            " SELECT :business_id, coalesce(max(id), 0) + 1, :resource_id, :lead_id, :call_sid,"
            " :starts_at, :ends_at, :starts_at, :ends_at, :notes"
            " FROM appointments WHERE business_id = :business_id RETURNING *",
            values,
        ).fetchone()
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
            raise SlotTaken from None
        raise
    return from_row(Appointment, row)


def busy(
    conn: sqlite3.Connection, business_id: int, since: dt.datetime, until: dt.datetime
) -> tuple[Busy, ...]:
    """What is taken of the time from `since` up to `until`, buffers included, in order."""
    rows = conn.execute(
        "SELECT busy_start AS starts_at, busy_end AS ends_at FROM appointments"
        " WHERE business_id = :business_id AND resource_id = :resource_id AND status = 'booked'"
        " AND busy_end > :since AND busy_start < :until ORDER BY busy_end",
        {
            "business_id": business_id,
            "resource_id": _RESOURCE_ID,
            "since": utc_text("since", since),
            "until": utc_text("until", until),
        },
    )
    return tuple(from_row(Busy, row) for row in rows)


def for_call(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[Appointment, ...]:
    """Every appointment that was made on that call, cancelled ones too, in order of their start."""
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND call_sid = ? ORDER BY starts_at, id",
        (business_id, call_sid),
    )
    return tuple(from_row(Appointment, row) for row in rows)


def mark_confirmed(conn: sqlite3.Connection, business_id: int, call_sid: str, starts_at: dt.datetime) -> bool:
    """Note that the caller heard the confirmation. False if that call has no such appointment booked."""
    cursor = conn.execute(
        "UPDATE appointments SET confirmed_heard = 1 WHERE business_id = ? AND call_sid = ?"
        " AND starts_at = ? AND status = 'booked'",
        (business_id, call_sid, utc_text("starts_at", starts_at)),
    )
    return cursor.rowcount == 1
