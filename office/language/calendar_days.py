"""Which date the named day is, seen from today."""

import datetime as dt

from attrs import frozen

from office.language.relative import MONTH_DAYS, Relative
from office.language.spoken_dates import Named

_MOST_AHEAD = 1_000  # days, weeks or months
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_MONTHS_LOOKED_THROUGH = 8 * 12 + 2  # 29 February comes every four years, but for 2100


@frozen
class Found:
    """The date, None if it does not exist or is not on that weekday; and what of the words is left."""

    date: dt.date | None
    rest: str
    named: bool = True  # False: the words name no day


def day_of(named: Named, today: dt.date, relative: Relative) -> Found:
    """Return the date that was named; for "as soon as possible" today."""
    rest = relative.soonest.sub("", named.rest)
    soonest = rest != named.rest
    rest = relative.coming.sub("", rest)
    for pattern in relative.from_day:
        if found := pattern.search(rest):
            n = int(found["n"] or 1)
            base = _named_day(named, today, relative, pattern.sub("", rest, 1))
            counted = n * relative.unit_days[found["unit"]]
            in_reach = base.date is not None and n <= _MOST_AHEAD
            return Found(_plus(base.date, counted) if base.date and in_reach else None, base.rest)
    day = _named_day(named, today, relative, rest)
    return Found(today, day.rest) if soonest and not day.named else day


def _named_day(named: Named, today: dt.date, relative: Relative, rest: str) -> Found:
    if named.day is not None or named.nth is not None:
        rest = relative.this_one.sub("", relative.next_one.sub("", rest))
        return Found(_nth(named, today) if named.nth is not None else _dated(named, today), rest)
    if named.in_days is not None:
        weekday = None if named.or_another else named.weekday
        return Found(_if_weekday(_plus(today, named.in_days), weekday), rest)
    if named.weekday is None:
        for pattern in relative.ahead:
            if found := pattern.search(rest):
                day = _ahead(int(found["n"] or 1), relative.unit_days[found["unit"]], today)
                return Found(day, pattern.sub("", rest, 1))
    for pattern, weeks in ((relative.week_after_next, 2), (relative.next_week, 1)):
        if pattern.search(rest):
            return Found(_of_week(today, weeks, named.weekday, relative), pattern.sub("", rest, 1))
    if named.weekday is None:
        return Found(None, rest, named=False)
    return _weekday(named.weekday, today, relative, rest)


def _dated(named: Named, today: dt.date) -> dt.date | None:
    assert named.day is not None  # noqa: S101 (for mypy)
    if named.year is not None:
        in_reach = _FIRST_YEAR <= named.year <= _LAST_YEAR
        found = _date(named.year, named.month or 0, named.day) if in_reach else None
        return _if_said(found, named, today)
    for ahead in range(_MONTHS_LOOKED_THROUGH):
        years, month = divmod(today.month - 1 + ahead, 12)
        if named.month in (None, month + 1):
            found = _date(today.year + years, month + 1, named.day)
            if found is not None and found >= today:
                return _if_said(found, named, today)
    return None


def _nth(named: Named, today: dt.date) -> dt.date | None:
    """Return the date of "the second Tuesday of December": the first such from today on."""
    assert named.nth is not None and named.month is not None and named.weekday is not None  # noqa: S101, PT018
    for year in (today.year, today.year + 1):
        first = dt.date(year, named.month, 1)
        found = first + dt.timedelta(days=(named.weekday - first.weekday()) % 7 + 7 * (named.nth - 1))
        if found >= today:
            return found
    return None


def _ahead(n: int, unit_days: int, today: dt.date) -> dt.date | None:
    if n > _MOST_AHEAD:
        return None
    if unit_days == MONTH_DAYS:
        years, month = divmod(today.month - 1 + n, 12)
        in_month = (_date(today.year + years, month + 1, day) for day in range(today.day, 0, -1))
        return next(filter(None, in_month), None)
    return _plus(today, n * unit_days)


def _of_week(today: dt.date, weeks: int, weekday: int | None, relative: Relative) -> dt.date | None:
    begins = relative.week_begins
    into_week = (today.weekday() - begins) % 7
    wanted = 0 if weekday is None else (weekday - begins) % 7
    return _plus(today, 7 * weeks - into_week + wanted)


def _weekday(weekday: int, today: dt.date, relative: Relative, rest: str) -> Found:
    if relative.next_one.search(rest):
        return Found(_of_week(today, 1, weekday, relative), relative.next_one.sub("", rest))
    days = (weekday - today.weekday()) % 7
    if days == 0 and not relative.this_one.search(rest):
        days = 7
    return Found(_plus(today, days), relative.this_one.sub("", rest))


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


def _plus(day: dt.date, days: int) -> dt.date | None:
    later = day + dt.timedelta(days=days)
    return later if later.year <= _LAST_YEAR else None
