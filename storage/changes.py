"""What an owner changed in the pages, and taking it back. Plain functions of a connection.

Of each change what was there before is kept, and what it left. Taking it back puts the one in the place of
the other, and is a change itself, so it can be taken back too. Only what stands as the change left it can be:
what a caller, the command line or the owner has done to the same thing since would be undone in passing.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, frozen

from storage import erasure, ids, services
from storage.errors import NotFound, Overtaken, WouldErase
from storage.records import from_row, utc_text

_KEPT = dt.timedelta(days=30)

Before = dict[str, list[dict[str, Any]]]  # rows by table


@frozen
class _Rows:
    """All rows that the business has in a table: put back whole."""

    table: str


@frozen
class _Fields:
    """Fields of one row, which stays. One that was made by the change gets `unmade`."""

    table: str
    key: str  # its column
    fields: tuple[str, ...]
    unmade: Mapping[str, Any] = Factory(dict)


_TIMES = ("starts_at", "ends_at", "busy_start", "busy_end")
_RULES = ("grid_min", "notice_min", "days_ahead")
_ABOUT = ("name", "timezone", "language", "trade", "greeting", "notice", "notice_news", "rules")
_KEEPING = ("owner_phone", "keeps_audio", "retention_days")
# In the order of their references.
_KINDS: dict[str, tuple[_Rows | _Fields, ...]] = {
    "hours": (
        _Fields("businesses", "id", _RULES),
        _Rows("weekly_hours"),
        _Rows("exception_days"),
        _Rows("exception_hours"),
    ),
    "business": (_Fields("businesses", "id", _ABOUT + _KEEPING),),
    "facts": (_Rows("facts"),),
    "people": (_Rows("people"),),
    "call_settings": (_Rows("call_settings"),),
    "blocked": (_Rows("blocked_callers"),),
    "service": (
        _Fields(
            "services",
            "id",
            ("name", "duration_min", "buffer_before_min", "buffer_after_min", "price", "active"),
            unmade={"active": 0},
        ),
    ),
    "appointment": (
        _Fields(
            "appointments",
            "id",
            ("full_name", "service_id", *_TIMES, "status", "confirmed_heard"),
            unmade={"status": "cancelled"},
        ),
    ),
    "notes": (_Fields("appointments", "id", ("notes",)),),
    "message": (_Fields("messages", "id", ("status",)),),
    "call": (_Fields("calls", "call_sid", ("removed_at",)),),
}


@frozen(kw_only=True)
class Change:
    """One change: of what, and which of those; '' where a business has one."""

    id: int
    kind: str
    key: str
    made_at: dt.datetime


def make(
    conn: sqlite3.Connection,
    business_id: int,
    kind: str,
    key: str | None,
    job: Callable[[sqlite3.Connection], Any],
    *,
    now: dt.datetime,
) -> Change | None:
    """Run the job and keep what was there before of this kind and key; None if it changed nothing.

    A job that makes a new thing has no key to give (None), and returns it.
    """
    before = _now_there(conn, business_id, kind, key) if key is not None else {}
    result = job(conn)
    key = str(result) if key is None else key
    if _now_there(conn, business_id, kind, key) == before:
        return None
    return _note(conn, business_id, kind, key, before, now)


def take_back(
    conn: sqlite3.Connection, business_id: int, change_id: int, *, now: dt.datetime, may_erase: bool = False
) -> Change:
    """Put back what was there before the change; returns the change that this makes.

    Raises NotFound if the business has no such change, or no more, Overtaken if something else has come in
    its place since, WouldErase unless calls may be erased for it. Then nothing is changed.
    """
    row = conn.execute(
        "SELECT * FROM changes WHERE business_id = ? AND id = ?", (business_id, change_id)
    ).fetchone()
    if row is None:
        raise NotFound("change", str(change_id))
    kind, key, before = row["kind"], row["key"], json.loads(row["before"])
    if not _stands(conn, row) or _name_is_taken(conn, business_id, key, before):
        raise Overtaken(kind)
    lost = 0 if may_erase else _calls_lost(conn, business_id, before, now)
    if lost:
        raise WouldErase(lost)
    there = _now_there(conn, business_id, kind, key)
    try:
        _put_back(conn, business_id, kind, key, before)
    except sqlite3.IntegrityError:  # another appointment has the time
        raise Overtaken(kind) from None
    return _note(conn, business_id, kind, key, there, now)


def _name_is_taken(conn: sqlite3.Connection, business_id: int, key: str, before: Before) -> bool:
    """Say whether a service that would be offered again is called as another is."""
    return any(
        was["active"] and services.is_taken(conn, business_id, was["name"], ignoring=int(key))
        for was in before.get("services", [])
    )


def _calls_lost(conn: sqlite3.Connection, business_id: int, before: Before, now: dt.datetime) -> int:
    """Count the calls that would be erased for the term that comes back."""
    terms = [was["retention_days"] for was in before.get("businesses", []) if "retention_days" in was]
    return sum(erasure.lost_to_term(conn, business_id, days, now) for days in terms)


def get(conn: sqlite3.Connection, business_id: int, change_id: int) -> Change | None:
    """Return the change with that id if it can be taken back, else None."""
    row = conn.execute(
        "SELECT * FROM changes WHERE business_id = ? AND id = ?", (business_id, change_id)
    ).fetchone()
    return from_row(Change, row) if row is not None and _stands(conn, row) else None


def _stands(conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Say whether all is as the change left it. Of changes of older releases nobody knows: they do not."""
    of = (row["business_id"], row["kind"], row["key"])
    return bool(_last(conn, *of) == row["id"] and row["after"] == _text(_now_there(conn, *of)))


