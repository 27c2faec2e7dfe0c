"""What is erased, what stays, and what is given out whole."""

import datetime as dt
import json
import sqlite3

import attrs
import pytest

from storage import (
    appointments,
    blocked,
    booking,
    businesses,
    call_settings,
    calls,
    changes,
    erasure,
    facts,
    feeds,
    leads,
    messages,
    outbox,
    owners,
    proofs,
    schedule,
    services,
    sessions,
    wrong_facts,
)
from storage.availability import Slot
from storage.erasure import Erased
from storage.errors import InvalidField, NotFound
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
    everything,
    tables,
    wish,
)

DAY = dt.timedelta(days=1)
DANA, ROSA, OWNER = "+14155550199", "+14155550188", "+14155550177"
NINE = Slot(
    wall=MONDAY_9,
    starts_at=MONDAY_9,
    ends_at=MONDAY_9 + HOUR,
    busy_start=MONDAY_9,
    busy_end=MONDAY_9 + HOUR,
)
FLAG = Flag(kind="said_not_done", said="You're booked.", done="-")


@pytest.fixture
def ours(conn):
    return add_business(conn).id


def add_full_call(conn, business_id, sid, phone, starts_at, *, lead_id, outcome="completed"):
    """An ended call with a row of every kind."""
    add_live_call(conn, business_id, sid, phone)
    leads.update_details(conn, business_id, lead_id, full_name=f"Lead {lead_id}", notes=phone)
    booking.offer(conn, business_id, call_sid=sid, request=wish(MONDAY + 7 * DAY), now=NOW)
    made = book(conn, business_id, starts_at, call_sid=sid, lead_id=lead_id).appointment
    messages.take(conn, business_id, lead_id=lead_id, call_sid=sid, text="Please ring back.")
    calls.flag(conn, business_id, sid, [FLAG])
    proofs.note(conn, business_id, sid, [made.id])
    wrong_facts.note(conn, business_id, phone, MONDAY, "day")
    for kind, recipient in (("confirmation", phone), ("to_owner", OWNER)):
        outbox.put(
            conn, business_id, call_sid=sid, kind=kind, recipient=recipient, body=f"Of {sid}.", now=NOW
        )
    end_call(conn, business_id, sid, outcome=outcome)
    return made


def of_call(conn, sid):
    """The tables in which a row names the call."""
    return {table for table, rows in everything(conn).items() if any(sid in row for row in rows)}


def holding(conn, text):
    """The tables in which that text stands anywhere."""
    return {
        table
        for table, rows in everything(conn).items()
        if any(text in str(value) for row in rows for value in row)
    }


def test_an_erased_call_is_gone_and_its_appointment_and_message_stay(conn, ours):
    made = add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    before = everything(conn)
    assert of_call(conn, "CA1") == {
        "appointments",
        "call_events",
        "call_flags",
        "calls",
        "leads",
        "messages",
        "outbox",
        "proofs",
    }
    assert erasure.erase_call(conn, ours, "CA1")
    assert of_call(conn, "CA1") == set()
    assert appointments.get(conn, ours, made.id) == attrs.evolve(made, call_sid=None)
    (message,) = messages.waiting(conn, ours)
    assert (message.text, message.call_sid, message.lead_id) == ("Please ring back.", None, 1)
    assert leads.get(conn, ours, 1).last_call_sid is None
    assert not erasure.erase_call(conn, ours, "CA1")
    untouched = {
        "call_events",
        "call_flags",
        "calls",
        "outbox",
        "appointments",
        "messages",
        "leads",
        "proofs",
    }
    after = everything(conn)
    assert {table: after[table] for table in after.keys() - untouched} == {
        table: before[table] for table in before.keys() - untouched
    }


def test_only_that_call_is_erased(conn, ours):
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    theirs = add_business(conn, "+14155550101").id
    add_full_call(conn, theirs, "CA1", DANA, MONDAY_9, lead_id=1)
    add_full_call(conn, ours, "CA2", DANA, MONDAY_9 + HOUR, lead_id=1)
    of_theirs, of_second = exported(conn, theirs), calls.events(conn, ours, "CA2")
    erasure.erase_call(conn, ours, "CA1")
    assert exported(conn, theirs) == of_theirs
    assert calls.events(conn, ours, "CA2") == of_second
    assert calls.flags(conn, ours, "CA2") == (FLAG,)
    assert leads.get(conn, ours, 1).last_call_sid == "CA2"
    assert [row.call_sid for row in appointments.every_of_lead(conn, ours, 1)] == [None, "CA2"]


