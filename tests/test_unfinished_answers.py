"""Answers that the model does not finish: nobody waits in silence, and nobody is blamed for it."""

import pytest
import trio
from attrs import evolve, field, frozen

from engine.outcome import Outcome
from engine.prompt import prompt
from engine.tools import Tool, describe
from rehearsal.rig import FakeOffice, place
from simulator import Call, ModelScript, Reply
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.tones import murmur

HELLO = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
QUESTION = Say("When are you open?", murmur(700))
BEGINNING = Reply("We are open from nine to", murmur(1_500, pitch=190))
REST = Reply("five, on every day.", murmur(900, pitch=170))
BYE = Reply("Goodbye!", murmur(600, pitch=200), calls=(Call("end_call"),))
ASKED = [UntilBotQuiet(400), QUESTION, UntilBotSpeaks(100), UntilBotQuiet(700)]
ANSWERED = (*ASKED, HangUp())
GOING_ON, LOST = prompt.going_on(), prompt.answer_lost()


@frozen
class Day:
    day: str = field(metadata=describe("the day"))


def office(ran):
    async def run(arguments, _call):
        await trio.sleep(0.1)
        ran.append(arguments.day)
        return {"status": "ok"}

    return FakeOffice(tools=[Tool(name="look", description="", arguments=Day, run=run)])


async def called(*replies, steps=ANSWERED, hears=(), ran=None):
    placed = await place(
        steps,
        ModelScript(replies=[HELLO, *replies], hears=hears),
        office=office([] if ran is None else ran),
    )
    placed.assert_clean()
    return placed


def reasons(placed):
    return [each["reasons"] for each in placed.of("response_created")]


def items(placed):
    """What the model has in its conversation at the end: who, and which words."""
    return [
        (item.role, part.get("text") or part.get("transcript"))
        for item in placed.model.conversation.items
        for part in item.content
    ]


def silent_ms(placed):
    """The longest time from the end of an answer that broke off to the next sound of the bot."""
    events = placed.record.events
    over = [event.at_ms for event in events if event.kind == "response_incomplete"]
    sounds = [event.at_ms for event in events if event.kind == "first_audio"]
    said = [event.at_ms for event in events if event.kind == "bot_said"]
    ends = [min(at for at in said if at >= broken) for broken in over]
    return max(min((at for at in sounds if at >= end), default=10**6) - end for end in ends)


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
async def test_an_answer_that_breaks_off_is_finished_and_what_was_said_stands(reason, autojump_clock):
    placed = await called(evolve(BEGINNING, incomplete=reason), REST, hears=["When are you open?"])

    assert placed.said() == [
        ("bot", "Demo Dental, how can I help?"),
        ("caller", "When are you open?"),
        ("bot", "We are open from nine to"),
        ("bot", "five, on every day."),
    ]
    assert reasons(placed) == ["greeting", "utterance", "going on"]
    assert ("system", GOING_ON) in items(placed)
    assert silent_ms(placed) < 1_000
    assert (placed.of("silence_warning"), placed.model.truncated, placed.model.deleted) == ([], {}, [])


async def test_the_model_is_not_told_to_go_on_once_the_caller_has_spoken_again(autojump_clock):
    placed = await called(
        evolve(BEGINNING, incomplete="max_output_tokens"), REST, REST, steps=(*ASKED, *ASKED[1:], HangUp())
    )

    assert reasons(placed) == ["greeting", "utterance", "going on", "utterance"]
    assert ("system", GOING_ON) not in items(placed)


async def test_a_greeting_that_breaks_off_is_finished(autojump_clock):
    placed = await place(
        [UntilBotQuiet(600), HangUp()],
        ModelScript(replies=[evolve(HELLO, incomplete="max_output_tokens"), REST]),
    )

    assert reasons(placed) == ["greeting", "going on"]


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
async def test_an_answer_of_which_nothing_came_is_asked_for_in_other_words(reason, autojump_clock):
    placed = await called(Reply(incomplete=reason), REST)

    assert reasons(placed) == ["greeting", "utterance", "utterance"]
    assert ("system", LOST) in items(placed)
    assert [said for who, said in placed.said() if who == "bot"][1:] == ["five, on every day."]
    assert placed.of("silence_warning") == []


async def test_a_model_that_is_stopped_before_its_first_sound_twice_gives_way_to_the_apology(autojump_clock):
    stopped = Reply(incomplete="content_filter")
    placed = await called(stopped, stopped, steps=(UntilBotQuiet(400), QUESTION, UntilClosed()))

    failed = placed.record.events[-1]
    assert failed.fields["outcome"] == Outcome.MODEL_FAILED
    assert failed.fields["detail"] == "the model gives no answer: content_filter"


@pytest.mark.parametrize("text", ["One moment.", ""], ids=["behind words", "alone"])
async def test_a_call_that_is_cut_off_is_never_run_and_is_asked_for_again(text, autojump_clock):
    ran = []
    whole = Call("look", {"day": "Monday"})
    cut = Reply(
        text,
        murmur(500, pitch=190) if text else b"",
        calls=(evolve(whole, cut_off=True),),
        incomplete="max_output_tokens",
    )
    placed = await called(cut, Reply(calls=(whole,)), REST, ran=ran)

    assert ran == ["Monday"]
    assert reasons(placed) == ["greeting", "utterance", "going on" if text else "utterance", "tool outputs"]
    assert (("system", LOST) in items(placed)) is (text == "")
    assert placed.said()[-1] == ("bot", "five, on every day.")


