"""How calls end: who comes back during the goodbye, goodbyes that break off, and what was still being done.

Whole calls under the virtual clock.
"""

import pytest
import trio
from attrs import evolve, frozen

from engine.outcome import Outcome
from engine.prompt import prompt
from engine.tools import Refusal, Tool
from rehearsal.rig import HUMMED, FakeOffice, place
from simulator.caller import HangUp, Pause, Press, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Abort, Call, ModelScript, Reply
from simulator.tones import cough, murmur

GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
ASK = Say("That is all.", murmur(700))
BACK = Say("No wait, I am still here.", murmur(900, pitch=120))
SHORT = Reply("Of course, go on.", murmur(700, pitch=210))
BYE = Reply("Thank you very much for your call. Goodbye!", murmur(2_000, pitch=200))
HANGS_UP = evolve(BYE, calls=(Call("end_call"),))
ANSWERED = (UntilBotSpeaks(100), UntilBotQuiet(400))

# Each call says goodbye in its second answer, for its own reason.
SILENT = evolve(HUMMED, silence_ms=2_000, silence_prompts=0)
LONG = evolve(HUMMED, longest_call_warning_ms=10, longest_call_ms=2_000)
ENDINGS = {
    Outcome.SILENCE_TIMEOUT: (SILENT, [UntilBotQuiet(400)], BYE),
    Outcome.LONGEST_CALL: (LONG, [UntilBotQuiet(400)], BYE),
    Outcome.COMPLETED: (HUMMED, [UntilBotQuiet(400), ASK], HANGS_UP),
}
in_each_ending = pytest.mark.parametrize("outcome", ENDINGS)


def reasons(placed):
    return [fields["reasons"] for fields in placed.of("response_created")]


def hang_up(placed):
    (line,) = placed.of("hang_up")
    return line["outcome"], line["detail"]


# Who comes back


@in_each_ending
@pytest.mark.parametrize(
    "comes_back",
    [
        pytest.param((UntilBotSpeaks(700), BACK), id="over the goodbye"),
        pytest.param((UntilBotSpeaks(1_900), BACK), id="in its last moment"),
        pytest.param((UntilBotSpeaks(700), Press("5"), Pause(200)), id="by a key"),
    ],
)
async def test_a_caller_who_comes_back_during_the_goodbye_is_answered(autojump_clock, outcome, comes_back):
    settings, before, bye = ENDINGS[outcome]
    placed = await place(
        [*before, *comes_back, *ANSWERED, Pause(200), HangUp()],
        ModelScript(replies=[GREETING, bye, SHORT]),
        settings=settings,
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.of("call_reopened") == [{"outcome": outcome.value}]
    assert placed.said()[-1] == ("bot", SHORT.text)
    assert reasons(placed)[2:] == ["utterance" if BACK in comes_back else "keypad"]
    told = [item.content[0]["text"] for item in placed.model.conversation.items if item.role == "system"]
    assert told[-1] == prompt.reopened(outcome)


@pytest.mark.parametrize("speaks_after_ms", [700, 1_300, 1_800])
async def test_two_words_over_the_goodbye_take_it_back(autojump_clock, speaks_after_ms):
    placed = await place(
        [
            *(UntilBotQuiet(400), ASK, UntilBotSpeaks(speaks_after_ms), Say("Oh wait.", murmur(450))),
            *(*ANSWERED, Pause(200), HangUp()),
        ],
        ModelScript(replies=[GREETING, HANGS_UP, SHORT], hears=[ASK.text, "Oh wait."]),
    )
    placed.assert_clean()
    assert placed.of("call_reopened") == [{"outcome": Outcome.COMPLETED.value}]
    assert placed.said()[-1] == ("bot", SHORT.text)


async def test_a_caller_who_comes_back_before_the_goodbye_has_begun_never_hears_it(autojump_clock):
    placed = await place(
        [UntilBotQuiet(2_000), Pause(200), BACK, *ANSWERED, Pause(200), HangUp()],
        ModelScript(replies=[GREETING, evolve(BYE, first_delta_ms=2_000), SHORT]),
        settings=SILENT,
    )
    placed.assert_clean()
    assert (placed.outcome, placed.carrier.played) == (
        Outcome.CALLER_HUNG_UP,
        GREETING.audio + SHORT.audio,
    )
    assert reasons(placed) == ["greeting", "goodbye", "utterance"]


@in_each_ending
async def test_a_cough_over_the_goodbye_takes_nothing_back(autojump_clock, outcome):
    settings, before, bye = ENDINGS[outcome]
    placed = await place(
        [*before, UntilBotSpeaks(700), Say("(cough)", cough(440)), UntilClosed()],
        ModelScript(replies=[GREETING, bye], hears=[ASK.text, ""] if ASK in before else [""]),
        settings=settings,
    )
    placed.assert_clean()
    assert placed.of("call_reopened") == []
    assert hang_up(placed) == (outcome, "the goodbye was heard")
    assert placed.carrier.played == GREETING.audio + bye.audio


async def test_a_call_that_was_taken_back_can_end_again(autojump_clock):
    again = Reply("Then goodbye!", murmur(800, pitch=220), calls=(Call("end_call"),))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(700), BACK, UntilClosed()],
        ModelScript(replies=[GREETING, HANGS_UP, again]),
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.COMPLETED, "the goodbye was heard")
    assert placed.carrier.played.endswith(again.audio)


