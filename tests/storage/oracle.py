"""Random schedules and dates, and whether storage/availability.py says of them what walking the minutes says.

`python -m tests.storage.oracle 10000` compares that many.
"""

import datetime as dt
import sys
import time
from collections import Counter
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import availability
from storage.availability import Offer, Refused, Request, Slot
from storage.nearest import nearest as nearest_slots
from storage.records import Busy, DayHours, ExceptionDay, Schedule, WeeklyHours
from tests.storage import minutes
from tests.storage.minutes import EPOCH, MINUTE

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)

# Both changes of each clock, where it has any; and days on which more happens than an hour's change at night.
JUMPS = (
    ("America/New_York", dt.date(2026, 3, 8)),
    ("America/New_York", dt.date(2026, 11, 1)),
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("Asia/Jerusalem", dt.date(2026, 3, 27)),
    ("Asia/Jerusalem", dt.date(2026, 10, 25)),
    ("Asia/Kolkata", dt.date(2026, 7, 1)),  # UTC+5:30
    ("Asia/Kathmandu", dt.date(2026, 7, 1)),  # UTC+5:45
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("Pacific/Apia", dt.date(2011, 12, 30)),  # never was
    ("Pacific/Apia", dt.date(2012, 4, 1)),
    ("America/St_Johns", dt.date(2026, 3, 8)),
    ("America/St_Johns", dt.date(2026, 11, 1)),
    ("America/St_Johns", dt.date(2010, 11, 7)),  # 0:01 is 23:01 of the day before
    ("America/St_Johns", dt.date(2011, 3, 13)),  # 0:01 is 1:01
    ("Africa/Cairo", dt.date(2026, 4, 24)),  # midnight is 1:00
    ("Africa/Cairo", dt.date(2026, 10, 29)),  # midnight is 23:00 of the same day
    ("America/Havana", dt.date(2026, 11, 1)),  # 1:00 is midnight again
)


@frozen(kw_only=True)
class Case:
    """Everything that an answer depends on."""

    schedule: Schedule
    busy: tuple[Busy, ...]
    now: dt.datetime
    request: Request
    instant: dt.datetime  # to be judged, or to be near to


_QUARTERS = st.integers(0, 96).map(lambda quarter: quarter * 15)
_MINUTES = st.one_of(st.sampled_from([0, 1440]), _QUARTERS, st.integers(0, 1440))
_SPAN = st.lists(_MINUTES, min_size=2, max_size=2, unique=True).map(sorted)
_LONG = st.tuples(st.integers(0, 600), st.integers(840, 1440))
_TAKEN = st.one_of(  # in minutes from noon: the start and the length
    st.tuples(st.integers(-1400, 2600), st.integers(1, 600)),
    st.tuples(st.integers(-48, 48), st.integers(1, 24)).map(lambda drawn: (drawn[0] * 15, drawn[1] * 15)),
    st.tuples(st.integers(-900, -300), st.integers(600, 2000)),
)
_NEAR_A_JUMP = st.tuples(st.sampled_from(JUMPS), st.integers(-2, 2)).map(
    lambda drawn: (drawn[0][0], drawn[0][1] + drawn[1] * DAY)
)
_ANY_DAY = st.tuples(
    st.sampled_from([zone for zone, _ in JUMPS]), st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
)


