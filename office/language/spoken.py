"""The business in words: everything that the tools say, the prompt's facts, and the text messages.

English and Hebrew are whole. In any other language the words are English, and the voice translates them.
Dates and times are the business's wall time; `today` is its date when the words are said.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

import phonenumbers
from attrs import frozen

from office.language.catalog import Catalog
from office.language.english import ENGLISH
from office.language.hebrew import HEBREW
from storage.availability import Refused
from storage.errors import InvalidField
from storage.records import DayHours, ExceptionDay, Fact, Service, WeeklyHours

SMS_CHARS = 1_500  # Twilio refuses a body of more than 1,600

_CATALOGS = {"en": ENGLISH, "he": HEBREW}
_DAY_MIN = 24 * 60
_NAME_CHARS = 80
_UNITS = (("day", _DAY_MIN), ("hour", 60), ("minute", 1))


def say(language: str, name: str, /, **parameters: str) -> str:
    """Return the sentence of that name in the catalogs (`english.py` lists all with their parameters)."""
    return _catalog(language).sentences[name].format(**parameters)


def week(language: str) -> tuple[int, ...]:
    """Return the weekdays, 0 is Monday, in the order in which the week is told."""
    return _catalog(language).week


# Dates and times


def date(language: str, day: dt.date, today: dt.date) -> str:
    """Say a date: "today", "tomorrow, Sunday 22 November", "Friday 1 January 2027" in another year."""
    if day == today:
        return say(language, "today")
    full = plain_date(language, day, today)
    return say(language, "tomorrow", date=full) if day - today == dt.timedelta(days=1) else full


def plain_date(language: str, day: dt.date, today: dt.date | None = None) -> str:
    """Say a date for words that are read later: no "today". Without `today` always with the year."""
    words = _catalog(language)
    return say(
        language,
        "date" if today is not None and day.year == today.year else "date_in_year",
        weekday=words.weekdays[day.weekday()],
        day=str(day.day),
        month=words.months[day.month - 1],
        year=str(day.year),
    )


def on_date(language: str, day: dt.date, today: dt.date) -> str:
    """Say a date as it stands in a sentence: "on Tuesday 24 November", but "today"."""
    words = date(language, day, today)
    near = 0 <= (day - today).days <= 1
    return words if near else say(language, "on_date", date=words)


def when(language: str, wall: dt.datetime, today: dt.date) -> str:
    """Say a date and a time: "Tuesday 24 November at 10:30", "today at 15:00"."""
    return say(language, "when", date=date(language, wall.date(), today), times=clock(wall))


def plain_when(language: str, wall: dt.datetime, today: dt.date | None = None) -> str:
    """Say a date and a time for words that are read later."""
    return say(language, "when", date=plain_date(language, wall.date(), today), times=clock(wall))


def choices(language: str, walls: Iterable[dt.datetime], today: dt.date) -> str:
    """Say times to choose from, each day named once: "Tuesday 24 November at 10:00, 10:30 or 11:00"."""
    days = [
        say(
            language,
            "when",
            date=date(language, day, today),
            times=_joined(language, "or", [clock(wall) for wall in times]),
        )
        for day, times in groupby(walls, lambda wall: wall.date())
    ]
    return _joined(language, "or_else", days)


def now(language: str, wall: dt.datetime) -> str:
    """Say the date with its year, and the time, for the prompt: "Saturday 21 November 2026, 10:35"."""
    return say(language, "now", date=plain_date(language, wall.date()), time=clock(wall))


def calendar(language: str, today: dt.date, days: int) -> str:
    """List the days from today on for the prompt, by month: "2026-11: Mon 30; 2026-12: Tue 1, Wed 2"."""
    weekdays = _catalog(language).short_weekdays
    dates = (today + dt.timedelta(days=n) for n in range(days))
    months = (
        f"{month}: {', '.join(f'{weekdays[day.weekday()]} {day.day}' for day in of_month)}"
        for month, of_month in groupby(dates, lambda day: f"{day:%Y-%m}")
    )
    return "; ".join(months)


def clock(wall: dt.datetime) -> str:
    """Say a time of the 24-hour clock: "9:05"."""
    return f"{wall.hour}:{wall.minute:02}"


def duration(language: str, minutes: int) -> str:
    """Say how long: "45 minutes", "2 hours", "1 hour and 20 minutes", "60 days"."""
    words = _catalog(language)
    if minutes in words.durations:
        return words.durations[minutes]
    if minutes % _DAY_MIN == 0 and minutes:
        return _count(words, "day", minutes // _DAY_MIN)
    hours, rest = divmod(minutes, 60)
    parts = [_count(words, unit, n) for unit, n in (("hour", hours), ("minute", rest)) if n]
    return _joined(language, "duration_parts", parts or [_count(words, "minute", 0)])


# Opening hours


def hours(
    language: str,
    weekly: Sequence[WeeklyHours],
    exceptions: Sequence[ExceptionDay] = (),
    today: dt.date | None = None,
) -> str:
    """Say the week, equal neighbours together, and the dates that differ.

    "Monday to Friday 9:00 to 17:00, closed on other days. Different on these days: Friday 1 January closed".
    """
    week = _week(language, weekly)
    if not exceptions:
        return week
    days = ", ".join(_exception(language, day, today) for day in exceptions)
    return say(language, "hours_except", hours=week, days=days)


def _week(language: str, weekly: Sequence[WeeklyHours]) -> str:
    by_day = [(day, _times(language, _on(weekly, day))) for day in _catalog(language).week]
    runs = [(times, [day for day, _ in run]) for times, run in groupby(by_day, lambda pair: pair[1])]
    lines = [say(language, "hours_line", days=_days(language, days), times=t) for t, days in runs if t]
    if not lines:
        return say(language, "hours_none")
    open_daily = all(times for times, _ in runs)
    return ", ".join(lines if open_daily else [*lines, say(language, "hours_other_days")])


def _on(weekly: Sequence[WeeklyHours], weekday: int) -> list[DayHours]:
    return [
        DayHours(opens_minute=span.opens_minute, closes_minute=span.closes_minute)
        for span in weekly
        if span.weekday == weekday
    ]


def _exception(language: str, day: ExceptionDay, today: dt.date | None) -> str:
    times = _times(language, day.hours) or say(language, "hours_closed")
    line = say(language, "hours_line", days=plain_date(language, day.date, today), times=times)
    return say(language, "hours_noted", line=line, note=day.note) if day.note else line


def _times(language: str, spans: Sequence[DayHours]) -> str:
    return _joined(language, "and", [_span(language, span) for span in spans])


def _span(language: str, span: DayHours) -> str:
    if (span.opens_minute, span.closes_minute) == (0, _DAY_MIN):
        return say(language, "hours_all_day")
    opens, closes = (_minute(language, minute) for minute in (span.opens_minute, span.closes_minute))
    return say(language, "hours_span", opens=opens, closes=closes)


def _minute(language: str, minute: int) -> str:
    return say(language, "midnight") if minute == _DAY_MIN else f"{minute // 60}:{minute % 60:02}"


def _days(language: str, days: list[int]) -> str:
    first, last = (_catalog(language).weekdays[day] for day in (days[0], days[-1]))
    match len(days):
        case 1:
            return first
        case 2:
            return say(language, "and", first=first, last=last)
        case 7:
            return say(language, "hours_every_day")
    return say(language, "hours_days", first=first, last=last)


# The business and the caller


def service(language: str, offered: Service) -> str:
    """Say what can be booked: "check-up, 30 minutes, eighty dollars"."""
    return say(
        language,
        "service_with_price" if offered.price else "service",
        name=offered.name,
        duration=duration(language, offered.duration_min),
        price=offered.price,
    )


def fact(language: str, known: Fact) -> str:
    """Say something that callers ask about: "Parking: behind the house"."""
    return say(language, "fact", topic=known.topic, text=known.text)


def listed(language: str, things: Sequence[str]) -> str:
    """Say all of these: "a, b and c"."""
    return _joined(language, "and", things)


def either(language: str, things: Sequence[str]) -> str:
    """Say these to choose from: "a, b or c"."""
    return _joined(language, "or", things)


def caller(language: str, number: str | None, *, known: bool) -> str:
    """Say who rings, for the prompt: their number, and whether it has rung before.

    No name: a number can be forged, and the name is what shows that an appointment is the caller's.
    """
    if number is None:
        return say(language, "caller_withheld")
    return say(language, "caller_known" if known else "caller_new", number=phone(number))


@lru_cache(maxsize=1_000)  # a page of calls shows fifty, at a fifth of a millisecond each
def phone(number: str) -> str:
    """Write an E.164 number in the groups in which it is read out: "+972 54-123-4567"."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


