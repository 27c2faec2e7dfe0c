"""Recordings are hung up on, and people who sound like them are not."""

import pytest

from engine.conversation.recorded_words import announcements, takes_messages
from engine.conversation.silence import Silence
from engine.outcome import Outcome
from engine.settings import DEFAULTS
from rehearsal.rig import HUMMED, place
from simulator.caller import HangUp, Pause, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import ModelScript, Reply
from simulator.mulaw import silence
from simulator.tones import murmur
from tests.engine.test_machines import tone

GREETING = Reply("Demo Dental, how can I help you today?", murmur(3_000, pitch=180))
ASKS = Reply("I am listening. Is anybody there?", murmur(1_500, pitch=200))
ANSWERS = Reply("Of course.", murmur(900, pitch=190))
BEEP = silence(800) + tone(500, 1_000)
TAKES_MESSAGES = [
    "You have reached the Browns. Please leave a message after the tone.",
    "Wir sind gerade nicht da. Hinterlassen Sie eine Nachricht.",
    "אנחנו לא נמצאים. השאירו הודעה אחרי הצליל.",
    "Laissez un message après le bip.",
    "Оставьте сообщение после сигнала.",
]
ANNOUNCES = [
    "You have been selected for a special offer. Press one to speak with a representative.",
    "Ihr Eintrag im Branchenbuch läuft in Kürze ab. Drücken Sie die Eins.",
    "נבחרת לקבל הצעה מיוחדת. לשיחה עם נציג הקישו אחת.",
]


async def called(script, *hears, replies=(GREETING, ASKS, ANSWERS, ANSWERS)):
    placed = await place(script, ModelScript(replies=list(replies), hears=list(hears)), settings=HUMMED)
    placed.assert_clean()
    return placed


@pytest.mark.parametrize("words", TAKES_MESSAGES)
async def test_an_answering_machine_is_hung_up_on_after_its_beep_and_costs_one_answer(autojump_clock, words):
    machine = Say("", murmur(5_000, pitch=140) + BEEP)
    placed = await called([machine, UntilClosed()], words)
    assert placed.outcome is Outcome.RECORDING_CALLED
    assert placed.record.duration_ms <= 15_000
    assert placed.model.creates == 1


async def test_one_without_a_beep_is_asked_whether_somebody_is_there_and_hung_up_on_if_nobody_is(
    autojump_clock,
):
    placed = await called([Say("", murmur(5_000, pitch=140)), UntilClosed()], TAKES_MESSAGES[0])
    assert placed.outcome is Outcome.RECORDING_CALLED
    assert placed.model.creates == 2


async def test_who_says_so_and_answers_the_question_is_a_person_for_the_rest_of_the_call(autojump_clock):
    person = [Say("", murmur(5_000, pitch=140)), UntilBotSpeaks(200), UntilBotQuiet(600)]
    yes = [Say("", murmur(600)), UntilBotSpeaks(200), UntilBotQuiet(6_000)]
    placed = await called([*person, *yes, *yes, HangUp()], TAKES_MESSAGES[0], "Yes.", TAKES_MESSAGES[0])
    assert placed.outcome is Outcome.CALLER_HUNG_UP


PEOPLE = {
    "a story from pick-up": (
        murmur(20_000, pitch=140),
        "I would like to come in because I have a toothache.",
    ),
    "a recorded line": (murmur(5_000, pitch=140), "This call may be recorded, my phone says."),
    "a beep behind them": (murmur(5_000, pitch=140) + BEEP, "I would like to come in tomorrow."),
    "who leaves a message": (murmur(1_200, pitch=140), "Can I leave a message?"),
    "no words at all": (murmur(5_000, pitch=140) + BEEP, ""),
}


@pytest.mark.parametrize("who", PEOPLE)
async def test_a_person_who_talks_at_pick_up_is_answered(autojump_clock, who):
    sound, words = PEOPLE[who]
    script = [
        Say("", sound),
        UntilBotSpeaks(200),
        UntilBotQuiet(600),
        Say("", murmur(700)),
        UntilBotSpeaks(100),
    ]
    placed = await called([*script, HangUp()], words, "Yes.")
    assert placed.outcome is Outcome.CALLER_HUNG_UP


@pytest.mark.parametrize("words", [*TAKES_MESSAGES, *ANNOUNCES])
async def test_a_person_who_reads_it_aloud_once_they_were_greeted_is_answered(autojump_clock, words):
    script = [UntilBotQuiet(600), Say("", murmur(12_000)), UntilBotSpeaks(200), UntilBotQuiet(4_000)]
    placed = await called([*script, HangUp()], words)
    assert placed.outcome is Outcome.CALLER_HUNG_UP


async def test_who_says_nothing_for_20_s_after_the_greeting_keeps_the_line(autojump_clock):
    script = [UntilBotQuiet(600), Pause(20_000), Say("", murmur(700)), UntilBotSpeaks(100), HangUp()]
    placed = await called(script, "Sorry, I am back.")
    assert placed.outcome is Outcome.CALLER_HUNG_UP


def test_the_words_of_machines_are_known_in_their_languages():
    assert all(takes_messages(words) for words in TAKES_MESSAGES)
    assert [len(announcements(words)) >= 2 for words in ANNOUNCES] == [True, True, True]
    for words in ("I would like an appointment.", "Ich möchte morgen kommen.", "אני רוצה לקבוע תור."):
        assert (takes_messages(words), announcements(words)) == (False, set())


@pytest.mark.parametrize(("sound_ms", "asked"), [(3_800, [True, True, True]), (4_200, [True, True, False])])
def test_what_sounds_for_most_of_a_silence_is_music_and_given_up_as_silence_is(sound_ms, asked):
    line, found = Silence(DEFAULTS), []
    for _ in asked:
        line.watch(0, idle=True)
        line.sounded(sound_ms)
        found.append(line.ask_again(8_000))
    assert found == asked
