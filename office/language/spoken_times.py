"""Which time of the day words name: "half past ten", "after three", "בין 10 ל-12"."""

import re
from collections.abc import Mapping

from attrs import evolve

from office.language.grammar import TimeGrammar
from office.language.named import AFTER, AT_LATEST, BEFORE, BETWEEN, SAID_IN, TIME, Named, Words, number

_MOST_AHEAD_MIN = 8 * 60  # "in 48 hours" is another day


def read_soon(named: Named, left: Words, times: TimeGrammar) -> Named:
    """Return `named` with the minutes of "in an hour and a half" or "now", which is blanked out."""
    found = times.soon.search(left.text)
    if found is None:
        return named
    groups = found.groupdict()
    if groups["now"]:
        minutes = 0
    else:
        unit = 60 if groups["hours"] else 1
        part = 30 if groups["half"] else 15 if groups["quarter"] else unit * int(groups["n"] or 1)
        minutes = part + (30 if groups["and_half"] else 0)
    if minutes > _MOST_AHEAD_MIN:
        return named
    left.blank(found.start(), found.end(), TIME)
    return evolve(named, in_minutes=minutes)


def read_time(named: Named, left: Words, times: TimeGrammar) -> Named:
    """Return `named` with the first time of the words, its limit and its range, which are blanked out."""
    found = [
        (_begins(match), match, minutes)
        for pattern in times.times
        for match in pattern.finditer(left.text)
        if (minutes := _minutes(match, named.part))
    ]
    if not found:
        return named
    # Of those at one place, the first pattern's.
    begins, match, minutes = min(found, key=lambda at: at[0])
    start, end = match.span()
    limit, start = _limit(left.text[:begins], start, times)
    ends: tuple[int, ...] = ()
    to = (times.to_of_between if limit in (AFTER, BETWEEN) else times.to).match(left.text, end)
    if to and limit not in (BEFORE, AT_LATEST) and (second := _end(left.text, to.end(), times, named.part)):
        limit, end, ends = BETWEEN, second[0], second[1]
    for name, pattern in ((AFTER, times.or_later), (AT_LATEST, times.or_earlier)):
        if limit in (None, name) and (behind := pattern.match(left.text, end)):
            limit, end = name, behind.end()
    of_hour = limit and any(pattern.match(left.text, end + 1) for _, pattern in times.parts)
    left.blank(start, end, TIME)
    # "Until five in the afternoon" may be in the morning; "the afternoon, until five" is none.
    return evolve(named, minutes=minutes, limit=limit, ends=ends, part=None if of_hour else named.part)


def _limit(before: str, start: int, times: TimeGrammar) -> tuple[str | None, int]:
    """Return what the words before a time make of it, and where they begin."""
    for name, pattern in (
        (BETWEEN, times.between),
        (AT_LATEST, times.at_latest),
        (AFTER, times.after),
        (BEFORE, times.before),
    ):
        if found := pattern.search(before):
            return name, min(start, found.start())
    return None, start


def _end(text: str, at: int, times: TimeGrammar, part: str | None) -> tuple[int, tuple[int, ...]] | None:
    for pattern in times.ends:
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
    if groups.get("h") or hour > 12 or match["hour"].startswith("0"):
        halves: tuple[int, ...] = (at % 1440,)
    else:
        am, pm = (hour % 12 * 60 + minute) % 1440, (hour % 12 + 12) * 60 + minute
        halves = (am,) if groups.get("am") else (pm,) if groups.get("pm") else (am, pm)
    return tuple(half for half in halves if part is None or half in SAID_IN[part])


def _minute(groups: Mapping[str, str | None]) -> int:
    if groups.get("half"):
        return 30
    quarter = 15 if groups.get("quarter") else number(groups.get("minute")) or 0
    return -quarter if groups.get("to") else quarter
