"""Every function, asked by one business with another's ids, finds and changes nothing of the other's."""

import inspect
import sqlite3

import pytest

from storage import (
    appointments,
    booking,
    businesses,
    calls,
    facts,
    holds,
    leads,
    messages,
    outbox,
    schedule,
    services,
)
from storage.availability import Slot
from storage.errors import NotFound
from storage.records import DayHours, ExceptionDay, Flag, Person
from tests.storage.conftest import (
    HOUR,
    MONDAY,
    MONDAY_9,
    NOW,
    add_business,
    add_live_call,
    book,
    end_call,
    tables,
    wish,
)

LATER = MONDAY_9 + 4 * HOUR
MODULES = (
    appointments,
    booking,
    businesses,
    calls,
    facts,
    holds,
    leads,
    messages,
    outbox,
    schedule,
    services,
)
FLAG = Flag(kind="said_not_done", said="You're booked.", done="-")
SLOT = Slot(wall=LATER, starts_at=LATER, ends_at=LATER + HOUR, busy_start=LATER, busy_end=LATER + HOUR)
WINDOW = {"since": NOW, "until": LATER + 24 * HOUR}


@pytest.fixture
def ours_and_theirs(conn):
    """Two businesses; the other has a row of every kind, and its leads and calls other numbers than ours."""
    ours, theirs = add_business(conn).id, add_business(conn, "+14155550101").id
    add_live_call(conn, ours, "CAours", phone="+14155550197")
    add_live_call(conn, theirs, "CAlive")
    add_live_call(conn, theirs, "CAended", phone="+14155550198")
    schedule.set_exception(
        conn, theirs, ExceptionDay(date=MONDAY, hours=(DayHours(opens_minute=480, closes_minute=1080),))
    )
    service = services.add(conn, theirs, name="Haircut", duration_min=60)
    facts.put_fact(conn, theirs, topic="parking", text="behind the house")
    facts.set_people(conn, theirs, [Person(name="Dana", phone="+14155550177")])
    book(conn, theirs, lead_id=2, call_sid="CAended", service_id=service.id)
    booking.offer(conn, theirs, call_sid="CAlive", request=wish(), now=NOW)
    messages.take(conn, theirs, lead_id=2, call_sid="CAended", text="Please ring back.")
    calls.set_transfer(conn, theirs, "CAended", "+14155550177")
    calls.flag(conn, theirs, "CAended", [FLAG])
    put(conn, theirs)
    end_call(conn, theirs, "CAended")
    return ours, theirs


def put(conn, business_id):
    row = {"kind": "confirmation", "recipient": "+14155550198", "body": "You are booked.", "now": NOW}
    return outbox.put(conn, business_id, call_sid="CAended", **row)


def rows_of(conn, business_id):
    return {
        table: [tuple(row) for row in conn.execute(f"SELECT * FROM {table} WHERE {key} = ?", (business_id,))]
        for table in tables(conn)
        for key in {"id" if table == "businesses" else "business_id"} & columns(conn, table)
    }


def columns(conn, table):
    return {row["name"] for row in conn.execute(f"PRAGMA table_info({table})")}


# Each as it is asked for their rows; the name is the function's, and what follows it a case of it.

