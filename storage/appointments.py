"""Appointments: the times that callers were given. Plain functions of a connection.

Whether a time may be given is decided in `storage/booking.py`; here it is written and read.
"""

import datetime as dt
import sqlite3
from typing import Any

from storage import fields, ids
from storage.availability import Slot
from storage.errors import NotFound, SlotTaken
from storage.records import Appointment, Busy, from_row, utc_text
from storage.schedule import RESOURCE_ID

_NOTES_MAX = 2_000
# The trigger refuses what overlaps another appointment, the unique index a second one of the same call that
# starts then. Appointments of a test call are held to the index only.
_TAKEN = {sqlite3.SQLITE_CONSTRAINT_TRIGGER, sqlite3.SQLITE_CONSTRAINT_UNIQUE}


def insert(
    conn: sqlite3.Connection,
    business_id: int,
    slot: Slot,
    *,
    lead_id: int,
    call_sid: str | None,
    service_id: int | None,
    notes: str,
    wants_sms: bool,
    full_name: str | None = None,
) -> Appointment:
    """Write an appointment, under this name, or else the lead's of now.

    `call_sid` is None for one that no call made. Raises SlotTaken if any of its time, buffers included, is
    another's, InvalidField for notes that are too long.
    """
    return _guarded(
        conn,
        "INSERT INTO appointments (business_id, id, resource_id, lead_id, full_name, call_sid, service_id,"
        " starts_at, ends_at, busy_start, busy_end, notes, wants_sms, test)"
        " VALUES (:business_id, :id, :resource_id, :lead_id,"
        " coalesce(:full_name,"
        " (SELECT full_name FROM leads WHERE business_id = :business_id AND id = :lead_id)),"
        " :call_sid, :service_id, :starts_at, :ends_at, :busy_start, :busy_end, :notes, :wants_sms,"
        " EXISTS (SELECT 1 FROM calls WHERE business_id = :business_id AND call_sid = :call_sid AND test = 1)"
        ") RETURNING *",
        {
            "business_id": business_id,
            "id": ids.new(conn, business_id, "appointments"),
            "resource_id": RESOURCE_ID,
            "lead_id": lead_id,
            "full_name": full_name,
            "call_sid": call_sid,
            "service_id": service_id,
            "notes": fields.words("notes", notes, longest=_NOTES_MAX),
            "wants_sms": wants_sms,
            **_times(slot),
        },
    )


def name(conn: sqlite3.Connection, business_id: int, call_sid: str, full_name: str) -> int:
    """Put what that call made under this name; return how many appointments those are.

    Only that call may: whoever could rename an earlier one could then prove that it is theirs.
    """
    cursor = conn.execute(
        "UPDATE appointments SET full_name = ? WHERE business_id = ? AND call_sid = ?",
        (full_name, business_id, call_sid),
    )
    return cursor.rowcount


def note(conn: sqlite3.Connection, business_id: int, appointment_id: int, notes: str) -> Appointment:
    """Keep these notes with an appointment, booked or cancelled, in place of those that it had.

    Raises InvalidField for notes that are too long, NotFound.
    """
    return _guarded(
        conn,
        "UPDATE appointments SET notes = :notes WHERE business_id = :business_id AND id = :id RETURNING *",
        {
            "business_id": business_id,
            "id": appointment_id,
            "notes": fields.words("notes", notes, longest=_NOTES_MAX),
        },
    )


def move(conn: sqlite3.Connection, business_id: int, appointment_id: int, slot: Slot) -> Appointment:
    """Give an appointment another time, which nobody has heard yet. Raises SlotTaken, NotFound."""
    return _guarded(
        conn,
        "UPDATE appointments SET starts_at = :starts_at, ends_at = :ends_at, busy_start = :busy_start,"
        " busy_end = :busy_end, confirmed_heard = 0"
        " WHERE business_id = :business_id AND id = :id AND status = 'booked' RETURNING *",
        {"business_id": business_id, "id": appointment_id, **_times(slot)},
    )


def cancel(conn: sqlite3.Connection, business_id: int, appointment_id: int) -> Appointment:
    """Give the time back. Raises NotFound if the business has no such appointment, or no more."""
    return _guarded(
        conn,
        "UPDATE appointments SET status = 'cancelled'"
        " WHERE business_id = :business_id AND id = :id AND status = 'booked' RETURNING *",
        {"business_id": business_id, "id": appointment_id},
    )


def _times(slot: Slot) -> dict[str, str]:
    return {
        name: utc_text(name, getattr(slot, name))
        for name in ("starts_at", "ends_at", "busy_start", "busy_end")
    }


