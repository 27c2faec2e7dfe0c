"""How often wrong facts came from a number on a day."""

import datetime as dt

import pytest

from storage import erasure, wrong_facts
from storage.wrong_facts import WrongFacts
from tests.storage.conftest import MONDAY, add_business, add_live_call, end_call

DANA, ROSA = "+14155550199", "+14155550188"
TUESDAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def note(conn, business_id, phone, day, *kinds):
    for kind in kinds:
        wrong_facts.note(conn, business_id, phone, day, kind)


def of(conn, business_id, *asked):
    return [wrong_facts.of(conn, business_id, phone, day) for phone, day in asked]


def test_they_are_counted_by_number_day_and_kind(conn, business_id):
    note(conn, business_id, DANA, MONDAY, "day", "name", "day")
    note(conn, business_id, DANA, TUESDAY, "name")
    assert of(conn, business_id, (DANA, MONDAY), (DANA, TUESDAY), (ROSA, MONDAY)) == [
        WrongFacts(days=2, names=1),
        WrongFacts(names=1),
        WrongFacts(),
    ]


def test_they_go_with_their_day(conn, business_id):
    note(conn, business_id, DANA, MONDAY, "day", "name")
    note(conn, business_id, ROSA, TUESDAY, "day")
    assert [wrong_facts.expire(conn, business_id, day) for day in (MONDAY, TUESDAY)] == [0, 2]
    assert of(conn, business_id, (DANA, MONDAY), (ROSA, TUESDAY)) == [WrongFacts(), WrongFacts(days=1)]


def test_they_outlive_their_call_and_go_with_the_caller_who_is_erased(conn, business_id):
    add_live_call(conn, business_id, "CA1", phone=DANA)
    note(conn, business_id, DANA, MONDAY, "day")
    note(conn, business_id, ROSA, MONDAY, "day")
    end_call(conn, business_id, "CA1")
    erasure.erase_call(conn, business_id, "CA1")
    assert of(conn, business_id, (DANA, MONDAY)) == [WrongFacts(days=1)]
    erasure.erase_caller(conn, business_id, DANA)
    assert of(conn, business_id, (DANA, MONDAY), (ROSA, MONDAY)) == [WrongFacts(), WrongFacts(days=1)]
