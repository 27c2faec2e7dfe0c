"""Which day and time words name: "Tuesday the 24th at half past ten", "יום שלישי ב-24 בעשר וחצי".

Only what is said is returned. What "tomorrow" means is `wishes.py`'s to know, and whether a claim is true is
`claims.py`'s.

Every word that was read is blanked out, and what is left comes back as `Named.rest`. So whoever uses the
reading can see whether a word of time was not understood (`time_words.py`), and need not believe the others.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import define, evolve, frozen

_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7]")  # Hebrew vowel signs
_SAME = str.maketrans("\u2019\u2018\u05f3\u201c\u201d\u05f4\u05be\u2013\u2014", "'''\"\"\"---")

MORNING, MIDDAY, NOON = "morning", "midday", "noon"
AFTERNOON, EVENING, NIGHT = "afternoon", "evening", "night"
AFTER, BEFORE, BETWEEN = "after", "before", "between"
AT_LATEST = "at latest"  # then or before

_WEEKDAY, _NEAR = "weekday", "near"  # how a day is named

# Which minutes of the day a time can have that is said to be in that part of it. "Twelve in the morning" and
# "two at night" have none: whoever says so may mean another day.
_SAID_IN = {
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


@frozen(kw_only=True)
class Named:
    """A day and a time as words name them. None and empty: not named."""

    weekday: int | None = None  # 0 is Monday
    nth: int | None = None  # "the second Tuesday of December": with weekday and month
    in_days: int | None = None  # from today: 1 is tomorrow
    day: int | None = None  # of the month
    month: int | None = None
    year: int | None = None
    or_another: bool = False  # "Monday or Tuesday", "morning or evening": the first is the one named
    minutes: tuple[int, ...] = ()  # of the day; two where nobody said which half of the day is meant
    limit: str | None = None  # of the time: AFTER, BEFORE, AT_LATEST, BETWEEN; None: it is the very time
    ends: tuple[int, ...] = ()  # of a range of times; as `minutes`
    part: str | None = None  # of the day: MORNING, ...
    rest: str = ""  # the words, with DAY, TIME and ASIDE for what was read


@frozen(kw_only=True)
class Reading:
    """How one language names days and times. `digits` writes its number words as figures first.

    The patterns are for words in figures, in which what was read before is blanked out: asides, then days,
    then times.
    """

    digits: Callable[[str], str]
    asides: tuple[re.Pattern[str], ...]  # no words of time, though they look like some: "for two people"
    nth: re.Pattern[str] | None  # groups: nth, weekday, month_name
    dates: tuple[re.Pattern[str], ...]  # groups: day, and month, month_name, year where they are named
    month_of: Mapping[str, int]
    weekdays: re.Pattern[str]
    weekday_of: Mapping[str, int]
    near: tuple[tuple[re.Pattern[str], int], ...]  # "tomorrow", and how many days from today
    another: re.Pattern[str]  # what stands between two days of which either will do
    times: tuple[re.Pattern[str], ...]  # groups: hour, and minute, quarter, to, half, am, pm
    ends: tuple[re.Pattern[str], ...]  # the second time of a range; groups as in `times`
    after: re.Pattern[str]  # up to a time: from then on
    before: re.Pattern[str]  # up to a time: until then
    at_latest: re.Pattern[str]  # up to a time: then or before
    between: re.Pattern[str]  # up to a time: from then to another
    to: re.Pattern[str]  # from the first time of a range to its second
    to_of_between: re.Pattern[str]
    or_later: re.Pattern[str]  # after a time
    or_earlier: re.Pattern[str]
    parts: tuple[tuple[str, re.Pattern[str]], ...]


@define
class _Words:
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
    unmarked = re.sub(f"[{DAY}{TIME}{ASIDE}{ANOTHER_DAY}]", " ", _POINTS.sub("", text))
    return " ".join(unmarked.translate(_SAME).lower().split())


def read(words: str, reading: Reading) -> Named:
    """Read what the words (from `plain`, in figures) name.

    Of several days, and of several times, the first is taken, and the others stay in `rest`.
    """
    left = _Words(words)
    for pattern in reading.asides:
        left.take_all(pattern, ASIDE)
    parts = _parts(left.text, reading)
    part = parts[0] if parts else None
    named = _time(_days(_date(Named(part=part), left, reading), left, reading), left, reading)
    for name, pattern in reading.parts:
        if name == part:
            left.take_all(pattern, TIME)
    return evolve(named, or_another=named.or_another or len(parts) > 1, rest=left.text)


def _parts(text: str, reading: Reading) -> list[str]:
    unread, found = _Words(text), []
    for name, pattern in reading.parts:
        if pattern.search(unread.text):
            found.append(name)
            unread.take_all(pattern, TIME)  # there is a "noon" in the Hebrew "after noon"
    return found


def _date(named: Named, left: _Words, reading: Reading) -> Named:
    if reading.nth is not None and (found := reading.nth.search(left.text)):
        left.blank(found.start(), found.end(), DAY)
        month, weekday = reading.month_of[found["month_name"]], reading.weekday_of[found["weekday"]]
        return evolve(named, nth=int(found["nth"]), weekday=weekday, month=month)
    for pattern in reading.dates:
        for found in pattern.finditer(left.text):
            groups = found.groupdict()
            name = groups.get("month_name")
            month_said = reading.month_of[name] if name else _int(groups.get("month"))
            day, year = int(groups["day"]), _int(groups.get("year"))
            if 1 <= day <= 31 and (month_said is None or 1 <= month_said <= 12):
                left.blank(found.start(), found.end(), DAY)
                year = year + 2000 if year and year < 100 else year
                return evolve(named, day=day, month=month_said, year=year)
    return named


def _days(named: Named, left: _Words, reading: Reading) -> Named:
    """Read the first weekday and the first of "today" and "tomorrow"; both if they may be one day."""
    text, end = left.text, None
    for found, kind, value in sorted(_each_day(text, reading), key=lambda day: day[0].start()):
        known = named.weekday if kind == _WEEKDAY else named.in_days
        another = end is not None and reading.another.fullmatch(text[end : found.start()])
        if another and known != value:
            named = evolve(named, or_another=True)
        elif known not in (None, value):
            left.blank(found.start(), found.end(), ANOTHER_DAY)
            continue
        elif kind == _WEEKDAY:
            named = evolve(named, weekday=value)
        else:
            named = evolve(named, in_days=value)
        left.blank(found.start(), found.end(), DAY)
        end = found.end()
    return named


def _each_day(text: str, reading: Reading) -> Iterator[tuple[re.Match[str], str, int]]:
    for found in reading.weekdays.finditer(text):
        yield found, _WEEKDAY, reading.weekday_of[found[found.lastgroup or 0]]
    unread = _Words(text)
    for pattern, in_days in reading.near:
        for found in pattern.finditer(unread.text):
            unread.blank(found.start(), found.end(), DAY)  # there is a "tomorrow" in "the day after tomorrow"
            yield found, _NEAR, in_days


def _time(named: Named, left: _Words, reading: Reading) -> Named:
    found = [
        (_begins(match), match, minutes)
        for pattern in reading.times
        for match in pattern.finditer(left.text)
        if (minutes := _minutes(match, named.part))
    ]
    if not found:
        return named
    # Of those at one place, the first pattern's.
    begins, match, minutes = min(found, key=lambda at: at[0])
    start, end = match.span()
    limit, start = _limit(left.text[:begins], start, reading)
    ends: tuple[int, ...] = ()
    to = (reading.to_of_between if limit in (AFTER, BETWEEN) else reading.to).match(left.text, end)
    if to and limit not in (BEFORE, AT_LATEST) and (second := _end(left.text, to.end(), reading, named.part)):
        limit, end, ends = BETWEEN, second[0], second[1]
    for name, pattern in ((AFTER, reading.or_later), (AT_LATEST, reading.or_earlier)):
        if limit in (None, name) and (behind := pattern.match(left.text, end)):
            limit, end = name, behind.end()
    of_hour = limit and any(pattern.match(left.text, end + 1) for _, pattern in reading.parts)
    left.blank(start, end, TIME)
    # "Until five in the afternoon" may be in the morning; "the afternoon, until five" is none.
    return evolve(named, minutes=minutes, limit=limit, ends=ends, part=None if of_hour else named.part)


def _limit(before: str, start: int, reading: Reading) -> tuple[str | None, int]:
    """Return what the words before a time make of it, and where they begin."""
    for name, pattern in (
        (BETWEEN, reading.between),
        (AT_LATEST, reading.at_latest),
        (AFTER, reading.after),
        (BEFORE, reading.before),
    ):
        if found := pattern.search(before):
            return name, min(start, found.start())
    return None, start


def _end(text: str, at: int, reading: Reading, part: str | None) -> tuple[int, tuple[int, ...]] | None:
    for pattern in reading.ends:
        if (match := pattern.match(text, at)) and (minutes := _minutes(match, part)):
            return match.end(), minutes
    return None


def _begins(match: re.Match[str]) -> int:
    # Not where the match begins: with its preposition a short pattern would come before a longer one.
    return min(match.start(name) for name, text in match.groupdict().items() if text)


def _minutes(match: re.Match[str], part: str | None) -> tuple[int, ...]:
    """Return the minutes of the day that a spoken time can mean: "three" is 3:00 and 15:00."""
    groups = match.groupdict()
    hour, minute = int(match["hour"]), _minute(groups)
    if hour > 23 or minute > 59:
        return ()
    at = hour * 60 + minute
    if hour > 12 or hour == 0 or (len(match["hour"]) == 2 and match["hour"].startswith("0")):
        halves: tuple[int, ...] = (at % 1440,)
    else:
        am, pm = (hour % 12 * 60 + minute) % 1440, (hour % 12 + 12) * 60 + minute
        halves = (am,) if groups.get("am") else (pm,) if groups.get("pm") else (am, pm)
    return tuple(half for half in halves if part is None or half in _SAID_IN[part])


def _minute(groups: Mapping[str, str | None]) -> int:
    if groups.get("half"):
        return 30
    quarter = 15 if groups.get("quarter") else _int(groups.get("minute")) or 0
    return -quarter if groups.get("to") else quarter


def _int(text: str | None) -> int | None:
    return int(text) if text else None
