"""A whole call with a notice: when it counts as heard, and what is done if it was not."""

import pytest
from attrs import evolve

from engine.prompt import prompt
from rehearsal.rig import HUMMED, FakeOffice, place
from simulator import HangUp, ModelScript, Press, Reply, Say, UntilBotQuiet, UntilBotSpeaks
from simulator.model_script import Speech
from simulator.tones import murmur

NOTICE = "This call is recorded."
HELLO = Reply(f"{NOTICE} Demo Dental, how can I help?", murmur(3_000, pitch=180))
OPEN = Reply("We open at nine.", murmur(900, pitch=180))
MHM, QUESTION = Say("mhm", murmur(200)), Say("When are you open?", murmur(900))
ANSWERED = (UntilBotSpeaks(100), UntilBotQuiet(500))


async def called(caller, *replies, notice=NOTICE):
    """A call of a business that keeps its calls' audio."""
    office = FakeOffice(notice=notice)
    settings = evolve(HUMMED, keep_audio=True)
    placed = await place(
        [*caller, HangUp()], ModelScript(replies=[*replies]), office=office, settings=settings
    )
    placed.assert_clean()
    return placed


def heard_ms(placed):
    """When the notice was heard, as the call's account says."""
    return [event.at_ms for event in placed.record.events if event.kind == "notice_heard"]


def reminders(placed):
    """How often the model was told to say the notice in its next answer."""
    told = [item.content[0]["text"] for item in placed.model.conversation.items if item.role == "system"]
    return told.count(prompt.notice_again(NOTICE))


INTERRUPTS = (UntilBotSpeaks(300), Say("Wait, wait!", murmur(1_000)))
AGAIN = Reply(f"{NOTICE} We open at nine.", murmur(2_000, pitch=180))


async def test_a_notice_that_was_interrupted_is_said_again_with_the_next_answer(autojump_clock):
    placed = await called([*INTERRUPTS, *ANSWERED, QUESTION, *ANSWERED], HELLO, AGAIN, OPEN)

    assert (reminders(placed), placed.said()[2], len(heard_ms(placed))) == (1, ("bot", AGAIN.text), 1)


async def test_a_notice_that_one_key_silenced_before_its_first_word_is_said_again(autojump_clock):
    placed = await called([UntilBotSpeaks(0), Press("0"), *ANSWERED], HELLO, AGAIN)

    assert (reminders(placed), len(heard_ms(placed))) == (1, 1)


async def test_an_interruption_behind_the_notice_takes_nothing_from_it(autojump_clock):
    placed = await called([UntilBotSpeaks(2_200), QUESTION, *ANSWERED], HELLO, OPEN)

    assert (len(placed.of("barge_in")), len(heard_ms(placed)), reminders(placed)) == (1, 1, 0)


async def test_an_interruption_near_the_last_word_leaves_it_in_doubt(autojump_clock):
    """The words lie over the sound as its share of letters says: half a second off is possible."""
    placed = await called([UntilBotSpeaks(1_200), QUESTION, *ANSWERED], HELLO, AGAIN)

    assert (placed.of("barge_in")[0]["heard_ms"], reminders(placed)) == (1_480, 1)


@pytest.mark.parametrize(
    "greeting",
    [
        Reply("Hello! We record what is said here. How can I help?", murmur(3_000)),
        Reply("How can I help?", murmur(1_000)),
        evolve(HELLO, incomplete="max_output_tokens"),
    ],
    ids=["in other words", "left out", "broken off by the model"],
)
async def test_a_greeting_without_the_notice_has_not_said_it(greeting, autojump_clock):
    placed = await called([UntilBotQuiet(500), QUESTION, *ANSWERED], greeting, OPEN)

    assert (heard_ms(placed), reminders(placed)) == ([], 2)


async def test_a_notice_of_its_own_message_is_certain_as_soon_as_that_was_heard(autojump_clock):
    greeting = Reply(NOTICE, murmur(1_200), further=(Speech("Demo Dental, how can I help?", murmur(4_000)),))
    placed = await called([UntilBotSpeaks(1_500), QUESTION, *ANSWERED], greeting, OPEN)

    assert (len(heard_ms(placed)), reminders(placed)) == (1, 0)


async def test_the_words_of_the_notice_stand_in_the_account_as_evidence(autojump_clock):
    placed = await called([UntilBotQuiet(500)], HELLO)

    assert placed.of("notice_heard") == [{"text": NOTICE}]
