import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.availability import Offer, find_slots, speak_slot
from storage.errors import InvalidField
from storage.records import Busy, WeeklyHours

TUESDAY = dt.date(2026, 11, 24)
MONDAY_NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def hours(weekday, opens_minute, closes_minute):
    return WeeklyHours(weekday=weekday, opens_minute=opens_minute, closes_minute=closes_minute)


NINE_TO_FIVE = tuple(hours(day, 540, 1020) for day in range(5))


def utc(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def find(**changes):
    asked = {
        "hours": NINE_TO_FIVE,
        "busy": (),
        "timezone": "Europe/Berlin",
        "now": MONDAY_NOON,
        "date": TUESDAY,
        "duration_min": 30,
    }
    return find_slots(**{**asked, **changes})


def spoken(offer):
    return [f"{slot.wall:%H:%M}" for slot in offer.slots]


def test_the_first_free_slots_of_the_day_are_offered():
    offer = find(busy=[Busy(starts_at=utc(24, 8, 15), ends_at=utc(24, 9))])  # 9:15 to 10:00 in Berlin
    assert offer.reason is None
    assert spoken(offer) == ["10:00", "10:30", "11:00"]
    first = offer.slots[0]
    assert (first.starts_at, first.ends_at) == (utc(24, 9), utc(24, 9, 30))
    assert first.wall.tzinfo == ZoneInfo("Europe/Berlin")


def test_a_slot_may_end_as_the_busy_time_begins_and_begin_as_it_ends():
    busy = [Busy(starts_at=utc(24, 8, 30), ends_at=utc(24, 9))]
    assert spoken(find(busy=busy)) == ["09:00", "10:00", "10:30"]


def test_a_slot_ends_no_later_than_the_business_closes():
    assert spoken(find(duration_min=60, limit=99))[-1] == "16:00"


def test_the_grid_counts_from_each_opening():
    spans = (hours(1, 9 * 60 + 10, 10 * 60 + 45), hours(1, 14 * 60, 15 * 60))
    assert spoken(find(hours=spans, grid_min=45, limit=9)) == ["09:10", "09:55", "14:00"]


def test_two_stretches_that_meet_are_one():
    spans = (hours(1, 540, 600), hours(1, 600, 660))
    assert spoken(find(hours=spans, duration_min=60, limit=9)) == ["09:00", "09:30", "10:00"]


def test_a_slot_may_go_over_midnight_where_the_business_is_open_on_both_sides():
    spans = (hours(1, 23 * 60, 24 * 60), hours(2, 0, 60))
    assert spoken(find(hours=spans, duration_min=60)) == ["23:00", "23:30"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date": dt.date(2026, 11, 28)}, "we are closed on Saturday"),
        ({"hours": ()}, "we are closed on Tuesday"),
        ({"date": dt.date(2026, 11, 22)}, "that day is over"),
        ({"now": utc(24, 15, 31)}, "that day is over"),  # 16:31, and the last slot was at 16:30
        ({"now": utc(24, 14)}, "that is too soon for us, we need 2 hours notice"),
        ({"now": utc(24, 14), "notice_min": 1440}, "that is too soon for us, we need 1 day notice"),
        ({"now": utc(24, 15), "notice_min": 45}, "that is too soon for us, we need 45 minutes notice"),
        ({"now": utc(24, 15), "notice_min": 60}, "that is too soon for us, we need 1 hour notice"),
        ({"date": dt.date(2027, 1, 25)}, "that is too far ahead, we book at most 60 days ahead"),
        ({"duration_min": 481}, "we are not open long enough on Tuesday for that"),
        ({"busy": [Busy(starts_at=utc(24, 0), ends_at=utc(25, 0))]}, "that day is fully booked"),
    ],
)
def test_where_there_is_nothing_the_caller_hears_why(changes, reason):
    assert find(**changes) == Offer(reason=reason)


def test_notice_and_the_last_bookable_day_include_their_own_end():
    assert spoken(find(now=utc(24, 13, 30))) == ["16:30"]
    assert find(date=dt.date(2027, 1, 22)).slots


@pytest.mark.parametrize("duration_min", [0, -30, 1441])
def test_a_duration_that_makes_no_sense_is_refused(duration_min):
    with pytest.raises(InvalidField, match="duration_min: must be between 1 and 1440 minutes"):
        find(duration_min=duration_min)


def day_of(date, zone, *, opens, closes, **changes):
    now = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=2)
    spans = (hours(date.weekday(), opens, closes),)
    return find(hours=spans, timezone=zone, now=now, date=date, limit=99, **changes)


def test_a_time_that_the_clock_skips_is_never_offered():
    # Berlin, 29 March 2026: 2:00 is 3:00.
    offer = day_of(dt.date(2026, 3, 29), "Europe/Berlin", opens=60, closes=240)
    assert spoken(offer) == ["01:00", "01:30", "03:00", "03:30"]
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["00:00", "00:30", "01:00", "01:30"]


def test_a_time_that_the_clock_shows_twice_is_offered_once():
    # New York, 1 November 2026: after 1:59 it is 1:00 again.
    offer = day_of(dt.date(2026, 11, 1), "America/New_York", opens=60, closes=180)
    assert spoken(offer) == ["01:00", "01:30", "02:00", "02:30"]
    assert [f"{slot.starts_at:%H:%M}" for slot in offer.slots] == ["05:00", "05:30", "07:00", "07:30"]


