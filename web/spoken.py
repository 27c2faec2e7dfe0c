"""The business's facts in words that a voice can say. The voice translates them where it must."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from storage.availability import MONTHS, WEEKDAYS
from storage.records import WeeklyHours


def date(day: dt.date) -> str:
    """A date with its weekday: "Saturday, 21 November 2026"."""
    return f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def hours(spans: Sequence[WeeklyHours]) -> str:
    """A week's hours, equal neighbours together: "Monday to Friday 9:00 to 17:00, closed on other days"."""
    by_day = [_times([span for span in spans if span.weekday == day]) for day in range(7)]
    runs = [(times, [day for day, _ in run]) for times, run in groupby(enumerate(by_day), lambda d: d[1])]
    words = [f"{_days(days)} {times}" for times, days in runs if times]
    if not words:
        return "no regular opening hours"
    return ", ".join(words if all(by_day) else [*words, "closed on other days"])


def sentence(clause: str) -> str:
    """A clause as a sentence of its own."""
    return f"{clause[:1].upper()}{clause[1:]}."


def _times(spans: list[WeeklyHours]) -> str:
    return " and ".join(f"{_clock(span.opens_minute)} to {_clock(span.closes_minute)}" for span in spans)


def _clock(minute: int) -> str:
    return "midnight" if minute == 24 * 60 else f"{minute // 60}:{minute % 60:02}"


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return first if len(days) == 1 else f"{first} to {last}"
