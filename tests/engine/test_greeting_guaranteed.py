"""The greeting comes, whatever is heard on the line before it: whole calls from loud rooms."""

import pytest
from attrs import evolve

from engine.outcome import Outcome
from engine.prompt import notice
from engine.settings import DEFAULTS
from rehearsal.rig import FakeOffice, place
from simulator.caller import HangUp, Pause, Press, Say, UntilBotQuiet, UntilBotSpeaks
from simulator.model_script import ModelScript, Reply
from simulator.mulaw import silence
from simulator.tones import murmur

NOTICE = notice.standard("en", recorded=False)
GREETING = Reply(f"{NOTICE} Hello, how can I help?", murmur(4_000, pitch=180))
YES = Reply("Yes?", murmur(700, pitch=200))
MODEL = ModelScript(replies=[GREETING, *[YES] * 12], hears=[""] * 20)


async def call_from(room, model=MODEL, *after, notice=""):
    placed = await place([room, *after, HangUp()], model, office=FakeOffice(notice=notice))
    placed.assert_clean()
    return placed


def first_sound_ms(placed):
    return placed.carrier.heard[0][0]


def babble(pieces, pause_ms):
    """Voices as loud as the caller's, which never rest for long."""
    sound = b"".join(murmur(900 + 130 * n, pitch=110 + 7 * n) + silence(pause_ms) for n in range(pieces))
    return Say("", sound)


@pytest.mark.parametrize("pause_ms", [0, 200, 450, 700])
async def test_a_loud_room_keeps_nobody_waiting_and_the_notice_is_heard(autojump_clock, pause_ms):
    placed = await call_from(babble(12, pause_ms))
    assert first_sound_ms(placed) <= DEFAULTS.greeting_due_ms + 100
    assert len(placed.of("notice_heard")) == 1
    assert placed.of("answer_overtaken") == []
    assert placed.said()[0] == ("bot", GREETING.text)
    assert placed.of("response_created")[0]["reasons"] == "greeting"


async def test_a_model_that_is_slow_greets_as_soon_as_it_can(autojump_clock):
    slow = Reply(GREETING.text, GREETING.audio, first_delta_ms=3_000)
    placed = await call_from(babble(12, 0), ModelScript(replies=[slow, *[YES] * 12]))
    assert first_sound_ms(placed) < 3_200


async def test_a_hello_before_the_greeting_is_answered_by_it(autojump_clock):
    placed = await call_from(Say("Hello?", murmur(500)), MODEL, UntilBotQuiet(3_000))
    assert [each["reasons"] for each in placed.of("response_created")] == ["greeting"]
    assert first_sound_ms(placed) <= 1_200


async def test_who_says_what_they_want_before_the_greeting_is_answered_after_it(autojump_clock):
    placed = await call_from(Say("I want to cancel.", murmur(1_400)), MODEL, UntilBotQuiet(3_000))
    assert [each["reasons"] for each in placed.of("response_created")] == ["greeting", "utterance"]
    assert [text for speaker, text in placed.said() if speaker == "bot"] == [GREETING.text, YES.text]


async def test_a_caller_in_a_quiet_room_stops_the_greeting_as_any_answer(autojump_clock):
    placed = await call_from(Pause(500), MODEL, UntilBotSpeaks(900), Say("An appointment.", murmur(900)))
    assert len(placed.of("barge_in")) == 1


async def test_a_voice_that_began_with_the_greeting_was_there_before_it(autojump_clock):
    room = Say("", murmur(900) + silence(200) + murmur(900) + silence(4_000))
    placed = await call_from(room, ModelScript(replies=[evolve(GREETING, first_delta_ms=60), *[YES] * 12]))
    assert placed.of("barge_in") == []
    assert ("bot", GREETING.text) in placed.said()


async def test_a_key_stops_the_greeting_also_in_a_loud_room(autojump_clock):
    placed = await call_from(babble(2, 0), MODEL, UntilBotSpeaks(300), Press("5"), Pause(3_000))
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert len(placed.of("barge_in")) == 1


async def test_once_it_was_heard_the_caller_in_a_loud_room_can_stop_the_bot(autojump_clock):
    long = Reply("It is a long story.", murmur(5_000, pitch=200))
    placed = await call_from(
        Say("", murmur(900)),
        ModelScript(replies=[GREETING, long, YES]),
        *(UntilBotQuiet(500), Say("Tell me.", murmur(800))),
        *(UntilBotSpeaks(1_000), Say("Stop.", murmur(900)), UntilBotQuiet(900)),
    )
    assert len(placed.of("barge_in")) == 1