def _last(conn: sqlite3.Connection, business_id: int, kind: str, key: str) -> int | None:
    (last,) = conn.execute(
        "SELECT max(id) FROM changes WHERE business_id = ? AND kind = ? AND key = ?", (business_id, kind, key)
    ).fetchone()
    return last  # type: ignore[no-any-return]


def _note(
    conn: sqlite3.Connection, business_id: int, kind: str, key: str, before: Before, now: dt.datetime
) -> Change:
    conn.execute(
        "DELETE FROM changes WHERE business_id = ? AND made_at < ?",
        (business_id, utc_text("now", now - _KEPT)),
    )
    row = conn.execute(
        "INSERT INTO changes (business_id, id, kind, key, before, after, made_at)"
        " VALUES (:business_id, :id, :kind, :key, :before, :after, :made_at) RETURNING *",
        {
            "business_id": business_id,
            "id": ids.new(conn, business_id, "changes"),
            "kind": kind,
            "key": key,
            "before": _text(before),
            "after": _text(_now_there(conn, business_id, kind, key)),
            "made_at": utc_text("now", now),
        },
    ).fetchone()
    return from_row(Change, row)


def _text(there: Before) -> str:
    return json.dumps(there, ensure_ascii=False)


# The names of tables and columns below are constants of _KINDS.


def _now_there(conn: sqlite3.Connection, business_id: int, kind: str, key: str) -> Before:
    there: Before = {}
    for part in _KINDS[kind]:
        if isinstance(part, _Rows):
            query = f"SELECT * FROM {part.table} WHERE business_id = :business_id ORDER BY rowid"  # noqa: S608
        else:
            query = f"SELECT {', '.join(part.fields)} FROM {part.table} WHERE {_where(part)}"  # noqa: S608
        rows = conn.execute(query, {"business_id": business_id, "key": key})
        there[part.table] = [dict(row) for row in rows]
    return there


def _put_back(conn: sqlite3.Connection, business_id: int, kind: str, key: str, before: Before) -> None:
    for part in reversed(_KINDS[kind]):
        if isinstance(part, _Rows):
            conn.execute(f"DELETE FROM {part.table} WHERE business_id = ?", (business_id,))  # noqa: S608
    for part in _KINDS[kind]:
        rows = before.get(part.table, [])
        if isinstance(part, _Rows):
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                conn.execute(f"INSERT INTO {part.table} ({names}) VALUES ({values})", row)  # noqa: S608
            continue
        for row in rows or [dict(part.unmade)]:
            sets = ", ".join(f"{name} = :{name}" for name in row)
            conn.execute(
                f"UPDATE {part.table} SET {sets} WHERE {_where(part)}",  # noqa: S608
                {**row, "business_id": business_id, "key": key},
            )


def _where(part: _Fields) -> str:
    if part.table == "businesses":
        return "id = :business_id"
    return f"business_id = :business_id AND {part.key} = :key"
