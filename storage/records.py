"""The rows that the storage gives out, and how they are read from SQLite."""

import datetime as dt
import sqlite3
from typing import Any, TypeVar

import cattrs
from attrs import frozen

from storage.errors import InvalidField

T = TypeVar("T")


@frozen(kw_only=True)
class Business:
    """A tenant: one telephone number and everything behind it."""

    id: int
    name: str
    number: str  # E.164
    timezone: str  # IANA name
    language: str  # ISO 639
    keeps_audio: bool  # whether what is said in its calls is kept
    trade: str  # "a dental practice"; may be empty
    greeting: str  # the caller's first sentence; empty: the language's own
    rules: str  # what else the voice must keep to, in the owner's words; may be empty
    owner_phone: str | None  # E.164, where messages are sent to; None: nowhere
    grid_min: int  # starts are counted in these from each opening
    notice_min: int
    days_ahead: int
    notice: str | None  # said before the greeting, word for word; empty: the standard one; None: none
    notice_news: str  # 'added' or 'missing', as long as the owner is to be told of it; else empty
    retention_days: int  # for how long calls are kept; 0: until removed by hand
    created_at: dt.datetime


@frozen(kw_only=True)
class WeeklyHours:
    """One stretch of wall time in which the business is open every week. A weekday may have several."""

    weekday: int  # 0 is Monday
    opens_minute: int  # of the day
    closes_minute: int  # up to 1440, midnight


@frozen(kw_only=True)
class DayHours:
    """One stretch of wall time in which the business is open on one date."""

    opens_minute: int  # of the day
    closes_minute: int  # up to 1440, midnight


@frozen(kw_only=True)
class ExceptionDay:
    """A date that does not follow its weekday. Without hours the business is closed."""

    date: dt.date
    hours: tuple[DayHours, ...] = ()
    note: str = ""


@frozen(kw_only=True)
class Schedule:
    """All that decides when a business can be booked, but for what is booked already."""

    timezone: str  # IANA name
    weekly: tuple[WeeklyHours, ...]
    exceptions: tuple[ExceptionDay, ...] = ()
    grid_min: int = 30
    notice_min: int = 120
    days_ahead: int = 60


@frozen(kw_only=True)
class Service:
    """What can be booked, and how long it keeps the business busy."""

    id: int
    name: str  # as it is said
    duration_min: int
    buffer_before_min: int
    buffer_after_min: int
    price: str  # as it is said; may be empty
    active: bool


@frozen(kw_only=True)
class Fact:
    """Something that callers ask about."""

    topic: str
    text: str


@frozen(kw_only=True)
class Person:
    """Somebody to whom a caller may be put through."""

    name: str
    phone: str  # E.164


@frozen(kw_only=True)
class Lead:
    """Somebody who rang."""

    id: int
    phone: str | None  # None: withheld
    callback_phone: str | None  # said in a call, so proves nothing
    full_name: str | None
    email: str | None
    notes: str
    source: str  # "phone", "owner" (written in by hand) or "test"
    last_call_sid: str | None  # None: never rang
    created_at: dt.datetime
    updated_at: dt.datetime


@frozen(kw_only=True)
class Appointment:
    """A time that a caller was given. Instants in UTC."""

    id: int
    lead_id: int
    full_name: str | None  # under which it was made
    call_sid: str | None  # None: made by the owner, or the call has been erased
    service_id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    busy_start: dt.datetime
    busy_end: dt.datetime
    notes: str
    status: str  # "booked" or "cancelled"
    confirmed_heard: bool  # whether the caller heard that it is booked
    wants_sms: bool  # whether the caller agreed to a text message
    test: bool  # of a test call: keeps nobody else from the time
    created_at: dt.datetime


@frozen(kw_only=True)
class Booking:
    """What booking gave: the appointment, and whether it is new or the one of an earlier request."""

    appointment: Appointment
    created: bool


@frozen(kw_only=True)
class Busy:
    """A half-open stretch of time in which nothing else can be booked."""

    starts_at: dt.datetime
    ends_at: dt.datetime


@frozen(kw_only=True)
class Call:
    """The record of one call. Without an outcome it is live."""

    call_sid: str
    lead_id: int | None
    caller: str | None  # None: withheld
    started_at: dt.datetime
    ended_at: dt.datetime | None  # None: live, or unknown because the process died
    outcome: str | None
    detail: str
    duration_ms: int | None
    transfer_to: str | None  # the number that the caller was last put through to
    dial_status: str | None  # how that ended: one of `calls.DIAL_STATUSES`; None: nobody has said yet
    test: bool  # an owner tried the receptionist: nothing of it counts
    removed_at: dt.datetime | None  # by the owner, who may take that back


@frozen(kw_only=True)
class Flag:
    """What is wrong with a call: what the bot said, and what is true."""

    kind: str  # "said_not_done" or "confirmation_not_heard"
    said: str
    done: str


@frozen(kw_only=True)
class Message:
    """What a caller left for the owner."""

    id: int
    lead_id: int
    call_sid: str | None  # None: the call has been erased
    text: str
    status: str  # "new" or "done"
    created_at: dt.datetime


@frozen(kw_only=True)
class Outgoing:
    """A message on its way out, once its call has ended."""

    business_id: int
    id: int
    call_sid: str
    kind: str  # "to_owner" or "confirmation"
    channel: str  # "sms" or "whatsapp"
    recipient: str  # E.164
    body: str
    status: str  # "pending", "sent" or "failed"
    attempts: int
    due_at: dt.datetime
    problem: str  # of the last attempt


@frozen(kw_only=True)
class Reached:
    """That calls reach a business from outside, with the server as it is set up."""

    came_at: dt.datetime  # the first
    heard_at: dt.datetime | None  # the receptionist, by a caller; None: not yet


@frozen(kw_only=True)
class EventRow:
    """One line of a call's account, as it was noted."""

    seq: int
    at_ms: int  # since the media stream started
    kind: str
    fields: dict[str, Any]


@frozen(kw_only=True)
class Owner:
    """Somebody who may sign in to the pages."""

    id: int
    email: str
    language: str  # of the pages
    administrator: bool  # sees all businesses
    created_at: dt.datetime


@frozen(kw_only=True)
class Session:
    """A browser that is signed in."""

    id: int
    owner_id: int
    browser: str  # as it names itself
    seen_at: dt.datetime
    expires_at: dt.datetime
    created_at: dt.datetime


_converter = cattrs.Converter()
_converter.register_structure_hook(dt.datetime, lambda text, _: dt.datetime.fromisoformat(text))
_converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))


def from_row(kind: type[T], row: sqlite3.Row) -> T:
    """Return the row as an instance of `kind`; columns that `kind` does not have are left out."""
    return _converter.structure(dict(row), kind)


def utc_text(field: str, instant: dt.datetime) -> str:
    """Return the instant as the database keeps it, to the second. Raises InvalidField if it has no zone."""
    if instant.tzinfo is None:
        raise InvalidField(field, "has no time zone; give an instant in UTC")
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
