import datetime as dt

import attrs
import pytest

from storage import booking, calls
from storage.records import Call, EventRow, Flag
from tests.storage.conftest import NOW, add_business, add_live_call, add_test_call, end_call, wish

ENDED_AT = NOW + dt.timedelta(seconds=61)
EVENTS = [(0, "connected", {}), (1500, "caller_said", {"text": "שלום", "ms": [1, None]})]
LIVE = Call(
    call_sid="CA1",
    lead_id=1,
    caller="+14155550199",
    started_at=NOW,
    ended_at=None,
    outcome=None,
    detail="",
    duration_ms=None,
    transfer_to=None,
    dial_status=None,
    test=False,
    removed_at=None,
)
ENDED = attrs.evolve(LIVE, ended_at=ENDED_AT, outcome="completed", detail="said goodbye", duration_ms=60_500)


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def finish(conn, business_id, **more):
    record = {
        "outcome": "completed",
        "detail": "said goodbye",
        "ended_at": ENDED_AT,
        "duration_ms": 60_500,
        "events": EVENTS,
    }
    return calls.finish(conn, business_id, call_sid="CA1", **{**record, **more})


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
        EventRow(seq=seq, at_ms=at_ms, kind=kind, fields=fields)
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
        outcome="interrupted",
        detail="the server stopped while this call was live",
    )
    assert calls.close_abandoned(conn) == 0


BACK_AT = NOW + dt.timedelta(seconds=90)


def begin_again(conn, business_id, started_at=BACK_AT):
    begun = {"caller": "+14155550199", "lead_id": 1, "started_at": started_at}
    return calls.begin(conn, business_id, call_sid="CA1", again=True, **begun)


