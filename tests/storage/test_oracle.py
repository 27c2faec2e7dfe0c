"""Availability agrees with a walk through every minute (tests/storage/minutes.py)."""

import ast
import datetime as dt
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from storage.availability import Request, Why
from storage.records import Schedule, WeeklyHours
from tests.storage import minutes
from tests.storage.oracle import WISHES, cases, compare, compare_nearest

FEW = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_same_slots_reasons_and_judgements_as_a_walk_through_every_minute():
    answers = Counter()

    @settings(FEW, max_examples=220)
    @given(cases())
    def agree(case):
        answers[compare(case)] += 1

    agree()
    # So that the comparison is one of everything that can be answered, not of closed doors.
    assert set(answers) == {"free", *(why for why in Why if why is not Why.OFF_GRID)}
    assert answers["free"] > 40


def test_the_same_alternatives_as_a_walk_through_every_minute():
    counts = Counter()

    @settings(FEW, max_examples=60)
    @given(**WISHES)
    def agree(case, limit, days):
        counts[compare_nearest(case, limit, days)] += 1

    agree()
    assert counts.total() - counts[0] > 15


def all_night(timezone):
    """Open from 22:00 to 5:00, on every day."""
    return Schedule(
        timezone=timezone,
        weekly=tuple(
            WeeklyHours(weekday=weekday, opens_minute=opens, closes_minute=closes)
            for weekday in range(7)
            for opens, closes in ((0, 300), (1320, 1440))
        ),
    )


def shown(timezone, date, duration_min=30):
    """The starts of a day in UTC, by the minutes, by hand below."""
    starts = minutes.starts(all_night(timezone), Request(date=date, duration_min=duration_min))
    return [f"{minutes.EPOCH + start.at * minutes.MINUTE:%H:%M}" for start in starts]


def test_the_walk_itself_skips_what_the_clock_skips():
    assert shown("Europe/Berlin", dt.date(2026, 3, 29)) == [
        *("23:00", "23:30", "00:00", "00:30"),  # 0:00 to 1:30; 2:00 and 2:30 are never shown
        *("01:00", "01:30", "02:00", "02:30"),  # 3:00 to 4:30
        *("20:00", "20:30", "21:00", "21:30"),  # 22:00 to 23:30
    ]
    assert shown("Pacific/Apia", dt.date(2011, 12, 30)) == []


def test_the_walk_itself_takes_the_first_of_what_the_clock_shows_twice():
    assert shown("Australia/Lord_Howe", dt.date(2026, 4, 5))[:6] == [
        *("13:00", "13:30", "14:00"),  # 0:00 to 1:00
        *("14:30", "15:30", "16:00"),  # 1:30, which comes again at 15:00; 2:00 and 2:30
    ]
    assert shown("Africa/Cairo", dt.date(2026, 10, 29))[-4:] == ["19:00", "19:30", "20:00", "20:30"]


def test_the_walk_shares_nothing_with_what_it_checks():
    tree = ast.parse(Path(minutes.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"functools", "zoneinfo", "attrs"}
