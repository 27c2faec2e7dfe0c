"""Which day and time a caller's words mean: "next Sunday afternoon", "מחר בבוקר", "24 December at three".

The rules, for every language:
- A weekday alone is the first after today: on a Sunday, "Sunday" is a week ahead, because today is called
  today. "This Sunday" may be today.
- "Next Sunday" is the Sunday of the next calendar week, "next week" that week's first day. A week begins on
  Monday in English and on Sunday in Hebrew.
- A day of the month, with or without its month, is the first such date from today on; with a year, that date.
- A weekday that is not the date's is no date: whoever said it is to be asked again.
- An hour of which nobody said whether it is before noon is one of a business's day: one to six are afternoon,
  seven to twelve are as they are. A time without a day is the next such time.
- Of two days or times the first counts.
"""

import datetime as dt
from collections.abc import Mapping

from attrs import evolve, frozen

from web.named import AFTERNOON, EVENING, MORNING, NOON, Named, plain, read
from web.relative import ENGLISH, HEBREW, Relative

_DAY_MIN = 24 * 60
_PARTS = {
    MORNING: (0, 12 * 60),
    NOON: (11 * 60, 14 * 60),
    AFTERNOON: (12 * 60, 18 * 60),
    EVENING: (17 * 60, _DAY_MIN),
}
_LONGEST_CHARS = 200  # nobody says more about a day
_MOST_AHEAD = 1_000  # days, weeks or months
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_MONTHS_LOOKED_THROUGH = 8 * 12 + 2  # 29 February comes every four years, but for 2100


@frozen(kw_only=True)
class Wish:
    """A day, and the part of it in which the appointment is to start: [from_minute, until_minute)."""

    date: dt.date
    from_minute: int = 0
    until_minute: int = _DAY_MIN

    @property
    def exact(self) -> bool:
        """Whether one very time was named."""
        return self.until_minute == self.from_minute + 1


def parse(text: str, now_local: dt.datetime, language: str) -> Wish | None:
    """The day and time that the words mean, seen from `now_local` on the business's clock.

    None if they name no day or time, a date that does not exist, or one that is another weekday. A date that
    is written with its year may be past; every other is today or later. English words are understood in every
    language: a model may translate what it heard.
    """
    relatives = (HEBREW, ENGLISH) if language == "he" else (ENGLISH,)
    return next(filter(None, (_parse(text, now_local, relative) for relative in relatives)), None)


def _parse(text: str, now_local: dt.datetime, relative: Relative) -> Wish | None:
    words = relative.reading.digits(plain(text[:_LONGEST_CHARS]))
    if relative.past.search(words):
        return None
    named = read(words, relative.reading)
    today = now_local.date()
    day = _day(words, named, today, relative)
    if day is None:
        return _time_alone(words, named, now_local, relative) if _no_day(named) else None
    return _wish(words, named, day, relative)


def _day(words: str, named: Named, today: dt.date, relative: Relative) -> dt.date | None:
    if named.day is not None:
        return _dated(named, today)
    for pattern, days in relative.days:
        if pattern.search(words):
            later = 7 if relative.week_from.search(words) else 0
            return _if_weekday(_plus(today, days + later), named.weekday)
    if named.weekday is None and (found := relative.ahead.search(words)):
        return _ahead(found.groupdict(), today)
    for pattern, weeks in ((relative.week_after_next, 2), (relative.next_week, 1)):
        if pattern.search(words):
            return _of_week(today, weeks, named.weekday, relative)
    if named.weekday is not None:
        return _weekday(words, named.weekday, today, relative)
    return today if relative.soonest.search(words) else None


def _dated(named: Named, today: dt.date) -> dt.date | None:
    assert named.day is not None  # noqa: S101 (for mypy)
    if named.year is not None:
        in_reach = _FIRST_YEAR <= named.year <= _LAST_YEAR
        found = _date(named.year, named.month or 0, named.day) if in_reach else None
        return found and _if_weekday(found, named.weekday)
    for ahead in range(_MONTHS_LOOKED_THROUGH):
        years, month = divmod(today.month - 1 + ahead, 12)
        if named.month in (None, month + 1):
            found = _date(today.year + years, month + 1, named.day)
            if found is not None and found >= today:
                return _if_weekday(found, named.weekday)
    return None


def _ahead(groups: Mapping[str, str | None], today: dt.date) -> dt.date | None:
    n = int(groups.get("n") or 1)
    if n > _MOST_AHEAD:
        return None
    if groups.get("month"):
        years, month = divmod(today.month - 1 + n, 12)
        in_month = (_date(today.year + years, month + 1, day) for day in range(today.day, 0, -1))
        return next(filter(None, in_month), None)
    return _plus(today, n * (7 if groups.get("week") else 1))


def _of_week(today: dt.date, weeks: int, weekday: int | None, relative: Relative) -> dt.date | None:
    begins = relative.week_begins
    into_week = (today.weekday() - begins) % 7
    wanted = 0 if weekday is None else (weekday - begins) % 7
    return _plus(today, 7 * weeks - into_week + wanted)


def _weekday(words: str, weekday: int, today: dt.date, relative: Relative) -> dt.date | None:
    if relative.next_one.search(words):
        return _of_week(today, 1, weekday, relative)
    days = (weekday - today.weekday()) % 7
    if days == 0 and not relative.this_one.search(words):
        days = 7
    return _plus(today, days + (7 if relative.week_from.search(words) else 0))


def _time_alone(words: str, named: Named, now_local: dt.datetime, relative: Relative) -> Wish | None:
    if not named.minutes and named.part is None:
        return None
    wish = _wish(words, named, now_local.date(), relative)
    if wish.until_minute > now_local.hour * 60 + now_local.minute:
        return wish
    return evolve(wish, date=wish.date + dt.timedelta(days=1))


def _wish(words: str, named: Named, day: dt.date, relative: Relative) -> Wish:
    if not named.minutes:
        since, until = _PARTS.get(named.part or "", (0, _DAY_MIN))
        return Wish(date=day, from_minute=since, until_minute=until)
    minute = _of_a_business_day(named.minutes)
    if after := relative.after.search(words):
        return Wish(date=day, from_minute=minute, until_minute=_end(words[after.end() :], minute, relative))
    if relative.before.search(words) and minute:
        return Wish(date=day, until_minute=minute)
    return Wish(date=day, from_minute=minute, until_minute=minute + 1)


def _end(words: str, from_minute: int, relative: Relative) -> int:
    """The end of a range that began at `from_minute`: "(from 9) to 5"."""
    until = relative.to.search(words)
    minutes = read(f"{relative.at} {words[until.end() - 1 :]}", relative.reading).minutes if until else ()
    return next((minute for minute in minutes if minute > from_minute), _DAY_MIN)


def _of_a_business_day(minutes: tuple[int, ...]) -> int:
    return next((minute for minute in minutes if 7 * 60 <= minute < 19 * 60), minutes[0])


def _no_day(named: Named) -> bool:
    return named.day is None and named.weekday is None


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
