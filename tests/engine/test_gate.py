"""The response gate, stepped: reasons, ids, times."""

from math import inf

import pytest

from engine.bot.gate import ResponseGate
from engine.model import CancelResponse, RateLimit
from engine.settings import DEFAULTS
from engine.states import Gate, Reason


@pytest.fixture
def gate() -> ResponseGate:
    gate = ResponseGate(DEFAULTS)
    gate.reasons.add(Reason.UTTERANCE)
    return gate


def test_one_create_serves_every_reason_that_has_gathered(gate):
    gate.reasons.add(Reason.TOOL_OUTPUTS)
    assert gate.create(0.0) == "create_1"
    assert (gate.carried, gate.reasons) == ({Reason.UTTERANCE, Reason.TOOL_OUTPUTS}, set())
    gate.reasons.add(Reason.SILENCE)
    assert gate.create(1.0) is None


def test_a_refused_create_keeps_its_reasons_and_waits_before_the_next(gate):
    event_id = gate.create(0.0)
    assert gate.refused("somebody_else", 1.0) is False
    assert gate.refused(event_id, 1.0) is True
    assert (gate.state, gate.reasons, gate.create(2.0), gate.retry_ms) == (
        Gate.NONE,
        {Reason.UTTERANCE},
        None,
        501.0,
    )
    gate.retry(501.0)
    assert gate.create(501.0) == "create_2"


def test_a_cancel_before_the_response_exists_waits_for_it(gate):
    gate.create(0.0)
    assert gate.cancel(1.0, keep_reasons=True) == CancelResponse("cancel_2")
    assert gate.created("r", 2.0) is True
    assert (gate.state, gate.reasons) == (Gate.CANCELLING, {Reason.UTTERANCE})
    assert gate.done("r") is True
    assert gate.state is Gate.NONE


def test_a_cancel_of_nothing_frees_the_gate(gate):
    gate.create(0.0)
    cancel = gate.cancel(1.0, keep_reasons=False)
    assert gate.refused(cancel.command_id, 2.0) is True
    assert (gate.state, gate.reasons, gate.failures, gate.retry_ms) == (
        Gate.NONE,
        {Reason.UTTERANCE},
        0,
        inf,
    )


def test_a_late_refusal_of_a_cancel_changes_nothing(gate):
    gate.create(0.0)
    gate.created("r", 1.0)
    cancel = gate.cancel(2.0, keep_reasons=True)
    gate.done("r")
    gate.create(3.0)
    assert gate.refused(cancel.command_id, 4.0) is False
    assert gate.state is Gate.REQUESTED


def test_a_response_that_was_not_asked_for_is_not_let_in(gate):
    assert gate.created("r", 0.0) is False
    gate.create(1.0)
    gate.created("mine", 2.0)
    assert gate.created("another", 3.0) is False
    assert gate.done("another") is False
    assert gate.state is Gate.ACTIVE


def test_an_answer_is_due_6_s_after_its_last_sign_of_life_or_its_last_audible_byte(gate):
    assert gate.due_ms(0.0) == inf
    gate.create(1_000.0)
    gate.created("r", 1_100.0)
    gate.progressed("r", 2_000.0)
    assert (gate.due_ms(0.0), gate.due_ms(5_000.0)) == (8_000.0, 11_000.0)
    gate.cancel(3_000.0, keep_reasons=True)
    assert gate.due_ms(9_000.0) == 5_000.0


def test_a_rate_limit_that_is_over_already_holds_nothing_up(gate):
    assert gate.hold(RateLimit(wait_ms=0), 10.0) == 0
    assert gate.retry_ms == 10.0
    gate.retry(10.0)
    assert gate.create(10.0) == "create_1"
