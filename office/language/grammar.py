"""What a language needs in order that its days and times can be read.

Its patterns are for words in figures (`Grammar.figures`), in which each layer blanks out what it has read, so
that the next sees a mark there: asides, refusals, parts of the day, days, times, and at last the words that
count from a day. What is then left of the words that belong to time (`Grammar.words`) was not understood.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from attrs import field, frozen

from office.language.time_words import TimeWords

MONTH_DAYS = 0  # of a unit whose days differ


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _all_compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


def _values_compiled(rows: Iterable[tuple[str, int]]) -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(pattern), value) for pattern, value in rows)


def _named_compiled(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in rows)


@frozen(kw_only=True)
class DayGrammar:
    """How one language names days. From `week_begins` on the patterns see the day that was named as DAY."""

    nth: re.Pattern[str] = field(converter=_compiled)  # groups: nth, weekday, and month_name or months_ahead
    nth_of: Mapping[str, int]
    months_ahead_of: Mapping[str, int]
    # Groups: day, and month, month_name, months_ahead, year where they are named.
    dates: tuple[re.Pattern[str], ...] = field(converter=_all_compiled)
    month_of: Mapping[str, int]
    weekdays: re.Pattern[str] = field(converter=_compiled)
    weekday_of: Mapping[str, int]
    # "tomorrow", and how many days it is from today
    near: tuple[tuple[re.Pattern[str], int], ...] = field(converter=_values_compiled)
    another: re.Pattern[str] = field(converter=_compiled)  # between two days of which either will do

    week_begins: int  # 0 is Monday
    unit_days: Mapping[str, int]
    ahead: tuple[re.Pattern[str], ...] = field(converter=_all_compiled)  # from today; groups: n, unit
    from_day: tuple[re.Pattern[str], ...] = field(converter=_all_compiled)  # from the one named; as `ahead`
    next_week: re.Pattern[str] = field(converter=_compiled)
    week_after_next: re.Pattern[str] = field(converter=_compiled)
    next_one: re.Pattern[str] = field(converter=_compiled)  # "next" beside a day
    this_one: re.Pattern[str] = field(converter=_compiled)
    coming: re.Pattern[str] = field(converter=_compiled)  # beside a day; changes nothing
    after_next: re.Pattern[str] = field(converter=_compiled)  # beside a weekday: the one after the next
    weekend: re.Pattern[str] = field(converter=_compiled)
    weekend_days: tuple[int, int]
    # Before or behind a day: BEFORE, AT_LATEST, AFTER, FROM. "Not before" comes ahead of "before".
    directions: tuple[tuple[str, re.Pattern[str]], ...] = field(converter=_named_compiled)
    soonest: re.Pattern[str] = field(converter=_compiled)


@frozen(kw_only=True)
class TimeGrammar:
    """How one language names times of the day."""

    soon: re.Pattern[str] = field(converter=_compiled)  # n, half, quarter, hours, minutes, and_half, now
    # Groups: hour, and minute, quarter, to, half, am, pm.
    times: tuple[re.Pattern[str], ...] = field(converter=_all_compiled)
    ends: tuple[re.Pattern[str], ...] = field(
        converter=_all_compiled
    )  # the second time of a range; as `times`
    after: re.Pattern[str] = field(converter=_compiled)  # up to a time: from then on
    before: re.Pattern[str] = field(converter=_compiled)  # up to a time: until then
    at_latest: re.Pattern[str] = field(converter=_compiled)  # up to a time: then or before
    between: re.Pattern[str] = field(converter=_compiled)  # up to a time: from then to another
    to: re.Pattern[str] = field(converter=_compiled)  # from the first time of a range to its second
    to_of_between: re.Pattern[str] = field(converter=_compiled)
    or_later: re.Pattern[str] = field(converter=_compiled)  # after a time
    or_earlier: re.Pattern[str] = field(converter=_compiled)
    parts: tuple[tuple[str, re.Pattern[str]], ...] = field(converter=_named_compiled)  # of the day


@frozen(kw_only=True)
class RefusalGrammar:
    """How one language says that a day or a part of the day will not do."""

    before: re.Pattern[str] = field(converter=_compiled)  # up to it: "I can't do "
    behind: re.Pattern[str] = field(converter=_compiled)  # from it on: " doesn't work"
    too: re.Pattern[str] = field(converter=_compiled)  # between two
    but: re.Pattern[str] = field(converter=_compiled)  # between it and what will do
    clause_end: re.Pattern[str] = field(converter=_compiled)  # where it has ended


@frozen(kw_only=True)
class Grammar:
    """How one language names days and times."""

    figures: Callable[[str], str]  # writes its number words in figures
    asides: tuple[re.Pattern[str], ...]  # no words of time, though they look like some: "for two people"
    days: DayGrammar
    times: TimeGrammar
    refusals: RefusalGrammar
    words: TimeWords
    # In words or in figures: a time, a date or a range, nobody knows which.
    unsure: re.Pattern[str] = field(converter=_compiled)
    unsure_alone: re.Pattern[str] = field(converter=_compiled)  # so, if no day is named beside it
