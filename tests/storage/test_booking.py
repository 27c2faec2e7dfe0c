import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest

from storage import appointments, availability, booking, holds, schedule, services
from storage.availability import Refused, Why
from storage.booking import NotBookable
from storage.errors import InvalidField, NotFound, SlotTaken
from storage.records import Booking, ExceptionDay
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

MINUTE = dt.timedelta(minutes=1)
EIGHT = MONDAY_9 - HOUR  # the first hour of the Monday: nine o'clock in Berlin
NOON = MONDAY_9 + 3 * HOUR


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    add_live_call(conn, business_id, "CA1")
    add_live_call(conn, business_id, "CA2", phone="+14155550198")
    return business_id


def offer(conn, business_id, call_sid="CA1", request=None, now=NOW):
    return booking.offer(conn, business_id, call_sid=call_sid, request=request or wish(), now=now)


def starts(offered):
    return [slot.starts_at for slot in offered.slots]


def move(conn, business_id, starts_at=MONDAY_9, to=NOON, **more):
    asked = {"lead_id": 1, "call_sid": "CA1", "now": NOW, **more}
    return booking.reschedule(conn, business_id, starts_at=starts_at, to=to, **asked)


def cancel(conn, business_id, starts_at=MONDAY_9, lead_id=1):
    return booking.cancel(conn, business_id, lead_id=lead_id, starts_at=starts_at)


def why(refused):
    return refused.value.refused.why


def booked(conn, business_id):
    return appointments.between(conn, business_id, NOW, NOW + 100 * 24 * HOUR)


def test_a_booking_is_kept_as_it_was_made_with_its_buffers(conn, business_id):
    service = services.add(
        conn, business_id, name="Haircut", duration_min=45, buffer_before_min=10, buffer_after_min=15
    )
    made = book(
        conn,
        business_id,
        request=wish(duration_min=45, buffer_before_min=10, buffer_after_min=15),
        service_id=service.id,
        notes="short hair",
        wants_sms=True,
    )
    assert attrs.asdict(made.appointment) == {
        "id": 1,
        "lead_id": 1,
        "full_name": None,
        "call_sid": "CA1",
        "service_id": service.id,
        "starts_at": MONDAY_9,
        "ends_at": MONDAY_9 + 45 * MINUTE,
        "busy_start": MONDAY_9 - 10 * MINUTE,
        "busy_end": MONDAY_9 + HOUR,
        "notes": "short hair",
        "status": "booked",
        "confirmed_heard": False,
        "wants_sms": True,
        "test": False,
        "created_at": made.appointment.created_at,
    }
    assert made.created
    assert booked(conn, business_id) == (made.appointment,)


def test_a_call_that_asks_twice_for_one_time_has_one_appointment(conn, business_id):
    first = book(conn, business_id)
    berlin = MONDAY_9.astimezone(ZoneInfo("Europe/Berlin"))
    again = book(conn, business_id, berlin, notes="never mind", request=wish(duration_min=30))
    assert again == Booking(appointment=first.appointment, created=False)
    assert booked(conn, business_id) == (first.appointment,)


@pytest.mark.parametrize("minutes", [-30, 30])
@pytest.mark.parametrize("call_sid", ["CA1", "CA2"])
def test_a_time_that_is_taken_in_part_is_refused_and_nothing_changes(conn, business_id, call_sid, minutes):
    first = book(conn, business_id)
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, MONDAY_9 + minutes * MINUTE, call_sid=call_sid)
    assert refused.value.refused == Refused(why=Why.FULL, date=MONDAY, notice_min=120, days_ahead=60)
    assert str(refused.value) == "not bookable: full"
    assert booked(conn, business_id) == (first.appointment,)


def test_one_appointment_may_begin_as_another_ends_but_not_in_its_buffer(conn, business_id):
    book(conn, business_id, request=wish(duration_min=60, buffer_after_min=30))
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, MONDAY_9 + HOUR)
    assert why(refused) is Why.FULL
    with pytest.raises(NotBookable):
        book(conn, business_id, EIGHT, request=wish(duration_min=60, buffer_after_min=15))
    assert book(conn, business_id, MONDAY_9 + HOUR + 30 * MINUTE).created
    assert book(conn, business_id, EIGHT).created


