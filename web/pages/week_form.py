"""The week as it stands in a form: rows of two times for each weekday, as they were typed.

Pure: a form goes in, a draft or the hours come out. A draft keeps whatever was typed until it is right.
"""

from collections.abc import Mapping, Sequence

from storage.errors import InvalidField
from storage.records import DayHours, WeeklyHours
from storage.schedule import check_day
from web.pages import typed

Row = tuple[str, str]  # "09:00", "17:00"; "" where nothing is typed yet
Draft = dict[int, list[Row]]  # by weekday, 0 is Monday

_WEEK = range(7)
_MIDNIGHT_MIN = 24 * 60
_ROWS_MAX = 12


def drafted(weekly: Sequence[WeeklyHours]) -> Draft:
    """The draft of these hours."""
    return {
        weekday: [
            (_time(span.opens_minute), _time(span.closes_minute))
            for span in weekly
            if span.weekday == weekday
        ]
        for weekday in _WEEK
    }


def of_form(form: Mapping[str, str]) -> Draft:
    """The draft that the form holds: opens-0-1 is the second opening of Monday."""
    return {weekday: rows(form, f"{weekday}-") for weekday in _WEEK}


def rows(form: Mapping[str, str], prefix: str = "") -> list[Row]:
    """The times of one day in the form, a row each, the empty ones too: its buttons count the rows."""
    return [
        (form.get(f"opens-{prefix}{index}", ""), form.get(f"closes-{prefix}{index}", ""))
        for index in range(_ROWS_MAX)
        if f"opens-{prefix}{index}" in form or f"closes-{prefix}{index}" in form
    ]


def edited(draft: Draft, act: str, copy_to: Sequence[str]) -> Draft:
    """The draft after one of its buttons: more-0, drop-0-1, or copy-0 to the weekdays that were ticked.

    Raises InvalidField for what is none of them.
    """
    what, weekday, index = [*act.split("-"), "", ""][:3]
    if weekday not in {str(day) for day in _WEEK}:
        raise InvalidField("do", "is no button of this form")
    day = int(weekday)
    match what:
        case "more":
            return {**draft, day: [*draft[day], ("", "")]}
        case "drop" if index.isdecimal():
            return {**draft, day: [row for at, row in enumerate(draft[day]) if at != int(index)]}
        case "copy":
            return {
                **draft,
                **{int(to): list(draft[day]) for to in copy_to if to in {str(one) for one in _WEEK}},
            }
    raise InvalidField("do", "is no button of this form")


def hours(draft: Draft) -> tuple[WeeklyHours, ...]:
    """The hours that the draft means. Raises InvalidField, of the field hours-0 for Monday."""
    return tuple(
        WeeklyHours(weekday=weekday, opens_minute=span.opens_minute, closes_minute=span.closes_minute)
        for weekday, of_day in draft.items()
        for span in day_hours(f"hours-{weekday}", of_day)
    )


def day_hours(field: str, of_day: Sequence[Row]) -> tuple[DayHours, ...]:
    """The hours of one day. Raises InvalidField, of that field."""
    spans = tuple(_span(field, *row) for row in of_day if any(row))
    check_day(field, spans)
    return spans


def _span(field: str, opens: str, closes: str) -> DayHours:
    if not opens or not closes:
        raise InvalidField(field, "has a time that opens or closes, and not the other; give both")
    # A clock has no 24:00: closing at 00:00 is midnight at the end of the day.
    return DayHours(opens_minute=_minute(field, opens), closes_minute=_minute(field, closes) or _MIDNIGHT_MIN)


def _minute(field: str, text: str) -> int:
    wall = typed.time(field, text)
    return wall.hour * 60 + wall.minute


def _time(minute: int) -> str:
    minute %= _MIDNIGHT_MIN
    return f"{minute // 60:02}:{minute % 60:02}"