def _guarded(conn: sqlite3.Connection, statement: str, values: dict[str, Any]) -> Appointment:
    try:
        row = conn.execute(statement, values).fetchone()
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in _TAKEN:
            raise SlotTaken from None
        raise
    if row is None:
        raise NotFound("appointment", str(values["id"]))
    return from_row(Appointment, row)


def get(conn: sqlite3.Connection, business_id: int, appointment_id: int) -> Appointment | None:
    """Return the business's appointment with that id, booked or cancelled; None if it has none."""
    row = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND id = ?", (business_id, appointment_id)
    ).fetchone()
    return row and from_row(Appointment, row)


def at(
    conn: sqlite3.Connection,
    business_id: int,
    starts_at: dt.datetime,
    *,
    call_sid: str | None = None,
    lead_id: int | None = None,
) -> Appointment | None:
    """Return the booked appointment that starts at `starts_at`, made on that call or else for that lead."""
    # One or the other, not OR: that would look through all that the business ever had.
    whose, who = ("call_sid", call_sid) if call_sid is not None else ("lead_id", lead_id)
    row = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND starts_at = ? AND status = 'booked'"  # noqa: S608 - one of two names
        f" AND {whose} = ?",
        (business_id, utc_text("starts_at", starts_at), who),
    ).fetchone()
    return row and from_row(Appointment, row)


_BUSY = (
    "SELECT busy_start AS starts_at, busy_end AS ends_at FROM appointments"
    " WHERE business_id = :business_id AND status = 'booked'"
    " AND busy_end > :since AND busy_start < :until AND id IS NOT :ignoring"
)


def busy(
    conn: sqlite3.Connection,
    business_id: int,
    since: dt.datetime,
    until: dt.datetime,
    *,
    call_sid: str | None = None,
    ignoring: int | None = None,
) -> tuple[Busy, ...]:
    """Return what is taken of the time from `since` up to `until`, buffers included, in order.

    A test call takes time from nobody but itself, so `call_sid` says who asks. The appointment with the id
    `ignoring` does not count.
    """
    rows = conn.execute(
        f"{_BUSY} AND resource_id = :resource_id AND test = 0"
        f" UNION ALL {_BUSY} AND call_sid = :call_sid AND test = 1 ORDER BY ends_at",
        {
            "business_id": business_id,
            "resource_id": RESOURCE_ID,
            "since": utc_text("since", since),
            "until": utc_text("until", until),
            "call_sid": call_sid,
            "ignoring": ignoring,
        },
    )
    return tuple(from_row(Busy, row) for row in rows)


def for_call(conn: sqlite3.Connection, business_id: int, call_sid: str) -> tuple[Appointment, ...]:
    """Return every appointment that was made on that call, cancelled ones too, in order of their start."""
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND call_sid = ? ORDER BY starts_at, id",
        (business_id, call_sid),
    )
    return tuple(from_row(Appointment, row) for row in rows)


def of_lead(
    conn: sqlite3.Connection, business_id: int, lead_id: int, since: dt.datetime
) -> tuple[Appointment, ...]:
    """Return what the lead has booked from `since` on, in order."""
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND lead_id = ? AND starts_at >= ?"
        " AND status = 'booked' ORDER BY starts_at",
        (business_id, lead_id, utc_text("since", since)),
    )
    return tuple(from_row(Appointment, row) for row in rows)


def every_of_lead(conn: sqlite3.Connection, business_id: int, lead_id: int) -> tuple[Appointment, ...]:
    """Return every appointment that the lead ever had, cancelled ones too, in order of their start."""
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND lead_id = ? ORDER BY starts_at, id",
        (business_id, lead_id),
    )
    return tuple(from_row(Appointment, row) for row in rows)


def between(
    conn: sqlite3.Connection, business_id: int, since: dt.datetime, until: dt.datetime
) -> tuple[Appointment, ...]:
    """Return what is booked to start from `since` and before `until`, in order; not by test calls."""
    rows = conn.execute(
        "SELECT * FROM appointments WHERE business_id = ? AND status = 'booked' AND test = 0"
        " AND busy_end > ? AND starts_at >= ? AND starts_at < ? ORDER BY starts_at",
        (business_id, utc_text("since", since), utc_text("since", since), utc_text("until", until)),
    )
    return tuple(from_row(Appointment, row) for row in rows)


def mark_confirmed(
    conn: sqlite3.Connection, business_id: int, appointment_id: int, starts_at: dt.datetime
) -> bool:
    """Note that the caller heard that they are expected then.

    False if the business has no such appointment booked, or its owner has moved it since.
    """
    cursor = conn.execute(
        "UPDATE appointments SET confirmed_heard = 1"
        " WHERE business_id = ? AND id = ? AND starts_at = ? AND status = 'booked'",
        (business_id, appointment_id, utc_text("starts_at", starts_at)),
    )
    return cursor.rowcount == 1
