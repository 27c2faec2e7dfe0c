"""A day and a time as words name them, and words of which a part was read.

What they mean today is `wishes.py`'s and `calendar_days.py`'s to know.
"""

import re

from attrs import define, frozen

_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7]")  # Hebrew vowel signs
_SAME = str.maketrans("\u2019\u2018\u05f3\u201c\u201d\u05f4\u05be\u2013\u2014", "'''\"\"\"---")

MORNING, MIDDAY, NOON = "morning", "midday", "noon"
AFTERNOON, EVENING, NIGHT = "afternoon", "evening", "night"
AFTER, BEFORE, BETWEEN = "after", "before", "between"
AT_LATEST = "at latest"  # then or before
FROM = "from"  # that day or after

DAY_MIN = 24 * 60
# The parts of a day, in its minutes.
PARTS = {
    MORNING: (0, 12 * 60),
    MIDDAY: (11 * 60, 14 * 60),
    NOON: (11 * 60, 14 * 60),
    AFTERNOON: (12 * 60, 18 * 60),
    EVENING: (17 * 60, DAY_MIN),
    NIGHT: (17 * 60, DAY_MIN),
}
# What the day has left without them; nothing without any other.
WITHOUT = {MORNING: (12 * 60, DAY_MIN), EVENING: (0, 17 * 60), NIGHT: (0, 17 * 60)}
# Which minutes of the day a time can have that is said to be in that part of it. "Twelve in the morning" and
# "two at night" have none: whoever says so may mean another day.
SAID_IN = {
    MORNING: range(1, 720),
    MIDDAY: range(720, 721),
    NOON: range(660, 960),  # the hours about it
    AFTERNOON: range(720, 1_141),
    EVENING: range(960, 1_440),
    NIGHT: range(1_080, 1_440),
}

# What stands in place of words that were read.
DAY, TIME, ASIDE = "■", "●", "□"
ANOTHER_DAY = "◆"  # left over: it is not the one named
REFUSED = "◇"


@frozen(kw_only=True)
class Named:
    """A day and a time as words name them. None and empty: not named."""

    weekday: int | None = None  # 0 is Monday
    nth: int | None = None  # "the second Tuesday of December": with weekday and month; 0: the last
    in_days: int | None = None  # from today: 1 is tomorrow
    day: int | None = None  # of the month
    month: int | None = None
    year: int | None = None
    months_ahead: int | None = None  # "the 5th of next month": 1, with day or nth
    not_weekdays: frozenset[int] = frozenset()  # "not on Monday"
    not_in_days: frozenset[int] = frozenset()  # "not tomorrow"
    not_part: str | None = None  # "not in the morning"
    in_minutes: int | None = None  # "in an hour": 60; "now": 0
    or_another: bool = False  # "Monday or Tuesday", "morning or evening": the first is the one named
    minutes: tuple[int, ...] = ()  # of the day; two where nobody said which half of the day is meant
    limit: str | None = None  # of the time: AFTER, BEFORE, AT_LATEST, BETWEEN; None: it is the very time
    ends: tuple[int, ...] = ()  # of a range of times; as `minutes`
    part: str | None = None  # of the day: MORNING, ...
    rest: str = ""  # the words, with DAY, TIME and ASIDE for what was read

    @property
    def names_day(self) -> bool:
        """True if a weekday, a date, or "today" or "tomorrow" was named."""
        return (self.weekday, self.day, self.in_days) != (None, None, None)

    @property
    def window(self) -> tuple[int, int]:
        """The minutes of the day that are in the part that was named, and not in the one that was refused."""
        since, until = PARTS.get(self.part or "", (0, DAY_MIN))
        first, last = WITHOUT.get(self.not_part, (0, 0)) if self.not_part else (0, DAY_MIN)
        return max(since, first), min(until, last)


@define
class Words:
    """Words, of which those that were read are blanked out. Positions stay."""

    text: str

    def blank(self, start: int, end: int, mark: str) -> None:
        self.text = f"{self.text[:start]}{mark * (end - start)}{self.text[end:]}"

    def take_all(self, pattern: re.Pattern[str], mark: str) -> None:
        self.text = pattern.sub(lambda found: mark * len(found[0]), self.text)


def plain(text: str) -> str:
    """Return the words in lower case, with one sort of quotation mark and hyphen.

    Hebrew vowel signs are left out.
    """
    unmarked = re.sub(f"[{DAY}{TIME}{ASIDE}{ANOTHER_DAY}{REFUSED}]", " ", _POINTS.sub("", text))
    return " ".join(unmarked.translate(_SAME).lower().split())


def number(text: str | None) -> int | None:
    """Return the number that a group of a pattern has, if it was there."""
    return int(text) if text else None
