import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest

from storage.availability import (
    Offer,
    Refused,
    Request,
    Slot,
    Why,
    find,
    judge,
    open_during,
    room,
)
from storage.errors import InvalidField
from storage.records import Busy, DayHours, ExceptionDay, Schedule, WeeklyHours

TUESDAY = dt.date(2026, 11, 24)
SATURDAY = dt.date(2026, 11, 28)
MONDAY_NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def hours(weekday, opens_minute, closes_minute):
    return WeeklyHours(weekday=weekday, opens_minute=opens_minute, closes_minute=closes_minute)


def except_on(date, *spans):
    return ExceptionDay(
        date=date, hours=tuple(DayHours(opens_minute=opens, closes_minute=closes) for opens, closes in spans)
    )


def utc(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def taken(starts_at, ends_at):
    return Busy(starts_at=starts_at, ends_at=ends_at)


NINE_TO_FIVE = Schedule(timezone="Europe/Berlin", weekly=tuple(hours(day, 540, 1020) for day in range(5)))
WISH = Request(date=TUESDAY, duration_min=30)
ALL_TUESDAY = [taken(utc(24, 0), utc(25, 0))]


def rules(**changes):
    return attrs.evolve(NINE_TO_FIVE, **changes)


def wish(**changes):
    return attrs.evolve(WISH, **changes)


def offered(schedule=NINE_TO_FIVE, busy=(), now=MONDAY_NOON, request=WISH, limit=99):
    """What the clock shows at the start of each slot, or why there are none."""
    offer = find(schedule, busy, now, request, limit=limit)
    return offer.refused.why if offer.refused else clock(offer.slots)


def clock(slots):
    return [f"{slot.wall:%H:%M}" for slot in slots]


def verdict(starts_at, schedule=NINE_TO_FIVE, busy=(), now=MONDAY_NOON, request=WISH):
    """What the clock shows at that start if it can be booked, or why it can't."""
    judged = judge(schedule, busy, now, request, starts_at)
    return judged.why if isinstance(judged, Refused) else f"{judged.wall:%a %H:%M}"


def test_the_first_free_slots_of_the_day_are_offered():
    busy = [taken(utc(24, 8, 15), utc(24, 9))]  # 9:15 to 10:00 in Berlin
    offer = find(NINE_TO_FIVE, busy, MONDAY_NOON, wish(buffer_before_min=0, buffer_after_min=10), limit=3)
    assert clock(offer.slots) == ["10:00", "10:30", "11:00"]
    assert offer == Offer(slots=offer.slots)
    assert offer.slots[0] == Slot(
        wall=dt.datetime(2026, 11, 24, 10, 0, tzinfo=BERLIN),
        starts_at=utc(24, 9),
        ends_at=utc(24, 9, 30),
        busy_start=utc(24, 9),
        busy_end=utc(24, 9, 40),
    )


def test_a_slot_may_end_as_the_busy_time_begins_and_begin_as_it_ends():
    assert offered(busy=[taken(utc(24, 8, 30), utc(24, 9))], limit=3) == ["09:00", "10:00", "10:30"]


def test_a_slot_ends_no_later_than_the_business_closes():
    assert offered(request=wish(duration_min=60))[-1] == "16:00"


def test_buffers_may_lie_outside_opening_hours():
    request = wish(duration_min=60, buffer_before_min=240, buffer_after_min=240)
    assert (offered(request=request)[0], offered(request=request)[-1]) == ("09:00", "16:00")


def test_buffers_may_touch_what_is_taken_but_not_cover_it():
    busy = [taken(utc(24, 11), utc(24, 12))]  # noon to one in Berlin
    request = wish(duration_min=30, buffer_before_min=30, buffer_after_min=15)
    assert offered(busy=busy, request=request)[4:8] == ["11:00", "13:30", "14:00", "14:30"]
    assert verdict(utc(24, 10, 30), busy=busy, request=request) is Why.FULL
    assert verdict(utc(24, 12), busy=busy, request=request) is Why.FULL


def test_what_is_taken_outside_opening_hours_still_counts_for_a_buffer():
    before_nine = [taken(utc(24, 7), utc(24, 7, 50))]
    assert offered(busy=before_nine, request=wish(buffer_before_min=15), limit=1) == ["09:30"]


@pytest.mark.parametrize(
    ("grid_min", "starts"),
    [
        (15, ["09:10", "09:25", "09:40", "09:55", "10:10", "14:00", "14:15", "14:30"]),
        (30, ["09:10", "09:40", "10:10", "14:00", "14:30"]),
        (45, ["09:10", "09:55", "14:00"]),
        (60, ["09:10", "10:10", "14:00"]),
    ],
)
def test_the_grid_counts_from_each_opening(grid_min, starts):
    weekly = (hours(1, 9 * 60 + 10, 10 * 60 + 45), hours(1, 14 * 60, 15 * 60))
    assert offered(rules(weekly=weekly, grid_min=grid_min)) == starts


def test_two_stretches_that_meet_are_one():
    weekly = (hours(1, 540, 600), hours(1, 600, 660))
    assert offered(rules(weekly=weekly), request=wish(duration_min=60)) == ["09:00", "09:30", "10:00"]


def test_a_slot_may_go_over_midnight_where_the_business_is_open_on_both_sides():
    weekly = (hours(1, 23 * 60, 24 * 60), hours(2, 0, 60))
    assert offered(rules(weekly=weekly), request=wish(duration_min=60)) == ["23:00", "23:30"]


def test_an_exception_of_the_next_day_ends_a_night_at_midnight():
    weekly = (hours(1, 23 * 60, 24 * 60), hours(2, 0, 60))
    closed = rules(weekly=weekly, exceptions=(except_on(TUESDAY + DAY),))
    assert offered(closed, request=wish(duration_min=60)) == ["23:00"]


def test_the_hours_of_a_date_replace_those_of_its_weekday():
    longer = rules(exceptions=(except_on(TUESDAY, (480, 540), (1200, 1260)),))
    assert offered(longer) == ["08:00", "08:30", "20:00", "20:30"]
    assert offered(longer, request=wish(date=TUESDAY + DAY), limit=1) == ["09:00"]
    extra = rules(exceptions=(except_on(SATURDAY, (600, 660)),))
    assert offered(extra, request=wish(date=SATURDAY)) == ["10:00", "10:30"]


def test_only_starts_in_the_wished_part_of_the_day_are_offered():
    afternoon = wish(from_minute=12 * 60, until_minute=13 * 60)
    assert offered(request=afternoon) == ["12:00", "12:30"]
    assert offered(request=wish(duration_min=180, from_minute=14 * 60, until_minute=24 * 60)) == ["14:00"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"request": wish(date=SATURDAY)}, Why.CLOSED_THAT_WEEKDAY),
        ({"schedule": rules(weekly=())}, Why.CLOSED_THAT_WEEKDAY),
        ({"schedule": rules(exceptions=(except_on(TUESDAY),))}, Why.CLOSED_THAT_DATE),
        ({"request": wish(date=dt.date(2026, 11, 22))}, Why.PAST),
        ({"now": utc(24, 15, 31)}, Why.PAST),  # 16:31, and the last slot was at 16:30
        ({"now": utc(24, 14)}, Why.TOO_SOON),
        ({"request": wish(date=dt.date(2027, 1, 25))}, Why.TOO_FAR),
        ({"request": wish(duration_min=481)}, Why.TOO_LONG),
        ({"request": wish(from_minute=545, until_minute=570)}, Why.NOT_THEN),
        ({"busy": ALL_TUESDAY}, Why.FULL),
    ],
)
def test_where_there_is_nothing_the_offer_says_why(changes, why):
    asked = {"schedule": NINE_TO_FIVE, "busy": (), "now": MONDAY_NOON, "request": WISH, **changes}
    assert find(*asked.values()) == Offer(
        refused=Refused(why=why, date=asked["request"].date, notice_min=120, days_ahead=60)
    )


