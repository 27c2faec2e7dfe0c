import datetime as dt
import sqlite3

import pytest

from storage import businesses, schedule
from storage.errors import InvalidField, NotFound
from storage.records import DayHours, ExceptionDay, Schedule, WeeklyHours
from storage.schedule import RESOURCE_ID
from tests.storage.conftest import add_business

CHRISTMAS = dt.date(2026, 12, 25)
DAY = dt.timedelta(days=1)


def hours(weekday, opens_minute, closes_minute):
    return WeeklyHours(weekday=weekday, opens_minute=opens_minute, closes_minute=closes_minute)


def except_on(date, *spans, note=""):
    opened = tuple(DayHours(opens_minute=opens, closes_minute=closes) for opens, closes in spans)
    return ExceptionDay(date=date, hours=opened, note=note)


NINE_TO_FIVE = tuple(hours(day, 540, 1020) for day in range(5))


@pytest.fixture
def ours(conn):
    return add_business(conn).id


def kept(conn, business_id):
    return schedule.exceptions(conn, business_id, dt.date(2000, 1, 1), dt.date(2100, 1, 1))


def test_a_new_business_is_open_monday_to_friday_nine_to_five(conn, ours):
    assert schedule.weekly_hours(conn, ours) == NINE_TO_FIVE


def test_hours_are_replaced_whole_and_kept_in_the_order_of_the_week(conn, ours):
    schedule.set_weekly_hours(conn, ours, [hours(6, 0, 1440), hours(0, 780, 1020), hours(0, 540, 780)])
    assert schedule.weekly_hours(conn, ours) == (hours(0, 540, 780), hours(0, 780, 1020), hours(6, 0, 1440))
    schedule.set_weekly_hours(conn, ours, [])
    assert schedule.weekly_hours(conn, ours) == ()


# What makes no sense on a weekday makes none on a date.
SENSELESS = [
    ([(1020, 540)], "17:00-9:00 is no time of a day; open before you close"),
    ([(540, 540)], "9:00-9:00 is no time of a day; open before you close"),
    ([(-1, 540)], "-1:59-9:00 is no time of a day; open before you close"),
    ([(540, 1441)], "9:00-24:01 is no time of a day; open before you close"),
    ([(600, 660), (540, 601)], "9:00-10:01 and 10:00-11:00 overlap; join them"),
    ([(540, 600), (540, 600)], "9:00-10:00 and 9:00-10:00 overlap; join them"),
    ([(minute, minute + 1) for minute in range(0, 26, 2)], "has 13 openings; at most 12 are kept"),
]


@pytest.mark.parametrize(("spans", "problem"), SENSELESS)
def test_hours_that_make_no_sense_are_refused_and_the_old_ones_stay(conn, ours, spans, problem):
    with pytest.raises(InvalidField) as refused:
        schedule.set_weekly_hours(conn, ours, [hours(0, 0, 60), *(hours(3, *span) for span in spans)])
    assert str(refused.value) == f"Thursday: {problem}"
    assert schedule.weekly_hours(conn, ours) == NINE_TO_FIVE


def test_a_week_has_seven_days(conn, ours):
    with pytest.raises(InvalidField, match="hours: 7 is no weekday; 0 is Monday and 6 is Sunday"):
        schedule.set_weekly_hours(conn, ours, [hours(7, 540, 600)])


def test_the_same_hours_on_two_weekdays_do_not_overlap(conn, ours):
    schedule.set_weekly_hours(conn, ours, [hours(1, 540, 600), hours(0, 540, 600)])
    assert schedule.weekly_hours(conn, ours) == (hours(0, 540, 600), hours(1, 540, 600))


def test_exceptions_are_kept_in_order_with_their_hours_in_order(conn, ours):
    longer = except_on(CHRISTMAS + 2 * DAY, (540, 600), (600, 1440), note="sale")
    closed = except_on(CHRISTMAS, note="Christmas")
    schedule.set_exception(
        conn, ours, except_on(CHRISTMAS + 2 * DAY, (600, 1440), (540, 600), note="  sale\n")
    )
    schedule.set_exception(conn, ours, closed)
    assert kept(conn, ours) == (closed, longer)


