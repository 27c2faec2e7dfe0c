"""What is read of the appointments, and what the table itself refuses. How they are made: test_booking.py."""

import sqlite3

import attrs
import pytest

from storage import appointments, booking
from storage.errors import SlotTaken
from storage.records import Busy
from tests.storage.conftest import (
    HOUR,
    MONDAY_9,
    NOW,
    add_business,
    add_live_call,
    add_test_call,
    book,
    wish,
)


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    add_live_call(conn, business_id, "CA1")
    return business_id


def insert(conn, business_id, start, end, *, number, resource_id=1, status="booked", test=0):
    conn.execute(
        "INSERT INTO appointments (business_id, id, resource_id, lead_id, call_sid, starts_at, ends_at,"
        " busy_start, busy_end, status, test) VALUES (?1, ?2, ?3, 1, 'CA1', ?4, ?5, ?4, ?5, ?6, ?7)",
        (business_id, number, resource_id, f"2026-11-23T{start}:00Z", f"2026-11-23T{end}:00Z", status, test),
    )


def starts(found):
    return [appointment.starts_at for appointment in found]


def cancel(conn, business_id, starts_at):
    return booking.cancel(conn, business_id, lead_id=1, starts_at=starts_at)


def test_busy_gives_what_touches_the_asked_time_with_its_buffers_and_nothing_beside_it(conn, business_id):
    for start in (0, 2, 4):
        book(conn, business_id, MONDAY_9 + start * HOUR, request=wish(duration_min=30, buffer_after_min=30))
    book(conn, business_id, MONDAY_9 + 6 * HOUR)
    cancel(conn, business_id, MONDAY_9 + 6 * HOUR)
    asked = appointments.busy(conn, business_id, MONDAY_9 + HOUR, MONDAY_9 + 8 * HOUR)
    assert asked == tuple(
        Busy(starts_at=MONDAY_9 + start * HOUR, ends_at=MONDAY_9 + (start + 1) * HOUR) for start in (2, 4)
    )
    assert appointments.busy(conn, business_id, MONDAY_9 + HOUR, MONDAY_9 + 2 * HOUR) == ()


def test_a_confirmation_is_noted_for_that_appointment_only(conn, business_id):
    first = book(conn, business_id).appointment
    second = book(conn, business_id, MONDAY_9 + HOUR).appointment
    cancel(conn, business_id, second.starts_at)
    assert appointments.mark_confirmed(conn, business_id, first.id, first.starts_at)
    assert not appointments.mark_confirmed(conn, business_id, second.id, second.starts_at)
    assert not appointments.mark_confirmed(conn, business_id, 7, first.starts_at)
    assert [a.confirmed_heard for a in appointments.for_call(conn, business_id, "CA1")] == [True, False]


def test_a_confirmation_of_the_time_from_which_it_was_moved_confirms_nothing(conn, business_id):
    made = book(conn, business_id).appointment
    booking.move_for_owner(conn, business_id, made.id, to=MONDAY_9 + HOUR, now=NOW)
    assert not appointments.mark_confirmed(conn, business_id, made.id, MONDAY_9)
    assert [a.confirmed_heard for a in appointments.for_call(conn, business_id, "CA1")] == [False]


def test_a_lead_has_what_it_booked_on_any_call_and_the_business_has_it_all(conn, business_id):
    add_live_call(conn, business_id, "CA2")
    somebody = add_live_call(conn, business_id, "CA3", phone="+14155550198")
    book(conn, business_id, MONDAY_9 + 2 * HOUR, call_sid="CA2")
    book(conn, business_id)
    book(conn, business_id, MONDAY_9 + HOUR, lead_id=somebody.id, call_sid="CA3")
    book(conn, business_id, MONDAY_9 + 3 * HOUR)
    cancel(conn, business_id, MONDAY_9 + 3 * HOUR)
    hours = [MONDAY_9 + number * HOUR for number in range(4)]
    assert starts(appointments.of_lead(conn, business_id, 1, NOW)) == [hours[0], hours[2]]
    assert starts(appointments.of_lead(conn, business_id, 1, hours[0] + HOUR / 2)) == [hours[2]]
    assert starts(appointments.every_of_lead(conn, business_id, 1)) == [hours[0], hours[2], hours[3]]
    assert starts(appointments.for_call(conn, business_id, "CA1")) == [hours[0], hours[3]]
    assert starts(appointments.between(conn, business_id, NOW, hours[3])) == hours[:3]
    assert starts(appointments.between(conn, business_id, hours[1], hours[2])) == [hours[1]]


def test_the_table_refuses_an_overlap_whoever_inserts_it(conn, business_id):
    insert(conn, business_id, "09:00", "10:00", number=1)
    with pytest.raises(sqlite3.IntegrityError, match="slot taken"):
        insert(conn, business_id, "09:59", "11:00", number=2)
    insert(conn, business_id, "09:30", "10:30", number=3, resource_id=2)
    insert(conn, business_id, "09:30", "10:30", number=4, status="cancelled")
    insert(conn, business_id, "10:00", "11:00", number=5)