@pytest.mark.parametrize(
    ("starts_at", "now", "reason"),
    [
        (MONDAY_9 + 10 * HOUR, NOW, Why.OFF_GRID),
        (MONDAY_9 + 10 * MINUTE, NOW, Why.OFF_GRID),
        (MONDAY_9 - 24 * HOUR, NOW, Why.CLOSED_THAT_WEEKDAY),
        (MONDAY_9 + 70 * 24 * HOUR, NOW, Why.TOO_FAR),
        (MONDAY_9, MONDAY_9 + MINUTE, Why.PAST),
        (MONDAY_9, MONDAY_9 - HOUR, Why.TOO_SOON),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_reason(conn, business_id, starts_at, now, reason):
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, starts_at, now=now)
    assert (why(refused), booked(conn, business_id)) == (reason, ())


def test_the_hours_that_count_are_those_of_the_moment_of_booking(conn, business_id):
    assert MONDAY_9 in starts(offer(conn, business_id))
    schedule.set_exception(conn, business_id, ExceptionDay(date=MONDAY))
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id)
    assert why(refused) is Why.CLOSED_THAT_DATE


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
def test_a_booking_that_makes_no_sense_is_refused_by_its_field(conn, business_id, values, field, problem):
    with pytest.raises(InvalidField) as refused:
        book(conn, business_id, **values)
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert booked(conn, business_id) == ()


def test_an_overlap_that_only_the_table_sees_is_a_taken_slot(conn, business_id):
    # Another resource's appointment is busy for nobody else, until it is moved over to this one.
    book(conn, business_id)
    slot = offer(conn, business_id, "CA2").slots[0]
    at_nine = attrs.evolve(slot, busy_start=MONDAY_9, busy_end=MONDAY_9 + HOUR)
    at_nine = attrs.evolve(at_nine, starts_at=MONDAY_9, ends_at=MONDAY_9 + HOUR)
    values = {"lead_id": 1, "call_sid": "CA1", "service_id": None, "notes": "", "wants_sms": False}
    with pytest.raises(SlotTaken, match="slot taken"):
        appointments.insert(conn, business_id, at_nine, **values)
    other = book(conn, business_id, NOON).appointment
    with pytest.raises(SlotTaken):
        appointments.move(conn, business_id, other.id, at_nine)


# What a call was offered is held for it.


def test_what_one_call_is_offered_no_other_is_offered_and_none_can_book(conn, business_id):
    assert starts(offer(conn, business_id)) == [EIGHT, EIGHT + HOUR / 2, MONDAY_9]
    assert starts(offer(conn, business_id, "CA2")) == [EIGHT + hours * HOUR for hours in (2, 2.5, 3)]
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, call_sid="CA2", lead_id=2)
    assert why(refused) is Why.FULL
    assert book(conn, business_id).created


def test_a_new_search_gives_back_what_the_last_one_held(conn, business_id):
    offer(conn, business_id)
    later = wish(from_minute=14 * 60)
    assert starts(offer(conn, business_id, request=later)) == [EIGHT + hours * HOUR for hours in (5, 5.5, 6)]
    assert starts(offer(conn, business_id, "CA2"))[0] == EIGHT


def test_a_call_that_has_booked_or_moved_holds_nothing_more(conn, business_id):
    offered = starts(offer(conn, business_id))
    book(conn, business_id, offered[2])
    assert starts(offer(conn, business_id, "CA2"))[0] == offered[0]
    holds.release(conn, business_id, call_sid="CA2")
    booked_at = offered[2]
    offered = starts(offer(conn, business_id, request=wish(from_minute=14 * 60)))
    move(conn, business_id, booked_at, to=offered[1])
    found = starts(offer(conn, business_id, "CA2", request=wish(from_minute=14 * 60)))
    assert found[0] == offered[1] + HOUR  # neither of the other two that were offered is held


def test_a_hold_ends_with_its_call_or_after_three_minutes(conn, business_id):
    offer(conn, business_id)
    assert starts(offer(conn, business_id, "CA2", now=NOW + 179 * dt.timedelta(seconds=1)))[0] != EIGHT
    assert starts(offer(conn, business_id, "CA2", now=NOW + 180 * dt.timedelta(seconds=1)))[0] == EIGHT
    holds.release(conn, business_id, call_sid="CA2")
    holds.release(conn, business_id, call_sid="CA1")
    assert starts(offer(conn, business_id, "CA2"))[0] == EIGHT