READS = {
    "appointments.at": lambda conn, ours: appointments.at(conn, ours, MONDAY_9, call_sid="CAended"),
    "appointments.at of a lead": lambda conn, ours: appointments.at(conn, ours, MONDAY_9, lead_id=2),
    "appointments.between": lambda conn, ours: appointments.between(conn, ours, **WINDOW),
    "appointments.busy": lambda conn, ours: appointments.busy(conn, ours, **WINDOW),
    "appointments.every_of_lead": lambda conn, ours: appointments.every_of_lead(conn, ours, 2),
    "appointments.for_call": lambda conn, ours: appointments.for_call(conn, ours, "CAended"),
    "appointments.of_lead": lambda conn, ours: appointments.of_lead(conn, ours, 2, NOW),
    "calls.events": lambda conn, ours: calls.events(conn, ours, "CAended"),
    "calls.flags": lambda conn, ours: calls.flags(conn, ours, "CAended"),
    "calls.get": lambda conn, ours: calls.get(conn, ours, "CAended"),
    "calls.recent": lambda conn, ours: [
        call for call in calls.recent(conn, ours, 99) if call.call_sid != "CAours"
    ],
    "facts.all_facts": lambda conn, ours: facts.all_facts(conn, ours),
    "facts.people": lambda conn, ours: facts.people(conn, ours),
    "holds.of_others": lambda conn, ours: holds.of_others(conn, ours, call_sid="CA1", now=NOW, **WINDOW),
    "leads.every": lambda conn, ours: [
        lead for lead in leads.every(conn, ours) if lead.phone != "+14155550197"
    ],
    "leads.get": lambda conn, ours: leads.get(conn, ours, 2),
    "leads.of_phone": lambda conn, ours: leads.of_phone(conn, ours, "+14155550198"),
    "messages.of_call": lambda conn, ours: messages.of_call(conn, ours, "CAended"),
    "messages.waiting": lambda conn, ours: messages.waiting(conn, ours),
    "schedule.exceptions": lambda conn, ours: schedule.exceptions(conn, ours, MONDAY, MONDAY),
    "schedule.schedule": lambda conn, ours: schedule.schedule(conn, ours, MONDAY, MONDAY).exceptions,
    "services.get": lambda conn, ours: services.get(conn, ours, 1),
    "services.offered": lambda conn, ours: services.offered(conn, ours),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_another_businesss_rows_cannot_be_read(conn, ours_and_theirs, read):
    ours, theirs = ours_and_theirs
    assert read(conn, theirs)
    assert not read(conn, ours)


WRITES = {
    "appointments.name": lambda conn, ours: appointments.name(conn, ours, "CAended", "Mallory"),
    "appointments.mark_confirmed": lambda conn, ours: appointments.mark_confirmed(conn, ours, 1),
    "booking.book": lambda conn, ours: book(conn, ours, call_sid="CAours"),
    "booking.free": lambda conn, ours: booking.free(conn, ours, call_sid="CAours", request=wish(), now=NOW),
    "booking.offer": lambda conn, ours: booking.offer(conn, ours, call_sid="CAours", request=wish(), now=NOW),
    "booking.offer_nearest": lambda conn, ours: booking.offer_nearest(
        conn, ours, call_sid="CAours", request=wish(), wish=MONDAY_9, now=NOW
    ),
    "businesses.change": lambda conn, ours: businesses.change(conn, ours, trade="a garage"),
    "calls.begin": lambda conn, ours: calls.begin(
        conn, ours, call_sid="CAlive", caller=None, lead_id=None, started_at=LATER
    ),
    "calls.finish": lambda conn, ours: end_call(conn, ours, "CAlive"),
    "calls.finish ended": lambda conn, ours: end_call(conn, ours, "CAended"),
    "calls.finish after a transfer": lambda conn, ours: come_back(conn, ours, "CAended"),
    "calls.flag": lambda conn, ours: calls.flag(conn, ours, "CAended", []),
    "calls.set_transfer": lambda conn, ours: calls.set_transfer(conn, ours, "CAlive", "+14155550176"),
    "facts.put_fact": lambda conn, ours: facts.put_fact(conn, ours, topic="parking", text="nowhere"),
    "facts.remove_fact": lambda conn, ours: facts.remove_fact(conn, ours, "parking"),
    "facts.set_people": lambda conn, ours: facts.set_people(conn, ours, []),
    "holds.hold": lambda conn, ours: holds.hold(conn, ours, call_sid="CAours", slots=[SLOT], now=NOW),
    "holds.release": lambda conn, ours: holds.release(conn, ours, call_sid="CAlive"),
    "holds.renew": lambda conn, ours: holds.renew(conn, ours, call_sid="CAlive", now=NOW + HOUR / 60),
    "leads.find_or_create": lambda conn, ours: leads.find_or_create(
        conn, ours, phone="+14155550198", call_sid="CAours"
    ),
    "leads.find_or_create withheld": lambda conn, ours: leads.find_or_create(
        conn, ours, phone=None, call_sid="CAended"
    ),
    "messages.mark_done": lambda conn, ours: messages.mark_done(conn, ours, 1),
    "outbox.failed": lambda conn, ours: outbox.failed(conn, ours, 1, problem="-", retry_at=None),
    "outbox.sent": lambda conn, ours: outbox.sent(conn, ours, 1),
    "outbox.withdraw": lambda conn, ours: outbox.withdraw(conn, ours, "CAended"),
    "schedule.remove_exception": lambda conn, ours: schedule.remove_exception(conn, ours, MONDAY),
    "schedule.set_exception": lambda conn, ours: schedule.set_exception(
        conn, ours, ExceptionDay(date=MONDAY)
    ),
    "schedule.set_weekly_hours": lambda conn, ours: schedule.set_weekly_hours(conn, ours, []),
    "services.add": lambda conn, ours: services.add(conn, ours, name="Haircut", duration_min=30),
    "services.retire": lambda conn, ours: services.retire(conn, ours, 1),
}


def come_back(conn, business_id, call_sid):
    """A call that was put through, came back an hour later and ended."""
    begin = {"call_sid": call_sid, "caller": None, "lead_id": None}
    calls.begin(conn, business_id, started_at=NOW, **begin)
    end_call(conn, business_id, call_sid, outcome="transferred")
    calls.begin(conn, business_id, started_at=NOW + HOUR, **begin)
    assert end_call(conn, business_id, call_sid, ended_at=NOW + 2 * HOUR)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_another_businesss_rows_do_not_change(conn, ours_and_theirs, write):
    ours, theirs = ours_and_theirs
    before = rows_of(conn, theirs)
    write(conn, ours)
    assert rows_of(conn, theirs) == before


REFUSED = {
    "appointments.cancel": (NotFound, lambda conn, ours: appointments.cancel(conn, ours, 1)),
    "appointments.insert": (
        sqlite3.IntegrityError,
        lambda conn, ours: insert(conn, ours, call_sid="CAended"),
    ),
    "appointments.insert for their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: insert(conn, ours, lead_id=2),
    ),
    "appointments.insert of their service": (
        sqlite3.IntegrityError,
        lambda conn, ours: insert(conn, ours, service_id=1),
    ),
    "appointments.move": (NotFound, lambda conn, ours: appointments.move(conn, ours, 1, SLOT)),
    "booking.book on their call": (
        sqlite3.IntegrityError,
        lambda conn, ours: book(conn, ours, call_sid="CAended"),
    ),
    "booking.cancel": (
        NotFound,
        lambda conn, ours: booking.cancel(conn, ours, lead_id=2, starts_at=MONDAY_9),
    ),
    "booking.reschedule": (
        NotFound,
        lambda conn, ours: booking.reschedule(
            conn, ours, lead_id=2, call_sid="CAours", starts_at=MONDAY_9, to=LATER, request=wish(), now=NOW
        ),
    ),
    "calls.begin with their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: calls.begin(
            conn, ours, call_sid="CAnew", caller=None, lead_id=2, started_at=LATER
        ),
    ),
    "calls.flag": (
        sqlite3.IntegrityError,
        lambda conn, ours: calls.flag(conn, ours, "CAended", [FLAG]),
    ),
    "holds.hold": (
        sqlite3.IntegrityError,
        lambda conn, ours: holds.hold(conn, ours, call_sid="CAlive", slots=[SLOT], now=NOW),
    ),
    "leads.update_details": (
        NotFound,
        lambda conn, ours: leads.update_details(conn, ours, 2, full_name="Mallory"),
    ),
    "messages.take": (
        sqlite3.IntegrityError,
        lambda conn, ours: messages.take(conn, ours, lead_id=1, call_sid="CAended", text="Hello"),
    ),
    "messages.take for their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: messages.take(conn, ours, lead_id=2, call_sid="CAours", text="Hello"),
    ),
    "outbox.put": (sqlite3.IntegrityError, put),
}


