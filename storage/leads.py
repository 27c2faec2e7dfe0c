"""Leads: who rang a business. Plain functions of a connection."""

import sqlite3

from storage import fields
from storage.errors import NotFound
from storage.records import Lead, from_row

_FULL_NAME_MAX = 200
_NOTES_MAX = 2_000
_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"


def find_or_create(conn: sqlite3.Connection, business_id: int, *, phone: str | None, call_sid: str) -> Lead:
    """The lead of that caller, new or known, with this call as the last one.

    A caller who withholds the number (`phone` None) is a lead of that call alone.
    """
    values = {"business_id": business_id, "phone": phone, "call_sid": call_sid}
    # The partial unique indexes hold one lead for each number and one for each withheld call.
    known = "phone = :phone" if phone is not None else "phone IS NULL AND last_call_sid = :call_sid"
    row = conn.execute(
        f"UPDATE leads SET last_call_sid = :call_sid, updated_at = {_NOW}"  # noqa: S608 - constants only
        f" WHERE business_id = :business_id AND {known} RETURNING *",
        values,
    ).fetchone()
    row = (
        row
        or conn.execute(
            "INSERT INTO leads (business_id, id, phone, last_call_sid)"
            " SELECT :business_id, coalesce(max(id), 0) + 1, :phone, :call_sid"
            " FROM leads WHERE business_id = :business_id RETURNING *",
            values,
        ).fetchone()
    )
    return from_row(Lead, row)


def get(conn: sqlite3.Connection, business_id: int, lead_id: int) -> Lead | None:
    """The business's lead with that id."""
    row = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND id = ?", (business_id, lead_id)
    ).fetchone()
    return row and from_row(Lead, row)


def of_phone(conn: sqlite3.Connection, business_id: int, phone: str) -> Lead | None:
    """The business's lead who rings from that number."""
    row = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND phone = ?", (business_id, phone)
    ).fetchone()
    return row and from_row(Lead, row)


def every(conn: sqlite3.Connection, business_id: int) -> tuple[Lead, ...]:
    """Everybody who ever rang the business, the newest first."""
    rows = conn.execute("SELECT * FROM leads WHERE business_id = ? ORDER BY id DESC", (business_id,))
    return tuple(from_row(Lead, row) for row in rows)


def update_details(
    conn: sqlite3.Connection,
    business_id: int,
    lead_id: int,
    *,
    full_name: str | None = None,
    email: str | None = None,
    callback_phone: str | None = None,
    notes: str | None = None,
) -> Lead:
    """Note what the caller said about themselves; what is None stays as it was.

    Raises InvalidField for a value that cannot be kept (then nothing is), NotFound for a lead that the
    business does not have.
    """
    if full_name is not None:
        full_name = fields.one_line("full_name", full_name, longest=_FULL_NAME_MAX)
    if email is not None:
        email = fields.email("email", email)
    if callback_phone is not None:
        callback_phone = fields.e164("callback_phone", callback_phone)
    if notes is not None:
        notes = fields.at_most("notes", notes.strip(), longest=_NOTES_MAX)
    row = conn.execute(
        "UPDATE leads SET full_name = coalesce(:full_name, full_name), email = coalesce(:email, email),"  # noqa: S608
        " callback_phone = coalesce(:callback_phone, callback_phone), notes = coalesce(:notes, notes),"
        f" updated_at = {_NOW} WHERE business_id = :business_id AND id = :lead_id RETURNING *",
        {
            "business_id": business_id,
            "lead_id": lead_id,
            "full_name": full_name,
            "email": email,
            "callback_phone": callback_phone,
            "notes": notes,
        },
    ).fetchone()
    if row is None:
        raise NotFound("lead", str(lead_id))
    return from_row(Lead, row)
