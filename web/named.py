"""Which day and time words name: "Tuesday the 24th at half past ten", "יום שלישי ב-24 בעשר וחצי".

Only what is said is returned. What "tomorrow" means is `wishes.py`'s to know, and whether a claim is true is
`claims.py`'s.
"""

import re
from collections.abc import Callable, Mapping

from attrs import frozen

_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7]")  # Hebrew vowel signs
_SAME = str.maketrans("\u2019\u2018\u05f3\u201c\u201d\u05f4\u05be\u2013", "'''\"\"\"--")

MORNING, NOON, AFTERNOON, EVENING = "morning", "noon", "afternoon", "evening"


@frozen(kw_only=True)
class Named:
    """A day and a time as words name them. None and empty: not named."""

    weekday: int | None = None  # 0 is Monday
    day: int | None = None  # of the month
    month: int | None = None
    year: int | None = None
    minutes: tuple[int, ...] = ()  # of the day; two where nobody said which half of the day is meant
    part: str | None = None  # of the day: MORNING, ...


@frozen(kw_only=True)
class Reading:
    """How one language names days and times. `digits` writes its number words as figures first."""

    digits: Callable[[str], str]
    weekdays: re.Pattern[str]
    weekday_of: Mapping[str, int]
    dates: tuple[re.Pattern[str], ...]  # groups: day, and month, month_name, year where they are named
    month_of: Mapping[str, int]
    times: tuple[re.Pattern[str], ...]  # groups: hour, and minute, past, to, half, am, pm
    parts: tuple[tuple[str, re.Pattern[str]], ...]


def plain(text: str) -> str:
    """The words in lower case, with one sort of quotation mark and hyphen, and without Hebrew vowel signs."""
    return " ".join(_POINTS.sub("", text).translate(_SAME).lower().split())


def read(words: str, reading: Reading) -> Named:
    """What the words (from `plain`, in figures) name; of two days or two times the first."""
    part = next((name for name, pattern in reading.parts if pattern.search(words)), None)
    weekday = reading.weekdays.search(words)
    return Named(
        weekday=reading.weekday_of[weekday[weekday.lastgroup or 0]] if weekday else None,
        **_date(words, reading),
        minutes=_minutes(words, reading, part),
        part=part,
    )


def _date(words: str, reading: Reading) -> dict[str, int | None]:
    for pattern in reading.dates:
        for found in pattern.finditer(words):
            groups = found.groupdict()
            name = groups.get("month_name")
            month = reading.month_of[name] if name else _int(groups.get("month"))
            day, year = int(groups["day"]), _int(groups.get("year"))
            if 1 <= day <= 31 and (month is None or 1 <= month <= 12):
                return {"day": day, "month": month, "year": year + 2000 if year and year < 100 else year}
    return {}


def _minutes(words: str, reading: Reading, part: str | None) -> tuple[int, ...]:
    found = [
        (_begins(match), _halves(int(match["hour"]), minute, match.groupdict(), part))
        for pattern in reading.times
        for match in pattern.finditer(words)
        if int(match["hour"]) < 24 and (minute := _minute(match.groupdict())) < 60
    ]
    return min(found, key=lambda at: at[0], default=(0, ()))[1]  # of those at one place, the first pattern's


def _begins(match: re.Match[str]) -> int:
    # Not where the match begins: with its preposition a short pattern would come before a longer one.
    return min(match.start(name) for name, text in match.groupdict().items() if text)


def _minute(groups: Mapping[str, str | None]) -> int:
    if groups.get("half"):
        return 30
    quarter = 15 if groups.get("quarter") else _int(groups.get("minute")) or 0
    return -quarter if groups.get("to") else quarter


def _halves(hour: int, minute: int, groups: Mapping[str, str | None], part: str | None) -> tuple[int, ...]:
    """The minutes of the day that a spoken hour can mean: "three" is 3:00 and 15:00."""
    written = groups["hour"] or ""
    at = hour * 60 + minute
    if hour > 12 or hour == 0 or (len(written) == 2 and written.startswith("0")):
        return (at % 1440,)
    am, pm = hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute
    if groups.get("am") or part == MORNING:
        return (am % 1440,) if groups.get("am") or hour < 12 else (pm,)
    if groups.get("pm") or part in (AFTERNOON, EVENING):
        return (pm,)
    return (am % 1440, pm)


def _int(text: str | None) -> int | None:
    return int(text) if text else None
