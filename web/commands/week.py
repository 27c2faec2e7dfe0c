"""Opening hours as the owner types and reads them: "mon-fri 9:00-12:30 13:30-17:00", "2026-12-24 closed"."""

import datetime as dt
import re
from collections.abc import Sequence

from storage.records import DayHours, ExceptionDay, WeeklyHours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOSED = "closed"

_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?")
_DAY_MIN = 24 * 60


def parse_week(text: str) -> tuple[WeeklyHours, ...]:
    """Read what "sun-thu 9:00-17:00" opens. Raises ValueError with the fix."""
    days, _, times = text.strip().partition(" ")
    return tuple(
        WeeklyHours(weekday=weekday, opens_minute=span.opens_minute, closes_minute=span.closes_minute)
        for weekday in parse_days(days)
        for span in parse_spans(times)
    )


def parse_days(text: str) -> tuple[int, ...]:
    """Read the weekdays that "mon,wed", "mon-fri" or "fri-mon" name, 0 is Monday. Raises ValueError."""
    found: list[int] = []
    for part in text.split(","):
        first, *last = [_weekday(name) for name in part.split("-", 1)]
        found += [(first + days) % 7 for days in range((last[0] - first) % 7 + 1 if last else 1)]
    return tuple(dict.fromkeys(found))


def _weekday(name: str) -> int:
    plain = name.strip().casefold()
    if len(plain) >= 3:
        for weekday, day in enumerate(DAYS):
            if day.casefold().startswith(plain):
                return weekday
    raise ValueError(f"{name!r} is no weekday; write mon, tue, wed, thu, fri, sat or sun, or mon-fri")


def parse_spans(text: str) -> tuple[DayHours, ...]:
    """Read the openings of one day, as "9:00-12:30 13:30-17:00". Raises ValueError with the fix."""
    if not text.split():
        raise ValueError("the times are missing; write them as in 9:00-12:30 13:30-17:00")
    return tuple(_span(word) for word in text.split())


def _span(text: str) -> DayHours:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time; write it as 9:00-17:00")
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2] or 0), int(found[4] or 0))
    opens, closes = (60 * hour + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) >= 60 or max(opens, closes) > _DAY_MIN:
        raise ValueError(f"{text!r} is no time of a day; it goes from 0:00 to 24:00")
    if opens >= closes:
        raise ValueError(
            f"{text!r} closes before it opens; past midnight give two days: one to 24:00, the next from 0:00"
        )
    return DayHours(opens_minute=opens, closes_minute=closes)


def parse_exception(date: str, hours: str, note: str) -> ExceptionDay:
    """Read a date with its own hours, or "closed". Raises ValueError with the fix."""
    spans = () if hours.strip().casefold() == CLOSED else parse_spans(hours)
    return ExceptionDay(date=parse_date(date), hours=spans, note=note)


def parse_date(text: str) -> dt.date:
    """Read a date. Raises ValueError with the fix."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write it as 2026-12-24") from None


def week_lines(weekly: Sequence[WeeklyHours]) -> list[str]:
    """Return a line for each weekday."""
    return [
        f"{day:<11}{_times([span for span in weekly if span.weekday == weekday])}"
        for weekday, day in enumerate(DAYS)
    ]


def exception_lines(exceptions: Sequence[ExceptionDay]) -> list[str]:
    """Return a line for each date that does not follow its weekday."""
    return [
        f"{day.date} {DAYS[day.date.weekday()][:3]} {_times(day.hours)}"
        + (f"  ({day.note})" if day.note else "")
        for day in exceptions
    ]


def _times(spans: Sequence[DayHours] | Sequence[WeeklyHours]) -> str:
    return " ".join(f"{_clock(span.opens_minute)}-{_clock(span.closes_minute)}" for span in spans) or CLOSED


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
