"""Which day and time a caller's words mean: "next Sunday afternoon", "מחר בבוקר", "24 December at three".

The rules, for every language:
- Every word of time is used, or the caller is asked again. "The end of", "every", a second day, a figure left
  over, a time of another zone: each means another day or time than the rest. Numbers that count people,
  services or minutes, and names and telephone numbers, are no words of time.
- What is refused leaves the rest: of "I can't do Monday, Tuesday is fine" the Tuesday, of "tomorrow, but not
  in the morning" the time from noon. If no day remains that was named ("not Monday", "before Friday"), the
  words only set limits to which day it may be.
- A weekday alone is the first after today: on a Sunday, "Sunday" is a week ahead, because today is called
  today. "This Sunday" may be today.
- "Next Sunday" is the Sunday of the next calendar week, "next week" that week's first day. A week begins on
  Monday in English and on Sunday in Hebrew.
- A day of the month, with or without its month, is the first such date from today on; with a year, that date.
- A weekday that is not the date's is no date: whoever said it is to be asked again.
- An hour of which nobody said whether it is before noon is taken at the half of the day in which the
  business is open. If that is both or neither, it is one of a business's day: one to six are afternoon, seven
  to twelve are as they are. If that is in the night, it is asked of which: "Friday at one", in a bar, may be
  Saturday.
- A time without a day is the next such time, if nothing else that was said could be a day.
- Of "Monday or Tuesday", with nothing else, the first counts. Two other days, or two times that are no range,
  are asked about.
- "Tuesday in two weeks" is two weeks from the coming Tuesday. On a Tuesday it is asked about.
- "In an hour" and "now" are from then on.
- An instant with an offset, as the tools write it, is that instant on the business's clock.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from attrs import evolve

from office import instants
from office.language.calendar_days import Found, day_of
from office.language.grammar import Grammar
from office.language.grammars import read_in
from office.language.named import AFTER, AT_LATEST, BEFORE, BETWEEN, DAY, FROM, Named, plain
from office.language.spoken_dates import read
from office.language.time_words import only_fillers, unread
from office.language.wish import Limits, Wish
from storage.records import DayHours

Hours = Callable[[dt.date], Sequence[DayHours]]

_EITHER = re.compile(rf"{DAY},? (?:or|או) (?:\w+ ){{0,2}}[א-ת]?{DAY}")  # of a date and another day
_NIGHT_ENDS = 4 * 60  # until then most people call it the night of the day before
_LONGEST_CHARS = 200  # nobody says more about a day


def unknown_hours(_date: dt.date) -> tuple[DayHours, ...]:
    """Return the hours of a business of which none are known: none on any date."""
    return ()


def parse(
    text: str, now_local: dt.datetime, language: str, hours: Hours = unknown_hours
) -> Wish | Limits | None:
    """Return the day and time that the words mean, seen from `now_local` on the business's clock.

    `hours` gives when the business is open on a date. Returns Limits if the words only say which days will
    do. Returns None if they name no day or time, a date that does not exist or is another weekday, or if a
    word of time is left that was not understood. A date that is written with its year may be past; every
    other is today or later. English words are understood in every language: a model may translate what it
    heard.
    """
    grammars = read_in(language)
    words = plain(text if now_local.tzinfo is None else instants.on_clock(text, now_local.tzinfo))
    if len(words) > _LONGEST_CHARS:
        return None
    for grammar in grammars:
        if (wish := _parse(words, now_local, grammar, grammars, hours)) is not None:
            return wish
    return None


def _parse(
    words: str, now_local: dt.datetime, grammar: Grammar, all_words: Sequence[Grammar], hours: Hours
) -> Wish | Limits | None:
    named = read(words, grammar)
    said = f"{words}\n{grammar.figures(words)}"
    if grammar.unsure.search(said) or (named.day is not None and _EITHER.search(named.rest)):
        return None
    day = day_of(named, now_local.date(), grammar.days)
    vocabularies = [known.words for known in all_words]
    others = (known for known in all_words if known is not grammar)
    if unread(day.rest, vocabularies) or any(_names_more(day.rest, other) for other in others):
        return None
    if named.or_another and (named.minutes or named.part):
        return None
    if named.in_minutes is not None:
        other_day = day.named and (named.in_days, named.weekday) != (0, None)
        alone = not (named.minutes or named.part or other_day) and only_fillers(day.rest, vocabularies)
        return _soon(named, now_local) if alone else None
    limits = _limits(named, day, now_local.date())
    if day.direction is not None or (limits.refuses and (not day.named or day.n_days > 1)):
        return limits if day.date is not None or not day.named else None
    if not day.named:
        alone = only_fillers(day.rest, vocabularies) and not grammar.unsure_alone.search(said)
        return _next_such_time(named, now_local, hours) if alone else None
    if day.date is None or not limits.allows(day.date):
        return None
    if len(named.minutes) > 1 and _half(named.minutes, hours(day.date)) < _NIGHT_ENDS:
        return None
    wish = _wish(named, day.date, hours)
    return wish if wish is None or day.n_days == 1 else evolve(wish, last=limits.until)


def _limits(named: Named, day: Found, today: dt.date) -> Limits:
    since = until = None
    if day.date is not None:
        one = dt.timedelta(days=1)
        first, last = day.date, day.date + one * (day.n_days - 1)
        since = {BEFORE: None, AT_LATEST: None, AFTER: last + one}.get(day.direction or "", first)
        until = {AFTER: None, FROM: None, BEFORE: first - one}.get(day.direction or "", last)
    return Limits(
        not_weekdays=named.not_weekdays,
        not_dates=frozenset(today + dt.timedelta(days=ahead) for ahead in named.not_in_days),
        since=since,
        until=until,
    )


def _soon(named: Named, now_local: dt.datetime) -> Wish:
    """Return the time from then on, on the business's clock as it goes on."""
    assert named.in_minutes is not None  # noqa: S101 (for mypy)
    zone = now_local.tzinfo or dt.UTC
    now = now_local.replace(tzinfo=zone).astimezone(dt.UTC)
    then = (now + dt.timedelta(minutes=named.in_minutes)).astimezone(zone)
    return Wish(date=then.date(), from_minute=then.hour * 60 + then.minute)


