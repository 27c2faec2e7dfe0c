"""Random wishes: a day, a time, something around them and an order, of named kinds, in English and Hebrew.

Nothing here knows what they mean. `wish_reader.py` reads them back from their words.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from random import Random

from attrs import frozen

from tests.office import wish_phrases_english, wish_phrases_hebrew
from tests.office.wish_vocabulary import Drawn

Span = tuple[int, int]  # minutes of the day, at which it opens and closes

_WEEKS: Sequence[Sequence[Span]] = (  # the hours of a day
    [(540, 1020)],
    [(480, 720), (960, 1200)],
    [(720, 1200)],
    [(600, 1320)],
    [(420, 900)],
    [],
)
_LANGUAGES = {"en": wish_phrases_english, "he": wish_phrases_hebrew}
_COUNTS = frozenset({"count from a day"})  # which a time before them would count: "at nine ten days from"
_NOT_ONE_TIME = frozenset({"part of the day", "range", "range in figures", "limit"})
# How often a day stands alone, a time alone, both, and a wish that is a whole of its own.
_SHAPES = ("day", "time", "both", "both", "both", "whole")


@frozen(kw_only=True)
class Case:
    """What was said, when, and when the business is open on each weekday; and of which kinds it is."""

    words: str
    language: str
    now: dt.datetime
    week: Sequence[Sequence[Span]]
    kinds: frozenset[str]  # each with its language before it: "en weekday"

    def spans(self, date: dt.date) -> Sequence[Span]:
        """Return when it is open on the date."""
        return self.week[date.weekday()]


def case(random: Random) -> Case:
    """Draw a case."""
    return _case(random, _words)


def appointment(random: Random) -> Case:
    """Draw a day and one time of it, with nothing around them."""
    return _case(random, _day_and_time)


def _case(random: Random, of: Callable[[Drawn, str], tuple[str, frozenset[str]]]) -> Case:
    minutes = random.randrange(3 * 365 * 1440)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    week = [random.choice(_WEEKS) for _ in range(7)]
    language = random.choice(("en", "he"))
    words, kinds = of(Drawn(random=random, today=now.date()), language)
    named = frozenset(f"{language} {kind}" for kind in kinds)
    return Case(words=words, language=language, now=now, week=week, kinds=named)


def _day_and_time(drawn: Drawn, language: str) -> tuple[str, frozenset[str]]:
    says = _LANGUAGES[language]
    day_kind, day = _of(drawn, says.DAYS)
    time_kind, time = _of(drawn, says.TIMES, _NOT_ONE_TIME)
    return f"{day} {time}", frozenset({day_kind, time_kind})


def _words(drawn: Drawn, language: str) -> tuple[str, frozenset[str]]:
    says = _LANGUAGES[language]
    shape = drawn.one(_SHAPES)
    if shape == "whole":
        kind, words = _of(drawn, says.WHOLE)
        return _within(drawn, words, says.BEFORE, says.BEHIND), frozenset({kind})
    day_kind, day = _of(drawn, says.DAYS)
    time_kind, time = _of(drawn, says.TIMES, says.NEVER_ALONE if shape == "time" else frozenset())
    if shape == "day":
        words, kinds = day, {day_kind}
    elif shape == "time":
        words, kinds = time, {time_kind, "time alone"}
    else:
        first = time_kind in says.GO_FIRST and day_kind not in _COUNTS and drawn.random.random() < 0.3
        words, kinds = (f"{time} {day}" if first else f"{day} {time}"), {day_kind, time_kind}
    return _within(drawn, words, says.BEFORE, says.BEHIND), frozenset(kinds)


def _of(
    drawn: Drawn, table: Mapping[str, Callable[[Drawn], str]], without: frozenset[str] = frozenset()
) -> tuple[str, str]:
    kind = drawn.one([kind for kind in table if kind not in without])
    return kind, table[kind](drawn)


def _within(drawn: Drawn, words: str, before: Sequence[str], behind: Sequence[str]) -> str:
    start = drawn.one(before) if drawn.random.random() < 0.5 else ""
    end = drawn.one(behind) if drawn.random.random() < 0.5 else ""
    return f"{start}{words}{end}"
