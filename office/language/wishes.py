"""Which day and time a caller's words mean: "next Sunday afternoon", "מחר בבוקר", "24 December at three".

The rules, for every language:
- Every word of time is used, or the caller is asked again. A count, "not", "before Friday", "the end of", a
  second day, a figure left over, a time of another zone: each means another day or time than the rest.
  Numbers that count people, services or minutes, and names and telephone numbers, are no words of time.
- A weekday alone is the first after today: on a Sunday, "Sunday" is a week ahead, because today is called
  today. "This Sunday" may be today.
- "Next Sunday" is the Sunday of the next calendar week, "next week" that week's first day. A week begins on
  Monday in English and on Sunday in Hebrew.
- A day of the month, with or without its month, is the first such date from today on; with a year, that date.
- A weekday that is not the date's is no date: whoever said it is to be asked again.
- An hour of which nobody said whether it is before noon is taken at the half of the day in which the
  business is open. If that is both or neither, it is one of a business's day: one to six are afternoon, seven
  to twelve are as they are.
- A time without a day is the next such time, if nothing else that was said could be a day.
- Of "Monday or Tuesday", with nothing else, the first counts. Two other days, or two times that are no range,
  are asked about.
- An instant with an offset, as the tools write it, is that instant on the business's clock.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from office.language.calendar_days import day_of
from office.language.relative import ENGLISH, HEBREW, Relative
from office.language.spoken_dates import (
    AFTERNOON,
    AT_LATEST,
    BEFORE,
    BETWEEN,
    DAY,
    EVENING,
    MIDDAY,
    MORNING,
    NIGHT,
    NOON,
    Named,
    Reading,
    plain,
    read,
)
from office.language.time_words import only_fillers, unread
from storage.records import DayHours

Hours = Callable[[dt.date], Sequence[DayHours]]

_DAY_MIN = 24 * 60
_PARTS = {
    MORNING: (0, 12 * 60),
    MIDDAY: (11 * 60, 14 * 60),
    NOON: (11 * 60, 14 * 60),
    AFTERNOON: (12 * 60, 18 * 60),
    EVENING: (17 * 60, _DAY_MIN),
    NIGHT: (17 * 60, _DAY_MIN),
}
_EITHER = re.compile(rf"{DAY},? (?:or|או) (?:\w+ ){{0,2}}[א-ת]?{DAY}")  # of a date and another day
_LONGEST_CHARS = 200  # nobody says more about a day
# The offsets of the zones that there are. Any other, and any behind a mere "14:00", is the end of a range.
_OFFSET = (
    r"[+-](?:0\d|1[01]):?00|-12:?00|\+1[2-4]:?00|-(?:02|03|09):?30|\+(?:03|04|05|06|09|10):?30|"
    r"\+(?:05|08|12|13):?45"
)
_INSTANT = re.compile(
    r"\b(\d{4}-\d\d-\d\d)(?:[t ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(z|utc|gmt)|"
    rf"(?:t(?=\d)| (?=\d\d:\d\d:))(\d\d:\d\d(?::\d\d(?:\.\d{{1,6}})?)?) ?({_OFFSET}))(?![\d:])"
)


@frozen(kw_only=True)
class Wish:
    """A day, and the part of it in which the appointment is to start: [from_minute, until_minute)."""

    date: dt.date
    from_minute: int = 0
    until_minute: int = _DAY_MIN


def unknown_hours(_date: dt.date) -> tuple[DayHours, ...]:
    """Return the hours of a business of which none are known: none on any date."""
    return ()


def parse(text: str, now_local: dt.datetime, language: str, hours: Hours = unknown_hours) -> Wish | None:
    """Return the day and time that the words mean, seen from `now_local` on the business's clock.

    `hours` gives when the business is open on a date. Returns None if the words name no day or time, a date
    that does not exist or is another weekday, or if a word of time is left that was not understood. A date
    that is written with its year may be past; every other is today or later. English words are understood in
    every language: a model may translate what it heard.
    """
    relatives = (HEBREW, ENGLISH) if language == "he" else (ENGLISH,)
    words = _on_this_clock(plain(text), now_local)
    if len(words) > _LONGEST_CHARS:
        return None
    found = (_parse(words, now_local, relative, relatives, hours) for relative in relatives)
    return next(filter(None, found), None)


def _parse(
    words: str, now_local: dt.datetime, relative: Relative, all_words: Sequence[Relative], hours: Hours
) -> Wish | None:
    figures = relative.reading.digits(words)
    named = read(figures, relative.reading)
    said = f"{words}\n{figures}"
    if relative.unsure.search(said) or (named.day is not None and _EITHER.search(named.rest)):
        return None
    day = day_of(named, now_local.date(), relative)
    vocabularies = [known.words for known in all_words]
    others = (known.reading for known in all_words if known is not relative)
    if unread(day.rest, vocabularies) or any(_names_more(day.rest, other) for other in others):
        return None
    if named.or_another and (named.minutes or named.part):
        return None
    if not day.named:
        alone = only_fillers(day.rest, vocabularies) and not relative.unsure_alone.search(said)
        return _next_such_time(named, now_local, hours) if alone else None
    return _wish(named, day.date, hours) if day.date is not None else None


def _names_more(rest: str, reading: Reading) -> bool:
    """Say whether what one language left names a day or a time in another: "מחר at three"."""
    named = read(reading.digits(rest), reading)
    return bool(named.minutes or named.part) or (named.weekday, named.day, named.in_days) != (
        None,
        None,
        None,
    )


def _on_this_clock(words: str, now_local: dt.datetime) -> str:
    """Return the words, with an instant of another zone as the business's clock shows it."""

    def here(found: re.Match[str]) -> str:
        clock, offset = (found[2], "+00:00") if found[3] else (found[4], found[5])
        try:
            wall = dt.datetime.fromisoformat(f"{found[1]}T{clock}{offset}").astimezone(now_local.tzinfo)
        except (ValueError, OverflowError):
            return found[0]
        return f"{wall:%Y-%m-%d %H:%M}"

    return _INSTANT.sub(here, words) if now_local.tzinfo is not None else words


