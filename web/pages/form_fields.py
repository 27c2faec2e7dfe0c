"""What was typed into a field, as what it means. Pure; raises InvalidField for what means nothing."""

import datetime as dt
from zoneinfo import ZoneInfo

from office import numbers
from storage import fields
from storage.errors import InvalidField

_DIGITS_MAX = 9
_YEARS = range(1900, 9000)  # far from both ends of the calendar: days are counted on from here


def date(field: str, text: str) -> dt.date:
    """Read the date of an input of that type. Raises InvalidField."""
    try:
        day = dt.date.fromisoformat(fields.plain_digits(text).strip())
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise InvalidField(field, "is no date; write it as 2026-12-24")
    return day


def time(field: str, text: str) -> dt.time:
    """Read the wall time of an input of that type. Raises InvalidField."""
    try:
        return dt.datetime.strptime(fields.plain_digits(text).strip(), "%H:%M").time()  # noqa: DTZ007 - a wall time has no zone yet
    except ValueError:
        raise InvalidField(field, "{value!r} is no time; write it as 09:00", {"value": text}) from None


def instants(field: str, day: dt.date, wall: dt.time, timezone: str) -> tuple[dt.datetime, ...]:
    """Return when the clock of that zone shows it, in UTC: once, or twice when it goes back.

    Raises InvalidField for a time that it never shows.
    """
    zone, shown = ZoneInfo(timezone), dt.datetime.combine(day, wall)
    both = {shown.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    found = sorted(each for each in both if each.astimezone(zone).replace(tzinfo=None) == shown)
    if not found:
        raise InvalidField(field, "is left out on that date, when the clock changes; choose another time")
    return tuple(found)


def whole_number(field: str, text: str) -> int:
    """Read a number that is not negative. Raises InvalidField."""
    digits = fields.plain_digits(text).strip()
    if not digits.isdecimal() or len(digits) > _DIGITS_MAX:
        raise InvalidField(field, "is no whole number")
    return int(digits)


def phone(field: str, text: str, home_number: str) -> str:
    """Read a telephone number into E.164; it may be written as it is dialled in `home_number`'s country.

    Raises InvalidField.
    """
    number = numbers.typed_number(text, home_number)
    if number is None:
        raise InvalidField(field, "is not a telephone number; write it as +14155550100")
    return number


def line(text: str) -> str:
    """Join what may have been typed on several lines into one."""
    return " ".join(text.split())
