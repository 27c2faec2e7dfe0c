"""What an owner writes in, moves and is warned of. What callers do: test_booking.py."""

import datetime as dt

import attrs
import pytest

from storage import appointments, booking, leads, schedule, services
from storage.availability import Refused, Why
from storage.booking import NotBookable
from storage.errors import InvalidField, NotFound
from storage.records import DayHours, ExceptionDay, WeeklyHours
from tests.storage.conftest import (
    HOUR,
    MONDAY,
    MONDAY_9,
    NOW,
    add_business,
    add_live_call,
    add_test_call,
    book,
    wish,
)

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
EIGHT = MONDAY_9 - HOUR  # the first hour of the Monday: nine o'clock in Berlin
SUNDAY_9 = MONDAY_9 - DAY


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    leads.write_in(conn, business_id, full_name="Dana")
    add_live_call(conn, business_id, "CA1")
    return business_id


def book_for_owner(conn, business_id, starts_at=MONDAY_9, **more):
    asked = {"lead_id": 1, "request": wish(), "now": NOW, **more}
    return booking.book_for_owner(conn, business_id, starts_at=starts_at, **asked)


def move_for_owner(conn, business_id, to, appointment_id=1, **more):
    return booking.move_for_owner(conn, business_id, appointment_id, to=to, **{"now": NOW, **more})


@pytest.mark.parametrize(("typed", "kept"), [(None, "Dana"), ("Grace", "Grace")])
def test_it_stands_under_the_name_that_is_given_or_else_the_leads(conn, business_id, typed, kept):
    assert book_for_owner(conn, business_id, full_name=typed).full_name == kept


def test_notes_are_kept_in_place_of_the_old_ones(conn, business_id):
    made = book_for_owner(conn, business_id, notes="Tooth hurts")
    noted = appointments.note(conn, business_id, made.id, " Brings the card ")
    assert noted == attrs.evolve(made, notes="Brings the card")
    assert appointments.get(conn, business_id, made.id) == noted
    with pytest.raises(InvalidField):
        appointments.note(conn, business_id, made.id, "x" * 2_001)


def hold_nine_to_eleven(conn, business_id):
    """For the live call: nine to ten, half past nine to half past ten, ten to eleven."""
    return booking.offer(conn, business_id, call_sid="CA1", request=wish(), now=NOW)


def booked(conn, business_id):
    return appointments.between(conn, business_id, NOW - 9_999 * DAY, NOW + 9_999 * DAY)


def refusal(act, *args, **more):
    with pytest.raises(NotBookable) as refused:
        act(*args, **more)
    return refused.value.refused


OUT_OF_RULE = {
    Why.OFF_GRID: (MONDAY_9 + 10 * MINUTE, NOW),
    Why.CLOSED_THAT_WEEKDAY: (SUNDAY_9, NOW),
    Why.TOO_FAR: (MONDAY_9 + 70 * DAY, NOW),
    Why.PAST: (MONDAY_9, MONDAY_9 + DAY),
    Why.TOO_SOON: (MONDAY_9, MONDAY_9 - HOUR),
}


def test_what_an_owner_writes_in_is_kept_without_a_call(conn, business_id):
    service = services.add(conn, business_id, name="Haircut", duration_min=45)
    request = wish(duration_min=45, buffer_before_min=10, buffer_after_min=15)
    made = book_for_owner(conn, business_id, request=request, service_id=service.id, notes="short hair")
    assert attrs.asdict(made) == {
        "id": 1,
        "lead_id": 1,
        "full_name": "Dana",
        "call_sid": None,
        "service_id": service.id,
        "starts_at": MONDAY_9,
        "ends_at": MONDAY_9 + 45 * MINUTE,
        "busy_start": MONDAY_9 - 10 * MINUTE,
        "busy_end": MONDAY_9 + HOUR,
        "notes": "short hair",
        "status": "booked",
        "confirmed_heard": False,
        "wants_sms": False,
        "test": False,
        "created_at": made.created_at,
    }
    assert appointments.get(conn, business_id, 1) == made
    assert booked(conn, business_id) == (made,)


def test_an_appointment_is_had_by_its_id_also_when_it_is_cancelled(conn, business_id):
    made = book_for_owner(conn, business_id)
    appointments.cancel(conn, business_id, made.id)
    assert appointments.get(conn, business_id, made.id) == attrs.evolve(made, status="cancelled")
    assert appointments.get(conn, business_id, 7) is None


@pytest.mark.parametrize(("why", "at"), OUT_OF_RULE.items())
def test_the_rules_hold_for_an_owner_who_does_not_say_anyway(conn, business_id, why, at):
    starts_at, now = at
    assert refusal(book_for_owner, conn, business_id, starts_at, now=now).why is why
    assert booked(conn, business_id) == ()
    made = book_for_owner(conn, business_id, starts_at, now=now, override_rules=True)
    assert booked(conn, business_id) == (made,)


