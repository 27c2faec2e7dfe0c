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
    created_at: dt.datetime


@frozen(kw_only=True)
class WeeklyHours:
    """One stretch of wall time in which the business is open every week. A weekday may have several."""

    weekday: int  # 0 is Monday
    opens_minute: int  # of the day
    closes_minute: int  # up to 1440, midnight


@frozen(kw_only=True)
class Lead:
    """Somebody who rang."""

    id: int
    phone: str | None  # None: withheld
    full_name: str | None
    email: str | None
    last_call_sid: str
    created_at: dt.datetime
    updated_at: dt.datetime


@frozen(kw_only=True)
class Appointment:
    """A time that a caller was given. Instants in UTC."""

    id: int
    lead_id: int
    call_sid: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    notes: str
    status: str  # "booked" or "cancelled"
    confirmed_heard: bool  # whether the caller heard that it is booked
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


@frozen(kw_only=True)
class CallEvent:
    """One line of a call's account."""

    seq: int
    at_ms: int  # since the media stream started
    kind: str
    fields: dict[str, Any]


_converter = cattrs.Converter()
_converter.register_structure_hook(dt.datetime, lambda text, _: dt.datetime.fromisoformat(text))


def from_row(kind: type[T], row: sqlite3.Row) -> T:
    """The row as an instance of `kind`; columns that `kind` does not have are left out."""
    return _converter.structure(dict(row), kind)


def utc_text(field: str, instant: dt.datetime) -> str:
    """The instant as the database keeps it, to the second. Raises InvalidField if it has no zone."""
    if instant.tzinfo is None:
        raise InvalidField(field, "has no time zone; give an instant in UTC")
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
