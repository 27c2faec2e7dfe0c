"""The forms of an appointment: what was typed, as what it means, and what is said of a refused time."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from office import numbers
from office.language import spoken
from office.tools.calendar import DURATION_MIN
from storage import availability, booking, schedule
from storage.availability import Request, Why
from storage.booking import NotBookable
from storage.errors import InvalidField, SlotTaken
from storage.records import Appointment, Business, Service
from web.pages import form_fields
from web.pages.requests import Form
from web.pages.visit import Visit
from web.pages.words import Words, clock, exactly, mark

Fields = dict[str, str]  # by name, as they stand in the form

_NAMES = ("full_name", "phone", "service", "duration_min", "date", "time", "which", "notes")
_TAKEN = mark("That time is taken, or is being offered to a caller right now.")
# By `which`: of a time that the clock shows twice.
_WAYS = {
    "0": mark("%(time)s, before the clock goes back"),
    "1": mark("%(time)s, after it has gone back"),
}
_CHOOSE = mark("Choose one")
_NO_CALL = ""  # no call's sid, so that every hold counts


@frozen(kw_only=True)
class Attempt:
    """A time that the owner asks for."""

    starts_at: dt.datetime
    request: Request  # that very minute, with length and buffers
    override_rules: bool  # also outside the hours, too soon, or off the grid


@frozen(kw_only=True)
class Wanted:
    """An appointment that the owner writes in."""

    full_name: str
    phone: str | None
    service_id: int | None
    notes: str
    attempt: Attempt


@frozen(kw_only=True)
class Refusal:
    """Why a time can't be had, and what can be done about it."""

    reason: str  # in the owner's language
    near: tuple[dt.datetime, ...]  # free times, on the business's clock
    may_insist: bool  # whether it can be written in all the same


def blank(visit: Visit) -> Fields:
    """Return a new form, with the date and the time that a link named."""
    named = {"date": visit.query.get("on", visit.today.isoformat()), "time": visit.query.get("time", "")}
    return {**dict.fromkeys(_NAMES, ""), "duration_min": str(DURATION_MIN), **named}


def filled(form: Form) -> Fields:
    """Return what was typed; a free time that was chosen stands in place of date and time.

    A free time is the first at which the clock shows it (storage/availability.py).
    """
    fields = {name: form.get(name, "") for name in _NAMES}
    date, chosen, time = form.get("at", "").partition("T")
    return {**fields, "date": date, "time": time, "which": "0"} if chosen else fields


def standing(starts: dt.datetime) -> Fields:
    """Return the fields of the form that moves what stands there, in wall time."""
    return {"date": starts.date().isoformat(), "time": clock(starts), "which": str(starts.fold)}


def ways(fields: Fields, business: Business, words: Words) -> list[tuple[str, str]]:
    """Return how the time in the form can be meant, as choices, if the clock shows it twice; else none."""
    try:
        found = _instants(fields, business)
    except InvalidField:
        return []
    if len(found) == 1:
        return []
    made = [] if fields["which"] in _WAYS else [("", words.say(_CHOOSE))]
    walls = [schedule.local(business.timezone, each) for each in found]
    both = zip(_WAYS.items(), walls, strict=True)
    return made + [(which, words.say(way, time=exactly(wall))) for (which, way), wall in both]


def wanted(fields: Fields, offered: Sequence[Service], business: Business, *, override_rules: bool) -> Wanted:
    """Read what the form of a new appointment means. Raises InvalidField."""
    starts_at = _start(fields, business)
    service = _service(fields["service"], offered)
    request = Request(
        duration_min=service.duration_min
        if service
        else form_fields.whole_number("duration_min", fields["duration_min"]),
        buffer_before_min=service.buffer_before_min if service else 0,
        buffer_after_min=service.buffer_after_min if service else 0,
        **_minute_of(business, starts_at),
    )
    return Wanted(
        full_name=fields["full_name"].strip(),
        phone=_phone(fields["phone"], business),
        service_id=service.id if service else None,
        notes=fields["notes"].strip(),
        attempt=Attempt(starts_at=starts_at, request=request, override_rules=override_rules),
    )


def move(fields: Fields, known: Appointment, business: Business, *, override_rules: bool) -> Attempt:
    """Read where the form moves that appointment, which keeps its length and buffers. Raises InvalidField."""
    starts_at = _start(fields, business)
    request = availability.to_move(known, **_minute_of(business, starts_at))
    return Attempt(starts_at=starts_at, request=request, override_rules=override_rules)


def _start(fields: Fields, business: Business) -> dt.datetime:
    found = _instants(fields, business)
    if len(found) == 1:
        return found[0]
    if fields["which"] not in _WAYS:
        raise InvalidField("which", "the clock shows it twice that day; choose one")
    return found[int(fields["which"])]


def _instants(fields: Fields, business: Business) -> tuple[dt.datetime, ...]:
    day, wall = form_fields.date("date", fields["date"]), form_fields.time("time", fields["time"])
    return form_fields.instants("time", day, wall, business.timezone)


def _minute_of(business: Business, starts_at: dt.datetime) -> dict[str, Any]:
    wall = schedule.local(business.timezone, starts_at)
    minute = wall.hour * 60 + wall.minute
    return {"date": wall.date(), "from_minute": minute, "until_minute": minute + 1}


def _service(text: str, offered: Sequence[Service]) -> Service | None:
    if not offered:
        return None
    for service in offered:
        if str(service.id) == text:
            return service
    raise InvalidField("service", "is not offered any more; choose another")


def _phone(text: str, business: Business) -> str | None:
    number = numbers.typed_number(text, business.number)
    if text.strip() and number is None:
        raise InvalidField("phone", "is not a telephone number; write it as +14155550100")
    return number


def refusal(
    conn: sqlite3.Connection,
    business_id: int,
    visit: Visit,
    attempt: Attempt,
    error: NotBookable | SlotTaken,
) -> Refusal:
    """Say that a time was refused and why, with the nearest free ones."""
    found = booking.free(conn, business_id, call_sid=_NO_CALL, request=attempt.request, now=visit.now)
    near = tuple(slot.wall for slot in found.slots)
    if isinstance(error, SlotTaken) or error.refused.why is Why.FULL:
        return Refusal(reason=visit.words.say(_TAKEN), near=near, may_insist=False)
    reason = spoken.refused(visit.words.language, error.refused, visit.today)
    return Refusal(reason=reason, near=near, may_insist=not attempt.override_rules)