def test_an_hour_has_sixty_minutes_on_the_day_the_clock_jumps():
    (slot,) = day_of(dt.date(2026, 3, 29), "Europe/Berlin", opens=90, closes=210, duration_min=60).slots
    assert (f"{slot.wall:%H:%M}", slot.ends_at - slot.starts_at) == ("01:30", dt.timedelta(hours=1))


def test_a_slot_is_spoken_by_its_wall_time():
    assert speak_slot(find(now=utc(24, 8, 5), notice_min=0).slots[0]) == "Tuesday 24 November at 9:30"
    assert speak_slot(find().slots[0]) == "Tuesday 24 November at 9:00"


# The oracle: no intervals and no arithmetic on wall times. It walks through the minutes of the days one by
# one and reads the wall clock, remembering the latest time that the clock has shown on its date. The business
# is open while that latest time is within its hours; a start is the first minute at which the clock shows it.


def walk(zone, date):
    """(instant, minute of the day, latest minute shown on that date, date) of three days."""
    instant = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=1)
    latest = {}
    while True:
        wall = instant.astimezone(zone)
        if wall.date() > date + dt.timedelta(days=2):
            return
        minute = wall.hour * 60 + wall.minute
        latest[wall.date()] = max(minute, latest.get(wall.date(), 0))
        yield instant, minute, latest[wall.date()], wall.date()
        instant += MINUTE


def slow_slots(*, hours, busy, timezone, now, date, duration_min, grid_min, notice_min, **_):
    open_minutes, first_shown = set(), {}
    for instant, minute, latest, day in walk(ZoneInfo(timezone), date):
        today = [span for span in hours if span.weekday == day.weekday()]
        if any(span.opens_minute <= latest < span.closes_minute for span in today):
            open_minutes.add(instant)
        on_grid = any(
            span.opens_minute <= minute < span.closes_minute and (minute - span.opens_minute) % grid_min == 0
            for span in today
        )
        if day == date and on_grid:
            first_shown.setdefault(minute, instant)
    for span in busy:
        open_minutes -= {instant for instant in open_minutes if span.starts_at <= instant < span.ends_at}
    return [
        start
        for start in sorted(first_shown.values())
        if start >= now + notice_min * MINUTE
        and all(start + n * MINUTE in open_minutes for n in range(duration_min))
    ]


JUMPS = [
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("America/New_York", dt.date(2026, 3, 8)),
    ("America/New_York", dt.date(2026, 11, 1)),
    ("Asia/Jerusalem", dt.date(2026, 3, 27)),
    ("Asia/Jerusalem", dt.date(2026, 10, 25)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("Africa/Cairo", dt.date(2026, 4, 24)),  # midnight is 1:00
    ("Africa/Cairo", dt.date(2026, 10, 29)),  # midnight is 23:00 of the same day
    ("America/Havana", dt.date(2026, 11, 1)),  # 1:00 is midnight again
    ("Asia/Kathmandu", dt.date(2026, 7, 1)),  # UTC+5:45
]
DAYS = st.sampled_from(JUMPS).flatmap(
    lambda jump: st.tuples(
        st.just(jump[0]), st.integers(-1, 1).map(lambda days: jump[1] + dt.timedelta(days=days))
    )
)
QUARTERS = st.integers(0, 96).map(lambda quarter: quarter * 15)
SPANS = st.lists(
    st.tuples(st.integers(0, 2), QUARTERS, QUARTERS).filter(lambda span: span[1] < span[2]), max_size=5
)
NIGHT = [(0, 0, 240), (0, 22 * 60, 1440), (1, 0, 300), (1, 22 * 60, 1440)]


@settings(max_examples=120, deadline=None)
@given(
    day=DAYS,
    spans=SPANS,
    busy=st.lists(st.tuples(st.integers(-600, 2400), st.integers(1, 300)), max_size=3),
    now_min=st.integers(-4000, 1500),
    duration_min=st.integers(1, 240),
    grid_min=st.sampled_from([15, 30, 45, 60]),
    notice_min=st.sampled_from([0, 120]),
)
@example(("Europe/Berlin", dt.date(2026, 3, 29)), NIGHT, [], -4000, 60, 30, 0)
@example(("Europe/Berlin", dt.date(2026, 10, 25)), NIGHT, [], -4000, 60, 30, 0)
@example(("Africa/Cairo", dt.date(2026, 4, 23)), NIGHT, [], -4000, 90, 15, 0)
@example(("Africa/Cairo", dt.date(2026, 10, 29)), NIGHT, [], -4000, 90, 15, 0)
@example(("America/Havana", dt.date(2026, 11, 1)), NIGHT, [], -4000, 45, 15, 0)
def test_the_same_slots_as_a_walk_through_every_minute(
    day, spans, busy, now_min, duration_min, grid_min, notice_min
):
    timezone, date = day
    midnight = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    asked = {
        "hours": tuple(hours((date.weekday() + days) % 7, *minutes) for days, *minutes in spans),
        "busy": tuple(
            Busy(starts_at=midnight + start * MINUTE, ends_at=midnight + (start + minutes) * MINUTE)
            for start, minutes in busy
        ),
        "timezone": timezone,
        "now": midnight + now_min * MINUTE,
        "date": date,
        "duration_min": duration_min,
        "grid_min": grid_min,
        "notice_min": notice_min,
        "limit": 10_000,
    }
    offer = find_slots(**asked)
    assert [slot.starts_at for slot in offer.slots] == slow_slots(**asked)
    assert (offer.reason is None) == bool(offer.slots)
    for slot in offer.slots:
        assert slot.wall.astimezone(dt.UTC) == slot.starts_at
        assert slot.wall.fold == 0
        assert slot.ends_at - slot.starts_at == duration_min * MINUTE