def test_a_day_without_a_free_time_gives_the_reason_and_the_nearest_which_are_held(conn, business_id):
    sunday = MONDAY - dt.timedelta(days=1)
    offered = offer(conn, business_id, request=wish(sunday))
    assert (offered.refused.why, len(offered.slots)) == (Why.CLOSED_THAT_WEEKDAY, 3)
    assert set(starts(offered)) & set(starts(offer(conn, business_id, "CA2", request=wish(sunday)))) == set()


def test_the_nearest_to_a_wish_are_held_and_what_others_hold_is_not_among_them(conn, business_id):
    nearest = {"request": wish(), "wish": MONDAY_9, "now": NOW}
    first = booking.offer_nearest(conn, business_id, call_sid="CA1", **nearest)
    assert [slot.starts_at for slot in first] == [MONDAY_9 - HOUR / 2, MONDAY_9, MONDAY_9 + HOUR / 2]
    second = booking.offer_nearest(conn, business_id, call_sid="CA2", **nearest)
    assert [slot.starts_at for slot in second] == [MONDAY_9 + hours * HOUR for hours in (1.5, 2, 2.5)]


@pytest.mark.parametrize("date", [dt.date.min, dt.date.max, MONDAY - dt.timedelta(days=30)])
def test_a_day_that_nobody_can_book_is_refused_wherever_it_lies(conn, business_id, date):
    offered = offer(conn, business_id, request=wish(date))
    assert (offered.slots, offered.refused.date) == ((), date)
    assert offered.refused.why in (Why.PAST, Why.TOO_FAR)


# Moving and cancelling.


def test_an_appointment_that_is_moved_stays_the_same_and_its_old_time_is_free(conn, business_id):
    made = book(conn, business_id, notes="short hair").appointment
    appointments.mark_confirmed(conn, business_id, made.id, made.starts_at)
    moved = move(conn, business_id)
    assert moved == attrs.evolve(
        made,
        starts_at=NOON,
        ends_at=NOON + HOUR,
        busy_start=NOON,
        busy_end=NOON + HOUR,
        confirmed_heard=False,
    )
    assert booked(conn, business_id) == (moved,)
    assert book(conn, business_id, call_sid="CA2", lead_id=2).created


def test_an_appointment_can_be_moved_into_its_own_time(conn, business_id):
    book(conn, business_id)
    assert move(conn, business_id, to=MONDAY_9 + HOUR / 2).starts_at == MONDAY_9 + HOUR / 2


def test_an_appointment_that_is_moved_stays_as_long_as_it_was_and_of_its_service(conn, business_id):
    service = services.add(conn, business_id, name="Colour", duration_min=120, buffer_after_min=30)
    colour = wish(duration_min=120, buffer_after_min=30)
    made = book(conn, business_id, request=colour, service_id=service.id).appointment
    offer(conn, business_id, request=wish(duration_min=15))  # what was looked for since does not count
    assert move(conn, business_id) == attrs.evolve(
        made, starts_at=NOON, ends_at=NOON + 2 * HOUR, busy_start=NOON, busy_end=NOON + 2.5 * HOUR
    )


def test_moving_an_appointment_to_where_it_is_changes_nothing(conn, business_id):
    made = book(conn, business_id).appointment
    appointments.mark_confirmed(conn, business_id, made.id, made.starts_at)
    moved = move(conn, business_id, to=MONDAY_9.astimezone(ZoneInfo("Europe/Berlin")))
    assert moved == attrs.evolve(made, confirmed_heard=True)
    assert booked(conn, business_id) == (moved,)


@pytest.mark.parametrize("buffer_min", [0, 15])
def test_for_a_move_its_own_time_is_free_and_whatever_is_found_or_offered_it_can_be_moved_to(
    conn, business_id, buffer_min
):
    request = wish(buffer_before_min=buffer_min, buffer_after_min=buffer_min)
    made = book(conn, business_id, request=request).appointment
    book(conn, business_id, MONDAY_9 + 2 * HOUR, call_sid="CA2", lead_id=2)
    asked = {"call_sid": "CA1", "request": availability.to_move(made), "now": NOW}
    near = {**asked, "wish": MONDAY_9}

    found = booking.free(conn, business_id, **asked, limit=99)
    offered = booking.offer(conn, business_id, **asked)
    nearest = booking.offer_nearest(conn, business_id, **near)

    half_hours = {0: (-2, -1, 1, 2), 15: (-2, -1, 1)}[buffer_min]  # and not where it is
    beside = [MONDAY_9 + halves * HOUR / 2 for halves in half_hours]
    assert starts(found)[: len(beside)] == beside
    assert starts(offered) == beside[:3]
    assert [slot.starts_at for slot in nearest] == beside[:3]
    for start in starts(found):
        assert move(conn, business_id, to=start).starts_at == start
        move(conn, business_id, starts_at=start, to=MONDAY_9)


