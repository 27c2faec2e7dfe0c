"""A file with three businesses: a practice in English, one in Hebrew, and one where nothing has happened yet.

Everything is relative to a given now, and written through the storage's own functions; only when a row was
made is set afterwards, because the file dates that by the real clock.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import frozen

from storage import (
    appointments,
    blocked,
    booking,
    businesses,
    calls,
    changes,
    facts,
    feeds,
    leads,
    messages,
    owners,
    schedule,
    services,
    sessions,
)
from storage.availability import Request
from storage.database import open_database
from storage.records import Business, Call, ExceptionDay, Flag, Lead, Person, WeeklyHours
from tests.browser.practices import ENGLISH, HEBREW, Practice, Story
from tests.browser.told import account
from web.passwords import Passwords

NOW = dt.datetime(2026, 11, 24, 10, 20, tzinfo=dt.UTC)  # a Tuesday
PASSWORD = "a short sentence"
_DAY, _MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1",
)

_LONG_DAY, _SHORT_DAY = (9 * 60, 17 * 60), (9 * 60, 13 * 60)
_WEEKS = {"en": ((0, 1, 2, 3, 4), 5), "he": ((6, 0, 1, 2, 3), 4)}  # long days, the short one
# Of an open day: the minute, the service, the caller. The last is free for what calls book.
_DIARY = ((9 * 60, 0, 0), (10 * 60, 1, 1), (11 * 60 + 30, 2, 2), (14 * 60, 0, 3), (15 * 60 + 30, 3, 6))
_BOOKED_AT_MIN = 12 * 60 + 30
_FIRST_DAY, _LAST_DAY, _CLOSED_DAY = -7, 15, 9
# Of the last week, the newest first: the story and the caller.
_CALLS = (
    *((0, 0), (3, 1), (2, 2), (4, 3), (1, 4), (5, 5), (6, 6), (1, 1), (3, 2)),
    *((6, 3), (1, 0), (4, 5), (1, 6), (3, 4), (6, 1), (1, 2), (5, 3), (1, 3)),
)
_CALLS_AT_MIN = (17 * 60 + 42, 13 * 60 + 5, 9 * 60 + 14)
_WAITING = 2  # of the messages; the older ones are dealt with


@frozen(kw_only=True)
class Home:
    """One of the businesses, and the browser of its owner."""

    business_id: int
    token: str  # of the browser's session
    email: str  # of the owner, whose password is PASSWORD
    ids: Mapping[str, tuple[str, ...]]  # what its paths may hold, by the name that a route gives it
    invitation: str  # of a colleague: the token of a link


@frozen(kw_only=True)
class Town:
    """The three of them."""

    english: Home
    hebrew: Home
    empty: Home  # its owner is an administrator


async def build(path: Path, now: dt.datetime = NOW, passwords: Passwords | None = None) -> Town:
    """Make the file."""
    password_hash = await (passwords or Passwords()).hashed(PASSWORD)
    async with open_database(path) as database:
        homes = [
            await database.write(partial(_full, practice=practice, password_hash=password_hash, now=now))
            for practice in (ENGLISH, HEBREW)
        ]
        empty = await database.write(partial(_empty, password_hash=password_hash, now=now))
    return Town(english=homes[0], hebrew=homes[1], empty=empty)


def _empty(conn: sqlite3.Connection, password_hash: str, now: dt.datetime) -> Home:
    added = businesses.add(
        conn, name="Corner Garage", number="+442079460999", timezone="Europe/London", language="en"
    )
    email = "owner@garage.example"
    owner = owners.add(conn, email=email, password_hash=password_hash, language="en", administrator=True)
    token = sessions.begin(conn, owner.id, browser=_BROWSERS[0], now=now)
    return Home(business_id=added.id, token=token, email=email, ids={}, invitation=sessions.invite(conn, now))


def _full(conn: sqlite3.Connection, practice: Practice, password_hash: str, now: dt.datetime) -> Home:
    business = _business(conn, practice)
    today = schedule.local(business.timezone, now).date()
    _hours(conn, business, practice, today)
    people = tuple(_lead(conn, business.id, *caller) for caller in practice.callers)
    _diary(conn, business, practice, people, today, now)
    _week_of_calls(conn, business, practice, people, now)
    token = _owners(conn, business, practice, password_hash, now)
    _made_at(conn, business.id, now)
    return Home(
        business_id=business.id,
        token=token,
        email=practice.owner_email,
        ids=_ids(conn, business.id),
        invitation=sessions.invite(conn, now, business_id=business.id),
    )


def _business(conn: sqlite3.Connection, practice: Practice) -> Business:
    added = businesses.add(
        conn,
        name=practice.name,
        number=practice.number,
        timezone=practice.timezone,
        language=practice.language,
        trade=practice.trade,
        greeting=practice.greeting,
        disclosure=practice.disclosure,
        rules=practice.rules,
        owner_phone=practice.owner_phone,
        retention_days=90,
    )
    for name, minutes, price in practice.services:
        services.add(conn, added.id, name=name, duration_min=minutes, price=price)
    for topic, text in practice.facts:
        facts.put_fact(conn, added.id, topic=topic, text=text)
    facts.set_people(conn, added.id, [Person(name=name, phone=phone) for name, phone in practice.people])
    blocked.add(conn, added.id, practice.callers[4][1])
    feeds.renew(conn, added.id)
    return added


def _hours(conn: sqlite3.Connection, business: Business, practice: Practice, today: dt.date) -> None:
    long_days, short_day = _WEEKS[practice.language]
    spans = [(weekday, *_LONG_DAY) for weekday in long_days] + [(short_day, *_SHORT_DAY)]
    week = [
        WeeklyHours(weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday, opens, closes in spans
    ]
    schedule.set_weekly_hours(conn, business.id, week)
    closed = ExceptionDay(date=today + _CLOSED_DAY * _DAY, note=practice.closed)
    schedule.set_exception(conn, business.id, closed)


def _lead(conn: sqlite3.Connection, business_id: int, name: str, phone: str | None) -> Lead:
    lead = leads.find_or_create(conn, business_id, phone=phone, call_sid=f"CA{business_id:032x}")
    return leads.update_details(conn, business_id, lead.id, full_name=name) if name else lead


def _diary(
    conn: sqlite3.Connection,
    business: Business,
    practice: Practice,
    people: tuple[Lead, ...],
    today: dt.date,
    now: dt.datetime,
) -> None:
    """What the owner wrote in; one of the last is cancelled again."""
    made = [
        booking.put(
            conn,
            business.id,
            lead_id=people[caller].id,
            starts_at=_instant(business, day, minute),
            request=Request(date=day, duration_min=practice.services[service][1]),
            service_id=service + 1,
            notes=practice.notes[(day.day + service) % len(practice.notes)],
            anyway=True,
            now=now,
        )
        for day, closes in _open_days(practice, today, _FIRST_DAY, _LAST_DAY)
        for index, (minute, service, caller) in enumerate(_DIARY)
        if minute + 60 <= closes and (day == today or (day.day + index) % 5 > 1)
    ]
    appointments.cancel(conn, business.id, made[-2].id)
    key = str(made[-1].id)
    change = partial(appointments.cancel, business_id=business.id, appointment_id=made[-1].id)
    changes.make(conn, business.id, "appointment", key, change, now=now)


def _open_days(practice: Practice, today: dt.date, first: int, last: int) -> Iterator[tuple[dt.date, int]]:
    """The dates on which the practice is open, each with the minute of its closing."""
    long_days, short_day = _WEEKS[practice.language]
    for day in (today + offset * _DAY for offset in range(first, last) if offset != _CLOSED_DAY):
        if day.weekday() in long_days:
            yield day, _LONG_DAY[1]
        elif day.weekday() == short_day:
            yield day, _SHORT_DAY[1]


def _instant(business: Business, day: dt.date, minute: int) -> dt.datetime:
    wall = dt.datetime.combine(day, dt.time(minute // 60, minute % 60), ZoneInfo(business.timezone))
    return wall.astimezone(dt.UTC)


def _week_of_calls(
    conn: sqlite3.Connection,
    business: Business,
    practice: Practice,
    people: tuple[Lead, ...],
    now: dt.datetime,
) -> None:
    today = schedule.local(business.timezone, now).date()
    at = (_instant(business, today - days * _DAY, minute) for days in count() for minute in _CALLS_AT_MIN)
    past = (instant for instant in at if instant < now - 10 * _MINUTE)
    coming = [day for day, _ in _open_days(practice, today, 1, _LAST_DAY)]
    for number, ((story, caller), started_at) in enumerate(zip(_CALLS, past, strict=False)):
        call = _call(conn, business.id, number, people[caller], practice.stories[story], started_at)
        if practice.stories[story].books:
            _booked(conn, business, call, practice.stories[story], coming[number % len(coming)], now)
    calls.remove(conn, business.id, call.call_sid, now)
    waiting = messages.waiting(conn, business.id)
    for message in waiting[_WAITING:]:
        messages.mark_done(conn, business.id, message.id)


def _call(
    conn: sqlite3.Connection, business_id: int, number: int, lead: Lead, story: Story, started_at: dt.datetime
) -> Call:
    sid = f"CA{business_id:08x}{number:024x}"
    if lead.phone is not None:
        leads.find_or_create(conn, business_id, phone=lead.phone, call_sid=sid)
    calls.begin(conn, business_id, call_sid=sid, caller=lead.phone, lead_id=lead.id, started_at=started_at)
    if story.transferred:
        calls.set_transfer(conn, business_id, sid, facts.people(conn, business_id)[0].phone)
    if story.messages:
        text = story.messages[number % len(story.messages)]
        messages.take(conn, business_id, lead_id=lead.id, call_sid=sid, text=text)
    events = account(story.said, story.outcome, story.detail)
    duration_ms = events[-1][0]
    calls.finish(
        conn,
        business_id,
        call_sid=sid,
        outcome=story.outcome,
        detail=story.detail,
        ended_at=started_at + dt.timedelta(milliseconds=duration_ms),
        duration_ms=duration_ms,
        events=events,
    )
    if story.untrue:
        flag = Flag(kind="said_not_done", said=story.untrue, done="")
        calls.flag(conn, business_id, sid, [flag])
    call = calls.get(conn, business_id, sid)
    assert call is not None
    return call


def _booked(
    conn: sqlite3.Connection, business: Business, call: Call, story: Story, day: dt.date, now: dt.datetime
) -> None:
    assert call.lead_id is not None
    made = booking.book(
        conn,
        business.id,
        lead_id=call.lead_id,
        call_sid=call.call_sid,
        starts_at=_instant(business, day, _BOOKED_AT_MIN),
        request=Request(date=day, duration_min=30),
        service_id=1,
        wants_sms=story.confirmed,
        now=now,
    ).appointment
    if story.confirmed:
        appointments.mark_confirmed(conn, business.id, made.id)
    else:
        flag = Flag(kind="confirmation_not_heard", said="", done=f"{made.starts_at:%Y-%m-%dT%H:%M:%SZ}")
        calls.flag(conn, business.id, call.call_sid, [flag])


def _owners(
    conn: sqlite3.Connection, business: Business, practice: Practice, password_hash: str, now: dt.datetime
) -> str:
    """The owner with a computer and a telephone, and a colleague; returns the computer's token."""
    for email in (practice.owner_email, f"colleague.{practice.owner_email}"):
        owner = owners.add(conn, email=email, password_hash=password_hash, language=practice.language)
        owners.let_into(conn, owner.id, business.id)
        tokens = [sessions.begin(conn, owner.id, browser=browser, now=now) for browser in reversed(_BROWSERS)]
        if email == practice.owner_email:
            token = tokens[-1]
    return token


