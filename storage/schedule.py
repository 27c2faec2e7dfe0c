"""When a business is open: its week, and the dates that do not follow it. Plain functions of a connection."""

import calendar
import datetime as dt
import itertools
import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import attrs

from storage import fields
from storage.errors import InvalidField, NotFound
from storage.records import DayHours, ExceptionDay, Schedule, WeeklyHours, from_row

RESOURCE_ID = 1  # every business has one chair, until it can name several

_NOTE_MAX = 200
_SPANS_MAX = 12  # of one day


def local(timezone: str, instant: dt.datetime) -> dt.datetime:
    """Return the instant as the clock of that zone shows it."""
    return instant.astimezone(ZoneInfo(timezone))


def weekly_hours(conn: sqlite3.Connection, business_id: int) -> tuple[WeeklyHours, ...]:
    """Return the business's hours in the order of the week."""
    rows = conn.execute(
        "SELECT * FROM weekly_hours WHERE business_id = ? AND resource_id = ? ORDER BY weekday, opens_minute",
        (business_id, RESOURCE_ID),
    )
    return tuple(from_row(WeeklyHours, row) for row in rows)


def set_weekly_hours(conn: sqlite3.Connection, business_id: int, hours: Sequence[WeeklyHours]) -> None:
    """Replace all of the business's hours. Raises InvalidField for times that make no sense or overlap."""
    for weekday in {span.weekday for span in hours}:
        if not 0 <= weekday <= 6:
            raise InvalidField(
                "hours", "{weekday} is no weekday; 0 is Monday and 6 is Sunday", {"weekday": weekday}
            )
        check_day(calendar.day_name[weekday], [_of_day(span) for span in hours if span.weekday == weekday])
    conn.execute(
        "DELETE FROM weekly_hours WHERE business_id = ? AND resource_id = ?", (business_id, RESOURCE_ID)
    )
    conn.executemany(
        "INSERT INTO weekly_hours (business_id, resource_id, weekday, opens_minute, closes_minute)"
        " VALUES (:business_id, :resource_id, :weekday, :opens_minute, :closes_minute)",
        [{"business_id": business_id, "resource_id": RESOURCE_ID, **attrs.asdict(span)} for span in hours],
    )


def exceptions(
    conn: sqlite3.Connection, business_id: int, since: dt.date, until: dt.date
) -> tuple[ExceptionDay, ...]:
    """Return the dates from `since` to `until`, both included, that do not follow their weekday, in order."""
    key = (business_id, RESOURCE_ID, since.isoformat(), until.isoformat())
    where = "WHERE business_id = ? AND resource_id = ? AND date BETWEEN ? AND ? ORDER BY date"
    hours: dict[str, list[DayHours]] = {}
    for row in conn.execute(f"SELECT * FROM exception_hours {where}, opens_minute", key):  # noqa: S608 - constants only
        hours.setdefault(row["date"], []).append(from_row(DayHours, row))
    return tuple(
        ExceptionDay(
            date=dt.date.fromisoformat(row["date"]),
            hours=tuple(hours.get(row["date"], ())),
            note=row["note"],
        )
        for row in conn.execute(f"SELECT * FROM exception_days {where}", key)  # noqa: S608
    )


def hours_on(conn: sqlite3.Connection, business_id: int, date: dt.date) -> tuple[DayHours, ...]:
    """Return when the business is open on a date: its own hours if it is an exception, else its weekday's."""
    for day in exceptions(conn, business_id, date, date):
        return day.hours
    weekly = weekly_hours(conn, business_id)
    return tuple(_of_day(span) for span in weekly if span.weekday == date.weekday())


def set_exception(conn: sqlite3.Connection, business_id: int, day: ExceptionDay) -> None:
    """Give a date its own hours, or close it, in place of what it had.

    Raises InvalidField for times that make no sense or overlap.
    """
    check_day(day.date.isoformat(), day.hours)
    note = fields.words("note", day.note, longest=_NOTE_MAX)
    remove_exception(conn, business_id, day.date)
    key = (business_id, RESOURCE_ID, day.date.isoformat())
    conn.execute(
        "INSERT INTO exception_days (business_id, resource_id, date, note) VALUES (?, ?, ?, ?)", (*key, note)
    )
    conn.executemany(
        "INSERT INTO exception_hours (business_id, resource_id, date, opens_minute, closes_minute)"
        " VALUES (?, ?, ?, ?, ?)",
        [(*key, span.opens_minute, span.closes_minute) for span in day.hours],
    )


def remove_exception(conn: sqlite3.Connection, business_id: int, date: dt.date) -> bool:
    """Let a date follow its weekday again. False if it did."""
    cursor = conn.execute(
        "DELETE FROM exception_days WHERE business_id = ? AND resource_id = ? AND date = ?",
        (business_id, RESOURCE_ID, date.isoformat()),
    )
    return cursor.rowcount == 1


def schedule(conn: sqlite3.Connection, business_id: int, since: dt.date, until: dt.date) -> Schedule:
    """Return all that decides when the business can be booked.

    The exceptions are those of the dates from `since` to `until`, both included. Raises NotFound for a
    business that does not exist.
    """
    row = conn.execute(
        "SELECT timezone, grid_min, notice_min, days_ahead FROM businesses WHERE id = ?", (business_id,)
    ).fetchone()
    if row is None:
        raise NotFound("business", str(business_id))
    return Schedule(
        timezone=row["timezone"],
        grid_min=row["grid_min"],
        notice_min=row["notice_min"],
        days_ahead=row["days_ahead"],
        weekly=weekly_hours(conn, business_id),
        exceptions=exceptions(conn, business_id, since, until),
    )


def _of_day(span: WeeklyHours) -> DayHours:
    return DayHours(opens_minute=span.opens_minute, closes_minute=span.closes_minute)


def check_day(field: str, hours: Sequence[DayHours]) -> None:
    """Raise InvalidField, of that field, for times of one day that make no sense or overlap."""
    if len(hours) > _SPANS_MAX:
        raise InvalidField(
            field,
            "has {number} openings; at most {most} are kept",
            {"number": len(hours), "most": _SPANS_MAX},
        )
    for span in hours:
        if not 0 <= span.opens_minute < span.closes_minute <= 24 * 60:
            raise InvalidField(
                field, "{span} is no time of a day; open before you close", {"span": _in_words(span)}
            )
    for span, following in itertools.pairwise(sorted(hours, key=lambda span: span.opens_minute)):
        if following.opens_minute < span.closes_minute:
            raise InvalidField(
                field,
                "{first} and {second} overlap; join them",
                {"first": _in_words(span), "second": _in_words(following)},
            )


def _in_words(span: DayHours) -> str:
    opens, closes = (f"{minute // 60}:{minute % 60:02}" for minute in (span.opens_minute, span.closes_minute))
    return f"{opens}-{closes}"
