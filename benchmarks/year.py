"""A database after a year: what a busy small business has on its disk by then.

Fifty calls a day, of two minutes each, at the 98 lines of account that the demo's call has in a minute: 3.6
million lines, 0.6 GB. It takes a minute to make.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.peers import call_sid
from storage import appointments, businesses, calls, facts, leads, messages, outbox, schedule, services
from storage.availability import Slot
from storage.database import open_database
from storage.records import Person, WeeklyHours

CALLS, APPOINTMENTS = 50 * 365, 5_000
_CALL_S = 120
_LINES = 98 * _CALL_S // 60  # of a call's account
_LEADS = 4_000  # the others ring again
_PAST, _COMING_DAYS = 4_750, 58
_MESSAGE_EVERY = 8  # calls
_DAYS, _STEP_MIN, _SUNDAY = 365, 30, 6
_OPENS_MIN, _CLOSES_MIN = 8 * 60, 20 * 60
BUSINESS_ID, NUMBER = 1, "+14155550100"


async def write_year(path: Path, now: dt.datetime) -> None:
    """Make the file: all calls with their accounts, and five thousand appointments."""
    async with open_database(path, new=True) as database:
        await database.write(_business)
        await database.write(partial(_calls, now=now))
        await database.write(partial(_appointments, now=now))


def caller(number: int) -> str:
    """Return the number that this call comes from."""
    return f"+1415{5_550_000 + number % _LEADS:07}"


def _business(conn: sqlite3.Connection) -> None:
    businesses.add(conn, name="Demo Dental", number=NUMBER, timezone="Europe/Berlin", language="en")
    businesses.change(conn, BUSINESS_ID, owner_phone="+14155550177", notice_min=0)
    hours = [
        WeeklyHours(weekday=weekday, opens_minute=_OPENS_MIN, closes_minute=_CLOSES_MIN)
        for weekday in range(_SUNDAY)
    ]
    schedule.set_weekly_hours(conn, BUSINESS_ID, hours)
    for name in ("check-up", "filling", "cleaning"):
        services.add(conn, BUSINESS_ID, name=name, duration_min=30, price="eighty euros")
    for topic in ("parking", "payment", "the way", "children", "insurance"):
        facts.put_fact(
            conn, BUSINESS_ID, topic=topic, text=f"What the owner says about {topic}, in a sentence."
        )
    facts.set_people(conn, BUSINESS_ID, [Person(name="Rosa", phone="+14155550111")])


def _calls(conn: sqlite3.Connection, now: dt.datetime) -> None:
    events, first = _account(), call_sid(0)
    for number in range(CALLS):
        started_at = now - dt.timedelta(days=_DAYS * (CALLS - number) / CALLS)
        sid = call_sid(number)
        lead = leads.find_or_create(conn, BUSINESS_ID, phone=caller(number), call_sid=sid)
        calls.begin(
            conn,
            BUSINESS_ID,
            call_sid=sid,
            caller=caller(number),
            lead_id=lead.id,
            started_at=started_at,
        )
        calls.finish(
            conn,
            BUSINESS_ID,
            call_sid=sid,
            outcome="completed",
            detail="the goodbye was heard",
            ended_at=started_at + dt.timedelta(seconds=_CALL_S),
            duration_ms=_CALL_S * 1000,
            events=events if sid == first else (),
        )
        conn.execute(  # the same account for all, as fast as SQLite can
            "INSERT INTO call_events SELECT business_id, ?, seq, at_ms, kind, fields FROM call_events"
            " WHERE business_id = ? AND call_sid = ? AND call_sid <> ?",
            (sid, BUSINESS_ID, first, sid),
        )
        if number % _MESSAGE_EVERY == 0:
            _message(conn, sid, lead.id, started_at)


def _account() -> list[tuple[int, str, dict[str, Any]]]:
    """Return the lines of one call, some of each kind."""
    turn: list[tuple[str, dict[str, Any]]] = [
        ("utterance_started", {"onset_ms": 1_000}),
        ("utterance_ended", {"speech_ms": 900, "silence_ms": 500, "capped": False, "doubtful": False}),
        ("response_created", {"reasons": "utterance"}),
        ("user_said", {"text": "I should like to come on Tuesday in the afternoon, if that is possible."}),
        (
            "bot_said",
            {
                "text": "On Tuesday I have two, half past two or three.",
                "unheard": "",
                "heard_ms": 3_000,
                "audio_ms": 3_000,
            },
        ),
    ]
    return [
        (number * _CALL_S * 1000 // _LINES, kind, fields)
        for number, (kind, fields) in enumerate(islice(cycle(turn), _LINES))
    ]


def _message(conn: sqlite3.Connection, sid: str, lead_id: int, at: dt.datetime) -> None:
    messages.take(
        conn, BUSINESS_ID, lead_id=lead_id, call_sid=sid, text="Please ring me back about the bill."
    )
    body = f"Demo Dental: a message, call {sid}."
    outbox.put(conn, BUSINESS_ID, call_sid=sid, kind="to_owner", recipient="+14155550177", body=body, now=at)
    conn.execute("UPDATE outbox SET status = 'sent' WHERE call_sid = ?", (sid,))


def _appointments(conn: sqlite3.Connection, now: dt.datetime) -> None:
    """Book about two thirds of all times up to the present, and of the coming weeks a quarter."""
    past = list(_starts(now, -_DAYS, 0))
    taken = [past[index * len(past) // _PAST] for index in range(_PAST)]
    coming = islice(_starts(now, 1, _COMING_DAYS), None, None, 4)
    taken += islice(coming, APPOINTMENTS - _PAST)
    for number, starts_at in enumerate(taken):
        sid = call_sid(number * CALLS // APPOINTMENTS)
        call = calls.get(conn, BUSINESS_ID, sid)
        assert call is not None
        assert call.lead_id is not None
        ends_at = starts_at + dt.timedelta(minutes=_STEP_MIN)
        appointments.insert(
            conn,
            BUSINESS_ID,
            Slot(
                wall=starts_at, starts_at=starts_at, ends_at=ends_at, busy_start=starts_at, busy_end=ends_at
            ),
            lead_id=call.lead_id,
            call_sid=sid,
            service_id=1,
            notes="check-up",
            wants_sms=False,
        )


def _starts(now: dt.datetime, first: int, last: int) -> Iterator[dt.datetime]:
    """Give every half hour of these days at which the business is open, whatever its clock does."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(first, last):
        date = midnight + dt.timedelta(days=day)
        for minute in range(_OPENS_MIN, _CLOSES_MIN - 2 * 60, _STEP_MIN) if date.weekday() < _SUNDAY else ():
            yield date + dt.timedelta(minutes=minute)