# What is refused


def refused(language: str, why: Refused, today: dt.date) -> str:
    """Say why there is no time, in whole sentences: "We are closed on Saturday."."""
    name = _reason(why)
    reason = say(
        language,
        f"refused_{name}",
        weekday=_catalog(language).weekdays[why.date.weekday()],
        on_date=on_date(language, why.date, today),
        notice=duration(language, why.notice_min),
        days=duration(language, why.days_ahead * _DAY_MIN),
        closes=_minute(language, why.closes_minute or 0),
        opens=_minute(language, why.opens_minute or 0),
    )
    if name == "after_closing" and why.last_start_minute is not None:
        return say(
            language, "refused_last_start", reason=reason, last=_minute(language, why.last_start_minute)
        )
    if again := why.next_opening:
        day = on_date(language, again.date(), today)
        return say(language, "refused_until", reason=reason, on_date=day, opens=clock(again))
    return reason


def _reason(why: Refused) -> str:
    match (why.closes_minute, why.opens_minute):
        case (None, None):
            return why.why.name.lower()
        case (None, _):
            return "before_opening"
        case (_, None):
            return "after_closing"
    return "between_hours"


def invalid(language: str, error: InvalidField) -> str:
    """Say what the caller is to do about words that cannot be kept."""
    name = f"invalid_{error.field}"
    return say(language, name if name in _catalog(language).sentences else "invalid_other")