def _next_such_time(named: Named, now_local: dt.datetime, hours: Hours) -> Wish | None:
    if not named.minutes and named.part is None:
        return None
    today = now_local.date()
    wish = _wish(named, today, hours)
    if wish is not None and wish.until_minute <= now_local.hour * 60 + now_local.minute:
        return _wish(named, today + dt.timedelta(days=1), hours)
    return wish


def _wish(named: Named, day: dt.date, hours: Hours) -> Wish | None:
    whole = Wish(date=day)
    if not named.minutes:
        since, until = _PARTS.get(named.part or "", (0, _DAY_MIN))
        return evolve(whole, from_minute=since, until_minute=until)
    spans = hours(day)
    if named.limit == BETWEEN:
        return _range(named, whole, spans)
    minute = _half(named.minutes, spans)
    if named.limit is None:
        return evolve(whole, from_minute=minute, until_minute=minute + 1)
    since, until = _PARTS.get(named.part or "", (0, _DAY_MIN))
    minute += named.limit == AT_LATEST
    since, until = (
        (since, min(minute, until)) if named.limit in (BEFORE, AT_LATEST) else (max(minute, since), until)
    )
    return evolve(whole, from_minute=since, until_minute=until) if since < until else None


def _range(named: Named, whole: Wish, spans: Sequence[DayHours]) -> Wish | None:
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
    return evolve(whole, from_minute=start, until_minute=end)


def _half(minutes: tuple[int, ...], spans: Sequence[DayHours]) -> int:
    """Choose the minute at which the business is open; of both or neither, that of a business's day.

    The minute at which it closes is one of those: who says "eight" then is told when it closes.
    """
    is_open = [
        minute
        for minute in minutes
        if any(span.opens_minute <= minute <= span.closes_minute for span in spans)
    ]
    if len(is_open) == 1:
        return is_open[0]
    return next((minute for minute in minutes if 7 * 60 <= minute < 19 * 60), minutes[0])
