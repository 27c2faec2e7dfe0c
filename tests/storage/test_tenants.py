"""Every function, asked by one business with another's ids, finds and changes nothing of the other's."""

import datetime as dt
import importlib
import inspect
import json
import pkgutil
import sqlite3
from functools import partial

import pytest

import storage
from storage import (
    appointments,
    blocked,
    booking,
    businesses,
    call_search,
    call_settings,
    calls,
    changes,
    erasure,
    facts,
    feeds,
    holds,
    ids,
    leads,
    messages,
    outbox,
    owners,
    proofs,
    reached,
    schedule,
    services,
    sessions,
    trouble,
    wrong_facts,
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
    add_test_call,
    book,
    end_call,
    tables,
    wish,
)

LATER = MONDAY_9 + 4 * HOUR
FAR = NOW + 9_999 * HOUR
SUNDAY_9 = MONDAY_9 - 24 * HOUR
FLAG = Flag(kind="said_not_done", said="You're booked.", done="-")
ACCOUNT = [(0, "first_audio", {}), (9, "bot_said", {"text": "You're booked."})]
SLOT = Slot(wall=LATER, starts_at=LATER, ends_at=LATER + HOUR, busy_start=LATER, busy_end=LATER + HOUR)
SETUP = "a" * 64
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
    proofs.note(conn, theirs, "CAended", [1])
    wrong_facts.note(conn, theirs, "+14155550198", MONDAY, "day")
    put(conn, theirs)
    end_call(conn, theirs, "CAended", events=ACCOUNT)
    add_live_call(conn, theirs, "CAremoved", phone="+14155550196")
    end_call(conn, theirs, "CAremoved")
    calls.remove(conn, theirs, "CAremoved", NOW)
    written = {"lead_id": 2, "starts_at": SUNDAY_9, "request": wish(), "now": NOW}
    booking.book_for_owner(conn, theirs, **written, override_rules=True)
    messages.take(conn, theirs, lead_id=2, call_sid="CAended", text="That is done.")
    changes.make(conn, theirs, "message", "2", lambda conn: messages.mark_done(conn, theirs, 2), now=NOW)
    blocked.add(conn, theirs, "+14155550188")
    call_settings.put(conn, theirs, {"guard_ms": "300"})
    feeds.renew(conn, theirs)
    reached.note(conn, theirs, SETUP, NOW)
    owner = owners.add(conn, email="dana@example.com", password_hash="$argon2id$x", language="en")
    owners.let_into(conn, owner.id, theirs)
    sessions.invite(conn, NOW, business_id=theirs)
    add_ended_test_call(conn, theirs)
    leads.write_in(conn, theirs, full_name="Rosa")  # of whom nothing else is left
    businesses.change(conn, theirs, retention_days=1)
    conn.execute("UPDATE businesses SET notice_news = 'missing' WHERE id = ?", (theirs,))
    return ours, theirs


