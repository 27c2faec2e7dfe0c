"""A laugh in the bot's silence: it is answered if there are words in it, and not for its sound."""

import pytest
from attrs import evolve

from engine.caller.laughter import laughs
from engine.settings import DEFAULTS
from rehearsal.rig import place
from simulator.caller import HangUp, Say, UntilBotQuiet
from simulator.model_script import LiveTranscription, ModelScript, Reply
from simulator.mulaw import silence
from simulator.tones import murmur

HELLO = Reply("Demo Dental, how can I help?", murmur(800, pitch=180))
ANSWER = Reply("At nine.", murmur(700, pitch=170))
HAHAHA = (murmur(100) + silence(100)) * 4


async def laughed(transcript, *, live=None, settings=DEFAULTS, **script):
    """A call in which somebody laughs after the greeting, with this transcript of it."""
    steps = [UntilBotQuiet(400), Say("", HAHAHA), UntilBotQuiet(3_000), HangUp()]
    model = ModelScript(replies=[HELLO, ANSWER], hears=[transcript], live=live, **script)
    placed = await place(steps, model, settings=settings)
    placed.assert_clean()
    return placed


async def test_a_laugh_without_words_is_not_answered_and_is_forgotten(autojump_clock):
    placed = await laughed("")
    assert (placed.model.creates, len(placed.model.deleted)) == (1, 1)


async def test_words_that_sound_like_a_laugh_are_answered(autojump_clock):
    placed = await laughed("No, no, no, no.")
    assert (placed.model.creates, len(placed.model.deleted)) == (2, 0)


@pytest.mark.parametrize("after_ms", [300, 2_000])
async def test_they_are_answered_if_their_transcript_fails_or_comes_late(autojump_clock, after_ms):
    placed = await laughed(None if after_ms == 300 else "No, no, no, no.", transcript_after_ms=after_ms)
    assert placed.model.creates == 2


async def test_where_words_come_one_by_one_they_are_answered_at_once_and_no_words_are_none(autojump_clock):
    def live(words):
        return LiveTranscription(lambda _audio: words.split(), lambda: 200)

    spoken = await laughed("No, no, no.", live=live("No, no, no."), transcript_after_ms=2_000)
    assert spoken.model.creates == 2


async def test_where_nothing_is_transcribed_the_sound_is_answered(autojump_clock):
    placed = await laughed("", settings=evolve(DEFAULTS, transcription_model=None))
    assert placed.model.creates == 2


SYLLABLE, DIP = [400.0, 1_000.0, 900.0, 300.0], [100.0] * 4


def test_a_laugh_is_three_short_syllables_and_more_as_loud_and_as_far_apart_as_each_other():
    assert laughs((SYLLABLE + DIP) * 3)
    assert laughs((SYLLABLE + DIP) * 8)


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [0.0] * 20,
        (SYLLABLE + DIP) * 2,
        SYLLABLE + DIP + SYLLABLE + DIP * 3 + SYLLABLE,  # not as far apart
        SYLLABLE + DIP + [level / 2 for level in SYLLABLE] + DIP + SYLLABLE,  # not as loud
        [*SYLLABLE, *DIP, *SYLLABLE, *DIP, *[900.0] * 9],  # one long
        ([1_000.0, 900.0] + [350.0] * 4) * 3,  # no rest between
    ],
)
def test_anything_else_is_none(levels):
    assert not laughs(levels)
