"""What is said over the bot: words that only agree leave it talking, unanswered; others take the floor."""

import pytest

from engine.conversation.agreement import agrees, may_agree
from office.call_story import tell
from office.entries import CallerSaid
from rehearsal.rig import place
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks
from simulator.model_script import LiveTranscription, ModelScript, Reply
from simulator.tones import murmur

HELLO = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
LONG = Reply("We are open from Monday to Friday, from nine to five, and on Sunday.", murmur(8_000, pitch=170))
NEXT = Reply("Yes, of course.", murmur(700, pitch=170))
ASK, ASKED = Say("When are you open?", murmur(900)), "When are you open?"

AGREE = (
    *("Uh-huh.", "Mm-hmm", "mhm", "Okay.", "OK, right.", "I see.", "Yeah, yeah.", "Got it", "hmm", "Um..."),
    *("כן", "אוקיי.", "אה, הבנתי", "Sí, claro.", "ajá", "Oui", "d'accord", "Ja, genau", "aha", "да"),
    *("Va bene", "Tá bom", "نعم", "Sim, sim", "That's right."),
)
WANT = (
    "No.",
    "Wait",
    "Okay, but when?",
    "Okay?",
    "5",
    "Yes, please book it.",
    "What?",
    "רגע",
    "Nein",
    "Стоп",
)


@pytest.mark.parametrize("words", AGREE)
def test_words_of_agreement_only_agree_in_any_of_the_languages(words):
    assert agrees(words)
    assert may_agree(words)


@pytest.mark.parametrize("words", WANT)
def test_other_words_want_something(words):
    assert not agrees(words)


def test_words_that_are_still_written_down_may_come_to_no_more():
    so_far = ["", "I", "I s", "I see", "Al", "Okay, d'acc", "Tell", "I want"]
    assert [may_agree(text) for text in so_far] == [True] * 6 + [False] * 2
    assert not agrees("")
    assert not agrees("yeah " * 20)  # who goes on so long wants something


async def over_the_bot(words, ms=600, *, after_ms=2_000, reply=LONG, early=None, early_ms=300, **script):
    """A call in which something is said over an answer of 8 s, after two of them.

    `early` are the words that the transcription sends one by one while they are spoken, each so much later.
    """
    steps = [UntilBotQuiet(400), ASK, UntilBotSpeaks(after_ms), Say(words, murmur(ms, pitch=120))]
    live = None if early is None else LiveTranscription(lambda _audio: early.split(), lambda: early_ms)
    model = ModelScript(replies=[HELLO, reply, NEXT], hears=[ASKED, words], live=live, **script)
    placed = await place([*steps, UntilBotQuiet(3_000), HangUp()], model)
    placed.assert_clean()
    return placed


def course(placed):
    return [
        event.kind
        for event in placed.record.events
        if event.kind in ("barge_in_paused", "back_channel", "resumed", "barge_in")
    ]


# How the words come: all of them after the commit, or one by one while they are spoken.
AT_THE_END, EARLY, TOO_LATE = "at the end", "early", "early, and the whole too late"


def coming(come, words):
    return {
        AT_THE_END: {},
        EARLY: {"early": words},
        TOO_LATE: {"early": words, "early_ms": 600, "transcript_after_ms": 5_000},
    }[come]


@pytest.mark.parametrize("come", [AT_THE_END, EARLY, TOO_LATE])
@pytest.mark.parametrize(
    ("words", "ms"), [("Uh-huh.", 400), ("Okay.", 600), ("Ja, genau.", 800), ("כן", 340)]
)
async def test_a_back_channel_leaves_the_bot_talking_and_is_not_answered(words, ms, come, autojump_clock):
    placed = await over_the_bot(words, ms, **coming(come, words))
    assert course(placed) == ["barge_in_paused", "back_channel", "resumed"]
    [told] = placed.of("back_channel")
    assert (told["text"], told["utterance"]) == (words, 2)
    assert placed.said() == [("bot", HELLO.text), ("caller", ASKED), ("bot", LONG.text)]
    assert [said["heard_ms"] for said in placed.of("bot_said")] == [800, 8_000]
    assert placed.model.creates == 2
    assert placed.model.deleted == []  # it stays as what the caller said
    told = tell(placed.record.events)
    assert [entry.text for entry in told.entries if isinstance(entry, CallerSaid)] == [ASKED]
    assert len(told.murmurs) == 1  # the owner sees when it was, and reads nothing


async def test_with_words_that_come_early_the_bot_is_silent_for_little_more_than_the_caller(autojump_clock):
    placed = await over_the_bot("Okay.", 500, early="Okay.", transcript_after_ms=600)
    [resumed] = placed.of("resumed")
    assert resumed["silent_ms"] <= 1_000


@pytest.mark.parametrize("come", [AT_THE_END, EARLY, TOO_LATE])
@pytest.mark.parametrize("words", ["No.", "Okay, stop.", "Wait, what?"])
async def test_as_short_an_interruption_still_takes_the_floor(words, come, autojump_clock):
    placed = await over_the_bot(words, 700, **coming(come, words))
    assert course(placed) == ["barge_in_paused", "barge_in"]
    assert placed.model.creates == 3


async def test_words_that_want_something_take_the_floor_while_they_are_spoken(autojump_clock):
    placed = await over_the_bot("Stop that now.", 800, early="Stop that now.")
    paused, cut, over = (
        next(event.at_ms for event in reversed(placed.record.events) if event.kind == kind)
        for kind in ("barge_in_paused", "barge_in", "utterance_ended")
    )
    assert paused < cut < over
    assert not placed.of("utterance_ended")[-1]["doubtful"]  # so it is answered as soon as it ends


async def test_who_goes_on_beyond_a_word_takes_the_floor_whatever_the_words_are(autojump_clock):
    placed = await over_the_bot("Yeah, yeah, okay, right.", 1_500)
    assert course(placed) == ["barge_in_paused", "barge_in"]


async def test_over_a_question_a_yes_is_an_answer(autojump_clock):
    asks = Reply("Shall I book it? Tuesday at nine with Dana is free.", murmur(8_000, pitch=170))
    placed = await over_the_bot("Yes.", 600, after_ms=4_000, reply=asks)
    assert course(placed) == ["barge_in_paused", "barge_in"]
    assert placed.model.creates == 3


async def test_what_agrees_as_the_bot_comes_to_its_end_is_answered_after_it(autojump_clock):
    placed = await over_the_bot("Okay.", 500, after_ms=6_900)
    assert course(placed) == ["barge_in_paused", "resumed"]
    assert placed.said()[-3:] == [("caller", "Okay."), ("bot", LONG.text), ("bot", NEXT.text)]
    assert placed.of("bot_said")[1]["unheard"] == ""


async def test_a_transcript_that_says_more_than_its_first_words_cuts_the_bot_after_all(autojump_clock):
    placed = await over_the_bot("Okay. Stop.", 500, early="Okay.", transcript_after_ms=800)
    assert course(placed) == ["barge_in_paused", "back_channel", "resumed", "barge_in"]
    assert placed.model.creates == 3


async def test_without_transcription_a_word_cuts_the_bot_as_before(autojump_clock):
    placed = await over_the_bot("Okay.", 600, reject_fields=frozenset({"audio.input.transcription"}))
    assert course(placed) == ["barge_in_paused", "barge_in"]
    assert placed.model.creates == 3