# Text messages. A number stands in one piece: telephones find it, and in Hebrew groups would change places.


@frozen(kw_only=True)
class Who:
    """Who rang, for the owner."""

    number: str | None  # E.164; None: withheld
    name: str | None = None
    callback: str | None = None  # the number that they gave in the call


def to_owner(language: str, business: str, who: Who, lines: Sequence[str]) -> str:
    """Compose the text message to the owner: who called, and a line for each thing (`owner_booked`, ...)."""
    heading = say(language, "owner_heading", business=_line(business, _NAME_CHARS), who=_who(language, who))
    return _clip("\n".join((heading, *(_line(line, SMS_CHARS) for line in lines))), SMS_CHARS)


def _who(language: str, who: Who) -> str:
    words = who.number or say(language, "owner_number_withheld")
    if who.name:
        words = say(language, "owner_who_named", name=_line(who.name, _NAME_CHARS), number=words)
    if who.callback:
        words = say(language, "owner_who_callback", who=words, callback=in_one_piece(who.callback))
    return words


def in_one_piece(number: str) -> str:
    """Write a number to ring back for a text: "+14155552671 ext. 12"."""
    return number.replace(";ext=", " ext. ")


def to_caller(language: str, name: str, *, business: str, number: str, wall: dt.datetime) -> str:
    """Compose the confirmation to the caller: `name` is sms_booked or sms_moved."""
    return say(
        language,
        name,
        business=_line(business, _NAME_CHARS),
        number=number,
        when=plain_when(language, wall),
    )


def _catalog(language: str) -> Catalog:
    return _CATALOGS.get(language, ENGLISH)


def _count(words: Catalog, unit: str, n: int) -> str:
    one, two, many = words.units[unit]
    return {1: one, 2: two}.get(n, many.format(n=n))


def _joined(language: str, name: str, things: Sequence[str]) -> str:
    if len(things) < 2:
        return "".join(things)
    return say(language, name, first=", ".join(things[:-1]), last=things[-1])


def _line(text: str, longest: int) -> str:
    return _clip(" ".join("".join(c if c.isprintable() else " " for c in text).split()), longest)


def _clip(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