@pytest.mark.parametrize("sid", ["CA1", "CA9"], ids=["live", "none"])
def test_a_live_call_or_one_that_is_not_there_is_not_erased(conn, ours, sid):
    add_live_call(conn, ours, "CA1")
    booking.offer(conn, ours, call_sid="CA1", request=wish(), now=NOW)
    before = everything(conn)
    assert not erasure.erase_call(conn, ours, sid)
    assert everything(conn) == before


def test_what_was_changed_of_an_erased_call_can_be_taken_back_no_more(conn, ours):
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    change = changes.make(
        conn, ours, "call", "CA1", lambda conn: calls.remove(conn, ours, "CA1", NOW), now=NOW
    )
    erasure.erase_call(conn, ours, "CA1")
    with pytest.raises(NotFound):
        changes.take_back(conn, ours, change.id, now=NOW)


# A caller, with all that is theirs.


def rows_of_all(conn):
    """Every row, but which ids were given."""
    return {table: rows for table, rows in everything(conn).items() if table != "last_ids"}


def test_an_erased_caller_leaves_nothing(conn, ours):
    nothing = {table: rows for table, rows in rows_of_all(conn).items() if rows}
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    add_full_call(conn, ours, "CA2", DANA, MONDAY_9 + HOUR, lead_id=1)
    book(conn, ours, MONDAY_9 + 2 * HOUR, call_sid="CA2")
    booking.cancel(conn, ours, lead_id=1, starts_at=MONDAY_9 + 2 * HOUR)
    blocked.add(conn, ours, DANA)
    assert erasure.erase_caller(conn, ours, DANA) == Erased(calls=("CA1", "CA2"), appointments=3, messages=2)
    assert {table: rows for table, rows in rows_of_all(conn).items() if rows} == nothing
    assert erasure.erase_caller(conn, ours, DANA) == Erased(calls=(), appointments=0, messages=0)


def test_others_keep_what_is_theirs(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    add_full_call(conn, theirs, "CA1", DANA, MONDAY_9, lead_id=1)
    add_full_call(conn, ours, "CA2", ROSA, MONDAY_9, lead_id=1)
    blocked.add(conn, ours, ROSA)
    before = exported(conn, ours), exported(conn, theirs)
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9 + HOUR, lead_id=2)
    erasure.erase_caller(conn, ours, DANA)
    assert (exported(conn, ours), exported(conn, theirs)) == before


def test_who_named_the_number_to_be_rung_back_on_is_erased_too(conn, ours):
    add_full_call(conn, ours, "CA1", ROSA, MONDAY_9, lead_id=1)
    leads.update_details(conn, ours, 1, callback_phone=DANA)
    leads.write_in(conn, ours, full_name="Dana", phone=DANA)
    booking.book_for_owner(conn, ours, lead_id=2, starts_at=MONDAY_9 + HOUR, request=wish(), now=NOW)
    assert erasure.erase_caller(conn, ours, DANA) == Erased(calls=("CA1",), appointments=2, messages=1)
    assert holding(conn, DANA) | holding(conn, ROSA) == set()


def test_who_named_an_extension_of_the_number_is_erased_too_and_not_who_named_a_longer_one(conn, ours):
    add_full_call(conn, ours, "CA1", ROSA, MONDAY_9, lead_id=1)
    leads.update_details(conn, ours, 1, callback_phone=f"{DANA}0")
    assert erasure.erase_caller(conn, ours, DANA).calls == ()
    leads.update_details(conn, ours, 1, callback_phone=f"{DANA};ext=12")
    assert erasure.erase_caller(conn, ours, DANA).calls == ("CA1",)


def test_what_another_call_was_to_send_to_the_number_is_erased_and_that_call_stays(conn, ours):
    add_full_call(conn, ours, "CA1", ROSA, MONDAY_9, lead_id=1)
    outbox.put(
        conn, ours, call_sid="CA1", kind="confirmation", recipient=DANA, body="You are booked.", now=NOW
    )
    assert erasure.erase_caller(conn, ours, DANA) == Erased(calls=(), appointments=0, messages=0)
    assert [row.recipient for row in outbox.due(conn, NOW, 9)] == [ROSA, OWNER]
    assert calls.get(conn, ours, "CA1")


