"""Two witnesses of a day: the caller's own words, which we read, and what the model makes of them.

The model is good at language and bad at calendars, and our reading the reverse. Where both say the same, it
is so. Where one of them says nothing, the other is believed, and read back before anything is booked. Where
they differ the caller is asked, and hears both.

They are two only if one has words and the other a date: a date that the model passes for the caller's words,
and words that it passes for its date, are the same witness again.
"""

import datetime as dt
import re
import sqlite3
from functools import partial

from attrs import evolve, frozen

from engine.errors import ArgumentsRefused
from engine.tools import optional
from office import names
from office.desk import Desk
from office.language import spoken, wishes
from office.language.named import DAY_MIN, PARTS
from office.language.wish import Limits, Wish
from storage import schedule

_WHOLE_DAY = (0, DAY_MIN)
_ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?")
_AT_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(?::00(?:\.0+)?)?$")  # a date as many programs write it
_MIDNIGHTS = ("24:00", "00:00", "0:00", "00:00:00")  # as the end of a day
_HALF_DAY = 12 * 60
_ANY = ("any", "anytime", "any time", "all day", "whole day")


# How the two witnesses of a day are asked for, by every tool that takes one.
SAID = "The day and time exactly as the caller said them, unchanged: tomorrow, next Sunday afternoon."
DATE_ISO = "Your own reading of that: the one day meant, as YYYY-MM-DD, from the calendar."


@frozen(kw_only=True)
class Told:
    """What a tool was told of a day, as the model wrote it: arguments of a tool. None and blank: nothing."""

    said: str | None = optional(SAID)
    date_iso: str | None = optional(DATE_ISO)
    from_: str | None = optional("Your reading of the time: from when, as HH:MM, such as 15:00.")
    until: str | None = optional("Until when, as HH:MM.")
    part: str | None = optional(
        "Your reading of the part of the day, if no hour was named: morning, midday, afternoon, evening "
        "or night."
    )


@frozen(kw_only=True)
class Understood:
    """The day and time that the caller means."""

    wish: Wish
    read_back: bool  # only one has said so: the caller is to hear the day and agree before it is booked


@frozen
class Differing:
    """Two days or times, of which one is meant: by the caller's words, and by the model."""

    by_words: Wish
    by_model: Wish


def weigh(
    words: Wish | Limits | None, date: dt.date | None, window: tuple[int, int], today: dt.date
) -> Understood | Differing | None:
    """Hold our reading of the words against the model's date and window of the day, in minutes.

    A date before today is no reading. Returns None if neither names a day, or the words rule the model's out.
    """
    if not isinstance(words, Wish):
        if date is None or date < today or (words is not None and not words.allows(date)):
            return None
        return Understood(wish=_at(date, window), read_back=True)
    named = words.date
    if date is not None and date >= today and date != words.date:
        if words.last is None or not words.date <= date <= words.last:
            return Differing(words, _at(date, window))
        words = evolve(words, date=date, last=None)  # "next week" may well be its Thursday
    by_model = _at(words.date, window)
    if both := _both(words, by_model):
        return Understood(wish=both, read_back=date != named)
    if turned := _both(_other_half(words), by_model):
        return Understood(wish=turned, read_back=True)
    if _both(words, _in_the_afternoon(by_model)) == words:
        return Understood(wish=words, read_back=True)
    return Differing(words, by_model)


def _at(date: dt.date, window: tuple[int, int]) -> Wish:
    return Wish(date=date, from_minute=window[0], until_minute=window[1])


def _both(first: Wish, second: Wish) -> Wish | None:
    """Return the time of the day that is in both windows: if one holds the other, the narrower."""
    since = max(first.from_minute, second.from_minute)
    until = min(first.until_minute, second.until_minute)
    return evolve(first, from_minute=since, until_minute=until) if since < until else None


