"""Speech, if the synthesiser's wheel is installed; the resampler in any case."""

import math
from importlib.util import find_spec

import pytest

from simulator.speech import SpeechUnavailable, resampled, speak, speak_all
from tests.simulator.support import rms

needs_wheel = pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="needs frontdesk[speech]")


def level_db(hertz):
    """What is left of a sine of this frequency, in dB."""
    sine = [round(10_000 * math.sin(2 * math.pi * hertz * n / 22_050)) for n in range(11_025)]
    narrow = resampled(sine, 22_050)[400:-400]
    power = sum(sample**2 for sample in narrow) / len(narrow)
    return 10 * math.log10(power / 10_000**2 * 2 + 1e-12)


def test_the_telephone_band_passes_and_what_would_alias_does_not():
    assert all(abs(level_db(hertz)) < 0.5 for hertz in (300, 1_000, 2_000, 3_000))
    assert all(level_db(hertz) < -50 for hertz in (4_500, 6_000, 8_000, 10_000))


def test_resampling_keeps_the_duration():
    assert len(resampled([0] * 22_050, 22_050)) == 8_000
    assert resampled([], 22_050) == []


@needs_wheel
def test_speech_is_audible_and_about_as_long_as_the_words():
    audio = speak("Hello, how can I help you today?")
    assert 1_000 < len(audio) / 8 < 4_000
    assert 3_000 < rms(audio) < 3_600  # -20 dBFS


@needs_wheel
def test_several_texts_are_spoken_in_order_by_voices_of_their_own():
    texts = [("en-us", "Yes."), ("en-gb", "Good morning, this is the front desk."), ("he", "שלום")]
    yes, long, hebrew = speak_all(texts)
    assert len(yes) < len(hebrew) < len(long)


@needs_wheel
def test_silence_around_the_words_is_cut_off():
    audio = speak("Yes.")
    assert min(rms(audio[:160]), rms(audio[-160:])) > 30


@needs_wheel
def test_faster_speech_is_shorter():
    text = "We are open until five o'clock."
    assert len(speak(text, words_per_minute=260)) < 0.8 * len(speak(text))


@needs_wheel
def test_text_without_words_is_no_audio():
    assert speak("") == b""


@needs_wheel
def test_an_unknown_voice_is_named():
    with pytest.raises(SpeechUnavailable, match="no voice 'zz'"):
        speak("Hello.", voice="zz")
