"""`frontdesk hours`, and how hours are written."""

import datetime as dt

import pytest

from storage.records import DayHours, WeeklyHours
from tests.web.command_line import add, error, frontdesk
from web.commands import week

WEEK = [
    "Monday     9:00-17:00",
    "Tuesday    9:00-17:00",
    "Wednesday  9:00-17:00",
    "Thursday   9:00-17:00",
    "Friday     9:00-17:00",
    "Saturday   closed",
    "Sunday     closed",
]
FAR = "2999-12-24"  # no clock that this runs by is past it


@pytest.fixture
def hours(tmp_path):
    """Runs `frontdesk hours` on a business that is open from nine to five."""
    add(tmp_path / "frontdesk.db")
    return lambda *options: frontdesk("hours", "Salon", *options, "--database", tmp_path / "frontdesk.db")


def shown(printed):
    """The lines below the name."""
    assert printed[0] == 0, printed[1]
    name, *lines = printed[1].splitlines()
    assert name == "Salon (Europe/Berlin)"
    return lines


def test_the_week_is_shown(hours):
    assert shown(hours()) == WEEK


def test_the_days_that_are_named_are_replaced_and_the_others_stay(hours):
    changed = shown(
        hours("--set", "mon-wed 9:00-12:30 13:30-17:00", "--set", "sun,wed 10-14", "--closed", "fri")
    )

    assert changed == [
        "Monday     9:00-12:30 13:30-17:00",
        "Tuesday    9:00-12:30 13:30-17:00",
        "Wednesday  10:00-14:00",
        "Thursday   9:00-17:00",
        "Friday     closed",
        "Saturday   closed",
        "Sunday     10:00-14:00",
    ]
    assert shown(hours()) == changed


def test_a_date_gets_its_own_hours_and_loses_them_again(hours):
    dated = shown(
        hours(
            "--on",
            "2999-12-24",
            "9:00-11:00 12:00-13:00",
            "--on",
            "2999-12-25",
            "closed",
            "--note",
            "Christmas",
        )
    )
    assert dated == [
        *WEEK,
        "Other hours on:",
        "2999-12-24 Tue 9:00-11:00 12:00-13:00  (Christmas)",
        "2999-12-25 Wed closed  (Christmas)",
    ]
    assert shown(hours("--on", "2999-12-24", "10-11"))[-2:] == [
        "2999-12-24 Tue 10:00-11:00",
        "2999-12-25 Wed closed  (Christmas)",
    ]
    assert shown(hours("--usual", "2999-12-24", "--usual", "2999-12-25")) == WEEK


def test_a_date_that_is_past_is_not_shown(hours):
    assert shown(hours("--on", "2001-01-01", "closed")) == WEEK


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ["--set", "moo 9-17"],
            (2, "--set: 'moo' is no weekday; write mon, tue, wed, thu, fri, sat or sun, or mon-fri"),
        ),
        (["--set", "mon"], (2, "--set: the times are missing; write them as in 9:00-12:30 13:30-17:00")),
        (["--set", "mon nine to five"], (2, "--set: 'nine' is no time; write it as 9:00-17:00")),
        (
            ["--set", "mon 9:00-17:60"],
            (2, "--set: '9:00-17:60' is no time of a day; it goes from 0:00 to 24:00"),
        ),
        (
            ["--set", "mon 9:00-24:01"],
            (2, "--set: '9:00-24:01' is no time of a day; it goes from 0:00 to 24:00"),
        ),
        (
            ["--set", "fri 20:00-2:00"],
            (
                2,
                "--set: '20:00-2:00' closes before it opens; past midnight give two days: one to 24:00, "
                "the next from 0:00",
            ),
        ),
        (
            ["--closed", "weekend"],
            (2, "--closed: 'weekend' is no weekday; write mon, tue, wed, thu, fri, sat or sun, or mon-fri"),
        ),
        (["--on", "24.12.2999", "closed"], (2, "--on: '24.12.2999' is no date; write it as 2026-12-24")),
        (["--on", FAR, "shut"], (2, "--on: 'shut' is no time; write it as 9:00-17:00")),
        (["--usual", "2999-13-01"], (2, "--usual: '2999-13-01' is no date; write it as 2026-12-24")),
        (["--usual", FAR], (2, "--usual: 2999-12-24 follows its weekday already")),
        (["--set", "mon 9-12 11-13"], (1, "Monday: 9:00-12:00 and 11:00-13:00 overlap; join them")),
        (["--on", FAR, "9-12 11-13"], (1, "2999-12-24: 9:00-12:00 and 11:00-13:00 overlap; join them")),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_nothing_changes(hours, options, problem):
    assert error(hours("--closed", "fri", *options)) == problem
    assert shown(hours()) == WEEK


def test_a_note_needs_a_date(hours):
    assert error(hours("--note", "Christmas")) == (2, "--note belongs to --on; give a date")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("Monday", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sun-thu", (6, 0, 1, 2, 3)),
        ("sat-sat", (5,)),
        ("tue,Thu", (1, 3)),
        ("mon-wed,wed,sun", (0, 1, 2, 6)),
    ],
)
def test_days_are_named_singly_and_in_runs(text, days):
    assert week.parse_days(text) == days


@pytest.mark.parametrize("text", ["", "mo", "t", "mon-", "-fri", "mon,", "mon-tue-wed", "montag"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match="is no weekday; write mon"):
        week.parse_days(text)


def test_a_week_is_read_to_the_minute():
    assert week.parse_week(" sat,sun  0:00-0:01   7-24:00 ") == tuple(
        WeeklyHours(weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday in (5, 6)
        for opens, closes in ((0, 1), (420, 1440))
    )


def test_a_date_is_read_with_its_hours_and_its_note():
    day = week.parse_exception("2026-12-24", "9:00-12:00", "Christmas")

    assert (day.date, day.hours, day.note) == (
        dt.date(2026, 12, 24),
        (DayHours(opens_minute=540, closes_minute=720),),
        "Christmas",
    )
    assert week.parse_exception("2026-12-25", " Closed ", "").hours == ()