def _in_the_afternoon(by_model: Wish) -> Wish:
    """Read "3:00 to 3:30" as somebody says it, not as HH:MM has it."""
    since, until = by_model.from_minute, by_model.until_minute
    if until > _HALF_DAY:
        return by_model
    return evolve(by_model, from_minute=since + _HALF_DAY, until_minute=until + _HALF_DAY)


def _other_half(wish: Wish) -> Wish:
    if wish.other_half is None:
        return wish
    until = wish.other_half + wish.until_minute - wish.from_minute
    return evolve(wish, from_minute=wish.other_half, until_minute=until, other_half=None)


def understand(conn: sqlite3.Connection, business_id: int, desk: Desk, told: Told) -> Understood:
    """Return the day and time that the caller means, seen from now.

    Raises Refusal with what to ask if that is not sure, and ArgumentsRefused for a time that is none.
    """
    hours, now = partial(schedule.hours_on, conn, business_id), desk.local(desk.now())
    read = partial(wishes.parse, now_local=now, language=desk.business.language, hours=hours)
    said, date_iso = told.said or "", _AT_MIDNIGHT.sub("", (told.date_iso or "").strip())
    words, model = read(said), read(date_iso)
    window = _window(told)
    date = None
    if isinstance(model, Wish):
        date, window = model.date, window or (model.from_minute, model.until_minute)
    found = weigh(words, date, window or _WHOLE_DAY, desk.today)
    if found is None:
        raise desk.refusal("date_not_understood")
    if isinstance(found, Differing):
        raise desk.refusal("which_of_two", **_named(desk, found))
    two = _ISO_DATE.match(date_iso) and not _ISO_DATE.search(said)
    return found if two else evolve(found, read_back=True)


def _window(told: Told) -> tuple[int, int] | None:
    """Return the part of the day that the model names; None: it names none."""
    since = _minute("from", told.from_)
    until = DAY_MIN if (told.until or "").strip() in _MIDNIGHTS else _minute("until", told.until)
    if since is not None and until is not None and until < since:
        raise ArgumentsRefused("arguments.until: earlier than from")
    if since is not None or until is not None:
        since = since or 0
        return since, DAY_MIN if until is None else max(until, since + 1)
    part = (_given(told.part) or "").casefold()
    if part and part not in PARTS:
        raise ArgumentsRefused(f"arguments.part: one of {', '.join(PARTS)}")
    return PARTS.get(part)


def _minute(name: str, text: str | None) -> int | None:
    if (text := _given(text)) is None:
        return None
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise ArgumentsRefused(f"arguments.{name}: write a time of the day as HH:MM, such as 15:30")
    return int(clock[1]) * 60 + int(clock[2])


def _given(text: str | None) -> str | None:
    """Return what was written of a time, or None for what is written where there is none to tell."""
    given = names.given(text)
    return None if given is None or given.strip().casefold() in _ANY else given.strip()


# In words


def in_words(desk: Desk, wish: Wish) -> str:
    """Name the weekday and the date of a wish, and its time if it has one."""
    date = spoken.plain_date(desk.business.language, wish.date, desk.today)
    time = _time(desk, wish)
    return desk.say("wished", date=date, time=time) if time else date


def _named(desk: Desk, differing: Differing) -> dict[str, str]:
    first, second = differing.by_words, differing.by_model
    same_day = first.date == second.date
    time = _time(desk, second) if same_day else ""
    return {"first": in_words(desk, first), "second": time or in_words(desk, second)}


def _time(desk: Desk, wish: Wish) -> str:
    still = wish.until_minute % 5 == 1  # the minute before is one that will do: "no later than three"
    since, until = _clock(wish.from_minute), _clock(wish.until_minute - still)
    if (wish.from_minute, wish.until_minute) == _WHOLE_DAY:
        return ""
    if wish.until_minute == wish.from_minute + 1:
        return desk.say("wished_at", time=since)
    if wish.until_minute == DAY_MIN:
        return desk.say("wished_from", since=since)
    if wish.from_minute == 0:
        return desk.say("wished_until_still" if still else "wished_until", until=until)
    return desk.say("wished_between", since=since, until=until)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
