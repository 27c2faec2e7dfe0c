"""A second reading of wishes, for the tests: it walks over the words with a plain calendar of its own.

It shares nothing with `office.language`, and knows only the words of `wish_phrases.py`. The rules are those
that `office/language/wishes.py` states.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import define, field, frozen

T = TypeVar("T")
Span = tuple[int, int]
Minutes = tuple[int, ...]  # of the day; two where nobody said which half is meant

ASK = "ask"
DAY = 1440
PARTS = {"morning": (0, 720), "noon": (660, 840), "afternoon": (720, 1080), "evening": (1020, DAY)}


class UnreadError(Exception):
    """The reader does not know a word: it and the phrases do not fit each other."""


@frozen(kw_only=True)
class Time:
    """One time ("at"), the two ends of one ("between"), an end ("after", "before") or a part of the day."""

    form: str
    minutes: Minutes = ()
    ends: Minutes = ()
    part: str | None = None


@define
class Said:
    """What was found in the words so far."""

    dates: list[dt.date | None] = field(factory=list)  # None: a day that no calendar has
    times: list[Time] = field(factory=list)
    parts: list[str] = field(factory=list)
    parts_not: list[str] = field(factory=list)
    in_minutes: int | None = None  # from now
    not_on: bool = False  # a day is excluded
    whole_week: bool = False  # a week is named, and no day of it
    unclear: bool = False  # a day is bent, or may be one of two


@define
class Words:
    """The words of a wish, and how far they are read: up to a word, and in Hebrew to a letter of it."""

    words: Sequence[str]
    at: int = 0
    letters: int = 0

    @property
    def next(self) -> str:
        """What is left of the word that comes next; empty at the end."""
        return self.words[self.at][self.letters :] if self.at < len(self.words) else ""

    def take(self, *expected: str) -> str | None:
        """Read the next word if it is one of these."""
        word = self.next
        return self._read(word) if word and word in expected else None

    def match(self, pattern: str) -> re.Match[str] | None:
        """Read the next word if all of it is like that."""
        found = re.fullmatch(pattern, self.next) if self.next else None
        if found:
            self._read(self.next)
        return found

    def cut(self, letters: str) -> bool:
        """Read a letter that stands before a word, or by itself."""
        if not self.next or self.next[0] not in letters:
            return False
        if len(self.next) == 1:
            self._read(self.next)
        else:
            self.letters += 1
        return True

    def phrase(self, phrase: str) -> bool:
        """Read these words if they are the next."""
        return self.attempt(lambda: all(self.take(word) for word in phrase.split()) or None) is not None

    def attempt(self, *rules: Callable[[], T | None]) -> T | None:
        """Return what the first rule that applies reads; of one that does not nothing is read."""
        start = self.at, self.letters
        for rule in rules:
            value = rule()
            if value is not None:
                return value
            self.at, self.letters = start
        return None

    def _read(self, word: str) -> str:
        self.at, self.letters = self.at + 1, 0
        return word


def answer(said: Said, now: dt.datetime, spans: Callable[[dt.date], Sequence[Span]]) -> str:
    """Return date and minutes of the day, or that it is to be asked again."""
    if said.unclear or None in said.dates or len(set(said.dates)) > 1 or len(said.times) > 1:
        return ASK
    if said.not_on and (said.whole_week or not said.dates):
        return ASK
    if said.in_minutes is not None:
        start = now + dt.timedelta(minutes=said.in_minutes)
        return f"{start.date()} {start.hour * 60 + start.minute} {DAY}"
    if said.dates:
        return _on(said, said.dates[0] or now.date(), spans)
    today = _on(said, now.date(), spans)
    if today == ASK or int(today.split()[2]) > now.hour * 60 + now.minute:
        return today
    return _on(said, now.date() + dt.timedelta(days=1), spans)


def _on(said: Said, date: dt.date, spans: Callable[[dt.date], Sequence[Span]]) -> str:
    since, until = 0, DAY
    for part in said.parts:
        since, until = max(since, PARTS[part][0]), min(until, PARTS[part][1])
    for part in said.parts_not:
        begins, ends = PARTS[part]
        if since < begins and ends < until:
            return ASK
        since, until = (max(since, ends), until) if begins <= since else (since, min(until, begins))
    for time in said.times:
        since, until = _limited(time, since, until, spans(date))
    return f"{date} {since} {until}" if since < until else ASK


def _limited(time: Time, since: int, until: int, spans: Sequence[Span]) -> Span:
    start = _open_half(time.minutes, spans)
    if time.form == "after":
        return max(since, start), until
    if time.form == "before":
        return since, min(until, start)
    if time.form == "at":
        return start, start + 1
    if len(time.ends) == 1:
        start = max((minute for minute in time.minutes if minute < time.ends[0]), default=DAY)
    return start, min((minute for minute in time.ends if minute > start), default=start)


def _open_half(minutes: Minutes, spans: Sequence[Span]) -> int:
    within = [minute for minute in minutes if any(opens <= minute <= closes for opens, closes in spans)]
    if len(within) == 1:
        return within[0]
    by_day = [minute for minute in minutes if 420 <= minute < 1140]
    return (by_day or list(minutes))[0]


def on_a_clock(hour: int, minute: int = 0, part: str | None = None, exact: bool = False) -> Minutes:
    """Return which minutes of the day are meant by what a clock of twelve or of 24 hours shows."""
    shown = hour * 60 + minute
    if exact or hour > 12 or hour == 0:
        return (shown % DAY,)
    early = shown % 720
    if part is None:
        return (early, early + 720)
    return (early,) if part in ("morning", "am") else (early + 720,)


def first_after(today: dt.date, weekday: int) -> dt.date:
    """Return the first such weekday after today."""
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def next_week(today: dt.date, weekday: int | None, begins: int) -> dt.date:
    """Return the day of the next calendar week, which begins on `begins`; without a weekday its first."""
    first = first_after(today, begins)
    return first if weekday is None else first + dt.timedelta(days=(weekday - begins) % 7)


def months_ahead(today: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, or the last that it has."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    for day in range(today.day, 27, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date(year, month + 1, today.day)


def first_dated(today: dt.date, day: int, month: int | None, year: int | None) -> dt.date | None:
    """Return the first date from today on that is so called; with a year that date; None if there is none."""
    if year is not None:
        try:
            return dt.date(year, month or 0, day)
        except ValueError:
            return None
    dates = (today + dt.timedelta(days=ahead) for ahead in range(8 * 366 + 1))
    return next((date for date in dates if date.day == day and month in (None, date.month)), None)


def nth_weekday(today: dt.date, nth: int, weekday: int, month: int | None) -> dt.date | None:
    """Return the nth such weekday (-1: the last) of the month: the first from today on. None: next month."""
    if month is None:
        following = months_ahead(today.replace(day=1), 1)
        return _nth_of(following.year, following.month, nth, weekday)
    both = (_nth_of(year, month, nth, weekday) for year in (today.year, today.year + 1))
    return next((date for date in both if date is not None and date >= today), None)


def _nth_of(year: int, month: int, nth: int, weekday: int) -> dt.date | None:
    days = (dt.date(year, month, 1) + dt.timedelta(days=ahead) for ahead in range(31))
    such = [day for day in days if day.month == month and day.weekday() == weekday]
    return such[nth if nth < 0 else nth - 1] if nth <= len(such) else None