@pytest.mark.parametrize("override_rules", [False, True])
@pytest.mark.parametrize("minutes", [-30, 0, 30])
def test_no_owner_puts_one_appointment_over_another(conn, business_id, override_rules, minutes):
    first = book(conn, business_id).appointment
    full = Refused(why=Why.FULL, date=MONDAY, notice_min=120, days_ahead=60)
    assert (
        refusal(book_for_owner, conn, business_id, MONDAY_9 + minutes * MINUTE, override_rules=override_rules)
        == full
    )
    assert booked(conn, business_id) == (first,)


@pytest.mark.parametrize("override_rules", [False, True])
def test_what_a_live_call_was_offered_is_taken_for_an_owner_until_it_expires(
    conn, business_id, override_rules
):
    hold_nine_to_eleven(conn, business_id)
    assert refusal(book_for_owner, conn, business_id, EIGHT, override_rules=override_rules).why is Why.FULL
    later = NOW + 181 * dt.timedelta(seconds=1)
    assert (
        book_for_owner(conn, business_id, EIGHT, now=later, override_rules=override_rules).starts_at == EIGHT
    )


def test_buffers_hold_anyway(conn, business_id):
    book(conn, business_id, request=wish(buffer_after_min=30))
    assert refusal(book_for_owner, conn, business_id, MONDAY_9 + HOUR, override_rules=True).why is Why.FULL
    made = book_for_owner(
        conn,
        business_id,
        MONDAY_9 + 100 * MINUTE,
        request=wish(duration_min=7, buffer_before_min=10),
        override_rules=True,
    )
    assert (made.busy_start, made.busy_end) == (MONDAY_9 + 90 * MINUTE, MONDAY_9 + 107 * MINUTE)


@pytest.mark.parametrize(
    ("years", "why"), [(-11, Why.PAST), (-9, None), (9, None), (11, Why.TOO_FAR), (7_973, Why.TOO_FAR)]
)
def test_a_year_that_is_a_slip_of_the_pen_is_refused_anyway(conn, business_id, years, why):
    starts_at = MONDAY_9.replace(year=MONDAY_9.year + years)
    if why is None:
        assert book_for_owner(conn, business_id, starts_at, override_rules=True).starts_at == starts_at
    else:
        assert refusal(book_for_owner, conn, business_id, starts_at, override_rules=True).why is why


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"notes": "a" * 2001}, "notes", "is 2001 characters long; at most 2000 are kept"),
        (
            {"starts_at": MONDAY_9.replace(tzinfo=None)},
            "starts_at",
            "has no time zone; give an instant in UTC",
        ),
        ({"request": wish(duration_min=0)}, "duration_min", "must be between 1 and 1440 minutes"),
    ],
)
@pytest.mark.parametrize("override_rules", [False, True])
def test_what_makes_no_sense_is_refused_by_its_field(
    conn, business_id, values, field, problem, override_rules
):
    with pytest.raises(InvalidField) as refused:
        book_for_owner(conn, business_id, **values, override_rules=override_rules)
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert booked(conn, business_id) == ()


# Moving.


def test_an_appointment_is_moved_with_its_own_length_and_buffers(conn, business_id):
    services.add(conn, business_id, name="Haircut", duration_min=45)
    request = wish(duration_min=45, buffer_before_min=10, buffer_after_min=15)
    made = book(conn, business_id, request=request, service_id=1, notes="short hair").appointment
    services.change(conn, business_id, 1, duration_min=90)
    appointments.mark_confirmed(conn, business_id, made.id, made.starts_at)
    assert move_for_owner(conn, business_id, MONDAY_9 + DAY) == attrs.evolve(
        made,
        starts_at=MONDAY_9 + DAY,
        ends_at=MONDAY_9 + DAY + 45 * MINUTE,
        busy_start=MONDAY_9 + DAY - 10 * MINUTE,
        busy_end=MONDAY_9 + DAY + HOUR,
    )
    assert book_for_owner(conn, business_id).starts_at == MONDAY_9


def test_an_appointment_can_be_moved_into_its_own_time(conn, business_id):
    book(conn, business_id)
    assert move_for_owner(conn, business_id, MONDAY_9 + HOUR / 2).starts_at == MONDAY_9 + HOUR / 2
    assert (
        move_for_owner(conn, business_id, MONDAY_9 + 7 * MINUTE, override_rules=True).starts_at
        == MONDAY_9 + 7 * MINUTE
    )


