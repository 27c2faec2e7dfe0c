"""Which day words name: "Tuesday the 24th", "the first Monday of next month", "מחרתיים"."""

import re
from collections.abc import Iterator, Mapping

from attrs import evolve

from office.language.grammar import DayGrammar
from office.language.named import ANOTHER_DAY, DAY, Named, Words, number


def read_days(named: Named, left: Words, days: DayGrammar) -> Named:
    """Return `named` with the day, which is blanked out; others stay."""
    return _days(_date(named, left, days), left, days)


def _date(named: Named, left: Words, days: DayGrammar) -> Named:
    if found := days.nth.search(left.text):
        left.blank(found.start(), found.end(), DAY)
        month, ahead = _month(found.groupdict(), days)
        nth, weekday = days.nth_of[found["nth"]], days.weekday_of[found["weekday"]]
        return evolve(named, nth=nth, weekday=weekday, month=month, months_ahead=ahead)
    for pattern in days.dates:
        for found in pattern.finditer(left.text):
            groups = found.groupdict()
            month, ahead = _month(groups, days)
            day, year = int(groups["day"]), number(groups.get("year"))
            if 1 <= day <= 31 and (month is None or 1 <= month <= 12):
                left.blank(found.start(), found.end(), DAY)
                year = year + 2000 if year and year < 100 else year
                return evolve(named, day=day, month=month, months_ahead=ahead, year=year)
    return named


def _month(groups: Mapping[str, str | None], days: DayGrammar) -> tuple[int | None, int | None]:
    """Return the month of the year, or how many months it is from now."""
    name, ahead = groups.get("month_name"), groups.get("months_ahead")
    month = days.month_of[name] if name else number(groups.get("month"))
    return month, days.months_ahead_of[ahead] if ahead else None


def _days(named: Named, left: Words, days: DayGrammar) -> Named:
    """Read the first weekday and the first of "today" and "tomorrow"; both if they may be one day."""
    text, end = left.text, None
    for found, is_weekday, value in each_day(text, days):
        known = named.weekday if is_weekday else named.in_days
        another = end is not None and days.another.fullmatch(text[end : found.start()])
        if another and known != value:
            named = evolve(named, or_another=True)
        elif known not in (None, value):
            left.blank(found.start(), found.end(), ANOTHER_DAY)
            continue
        elif is_weekday:
            named = evolve(named, weekday=value)
        else:
            named = evolve(named, in_days=value)
        left.blank(found.start(), found.end(), DAY)
        end = found.end()
    return named


def each_day(text: str, days: DayGrammar) -> list[tuple[re.Match[str], bool, int]]:
    """Return each day named, in order: whether it is a weekday, and which, or how many days ahead."""
    return sorted(_each_day(text, days), key=lambda day: day[0].start())


def _each_day(text: str, days: DayGrammar) -> Iterator[tuple[re.Match[str], bool, int]]:
    for found in days.weekdays.finditer(text):
        yield found, True, days.weekday_of[found[found.lastgroup or 0]]
    unread = Words(text)
    for pattern, in_days in days.near:
        for found in pattern.finditer(unread.text):
            unread.blank(found.start(), found.end(), DAY)  # there is a "tomorrow" in "the day after tomorrow"
            yield found, False, in_days