def _names_more(rest: str, grammar: Grammar) -> bool:
    """Say whether what one language left names a day or a time in another: "מחר at three"."""
    named = read(rest, grammar)
    return bool(named.minutes or named.part) or named.names_day


def _next_such_time(named: Named, now_local: dt.datetime, hours: Hours) -> Wish | None:
    if not named.minutes and named.part is None:
        return None
    today = now_local.date()
    wish = _wish(named, today, hours)
    if wish is not None and wish.until_minute <= now_local.hour * 60 + now_local.minute:
        return _wish(named, today + dt.timedelta(days=1), hours)
    return wish


def _wish(named: Named, day: dt.date, hours: Hours) -> Wish | None:
    since, until = named.window
    whole = Wish(date=day, from_minute=since, until_minute=until)
    wish = whole if not named.minutes else _timed(named, whole, hours(day))
    # "At nine, but not in the morning" is asked about.
    return wish if wish is not None and wish.from_minute < wish.until_minute else None


def _timed(named: Named, whole: Wish, spans: Sequence[DayHours]) -> Wish | None:
    """Return the part of the whole that the times leave of it; the very time, if it is one."""
    if named.limit == BETWEEN:
        very = _range(named, whole.date, spans)
    else:
        minute = _half(named.minutes, spans)
        if named.limit in (BEFORE, AT_LATEST):
            return evolve(whole, until_minute=min(minute + (named.limit == AT_LATEST), whole.until_minute))
        if named.limit is not None:
            return evolve(whole, from_minute=max(minute, whole.from_minute))
        very = Wish(date=whole.date, from_minute=minute, until_minute=minute + 1)
        if _decided(named.minutes, spans) is None:
            very = evolve(very, other_half=next((other for other in named.minutes if other != minute), None))
    fits = (
        very is not None and whole.from_minute <= very.from_minute and very.until_minute <= whole.until_minute
    )
    return very if named.not_part is None or fits else None


def _range(named: Named, day: dt.date, spans: Sequence[DayHours]) -> Wish | None:
    """Return the time from the one to the other.

    If only the end has its half of the day, the start is near it.
    """
    if len(named.ends) == 1:
        starts = [minute for minute in named.minutes if minute < named.ends[0]]
        start = starts[-1] if starts else None
    else:
        start = _half(named.minutes, spans)
    end = next((minute for minute in named.ends if start is not None and minute > start), None)
    if start is None or end is None:
        return None
    return Wish(date=day, from_minute=start, until_minute=end)


def _half(minutes: tuple[int, ...], spans: Sequence[DayHours]) -> int:
    """Choose the minute at which the business is open; of both or neither, that of a business's day."""
    decided = _decided(minutes, spans)
    if decided is not None:
        return decided
    return next((minute for minute in minutes if 7 * 60 <= minute < 19 * 60), minutes[0])


def _decided(minutes: tuple[int, ...], spans: Sequence[DayHours]) -> int | None:
    """Return the one minute at which the business is open; None if it is open at both or at neither.

    The minute at which it closes is one of those: who says "eight" then is told when it closes.
    """
    is_open = [
        minute
        for minute in minutes
        if any(span.opens_minute <= minute <= span.closes_minute for span in spans)
    ]
    return is_open[0] if len(is_open) == 1 else None
