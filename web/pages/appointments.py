"""The calendar: what is booked in a week or on a day, beside the hours."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

from attrs import frozen
from quart import Response

from storage import feeds, schedule
from storage.errors import InvalidField
from storage.records import DayHours, Schedule, WeeklyHours
from web.pages import agenda, feed, form_fields
from web.pages.agenda import Entry
from web.pages.routes import get
from web.pages.visit import Visit

_DAY = dt.timedelta(days=1)
_WEEK_DAYS = 7


@frozen(kw_only=True)
class Day:
    """One day of the calendar."""

    date: dt.date
    hours: Sequence[DayHours | WeeklyHours]  # none: closed
    note: str  # why it differs from its weekday; may be empty
    entries: Sequence[Entry]


async def show(visit: Visit) -> Response:
    """Show the week of a date, or that day alone."""
    on = _asked_day(visit)
    days = 1 if visit.query.get("view") == "day" else _WEEK_DAYS
    first = on if days == 1 else on - ((on.weekday() - visit.words.week[0]) % _WEEK_DAYS) * _DAY
    found = await visit.read(_found, first, days, visit.business.timezone)
    token = found.pop("feed_token")
    return await visit.page(
        "appointments.html",
        on=on,
        view="day" if days == 1 else "week",
        before=first - days * _DAY,
        after=first + days * _DAY,
        feed_url=feed.url(visit, token),
        **found,
    )


def _asked_day(visit: Visit) -> dt.date:
    try:
        return form_fields.date("on", visit.query.get("on", ""))
    except InvalidField:
        return visit.today


def _found(
    conn: sqlite3.Connection, business_id: int, first: dt.date, days: int, timezone: str
) -> dict[str, Any]:
    entries = agenda.of_days(conn, business_id, first, days, timezone)
    dates = [first + day * _DAY for day in range(days)]
    rules = schedule.schedule(conn, business_id, dates[0], dates[-1])
    return {
        "days": [_day(date, rules, entries) for date in dates],
        "has_hours": bool(rules.weekly),
        "feed_token": feeds.token(conn, business_id),
    }


def _day(date: dt.date, rules: Schedule, entries: Sequence[Entry]) -> Day:
    differs = next((day for day in rules.exceptions if day.date == date), None)
    weekly = [span for span in rules.weekly if span.weekday == date.weekday()]
    return Day(
        date=date,
        hours=differs.hours if differs else weekly,
        note=differs.note if differs else "",
        entries=[entry for entry in entries if entry.starts.date() == date],
    )


ROUTES = (get("/appointments", show),)
