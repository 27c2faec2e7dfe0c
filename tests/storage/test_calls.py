import datetime as dt

import attrs
import pytest

from storage import calls
from storage.records import Call, CallEvent
from tests.storage.conftest import MONDAY_9, add_business, add_live_call

ENDED_AT = MONDAY_9 + dt.timedelta(seconds=61)
EVENTS = [(0, "connected", {}), (1500, "caller_said", {"text": "שלום", "ms": [1, None]})]
LIVE = Call(
    call_sid="CA1",
    lead_id=1,
    caller="+14155550199",
    started_at=MONDAY_9,
    ended_at=None,
    outcome=None,
    detail="",
    duration_ms=None,
)
ENDED = attrs.evolve(LIVE, ended_at=ENDED_AT, outcome="completed", detail="said goodbye", duration_ms=60_500)


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def finish(conn, business_id, *, outcome="completed", events=EVENTS):
    return calls.finish(
        conn,
        business_id,
        call_sid="CA1",
        outcome=outcome,
        detail="said goodbye",
        ended_at=ENDED_AT,
        duration_ms=60_500,
        events=events,
    )


def test_a_call_is_live_until_it_is_finished(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    assert calls.get(conn, business_id, "CA1") == LIVE
    assert calls.outcome(conn, "CA1") is None
    assert finish(conn, business_id)
    assert calls.get(conn, business_id, "CA1") == ENDED
    assert calls.outcome(conn, "CA1") == "completed"


def test_the_account_of_a_call_comes_back_in_order(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    assert calls.events(conn, business_id, "CA1") == ()
    finish(conn, business_id)
    assert calls.events(conn, business_id, "CA1") == tuple(
        CallEvent(seq=seq, at_ms=at_ms, kind=kind, fields=fields)
        for seq, (at_ms, kind, fields) in enumerate(EVENTS)
    )


def test_beginning_a_call_twice_changes_nothing(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    again = calls.begin(conn, business_id, call_sid="CA1", caller=None, lead_id=None, started_at=ENDED_AT)
    assert again == LIVE


def test_the_first_outcome_wins(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    assert finish(conn, business_id)
    assert not finish(conn, business_id, outcome="internal_error", events=[(0, "late", {})])
    assert calls.get(conn, business_id, "CA1") == ENDED
    assert [event.kind for event in calls.events(conn, business_id, "CA1")] == ["connected", "caller_said"]


def test_a_call_that_never_began_still_gets_its_record(conn, business_id):
    assert finish(conn, business_id)
    assert calls.get(conn, business_id, "CA1") == attrs.evolve(
        ENDED, lead_id=None, caller=None, started_at=ENDED_AT - dt.timedelta(seconds=61)
    )
    assert len(calls.events(conn, business_id, "CA1")) == 2


def test_a_call_nobody_knows_has_no_outcome_and_no_account(conn, business_id):
    assert calls.get(conn, business_id, "CA9") is None
    assert calls.outcome(conn, "CA9") is None
    assert calls.events(conn, business_id, "CA9") == ()


def test_calls_of_a_dead_process_are_closed_and_ended_ones_stay(conn, business_id):
    finish(conn, business_id)
    add_live_call(conn, business_id, "CA2")
    ended = calls.get(conn, business_id, "CA1")
    assert calls.close_abandoned(conn) == 1
    assert calls.get(conn, business_id, "CA1") == ended
    assert calls.get(conn, business_id, "CA2") == attrs.evolve(
        LIVE,
        call_sid="CA2",
        outcome="process_died",
        detail="the server stopped while this call was live",
    )
    assert calls.close_abandoned(conn) == 0
