"""Short sounds in the bot's silence: which of them are answered."""

import math
from collections.abc import Iterator

import pytest
from attrs import evolve

from engine.audio import level
from engine.caller.proof import Proof
from engine.caller.turns import TurnContext, TurnEvent, Turns, UtteranceEnded, UtteranceSkipped
from engine.caller.vad import Certainty, Judgement, NeuralDetector
from engine.caller.voicing import periodicity
from engine.settings import DEFAULTS, FRAME_BYTES, FRAME_MS
from simulator.mulaw import decode, encode, silence
from simulator.speech import speak_all
from simulator.tones import cough, murmur, noise


def knock(ms: int = 120) -> bytes:
    """Wood: a tone that dies away."""
    return encode(
        [round(9_000 * math.exp(-n / 160) * math.sin(math.tau * 300 * n / 8_000)) for n in range(ms * 8)]
    )


def hum(ms: int) -> bytes:
    waves = [[math.sin(math.tau * hertz * n / 8_000) for n in range(ms * 8)] for hertz in (100, 200, 300)]
    return encode([round(800 * sum(wave)) for wave in zip(*waves, strict=True)])


def taken_for_a_voice(sound: bytes, ms: int, certainty: Certainty) -> Iterator[Judgement]:
    """What a detector says that takes the first `ms` of the sound for a voice; a second follows it."""
    audio = silence(20) + sound + silence(-len(sound) // 8 % FRAME_MS + 1_000)
    for start in range(FRAME_BYTES, len(audio) - FRAME_BYTES + 1, FRAME_BYTES):
        yield Judgement(
            level=level(audio[start : start + FRAME_BYTES]),
            floor=0.0,
            speech=start <= ms * 8,
            interrupting=False,
            certainty=certainty,
            sound=audio[start : start + FRAME_BYTES],
        )


def end(judgements: Iterator[Judgement]) -> TurnEvent:
    """How the only utterance of a line ends, after a question."""
    turns, context = Turns(DEFAULTS), TurnContext(question=True)
    events = [event for heard in judgements for event in turns.step(heard, context, echo=False)]
    (ended,) = (event for event in events if isinstance(event, UtteranceEnded | UtteranceSkipped))
    return ended


def is_answered(sound: bytes, ms: int, certainty: Certainty = Certainty.POSSIBLE) -> bool:
    return isinstance(end(taken_for_a_voice(sound, ms, certainty)), UtteranceEnded)


@pytest.mark.parametrize("ms", [120, 160, 240])
def test_a_vowel_is_an_utterance_however_short_and_unsure(ms):
    assert is_answered(murmur(ms, level=1_500), ms)


@pytest.mark.parametrize("ms", [120, 240, 380])
@pytest.mark.parametrize("certainty", [Certainty.POSSIBLE, Certainty.LIKELY])
def test_what_is_as_short_and_has_no_pitch_is_none(ms, certainty):
    assert not is_answered(noise(ms, 1_500), ms, certainty)
    assert not is_answered(cough(ms), ms, certainty)


def test_a_hiss_that_lasts_is_one():
    assert is_answered(noise(520, 1_500), 520)


def test_a_hiss_that_is_surely_a_voice_is_one():
    assert is_answered(noise(160, 1_500), 160, Certainty.SURE)


@pytest.mark.parametrize("certainty", list(Certainty))
def test_knocks_are_none_whatever_the_detector_takes_them_for(certainty):
    assert not is_answered(knock(), 120, certainty)
    assert not is_answered((knock() + silence(80)) * 2, 320, certainty)


@pytest.mark.parametrize("certainty", list(Certainty))
def test_what_goes_on_without_its_voice_is_none(certainty):
    assert not is_answered(hum(1_000), 200, certainty)
    assert is_answered(hum(200), 200, certainty)


def test_a_short_word_on_a_noisy_line_is_over_with_its_voice():
    proof, loud = Proof(DEFAULTS), murmur(160, level=1_500)
    for heard in taken_for_a_voice(loud + noise(800, 1_000), 160, Certainty.POSSIBLE):
        proof.note(evolve(heard, floor=600.0), voice=heard.speech)
    assert proof.suffices(160, 400)


# Pitch


@pytest.mark.parametrize("hertz", [80, 120, 200, 390])
def test_a_tone_as_high_as_a_voice_repeats_itself(hertz):
    tone = encode([round(3_000 * math.sin(math.tau * hertz * n / 8_000)) for n in range(320)])
    assert periodicity(tone) > 0.9


def test_noise_silence_and_nothing_do_not_whatever_constant_the_line_adds():
    shifted = encode([sample + 3_000 for sample in decode(noise(40, 500))])
    assert max(periodicity(noise(40, 500)), periodicity(shifted)) < DEFAULTS.voiced
    assert [periodicity(silence(40)), periodicity(b"")] == [0.0, 0.0]


# With the network


@pytest.mark.parametrize("word", [("es", "Sí"), ("fr-fr", "Oui"), ("ru", "Да"), ("he", "לא"), ("en-us", "B")])
def test_the_network_and_the_proof_together_answer_a_short_word(word):
    (audio,) = speak_all([word])
    detector = NeuralDetector(DEFAULTS)
    line = silence(2_000) + audio + silence(1_000 + FRAME_MS - len(audio) // 8 % FRAME_MS)
    frames = (line[at : at + FRAME_BYTES] for at in range(0, len(line) - FRAME_BYTES + 1, FRAME_BYTES))
    assert isinstance(end(detector.judge(frame) for frame in frames), UtteranceEnded)
