"""The level detector: a threshold over a measured floor, frame by frame."""

from engine.settings import DEFAULTS, FRAME_BYTES
from engine.vad import Judgement, LevelDetector
from simulator.tones import murmur, noise


def judge(detector: LevelDetector, audio: bytes) -> list[Judgement]:
    return [detector.judge(audio[start : start + FRAME_BYTES]) for start in range(0, len(audio), FRAME_BYTES)]


def test_digital_silence_is_neither_speech_nor_an_interruption():
    assert judge(LevelDetector(DEFAULTS), b"\xff" * 1_600) == [Judgement(0.0, 0.0, False, False)] * 10


def test_a_normal_voice_is_both_and_a_soft_one_only_speech():
    loud = judge(LevelDetector(DEFAULTS), murmur(400, level=3_000))
    soft = judge(LevelDetector(DEFAULTS), murmur(400, level=200))
    assert {(j.speech, j.interrupting) for j in loud} == {(True, True)}
    assert {(j.speech, j.interrupting) for j in soft} == {(True, False)}


def test_steady_noise_becomes_the_floor_and_is_no_speech_after_five_seconds():
    detector = LevelDetector(DEFAULTS)
    heard = judge(detector, noise(8_000, 150))
    assert heard[0].speech
    assert not any(judgement.speech for judgement in heard[260:])
    assert all(judgement.speech for judgement in judge(detector, murmur(1_000, level=3_000)))


def test_a_voice_without_a_pause_does_not_raise_the_floor_over_itself():
    assert all(judgement.speech for judgement in judge(LevelDetector(DEFAULTS), murmur(10_000, level=3_000)))


def test_the_floor_falls_as_soon_as_it_is_quiet():
    detector = LevelDetector(DEFAULTS)
    judge(detector, noise(8_000, 150))
    judge(detector, b"\xff" * 800)
    assert detector.judge(b"\xff" * FRAME_BYTES).floor == 0.0
