"""Which date the named day is, seen from today."""

import datetime as dt
from collections.abc import Iterator

from attrs import evolve, frozen

from office.language.grammar import MONTH_DAYS, DayGrammar
from office.language.named import Named

_MOST_AHEAD = 1_000  # days, weeks or months
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_MONTHS_LOOKED_THROUGH = 8 * 12 + 2  # 29 February comes every four years, but for 2100


@frozen
class Found:
    """The date, None if it does not exist or is not on that weekday; and what of the words is left."""

    date: dt.date | None
    rest: str
    named: bool = True  # False: the words name no day
    n_days: int = 1  # of "next week" and "as soon as possible": the date is the first of so many
    direction: str | None = None  # "before Friday" is BEFORE: the day is none of those that will do


def day_of(named: Named, today: dt.date, days: DayGrammar) -> Found:
    """Return the date that was named; for "as soon as possible" today."""
    rest = days.soonest.sub("", named.rest)
    soonest = rest != named.rest
    rest = days.coming.sub("", rest)
    for pattern in days.from_day:
        if found := pattern.search(rest):
            n = int(found["n"] or 1)
            base = _named_day(named, today, days, pattern.sub("", rest, 1))
            counted = n * days.unit_days[found["unit"]]
            in_reach = base.date is not None and n <= _MOST_AHEAD
            return Found(_plus(base.date, counted) if base.date and in_reach else None, base.rest)
    day = _named_day(named, today, days, rest)
    for direction, pattern in days.directions:
        if day.named and pattern.search(day.rest):
            return evolve(day, direction=direction, rest=pattern.sub("", day.rest))
    return Found(today, day.rest, n_days=_MOST_AHEAD) if soonest and not day.named else day


def _named_day(named: Named, today: dt.date, days: DayGrammar, rest: str) -> Found:
    if named.day is not None or named.nth is not None:
        rest = days.this_one.sub("", days.next_one.sub("", rest))
        return Found(_nth(named, today) if named.nth is not None else _dated(named, today), rest)
    if named.in_days is not None:
        weekday = None if named.or_another else named.weekday
        return Found(_if_weekday(_plus(today, named.in_days), weekday), rest)
    for pattern in days.ahead:
        if found := pattern.search(rest):
            day = _ahead(int(found["n"] or 1), days.unit_days[found["unit"]], today, named.weekday)
            return Found(day, pattern.sub("", rest, 1))
    if days.weekend.search(rest):
        return Found(_weekend(today, named.weekday, days), days.weekend.sub("", rest, 1))
    for pattern, weeks in ((days.week_after_next, 2), (days.next_week, 1)):
        if pattern.search(rest):
            day = _of_week(today, weeks, named.weekday, days)
            return Found(day, pattern.sub("", rest, 1), n_days=7 if named.weekday is None else 1)
    if named.weekday is None:
        return Found(None, rest, named=False)
    return _weekday(named.weekday, today, days, rest)


def _dated(named: Named, today: dt.date) -> dt.date | None:
    assert named.day is not None  # noqa: S101 (for mypy)
    if named.year is not None:
        in_reach = _FIRST_YEAR <= named.year <= _LAST_YEAR
        found = _date(named.year, named.month or 0, named.day) if in_reach else None
        return _if_said(found, named, today)
    for first in _months(named, today, _MONTHS_LOOKED_THROUGH):
        found = _date(first.year, first.month, named.day)
        if found is not None and found >= today:
            return _if_said(found, named, today)
    return None


def _nth(named: Named, today: dt.date) -> dt.date | None:
    """Return the date of "the second Tuesday of December": the first such from today on.

    Of no month that is named it is this month's. If that is past, it is asked about.
    """
    assert named.nth is not None and named.weekday is not None  # noqa: S101, PT018 (for mypy)
    for first in _months(named, today, 1 if named.month is None else 13):
        length = (_months_on(first, 1) - first).days
        each = range((named.weekday - first.weekday()) % 7, length, 7)  # in days from the first
        found = first + dt.timedelta(days=each[named.nth - 1]) if named.nth <= len(each) else None
        if found is not None and found >= today:
            return found
    return None


def _months(named: Named, today: dt.date, most: int) -> Iterator[dt.date]:
    """Yield the first day of each month that was said, from this month on."""
    this = today.replace(day=1)
    for ahead in range(most) if named.months_ahead is None else (named.months_ahead,):
        first = _months_on(this, ahead)
        if named.month in (None, first.month):
            yield first


def _months_on(first: dt.date, n: int) -> dt.date:
    years, month = divmod(first.month - 1 + n, 12)
    return dt.date(first.year + years, month + 1, 1)


def _weekend(today: dt.date, weekday: int | None, days: DayGrammar) -> dt.date | None:
    """Return the first day of this weekend that is not past, or that weekday of it."""
    for ahead in range((days.weekend_days[-1] - today.weekday()) % 7 + 1):
        day = today + dt.timedelta(days=ahead)
        if day.weekday() in days.weekend_days and weekday in (None, day.weekday()):
            return day
    return None


def _ahead(n: int, unit_days: int, today: dt.date, weekday: int | None) -> dt.date | None:
    """Return the day so far ahead. "Tuesday in two weeks" is two weeks from the coming Tuesday.

    On a Tuesday that may be two weeks from today as well: it is asked about.
    """
    if n > _MOST_AHEAD:
        return None
    if weekday is not None:
        in_weeks = unit_days != MONTH_DAYS and unit_days % 7 == 0 and weekday != today.weekday()
        return _plus(today, (weekday - today.weekday()) % 7 + n * unit_days) if in_weeks else None
    if unit_days == MONTH_DAYS:
        first = _months_on(today.replace(day=1), n)
        in_month = (_date(first.year, first.month, day) for day in range(today.day, 0, -1))
        return next(filter(None, in_month), None)
    return _plus(today, n * unit_days)


def _of_week(today: dt.date, weeks: int, weekday: int | None, days: DayGrammar) -> dt.date | None:
    begins = days.week_begins
    into_week = (today.weekday() - begins) % 7
    wanted = 0 if weekday is None else (weekday - begins) % 7
    return _plus(today, 7 * weeks - into_week + wanted)


def _weekday(weekday: int, today: dt.date, days: DayGrammar, rest: str) -> Found:
    next_one = _of_week(today, 1, weekday, days)
    if days.next_one.search(rest):
        return Found(next_one, days.next_one.sub("", rest))
    if days.after_next.search(rest):
        after = _plus(today, (weekday - today.weekday() - 1) % 7 + 8)
        # Early in a week "the next Tuesday" may be the one of this week or of the other.
        sure = next_one is not None and after == _plus(next_one, 7)
        return Found(after if sure else None, days.after_next.sub("", rest))
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and not days.this_one.search(rest):
        ahead = 7
    return Found(_plus(today, ahead), days.this_one.sub("", rest))


def _if_said(day: dt.date | None, named: Named, today: dt.date) -> dt.date | None:
    """Return the date if all else that was said of the day is true of it, else None."""
    if day is None or named.or_another:
        return None
    return _if_weekday(day, named.weekday) if named.in_days in (None, (day - today).days) else None


def _if_weekday(day: dt.date | None, weekday: int | None) -> dt.date | None:
    return day if day is not None and weekday in (None, day.weekday()) else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _plus(day: dt.date, n: int) -> dt.date | None:
    later = day + dt.timedelta(days=n)
    return later if later.year <= _LAST_YEAR else None