@pytest.mark.parametrize(
    ("part", "closes", "opens"),
    [
        ((0, 9 * 60), None, 9 * 60),
        ((7 * 60, 7 * 60 + 1), None, 9 * 60),
        ((12 * 60 + 15, 12 * 60 + 16), 12 * 60 + 30, 13 * 60 + 30),  # open, but too short before the break
        ((12 * 60 + 30, 13 * 60), 12 * 60 + 30, 13 * 60 + 30),
        ((16 * 60 + 45, 16 * 60 + 46), 17 * 60, None),
        ((17 * 60, 24 * 60), 17 * 60, None),
        ((9 * 60 + 5, 9 * 60 + 6), None, None),  # open, but nothing begins then
    ],
)
def test_outside_the_hours_the_offer_says_when_the_business_is_open(part, closes, opens):
    with_a_break = rules(
        exceptions=(except_on(TUESDAY, (9 * 60, 12 * 60), (12 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60)),)
    )
    request = wish(from_minute=part[0], until_minute=part[1])
    refused = find(with_a_break, (), MONDAY_NOON, request).refused
    assert (refused.why, refused.closes_minute, refused.opens_minute) == (Why.NOT_THEN, closes, opens)


def test_of_several_reasons_it_is_the_one_that_would_stay():
    # Closed on a day that is over; too long on a day that is full; too soon what is left, the rest full.
    assert offered(request=wish(date=dt.date(2026, 11, 22), duration_min=600)) is Why.PAST
    assert offered(busy=ALL_TUESDAY, request=wish(duration_min=600)) is Why.TOO_LONG
    assert offered(busy=ALL_TUESDAY, request=wish(from_minute=1200)) is Why.NOT_THEN
    assert offered(busy=ALL_TUESDAY, now=utc(24, 14)) is Why.TOO_SOON
    assert offered(busy=ALL_TUESDAY, now=utc(24, 13)) is Why.FULL