@pytest.mark.parametrize("over_ms", [700, 1_950], ids=["in its middle", "at its end"])
async def test_who_is_being_put_through_is_put_through_whatever_they_say(autojump_clock, over_ms):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilBotSpeaks(over_ms), BACK, UntilClosed()],
        ModelScript(replies=[GREETING, Reply(calls=(Call("transfer"),)), BYE]),
        office=FakeOffice(tools=[tool("transfer", ends_call=Outcome.TRANSFERRED)]),
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.TRANSFERRED, "the goodbye was heard")
    assert placed.of("call_reopened") == []


# The longest call


LIMIT = evolve(LONG, longest_call_grace_ms=6_000)


async def test_the_longest_call_ends_for_good_when_its_grace_is_over(autojump_clock):
    talk_on = (*ANSWERED, BACK) * 5
    placed = await place(
        [UntilBotQuiet(400), UntilBotSpeaks(700), BACK, *talk_on, UntilClosed()],
        ModelScript(replies=[GREETING, BYE, *[SHORT] * 9]),
        settings=LIMIT,
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.LONGEST_CALL
    assert placed.of("call_reopened") == [{"outcome": "longest_call"}]
    assert placed.ended_s < 2.0 + 2.5 + 6.0 + 5.0


@pytest.mark.parametrize("settings", [LONG, LIMIT], ids=["at the limit", "at the end of the grace"])
async def test_nobody_is_cut_off_in_the_middle_of_a_word(autojump_clock, settings):
    long_winded = Say("I would like to know, and this is long...", murmur(4_000))
    came_back = [UntilBotSpeaks(700), BACK, *ANSWERED, Pause(2_000)] if settings is LIMIT else []
    placed = await place(
        [UntilBotQuiet(400), *came_back, long_winded, UntilClosed()],
        ModelScript(replies=[GREETING, *([BYE, SHORT] if came_back else []), SHORT, BYE]),
        settings=settings,
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.LONGEST_CALL, "the goodbye was heard")
    assert reasons(placed)[-2:] == ["utterance", "goodbye"]
    assert placed.carrier.played.endswith(SHORT.audio + BYE.audio)


async def test_the_longest_call_in_an_answer_that_comes_hardly_faster_than_it_plays_ends_in_words(
    autojump_clock,
):
    slow = Reply("A very long answer.", murmur(12_000, pitch=190), pace=1.2)
    placed = await place(
        [UntilClosed()],
        ModelScript(replies=[slow, BYE]),
        settings=evolve(LONG, answer_due_ms=2_000, goodbye_max_ms=2_000),
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.LONGEST_CALL, "the goodbye was heard")
    assert placed.carrier.played == slow.audio + BYE.audio


async def test_an_answer_that_never_ends_does_not_keep_the_longest_call_going(autojump_clock):
    endless = Reply("And so on.", murmur(14_000, pitch=190), pace=1.2)
    placed = await place(
        [UntilClosed()],
        ModelScript(replies=[endless]),
        settings=evolve(LONG, answer_due_ms=2_000, goodbye_max_ms=2_000, longest_call_grace_ms=2_000),
    )
    assert hang_up(placed) == (Outcome.LONGEST_CALL, "the goodbye took too long")
    assert placed.ended_s == pytest.approx(2.0 + 2.0 + 2 * 2.0 + 2.0)


# A goodbye that breaks off


BROKEN = {
    "failed": evolve(BYE, failed="server_error"),
    "cut by the cap": evolve(BYE, incomplete="max_output_tokens"),
    "stalled": evolve(BYE, delta_ms=1_000, pace=0.1),
}
MUTE = Reply(calls=(Call("end_call"),))


def hanging_up_by(broken, bye):
    """The broken goodbye, and before it the call of end_call that it does not live to make."""
    if bye.calls and broken is BROKEN["stalled"]:
        return [MUTE, broken]
    return [evolve(broken, calls=bye.calls)]


@in_each_ending
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_goodbye_that_breaks_off_is_said_once_more(autojump_clock, outcome, broken):
    settings, before, bye = ENDINGS[outcome]
    placed = await place(
        [*before, UntilClosed()],
        ModelScript(replies=[GREETING, *hanging_up_by(broken, bye), BYE]),
        settings=settings,
    )
    placed.assert_clean()
    assert hang_up(placed) == (outcome, "the goodbye was heard")
    assert placed.carrier.played.endswith(BYE.audio)
    assert reasons(placed)[-1] == "goodbye"


@in_each_ending
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_goodbye_that_breaks_off_twice_is_not_said_to_have_been_heard(
    autojump_clock, outcome, broken
):
    settings, before, bye = ENDINGS[outcome]
    placed = await place(
        [*before, UntilClosed()],
        ModelScript(replies=[GREETING, *hanging_up_by(broken, bye), broken]),
        settings=settings,
    )
    placed.assert_clean()
    assert hang_up(placed) == (outcome, "the goodbye broke off")


async def test_a_model_that_only_calls_instead_of_saying_goodbye_gives_way_to_the_fallback(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()], ModelScript(replies=[GREETING, MUTE, MUTE, MUTE, BYE])
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.MODEL_FAILED, "the model says no goodbye")
    assert reasons(placed) == ["greeting", "utterance", "goodbye", "goodbye"]


