"""What is offered in place of a time that cannot be had."""

import datetime as dt
from zoneinfo import ZoneInfo

from storage.nearest import nearest
from storage.records import Schedule
from tests.storage.test_availability import (
    ALL_TUESDAY,
    DAY,
    MONDAY_NOON,
    NINE_TO_FIVE,
    WISH,
    hours,
    rules,
    taken,
    utc,
    wish,
)


def near(instant, busy=(), *, schedule=NINE_TO_FIVE, request=WISH, **more):
    slots = nearest(schedule, busy, MONDAY_NOON, request, instant, **more)
    return [f"{slot.wall:%a %H:%M}" for slot in slots]


def test_the_nearest_slots_lie_on_both_sides_of_the_wish_in_order_of_time():
    busy = [taken(utc(24, 11), utc(24, 12))]
    assert near(utc(24, 11, 5), busy) == ["Tue 11:00", "Tue 11:30", "Tue 13:00"]
    assert near(utc(24, 11), busy, limit=1) == ["Tue 11:30"]  # 13:00 is further away
    assert near(utc(24, 11, 15), busy, limit=1) == ["Tue 11:30"]  # as far as 13:00, and earlier


def test_the_nearest_slots_may_be_of_other_days():
    assert near(utc(24, 12), ALL_TUESDAY) == ["Mon 16:30", "Wed 09:00", "Wed 09:30"]
    assert near(utc(28, 10)) == ["Fri 16:00", "Fri 16:30", "Mon 09:00"]
    assert near(utc(29, 20)) == ["Fri 16:30", "Mon 09:00", "Mon 09:30"]


def test_the_nearest_slots_may_be_of_any_part_of_the_day():
    assert near(utc(24, 9), request=wish(from_minute=1200)) == ["Tue 09:30", "Tue 10:00", "Tue 10:30"]
    assert near(utc(24, 9), request=wish(until_minute=1)) == ["Tue 09:30", "Tue 10:00", "Tue 10:30"]


BREAK = ((540, 720), (780, 1020))
WEDNESDAY_11 = utc(25, 10)  # 11:00 in Berlin
ALL_WEDNESDAY = taken(utc(25, 0), utc(26, 0))
WEDNESDAY = {"date": dt.date(2026, 11, 25)}


def test_a_part_of_a_full_day_is_looked_for_on_the_days_before_and_after_it():
    afternoon = wish(**WEDNESDAY, from_minute=720, until_minute=1080)
    assert near(utc(25, 11), [ALL_WEDNESDAY], request=afternoon) == ["Tue 12:00", "Tue 12:30", "Thu 12:00"]
    morning = wish(**WEDNESDAY, until_minute=720)
    assert near(utc(24, 23), [ALL_WEDNESDAY], request=morning) == ["Tue 09:00", "Tue 09:30", "Thu 09:00"]


def test_a_part_of_the_day_comes_before_the_day_itself():
    afternoon = wish(**WEDNESDAY, from_minute=720, until_minute=1080)
    busy = [taken(utc(25, 11), utc(25, 16))]  # all of that afternoon, and nothing of that morning
    assert near(utc(25, 11), busy, request=afternoon) == ["Tue 12:00", "Tue 12:30", "Thu 12:00"]


def test_a_part_of_the_day_of_which_there_is_little_is_filled_up_with_others_of_that_day():
    evening = wish(**WEDNESDAY, from_minute=1020, until_minute=1440)
    longer = rules(weekly=(*NINE_TO_FIVE.weekly, hours(3, 1020, 1050)))
    found = near(utc(25, 16), schedule=longer, request=evening, days=6)
    assert found == ["Wed 16:00", "Wed 16:30", "Thu 17:00"]


def test_a_certain_time_of_a_full_day_is_looked_for_on_the_days_before_and_after_it():
    at_eleven = wish(**WEDNESDAY, from_minute=660, until_minute=661)
    found = near(WEDNESDAY_11, [ALL_WEDNESDAY], request=at_eleven)
    assert found == ["Tue 10:30", "Tue 11:00", "Thu 11:00"]


def test_three_hours_from_a_certain_time_is_near_on_that_day():
    at_eleven = wish(**WEDNESDAY, from_minute=660, until_minute=661)
    but_two = [taken(utc(25, 7), utc(25, 12, 30)), taken(utc(25, 13), utc(25, 16))]
    assert near(WEDNESDAY_11, but_two, request=at_eleven) == ["Tue 11:00", "Wed 13:30", "Thu 11:00"]
    later = [taken(utc(25, 7), utc(25, 14)), taken(utc(25, 14, 30), utc(25, 16))]
    assert near(WEDNESDAY_11, later, request=at_eleven) == ["Tue 10:30", "Tue 11:00", "Thu 11:00"]


def test_a_time_in_the_break_has_near_times_on_both_sides_of_it():
    with_a_break = rules(weekly=tuple(hours(day, *span) for day in range(5) for span in BREAK))
    at_half_past_twelve = wish(**WEDNESDAY, from_minute=750, until_minute=751)
    found = near(utc(25, 11, 30), schedule=with_a_break, request=at_half_past_twelve)
    assert found == ["Wed 11:30", "Wed 13:00", "Wed 13:30"]


def test_none_is_past():
    afternoon = wish(date=MONDAY_NOON.date(), from_minute=720, until_minute=1080)
    all_monday = taken(utc(23, 0), utc(24, 0))
    assert near(utc(23, 11), [all_monday], request=afternoon) == ["Tue 12:00", "Tue 12:30", "Tue 13:00"]


def test_no_slot_further_than_those_days_is_near():
    assert near(utc(24, 9), ALL_TUESDAY, days=0) == []
    only_friday = rules(weekly=(hours(4, 540, 600),))
    assert near(utc(24, 9), schedule=only_friday, days=2) == []
    assert near(utc(24, 9), schedule=only_friday, days=3) == ["Fri 09:00", "Fri 09:30"]


def test_a_slot_that_is_closer_by_the_hours_is_nearest_though_not_by_the_calendar():
    # In Samoa Thursday 29 December 2011 was followed by Saturday the 31st.
    samoa = Schedule(
        timezone="Pacific/Apia", weekly=(hours(2, 0, 60), hours(5, 0, 60)), notice_min=0, grid_min=60
    )
    late_on_thursday = dt.datetime(2011, 12, 29, 23, 0, tzinfo=ZoneInfo("Pacific/Apia")).astimezone(dt.UTC)
    slots = nearest(samoa, (), late_on_thursday - 5 * DAY, WISH, late_on_thursday, limit=1)
    assert [slot.wall.date() for slot in slots] == [dt.date(2011, 12, 31)]