def test_a_call_of_the_number_that_belongs_to_no_lead_is_erased(conn, ours):
    calls.begin(conn, ours, call_sid="CA1", caller=DANA, lead_id=None, started_at=NOW)
    end_call(conn, ours, "CA1")
    assert erasure.erase_caller(conn, ours, DANA).calls == ("CA1",)
    assert of_call(conn, "CA1") == set()


def test_what_others_made_on_the_callers_call_stays_without_it(conn, ours):
    add_live_call(conn, ours, "CA1", DANA)
    leads.write_in(conn, ours, full_name="Rosa", phone=ROSA)
    made = book(conn, ours, lead_id=2, call_sid="CA1").appointment
    end_call(conn, ours, "CA1")
    erasure.erase_caller(conn, ours, DANA)
    assert appointments.get(conn, ours, made.id) == attrs.evolve(made, call_sid=None)


def test_nobody_is_erased_while_they_are_on_the_line(conn, ours):
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    add_live_call(conn, ours, "CA2", DANA)
    before = everything(conn)
    with pytest.raises(InvalidField) as refused:
        erasure.erase_caller(conn, ours, DANA)
    assert str(refused.value) == "phone: is on the line now; erase it when that call has ended"
    assert everything(conn) == before


def test_what_is_no_number_erases_nobody(conn, ours):
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    with pytest.raises(InvalidField, match="phone: is not a number like"):
        erasure.erase_caller(conn, ours, "%")
    assert calls.get(conn, ours, "CA1")


def test_no_change_that_can_be_taken_back_holds_an_erased_caller(conn, ours):
    def change(kind, key, job):
        return changes.make(conn, ours, kind, key, job, now=NOW)

    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    add_full_call(conn, ours, "CA2", ROSA, MONDAY_9 + HOUR, lead_id=2)
    for number in (1, 2):
        change(
            "appointment", f"{number}", lambda conn, number=number: appointments.cancel(conn, ours, number)
        )
        change("message", f"{number}", lambda conn, number=number: messages.mark_done(conn, ours, number))
    change("call", "CA1", lambda conn: calls.remove(conn, ours, "CA1", NOW))
    for phone in (ROSA, DANA, OWNER):
        change("blocked", "", lambda conn, phone=phone: blocked.add(conn, ours, phone))
    erasure.erase_caller(conn, ours, DANA)
    rows = conn.execute("SELECT kind, key FROM changes ORDER BY kind")
    assert [tuple(row) for row in rows] == [("appointment", "2"), ("message", "2")]
    assert holding(conn, DANA) | holding(conn, "Lead 1") == set()
    assert blocked.every(conn, ours) == (OWNER, ROSA)


def test_a_change_that_only_left_the_number_is_forgotten_and_one_of_a_longer_number_is_not(conn, ours):
    def change(kind, job):
        return changes.make(conn, ours, kind, "", job, now=NOW)

    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    longer = f"{DANA}0"
    other = change("business", lambda conn: businesses.change(conn, ours, owner_phone=longer))
    change("people", lambda conn: facts.set_people(conn, ours, [Person(name="Ada", phone=longer)]))
    change("blocked", lambda conn: blocked.add(conn, ours, DANA))
    erasure.erase_caller(conn, ours, DANA)
    kinds = [row["kind"] for row in conn.execute("SELECT kind FROM changes ORDER BY id")]
    assert (kinds, changes.get(conn, ours, other.id)) == (["business", "people"], other)


# A caller without a number.


def add_withheld_call(conn, business_id, sid, starts_at=MONDAY_9):
    """An ended call without a number, with a row of every kind; the owner has changed all of it since."""
    lead = add_live_call(conn, business_id, sid, phone=None)
    leads.update_details(
        conn, business_id, lead.id, full_name=f"Zoe of {sid}", email="zoe@example.com", callback_phone=ROSA
    )
    made = book(conn, business_id, starts_at, call_sid=sid, lead_id=lead.id).appointment
    message = messages.take(conn, business_id, lead_id=lead.id, call_sid=sid, text="Please ring back.")
    calls.flag(conn, business_id, sid, [FLAG])
    outbox.put(conn, business_id, call_sid=sid, kind="to_owner", recipient=OWNER, body="Zoe rang.", now=NOW)
    end_call(conn, business_id, sid)
    change_all(conn, business_id, sid, made, message)
    return lead