@st.composite
def _schedules(draw, timezone, date):
    weekly = draw(st.lists(st.tuples(st.integers(-1, 3), _SPAN), max_size=5))
    if draw(st.sampled_from([True, True, True, True, False])):
        weekly.append((0, draw(st.one_of(_SPAN, _LONG))))
    spans = st.lists(_SPAN, max_size=2)
    days = draw(st.lists(st.tuples(st.integers(-1, 3), spans), max_size=2, unique_by=lambda day: day[0]))
    return Schedule(
        timezone=timezone,
        weekly=tuple(
            WeeklyHours(weekday=(date + away * DAY).weekday(), opens_minute=opens, closes_minute=closes)
            for away, (opens, closes) in weekly
        ),
        exceptions=tuple(
            ExceptionDay(
                date=date + away * DAY,
                hours=tuple(DayHours(opens_minute=opens, closes_minute=closes) for opens, closes in hours),
            )
            for away, hours in days
        ),
        grid_min=draw(st.sampled_from([15, 30, 45, 60])),
        notice_min=draw(st.sampled_from([0, 0, 45, 120, 1440, 2880])),
        days_ahead=draw(st.sampled_from([60, 60, 60, 60, 60, 2, 0])),
    )


@st.composite
def _requests(draw, date):
    from_minute, until_minute = draw(st.one_of(st.just((0, 1440)), _SPAN))
    return Request(
        date=date,
        duration_min=draw(st.one_of(st.sampled_from([5, 30, 60, 90]), st.integers(1, 300), st.just(1440))),
        buffer_before_min=draw(st.sampled_from([0, 0, 10, 45, 240])),
        buffer_after_min=draw(st.sampled_from([0, 0, 15, 240])),
        from_minute=from_minute,
        until_minute=until_minute,
    )


@st.composite
def cases(draw):
    """A business, a day of its calendar, and somebody who wants to come."""
    timezone, date = draw(st.one_of(_NEAR_A_JUMP, _NEAR_A_JUMP, _ANY_DAY))
    noon = dt.datetime.combine(date, dt.time(12), ZoneInfo(timezone)).astimezone(dt.UTC)
    now_min = draw(st.one_of(st.integers(-1440, 720), st.integers(-5 * 1440, 0)))
    instant_min = draw(st.one_of(_QUARTERS.map(lambda minute: minute - 720), st.integers(-900, 900)))
    return Case(
        schedule=draw(_schedules(timezone, date)),
        busy=tuple(
            Busy(starts_at=noon + start * MINUTE, ends_at=noon + (start + length) * MINUTE)
            for start, length in draw(st.lists(_TAKEN, max_size=4))
        ),
        now=noon + now_min * MINUTE + draw(st.sampled_from([0, 0, 1, 59])) * SECOND,
        request=draw(_requests(date)),
        instant=noon + instant_min * MINUTE + draw(st.sampled_from([0, 0, 0, 1])) * SECOND,
    )


def _slot(case, at):
    starts_at, request = EPOCH + at * MINUTE, case.request
    ends_at = EPOCH + (at + request.duration_min) * MINUTE
    return Slot(
        wall=starts_at.astimezone(ZoneInfo(case.schedule.timezone)),
        starts_at=starts_at,
        ends_at=ends_at,
        busy_start=starts_at - request.buffer_before_min * MINUTE,
        busy_end=ends_at + request.buffer_after_min * MINUTE,
    )


def _refused(case, why, date):
    rules = case.schedule
    refused = Refused(why=why, date=date, notice_min=rules.notice_min, days_ahead=rules.days_ahead)
    if why != "not_then":
        return refused
    closes, opens = minutes.around(rules, case.request)
    last = minutes.last_start(rules, case.request, case.now) if (closes, opens) != (None, None) else None
    return attrs.evolve(refused, closes_minute=closes, opens_minute=opens, last_start_minute=last)


def found(case):
    """What is to be offered, by the minutes."""
    starts, why = minutes.find(case.schedule, case.busy, case.now, case.request)
    if why:
        return Offer(refused=_refused(case, why, case.request.date))
    return Offer(slots=tuple(_slot(case, at) for at in starts))


