"""Appointments as an owner reads them: with who comes, and for what. Shared by the pages that list them."""

import datetime as dt
import sqlite3
from zoneinfo import ZoneInfo

from attrs import frozen

from storage import appointments, leads, services
from storage.records import Appointment, Lead

_DAY = dt.timedelta(days=1)


@frozen(kw_only=True)
class Entry:
    """One appointment. Times are the business's wall time."""

    appointment: Appointment
    starts: dt.datetime
    ends: dt.datetime
    lead: Lead | None
    service: str  # its name; empty without one

    @property
    def name(self) -> str:
        """The name of who comes; empty if they did not say."""
        return self.appointment.full_name or (self.lead and self.lead.full_name) or ""

    @property
    def phone(self) -> str | None:
        """The number at which they can be reached; None if there is none."""
        return (self.lead and (self.lead.callback_phone or self.lead.phone)) or None


def of_days(
    conn: sqlite3.Connection, business_id: int, first: dt.date, days: int, timezone: str
) -> tuple[Entry, ...]:
    """Return what is booked on these days of the business's calendar, in order."""
    zone = ZoneInfo(timezone)
    begins, ends = (
        dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) for day in (first, first + days * _DAY)
    )
    found = appointments.between(conn, business_id, begins, ends)
    return tuple(entry(conn, business_id, appointment, timezone) for appointment in found)


def entry(conn: sqlite3.Connection, business_id: int, appointment: Appointment, timezone: str) -> Entry:
    """Return one appointment with what belongs to it."""
    zone = ZoneInfo(timezone)
    service_id = appointment.service_id
    service = services.get(conn, business_id, service_id) if service_id is not None else None
    return Entry(
        appointment=appointment,
        starts=appointment.starts_at.astimezone(zone),
        ends=appointment.ends_at.astimezone(zone),
        lead=leads.get(conn, business_id, appointment.lead_id),
        service=service.name if service else "",
    )