def change_all(conn, business_id, sid, made, message):
    for kind, key, job in (
        ("notes", f"{made.id}", lambda conn: appointments.note(conn, business_id, made.id, "Pregnant.")),
        ("appointment", f"{made.id}", lambda conn: appointments.cancel(conn, business_id, made.id)),
        ("message", f"{message.id}", lambda conn: messages.mark_done(conn, business_id, message.id)),
        ("call", sid, lambda conn: calls.remove(conn, business_id, sid, NOW)),
    ):
        changes.make(conn, business_id, kind, key, job, now=NOW)


@pytest.mark.parametrize("by", ["the call", "the appointment"])
def test_who_withheld_the_number_is_erased_and_nobody_else_who_did(conn, ours, by):
    add_withheld_call(conn, ours, "CA1")
    before = rows_of_all(conn)
    lead = add_withheld_call(conn, ours, "CA2", MONDAY_9 + 2 * HOUR)
    erased = (
        erasure.erase_who_rang(conn, ours, "CA2")
        if by == "the call"
        else erasure.erase_lead(conn, ours, lead.id)
    )
    assert erased == Erased(calls=("CA2",), appointments=1, messages=1)
    assert rows_of_all(conn) == before


def test_who_was_written_in_without_a_number_is_erased(conn, ours):
    add_withheld_call(conn, ours, "CA1")
    before = rows_of_all(conn)
    lead = leads.write_in(conn, ours, full_name="Zoe")
    written = {"lead_id": lead.id, "starts_at": MONDAY_9 + 4 * HOUR, "request": wish(), "now": NOW}
    made = booking.book_for_owner(conn, ours, full_name="Zoe", notes="Pregnant.", **written)
    changes.make(
        conn,
        ours,
        "appointment",
        f"{made.id}",
        lambda conn: appointments.cancel(conn, ours, made.id),
        now=NOW,
    )
    assert erasure.erase_lead(conn, ours, lead.id) == Erased(calls=(), appointments=1, messages=0)
    assert rows_of_all(conn) == before


@pytest.mark.parametrize("lead_id", [1, None], ids=["of a lead", "of none"])
def test_whose_call_shows_a_number_is_erased_with_all_of_the_number(conn, ours, lead_id):
    nothing = rows_of_all(conn)
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    calls.begin(conn, ours, call_sid="CA2", caller=DANA, lead_id=lead_id, started_at=NOW)
    end_call(conn, ours, "CA2")
    blocked.add(conn, ours, DANA)
    erased = erasure.erase_who_rang(conn, ours, "CA2")
    assert erased == Erased(calls=("CA1", "CA2"), appointments=1, messages=1)
    assert rows_of_all(conn) == nothing


def test_a_call_of_which_neither_lead_nor_number_is_known_is_erased_alone(conn, ours):
    add_withheld_call(conn, ours, "CA1")
    before = rows_of_all(conn)
    calls.begin(conn, ours, call_sid="CA2", caller=None, lead_id=None, started_at=NOW)
    end_call(conn, ours, "CA2")
    assert erasure.erase_who_rang(conn, ours, "CA2") == Erased(calls=("CA2",), appointments=0, messages=0)
    assert rows_of_all(conn) == before


@pytest.mark.parametrize("phone", [DANA, None])
def test_whose_call_is_live_is_not_erased_by_it(conn, ours, phone):
    lead = add_live_call(conn, ours, "CA1", phone=phone)
    book(conn, ours)
    before = everything(conn)
    with pytest.raises(InvalidField, match="is on the line now"):
        erasure.erase_who_rang(conn, ours, "CA1")
    with pytest.raises(InvalidField, match="is on the line now"):
        erasure.erase_lead(conn, ours, lead.id)
    assert everything(conn) == before


# Test calls.


def add_full_test_call(conn, business_id, sid):
    """An ended one with a row of every kind, booked at nine; the owner has changed all of it since."""
    lead = add_test_call(conn, business_id, sid)
    leads.update_details(conn, business_id, lead.id, full_name="Somebody", callback_phone=DANA)
    asked = {"lead_id": lead.id, "call_sid": sid}
    made = appointments.insert(conn, business_id, NINE, **asked, service_id=None, notes="", wants_sms=False)
    message = messages.take(conn, business_id, **asked, text="Only a test.")
    calls.flag(conn, business_id, sid, [FLAG])
    outbox.put(conn, business_id, call_sid=sid, kind="to_owner", recipient=OWNER, body="Of a test.", now=NOW)
    end_call(conn, business_id, sid)
    change_all(conn, business_id, sid, made, message)


