"""`frontdesk slots`, `appointments` and `leads`: what is free, what is booked, and who rang."""

import datetime as dt
import sqlite3
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from office.language import spoken, wishes
from office.language.wish import Wish
from office.preview import preview
from office.tools.calendar import DURATION_MIN
from storage import appointments as stored_appointments
from storage import leads as stored_leads
from storage import schedule, services
from storage.availability import Request
from storage.records import Appointment, Business, Lead
from web.commands import access


@click.command()
@access.business
@click.argument("date")
@click.option("--service", help="What it is for, by the name that `frontdesk services` shows.")
@click.option("--minutes", type=click.IntRange(5, 480), help="For how long, whatever the services are.")
@access.database
def slots(business: str, date: str, service: str | None, minutes: int | None, database: Path) -> None:
    """What a caller of BUSINESS would be offered on DATE, or why nothing.

    DATE is in a caller's words: 2026-12-24, tomorrow, "next sunday afternoon", "tuesday at 15:00".
    """
    if service is not None and minutes is not None:
        raise click.UsageError("give --service or --minutes, not both")
    now = dt.datetime.now(dt.UTC)
    look = partial(free_lines, words=date, service=service, minutes=minutes, now=now)
    click.echo("\n".join(access.read(database, business, look)))


def free_lines(
    conn: sqlite3.Connection,
    business: Business,
    words: str,
    service: str | None,
    minutes: int | None,
    now: dt.datetime,
) -> list[str]:
    """Return the sentence that a caller would hear, and a line for each time in it."""
    wish = _wish(conn, words, business, now, "DATE")
    duration_min, before_min, after_min = _length(conn, business, service, minutes)
    request = Request(
        date=wish.date,
        from_minute=wish.from_minute,
        until_minute=wish.until_minute,
        duration_min=duration_min,
        buffer_before_min=before_min,
        buffer_after_min=after_min,
    )
    found = preview(conn, business, request, now, language=business.language)
    zone = ZoneInfo(business.timezone)
    return [
        found.said,
        *(
            f"{slot.wall:%a %Y-%m-%d %H:%M}-{slot.ends_at.astimezone(zone):%H:%M}"
            for slot in found.offer.slots
        ),
    ]


def _wish(conn: sqlite3.Connection, words: str, business: Business, now: dt.datetime, hint: str) -> Wish:
    hours = partial(schedule.hours_on, conn, business.id)
    wish = wishes.parse(words, schedule.local(business.timezone, now), business.language, hours)
    if not isinstance(wish, Wish):
        raise click.BadParameter(
            f"{words!r} names no sure day; write 2026-12-24, tomorrow, 'next sunday afternoon'",
            param_hint=hint,
        )
    return wish


def _length(
    conn: sqlite3.Connection, business: Business, name: str | None, minutes: int | None
) -> tuple[int, int, int]:
    """Return the minutes of the appointment, and those kept free before and after it."""
    offered = services.offered(conn, business.id)
    if minutes is not None or (not offered and name is None):
        return minutes or DURATION_MIN, 0, 0
    wanted = [
        one
        for one in offered
        if (name is None and len(offered) == 1) or (name and one.name.casefold() == name.strip().casefold())
    ]
    if not wanted:
        names = ", ".join(one.name for one in offered) or "none"
        problem = "is missing" if name is None else f"{name!r} is not offered"
        raise click.BadParameter(f"{problem}; the services are: {names}", param_hint="--service")
    return wanted[0].duration_min, wanted[0].buffer_before_min, wanted[0].buffer_after_min


@click.command()
@access.business
@click.option("--from", "since", default="today", show_default=True, metavar="DATE", help="The first day.")
@click.option("--days", type=click.IntRange(1, 731), default=14, show_default=True, help="How many days.")
@access.database
def appointments(business: str, since: str, days: int, database: Path) -> None:
    """What is booked at BUSINESS, in order."""
    look = partial(booked_lines, since=since, days=days, now=dt.datetime.now(dt.UTC))
    click.echo("\n".join(access.read(database, business, look)))


def booked_lines(
    conn: sqlite3.Connection, business: Business, since: str, days: int, now: dt.datetime
) -> list[str]:
    """Return a line for each appointment of those days of the business's calendar."""
    first = _wish(conn, since, business, now, "--from").date
    last = first + dt.timedelta(days=days)
    begins, ends = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(business.timezone)).astimezone(dt.UTC)
        for day in (first, last)
    )
    booked = stored_appointments.between(conn, business.id, begins, ends)
    lines = [_booked(conn, business, appointment) for appointment in booked]
    return lines or [f"Nothing is booked from {first} to {last - dt.timedelta(days=1)}."]


def _booked(conn: sqlite3.Connection, business: Business, known: Appointment) -> str:
    starts, ends = (schedule.local(business.timezone, at) for at in (known.starts_at, known.ends_at))
    lead = stored_leads.get(conn, business.id, known.lead_id)
    service = services.get(conn, business.id, known.service_id) if known.service_id is not None else None
    said = (
        lead and lead.full_name,
        lead and _numbers(lead),
        service and service.name,
        _line(known.notes),
        "" if known.confirmed_heard else "[the caller did not hear the confirmation]",
    )
    return "  ".join([f"{starts:%a %Y-%m-%d %H:%M}-{ends:%H:%M}", *(word for word in said if word)])


@click.command()
@access.business
@access.database
def leads(business: str, database: Path) -> None:
    """Everybody who ever rang BUSINESS, the newest first."""
    click.echo("\n".join(access.read(database, business, lead_lines) or ["Nobody has rung yet."]))


def lead_lines(conn: sqlite3.Connection, business: Business) -> list[str]:
    """Return a line for each lead."""
    return [_lead(business, lead) for lead in stored_leads.every(conn, business.id)]


def _lead(business: Business, lead: Lead) -> str:
    last = schedule.local(business.timezone, lead.updated_at)
    said = (lead.full_name or "(no name)", _numbers(lead), lead.email, _line(lead.notes))
    return "  ".join([f"{last:%Y-%m-%d %H:%M}", *(word for word in said if word)])


def _numbers(lead: Lead) -> str:
    callback = f", call back on {spoken.in_one_piece(lead.callback_phone)}" if lead.callback_phone else ""
    return f"{lead.phone or 'number withheld'}{callback}"


def _line(text: str) -> str:
    """Return what a caller said as one line that can do nothing to a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
