"""The week as it stands in a form: rows of two times for each weekday, as they were typed.

Pure: a form goes in, a draft or the hours come out. A draft keeps whatever was typed until it is right.
"""

from collections.abc import Mapping, Sequence
from itertools import count, takewhile

from storage.errors import InvalidField
from storage.records import DayHours, WeeklyHours
from storage.schedule import check_day
from web.pages import form_fields

Row = tuple[str, str]  # "09:00", "17:00"; "" where nothing is typed yet
Draft = dict[int, list[Row]]  # by weekday, 0 is Monday

_WEEK = range(7)
_MIDNIGHT_MIN = 24 * 60


def drafted(weekly: Sequence[WeeklyHours]) -> Draft:
    """Return the draft of these hours."""
    return {
        weekday: [
            (_time(span.opens_minute), _time(span.closes_minute))
            for span in weekly
            if span.weekday == weekday
        ]
        for weekday in _WEEK
    }


def of_form(form: Mapping[str, str]) -> Draft:
    """Read the draft that the form holds: opens-0-1 is the second opening of Monday."""
    return {weekday: rows(form, f"{weekday}-") for weekday in _WEEK}


def rows(form: Mapping[str, str], prefix: str = "") -> list[Row]:
    """Read the times of one day as they stand in the form, empty ones too: its buttons count them."""
    names = ((f"opens-{prefix}{index}", f"closes-{prefix}{index}") for index in count())
    there = takewhile(lambda pair: pair[0] in form or pair[1] in form, names)
    return [(form.get(opens, ""), form.get(closes, "")) for opens, closes in there]


def edited(draft: Draft, act: str, copy_to: Mapping[int, Sequence[str]]) -> Draft:
    """Do what one of its buttons says: more-0, drop-0-1, or copy-0 to the weekdays ticked beside it.

    Raises InvalidField for what no button of the form says.
    """
    for day, of_day in draft.items():
        if act == f"more-{day}":
            return {**draft, day: [*of_day, ("", "")]}
        if act == f"copy-{day}":
            return {**draft, **{to: list(of_day) for to in draft if str(to) in copy_to[day]}}
        for index in range(len(of_day)):
            if act == f"drop-{day}-{index}":
                return {**draft, day: of_day[:index] + of_day[index + 1 :]}
    raise InvalidField("do", "is no button of this form")


def hours(draft: Draft) -> tuple[WeeklyHours, ...]:
    """Read the hours that the draft means. Raises InvalidField, of the field hours-0 for Monday."""
    return tuple(
        WeeklyHours(weekday=weekday, opens_minute=span.opens_minute, closes_minute=span.closes_minute)
        for weekday, of_day in draft.items()
        for span in day_hours(f"hours-{weekday}", of_day)
    )


def day_hours(field: str, of_day: Sequence[Row]) -> tuple[DayHours, ...]:
    """Read the hours of one day. Raises InvalidField, of that field."""
    spans = tuple(_span(field, *row) for row in of_day if any(row))
    check_day(field, spans)
    return spans


def _span(field: str, opens: str, closes: str) -> DayHours:
    if not opens or not closes:
        raise InvalidField(field, "has a time that opens or closes, and not the other; give both")
    # A clock has no 24:00: closing at 00:00 is midnight at the end of the day.
    return DayHours(opens_minute=_minute(field, opens), closes_minute=_minute(field, closes) or _MIDNIGHT_MIN)


def _minute(field: str, text: str) -> int:
    wall = form_fields.time(field, text)
    return wall.hour * 60 + wall.minute


def _time(minute: int) -> str:
    minute %= _MIDNIGHT_MIN
    return f"{minute // 60:02}:{minute % 60:02}"