def test_notice_and_the_last_bookable_day_include_their_own_end():
    assert offered(now=utc(24, 13, 30)) == ["16:30"]
    assert offered(now=utc(24, 13, 30) + dt.timedelta(seconds=1)) is Why.TOO_SOON
    assert offered(request=wish(date=dt.date(2027, 1, 22)), limit=1) == ["09:00"]
    assert offered(rules(notice_min=0, days_ahead=0), now=utc(24, 15, 30)) == ["16:30"]
    assert offered(rules(days_ahead=0)) is Why.TOO_FAR


def test_today_is_the_date_of_the_business():
    # Half past midnight on Tuesday in Berlin; in UTC it is still Monday.
    assert offered(rules(days_ahead=0), now=utc(23, 23, 30), limit=1) == ["09:00"]
    assert offered(now=utc(23, 23, 30), request=wish(date=TUESDAY - DAY)) is Why.PAST


@pytest.mark.parametrize("duration_min", [0, -30, 1441])
def test_a_duration_that_makes_no_sense_is_refused_whatever_the_day(duration_min):
    request = wish(duration_min=duration_min, date=SATURDAY)
    with pytest.raises(InvalidField, match="duration_min: must be between 1 and 1440 minutes"):
        find(NINE_TO_FIVE, (), MONDAY_NOON, request)
    with pytest.raises(InvalidField, match="duration_min: must be between 1 and 1440 minutes"):
        judge(NINE_TO_FIVE, (), MONDAY_NOON, request, utc(28, 9))


def test_every_slot_that_is_found_is_bookable_and_is_the_same_slot():
    asked = NINE_TO_FIVE, [taken(utc(24, 8, 15), utc(24, 9))], MONDAY_NOON, wish(buffer_after_min=10)
    slots = find(*asked, limit=99).slots
    assert len(slots) == 14
    assert tuple(judge(*asked, slot.starts_at) for slot in slots) == slots


@pytest.mark.parametrize(
    ("starts_at", "changes", "answer"),
    [
        (utc(24, 9), {}, "Tue 10:00"),
        (utc(26, 9), {}, "Thu 10:00"),  # whatever day the request names
        (utc(24, 9), {"request": wish(from_minute=1200)}, "Tue 10:00"),  # and whatever part of it
        (utc(24, 9, 10), {}, Why.OFF_GRID),
        (utc(24, 9) + dt.timedelta(seconds=1), {}, Why.OFF_GRID),
        (utc(24, 16), {}, Why.OFF_GRID),  # five o'clock, when they close
        (utc(24, 15, 30), {"request": wish(duration_min=60)}, Why.OFF_GRID),  # would end half an hour later
        (utc(24, 9), {"request": wish(duration_min=481)}, Why.TOO_LONG),
        (utc(24, 9), {"busy": ALL_TUESDAY}, Why.FULL),
        (utc(24, 9), {"now": utc(24, 9, 1)}, Why.PAST),
        (utc(24, 9), {"now": utc(24, 9), "schedule": rules(notice_min=0)}, "Tue 10:00"),
        (utc(24, 9), {"now": utc(24, 7, 1)}, Why.TOO_SOON),
        (utc(24, 9), {"now": utc(24, 7)}, "Tue 10:00"),
        (utc(28, 9), {}, Why.CLOSED_THAT_WEEKDAY),
        (utc(24, 9), {"schedule": rules(exceptions=(except_on(TUESDAY),))}, Why.CLOSED_THAT_DATE),
        (utc(24, 9) + 63 * DAY, {}, Why.TOO_FAR),
    ],
)
def test_one_start_is_judged_by_the_same_rules(starts_at, changes, answer):
    assert verdict(starts_at, **changes) == answer