def add_ended_test_call(conn, business_id):
    """One with all that hangs on a call."""
    lead = add_test_call(conn, business_id, "CAtest")
    book(conn, business_id, lead_id=lead.id, call_sid="CAtest", starts_at=LATER)
    messages.take(conn, business_id, lead_id=lead.id, call_sid="CAtest", text="Please ring back.")
    end_call(conn, business_id, "CAtest")


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
    "appointments.get": lambda conn, ours: appointments.get(conn, ours, 1),
    "appointments.of_lead": lambda conn, ours: appointments.of_lead(conn, ours, 2, NOW),
    "blocked.every": lambda conn, ours: blocked.every(conn, ours),
    "call_settings.of": lambda conn, ours: call_settings.of(conn, ours),
    "blocked.is_blocked": lambda conn, ours: blocked.is_blocked(conn, ours, "+14155550188"),
    "booking.outside": lambda conn, ours: booking.outside(conn, ours, NOW),
    "call_search.find": lambda conn, ours: call_search.find(conn, ours, words="+14155550198"),
    "call_search.find a message": lambda conn, ours: call_search.find(conn, ours, words="Please ring back."),
    "call_search.find what was said": lambda conn, ours: call_search.find(conn, ours, words="You're booked."),
    "call_search.find flags": lambda conn, ours: call_search.find(conn, ours, flagged=True),
    "calls.events": lambda conn, ours: calls.events(conn, ours, "CAended"),
    "calls.flag_counts": lambda conn, ours: calls.flag_counts(conn, ours, ["CAended"]),
    "calls.flags": lambda conn, ours: calls.flags(conn, ours, "CAended"),
    "calls.get": lambda conn, ours: calls.get(conn, ours, "CAended"),
    "calls.recent": lambda conn, ours: [
        call for call in calls.recent(conn, ours, 99) if call.call_sid != "CAours"
    ],
    "calls.outcomes": lambda conn, ours: calls.outcomes(conn, ours),
    "changes.get": lambda conn, ours: changes.get(conn, ours, 1),
    "erasure.export": lambda conn, ours: json.loads("".join(erasure.export(conn, ours)))["messages"],
    "erasure.expired": lambda conn, ours: erasure.expired(conn, ours, FAR),
    "erasure.lost_to_term": lambda conn, ours: (
        businesses.change(conn, ours, retention_days=9),
        erasure.lost_to_term(conn, ours, 1, FAR) > 1,  # ours has one call
    )[1],
    "facts.all_facts": lambda conn, ours: facts.all_facts(conn, ours),
    "facts.people": lambda conn, ours: facts.people(conn, ours),
    "feeds.token": lambda conn, ours: feeds.token(conn, ours),
    "holds.of_others": lambda conn, ours: holds.of_others(conn, ours, call_sid="CA1", now=NOW, **WINDOW),
    "leads.every": lambda conn, ours: [
        lead for lead in leads.every(conn, ours) if lead.phone != "+14155550197"
    ],
    "leads.get": lambda conn, ours: leads.get(conn, ours, 2),
    "leads.without_number": lambda conn, ours: leads.without_number(conn, ours, 99),
    "leads.names": lambda conn, ours: leads.names(conn, ours, [2]),
    "leads.of_phone": lambda conn, ours: leads.of_phone(conn, ours, "+14155550198"),
    "messages.done": lambda conn, ours: messages.done(conn, ours, 99),
    "messages.get": lambda conn, ours: messages.get(conn, ours, 1),
    "messages.of_call": lambda conn, ours: messages.of_call(conn, ours, "CAended"),
    "messages.count_waiting": lambda conn, ours: messages.count_waiting(conn, ours),
    "messages.waiting": lambda conn, ours: messages.waiting(conn, ours),
    "outbox.unsent": lambda conn, ours: outbox.unsent(conn, ours, since=NOW, waited_since=FAR, limit=99),
    "owners.of_business": lambda conn, ours: owners.of_business(conn, ours),
    "proofs.theirs": lambda conn, ours: proofs.theirs(conn, ours, "CAended", NOW),
    "proofs.any_of": lambda conn, ours: proofs.any_of(conn, ours, "CAended"),
    "reached.get": lambda conn, ours: reached.get(conn, ours, SETUP),
    "schedule.exceptions": lambda conn, ours: schedule.exceptions(conn, ours, MONDAY, MONDAY),
    "schedule.hours_on": lambda conn, ours: [
        span for span in schedule.hours_on(conn, ours, MONDAY) if span.opens_minute == 480
    ],
    "schedule.schedule": lambda conn, ours: schedule.schedule(conn, ours, MONDAY, MONDAY).exceptions,
    "services.get": lambda conn, ours: services.get(conn, ours, 1),
    "services.is_taken": lambda conn, ours: services.is_taken(conn, ours, "haircut"),
    "services.offered": lambda conn, ours: services.offered(conn, ours),
    "trouble.showing": lambda conn, ours: trouble.showing(conn, ours, NOW),
    "wrong_facts.of": lambda conn, ours: wrong_facts.of(conn, ours, "+14155550198", MONDAY).days,
    "trouble.to_check": lambda conn, ours: trouble.to_check(conn, ours, NOW, 99),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_another_businesss_rows_cannot_be_read(conn, ours_and_theirs, read):
    ours, theirs = ours_and_theirs
    assert read(conn, theirs)
    assert not read(conn, ours)