@pytest.mark.parametrize("minutes", [(15, 0, 45), (30, 45, 0), (90, 30, 60), (180, 30, 30)])
def test_whatever_its_length_and_buffers_its_own_time_is_free_for_it_and_for_nothing_else(
    conn, business_id, minutes
):
    duration_min, before_min, after_min = minutes
    request = wish(duration_min=duration_min, buffer_before_min=before_min, buffer_after_min=after_min)
    alone = starts(booking.free(conn, business_id, call_sid="CA1", request=request, now=NOW, limit=99))
    made = book(conn, business_id, request=request).appointment
    asked = {"request": availability.to_move(made), "now": NOW, "limit": 99}
    assert starts(booking.free(conn, business_id, call_sid="CA1", **asked)) == [
        start for start in alone if start != MONDAY_9
    ]
    beside = starts(booking.free(conn, business_id, call_sid="CA2", **{**asked, "request": request}))
    reach = (before_min + duration_min + after_min) * MINUTE
    assert beside == [start for start in alone if abs(start - MONDAY_9) >= reach]


def test_for_another_appointment_the_time_of_this_one_is_taken(conn, business_id):
    book(conn, business_id)
    asked = {"call_sid": "CA1", "request": wish(), "now": NOW, "limit": 99}
    assert not {MONDAY_9 - HOUR / 2, MONDAY_9, MONDAY_9 + HOUR / 2} & set(
        starts(booking.free(conn, business_id, **asked))
    )


@pytest.mark.parametrize(
    ("to", "reason"),
    [(NOON, Why.FULL), (NOON + 7 * HOUR, Why.OFF_GRID), (MONDAY_9 - 24 * HOUR, Why.CLOSED_THAT_WEEKDAY)],
)
def test_an_appointment_that_cannot_be_moved_stays_where_it_was(conn, business_id, to, reason):
    made = book(conn, business_id).appointment
    other = book(conn, business_id, NOON, call_sid="CA2", lead_id=2).appointment
    with pytest.raises(NotBookable) as refused:
        move(conn, business_id, to=to)
    assert (why(refused), booked(conn, business_id)) == (reason, (made, other))


def test_an_appointment_cannot_be_moved_to_what_another_call_was_offered(conn, business_id):
    book(conn, business_id, NOON)
    offer(conn, business_id, "CA2")
    with pytest.raises(NotBookable) as refused:
        move(conn, business_id, starts_at=NOON, to=EIGHT)
    assert why(refused) is Why.FULL


def test_a_cancelled_appointment_leaves_its_time_free_for_the_same_call_too(conn, business_id):
    first = book(conn, business_id).appointment
    assert cancel(conn, business_id) == attrs.evolve(first, status="cancelled")
    second = book(conn, business_id)
    assert second.created
    assert [(a.id, a.status) for a in appointments.for_call(conn, business_id, "CA1")] == [
        (first.id, "cancelled"),
        (second.appointment.id, "booked"),
    ]


@pytest.mark.parametrize(
    ("starts_at", "lead_id"),
    [(MONDAY_9, 2), (NOON, 1), (MONDAY_9 + HOUR, 1)],
    ids=["stranger", "cancelled", "none"],
)
def test_what_the_lead_has_not_booked_can_neither_be_moved_nor_cancelled(
    conn, business_id, starts_at, lead_id
):
    made = book(conn, business_id).appointment
    book(conn, business_id, NOON)
    cancel(conn, business_id, NOON)
    for change in (cancel, move):
        with pytest.raises(NotFound, match=f"no appointment {starts_at:%Y-%m-%dT%H:%M}:00Z"):
            change(conn, business_id, starts_at, lead_id=lead_id)
    assert booked(conn, business_id) == (made,)


def test_asking_what_is_free_gives_what_would_be_offered_and_holds_nothing(conn, business_id):
    before = [*conn.iterdump()]
    free = booking.free(conn, business_id, call_sid="CA1", request=wish(), now=NOW)
    assert [*conn.iterdump()] == before
    assert booking.offer(conn, business_id, call_sid="CA1", request=wish(), now=NOW) == free