def _made_at(conn: sqlite3.Connection, business_id: int, now: dt.datetime) -> None:
    """Date what was made now, and messages by the end of their calls."""
    values = {"id": business_id, "now": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for table in ("leads", "appointments", "blocked_callers"):
        conn.execute(f"UPDATE {table} SET created_at = :now WHERE business_id = :id", values)
    conn.execute(
        "UPDATE messages SET created_at = (SELECT ended_at FROM calls WHERE calls.business_id = :id"
        " AND calls.call_sid = messages.call_sid) WHERE business_id = :id",
        values,
    )


_IDS = {
    "call_sid": "SELECT call_sid FROM calls WHERE business_id = ? ORDER BY started_at DESC LIMIT 7",
    "appointment_id": "SELECT min(id) FROM appointments WHERE business_id = ?"
    " GROUP BY call_sid IS NULL, status ORDER BY 1 DESC",
    "message_id": "SELECT id FROM messages WHERE business_id = ? ORDER BY id LIMIT 1",
    "service_id": "SELECT id FROM services WHERE business_id = ? ORDER BY id LIMIT 1",
    "lead_id": "SELECT id FROM leads WHERE business_id = ? ORDER BY id LIMIT 1",
    "change_id": "SELECT max(id) FROM changes WHERE business_id = ?",
    "owner_id": "SELECT owner_id FROM owner_businesses WHERE business_id = ? ORDER BY owner_id DESC LIMIT 1",
    "session_id": "SELECT min(sessions.id) FROM sessions JOIN owner_businesses USING (owner_id)"
    " WHERE business_id = ?",
}

KINDS_OF_IDS = frozenset(_IDS)


def _ids(conn: sqlite3.Connection, business_id: int) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(str(row[0]) for row in conn.execute(query, (business_id,)))
        for name, query in _IDS.items()
    }