async def test_a_whole_call_before_one_that_is_cut_off_is_run_and_answered(autojump_clock):
    ran = []
    calls = (Call("look", {"day": "Monday"}), Call("look", {"day": "Tuesday"}, cut_off=True))
    cut = Reply("One moment.", murmur(500, pitch=190), calls=calls, incomplete="max_output_tokens")
    placed = await called(cut, REST, ran=ran)

    assert ran == ["Monday"]
    assert reasons(placed) == ["greeting", "utterance", "going on, tool outputs"]
    assert placed.said()[-1] == ("bot", "five, on every day.")


async def test_a_model_that_never_finishes_gives_way_to_the_apology(autojump_clock):
    broken = evolve(BEGINNING, incomplete="max_output_tokens")
    placed = await called(*[broken] * 9, steps=(UntilBotQuiet(400), QUESTION, UntilClosed()))

    assert reasons(placed) == ["greeting", "utterance", "going on", "going on", "going on"]
    assert placed.outcome is Outcome.MODEL_FAILED
    assert placed.record.detail == "the model finishes no answer"
    assert placed.of("silence_warning") == []


async def test_a_caller_who_goes_on_talking_may_hear_any_number_of_answers_that_break_off(autojump_clock):
    broken = evolve(BEGINNING, incomplete="max_output_tokens")
    placed = await called(
        *[broken, broken, REST] * 3,
        steps=(
            *ASKED[:3],
            *[UntilBotQuiet(700), QUESTION, UntilBotSpeaks(100)] * 2,
            UntilBotQuiet(700),
            HangUp(),
        ),
    )

    assert reasons(placed) == ["greeting", *["utterance", "going on", "going on"] * 3]


async def test_a_caller_who_interrupts_an_answer_that_has_broken_off_is_answered(autojump_clock):
    long = Reply("We are open from nine to", murmur(5_000, pitch=190), incomplete="max_output_tokens")
    placed = await called(
        long,
        REST,
        Reply("Yes, on Sunday too.", murmur(700, pitch=210)),
        steps=(
            *ASKED[:2],
            UntilBotSpeaks(2_500),
            Say("On Sunday?", murmur(1_200)),
            UntilBotSpeaks(100),
            UntilBotQuiet(700),
            HangUp(),
        ),
    )

    assert placed.said()[-1] == ("bot", "Yes, on Sunday too.")
    assert len(placed.of("barge_in")) == 1
    assert ("system", GOING_ON) not in items(placed)
    assert placed.of("silence_warning") == []


async def test_a_caller_who_interrupts_before_it_breaks_off_is_answered_only(autojump_clock):
    slow = evolve(BEGINNING, audio=murmur(6_000, pitch=190), pace=1.2, incomplete="max_output_tokens")
    placed = await called(
        slow,
        REST,
        steps=(
            *ASKED[:2],
            UntilBotSpeaks(1_500),
            Say("On Sunday?", murmur(1_200)),
            UntilBotSpeaks(100),
            UntilBotQuiet(700),
            HangUp(),
        ),
    )

    assert reasons(placed) == ["greeting", "utterance", "utterance"]
    assert (placed.said()[-1], placed.of("silence_warning")) == (("bot", "five, on every day."), [])


@pytest.mark.parametrize("cut_off", [False, True])
async def test_a_goodbye_that_breaks_off_ends_the_call_after_a_whole_one(cut_off, autojump_clock):
    broken = evolve(BYE, calls=(Call("end_call", cut_off=cut_off),), incomplete="max_output_tokens")
    placed = await called(broken, BYE, steps=(UntilBotQuiet(400), QUESTION, UntilClosed()))

    assert (placed.outcome, placed.record.detail) == (Outcome.COMPLETED, "the goodbye was heard")
    assert reasons(placed)[-1] == ("going on" if cut_off else "goodbye")
    assert placed.of("silence_warning") == []


async def test_an_answer_that_breaks_off_again_while_it_is_finished_is_finished_all_the_same(autojump_clock):
    broken = evolve(BEGINNING, incomplete="content_filter")
    placed = await called(broken, Reply(incomplete="content_filter"), REST)

    assert reasons(placed) == ["greeting", "utterance", "going on", "going on"]
    assert {("system", GOING_ON), ("system", LOST)} <= set(items(placed))
    assert (placed.said()[-1], placed.of("silence_warning")) == (("bot", "five, on every day."), [])


async def test_what_a_tool_brought_is_heard_only_with_the_whole_answer_about_it(autojump_clock):
    look = Reply(calls=(Call("look", {"day": "Monday"}, id="call_look"),))
    broken = evolve(BEGINNING, incomplete="max_output_tokens")
    placed = await called(look, broken, REST)

    heard = [event for event in placed.record.events if event.kind in ("outputs_heard", "bot_said")]
    assert [event.kind for event in heard][-2:] == ["bot_said", "outputs_heard"]
    assert [event.fields for event in heard if event.kind == "outputs_heard"] == [{"call_ids": ["call_look"]}]
