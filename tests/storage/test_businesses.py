import sqlite3

import attrs
import pytest

from storage import businesses
from storage.errors import InvalidField
from storage.records import WeeklyHours
from tests.storage.conftest import add_business

VALID = {"name": "Salon", "number": "+14155550100", "timezone": "Europe/Berlin", "language": "en"}


def hours(weekday, opens_minute, closes_minute):
    return WeeklyHours(weekday=weekday, opens_minute=opens_minute, closes_minute=closes_minute)


def test_a_business_is_found_by_its_number_and_by_its_id(conn):
    business = businesses.add(conn, **{**VALID, "name": "  Salon Dönmez ", "language": "DE"})
    assert attrs.asdict(business) == {
        **VALID,
        "id": 1,
        "name": "Salon Dönmez",
        "language": "de",
        "keeps_audio": False,
        "created_at": business.created_at,
    }
    assert business.created_at.utcoffset().total_seconds() == 0
    assert businesses.by_number(conn, "+14155550100") == business
    assert businesses.by_id(conn, business.id) == business


def test_a_business_keeps_its_calls_audio_only_if_it_says_so(conn):
    assert businesses.add(conn, **VALID, keeps_audio=True).keeps_audio is True
    assert businesses.by_number(conn, VALID["number"]).keeps_audio is True
    assert add_business(conn, "+14155550101").keeps_audio is False
    with pytest.raises(sqlite3.IntegrityError, match="keeps_audio"):
        conn.execute("UPDATE businesses SET keeps_audio = 2")


def test_an_unknown_number_is_nobodys(conn):
    add_business(conn)
    assert businesses.by_number(conn, "+14155550999") is None
    assert businesses.by_id(conn, 99) is None


def test_a_new_business_is_open_monday_to_friday_nine_to_five(conn):
    assert businesses.weekly_hours(conn, add_business(conn).id) == tuple(
        hours(day, 540, 1020) for day in range(5)
    )


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("name", " ", "is empty"),
        ("name", "a\nb", "must be one line of text"),
        ("name", "a" * 201, "is 201 characters long; at most 200 are kept"),
        ("number", "4155550100", "is not a number like +14155550100: a plus, the country code, digits only"),
        ("number", "+1 415 555", "is not a number like +14155550100: a plus, the country code, digits only"),
        ("timezone", "Berlin", "'Berlin' is not a zone name such as Europe/Berlin"),
        ("timezone", "Europe", "'Europe' is not a zone name such as Europe/Berlin"),
        ("timezone", "../etc/passwd", "'../etc/passwd' is not a zone name such as Europe/Berlin"),
        ("timezone", "", "'' is not a zone name such as Europe/Berlin"),
        ("timezone", "\0", "'\\x00' is not a zone name such as Europe/Berlin"),
        ("language", "english", "is not a language code of two or three letters, such as en or he"),
        ("language", "e1", "is not a language code of two or three letters, such as en or he"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(conn, field, value, problem):
    with pytest.raises(InvalidField) as refused:
        businesses.add(conn, **{**VALID, field: value})
    assert (refused.value.field, refused.value.problem) == (field, problem)
    assert conn.execute("SELECT count(*) FROM businesses").fetchone()[0] == 0


def test_two_businesses_cannot_have_one_number(conn):
    add_business(conn)
    with pytest.raises(InvalidField, match="number: already belongs to a business"):
        add_business(conn)


def test_hours_are_replaced_whole_and_kept_in_the_order_of_the_week(conn):
    business_id = add_business(conn).id
    businesses.set_weekly_hours(
        conn, business_id, [hours(6, 0, 1440), hours(0, 780, 1020), hours(0, 540, 780)]
    )
    assert businesses.weekly_hours(conn, business_id) == (
        hours(0, 540, 780),
        hours(0, 780, 1020),
        hours(6, 0, 1440),
    )
    businesses.set_weekly_hours(conn, business_id, [])
    assert businesses.weekly_hours(conn, business_id) == ()


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ([hours(0, 1020, 540)], "weekday 0 17:00-9:00 is no time of a week; open before you close"),
        ([hours(0, 540, 540)], "weekday 0 9:00-9:00 is no time of a week; open before you close"),
        ([hours(7, 540, 600)], "weekday 7 9:00-10:00 is no time of a week; open before you close"),
        ([hours(0, 540, 1441)], "weekday 0 9:00-24:01 is no time of a week; open before you close"),
        (
            [hours(0, 600, 660), hours(0, 540, 601)],
            "weekday 0 9:00-10:01 and weekday 0 10:00-11:00 overlap; join them",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_the_old_ones_stay(conn, spans, problem):
    business_id = add_business(conn).id
    before = businesses.weekly_hours(conn, business_id)
    with pytest.raises(InvalidField) as refused:
        businesses.set_weekly_hours(conn, business_id, spans)
    assert (refused.value.field, refused.value.problem) == ("hours", problem)
    assert businesses.weekly_hours(conn, business_id) == before