def insert(conn, business_id, **theirs):
    values = {
        "lead_id": 1,
        "call_sid": "CAours",
        "service_id": None,
        "notes": "",
        "wants_sms": False,
        **theirs,
    }
    return appointments.insert(conn, business_id, SLOT, **values)


@pytest.mark.parametrize(("error", "write"), REFUSED.values(), ids=REFUSED)
def test_a_row_cannot_refer_to_another_businesss_row(conn, ours_and_theirs, error, write):
    ours, theirs = ours_and_theirs
    before = rows_of(conn, theirs)
    with pytest.raises(error):
        write(conn, ours)
    assert rows_of(conn, theirs) == before


NO_TENANT = {
    "businesses.add",  # makes one
    "businesses.by_id",  # takes its number,
    "businesses.by_number",  # or the number that was called
    "businesses.checked",  # computes, and reads nothing
    "businesses.every",  # for the owner's command line
    "calls.close_abandoned",  # as the file is opened
    "calls.interrupted",  # as the file is opened
    "calls.outcome",  # for Twilio's signed webhook
    "calls.transfer_to",  # for Twilio's signed webhook
    "outbox.due",  # for the one task that sends
    "outbox.next_due",
    "schedule.local",  # computes, and reads nothing
}
OWN_ROWS_ONLY = {"schedule.weekly_hours"}  # everybody has some: see the last test


def test_every_public_function_is_swept():
    public = {
        f"{module.__name__.removeprefix('storage.')}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    swept = {name.split()[0] for name in (*READS, *WRITES, *REFUSED)}
    assert public == swept | NO_TENANT | OWN_ROWS_ONLY


def test_hours_are_each_businesss_own(conn, ours_and_theirs):
    ours, theirs = ours_and_theirs
    before = schedule.weekly_hours(conn, theirs)
    schedule.set_weekly_hours(conn, ours, before[:1])
    assert schedule.weekly_hours(conn, ours) == before[:1]
    assert schedule.weekly_hours(conn, theirs) == before


def test_a_call_that_two_businesses_have_is_each_ones_own(conn, ours_and_theirs):
    ours, _ = ours_and_theirs
    begun = calls.begin(conn, ours, call_sid="CAended", caller=None, lead_id=None, started_at=LATER)
    assert (begun.caller, begun.outcome, begun.started_at) == (None, None, LATER)
    assert end_call(conn, ours, "CAended", ended_at=LATER + HOUR)
    assert [event.seq for event in calls.events(conn, ours, "CAended")] == [0]


def test_one_businesss_appointments_and_holds_never_take_anothers_time(conn, ours_and_theirs):
    ours, theirs = ours_and_theirs
    asked = {"request": wish(), "now": NOW}
    add_live_call(conn, theirs, "CAnew", phone="+14155550196")
    for_them = booking.offer(conn, theirs, call_sid="CAnew", **asked).slots
    for_us = booking.offer(conn, ours, call_sid="CAours", **asked).slots
    assert for_us[0].starts_at < for_them[0].starts_at
    assert booking.free(conn, ours, call_sid="CAother", **asked).slots[0].starts_at == for_us[-1].ends_at
    assert book(conn, ours, call_sid="CAours").created
