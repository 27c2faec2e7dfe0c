"""Leads: who rang a business, or was written in by its owner. Plain functions of a connection."""

import sqlite3
from collections.abc import Collection
from typing import Any

from storage import fields, ids
from storage.errors import NotFound
from storage.records import Lead, from_row

_FULL_NAME_MAX = 200
_NOTES_MAX = 2_000
_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"


def find_or_create(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    phone: str | None,
    call_sid: str,
    source: str = "phone",
) -> Lead:
    """Return the lead of that caller, new or known, with this call noted as the last one.

    A caller who withholds the number (`phone` None) is a lead of that call alone. So is whoever tries the
    receptionist (`source` "test"), without the number: a lead that goes with its call must be no caller's.
    """
    phone = None if source == "test" else phone
    values = {"business_id": business_id, "phone": phone, "call_sid": call_sid, "source": source}
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
            "INSERT INTO leads (business_id, id, phone, last_call_sid, source)"
            " VALUES (:business_id, :id, :phone, :call_sid, :source) RETURNING *",
            {"id": ids.new(conn, business_id, "leads"), **values},
        ).fetchone()
    )
    return from_row(Lead, row)


def write_in(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    full_name: str,
    phone: str | None = None,
    email: str | None = None,
) -> Lead:
    """Write in a lead for the owner: a new one, or else the one who rings from that number.

    A known lead keeps the name and the address that they gave. Raises InvalidField.
    """
    values = _checked(full_name=full_name, phone=phone, email=email)
    known = of_phone(conn, business_id, phone) if phone is not None else None
    if known is not None:
        missing = {name: value for name, value in values.items() if getattr(known, name) is None}
        return update_details(conn, business_id, known.id, **missing)
    row = conn.execute(
        "INSERT INTO leads (business_id, id, phone, full_name, email, source)"
        " VALUES (:business_id, :id, :phone, :full_name, :email, 'owner') RETURNING *",
        {"business_id": business_id, "id": ids.new(conn, business_id, "leads"), **values},
    ).fetchone()
    return from_row(Lead, row)


def get(conn: sqlite3.Connection, business_id: int, lead_id: int) -> Lead | None:
    """Return the business's lead with that id, or None."""
    row = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND id = ?", (business_id, lead_id)
    ).fetchone()
    return row and from_row(Lead, row)


def of_phone(conn: sqlite3.Connection, business_id: int, phone: str) -> Lead | None:
    """Return the business's lead who rings from that number, or None."""
    row = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND phone = ?", (business_id, phone)
    ).fetchone()
    return row and from_row(Lead, row)


def every(conn: sqlite3.Connection, business_id: int) -> tuple[Lead, ...]:
    """Return everybody who ever rang the business, or was written in, the newest first; not by test calls."""
    rows = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND source <> 'test' ORDER BY id DESC", (business_id,)
    )
    return tuple(from_row(Lead, row) for row in rows)


def without_number(conn: sqlite3.Connection, business_id: int, limit: int) -> tuple[Lead, ...]:
    """Return the leads with a name and no number, the newest first; not by test calls."""
    rows = conn.execute(
        "SELECT * FROM leads WHERE business_id = ? AND phone IS NULL AND callback_phone IS NULL"
        " AND full_name IS NOT NULL AND source <> 'test' ORDER BY id DESC LIMIT ?",
        (business_id, limit),
    )
    return tuple(from_row(Lead, row) for row in rows)


def names(conn: sqlite3.Connection, business_id: int, lead_ids: Collection[int]) -> dict[int, str]:
    """Return what to call these leads: the name, or else the number. Leads with neither are left out."""
    marks = ", ".join("?" * len(lead_ids))
    rows = conn.execute(
        f"SELECT id, coalesce(full_name, phone) AS name FROM leads WHERE business_id = ? AND id IN ({marks})",  # noqa: S608
        (business_id, *lead_ids),
    )
    return {row["id"]: row["name"] for row in rows if row["name"] is not None}


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
    values = _checked(full_name=full_name, email=email, callback_phone=callback_phone, notes=notes)
    row = conn.execute(
        "UPDATE leads SET full_name = coalesce(:full_name, full_name), email = coalesce(:email, email),"  # noqa: S608
        " callback_phone = coalesce(:callback_phone, callback_phone), notes = coalesce(:notes, notes),"
        f" updated_at = {_NOW} WHERE business_id = :business_id AND id = :lead_id RETURNING *",
        {"business_id": business_id, "lead_id": lead_id, **values},
    ).fetchone()
    if row is None:
        raise NotFound("lead", str(lead_id))
    return from_row(Lead, row)


def _checked(**values: Any) -> dict[str, Any]:
    return {name: value if value is None else _CHECKS[name](name, value) for name, value in values.items()}


_CHECKS: dict[str, Any] = {
    "full_name": lambda field, value: fields.one_line(field, value, longest=_FULL_NAME_MAX),
    "email": fields.email,
    "phone": fields.e164,
    "callback_phone": fields.callback,
    "notes": lambda field, value: fields.words(field, value, longest=_NOTES_MAX),
}
