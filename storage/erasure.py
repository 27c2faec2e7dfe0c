"""Erasing what a business has kept of its calls and callers, and giving all of it out.

Nothing that is erased can be brought back. A live call is never erased, nor anything that it works on.
Recordings are files: whoever erases removes those of the calls that are given back.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import frozen

from storage import blocked, businesses, calls, fields, leads
from storage.errors import InvalidField, NotFound
from storage.records import Call, from_row, utc_text

_REMOVED_KEPT = dt.timedelta(days=30)
_OF_CALL = "business_id = :business_id AND call_sid = :call_sid"
_OF_A_CALL = ("call_events", "call_flags", "holds", "outbox", "calls")  # in the order of their references
_OUTLIVES_A_CALL = ("appointments", "messages")
# The kinds of storage/changes.py that are changes of such a row.
_CHANGED_OF = {"appointments": ("appointment", "notes"), "messages": ("message",)}
_LEADS = (
    "SELECT id FROM leads WHERE business_id = :business_id"
    " AND (phone = :phone OR callback_phone = :phone OR callback_phone GLOB :phone || ';*' OR id = :lead_id)"
)
# All that is a business's own, but what is secret, what is there to be taken back, what a live call holds and
# what is of the server.
_EXPORTED = (
    "weekly_hours",
    "exception_days",
    "exception_hours",
    "services",
    "facts",
    "people",
    "blocked_callers",
    "call_settings",
    "leads",
    "calls",
    "call_events",
    "call_flags",
    "appointments",
    "proofs",
    "wrong_facts",
    "messages",
    "outbox",
)


@frozen(kw_only=True)
class Erased:
    """What was erased of a caller: the sids of the calls, and how many of the others."""

    calls: tuple[str, ...]
    appointments: int
    messages: int


def erase_call(conn: sqlite3.Connection, business_id: int, call_sid: str) -> bool:
    """Erase a call with its account and what it had to be sent; its appointments and messages stay.

    Of a test call they go too, and its lead: without their call they would count. False, and nothing erased,
    if it is live or unknown.
    """
    key = {"business_id": business_id, "call_sid": call_sid}
    ended = conn.execute(
        f"SELECT lead_id, test FROM calls WHERE {_OF_CALL} AND outcome IS NOT NULL",  # noqa: S608
        key,
    ).fetchone()
    if ended is None:
        return False
    for table in _OUTLIVES_A_CALL:
        if ended["test"]:
            _erase_rows(conn, table, _OF_CALL, key)
        else:
            conn.execute(f"UPDATE {table} SET call_sid = NULL WHERE {_OF_CALL}", key)  # noqa: S608
    for table in _OF_A_CALL:
        conn.execute(f"DELETE FROM {table} WHERE {_OF_CALL}", key)  # noqa: S608
    _leave_lead(conn, business_id, ended["lead_id"], call_sid)
    _forget_changes(conn, business_id, "call", call_sid)
    return True


def _leave_lead(conn: sqlite3.Connection, business_id: int, lead_id: int | None, call_sid: str) -> None:
    lead = (business_id, lead_id)
    conn.execute("DELETE FROM leads WHERE business_id = ? AND id = ? AND source = 'test'", lead)
    conn.execute(
        "UPDATE leads SET last_call_sid = NULL WHERE business_id = ? AND id = ? AND last_call_sid = ?",
        (*lead, call_sid),
    )


def erase_caller(conn: sqlite3.Connection, business_id: int, phone: str) -> Erased:
    """Erase everybody who rang from that number or named it to be rung back on, with all that is theirs.

    That is their calls, messages and appointments, past and coming: who has one is no longer expected. It is
    also what was to be sent to that number, its block, and what could be taken back of any of it. Raises
    InvalidField for what is no number, and while a call of theirs is live.
    """
    return _erase_all(conn, business_id, phone=fields.e164("phone", phone))


def erase_lead(conn: sqlite3.Connection, business_id: int, lead_id: int) -> Erased:
    """Erase whom the business knows as that lead, as `erase_caller` does: with all of their number.

    Who rang without one, or was written in without one, is erased alone. Raises InvalidField while a call of
    theirs is live, NotFound.
    """
    lead = leads.get(conn, business_id, lead_id)
    if lead is None:
        raise NotFound("lead", str(lead_id))
    return _erase_all(conn, business_id, phone=lead.phone, lead_id=lead_id)


def erase_who_rang(conn: sqlite3.Connection, business_id: int, call_sid: str) -> Erased:
    """Erase whoever made that call, as `erase_lead` does.

    Of a call that belongs to no lead, because its beginning could not be written, its number decides; if it
    has none either, it goes alone.
    """
    call = calls.get(conn, business_id, call_sid)
    if call is None:
        raise NotFound("call", call_sid)
    if call.lead_id is not None:
        return erase_lead(conn, business_id, call.lead_id)
    return _erase_all(conn, business_id, phone=call.caller, call_sid=call_sid)


def _erase_all(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    phone: str | None,
    lead_id: int | None = None,
    call_sid: str | None = None,
) -> Erased:
    """Erase all of that number, of that lead and of that call; what is None is of nobody."""
    who = {"business_id": business_id, "phone": phone, "lead_id": lead_id, "call_sid": call_sid}
    theirs = conn.execute(
        "SELECT call_sid, outcome FROM calls WHERE business_id = :business_id"  # noqa: S608 - constants only
        f" AND (caller = :phone OR call_sid = :call_sid OR lead_id IN ({_LEADS})) ORDER BY call_sid",
        who,
    ).fetchall()
    if any(call["outcome"] is None for call in theirs):
        raise InvalidField("phone", "is on the line now; erase it when that call has ended")
    of_leads = f"business_id = :business_id AND lead_id IN ({_LEADS})"
    gone = {table: _erase_rows(conn, table, of_leads, who) for table in _OUTLIVES_A_CALL}
    for call in theirs:
        erase_call(conn, business_id, call["call_sid"])
    conn.execute(
        "DELETE FROM wrong_facts WHERE business_id = :business_id"  # noqa: S608 - constants only
        " AND (phone = :phone OR phone IN"
        f" (SELECT phone FROM leads WHERE business_id = :business_id AND id IN ({_LEADS})))",
        who,
    )
    conn.execute(f"DELETE FROM leads WHERE business_id = :business_id AND id IN ({_LEADS})", who)  # noqa: S608
    if phone is not None:
        _forget_number(conn, business_id, phone)
    return Erased(calls=tuple(call["call_sid"] for call in theirs), **gone)


def _forget_number(conn: sqlite3.Connection, business_id: int, phone: str) -> None:
    conn.execute("DELETE FROM outbox WHERE business_id = ? AND recipient = ?", (business_id, phone))
    blocked.remove(conn, business_id, phone)
    # All changes of the same thing: were only one forgotten, an older one would count as the last.
    conn.execute(
        "DELETE FROM changes WHERE business_id = :business_id AND (kind, key) IN"
        " (SELECT kind, key FROM changes WHERE business_id = :business_id"
        " AND (before GLOB :number OR after GLOB :number))",
        {"business_id": business_id, "number": f"*{phone}[^0-9]*"},  # and not one that it is the beginning of
    )


def erase_tests(conn: sqlite3.Connection, business_id: int) -> tuple[str, ...]:
    """Erase every test call that has ended, with its lead, appointments and messages; returns their sids."""
    calls = conn.execute(
        "SELECT call_sid FROM calls WHERE business_id = ? AND test = 1 AND outcome IS NOT NULL"
        " ORDER BY call_sid",
        (business_id,),
    ).fetchall()
    for call in calls:
        erase_call(conn, business_id, call["call_sid"])
    return tuple(call["call_sid"] for call in calls)


def expired(
    conn: sqlite3.Connection,
    business_id: int,
    now: dt.datetime,
    *,
    after: Call | None = None,
    limit: int = 200,
) -> tuple[Call, ...]:
    """List the calls that the business keeps no longer, and those that its owner removed thirty days ago.

    The oldest first, at most `limit` from `after` on: erase them in the same job, but few at a time, because
    live calls wait for the same writer. Raises NotFound without such a business.
    """
    business = businesses.by_id(conn, business_id)
    if business is None:
        raise NotFound("business", str(business_id))
    kept = dt.timedelta(days=business.retention_days)
    rows = conn.execute(
        "SELECT * FROM calls WHERE business_id = ? AND outcome IS NOT NULL"
        " AND (started_at < ? OR removed_at < ?) AND (started_at, call_sid) > (?, ?)"
        " ORDER BY started_at, call_sid LIMIT ?",
        (
            business_id,
            utc_text("now", now - kept) if kept else "",  # before all instants
            utc_text("now", now - _REMOVED_KEPT),
            utc_text("after", after.started_at) if after else "",
            after.call_sid if after else "",
            limit,
        ),
    )
    return tuple(from_row(Call, row) for row in rows)


def expire_leads(conn: sqlite3.Connection, business_id: int, *, limit: int = 200) -> int:
    """Erase leads of whom nothing else is left: no call, no message, no appointment. Returns how many.

    At most `limit` at a time: ask again until there are none.
    """
    cursor = conn.execute(
        "DELETE FROM leads WHERE business_id = :business_id AND id IN ("
        " SELECT id FROM leads WHERE business_id = :business_id"
        " EXCEPT SELECT lead_id FROM calls WHERE business_id = :business_id"
        " EXCEPT SELECT lead_id FROM appointments WHERE business_id = :business_id"
        " EXCEPT SELECT lead_id FROM messages WHERE business_id = :business_id LIMIT :limit)",
        {"business_id": business_id, "limit": limit},
    )
    return cursor.rowcount


def lost_to_term(conn: sqlite3.Connection, business_id: int, days: int, now: dt.datetime) -> int:
    """Count the calls that would be erased if the business kept them for so many days.

    0 days is for ever. Raises NotFound without such a business.
    """
    business = businesses.by_id(conn, business_id)
    if business is None:
        raise NotFound("business", str(business_id))
    if days == 0 or 0 < business.retention_days <= days:
        return 0
    (lost,) = conn.execute(
        "SELECT count(*) FROM calls WHERE business_id = ? AND removed_at IS NULL AND started_at < ?",
        (business_id, utc_text("now", now - dt.timedelta(days=days))),
    ).fetchone()
    return int(lost)


def export(conn: sqlite3.Connection, business_id: int) -> Iterator[str]:
    """Return all that is kept for a business as the lines of one JSON object, with a list of rows by table.

    Each row is read when its line is taken, and made by SQLite, which lets other threads run meanwhile. Left
    out are the secret of its calendar's link, who may sign in, what could be taken back, what live calls
    hold, and how the server is set up. Raises NotFound without such a business.
    """
    if businesses.by_id(conn, business_id) is None:
        raise NotFound("business", str(business_id))
    return _lines(conn, business_id)


def _lines(conn: sqlite3.Connection, business_id: int) -> Iterator[str]:
    opening = "{\n"
    for table in ("businesses", *_EXPORTED):
        yield f'{opening}"{table}": ['
        of_business = f"FROM {table} WHERE {'id' if table == 'businesses' else 'business_id'} = ?"
        columns = conn.execute(f"SELECT * {of_business} LIMIT 0", (business_id,)).description
        row_of = f"SELECT {_as_json(name for name, *_ in columns)} {of_business}"
        separator = "\n"
        for (row,) in conn.execute(row_of, (business_id,)):
            yield f"{separator}{row}"
            separator = ",\n"
        yield "]"
        opening = ",\n"
    yield "}\n"


def _as_json(columns: Iterable[str]) -> str:
    """Write the expression that makes a row JSON; what is JSON already becomes a part of that."""
    values = {name: f"json({name})" if name == "fields" else name for name in columns if name != "feed_token"}
    return f"json_object({', '.join(f'{name!r}, {value}' for name, value in values.items())})"


def _erase_rows(conn: sqlite3.Connection, table: str, where: str, values: dict[str, Any]) -> int:
    rows = conn.execute(
        f"DELETE FROM {table} WHERE {where} RETURNING id",  # noqa: S608 - constants only
        values,
    ).fetchall()
    for row in rows:  # what was changed of it holds the caller's words
        for kind in _CHANGED_OF[table]:
            _forget_changes(conn, values["business_id"], kind, str(row["id"]))
    return len(rows)


def _forget_changes(conn: sqlite3.Connection, business_id: int, kind: str, key: str) -> None:
    conn.execute(
        "DELETE FROM changes WHERE business_id = ? AND kind = ? AND key = ?", (business_id, kind, key)
    )
