import datetime as dt
import sqlite3
from zoneinfo import ZoneInfo

import attrs
import pytest

from storage import appointments
from storage.errors import InvalidField, SlotTaken
from storage.records import Booking, Busy
from tests.storage.conftest import HOUR, MONDAY_9, add_business, add_live_call


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    add_live_call(conn, business_id, "CA1")
    return business_id


def book(conn, business_id, starts_at=MONDAY_9, *, hours=1, call_sid="CA1", notes=""):
    return appointments.book(
        conn,
        business_id,
        lead_id=1,
        call_sid=call_sid,
        starts_at=starts_at,
        ends_at=starts_at + hours * HOUR,
        notes=notes,
    )


def insert(conn, business_id, start, end, *, number, resource_id=1, status="booked"):
    conn.execute(
        "INSERT INTO appointments (business_id, id, resource_id, lead_id, call_sid, starts_at, ends_at,"
        " busy_start, busy_end, status) VALUES (?1, ?2, ?3, 1, 'CA1', ?4, ?5, ?4, ?5, ?6)",
        (business_id, number, resource_id, f"2026-11-23T{start}:00Z", f"2026-11-23T{end}:00Z", status),
    )


def test_a_booking_is_kept_as_it_was_made(conn, business_id):
    booking = book(conn, business_id, notes="short hair")
    assert attrs.asdict(booking.appointment) == {
        "id": 1,
        "lead_id": 1,
        "call_sid": "CA1",
        "starts_at": MONDAY_9,
        "ends_at": MONDAY_9 + HOUR,
        "notes": "short hair",
        "status": "booked",
        "confirmed_heard": False,
        "created_at": booking.appointment.created_at,
    }
    assert booking.created
    assert appointments.for_call(conn, business_id, "CA1") == (booking.appointment,)


def test_a_call_that_asks_twice_for_one_time_has_one_appointment(conn, business_id):
    first = book(conn, business_id)
    berlin = MONDAY_9.astimezone(ZoneInfo("Europe/Berlin"))
    again = book(conn, business_id, berlin, notes="never mind")
    assert again == Booking(appointment=first.appointment, created=False)
    assert appointments.for_call(conn, business_id, "CA1") == (first.appointment,)


@pytest.mark.parametrize("minutes", [-59, -30, 1, 30, 59])
def test_a_time_that_is_taken_is_refused_and_nothing_changes(conn, business_id, minutes):
    first = book(conn, business_id)
    with pytest.raises(SlotTaken):
        book(conn, business_id, MONDAY_9 + dt.timedelta(minutes=minutes))
    assert appointments.for_call(conn, business_id, "CA1") == (first.appointment,)


def test_another_call_cannot_have_the_same_time(conn, business_id):
    add_live_call(conn, business_id, "CA2")
    book(conn, business_id)
    with pytest.raises(SlotTaken):
        book(conn, business_id, call_sid="CA2")
    assert appointments.for_call(conn, business_id, "CA2") == ()


def test_a_longer_appointment_around_a_shorter_one_is_refused(conn, business_id):
    book(conn, business_id)
    with pytest.raises(SlotTaken):
        book(conn, business_id, MONDAY_9 - HOUR, hours=3)


def test_one_appointment_may_begin_as_another_ends(conn, business_id):
    starts = [MONDAY_9, MONDAY_9 + HOUR, MONDAY_9 - HOUR]
    assert [book(conn, business_id, start).created for start in starts] == [True, True, True]


def test_a_cancelled_appointment_leaves_its_time_free_for_the_same_call_too(conn, business_id):
    first = book(conn, business_id)
    conn.execute("UPDATE appointments SET status = 'cancelled'")
    second = book(conn, business_id)
    assert second.created
    assert [(a.id, a.status) for a in appointments.for_call(conn, business_id, "CA1")] == [
        (first.appointment.id, "cancelled"),
        (second.appointment.id, "booked"),
    ]


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"hours": 0}, "ends_at", "must be after starts_at"),
        ({"hours": -1}, "ends_at", "must be after starts_at"),
        ({"notes": "a" * 2001}, "notes", "is 2001 characters long; at most 2000 are kept"),
        (
            {"starts_at": MONDAY_9.replace(tzinfo=None)},
            "starts_at",
            "has no time zone; give an instant in UTC",
        ),
    ],
)
def test_a_booking_that_makes_no_sense_is_refused_by_its_field(conn, business_id, values, field, problem):
    with pytest.raises(InvalidField) as refused:
        book(conn, business_id, **values)
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert appointments.for_call(conn, business_id, "CA1") == ()


def test_busy_gives_what_touches_the_asked_time_and_nothing_beside_it(conn, business_id):
    for start in (0, 2, 4):
        book(conn, business_id, MONDAY_9 + start * HOUR)
    book(conn, business_id, MONDAY_9 + 6 * HOUR)
    conn.execute("UPDATE appointments SET status = 'cancelled' WHERE id = 4")
    asked = appointments.busy(conn, business_id, MONDAY_9 + HOUR, MONDAY_9 + 8 * HOUR)
    assert asked == tuple(
        Busy(starts_at=MONDAY_9 + start * HOUR, ends_at=MONDAY_9 + (start + 1) * HOUR) for start in (2, 4)
    )
    assert appointments.busy(conn, business_id, MONDAY_9 + HOUR, MONDAY_9 + 2 * HOUR) == ()


def test_a_confirmation_is_noted_for_that_appointment_only(conn, business_id):
    book(conn, business_id)
    book(conn, business_id, MONDAY_9 + HOUR)
    assert appointments.mark_confirmed(conn, business_id, "CA1", MONDAY_9)
    assert not appointments.mark_confirmed(conn, business_id, "CA1", MONDAY_9 + 5 * HOUR)
    assert [a.confirmed_heard for a in appointments.for_call(conn, business_id, "CA1")] == [True, False]


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