WHOLE = {
    "hours": lambda conn, ours: schedule.set_weekly_hours(conn, ours, []),
    "business": lambda conn, ours: businesses.change(conn, ours, trade="a garage"),
    "facts": lambda conn, ours: facts.put_fact(conn, ours, topic="parking", text="nowhere"),
    "people": lambda conn, ours: facts.set_people(conn, ours, [Person(name="Mallory", phone="+14155550166")]),
    "blocked": lambda conn, ours: blocked.add(conn, ours, "+14155550166"),
    "call_settings": lambda conn, ours: call_settings.put(conn, ours, {"guard_ms": "400"}),
}


def take_back_all(conn, business_id):
    """Change what a business has of each whole table, and take it back."""
    for kind, job in WHOLE.items():
        change = changes.make(conn, business_id, kind, "", partial(job, ours=business_id), now=NOW)
        changes.take_back(conn, business_id, change.id, now=NOW)


def erase_same_call(conn, business_id, call_sid):
    """A call of the same sid as theirs, with all that hangs on one."""
    lead = add_live_call(conn, business_id, call_sid, phone="+14155550198")
    book(conn, business_id, lead_id=lead.id, call_sid=call_sid)
    messages.take(conn, business_id, lead_id=lead.id, call_sid=call_sid, text="Please ring back.")
    put(conn, business_id)
    end_call(conn, business_id, call_sid)
    assert erasure.erase_call(conn, business_id, call_sid)


