"""What of the calls asks for a human, and whether callers are answered."""

import pytest

from engine.outcome import Outcome
from storage import call_search, calls, trouble
from storage.records import Flag
from tests.storage.conftest import HOUR, NOW, add_business, add_test_call, end_call

UNTRUE = Flag(kind="said_not_done", said="You're booked.", done="")
HEARD = [(0, "first_audio", {})]


@pytest.fixture
def business_id(conn):
    return add_business(conn).id


def add_call(conn, business_id, hours, outcome="completed", *, heard=True, flags=(), sid=None):
    """One that began so many hours after NOW."""
    sid = sid or f"CA{hours}"
    begun = {"caller": None, "lead_id": None, "started_at": NOW + hours * HOUR}
    calls.begin(conn, business_id, call_sid=sid, **begun)
    if outcome is not None:
        end_call(conn, business_id, sid, outcome=outcome, events=HEARD if heard else [])
    calls.flag(conn, business_id, sid, flags)


def to_check(conn, business_id, since=NOW, limit=9):
    return [call.call_sid for call in trouble.to_check(conn, business_id, since, limit)]


def showing(conn, business_id, since=NOW):
    call = trouble.showing(conn, business_id, since)
    return call and call.call_sid


def test_a_call_is_to_be_checked_if_it_failed_or_something_in_it_was_not_so(conn, business_id):
    add_call(conn, business_id, 1, "model_failed")
    add_call(conn, business_id, 2)
    add_call(conn, business_id, 3, flags=[UNTRUE, UNTRUE])
    add_call(conn, business_id, 4, outcome=None)
    assert to_check(conn, business_id) == ["CA3", "CA1"]
    assert to_check(conn, business_id, limit=1) == ["CA3"]
    assert to_check(conn, business_id, since=NOW + 2 * HOUR) == ["CA3"]


def test_what_was_removed_or_was_a_test_is_not_to_be_checked(conn, business_id):
    add_call(conn, business_id, 1, "model_failed", flags=[UNTRUE])
    calls.remove(conn, business_id, "CA1", NOW)
    add_test_call(conn, business_id, "CAtest")
    end_call(conn, business_id, "CAtest", outcome="model_failed")
    assert to_check(conn, business_id) == []


@pytest.mark.parametrize("status", sorted(calls.DIAL_STATUSES))
@pytest.mark.parametrize("outcome", ["transferred", "completed"])
def test_a_call_is_to_be_checked_if_its_caller_asked_for_a_person_and_nobody_answered(
    conn, business_id, outcome, status
):
    add_call(conn, business_id, 1, outcome=None)
    calls.set_transfer(conn, business_id, "CA1", "+14155550177")
    calls.set_dial_status(conn, business_id, "CA1", status)
    assert to_check(conn, business_id) == []  # they are on the line
    end_call(conn, business_id, "CA1", outcome=outcome)
    missed = status in calls.MISSED
    assert (to_check(conn, business_id) == ["CA1"]) == missed
    assert trouble.needs_a_look(calls.get(conn, business_id, "CA1"), 0) == missed
    assert bool(call_search.find(conn, business_id, flagged=True)) == missed


@pytest.mark.parametrize("outcome", [*Outcome, calls.INTERRUPTED])
def test_every_outcome_is_a_failure_or_an_end_that_somebody_wanted(conn, business_id, outcome):
    add_call(conn, business_id, 1, str(outcome))
    owes_words = outcome in set(Outcome) and Outcome(outcome).owes_words
    failed = owes_words or outcome in ("carrier_lost", "interrupted")
    assert (to_check(conn, business_id) == ["CA1"], outcome in trouble.FAILED) == (failed, failed)


def test_the_last_call_that_was_heard_or_failed_shows_whether_callers_are_answered(conn, business_id):
    add_call(conn, business_id, 1)
    add_call(conn, business_id, 2, "model_failed", heard=False)
    add_call(conn, business_id, 3, "caller_hung_up", heard=False)
    add_call(conn, business_id, 4, "server_stopped", heard=False)
    add_call(conn, business_id, 5, outcome=None)
    assert showing(conn, business_id) == "CA2"
    add_call(conn, business_id, 6, "server_stopped")
    assert showing(conn, business_id) == "CA6"
    assert showing(conn, business_id, since=NOW + 7 * HOUR) is None


def test_of_two_calls_of_one_second_the_second_counts(conn, business_id):
    add_call(conn, business_id, 1, sid="CAz")
    add_call(conn, business_id, 1, "model_failed", sid="CAa")
    assert showing(conn, business_id) == "CAa"
    assert to_check(conn, business_id) == ["CAa"]


def test_a_test_call_shows_nothing(conn, business_id):
    add_test_call(conn, business_id, "CAtest")
    end_call(conn, business_id, "CAtest", events=HEARD)
    assert showing(conn, business_id) is None


def test_the_last_outcomes_are_those_of_all_businesses_without_tests_and_live_calls(conn, business_id):
    theirs = add_business(conn, "+14155550101").id
    assert trouble.last_outcomes(conn, 3) == ()
    add_call(conn, theirs, 1, "model_failed")
    add_call(conn, business_id, 2)
    add_call(conn, theirs, 3, "transferred")
    add_call(conn, business_id, 4, outcome=None)
    add_test_call(conn, business_id, "CAtest")
    end_call(conn, business_id, "CAtest", outcome="model_failed")
    assert trouble.last_outcomes(conn, 2) == ("transferred", "completed")
    assert trouble.last_outcomes(conn, 9) == ("transferred", "completed", "model_failed")
