"""How long a caller is waited for: what they dictate, what they look for, and who asks for a moment."""

import pytest
from attrs import evolve

from engine.caller.more_time import asks_to_wait, is_whole_number, more_to_come
from engine.model import InputCommitted, InputTranscribed, InputWords, Tell
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import DEFAULTS
from engine.tools import Refusal, Tool
from rehearsal.rig import HUMMED, FakeOffice, NameArguments, place
from simulator.caller import HangUp, Pause, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.mulaw import silence
from simulator.tones import murmur
from tests.engine.test_talk_and_turns import Frames
from tests.engine.test_turns import LOUD, QUIET

HELLO = Reply("Demo Dental, hello.", murmur(800, pitch=180))
READS_BACK = Reply("Four one five, five five five, zero one double zero. Right?", murmur(900, pitch=200))


def said_in_groups(*pauses_ms):
    sound = murmur(700)
    for n, pause_ms in enumerate(pauses_ms):
        sound += silence(pause_ms) + murmur(700, pitch=130 + 10 * n)
    return Say("415 555 0100", sound)


def reasons(placed):
    return [fields["reasons"] for fields in placed.of("response_created")]


# Dictation

ASKED = [
    "And what is the best phone number to reach you?",
    "How can we reach you?",
    "Who am I speaking with?",
    "¿Cuál es su número de teléfono?",
    "¿Cómo se llama usted?",
    "Quel est votre numéro de téléphone ?",
    "À quel numéro peut-on vous joindre ?",
    "Wie ist Ihre Telefonnummer?",
    "Wie erreichen wir Sie am besten?",
    "Qual è il suo numero di telefono?",
    "Qual é o seu número?",
    "Как вас зовут?",
    "מה מספר הטלפון שלך?",
    "איך אפשר להשיג אותך?",
    "ما هو رقم هاتفك؟",
]


@pytest.mark.parametrize("asked", ASKED)
async def test_a_number_with_pauses_of_more_than_a_second_is_heard_whole_in_any_language(
    autojump_clock, asked
):
    asks = Reply(asked, murmur(900, pitch=190))
    placed = await place(
        [UntilBotQuiet(600), said_in_groups(1_000, 1_300), UntilBotSpeaks(100), HangUp()],
        ModelScript(replies=[asks, READS_BACK]),
    )
    placed.assert_clean()
    assert len(placed.of("utterance_ended")) == 1
    assert reasons(placed) == ["greeting", "utterance"]


async def test_what_a_tool_asks_for_is_dictated_whatever_language_the_bot_speaks(autojump_clock):
    async def refuse(_arguments, _call):
        raise Refusal("That does not sound like a telephone number. Could you say it again?")

    note = Tool(name="note", description="Note it.", arguments=NameArguments, run=refuse)
    asks = Reply("Kan du säga det igen?", murmur(900, pitch=190))
    placed = await place(
        [
            *(UntilBotQuiet(600), Say("Hej.", murmur(600))),
            *(UntilBotSpeaks(100), UntilBotQuiet(600), said_in_groups(1_000, 1_000)),
            *(UntilBotSpeaks(100), HangUp()),
        ],
        ModelScript(replies=[HELLO, Reply(calls=(Call("note", {"full_name": "x"}),)), asks, READS_BACK]),
        office=FakeOffice(tools=[note], language="sv"),
    )
    placed.assert_clean()
    assert len(placed.of("utterance_ended")) == 2


async def test_a_number_goes_on_after_the_bot_began_too_soon(autojump_clock):
    asks = Reply("What is your number?", murmur(900, pitch=190))
    too_soon = Reply("Thank you, I have noted", murmur(2_500, pitch=200))
    script = [
        UntilBotQuiet(600),
        said_in_groups(1_000),
        UntilBotSpeaks(600),  # they were not done, and take the floor back
        said_in_groups(1_000, 1_000),
        UntilBotSpeaks(100),
        HangUp(),
    ]
    placed = await place(script, ModelScript(replies=[asks, too_soon, READS_BACK]))
    placed.assert_clean()
    assert placed.kinds().count("barge_in") == 1
    assert len(placed.of("utterance_ended")) == 2


async def test_digits_are_a_number_in_the_making_also_if_nobody_asked_for_one(autojump_clock):
    other = Reply("Yes?", murmur(2_500, pitch=200))
    script = [
        UntilBotQuiet(600),
        Say("415", murmur(700)),
        UntilBotSpeaks(700),
        said_in_groups(1_000, 1_000),
        UntilBotSpeaks(100),
        HangUp(),
    ]
    placed = await place(script, ModelScript(replies=[HELLO, other, READS_BACK], hears=["415"]))
    placed.assert_clean()
    assert len(placed.of("utterance_ended")) == 2


async def test_a_read_back_is_answered_by_a_yes_as_soon_as_any_question(autojump_clock):
    silences = []
    for asked in ("Is your number 415 555 0100?", "415 555 0100. Right?", "Shall I book it?", "Yes?"):
        placed = await place(
            [UntilBotQuiet(600), Say("Yes.", murmur(500)), UntilBotSpeaks(100), HangUp()],
            ModelScript(replies=[Reply(asked, murmur(900, pitch=190)), HELLO]),
        )
        (ended,) = placed.of("utterance_ended")
        silences.append(ended["silence_ms"])
    assert silences == [DEFAULTS.utterance_end_min_ms] * 3 + [DEFAULTS.utterance_end_ms]


