"""The tool calls of a conversation, stepped: slow ones, interrupted ones, and one that ends the call."""

import pytest
import trio
from attrs import evolve, frozen

from engine.account import OutputsHeard, fields_of
from engine.actions import End, Note
from engine.caller.turns import BargeInPaused, BargeInReal
from engine.carrier import Dtmf, MarkReached
from engine.model import AnswerTool, CancelResponse, CreateResponse, DeleteItem, Tell
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import DEFAULTS
from engine.tools import Tool
from tests.engine.test_conversation import BEGINS, COUNTS, ENDS, SKIPPED, Talk

SLOW_MS = DEFAULTS.slow_tool_ms
UNTOLD = [DeleteItem]  # the filler's instruction, before anything else is asked for


@frozen
class Nothing:
    pass


async def never(_arguments, _call):
    await trio.sleep_forever()


def tool(name, **traits):
    return Tool(name=name, description="", arguments=Nothing, run=never, **traits)


TOOLS = (tool("find", interruptible=True), tool("save"), tool("transfer", ends_call=Outcome.TRANSFERRED))


def talking(settings=DEFAULTS):
    """A call whose greeting was heard, and whose caller has just asked for something."""
    talk = Talk(settings, TOOLS)
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.asked()
    return talk


@pytest.fixture
def talk():
    return talking()


def outputs(talk):
    """The outputs that the model was given since the last time it was asked about."""
    return [command.call_id for command in talk.to_model if isinstance(command, AnswerTool)]


def told(talk):
    """What the model was told in words, since the last time."""
    return [command.text for command in talk.to_model if isinstance(command, Tell)]


def answered(talk):
    return [
        (fields_of(note.line)["call_id"], fields_of(note.line)["status"], fields_of(note.line)["why"])
        for note in talk.notes
        if note.line.kind == "tool_answered"
    ]


# Slow tools


def test_a_caller_who_hears_nothing_from_a_slow_tool_is_asked_for_patience_once(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS - 1)
    assert talk.asked() == []
    talk.wait(1)
    assert told(talk) == [prompt.filler()]
    (create,) = [command for command in talk.to_model if isinstance(command, CreateResponse)]
    assert create.with_tools is False
    talk.asked()
    talk.answer("filler", 500)
    talk.wait(6_000)
    assert (talk.asked(), talk.kinds().count("filler")) == ([], 1)