ERASE_TESTS = {
    "together": lambda conn, ours: erasure.erase_tests(conn, ours) == ("CAother", "CAtest"),
    "one by one": lambda conn, ours: all(
        erasure.erase_call(conn, ours, sid) for sid in ("CAtest", "CAother")
    ),
    "in time": lambda conn, ours: expire(conn, ours, NOW + 31 * DAY) == ("CAother", "CAtest"),
}


@pytest.mark.parametrize("erase", ERASE_TESTS.values(), ids=ERASE_TESTS)
def test_erased_test_calls_leave_nothing_and_take_nothing_else(conn, ours, erase):
    add_full_call(conn, ours, "CA1", DANA, MONDAY_9, lead_id=1)
    message = ("message", "1", lambda conn: messages.mark_done(conn, ours, 1))
    changes.make(conn, ours, *message, now=NOW)
    before = rows_of_all(conn)
    add_full_test_call(conn, ours, "CAtest")
    add_full_test_call(conn, ours, "CAother")
    assert erase(conn, ours)
    assert rows_of_all(conn) == before
    assert erasure.erase_tests(conn, ours) == ()


def test_a_test_call_that_is_live_is_not_erased(conn, ours):
    add_full_test_call(conn, ours, "CAtest")
    lead = add_test_call(conn, ours, "CAlive")
    asked = {"lead_id": lead.id, "call_sid": "CAlive"}
    made = book(conn, ours, **asked).appointment
    message = messages.take(conn, ours, **asked, text="Only a test.")
    assert erasure.erase_tests(conn, ours) == ("CAtest",)
    assert erasure.erase_tests(conn, ours) == ()
    assert calls.get(conn, ours, "CAlive").outcome is None
    assert leads.get(conn, ours, lead.id) == lead
    assert appointments.for_call(conn, ours, "CAlive") == (made,)
    assert messages.of_call(conn, ours, "CAlive") == (message,)


def test_nothing_gets_the_number_of_what_was_erased_and_no_change_of_it_can_be_taken_back(conn, ours):
    def used():
        named = ("leads", "appointments", "messages", "outbox", "changes")
        return {(table, row["id"]) for table in named for row in conn.execute(f"SELECT id FROM {table}")}

    add_full_test_call(conn, ours, "CAtest")
    before = used()
    erasure.erase_tests(conn, ours)
    add_full_test_call(conn, ours, "CAagain")
    assert used() & before == set()
    for change_id in [number for table, number in before if table == "changes"]:
        with pytest.raises(NotFound):
            changes.take_back(conn, ours, change_id, now=NOW)


def test_who_said_their_number_in_a_test_call_is_erased_with_it(conn, ours):
    nothing = rows_of_all(conn)
    add_full_test_call(conn, ours, "CAtest")
    assert erasure.erase_caller(conn, ours, DANA) == Erased(calls=("CAtest",), appointments=1, messages=1)
    assert rows_of_all(conn) == nothing


# What is kept for a time only.


def ended(conn, business_id, sid, age, lead_id=None):
    calls.begin(conn, business_id, call_sid=sid, caller=None, lead_id=lead_id, started_at=NOW - age)
    end_call(conn, business_id, sid)


def expire(conn, business_id, now=NOW):
    """Erase what has expired; the sids, the oldest first."""
    due = erasure.expired(conn, business_id, now)
    return tuple(call.call_sid for call in due if erasure.erase_call(conn, business_id, call.call_sid))


def exported(conn, business_id):
    return json.loads("".join(erasure.export(conn, business_id)))


def kept(conn, business_id):
    return {call["call_sid"] for call in exported(conn, business_id)["calls"]}