WRITES = {
    "appointments.name": lambda conn, ours: appointments.name(conn, ours, "CAended", "Mallory"),
    "appointments.mark_confirmed": lambda conn, ours: appointments.mark_confirmed(conn, ours, 1, MONDAY_9),
    "call_settings.put": lambda conn, ours: call_settings.put(conn, ours, {}),
    "blocked.add": lambda conn, ours: blocked.add(conn, ours, "+14155550188"),
    "blocked.remove": lambda conn, ours: blocked.remove(conn, ours, "+14155550188"),
    "booking.book": lambda conn, ours: book(conn, ours, call_sid="CAours"),
    "booking.free": lambda conn, ours: booking.free(conn, ours, call_sid="CAours", request=wish(), now=NOW),
    "booking.offer": lambda conn, ours: booking.offer(conn, ours, call_sid="CAours", request=wish(), now=NOW),
    "booking.offer_nearest": lambda conn, ours: booking.offer_nearest(
        conn, ours, call_sid="CAours", request=wish(), wish=MONDAY_9, now=NOW
    ),
    "booking.book_for_owner": lambda conn, ours: booking.book_for_owner(
        conn, ours, lead_id=1, starts_at=SUNDAY_9, request=wish(), now=NOW, override_rules=True
    ),
    "businesses.change": lambda conn, ours: businesses.change(conn, ours, trade="a garage"),
    "businesses.end_news": lambda conn, ours: businesses.end_news(conn, ours),
    "calls.begin": lambda conn, ours: calls.begin(
        conn, ours, call_sid="CAlive", caller=None, lead_id=None, started_at=LATER
    ),
    "calls.finish": lambda conn, ours: end_call(conn, ours, "CAlive"),
    "calls.finish ended": lambda conn, ours: end_call(conn, ours, "CAended"),
    "calls.finish after a transfer": lambda conn, ours: come_back(conn, ours, "CAended"),
    "calls.flag": lambda conn, ours: calls.flag(conn, ours, "CAended", []),
    "calls.remove": lambda conn, ours: calls.remove(conn, ours, "CAended", NOW),
    "calls.restore": lambda conn, ours: calls.restore(conn, ours, "CAremoved"),
    "ids.new": lambda conn, ours: ids.new(conn, ours, "leads"),
    "calls.set_dial_status": lambda conn, ours: calls.set_dial_status(conn, ours, "CAended", "busy"),
    "calls.set_transfer": lambda conn, ours: calls.set_transfer(conn, ours, "CAlive", "+14155550176"),
    "changes.make": lambda conn, ours: changes.make(
        conn, ours, "message", "2", lambda conn: messages.reopen(conn, ours, 2), now=FAR
    ),
    "changes.make of our own": lambda conn, ours: changes.make(
        conn, ours, "blocked", "", lambda conn: blocked.add(conn, ours, "+14155550188"), now=FAR
    ),
    "changes.take_back": take_back_all,
    "erasure.erase_call": lambda conn, ours: erasure.erase_call(conn, ours, "CAended"),
    "erasure.erase_call of ours": lambda conn, ours: erase_same_call(conn, ours, "CAended"),
    "erasure.erase_caller": lambda conn, ours: erasure.erase_caller(conn, ours, "+14155550198"),
    "erasure.erase_who_rang of ours": lambda conn, ours: (
        end_call(conn, ours, "CAours"),
        erasure.erase_who_rang(conn, ours, "CAours"),
    ),
    "erasure.erase_lead of ours": lambda conn, ours: (
        end_call(conn, ours, "CAours"),
        erasure.erase_lead(conn, ours, 1),
    ),
    "erasure.erase_tests": lambda conn, ours: erasure.erase_tests(conn, ours),
    "erasure.erase_tests of ours": lambda conn, ours: (
        add_ended_test_call(conn, ours),
        erasure.erase_tests(conn, ours),
    ),
    "erasure.expire_leads": lambda conn, ours: (
        end_call(conn, ours, "CAours"),
        erasure.erase_call(conn, ours, "CAours"),
        erasure.expire_leads(conn, ours),
    ),
    "facts.put_fact": lambda conn, ours: facts.put_fact(conn, ours, topic="parking", text="nowhere"),
    "facts.remove_fact": lambda conn, ours: facts.remove_fact(conn, ours, "parking"),
    "facts.set_people": lambda conn, ours: facts.set_people(conn, ours, []),
    "feeds.renew": lambda conn, ours: feeds.renew(conn, ours),
    "feeds.stop": lambda conn, ours: feeds.stop(conn, ours),
    "holds.hold": lambda conn, ours: holds.hold(conn, ours, call_sid="CAours", slots=[SLOT], now=NOW),
    "holds.release": lambda conn, ours: holds.release(conn, ours, call_sid="CAlive"),
    "holds.renew": lambda conn, ours: holds.renew(conn, ours, call_sid="CAlive", now=NOW + HOUR / 60),
    "leads.find_or_create": lambda conn, ours: leads.find_or_create(
        conn, ours, phone="+14155550198", call_sid="CAours"
    ),
    "leads.find_or_create withheld": lambda conn, ours: leads.find_or_create(
        conn, ours, phone=None, call_sid="CAended"
    ),
    "leads.write_in": lambda conn, ours: leads.write_in(
        conn, ours, full_name="Mallory", phone="+14155550198"
    ),
    "messages.mark_done": lambda conn, ours: messages.mark_done(conn, ours, 1),
    "messages.reopen": lambda conn, ours: messages.reopen(conn, ours, 2),
    "outbox.failed": lambda conn, ours: outbox.failed(conn, ours, 1, problem="-", retry_at=None),
    "outbox.sent": lambda conn, ours: outbox.sent(conn, ours, 1),
    "outbox.withdraw": lambda conn, ours: outbox.withdraw(conn, ours, "CAended"),
    "reached.note": lambda conn, ours: reached.note(conn, ours, "b" * 64, LATER, heard=True),
    "schedule.remove_exception": lambda conn, ours: schedule.remove_exception(conn, ours, MONDAY),
    "schedule.set_exception": lambda conn, ours: schedule.set_exception(
        conn, ours, ExceptionDay(date=MONDAY)
    ),
    "schedule.set_weekly_hours": lambda conn, ours: schedule.set_weekly_hours(conn, ours, []),
    "services.add": lambda conn, ours: services.add(conn, ours, name="Haircut", duration_min=30),
    "services.retire": lambda conn, ours: services.retire(conn, ours, 1),
    "sessions.void_links": lambda conn, ours: sessions.void_links(conn, ours),
    "wrong_facts.note": lambda conn, ours: wrong_facts.note(conn, ours, "+14155550198", MONDAY, "day"),
    "wrong_facts.expire": lambda conn, ours: wrong_facts.expire(conn, ours, dt.date.max),
}