def test_a_call_that_comes_back_from_a_transfer_is_live_again_and_stays_one_call(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    calls.set_transfer(conn, business_id, "CA1", "+14155550177")
    assert finish(conn, business_id, outcome="transferred")
    put_through = attrs.evolve(LIVE, transfer_to="+14155550177")
    assert begin_again(conn, business_id) == attrs.evolve(put_through, detail="said goodbye")
    assert calls.outcome(conn, "CA1") is None
    ended_at = BACK_AT + dt.timedelta(seconds=10)
    assert calls.finish(
        conn,
        business_id,
        call_sid="CA1",
        outcome="completed",
        detail="",
        ended_at=ended_at,
        duration_ms=10_000,
        events=[(0, "connected", {}), (700, "bot_said", {})],
    )
    assert calls.get(conn, business_id, "CA1") == attrs.evolve(
        put_through, ended_at=ended_at, outcome="completed", duration_ms=100_000
    )
    assert [(event.seq, event.at_ms, event.kind) for event in calls.events(conn, business_id, "CA1")] == [
        (0, 0, "connected"),
        (1, 1_500, "caller_said"),
        (2, 90_000, "connected"),
        (3, 90_700, "bot_said"),
    ]


def test_a_call_whose_line_broke_is_live_again_even_in_the_second_in_which_it_began(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    broke = {"outcome": "carrier_lost", "ended_at": NOW, "duration_ms": 300}
    assert finish(conn, business_id, **broke, events=[(0, "first", {}), (300, "hang_up", {})])
    assert begin_again(conn, business_id, started_at=NOW).outcome is None
    ended_at = NOW + dt.timedelta(seconds=8)
    ended = {"outcome": "completed", "ended_at": ended_at, "duration_ms": 7_000}
    assert finish(conn, business_id, **ended, events=[(0, "second", {}), (7_000, "hang_up", {})])
    assert (calls.outcome(conn, "CA1"), calls.get(conn, business_id, "CA1").duration_ms) == (
        "completed",
        8_000,
    )
    told = [(event.at_ms, event.kind) for event in calls.events(conn, business_id, "CA1")]
    assert told == [(0, "first"), (300, "hang_up"), (1_000, "second"), (8_000, "hang_up")]


@pytest.mark.parametrize(
    "outcome", ["completed", "caller_hung_up", "model_failed", "server_stopped", calls.INTERRUPTED]
)
def test_a_call_that_ended_otherwise_does_not_begin_again(conn, business_id, outcome):
    add_live_call(conn, business_id, "CA1")
    finish(conn, business_id, outcome=outcome)
    assert begin_again(conn, business_id).outcome == outcome


@pytest.mark.parametrize("outcome", ["transferred", "carrier_lost"])
def test_a_late_repeat_of_the_first_beginning_does_not_bring_a_call_back(conn, business_id, outcome):
    add_live_call(conn, business_id, "CA1")
    finish(conn, business_id, outcome=outcome)
    add_live_call(conn, business_id, "CA1")
    assert calls.outcome(conn, "CA1") == outcome


def test_a_call_is_put_through_to_the_number_that_was_noted_for_it(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    assert calls.transfer_to(conn, "CA1") is None
    calls.set_transfer(conn, business_id, "CA1", "+14155550177")
    calls.set_transfer(conn, business_id, "CA1", "+14155550178")
    assert calls.transfer_to(conn, "CA1") == (business_id, "+14155550178")
    assert calls.transfer_to(conn, "CA9") is None


def dial_status(conn, business_id):
    return calls.get(conn, business_id, "CA1").dial_status


@pytest.mark.parametrize("status", sorted(calls.DIAL_STATUSES))
def test_how_a_transfer_ended_is_noted_once_and_forgotten_with_the_next(conn, business_id, status):
    add_live_call(conn, business_id, "CA1")
    calls.set_transfer(conn, business_id, "CA1", "+14155550177")
    calls.set_dial_status(conn, business_id, "CA1", status)
    calls.set_dial_status(conn, business_id, "CA1", "failed")
    finish(conn, business_id, outcome="transferred")
    begin_again(conn, business_id)
    assert dial_status(conn, business_id) == status
    calls.set_transfer(conn, business_id, "CA1", "+14155550178")
    assert dial_status(conn, business_id) is None


def test_a_call_that_was_put_through_to_nobody_has_no_transfer_that_could_end(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    calls.set_dial_status(conn, business_id, "CA1", "no-answer")
    assert dial_status(conn, business_id) is None


def test_what_is_wrong_with_a_call_is_noted_once_however_often_its_end_is_written(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    flags = (
        Flag(kind="said_not_done", said="You're booked for Tuesday at three.", done="-"),
        Flag(kind="confirmation_not_heard", said="", done="2026-11-23T09:00"),
    )
    calls.flag(conn, business_id, "CA1", flags)
    calls.flag(conn, business_id, "CA1", flags)
    assert calls.flags(conn, business_id, "CA1") == flags


def test_the_last_calls_come_newest_first(conn, business_id):
    for number in (2, 1, 3):
        started_at = NOW + dt.timedelta(minutes=number)
        calls.begin(
            conn, business_id, call_sid=f"CA{number}", caller=None, lead_id=None, started_at=started_at
        )
    assert [call.call_sid for call in calls.recent(conn, business_id, 2)] == ["CA3", "CA2"]


def test_the_calls_that_a_dead_process_left_can_be_asked_for(conn, business_id):
    other = add_business(conn, "+14155550101").id
    add_live_call(conn, business_id, "CA1")
    add_live_call(conn, other, "CA2")
    finish(conn, business_id)
    add_live_call(conn, business_id, "CA3")
    calls.close_abandoned(conn)
    assert sorted(calls.interrupted(conn, NOW)) == [(business_id, "CA3"), (other, "CA2")]
    assert calls.interrupted(conn, NOW + dt.timedelta(seconds=1)) == ()


def test_what_calls_of_a_dead_process_held_is_free(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    asked = {"request": wish(), "now": NOW}
    offered = booking.offer(conn, business_id, call_sid="CA1", **asked).slots
    calls.close_abandoned(conn)
    add_live_call(conn, business_id, "CA2")
    assert booking.offer(conn, business_id, call_sid="CA2", **asked).slots == offered


def test_a_call_that_its_owner_removed_is_listed_no_more_and_is_still_there(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    finish(conn, business_id)
    assert calls.remove(conn, business_id, "CA1", BACK_AT)
    assert not calls.remove(conn, business_id, "CA1", BACK_AT + dt.timedelta(days=1))
    assert calls.get(conn, business_id, "CA1") == attrs.evolve(ENDED, removed_at=BACK_AT)
    assert calls.recent(conn, business_id, 10) == ()
    assert calls.outcomes(conn, business_id) == ()
    assert calls.restore(conn, business_id, "CA1")
    assert not calls.restore(conn, business_id, "CA1")
    assert calls.recent(conn, business_id, 10) == (ENDED,)


def test_a_live_call_or_one_that_nobody_knows_cannot_be_removed(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    assert not calls.remove(conn, business_id, "CA1", BACK_AT)
    assert not calls.remove(conn, business_id, "CA9", BACK_AT)
    assert calls.recent(conn, business_id, 10) == (LIVE,)


def test_the_ways_in_which_calls_have_ended_are_each_given_once(conn, business_id):
    for number, outcome in enumerate(("transferred", "completed", "completed")):
        end_call(conn, business_id, f"CA{number}", outcome=outcome)
    add_live_call(conn, business_id, "CA9")
    assert calls.outcomes(conn, business_id) == ("completed", "transferred")
    calls.set_transfer(conn, business_id, "CA0", "+14155550177")
    calls.set_dial_status(conn, business_id, "CA0", "no-answer")
    assert calls.outcomes(conn, business_id) == ("completed", calls.NOBODY_ANSWERED)
    calls.remove(conn, business_id, "CA0", BACK_AT)
    assert calls.outcomes(conn, business_id) == ("completed",)


def test_what_is_wrong_with_calls_is_counted_for_all_of_them_at_once(conn, business_id):
    for number in range(3):
        add_live_call(conn, business_id, f"CA{number}")
    wrong = Flag(kind="said_not_done", said="You're booked.", done="-")
    calls.flag(conn, business_id, "CA0", [wrong, wrong])
    calls.flag(conn, business_id, "CA2", [wrong])
    assert calls.flag_counts(conn, business_id, ["CA0", "CA1", "CA9"]) == {"CA0": 2}
    assert calls.flag_counts(conn, business_id, []) == {}


def test_a_test_call_is_noted_as_one_and_listed_with_the_others(conn, business_id):
    add_live_call(conn, business_id, "CA1")
    add_test_call(conn, business_id, "CAtest")
    tried = attrs.evolve(LIVE, call_sid="CAtest", lead_id=2, caller=None, test=True)
    assert calls.recent(conn, business_id, 10) == (tried, LIVE)
    assert calls.get(conn, business_id, "CAtest") == tried


def test_a_test_call_stays_one_whatever_becomes_of_it(conn, business_id):
    add_test_call(conn, business_id, "CAtest")
    end_call(conn, business_id, "CAtest", outcome="transferred")
    back = {"caller": None, "lead_id": 1, "started_at": BACK_AT, "again": True}
    assert calls.begin(conn, business_id, call_sid="CAtest", **back).test
    calls.close_abandoned(conn)
    assert calls.get(conn, business_id, "CAtest").test