def test_putting_an_appointment_off_to_where_it_is_changes_nothing(conn, business_id):
    made = book(conn, business_id).appointment
    appointments.mark_confirmed(conn, business_id, made.id, made.starts_at)
    assert move_for_owner(conn, business_id, MONDAY_9) == attrs.evolve(made, confirmed_heard=True)


@pytest.mark.parametrize(("why", "at"), OUT_OF_RULE.items())
def test_an_appointment_is_moved_against_the_rules_only_anyway(conn, business_id, why, at):
    to, now = at
    made = book_for_owner(conn, business_id, MONDAY_9 + 2 * DAY)
    assert refusal(move_for_owner, conn, business_id, to, now=now).why is why
    assert booked(conn, business_id) == (made,)
    assert move_for_owner(conn, business_id, to, now=now, override_rules=True).starts_at == to


@pytest.mark.parametrize("override_rules", [False, True])
def test_an_appointment_is_never_moved_over_another_or_over_what_is_held(conn, business_id, override_rules):
    made, other = (
        book_for_owner(conn, business_id, MONDAY_9 + DAY),
        book_for_owner(conn, business_id, MONDAY_9 + 4 * HOUR),
    )
    hold_nine_to_eleven(conn, business_id)
    for to in (MONDAY_9 + 3.5 * HOUR, EIGHT):
        assert refusal(move_for_owner, conn, business_id, to, override_rules=override_rules).why is Why.FULL
    assert booked(conn, business_id) == (other, made)


@pytest.mark.parametrize("appointment_id", [1, 7], ids=["cancelled", "none"])
def test_what_is_not_booked_cannot_be_moved(conn, business_id, appointment_id):
    book_for_owner(conn, business_id)
    appointments.cancel(conn, business_id, 1)
    with pytest.raises(NotFound, match=f"no appointment {appointment_id}"):
        move_for_owner(conn, business_id, MONDAY_9 + HOUR, appointment_id)


# What hours that have changed leave outside.


def test_the_coming_appointments_that_the_hours_do_not_cover_are_outside(conn, business_id):
    first, late, far = (
        book_for_owner(conn, business_id, starts_at)
        for starts_at in (EIGHT, EIGHT + 7 * HOUR, EIGHT + 29 * DAY)
    )
    assert booking.outside(conn, business_id, NOW) == ()
    schedule.set_exception(
        conn, business_id, ExceptionDay(date=MONDAY, hours=(DayHours(opens_minute=540, closes_minute=1019),))
    )
    assert booking.outside(conn, business_id, NOW) == (late,)
    schedule.set_exception(conn, business_id, ExceptionDay(date=MONDAY + 29 * DAY))
    assert booking.outside(conn, business_id, NOW) == (late, far)
    schedule.set_weekly_hours(conn, business_id, [])
    schedule.remove_exception(conn, business_id, MONDAY)
    assert booking.outside(conn, business_id, NOW) == (first, late, far)


def test_what_is_over_or_cancelled_is_not_outside_and_neither_are_buffers(conn, business_id):
    book_for_owner(conn, business_id, EIGHT, request=wish(buffer_before_min=30))
    cancelled = book_for_owner(conn, business_id, SUNDAY_9, override_rules=True)
    appointments.cancel(conn, business_id, cancelled.id)
    over = book_for_owner(conn, business_id, NOW - 2 * DAY + 12 * HOUR, override_rules=True)
    assert booking.outside(conn, business_id, NOW) == ()
    assert booking.outside(conn, business_id, over.starts_at) == (over,)


def test_an_appointment_over_midnight_is_covered_by_two_days(conn, business_id):
    night = book_for_owner(
        conn, business_id, MONDAY_9 + 13.5 * HOUR, override_rules=True
    )  # half past eleven in Berlin
    assert booking.outside(conn, business_id, NOW) == (night,)
    always = [WeeklyHours(weekday=day, opens_minute=0, closes_minute=1440) for day in range(7)]
    schedule.set_weekly_hours(conn, business_id, always)
    assert booking.outside(conn, business_id, NOW) == ()
    schedule.set_exception(conn, business_id, ExceptionDay(date=MONDAY + DAY))
    assert booking.outside(conn, business_id, NOW) == (night,)


def test_what_a_test_call_booked_neither_keeps_the_owner_from_the_time_nor_warns_of_it(conn, business_id):
    lead = add_test_call(conn, business_id, "CAtest")
    book(conn, business_id, lead_id=lead.id, call_sid="CAtest")
    made = book_for_owner(conn, business_id)
    move_for_owner(conn, business_id, MONDAY_9 + HOUR, made.id)
    assert move_for_owner(conn, business_id, MONDAY_9, made.id) == made
    booking.cancel(conn, business_id, lead_id=1, starts_at=MONDAY_9)
    schedule.set_weekly_hours(conn, business_id, [])
    assert booking.outside(conn, business_id, NOW) == ()
