"""Businesses: who they are and how they are to be spoken of. Plain functions of a connection."""

import sqlite3
from typing import Any

from storage import fields, schedule
from storage.errors import InvalidField, NotFound
from storage.records import Business, WeeklyHours, from_row

_NAME_MAX = 200
_GREETING_MAX, _RULES_MAX = 300, 2_000
_RETENTION_MAX_DAYS = 3_650
GRIDS_MIN = (15, 30, 45, 60)
_NOTICE_MAX_MIN, _DAYS_AHEAD_MAX = 60 * 24 * 60, 730
STANDARD_NOTICE = ""  # in its language, as the engine has it; None: no notice
_MONDAY_TO_FRIDAY = range(5)
_DEFAULT_HOURS = tuple(
    WeeklyHours(weekday=weekday, opens_minute=9 * 60, closes_minute=17 * 60) for weekday in _MONDAY_TO_FRIDAY
)


def add(
    conn: sqlite3.Connection,
    *,
    name: str,
    number: str,
    timezone: str,
    language: str,
    **more: Any,
) -> Business:
    """Add a business, open Monday to Friday from 9 to 5 until its owner says otherwise.

    `more` are the other fields that `change` takes. Raises InvalidField, also for a number that a business
    already has.
    """
    values = {
        "number": fields.e164("number", number),
        **_with_notice(checked(name=name, timezone=timezone, language=language, **more)),
    }
    if by_number(conn, number):
        raise InvalidField("number", "already belongs to a business")
    row = conn.execute(
        f"INSERT INTO businesses ({', '.join(values)})"  # noqa: S608 - names are keys of _CHECKS
        f" VALUES ({', '.join(f':{name}' for name in values)}) RETURNING *",
        values,
    ).fetchone()
    business = from_row(Business, row)
    schedule.set_weekly_hours(conn, business.id, _DEFAULT_HOURS)
    return business


def change(conn: sqlite3.Connection, business_id: int, **changes: Any) -> Business:
    """Change what is named, and nothing else; the number stays, because callers know it.

    A business that begins to record without a notice gets the standard one. Raises InvalidField for a value
    that cannot be kept (then nothing is), NotFound without such a business.
    """
    before = by_id(conn, business_id)
    if before is None:
        raise NotFound("business", str(business_id))
    values = _with_notice(checked(**changes), before)
    columns = ", ".join(f"{name} = :{name}" for name in values) or "id = id"
    row = conn.execute(
        f"UPDATE businesses SET {columns} WHERE id = :id RETURNING *",  # noqa: S608 - names are keys of _CHECKS
        {"id": business_id, **values},
    ).fetchone()
    return from_row(Business, row)


def end_news(conn: sqlite3.Connection, business_id: int) -> None:
    """Tell the owner no more of what an upgrade made of the notice."""
    conn.execute("UPDATE businesses SET notice_news = '' WHERE id = ?", (business_id,))


def checked(**values: Any) -> dict[str, Any]:
    """Return these fields as they would be kept.

    Raises InvalidField for one that cannot be set, or not to that.
    """
    for name in values:
        if name not in _CHECKS:
            raise InvalidField(name, "cannot be set; these can: {names}", {"names": ", ".join(_CHECKS)})
    return {name: _CHECKS[name](name, value) for name, value in values.items()}


def _with_notice(values: dict[str, Any], before: Business | None = None) -> dict[str, Any]:
    """Add what follows from these fields.

    A business that records tells its callers, and a new notice ends the news of the old one.
    """
    records = values.get("keeps_audio", before is not None and before.keeps_audio)
    if "notice" not in values:
        unsaid = before is not None and before.notice is None
        return {**values, "notice": STANDARD_NOTICE, "notice_news": ""} if records and unsaid else values
    if records and values["notice"] is None:
        raise InvalidField("notice", "can't be switched off while calls are recorded; stop recording first")
    return {"notice_news": "", **values}


def by_number(conn: sqlite3.Connection, number: str) -> Business | None:
    """Return the business that a called number belongs to, or None."""
    row = conn.execute("SELECT * FROM businesses WHERE number = ?", (number,)).fetchone()
    return row and from_row(Business, row)


def by_id(conn: sqlite3.Connection, business_id: int) -> Business | None:
    """Return the business with that id, or None."""
    row = conn.execute("SELECT * FROM businesses WHERE id = ?", (business_id,)).fetchone()
    return row and from_row(Business, row)


def every(conn: sqlite3.Connection) -> tuple[Business, ...]:
    """Return all businesses in this file, in the order in which they were added."""
    return tuple(from_row(Business, row) for row in conn.execute("SELECT * FROM businesses ORDER BY id"))


def _grid(field: str, value: int) -> int:
    if value not in GRIDS_MIN:
        raise InvalidField(
            field,
            "is {value}; it must be one of {choices}",
            {"value": value, "choices": ", ".join(map(str, GRIDS_MIN))},
        )
    return value


def _line(longest: int) -> Any:
    return lambda field, value: (
        fields.one_line(field, value, longest=longest) if fields.cleaned(value).strip() else ""
    )


_CHECKS: dict[str, Any] = {
    "name": lambda field, value: fields.one_line(field, value, longest=_NAME_MAX),
    "timezone": fields.timezone,
    "language": fields.language,
    "keeps_audio": lambda _field, value: bool(value),
    "trade": _line(_NAME_MAX),
    "greeting": _line(_GREETING_MAX),
    "notice": lambda field, value: None if value is None else _line(_GREETING_MAX)(field, value),
    "rules": lambda field, value: fields.words(field, value, longest=_RULES_MAX),
    "owner_phone": lambda field, value: fields.e164(field, value) if value else None,
    "grid_min": _grid,
    "notice_min": lambda field, value: fields.between(field, value, 0, _NOTICE_MAX_MIN),
    "days_ahead": lambda field, value: fields.between(field, value, 0, _DAYS_AHEAD_MAX),
    "retention_days": lambda field, value: fields.between(field, value, 0, _RETENTION_MAX_DAYS),
}
