"""Callers who speak on and on: all of it is heard, and nobody talks over them but once. Whole calls."""

from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import DEFAULTS
from rehearsal.rig import place
from simulator.caller import HangUp, Pause, Say, UntilBotQuiet
from simulator.model_script import ModelScript, Reply
from simulator.tones import murmur

GREETING = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
GO_ON = Reply("I am listening.", murmur(3_000, pitch=210))
ANSWER = Reply("I see. Let us find you a time.", murmur(700, pitch=200))


def story(ms):
    return Say("It is a long story.", murmur(ms))


async def told(ms, replies):
    placed = await place(
        [UntilBotQuiet(400), story(ms), UntilBotQuiet(900), Pause(3_000), HangUp()],
        ModelScript(replies=replies, hears=["The first part.", "The second.", "The third.", "The rest."]),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    return placed


def reasons(placed):
    return [fields["reasons"] for fields in placed.of("response_created")]


def talked_over_ms(placed):
    (said,) = placed.carrier.said
    return sum(
        max(0, min(said.until_ms, began + len(sound) // 8) - max(said.at_ms, began))
        for began, sound in placed.carrier.heard
    )


def heard_whole(placed):
    """Every frame of the story went up once, in its order."""
    went_up = b"".join(placed.model.committed)
    return murmur(placed.carrier.said[0].until_ms - placed.carrier.said[0].at_ms) in went_up


async def test_a_story_of_a_minute_is_heard_to_its_last_word_and_then_answered(autojump_clock):
    placed = await told(70_000, [GREETING, ANSWER])
    assert heard_whole(placed)
    assert talked_over_ms(placed) == 0
    assert reasons(placed) == ["greeting", "utterance"]
    assert placed.said()[1:] == [
        ("caller", "The first part."),
        ("caller", "The second."),
        ("caller", "The third."),
        ("bot", ANSWER.text),
    ]
    assert [line["capped"] for line in placed.of("utterance_ended")] == [True, True, False]


async def test_who_never_ends_is_cut_in_on_once_and_can_stop_the_bot(autojump_clock):
    placed = await told(100_000, [GREETING, GO_ON, ANSWER])
    assert heard_whole(placed)
    assert talked_over_ms(placed) < 1_000
    assert reasons(placed) == ["greeting", "utterance", "utterance"]
    assert placed.said()[-1] == ("bot", ANSWER.text)
    system = [item.content[0]["text"] for item in placed.model.conversation.items if item.role == "system"]
    assert system[1:] == [prompt.cut_in()]


async def test_who_stops_when_the_bot_cuts_in_is_answered_with_the_rest(autojump_clock):
    short = Reply("Yes?", murmur(300, pitch=210))
    for more_ms in (100, 300, 700):  # before its first sound, and into it
        placed = await told(DEFAULTS.longest_turn_ms + more_ms, [GREETING, short, short, ANSWER])
        assert heard_whole(placed)
        assert reasons(placed)[-1] == "utterance"
        assert placed.of("utterance_ended")[-1]["speech_ms"] <= more_ms


async def test_a_noise_without_words_is_cut_in_on_after_its_first_part(autojump_clock):
    placed = await place(
        [UntilBotQuiet(400), Say("", murmur(45_000)), UntilBotQuiet(900), Pause(3_000), HangUp()],
        ModelScript(replies=[GREETING, GO_ON, ANSWER], hears=["", ""]),
    )
    placed.assert_clean()
    began_ms = next(e.at_ms for e in placed.record.events if e.kind == "utterance_started")
    cut_in_ms = [e.at_ms for e in placed.record.events if e.kind == "response_created"][1]
    assert cut_in_ms - began_ms < 31_000
