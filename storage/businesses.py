"""Businesses and their weekly hours. Plain functions of a connection."""

import itertools
import sqlite3
from collections.abc import Sequence

import attrs

from storage import fields
from storage.errors import InvalidField
from storage.records import Business, WeeklyHours, from_row

_NAME_MAX = 200
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
    keeps_audio: bool = False,
) -> Business:
    """Add a business, open Monday to Friday from 9 to 5 until its owner says otherwise.

    Raises InvalidField, also for a number that a business already has.
    """
    values = {
        "name": fields.one_line("name", name, longest=_NAME_MAX),
        "number": fields.e164("number", number),
        "timezone": fields.timezone("timezone", timezone),
        "language": fields.language("language", language),
        "keeps_audio": keeps_audio,
    }
    if by_number(conn, number):
        raise InvalidField("number", "already belongs to a business")
    row = conn.execute(
        "INSERT INTO businesses (name, number, timezone, language, keeps_audio)"
        " VALUES (:name, :number, :timezone, :language, :keeps_audio) RETURNING *",
        values,
    ).fetchone()
    business = from_row(Business, row)
    set_weekly_hours(conn, business.id, _DEFAULT_HOURS)
    return business


def by_number(conn: sqlite3.Connection, number: str) -> Business | None:
    """The business that a called number belongs to."""
    row = conn.execute("SELECT * FROM businesses WHERE number = ?", (number,)).fetchone()
    return row and from_row(Business, row)


def by_id(conn: sqlite3.Connection, business_id: int) -> Business | None:
    """The business with that id."""
    row = conn.execute("SELECT * FROM businesses WHERE id = ?", (business_id,)).fetchone()
    return row and from_row(Business, row)


def weekly_hours(conn: sqlite3.Connection, business_id: int) -> tuple[WeeklyHours, ...]:
    """The business's hours in the order of the week."""
    rows = conn.execute(
        "SELECT * FROM weekly_hours WHERE business_id = ? ORDER BY weekday, opens_minute", (business_id,)
    )
    return tuple(from_row(WeeklyHours, row) for row in rows)


def set_weekly_hours(conn: sqlite3.Connection, business_id: int, hours: Sequence[WeeklyHours]) -> None:
    """Replace all of the business's hours. Raises InvalidField for times that make no sense or overlap."""
    hours = sorted(hours, key=lambda span: (span.weekday, span.opens_minute))
    for span in hours:
        if not (0 <= span.weekday <= 6 and 0 <= span.opens_minute < span.closes_minute <= 24 * 60):
            raise InvalidField("hours", f"{_in_words(span)} is no time of a week; open before you close")
    for span, following in itertools.pairwise(hours):
        if span.weekday == following.weekday and following.opens_minute < span.closes_minute:
            raise InvalidField("hours", f"{_in_words(span)} and {_in_words(following)} overlap; join them")
    conn.execute("DELETE FROM weekly_hours WHERE business_id = ?", (business_id,))
    conn.executemany(
        "INSERT INTO weekly_hours (business_id, weekday, opens_minute, closes_minute)"
        " VALUES (:business_id, :weekday, :opens_minute, :closes_minute)",
        [{"business_id": business_id, **attrs.asdict(span)} for span in hours],
    )


def _in_words(span: WeeklyHours) -> str:
    opens, closes = (f"{minute // 60}:{minute % 60:02}" for minute in (span.opens_minute, span.closes_minute))
    return f"weekday {span.weekday} {opens}-{closes}"