# What is still being done


@frozen
class Nothing:
    pass


def tool(name, takes_s=0.2, *, refuses=False, ran=None, **traits):
    async def run(_nothing, _call):
        await trio.sleep(takes_s)
        if refuses:
            raise Refusal("Nobody can take calls now.")
        if ran is not None:
            ran.append(name)
        return {"status": "ok"}

    return Tool(name=name, description="", arguments=Nothing, run=run, **traits)


@pytest.mark.parametrize("takes_s", [0.01, 5], ids=["quick", "longer than the goodbye"])
@pytest.mark.parametrize("names", [("end_call", "take_message"), ("take_message", "end_call")])
async def test_what_an_answer_does_beside_hanging_up_is_done(autojump_clock, names, takes_s):
    ran = []
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()],
        ModelScript(replies=[GREETING, evolve(BYE, calls=tuple(map(Call, names)))]),
        office=FakeOffice(tools=[tool("take_message", takes_s, ran=ran)]),
    )
    placed.assert_clean()
    assert (ran, hang_up(placed)) == (["take_message"], (Outcome.COMPLETED, "the goodbye was heard"))
    assert {(answer["name"], answer["status"]) for answer in placed.of("tool_answered")} == {
        ("end_call", "ok"),
        ("take_message", "ok"),
    }


@pytest.mark.parametrize("takes_s", [0.01, 5], ids=["quick", "longer than the goodbye"])
@pytest.mark.parametrize("names", [("end_call", "transfer"), ("transfer", "end_call")])
async def test_a_transfer_beside_end_call_puts_the_caller_through(autojump_clock, names, takes_s):
    through = Reply("I am putting you through.", murmur(900, pitch=220))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()],
        ModelScript(replies=[GREETING, evolve(BYE, calls=tuple(map(Call, names))), through]),
        office=FakeOffice(tools=[tool("transfer", takes_s, ends_call=Outcome.TRANSFERRED)]),
    )
    placed.assert_clean()
    assert hang_up(placed) == (Outcome.TRANSFERRED, "the goodbye was heard")
    assert placed.carrier.played == GREETING.audio + BYE.audio + through.audio
    assert placed.model.unanswered == ()


async def test_a_transfer_that_is_refused_beside_end_call_hangs_up_on_nobody(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), ASK, *ANSWERED, HangUp()],
        ModelScript(
            replies=[GREETING, evolve(BYE, calls=(Call("transfer"), Call("end_call"))), SHORT],
        ),
        office=FakeOffice(tools=[tool("transfer", refuses=True, ends_call=Outcome.TRANSFERRED)]),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.carrier.played == GREETING.audio + BYE.audio + SHORT.audio
    assert reasons(placed) == ["greeting", "utterance", "tool outputs"]


async def test_a_transfer_granted_when_the_model_is_gone_puts_the_caller_through_at_once(autojump_clock):
    leaving = evolve(BYE, calls=(Call("transfer"), Call("end_call")))
    placed = await place(
        [UntilBotQuiet(400), ASK, UntilClosed()],
        ModelScript(replies=[GREETING, Abort(after_ms=1_500, during=leaving)]),
        office=FakeOffice(tools=[tool("transfer", 5, ends_call=Outcome.TRANSFERRED)]),
    )
    assert placed.outcome is Outcome.TRANSFERRED