def test_the_output_after_a_filler_gets_its_own_answer_and_only_that_is_credited_with_it(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.answer("filler", 500)
    talk.asked()
    talk.tool_answers()
    assert talk.asked() == [AnswerTool, *UNTOLD, CreateResponse]
    talk.wait(500)
    assert "outputs_heard" not in talk.kinds()
    talk.answer("r2", 500)
    talk.wait(500)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


def test_an_output_that_comes_before_the_filler_has_begun_takes_its_place(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.asked()
    talk.tool_answers()
    assert talk.asked() == [CancelResponse, AnswerTool]
    talk.created("filler")
    talk.done("filler", "cancelled")
    assert talk.asked() == [*UNTOLD, CreateResponse]
    talk.created("r2")
    assert talk.notes[-1].line.reasons == "tool outputs"


def test_a_tool_that_answers_in_time_needs_no_filler(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS - 1)
    talk.tool_answers()
    talk.answer("r2", 500)
    talk.wait(3_000)
    assert "filler" not in talk.kinds()


def test_what_the_bot_says_with_the_call_postpones_the_filler(talk):
    talk.audio("r1", 2_000)  # "Let me look."
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(2_000 + SLOW_MS - 1)
    assert "filler" not in talk.kinds()
    talk.wait(1)
    assert "filler" in talk.kinds()


def test_a_caller_who_speaks_while_a_tool_is_slow_is_answered_instead(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS - 500)
    talk.feed(BEGINS, COUNTS)
    talk.wait(1_000)
    talk.asked()
    talk.feed(ENDS)
    assert talk.asked() == [CreateResponse]
    talk.answer("r2", 500)
    talk.wait(5_000)
    assert "filler" not in talk.kinds()


def test_a_cough_only_postpones_the_filler(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS - 100)
    talk.feed(BEGINS)
    talk.wait(200)
    talk.feed(SKIPPED)
    talk.wait(SLOW_MS - 1)
    assert "filler" not in talk.kinds()
    talk.wait(1)
    assert "filler" in talk.kinds()


def test_no_filler_is_said_into_a_number_that_is_being_keyed_in(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS - 100)
    for _ in range(3):
        talk.feed(Dtmf(digit="1"))
        talk.wait(1_000)
    talk.asked()
    talk.wait(DEFAULTS.keypad_end_ms)
    assert "filler" not in talk.kinds()
    assert talk.asked() == [Tell, CreateResponse]


def test_one_filler_serves_all_tools_that_run(talk):
    talk.call("r1", "save")
    talk.call("r1", "save", "call_2", '{"n": 2}')
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.answer("filler", 500)
    talk.wait(6_000)
    assert talk.kinds().count("filler") == 1


def test_a_filler_waits_until_every_tool_is_slow(talk):
    talk.call("r1", "save")
    talk.wait(1_000)
    talk.call("r1", "save", "call_2", '{"n": 2}')
    talk.done("r1")
    talk.wait(SLOW_MS - 1)
    talk.tool_answers("call_2")
    talk.created("r2")
    assert talk.notes[-1].line.reasons == "tool outputs"
    assert "filler" not in talk.kinds()


def test_a_filler_that_the_caller_overtakes_is_not_said_later(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.created("filler")
    talk.feed(BEGINS, COUNTS)
    talk.done("filler", "cancelled")
    talk.feed(ENDS)
    talk.created("r2")
    assert talk.notes[-1].line.reasons == "utterance"


def test_a_filler_that_fails_is_not_asked_for_again(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.created("filler")
    talk.asked()
    talk.done("filler", "failed", "server_error")
    assert (talk.asked(), talk.ended) == ([], [])
    talk.tool_answers()
    assert talk.asked() == [AnswerTool, *UNTOLD, CreateResponse]


def test_a_filler_calls_no_tools(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.created("filler")
    talk.call("filler", "find", "call_2")
    talk.call("filler", "end_call", "call_3")
    talk.done("filler")
    assert [call.call_id for call in talk.running] == ["call_1"]
    assert answered(talk) == [("call_2", "refused", "filler"), ("call_3", "refused", "filler")]
    assert talk.conversation.closing is False


# Interruptions


def interrupt(talk):
    talk.wait(600)
    talk.feed(BEGINS, BargeInPaused(300), BargeInReal(500))


def test_a_real_barge_in_cancels_only_what_is_interruptible(talk):
    talk.audio("r1", 3_000)
    talk.call("r1", "find")
    talk.call("r1", "save", "call_2")
    talk.done("r1")
    talk.wait(600)
    talk.feed(BEGINS, BargeInPaused(300))
    assert talk.cancelled == []
    talk.feed(BargeInReal(500))
    assert talk.cancelled == ["call_1"]


def test_a_cancelled_tool_has_one_output_and_the_next_answer_knows_it(talk):
    talk.audio("r1", 3_000)
    talk.call("r1", "find")
    talk.done("r1")
    interrupt(talk)
    talk.asked()
    talk.feed(ENDS)
    assert talk.asked() == []  # until the tool says that it was stopped
    talk.tool_answers(status="cancelled")
    assert outputs(talk) == ["call_1"]
    assert talk.asked() == [AnswerTool, CreateResponse]


def test_a_tool_that_finished_before_the_barge_in_is_not_cancelled_and_not_lost(talk):
    talk.audio("r1", 3_000)
    talk.call("r1", "find")
    talk.done("r1")
    talk.tool_answers()
    interrupt(talk)
    assert (talk.cancelled, outputs(talk)) == ([], ["call_1"])
    talk.feed(ENDS)
    talk.created("r2")
    talk.done("r2", "cancelled")
    talk.answer("r3", 500)
    talk.wait(500)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


def test_a_key_over_the_bot_cancels_what_is_interruptible(talk):
    talk.audio("r1", 3_000)
    talk.call("r1", "find")
    talk.done("r1")
    talk.wait(600)
    talk.feed(Dtmf(digit="0"))
    assert talk.cancelled == ["call_1"]


def test_an_output_that_only_called_another_tool_speaks_about_is_credited_to_the_words(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.tool_answers()
    talk.created("r2")
    talk.call("r2", "find", "call_2")
    talk.done("r2")
    talk.tool_answers("call_2")
    talk.answer("r3", 500)
    talk.wait(500)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1", "call_2"]))


def test_a_filler_is_credited_with_no_output(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.tool_answers()
    talk.created("r2")
    talk.call("r2", "find", "call_2")
    talk.done("r2")
    talk.wait(SLOW_MS)
    talk.answer("filler", 500)
    talk.wait(500)
    assert "outputs_heard" not in talk.kinds()
    talk.tool_answers("call_2")
    talk.answer("r3", 500)
    talk.wait(500)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1", "call_2"]))


# What is not run


def test_beyond_the_limit_the_model_speaks_about_the_first_refusal_and_no_other():
    talk = talking(evolve(DEFAULTS, tool_calls_max=1))
    talk.call("r1", "save")
    talk.tool_answers()
    talk.done("r1")
    talk.created("r2")
    talk.asked()
    talk.call("r2", "save", "call_2", '{"n": 2}')
    assert outputs(talk) == ["call_2"]
    talk.asked()
    talk.done("r2")
    assert (talk.asked(), len(talk.running)) == ([CreateResponse], 1)
    assert answered(talk) == [("call_2", "refused", "limit")]
    talk.created("r3")
    talk.call("r3", "save", "call_3", '{"n": 3}')
    talk.asked()
    talk.done("r3")
    assert (talk.asked(), len(talk.running)) == ([], 1)
    talk.wait(DEFAULTS.silence_ms)
    assert talk.asked() == [Tell, CreateResponse]  # no dead air


def test_a_repeat_is_spoken_about_but_a_model_in_a_loop_is_not_asked_for_ever(talk):
    talk.call("r1", "save", "call_0")
    talk.tool_answers("call_0", say="Saved.")
    talk.done("r1")
    creates = 0
    while CreateResponse in talk.asked():
        creates += 1
        talk.created(f"loop_{creates}")
        talk.call(f"loop_{creates}", "save", f"call_{creates}")
        talk.done(f"loop_{creates}")
    assert (creates, len(talk.running)) == (2, 1)
    assert answered(talk) == [("call_1", "ok", "repeat"), ("call_2", "ok", "repeat")]


@pytest.mark.parametrize(("between", "runs"), [("save", 3), ("find", 2)])
def test_only_a_tool_that_changes_something_makes_the_same_request_new(between, runs, talk):
    talk.call("r1", "transfer")
    talk.tool_answers(status="refused")
    talk.call("r1", between, "call_2")
    talk.tool_answers("call_2")
    talk.call("r1", "transfer", "call_3")
    assert len(talk.running) == runs


def test_a_caller_who_asks_whether_anybody_is_there_does_not_make_a_slow_tool_run_twice(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.answer("filler", 500)
    talk.wait(500)
    talk.feed(BEGINS, ENDS)  # "Hello?"
    talk.created("r2")
    talk.call("r2", "save", "call_2")
    talk.done("r2")
    talk.asked()
    talk.tool_answers()
    assert ([call.call_id for call in talk.running], answered(talk)) == (
        ["call_1"],
        [("call_2", "refused", "repeat")],
    )
    assert talk.asked() == [AnswerTool, CreateResponse]


def test_a_key_answer_allows_the_same_request_anew(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.tool_answers()
    talk.feed(Dtmf(digit="1"))
    talk.wait(DEFAULTS.keypad_end_ms)
    talk.created("r2")
    talk.done("r2", "cancelled")
    talk.created("r3")
    talk.call("r3", "save", "call_2")
    assert [call.call_id for call in talk.running] == ["call_1", "call_2"]


# The tool that ends the call


def test_a_transfer_says_one_goodbye_drained_to_its_last_mark(talk):
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.asked()
    talk.tool_answers()
    assert talk.conversation.closing
    assert (outputs(talk), told(talk)) == (["call_1"], [prompt.goodbye(Outcome.TRANSFERRED)])
    talk.answer("bye", 1_000)
    talk.wait(900)
    assert talk.ended == []
    talk.wait(100)
    talk.feed(MarkReached(name="3.8000"))
    assert talk.ended == [End(Outcome.TRANSFERRED, "the goodbye was heard")]


def test_a_barge_in_on_the_words_of_a_transfer_is_ignored(talk):
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.tool_answers()
    talk.answer("bye", 1_000)
    interrupt(talk)
    talk.wait(400)
    talk.feed(MarkReached(name="3.8000"))
    assert [end.outcome for end in talk.ended] == [Outcome.TRANSFERRED]
    assert "barge_in" not in talk.kinds()


def test_a_slow_transfer_says_its_goodbye_behind_the_filler(talk):
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.wait(SLOW_MS)
    talk.created("filler")
    talk.audio("filler", 500)
    talk.tool_answers()
    talk.done("filler")
    talk.answer("bye", 1_000)
    talk.wait(499)
    assert talk.played == [1, 3]
    talk.wait(1)
    assert talk.played == [1, 3, 4]
    talk.wait(1_000)
    talk.feed(MarkReached(name="4.8000"))
    assert [end.outcome for end in talk.ended] == [Outcome.TRANSFERRED]


@pytest.mark.parametrize("status", ["refused", "error", "timeout", "cancelled"])
def test_a_transfer_that_does_not_succeed_is_an_ordinary_output(status, talk):
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.asked()
    talk.tool_answers(status=status)
    assert talk.conversation.closing is False
    assert talk.asked() == [AnswerTool, CreateResponse]


def test_a_transfer_that_succeeds_while_the_call_closes_puts_the_caller_through():
    talk = talking(evolve(DEFAULTS, longest_call_warning_ms=500, longest_call_ms=1_000))
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.wait(1_000)
    assert talk.conversation.closing
    talk.tool_answers()
    talk.answer("bye", 500)
    talk.wait(3_000)
    assert [end.outcome for end in talk.ended] == [Outcome.TRANSFERRED]


def test_a_transferred_call_owes_the_caller_no_words():
    assert Outcome.TRANSFERRED.owes_words is False


# Answers about an output that break off


def spoken_of(talk):
    return [note.line.call_ids for note in talk.notes if note.line.kind == "outputs_heard"]


def breaks_off(talk, name):
    talk.created(name)
    talk.audio(name, 400)
    talk.done(name, "incomplete")


def test_an_output_is_heard_with_the_answer_that_finishes_one_about_it(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.tool_answers()
    breaks_off(talk, "r2")
    talk.wait(600)
    assert spoken_of(talk) == []
    talk.answer("r3", 500)
    talk.wait(600)
    assert spoken_of(talk) == [["call_1"]]


def test_an_output_of_which_an_answer_was_broken_off_and_overtaken_is_spoken_of_once(talk):
    talk.call("r1", "save")
    talk.done("r1")
    talk.tool_answers()
    talk.feed(BEGINS)
    breaks_off(talk, "r2")  # it waits for the caller, who then goes on
    talk.feed(COUNTS, ENDS)
    talk.answer("r3", 500)
    talk.wait(600)
    assert spoken_of(talk) == [["call_1"]]