# Test calls: they see what counts, and nothing of theirs does.


@pytest.fixture
def trying(conn, business_id):
    """What a test call books and moves with."""
    return {"lead_id": add_test_call(conn, business_id, "CAtest").id, "call_sid": "CAtest"}


def test_a_caller_books_the_very_time_that_a_test_call_booked(conn, business_id, trying):
    tried = book(conn, business_id, **trying).appointment
    made = book(conn, business_id)
    assert (made.created, booked(conn, business_id)) == (True, (made.appointment,))
    assert appointments.get(conn, business_id, tried.id) == tried


def test_two_test_calls_book_one_time(conn, business_id, trying):
    first = book(conn, business_id, **trying).appointment
    other = add_test_call(conn, business_id, "CAother")
    second = book(conn, business_id, lead_id=other.id, call_sid="CAother").appointment
    assert (first.busy_start, first.busy_end) == (second.busy_start, second.busy_end)


def test_a_test_call_neither_finds_nor_books_what_a_caller_has(conn, business_id, trying):
    book(conn, business_id, EIGHT)
    assert starts(offer(conn, business_id, "CAtest")) == [EIGHT + hours * HOUR for hours in (1, 1.5, 2)]
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, EIGHT + HOUR / 2, **trying)
    assert why(refused) is Why.FULL


def test_a_test_call_neither_finds_nor_books_what_a_live_call_holds(conn, business_id, trying):
    offer(conn, business_id)
    assert starts(offer(conn, business_id, "CAtest"))[0] == EIGHT + 2 * HOUR
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, **trying)
    assert why(refused) is Why.FULL


def test_what_a_test_call_was_offered_or_booked_is_offered_to_callers(conn, business_id, trying):
    first = offer(conn, business_id, "CAtest")
    book(conn, business_id, EIGHT, **trying)
    booking.offer_nearest(conn, business_id, call_sid="CAtest", request=wish(), wish=EIGHT, now=NOW)
    assert offer(conn, business_id) == first
    assert book(conn, business_id, EIGHT, call_sid="CA1").created


def test_a_test_call_keeps_itself_from_what_it_has_booked(conn, business_id, trying):
    first = book(conn, business_id, EIGHT, **trying)
    assert starts(offer(conn, business_id, "CAtest"))[0] == EIGHT + HOUR
    with pytest.raises(NotBookable) as refused:
        book(conn, business_id, EIGHT + HOUR / 2, **trying)
    assert why(refused) is Why.FULL
    again = book(conn, business_id, EIGHT, **trying)
    assert again == Booking(appointment=first.appointment, created=False)


def test_a_test_call_moves_and_cancels_what_it_booked_and_nothing_else(conn, business_id, trying):
    tried = book(conn, business_id, **trying).appointment
    made = book(conn, business_id).appointment
    moved = move(conn, business_id, **trying)
    times = {"starts_at": NOON, "ends_at": NOON + HOUR, "busy_start": NOON, "busy_end": NOON + HOUR}
    assert moved == attrs.evolve(tried, **times)
    gone = cancel(conn, business_id, NOON, lead_id=trying["lead_id"])
    assert gone == attrs.evolve(moved, status="cancelled")
    assert booked(conn, business_id) == (made,)
    for change in (cancel, move):
        with pytest.raises(NotFound):
            change(conn, business_id, MONDAY_9, lead_id=trying["lead_id"])


def test_an_appointment_of_a_test_call_moves_into_its_own_time_but_into_no_callers(conn, business_id, trying):
    book(conn, business_id, **trying)
    half_past = MONDAY_9 + HOUR / 2
    assert move(conn, business_id, to=half_past, **trying).starts_at == half_past
    book(conn, business_id, half_past)
    for to in (MONDAY_9, MONDAY_9 + HOUR):
        with pytest.raises(NotBookable) as refused:
            move(conn, business_id, half_past, to, **trying)
        assert why(refused) is Why.FULL


def test_a_caller_moves_to_where_a_test_call_booked(conn, business_id, trying):
    book(conn, business_id, NOON, **trying)
    made = book(conn, business_id).appointment
    assert move(conn, business_id) == appointments.get(conn, business_id, made.id)
    assert starts_of(booked(conn, business_id)) == [NOON]


def starts_of(found):
    return [appointment.starts_at for appointment in found]