def silence_that_ends(*words, before=None):
    """The silence that ended an utterance of which these words came while it went on."""
    talk = Frames()
    if before is not None:
        talk.asks()
        talk.begins("r", before, 1_000)
        talk.done("r")
        talk.hears(QUIET, 1_200)
    talk.hears(LOUD, 800)
    talk.feed(*(InputWords(item_id="u", text=text) for text in words))
    talk.hears(QUIET, 2_000)
    ended = [note.line for note in talk.notes if note.line.kind == "utterance_ended"]
    return ended[-1].silence_ms


def test_words_that_come_in_time_stretch_the_silence_or_make_it_short_again():
    number = "And your phone number?"
    assert silence_that_ends("Tuesday", " please") == DEFAULTS.utterance_end_ms
    assert silence_that_ends("I would like", ", um") == DEFAULTS.dictation_end_ms
    assert silence_that_ends("415 ", "555") == DEFAULTS.dictation_end_ms
    assert silence_that_ends(before=number) == DEFAULTS.dictation_end_ms
    assert silence_that_ends("415 555", " 0100", before=number) == DEFAULTS.utterance_end_ms


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("415", True),
        ("415 555", True),
        ("415-555-0100", False),
        ("+972 54 123", True),
        ("10", False),
        ("at 10:30", False),
        ("I would like to come on, um", True),
        ("hmm, let me think...", True),
        ("Euh", True),
        ("רגע, תן לי לחשוב", True),
        ("Tuesday, please.", False),
        ("", False),
    ],
)
def test_digits_and_hesitation_promise_more(text, more):
    assert more_to_come(text) is more


@pytest.mark.parametrize(
    ("text", "whole"),
    [("415 555 0100", True), ("415 555 010", False), ("+972 54 123 45 67", True), ("+972 54 123 4", False)],
)
def test_a_number_is_whole_with_all_its_digits(text, whole):
    assert is_whole_number(text) is whole


# One moment

WAITING = [
    "Hold on.",
    "One moment please.",
    "Just a second, I'll get my calendar.",
    "Okay, let me check my calendar.",
    "Wait.",
    "רגע.",
    "רק רגע, אני בודקת ביומן.",
    "שנייה אחת בבקשה",
    "Un momento, por favor.",
    "Einen Moment bitte.",
]


@pytest.mark.parametrize("text", WAITING)
def test_who_asks_for_a_moment_is_understood(text):
    assert asks_to_wait(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I can't wait until Tuesday.",
        "Wait, I meant Wednesday.",
        "A second appointment, please.",
        "יש לי רגע פנוי ביום שלישי",
        "I was told to hold on to the receipt and bring it with me when I come in on Tuesday.",
    ],
)
def test_who_does_not_is_not(text):
    assert not asks_to_wait(text)


STILL_THERE = Reply("I am still here.", murmur(500, pitch=190))
TAKE_YOUR_TIME = Reply("Take your time.", murmur(500, pitch=200))


def asked_at_s(placed):
    began_s = next(e.at_ms for e in placed.record.events if e.fields.get("text") == TAKE_YOUR_TIME.text)
    return [round((e.at_ms - began_s) / 1_000) for e in placed.record.events if e.kind == "silence_warning"]


@pytest.mark.parametrize("text", ["One moment please.", "שנייה אחת"])
async def test_who_asked_for_a_moment_is_not_asked_for_half_a_minute_and_not_hung_up_on(autojump_clock, text):
    back = Say("Here I am.", murmur(600))
    placed = await place(
        [UntilBotQuiet(600), Say(text, murmur(600)), Pause(75_000), back, UntilBotSpeaks(100), HangUp()],
        ModelScript(
            replies=[HELLO, TAKE_YOUR_TIME, STILL_THERE, STILL_THERE, HELLO], hears=[text, "Here I am."]
        ),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert asked_at_s(placed) == [30, 61]


def test_who_asked_for_a_moment_is_not_told_that_nobody_hears_them():
    talk = Frames()
    talk.asks()
    heard = InputTranscribed(item_id="u", text="Hold on.")
    talk.feed(InputCommitted(item_id="u"), heard)
    talk.answer("r", 500)
    talk.hears(QUIET, 500 + DEFAULTS.wait_ms)
    told = [command.text for command in talk.to_model if isinstance(command, Tell)]
    assert told[-1] == prompt.still_waiting()


async def test_who_never_comes_back_is_hung_up_on_in_the_end(autojump_clock):
    placed = await place(
        [UntilBotQuiet(600), Say("Hold on.", murmur(600)), UntilClosed(timeout_ms=150_000)],
        ModelScript(replies=[HELLO, TAKE_YOUR_TIME, STILL_THERE, STILL_THERE, HELLO], hears=["Hold on."]),
    )
    assert placed.outcome is Outcome.SILENCE_TIMEOUT
    assert 90_000 < placed.record.duration_ms < 105_000


async def test_who_is_back_is_asked_as_soon_as_anybody(autojump_clock):
    settings = evolve(HUMMED, silence_prompts=1)
    placed = await place(
        [
            *(UntilBotQuiet(600), Say("Hold on.", murmur(600)), Pause(20_000)),
            *(Say("I'm back.", murmur(600)), UntilClosed()),
        ],
        ModelScript(replies=[HELLO, TAKE_YOUR_TIME, HELLO, HELLO], hears=["Hold on.", "I'm back."]),
        settings=settings,
    )
    assert asked_at_s(placed)[0] < 32
