"""Instants as a tool writes them, and as a model writes them back: in another zone, or another spelling."""

import datetime as dt
import re

from storage.records import utc_text

# ISO 8601, basic or extended, and what models make of it: "... UTC", "... GMT+1", "...+01:00[Europe/Berlin]".
_WRITTEN = re.compile(
    r"(?<![\d.-])(?P<date>\d{4}-?\d\d-?\d\d)[T ](?P<clock>\d\d:?\d\d)(?P<seconds>:?\d\d(?:[.,]\d{1,9})?)?"
    r" ?(?:Z|(?:UTC|GMT) ?(?![+-])|(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)"
    r"(?:\[[\w/+-]+\])?(?![\d:])",
    re.IGNORECASE,
)
_MINUS = str.maketrans("\u2212\u2010\u2011", "---")
_MOST_HOURS = 14  # of the offsets that there are; their minutes are 0, 30 or 45
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def write(instant: dt.datetime) -> str:
    """Write a time as tools name it: the instant in UTC."""
    return utc_text("slot_start", instant)


def read(text: str) -> dt.datetime | None:
    """Return the instant that the whole text is, in UTC; None if it is none, or has no zone.

    A minus behind a mere "14:00" is no offset: it may be the end of a range.
    """
    found = _WRITTEN.fullmatch(text.translate(_MINUS).strip())
    return None if found is None else _instant(found)


def on_clock(text: str, zone: dt.tzinfo) -> str:
    """Return the text with each instant in it as a clock of that zone shows it."""

    def here(found: re.Match[str]) -> str:
        instant = _instant(found)
        return found[0] if instant is None else f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"

    return _WRITTEN.sub(here, text.translate(_MINUS))


def _instant(found: re.Match[str]) -> dt.datetime | None:
    if found["sign"] == "-" and not found["seconds"]:
        return None
    hours, minutes = int(found["hours"] or 0), found["minutes"] or "00"
    if hours > _MOST_HOURS or minutes not in ({"00", "30"} if found["sign"] == "-" else {"00", "30", "45"}):
        return None
    written = f"{found['date']}T{found['clock']}{found['seconds'] or ''}"
    try:
        wall = dt.datetime.fromisoformat(f"{written}{found['sign'] or '+'}{hours:02}:{minutes}")
    except ValueError:
        return None
    return wall.astimezone(dt.UTC) if _FIRST_YEAR <= wall.year <= _LAST_YEAR else None