def test_a_refusal_is_of_the_day_that_was_judged():
    judged = judge(NINE_TO_FIVE, (), MONDAY_NOON, WISH, utc(28, 23, 30))
    assert judged == Refused(
        why=Why.CLOSED_THAT_WEEKDAY, date=dt.date(2026, 11, 29), notice_min=120, days_ahead=60
    )


def day_of(date, zone, *, opens, closes, duration_min=30):
    now = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC) - 2 * DAY
    schedule = Schedule(timezone=zone, weekly=(hours(date.weekday(), opens, closes),))
    return find(schedule, (), now, Request(date=date, duration_min=duration_min), limit=99)


def test_a_time_that_the_clock_skips_is_never_offered():
    # Berlin, 29 March 2026: 2:00 is 3:00.
    offer = day_of(dt.date(2026, 3, 29), "Europe/Berlin", opens=60, closes=240)
    assert clock(offer.slots) == ["01:00", "01:30", "03:00", "03:30"]
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["00:00", "00:30", "01:00", "01:30"]


def test_a_time_that_the_clock_shows_twice_is_offered_once():
    # New York, 1 November 2026: after 1:59 it is 1:00 again.
    offer = day_of(dt.date(2026, 11, 1), "America/New_York", opens=60, closes=180)
    assert clock(offer.slots) == ["01:00", "01:30", "02:00", "02:30"]
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["05:00", "05:30", "07:00", "07:30"]


def test_the_second_of_two_equal_times_is_off_the_grid():
    schedule = Schedule(timezone="America/New_York", weekly=(hours(6, 60, 180),))
    assert verdict(utc(1, 5, 30), schedule, now=utc(1, 0)) == "Sun 01:30"
    assert verdict(utc(1, 6, 30), schedule, now=utc(1, 0)) is Why.OFF_GRID


def test_an_hour_has_sixty_minutes_on_the_day_the_clock_jumps():
    (slot,) = day_of(dt.date(2026, 3, 29), "Europe/Berlin", opens=90, closes=210, duration_min=60).slots
    assert (clock([slot]), slot.ends_at - slot.starts_at) == (["01:30"], dt.timedelta(hours=1))


def test_a_business_that_closes_at_a_skipped_time_closes_as_the_clock_jumps():
    # From 1:30 there are 30 minutes to 2:00, which is 3:00; not 40 to 2:10.
    offer = day_of(dt.date(2026, 3, 29), "Europe/Berlin", opens=60, closes=130, duration_min=40)
    assert clock(offer.slots) == ["01:00"]


def test_a_day_of_sixty_times_24_minutes_may_reach_into_the_date_after_next():
    # From 23:30 on the Saturday before a Sunday of 23 hours, to Monday 0:30.
    open_always = Schedule(timezone="Europe/Berlin", weekly=tuple(hours(day, 0, 1440) for day in range(7)))
    request = Request(date=dt.date(2026, 3, 28), duration_min=1440)
    now = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    last = find(open_always, (), now, request, limit=99).slots[-1]
    assert f"{last.wall:%a %H:%M}, {last.ends_at.astimezone(BERLIN):%a %H:%M}" == "Sat 23:30, Mon 00:30"


def test_a_clock_may_jump_by_half_an_hour():
    # Lord Howe, 4 October 2026: 2:00 is 2:30.
    offer = day_of(dt.date(2026, 10, 4), "Australia/Lord_Howe", opens=60, closes=180)
    assert clock(offer.slots) == ["01:00", "01:30", "02:30"]
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["14:30", "15:00", "15:30"]