def test_calls_that_are_older_than_the_business_keeps_them_expire(conn, ours):
    second = dt.timedelta(seconds=1)
    for sid, age in (("CA1", 9 * DAY), ("CA2", 7 * DAY + second), ("CA3", 7 * DAY), ("CA4", HOUR)):
        ended(conn, ours, sid, age)
    calls.begin(conn, ours, call_sid="CAlive", caller=None, lead_id=None, started_at=NOW - 8 * DAY)
    assert expire(conn, ours) == ()
    businesses.change(conn, ours, retention_days=7)
    assert expire(conn, ours) == ("CA1", "CA2")
    assert expire(conn, ours) == ()
    assert kept(conn, ours) == {"CA3", "CA4", "CAlive"}


@pytest.mark.parametrize("retention_days", [0, 3650])
def test_a_call_that_its_owner_removed_expires_thirty_days_later(conn, ours, retention_days):
    businesses.change(conn, ours, retention_days=retention_days)
    for sid in ("CA1", "CA2", "CA3"):
        ended(conn, ours, sid, 99 * DAY)
    calls.remove(conn, ours, "CA1", NOW - 30 * DAY - dt.timedelta(seconds=1))
    calls.remove(conn, ours, "CA2", NOW - 30 * DAY)
    assert expire(conn, ours) == ("CA1",)
    assert kept(conn, ours) == {"CA2", "CA3"}


