"""What an owner is told of the line, from what is known of it."""

import datetime as dt

import pytest
from attrs import evolve

from storage.records import Call, Reached
from storage.trouble import FAILED, NOT_ANSWERED
from web.line_status import LineFacts, LineState, line_state

AT = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def call(outcome):
    return Call(
        dial_status=None,
        call_sid="CA1",
        lead_id=None,
        caller=None,
        started_at=AT,
        ended_at=AT,
        outcome=outcome,
        detail="",
        duration_ms=9,
        transfer_to=None,
        test=False,
        removed_at=None,
    )


WELL = LineFacts(
    problems={},
    connected=True,
    reached=Reached(came_at=AT, heard_at=AT),
    last=call("completed"),
    on_the_line=False,
)
UNHEARD = evolve(WELL, reached=Reached(came_at=AT, heard_at=None), last=None)


def test_callers_are_answered_if_one_has_come_and_heard_the_receptionist_and_nothing_failed_since():
    assert line_state(WELL) == LineState.ANSWERING
    assert line_state(evolve(WELL, last=None)) == LineState.ANSWERING  # kept no longer


@pytest.mark.parametrize(
    ("lacks", "state"),
    [
        ({"problems": {"model": "OPENAI_API_KEY is not set"}}, LineState.NOT_ANSWERING),
        ({"connected": False, "reached": None, "last": None}, LineState.NOT_CONNECTED),
        ({"reached": None, "last": None}, LineState.NEVER_REACHED),
        ({"reached": None, "last": None, "on_the_line": True}, LineState.NEVER_REACHED),
        ({"last": call("model_failed")}, LineState.LAST_FAILED),
        ({"last": call("model_failed"), "on_the_line": True}, LineState.LAST_FAILED),
        ({"reached": UNHEARD.reached, "last": None}, LineState.NEVER_HEARD),
    ],
)
def test_whatever_lacks_is_told_and_not_that_callers_are_answered(lacks, state):
    assert line_state(evolve(WELL, **lacks)) == state


def test_what_keeps_this_process_from_taking_a_call_comes_first():
    assert line_state(evolve(UNHEARD, connected=False, problems={"calls": "draining"})) == (
        LineState.NOT_ANSWERING
    )


def test_while_the_first_call_is_on_the_line_nobody_says_that_it_is_not_heard():
    assert line_state(evolve(UNHEARD, on_the_line=True)) == LineState.ANSWERING


@pytest.mark.parametrize("outcome", sorted(FAILED))
def test_every_failure_is_told_until_a_call_is_answered_but_that_the_server_was_stopped(outcome):
    failed = line_state(evolve(WELL, last=call(outcome))) == LineState.LAST_FAILED
    assert failed == (outcome in NOT_ANSWERED) == (outcome != "server_stopped")