@pytest.mark.parametrize(
    ("since", "until", "count"), [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (1, 1, 1), (-1, -1, 0), (2, 9, 0)]
)
def test_exceptions_are_given_from_the_first_date_to_the_last_both_included(conn, ours, since, until, count):
    days = except_on(CHRISTMAS), except_on(CHRISTMAS + DAY, (540, 600))
    for day in days:
        schedule.set_exception(conn, ours, day)
    given = schedule.exceptions(conn, ours, CHRISTMAS + since * DAY, CHRISTMAS + until * DAY)
    assert len(given) == count
    assert given == tuple(day for day in days if since <= (day.date - CHRISTMAS).days <= until)


def test_a_date_has_one_exception_the_last(conn, ours):
    for day in (except_on(CHRISTMAS, (540, 600), note="short"), except_on(CHRISTMAS, (600, 660))):
        schedule.set_exception(conn, ours, day)
    assert kept(conn, ours) == (except_on(CHRISTMAS, (600, 660)),)
    schedule.set_exception(conn, ours, except_on(CHRISTMAS))
    assert kept(conn, ours) == (except_on(CHRISTMAS),)


def test_a_removed_exception_leaves_nothing(conn, ours):
    schedule.set_exception(conn, ours, except_on(CHRISTMAS, (540, 600)))
    assert schedule.remove_exception(conn, ours, CHRISTMAS) is True
    assert schedule.remove_exception(conn, ours, CHRISTMAS) is False
    assert kept(conn, ours) == ()
    assert conn.execute("SELECT count(*) FROM exception_hours").fetchone()[0] == 0


@pytest.mark.parametrize(("spans", "problem"), SENSELESS)
def test_an_exception_that_makes_no_sense_is_refused_and_the_old_one_stays(conn, ours, spans, problem):
    before = except_on(CHRISTMAS, (540, 600))
    schedule.set_exception(conn, ours, before)
    with pytest.raises(InvalidField) as refused:
        schedule.set_exception(conn, ours, except_on(CHRISTMAS, *spans))
    assert str(refused.value) == f"2026-12-25: {problem}"
    assert kept(conn, ours) == (before,)


def test_a_note_has_an_end(conn, ours):
    with pytest.raises(InvalidField, match="note: is 201 characters long; at most 200 are kept"):
        schedule.set_exception(conn, ours, except_on(CHRISTMAS, note="x" * 201))
    assert kept(conn, ours) == ()


def test_a_schedule_is_all_that_decides_with_the_exceptions_of_those_dates(conn, ours):
    businesses.change(conn, ours, timezone="Asia/Kathmandu", grid_min=45, notice_min=30, days_ahead=7)
    near = except_on(CHRISTMAS, (540, 600))
    for day in (near, except_on(CHRISTMAS + 9 * DAY)):
        schedule.set_exception(conn, ours, day)
    assert schedule.schedule(conn, ours, CHRISTMAS - DAY, CHRISTMAS + DAY) == Schedule(
        timezone="Asia/Kathmandu",
        weekly=NINE_TO_FIVE,
        exceptions=(near,),
        grid_min=45,
        notice_min=30,
        days_ahead=7,
    )


def test_a_business_that_does_not_exist_has_no_schedule(conn):
    with pytest.raises(NotFound, match="no business 99"):
        schedule.schedule(conn, 99, CHRISTMAS, CHRISTMAS)
    with pytest.raises(sqlite3.IntegrityError):
        schedule.set_exception(conn, 99, except_on(CHRISTMAS))


def test_hours_and_exceptions_are_the_businesss_own(conn, ours):
    theirs = add_business(conn, "+14155550101").id
    schedule.set_exception(conn, theirs, except_on(CHRISTMAS, (540, 600)))
    schedule.set_exception(conn, ours, except_on(CHRISTMAS))
    schedule.set_weekly_hours(conn, ours, [])
    assert schedule.remove_exception(conn, ours, CHRISTMAS) is True
    assert schedule.weekly_hours(conn, theirs) == NINE_TO_FIVE
    assert kept(conn, theirs) == (except_on(CHRISTMAS, (540, 600)),)


def test_hours_and_exceptions_are_of_the_one_resource(conn, ours):
    schedule.set_exception(conn, ours, except_on(CHRISTMAS, (540, 600)))
    for table in ("weekly_hours", "exception_days", "exception_hours"):
        assert {row[0] for row in conn.execute(f"SELECT resource_id FROM {table}")} == {RESOURCE_ID}


def test_an_instant_is_shown_by_the_clock_of_the_zone():
    instant = dt.datetime(2026, 12, 25, 18, 30, tzinfo=dt.UTC)
    assert schedule.local("Asia/Kathmandu", instant).isoformat() == "2026-12-26T00:15:00+05:45"