def test_a_date_that_never_was_has_no_slots_and_a_reason():
    assert day_of(dt.date(2011, 12, 30), "Pacific/Apia", opens=0, closes=1440).refused.why is Why.TOO_LONG


def test_an_hour_that_the_clock_repeats_after_midnight_belongs_to_the_new_day():
    # Newfoundland, 7 November 2010: after 0:00 of Sunday it is 23:01 of Saturday again.
    saturday = dt.date(2010, 11, 6)
    assert clock(day_of(saturday, "America/St_Johns", opens=1380, closes=1440).slots) == ["23:00", "23:30"]
    offer = day_of(saturday + DAY, "America/St_Johns", opens=0, closes=30)
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["02:30"]


# What an owner may do: a time that only has to be free, and whether the business is open during one.


@pytest.mark.parametrize(
    ("starts_at", "now"),
    [
        (utc(24, 9, 7), MONDAY_NOON),
        (utc(24, 3), MONDAY_NOON),
        (utc(28, 9), MONDAY_NOON),
        (MONDAY_NOON, MONDAY_NOON),
        (utc(24, 9), utc(25, 9)),
        (utc(24, 9) + 300 * DAY, MONDAY_NOON),
    ],
    ids=["off grid", "at night", "closed", "at once", "past", "far"],
)
def test_there_is_room_for_whatever_is_free(starts_at, now):
    slot = room(NINE_TO_FIVE, (), now, wish(buffer_before_min=5, buffer_after_min=10), starts_at)
    assert slot == Slot(
        wall=starts_at.astimezone(BERLIN),
        starts_at=starts_at,
        ends_at=starts_at + 30 * MINUTE,
        busy_start=starts_at - 5 * MINUTE,
        busy_end=starts_at + 40 * MINUTE,
    )


def test_there_is_no_room_where_anything_is_taken_and_the_refusal_names_the_day():
    night = utc(24, 23, 30)  # half past midnight of the Wednesday in Berlin
    refused = room(NINE_TO_FIVE, [taken(night + 29 * MINUTE, night + DAY)], MONDAY_NOON, WISH, night)
    assert refused == Refused(why=Why.FULL, date=dt.date(2026, 11, 25), notice_min=120, days_ahead=60)
    beside = [taken(night - DAY, night), taken(night + 30 * MINUTE, night + DAY)]
    assert room(NINE_TO_FIVE, beside, MONDAY_NOON, WISH, night).starts_at == night


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_open"),
    [
        (utc(24, 8), utc(24, 16), True),
        (utc(24, 7, 59), utc(24, 16), False),
        (utc(24, 8), utc(24, 16, 1), False),
        (utc(24, 20), utc(24, 21), False),
        (utc(28, 9), utc(28, 10), False),
    ],
)
def test_a_business_is_open_during_what_its_hours_hold_from_end_to_end(starts_at, ends_at, is_open):
    assert open_during(NINE_TO_FIVE, starts_at, ends_at) is is_open


def test_a_business_is_not_open_during_what_its_lunch_interrupts_but_where_hours_meet():
    with_lunch = rules(weekly=(hours(1, 540, 720), hours(1, 780, 1020), hours(1, 1020, 1080)))
    assert not open_during(with_lunch, utc(24, 10), utc(24, 13))
    assert open_during(with_lunch, utc(24, 15), utc(24, 17))


def test_a_business_is_open_over_midnight_if_both_days_are():
    around_midnight = rules(weekly=(hours(1, 1200, 1440), hours(2, 0, 120)))
    assert open_during(around_midnight, utc(24, 22), utc(25, 1))  # from eleven to two in Berlin
    assert not open_during(around_midnight, utc(24, 22), utc(25, 1, 1))
    closed = attrs.evolve(around_midnight, exceptions=(except_on(dt.date(2026, 11, 25)),))
    assert not open_during(closed, utc(24, 22), utc(24, 23, 1))
    assert open_during(closed, utc(24, 22), utc(24, 23))


def test_a_business_is_open_by_the_clock_of_its_zone_whatever_that_jumps():
    sunday = rules(weekly=(hours(6, 0, 180),))  # until three; the clock goes back from three to two first
    assert open_during(
        sunday,
        dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 2, tzinfo=dt.UTC),
    )
    assert not open_during(
        sunday,
        dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC),
        dt.datetime(2026, 10, 25, 2, 1, tzinfo=dt.UTC),
    )