def come_back(conn, business_id, call_sid):
    """A call that was put through, came back an hour later and ended."""
    begin = {"call_sid": call_sid, "caller": None, "lead_id": None}
    calls.begin(conn, business_id, started_at=NOW, **begin)
    end_call(conn, business_id, call_sid, outcome="transferred")
    calls.begin(conn, business_id, started_at=NOW + HOUR, again=True, **begin)
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
    "appointments.note": (NotFound, lambda conn, ours: appointments.note(conn, ours, 1, "Mallory")),
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
            conn, ours, lead_id=2, call_sid="CAours", starts_at=MONDAY_9, to=LATER, now=NOW
        ),
    ),
    "booking.book_for_owner for their lead": (
        sqlite3.IntegrityError,
        lambda conn, ours: booking.book_for_owner(
            conn, ours, lead_id=2, starts_at=LATER, request=wish(), now=NOW
        ),
    ),
    "booking.move_for_owner": (
        NotFound,
        lambda conn, ours: booking.move_for_owner(conn, ours, 1, to=LATER, now=NOW, override_rules=True),
    ),
    "proofs.note of their appointment": (
        sqlite3.IntegrityError,
        lambda conn, ours: proofs.note(conn, ours, "CAours", [1]),
    ),
    "proofs.note in their call": (
        sqlite3.IntegrityError,
        lambda conn, ours: proofs.note(conn, ours, "CAended", [2]),
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
    "changes.take_back": (NotFound, lambda conn, ours: changes.take_back(conn, ours, 1, now=NOW)),
    "erasure.erase_lead": (NotFound, lambda conn, ours: erasure.erase_lead(conn, ours, 2)),
    "erasure.erase_who_rang": (NotFound, lambda conn, ours: erasure.erase_who_rang(conn, ours, "CAended")),
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
    "services.change": (NotFound, lambda conn, ours: services.change(conn, ours, 1, name="Shave")),
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
    "feeds.business_of",  # for whoever has the secret link
    "messages.checked",  # computes, and reads nothing
    "outbox.waits",  # asked of a row that it was given
    "outbox.due",  # for the one task that sends
    "outbox.next_due",
    "outbox.unsent_in_all",  # for whoever watches the server
    "owners.add",  # owners are of the file: what they may see is asked with each of them
    "owners.business",
    "owners.businesses_of",
    "owners.by_email",
    "owners.every",
    "owners.get",
    "owners.let_into",
    "owners.none_yet",
    "owners.set_language",
    "owners.renew_hash",
    "owners.set_password",
    "owners.take_from",
    "reached.any_business",  # for whoever watches the server
    "trouble.needs_a_look",  # judges a call that was read, and reads nothing
    "schedule.check_day",  # computes, and reads nothing
    "schedule.local",  # computes, and reads nothing
    "sessions.begin",  # sessions are an owner's
    "sessions.end",
    "sessions.end_all",
    "sessions.end_others",
    "sessions.find",
    "sessions.invite",  # makes a link, for whoever is let in
    "sessions.invited",  # for whoever has the link
    "sessions.of_owner",
    "sessions.seen",
    "sessions.spend",
    "trouble.last_outcomes",  # for whoever watches the server
}
OWN_ROWS_ONLY = {"schedule.weekly_hours"}  # everybody has some: see the last test


def public_functions():
    """Those of each module of the storage that has any of a connection and a business, by name."""
    for found in pkgutil.iter_modules(storage.__path__):
        module = importlib.import_module(f"storage.{found.name}")
        functions = {
            f"{found.name}.{name}": [*inspect.signature(function).parameters][:2]
            for name, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not name.startswith("_")
        }
        if ["conn", "business_id"] in functions.values():
            yield from functions


def test_every_public_function_is_swept():
    public = set(public_functions())
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
