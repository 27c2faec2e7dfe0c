import datetime as dt

import pytest

from storage import availability, holds, schedule
from storage.errors import InvalidField
from storage.records import Busy
from tests.storage.conftest import HOUR, MONDAY, NOW, add_business, add_live_call, add_test_call, wish

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def business_id(conn):
    business_id = add_business(conn).id
    for number in (1, 2):
        add_live_call(conn, business_id, f"CA{number}")
    return business_id


@pytest.fixture
def slots(conn, business_id):
    """Four free half hours that follow each other."""
    rules = schedule.schedule(conn, business_id, MONDAY, MONDAY)
    return availability.find(rules, (), NOW, wish(duration_min=30), limit=4).slots


def seen_by(conn, business_id, call_sid, *, now=NOW, since=NOW, until=NOW + 100 * 24 * HOUR):
    return holds.of_others(conn, business_id, call_sid=call_sid, since=since, until=until, now=now)


def busy(slots):
    return tuple(Busy(starts_at=slot.busy_start, ends_at=slot.busy_end) for slot in slots)


def test_what_a_call_holds_is_busy_for_others_only(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:2], now=NOW)
    assert seen_by(conn, business_id, "CA2") == busy(slots[:2])
    assert seen_by(conn, business_id, "CA1") == ()


def test_only_what_touches_the_asked_time_is_given(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:3], now=NOW)
    window = {"since": slots[1].busy_start, "until": slots[1].busy_end}
    assert seen_by(conn, business_id, "CA2", **window) == busy(slots[1:2])


def test_a_call_holds_what_it_was_offered_last(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:3], now=NOW)
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[2:], now=NOW)
    assert seen_by(conn, business_id, "CA2") == busy(slots[2:])


def test_a_call_holds_at_most_three_times(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:1], now=NOW)
    with pytest.raises(InvalidField, match="slots: are 4; a call holds at most 3"):
        holds.hold(conn, business_id, call_sid="CA1", slots=slots, now=NOW)
    assert seen_by(conn, business_id, "CA2") == busy(slots[:1])


def test_a_hold_lasts_three_minutes_from_when_it_was_renewed_last(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:2], now=NOW)
    assert holds.renew(conn, business_id, call_sid="CA1", now=NOW + 100 * SECOND) == 2
    assert holds.renew(conn, business_id, call_sid="CA2", now=NOW + 100 * SECOND) == 0
    assert seen_by(conn, business_id, "CA2", now=NOW + 279 * SECOND) == busy(slots[:2])
    assert seen_by(conn, business_id, "CA2", now=NOW + 280 * SECOND) == ()


def test_a_hold_that_has_expired_cannot_be_renewed_because_another_call_may_have_it(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:1], now=NOW)
    late = NOW + 180 * SECOND
    holds.hold(conn, business_id, call_sid="CA2", slots=slots[:1], now=late)
    assert holds.renew(conn, business_id, call_sid="CA1", now=late) == 0
    assert seen_by(conn, business_id, "CA2", now=late) == ()


def test_a_call_that_ends_gives_back_its_own_and_nobody_elses(conn, business_id, slots):
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:2], now=NOW)
    holds.hold(conn, business_id, call_sid="CA2", slots=slots[2:3], now=NOW)
    assert holds.release(conn, business_id, call_sid="CA1") == 2
    assert holds.release(conn, business_id, call_sid="CA1") == 0
    assert seen_by(conn, business_id, "CA1") == busy(slots[2:3])


def test_a_test_call_holds_nothing_and_sees_what_others_hold(conn, business_id, slots):
    add_test_call(conn, business_id, "CAtest")
    holds.hold(conn, business_id, call_sid="CA1", slots=slots[:1], now=NOW)
    holds.hold(conn, business_id, call_sid="CAtest", slots=slots[:3], now=NOW)
    assert seen_by(conn, business_id, "CA2") == busy(slots[:1])
    assert seen_by(conn, business_id, "CAtest") == busy(slots[:1])
    assert holds.renew(conn, business_id, call_sid="CAtest", now=NOW) == 0
    assert holds.release(conn, business_id, call_sid="CAtest") == 0
