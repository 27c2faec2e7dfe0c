"""What a practice has in its calendar and on its telephone: hours, two weeks of diary, a week of calls."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from storage import appointments, booking, calls, changes, facts, leads, messages, outbox, schedule
from storage.availability import Request
from storage.records import Business, Call, ExceptionDay, Flag, Lead, WeeklyHours
from tests.browser.practices import Practice, Story
from tests.browser.told import account

_DAY, _MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
_LONG_DAY, _SHORT_DAY = (9 * 60, 17 * 60), (9 * 60, 13 * 60)
_WEEKS = {"en": ((0, 1, 2, 3, 4), 5), "he": ((6, 0, 1, 2, 3), 4)}  # long days, the short one
# Of an open day: the minute, the service, the caller. The last is free for what calls book.
_DIARY = ((9 * 60, 0, 0), (10 * 60, 1, 1), (11 * 60 + 30, 2, 2), (14 * 60, 0, 3), (15 * 60 + 30, 3, 6))
_BOOKED_AT_MIN = 12 * 60 + 30
_FIRST_DAY, _LAST_DAY, _CLOSED_DAY = -7, 15, 9
# Of the last week, the newest first: the story and the caller.
_CALLS = (
    *((0, 0), (6, 6), (2, 2), (5, 5), (3, 1), (4, 3), (1, 4), (1, 1), (3, 2)),
    *((6, 3), (1, 0), (4, 5), (1, 6), (3, 4), (6, 1), (1, 2), (5, 3), (1, 3)),
)
_CALLS_AT_MIN = (17 * 60 + 42, 13 * 60 + 5, 9 * 60 + 14)
_UNSENT = 4  # of these calls: the text about it was refused
_WAITING = 2  # of the messages; the older ones are dealt with


def open_hours(conn: sqlite3.Connection, business: Business, practice: Practice, today: dt.date) -> None:
    """Set the week, and a coming date that is closed."""
    long_days, short_day = _WEEKS[practice.language]
    spans = [(weekday, *_LONG_DAY) for weekday in long_days] + [(short_day, *_SHORT_DAY)]
    week = [
        WeeklyHours(weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday, opens, closes in spans
    ]
    schedule.set_weekly_hours(conn, business.id, week)
    closed = ExceptionDay(date=today + _CLOSED_DAY * _DAY, note=practice.closed)
    schedule.set_exception(conn, business.id, closed)


def write_diary(
    conn: sqlite3.Connection,
    business: Business,
    practice: Practice,
    people: tuple[Lead, ...],
    today: dt.date,
    now: dt.datetime,
) -> None:
    """What the owner wrote in; one of the last is cancelled again."""
    made = [
        booking.book_for_owner(
            conn,
            business.id,
            lead_id=people[caller].id,
            starts_at=_instant(business, day, minute),
            request=Request(date=day, duration_min=practice.services[service][1]),
            service_id=service + 1,
            notes=practice.notes[(day.day + service) % len(practice.notes)],
            override_rules=True,
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


def write_calls(
    conn: sqlite3.Connection,
    business: Business,
    practice: Practice,
    people: tuple[Lead, ...],
    now: dt.datetime,
) -> None:
    """A week of calls, with what they booked and left; the oldest is removed by the owner."""
    today = schedule.local(business.timezone, now).date()
    at = (_instant(business, today - days * _DAY, minute) for days in count() for minute in _CALLS_AT_MIN)
    past = (instant for instant in at if instant < now - 10 * _MINUTE)
    coming = [day for day, _ in _open_days(practice, today, 1, _LAST_DAY)]
    for number, ((story, caller), started_at) in enumerate(zip(_CALLS, past, strict=False)):
        call = _call(conn, business.id, number, people[caller], practice.stories[story], started_at)
        if practice.stories[story].books:
            _booked(conn, business, call, practice.stories[story], coming[number % len(coming)], now)
        if number == _UNSENT:
            _unsent(conn, business.id, call)
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
        calls.set_dial_status(conn, business_id, sid, "completed" if lead.phone else "no-answer")
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


def _unsent(conn: sqlite3.Connection, business_id: int, call: Call) -> None:
    """A text to the owner that was refused."""
    text = {"kind": "to_owner", "recipient": "+442079460111", "body": "A caller left a message."}
    outbox.put(conn, business_id, call_sid=call.call_sid, now=call.started_at, **text)
    outbox.failed(conn, business_id, 1, problem="status 400, code 21614", retry_at=None)


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
        appointments.mark_confirmed(conn, business.id, made.id, made.starts_at)
    else:
        flag = Flag(kind="confirmation_not_heard", said="", done=f"{made.starts_at:%Y-%m-%dT%H:%M:%SZ}")
        calls.flag(conn, business.id, call.call_sid, [flag])