def test_calls_expire_a_few_at_a_time_the_oldest_first_and_what_stays_is_passed_over(conn, ours):
    businesses.change(conn, ours, retention_days=1)
    for number in (3, 0, 2, 4, 1):
        ended(conn, ours, f"CA{number}", (9 - number // 2) * DAY)
    batches, last = [], None
    while batch := erasure.expired(conn, ours, NOW, after=last, limit=2):
        last = batch[-1]
        batches.append(tuple(call.call_sid for call in batch))
    assert batches == [("CA0", "CA1"), ("CA2", "CA3"), ("CA4",)]


def test_each_business_keeps_its_calls_as_long_as_it_says(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    for business_id in (ours, theirs):
        ended(conn, business_id, "CA1", 9 * DAY)
    businesses.change(conn, theirs, retention_days=1)
    assert expire(conn, ours) == ()
    assert expire(conn, theirs) == ("CA1",)
    assert kept(conn, ours) == {"CA1"}


LEFT = {
    "a call": lambda conn, ours: ended(conn, ours, "CA2", HOUR, lead_id=1),
    "an appointment": lambda conn, ours: booking.book_for_owner(
        conn, ours, lead_id=1, starts_at=MONDAY_9, request=wish(), now=NOW
    ),
    "one that is cancelled": lambda conn, ours: appointments.cancel(
        conn,
        ours,
        booking.book_for_owner(conn, ours, lead_id=1, starts_at=MONDAY_9, request=wish(), now=NOW).id,
    ),
    "a message": lambda conn, ours: messages.take(conn, ours, lead_id=1, call_sid="CA1", text="Ring me."),
}


@pytest.mark.parametrize("left", [*LEFT.values(), None], ids=[*LEFT, "nothing"])
@pytest.mark.parametrize("phone", [DANA, None])
def test_a_lead_stays_as_long_as_anything_is_left_of_it(conn, ours, phone, left):
    lead = add_live_call(conn, ours, "CA1", phone=phone)
    leads.update_details(conn, ours, lead.id, full_name="Dana", notes="Pregnant.")
    assert erasure.expire_leads(conn, ours) == 0  # it is on the line
    if left:
        left(conn, ours)
    end_call(conn, ours, "CA1")
    erasure.erase_call(conn, ours, "CA1")
    assert erasure.expire_leads(conn, ours) == (0 if left else 1)
    assert len(leads.every(conn, ours)) == (1 if left else 0)


def test_leads_go_a_few_at_a_time_and_a_caller_who_is_known_no_more_is_another(conn, ours):
    for number in range(5):
        add_live_call(conn, ours, f"CA{number}", phone=f"+1415555019{number}")
        end_call(conn, ours, f"CA{number}")
        erasure.erase_call(conn, ours, f"CA{number}")
    assert [erasure.expire_leads(conn, ours, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert add_live_call(conn, ours, "CA9", phone="+14155550190").id == 6


@pytest.mark.parametrize(
    "ask",
    [
        lambda conn: erasure.expired(conn, 99, NOW),
        lambda conn: erasure.export(conn, 99),
        lambda conn: erasure.lost_to_term(conn, 99, 7, NOW),
    ],
)
def test_a_business_that_does_not_exist_has_nothing_to_expire_or_give_out(conn, ask):
    with pytest.raises(NotFound, match="no business 99"):
        ask(conn)


def test_what_would_be_lost_to_another_term_is_what_is_shown_now_and_older(conn, ours):
    for days in (9, 8, 5, 3):
        ended(conn, ours, f"CA{days}", days * DAY + HOUR)
    calls.remove(conn, ours, "CA9", NOW)
    lost = {}
    for term in (0, 7, 8):
        businesses.change(conn, ours, retention_days=term)
        lost[term] = [erasure.lost_to_term(conn, ours, days, NOW) for days in (0, 3, 8)]
    assert lost == {0: [0, 3, 1], 7: [0, 3, 0], 8: [0, 3, 0]}


# All of it.


def test_all_of_a_business_is_given_out_and_nothing_secret_or_anothers(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    for business_id in (ours, theirs):
        add_full_call(conn, business_id, "CA1", DANA, MONDAY_9 + HOUR, lead_id=1)
        schedule.set_exception(
            conn,
            business_id,
            ExceptionDay(date=MONDAY, hours=(DayHours(opens_minute=480, closes_minute=1080),)),
        )
        services.add(conn, business_id, name="Haircut", duration_min=60)
        facts.put_fact(conn, business_id, topic="parking", text="behind the house")
        facts.set_people(conn, business_id, [Person(name="Dana", phone=OWNER)])
        blocked.add(conn, business_id, ROSA)
        call_settings.put(conn, business_id, {"guard_ms": "300"})
        changes.make(
            conn,
            business_id,
            "message",
            "1",
            lambda conn, b=business_id: messages.mark_done(conn, b, 1),
            now=NOW,
        )
        feeds.renew(conn, business_id)
        owner = owners.add(
            conn, email=f"dana{business_id}@example.com", password_hash="$argon2id$x", language="en"
        )
        owners.let_into(conn, owner.id, business_id)
        sessions.begin(conn, owner.id, browser="Firefox", now=NOW)
        sessions.invite(conn, NOW, business_id=business_id)
    add_live_call(conn, ours, "CA2")
    booking.offer(conn, ours, call_sid="CA2", request=wish(), now=NOW)
    export = exported(conn, ours)
    secret = {"owners", "owner_businesses", "sessions", "links", "changes", "holds", "reached", "last_ids"}
    assert export.keys() == set(tables(conn)) - secret
    assert [table for table, rows in export.items() if not rows] == []
    assert {row.get("business_id", row.get("id")) for rows in export.values() for row in rows} == {ours}
    assert export["calls"][0] == {
        "business_id": ours,
        "call_sid": "CA1",
        "lead_id": 1,
        "caller": DANA,
        "started_at": "2026-11-20T12:00:00Z",
        "ended_at": "2026-11-20T13:00:00Z",
        "outcome": "completed",
        "detail": "",
        "duration_ms": 1000,
        "transfer_to": None,
        "test": 0,
        "removed_at": None,
        "dial_status": None,
    }
    assert export["call_events"] == [
        {"business_id": ours, "call_sid": "CA1", "seq": 0, "at_ms": 0, "kind": "connected", "fields": {}}
    ]
    assert "feed_token" not in export["businesses"][0]
    assert feeds.token(conn, ours) not in json.dumps(export)


def test_words_that_look_like_json_or_are_none_come_out_as_they_went_in(conn, ours):
    lead = leads.find_or_create(conn, ours, phone=DANA, call_sid="CA1")
    name = '<b>"Grace"</b> \\ \'שלום\' \U0001f600 {"a": null}'
    leads.update_details(conn, ours, lead.id, full_name=name)
    (row,) = exported(conn, ours)["leads"]
    assert (row["full_name"], row["email"], row["id"]) == (name, None, lead.id)


def test_an_export_has_one_row_in_hand_however_many_there_are(conn, ours):
    for number in range(500):
        leads.find_or_create(conn, ours, phone=f"+1415555{number:04}", call_sid=f"CA{number}")
    made = []
    conn.row_factory = lambda cursor, row: made.append(row) or sqlite3.Row(cursor, row)
    lines = erasure.export(conn, ours)
    assert any("leads" in line for line in lines)  # as far as to its beginning
    made.clear()
    assert [(next(lines)[-1], len(made)) for _ in range(100)] == [("}", number) for number in range(1, 101)]