@pytest.mark.parametrize(
    "change",
    ["busy_end = '2026-11-23T10:01:00Z'", "resource_id = 2"],
)
def test_the_table_refuses_an_overlap_made_by_an_update(conn, business_id, change):
    insert(conn, business_id, "09:00", "10:00", number=1)
    insert(conn, business_id, "10:00", "11:00", number=2)
    insert(conn, business_id, "09:30", "09:45", number=3, resource_id=2)
    with pytest.raises(sqlite3.IntegrityError, match="slot taken"):
        conn.execute(f"UPDATE appointments SET {change} WHERE id = 1")
    conn.execute("UPDATE appointments SET busy_start = '2026-11-23T08:00:00Z', notes = 'moved' WHERE id = 1")


def test_bringing_back_a_cancelled_appointment_needs_its_time_to_be_free(conn, business_id):
    insert(conn, business_id, "09:00", "10:00", number=1, status="cancelled")
    insert(conn, business_id, "09:30", "10:30", number=2)
    with pytest.raises(sqlite3.IntegrityError, match="slot taken"):
        conn.execute("UPDATE appointments SET status = 'booked' WHERE id = 1")


@pytest.mark.parametrize(
    "instant", ["2026-11-23 09:00:00", "2026-11-23T09:00Z", "2026-13-01T09:00:00Z", "soon"]
)
def test_the_table_refuses_instants_that_do_not_sort(conn, business_id, instant):
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        conn.execute(
            "INSERT INTO appointments (business_id, id, resource_id, lead_id, call_sid, starts_at, ends_at,"
            " busy_start, busy_end) VALUES (?1, 1, 1, 1, 'CA1', ?2, ?3, ?2, ?3)",
            (business_id, instant, "2027-11-23T09:00:00Z"),
        )


def test_what_is_busy_can_leave_out_one_appointment(conn, business_id):
    first = book(conn, business_id).appointment
    book(conn, business_id, MONDAY_9 + HOUR)
    window = (MONDAY_9, MONDAY_9 + 8 * HOUR)
    assert appointments.busy(conn, business_id, *window, ignoring=first.id) == (
        Busy(starts_at=MONDAY_9 + HOUR, ends_at=MONDAY_9 + 2 * HOUR),
    )


# Those of test calls.


@pytest.fixture
def tried(conn, business_id):
    """The appointment that a test call has booked for nine."""
    lead = add_test_call(conn, business_id, "CAtest")
    return book(conn, business_id, lead_id=lead.id, call_sid="CAtest").appointment


def test_what_a_test_call_books_is_busy_for_itself_only(conn, business_id, tried):
    add_test_call(conn, business_id, "CAother")
    window = (MONDAY_9, MONDAY_9 + HOUR)
    own = (Busy(starts_at=MONDAY_9, ends_at=MONDAY_9 + HOUR),)
    asked = {
        sid: appointments.busy(conn, business_id, *window, call_sid=sid) for sid in ("CAtest", "CAother")
    }
    assert asked == {"CAtest": own, "CAother": ()}
    assert appointments.busy(conn, business_id, *window) == ()
    assert appointments.busy(conn, business_id, *window, call_sid="CAtest", ignoring=tried.id) == ()


def test_what_a_test_call_books_is_in_no_calendar_and_is_still_its_own(conn, business_id, tried):
    assert appointments.between(conn, business_id, NOW, MONDAY_9 + 8 * HOUR) == ()
    assert tried.test
    assert appointments.get(conn, business_id, tried.id) == tried
    assert appointments.for_call(conn, business_id, "CAtest") == (tried,)
    assert not book(conn, business_id).appointment.test


def test_a_confirmation_is_noted_for_the_appointment_of_a_test_call_too(conn, business_id, tried):
    real = book(conn, business_id).appointment
    assert appointments.mark_confirmed(conn, business_id, tried.id, tried.starts_at)
    assert appointments.get(conn, business_id, tried.id) == attrs.evolve(tried, confirmed_heard=True)
    assert appointments.get(conn, business_id, real.id) == real


def test_two_appointments_of_one_test_call_never_begin_together(conn, business_id, tried):
    later = book(conn, business_id, MONDAY_9 + HOUR, lead_id=tried.lead_id, call_sid="CAtest").appointment
    with pytest.raises(SlotTaken):
        booking.move_for_owner(conn, business_id, later.id, to=MONDAY_9, now=NOW)
    assert appointments.for_call(conn, business_id, "CAtest") == (tried, later)


def test_the_table_lets_tests_and_others_overlap(conn, business_id):
    insert(conn, business_id, "09:00", "10:00", number=1)
    insert(conn, business_id, "09:30", "10:30", number=2, test=1)
    insert(conn, business_id, "09:45", "11:00", number=3, test=1)
    insert(conn, business_id, "10:00", "11:00", number=4)
    conn.execute("UPDATE appointments SET notes = 'noted', busy_end = '2026-11-23T12:00:00Z' WHERE test = 1")
    conn.execute("UPDATE appointments SET status = 'cancelled' WHERE id = 4")
    conn.execute("UPDATE appointments SET status = 'booked' WHERE id = 4")


def test_an_appointment_of_a_test_call_begins_to_count_only_where_the_time_is_free(conn, business_id):
    insert(conn, business_id, "09:00", "10:00", number=1)
    insert(conn, business_id, "09:30", "10:30", number=2, test=1)
    with pytest.raises(sqlite3.IntegrityError, match="slot taken"):
        conn.execute("UPDATE appointments SET test = 0 WHERE id = 2")
    with pytest.raises(sqlite3.IntegrityError, match="slot taken"):
        insert(conn, business_id, "09:30", "10:30", number=3)