def judged(case, instant):
    """What is to be said of that start, by the minutes."""
    date = instant.astimezone(ZoneInfo(case.schedule.timezone)).date()
    request = attrs.evolve(case.request, date=date)
    why = minutes.judge(case.schedule, case.busy, case.now, request, instant)
    return _refused(case, why, date) if why else _slot(case, (instant - EPOCH) // MINUTE)


def nearest(case, limit, days):
    """What is to be offered around the case's instant, by the minutes of all those days."""
    zone, request = ZoneInfo(case.schedule.timezone), case.request
    wish = case.instant.astimezone(zone)
    minute, part = wish.hour * 60 + wish.minute, set(range(request.from_minute, request.until_minute))
    if len(part) < 2 or minute not in part:
        part = set(range(minute - 180, minute + 181))
    left, chosen = [], []
    for away in range(-days, days + 1):
        day = attrs.evolve(request, date=wish.date() + away * DAY, from_minute=0, until_minute=1440)
        left += minutes.find(case.schedule, case.busy, case.now, day)[0]

    def unlikeness(at):
        wall = (EPOCH + at * MINUTE).astimezone(zone)
        other_part, other_day = wall.hour * 60 + wall.minute not in part, wall.date() != wish.date()
        return {(0, 0): "a", (0, 1): "b", (1, 0): "c", (1, 1): "d"}[other_part, other_day]

    def distance(at):
        wall = (EPOCH + at * MINUTE).astimezone(zone)
        by_instant = abs(EPOCH + at * MINUTE - case.instant) / MINUTE
        if len(part) == 1440 or wall.date() == wish.date():
            return 0, by_instant, at
        return abs((wall.date() - wish.date()).days), abs(wall.hour * 60 + wall.minute - minute), at

    while left and len(chosen) < limit:
        best = min(map(unlikeness, left))
        sides = {True: [], False: []}
        for at in left:
            if unlikeness(at) == best:
                sides[EPOCH + at * MINUTE < case.instant].append(at)
        before = sum(EPOCH + at * MINUTE < case.instant for at in chosen)
        wanted = sides[True] + sides[False]
        if before * 2 != len(chosen):
            wanted = sides[before * 2 < len(chosen)] or wanted
        chosen.append(min(wanted, key=distance))
        left.remove(chosen[-1])
    return tuple(_slot(case, at) for at in sorted(chosen))


def compare(case):
    """Both ways find the same slots or the same reason, and judge the same starts the same. Which it was."""
    asked = case.schedule, case.busy, case.now, case.request
    expected = found(case)
    offer = availability.find(*asked, limit=1440)
    assert offer == expected
    # Wall times of one zone are equal without a look at their fold (PEP 495).
    assert [slot.wall.isoformat() for slot in offer.slots] == [
        slot.wall.isoformat() for slot in expected.slots
    ]
    assert availability.find(*asked, limit=2).slots == expected.slots[:2]
    ends = [slot.starts_at for slot in (*expected.slots[:1], *expected.slots[-1:])]
    for instant in (case.instant, *ends):
        assert availability.judge(*asked, instant) == judged(case, instant)
    return str(expected.refused.why) if expected.refused else "free"


def compare_nearest(case, limit, days):
    """Both ways give the same alternatives. How many."""
    asked = case.schedule, case.busy, case.now, case.request
    expected = nearest(case, limit, days)
    assert nearest_slots(*asked, case.instant, limit=limit, days=days) == expected
    return len(expected)


WISHES = {"case": cases(), "limit": st.integers(1, 4), "days": st.integers(1, 4)}


def main(examples):
    """Compare that many cases, and the alternatives of a tenth as many; say what they were."""
    answers, alternatives = Counter(), Counter()
    often = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @often
    @given(cases())
    def whole(case):
        answers[compare(case)] += 1

    @settings(often, max_examples=max(1, examples // 10))
    @given(**WISHES)
    def around(case, limit, days):
        alternatives[compare_nearest(case, limit, days)] += 1

    began = time.monotonic()
    whole()
    around()
    print(f"all agree, {time.monotonic() - began:.0f} s")
    print("answers:", dict(answers.most_common()))
    print("nearest, by how many were found:", dict(sorted(alternatives.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]))
