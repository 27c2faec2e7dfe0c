"""The detectors: a threshold over a measured floor, and a network that knows a voice."""

import math
import os
import subprocess
import sys
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise

import pytest
from attrs import evolve

from engine.caller.vad import Certainty, Judgement, LevelDetector, NeuralDetector, NoiseFloor, open_detector
from engine.settings import DEFAULTS, FRAME_BYTES, FRAME_MS, Settings
from simulator.mulaw import decode, encode, silence
from simulator.speech import speak_all
from simulator.tones import click, cough, murmur, noise

LEVEL = evolve(DEFAULTS, detector="level")
NEURAL = evolve(DEFAULTS, detector="neural")


def judge(detector, audio: bytes) -> list[Judgement]:
    return [detector.judge(audio[start : start + FRAME_BYTES]) for start in range(0, len(audio), FRAME_BYTES)]


def whole(audio: bytes) -> bytes:
    """The audio without what does not fill a last frame."""
    return audio[: len(audio) // FRAME_BYTES * FRAME_BYTES]


def mixed(*sounds: bytes) -> bytes:
    """The sounds over each other, as long as the first; a shorter one is repeated."""
    samples = [decode(sound) for sound in sounds]
    return encode(
        [
            max(-32_768, min(32_767, sum(sound[n % len(sound)] for sound in samples)))
            for n in range(len(samples[0]))
        ]
    )


def softer(audio: bytes, by_db: float) -> bytes:
    return encode([round(sample * 10 ** (-by_db / 20)) for sample in decode(audio)])


def horn(ms: int) -> bytes:
    waves = [[math.sin(math.tau * hertz * n / 8_000) for n in range(ms * 8)] for hertz in (440, 554)]
    return encode([round(4_000 * sum(wave)) for wave in zip(*waves, strict=True)])


def key_tone(ms: int, pair: tuple[int, int] = (770, 1_336)) -> bytes:
    waves = [[math.sin(math.tau * hertz * n / 8_000) for n in range(ms * 8)] for hertz in pair]
    return encode([round(3_000 * sum(wave)) for wave in zip(*waves, strict=True)])


def heard(judgements: list[Judgement]) -> str:
    """One letter a frame: `i`nterrupting, `s`peech and no more, `.` neither."""
    return "".join("i" if j.interrupting else "s" if j.speech else "." for j in judgements)


def stretches(judgements: list[Judgement], gap_frames: int) -> list[tuple[int, int]]:
    """First frame and frame after the last of each stretch of speech, without gaps up to `gap_frames`."""
    found: list[tuple[int, int]] = []
    for at, judgement in enumerate(judgements):
        if judgement.speech and found and at - found[-1][1] <= gap_frames:
            found[-1] = (found[-1][0], at + 1)
        elif judgement.speech:
            found.append((at, at + 1))
    return found


@pytest.fixture(scope="module")
def voices():
    """Two sentences of two people."""
    texts = [
        ("en-gb", "Good morning, I would like to come in tomorrow at ten."),
        ("en-us", "My name is Robert."),
    ]
    return [whole(audio) for audio in speak_all(texts)]


# The level detector.


def test_to_the_level_detector_digital_silence_is_neither_speech_nor_an_interruption():
    assert judge(LevelDetector(LEVEL), b"\xff" * 1_600) == [Judgement(0.0, 0.0, False, False)] * 10


def test_a_normal_voice_is_both_and_a_soft_one_only_speech():
    loud = judge(LevelDetector(LEVEL), murmur(400, level=3_000))
    soft = judge(LevelDetector(LEVEL), murmur(400, level=200))
    assert (heard(loud), heard(soft)) == ("i" * 20, "s" * 20)


def test_steady_noise_becomes_the_floor_and_is_no_speech_after_five_seconds():
    detector = LevelDetector(LEVEL)
    judgements = judge(detector, noise(8_000, 150))
    assert judgements[0].speech
    assert heard(judgements[260:]) == "." * 140
    assert heard(judge(detector, murmur(1_000, level=3_000))) == "i" * 50


def test_a_voice_without_a_pause_does_not_raise_the_floor_over_itself():
    assert heard(judge(LevelDetector(LEVEL), murmur(10_000, level=3_000))) == "i" * 500


def test_the_floor_falls_as_soon_as_it_is_quiet():
    floor = NoiseFloor()
    for _ in range(400):
        floor.measure(150.0)
    assert floor.level == 150.0
    for _ in range(5):
        floor.measure(0.0)
    assert floor.level == 0.0


# The neural detector.


def test_to_the_neural_detector_digital_silence_is_neither_speech_nor_an_interruption():
    assert judge(NeuralDetector(NEURAL), silence(200)) == [Judgement(0.0, 0.0, False, False)] * 10


@pytest.mark.parametrize("lead_ms", [0, 1_000])
def test_a_voice_is_speech_from_its_first_sound_to_just_after_its_last(voices, lead_ms):
    for voice in voices:
        judgements = judge(NeuralDetector(NEURAL), silence(lead_ms) + voice + silence(600))
        ((first, after),) = stretches(judgements, gap_frames=10)
        onset_ms = 20 * first - judgements[first].late_ms
        assert abs(onset_ms - lead_ms) <= 60
        assert 0 <= 20 * after - (lead_ms + len(voice) / 8) <= 160


def test_only_the_first_frame_of_a_stretch_and_the_first_certain_one_are_late(voices):
    judgements = judge(NeuralDetector(NEURAL), silence(1_000) + voices[0])
    late = [at for at, judgement in enumerate(judgements) if judgement.late_ms]
    assert late
    begins = [
        (judgement.speech and not before.speech) or (judgement.interrupting and not before.interrupting)
        for before, judgement in pairwise(judgements)
    ]
    assert all(begins[at - 1] for at in late)
    assert {judgements[at].late_ms for at in late} <= {20, 40, 60, 80, 100}


def test_a_click_before_a_word_is_not_taken_for_its_beginning(voices):
    plain = judge(NeuralDetector(NEURAL), silence(1_080) + voices[0])
    clicked = judge(NeuralDetector(NEURAL), silence(1_000) + click() + silence(60) + voices[0])
    ((first, _), (clicked_first, _)) = (
        stretches(plain, gap_frames=20)[0],
        stretches(clicked, gap_frames=20)[0],
    )
    onset_ms = 20 * first - plain[first].late_ms
    assert abs(20 * clicked_first - clicked[clicked_first].late_ms - onset_ms) <= 20


@pytest.mark.parametrize(
    "sound",
    [
        noise(3_000, 1_500),
        (silence(200) + click()) * 5,
        (silence(400) + cough()) * 5,
    ],
    ids=["noise", "clicks", "coughs"],
)
def test_what_is_loud_and_no_voice_is_not_speech(sound):
    assert set(heard(judge(NeuralDetector(NEURAL), silence(1_000) + sound))) == {"."}


@pytest.mark.parametrize("sound", [horn(2_000), murmur(3_000)], ids=["horn", "hum"])
def test_a_steady_tone_is_not_speech_for_long(sound):
    """Where it begins it may pass for a voice, and again where the network begins anew."""
    judgements = judge(NeuralDetector(NEURAL), silence(1_000) + sound)
    assert max(after - first for first, after in stretches(judgements, gap_frames=5)) <= 30
    assert sum(judgement.speech for judgement in judgements) < 0.35 * len(sound) / FRAME_BYTES


def test_a_voice_is_heard_over_noise_20_db_below_it_and_the_noise_is_not(voices):
    line = mixed(silence(3_000) + voices[0] + silence(1_000), noise(3_000, 300))
    judgements = judge(NeuralDetector(NEURAL), line)
    ((first, after),) = stretches(judgements, gap_frames=10)
    assert abs(20 * first - judgements[first].late_ms - 3_000) <= 80
    assert 0 <= 20 * after - (3_000 + len(voices[0]) / 8) <= 200


def test_somebody_behind_the_caller_does_not_interrupt_and_the_caller_does(voices):
    room = noise(1_000, 150)  # the clatter around them, which is the floor
    detector = NeuralDetector(NEURAL)
    judge(detector, mixed(silence(3_000), room))
    behind = judge(detector, mixed(softer(voices[1] * 3, 24), room))
    assert "i" * 15 not in heard(behind)
    assert "i" * 15 in heard(judge(detector, mixed(voices[0], room)))


def test_after_a_silence_a_voice_is_heard_as_soon_as_at_first(voices):
    detector = NeuralDetector(NEURAL)
    first = heard(judge(detector, voices[0]))
    judge(detector, silence(400))
    assert heard(judge(detector, voices[0])).index("i") <= first.index("i")


def test_in_noise_the_last_letter_of_a_long_spelling_is_heard_as_well_as_the_first():
    letters = [whole(audio) for audio in speak_all([("en-gb", letter) for letter in "abcdefghijklmnopqrst"])]
    line = mixed(b"".join(silence(2_000) + letter for letter in letters) + silence(1_000), noise(3_000, 200))

    def missed(settings: Settings) -> str:
        frames, at, unheard = judge(NeuralDetector(settings), line), 0, ""
        for letter, audio in zip("abcdefghijklmnopqrst", letters, strict=True):
            end = at + 100 + len(audio) // FRAME_BYTES
            unheard += letter if sum(frame.speech for frame in frames[at + 100 : end + 6]) < 5 else ""
            at = end
        return unheard

    assert missed(NEURAL) == ""
    assert missed(evolve(NEURAL, detector_reset_ms=10**6)) != ""  # what the network keeps makes it deaf


def test_what_is_softer_than_any_speech_is_not_even_asked_about(voices):
    assert set(heard(judge(NeuralDetector(NEURAL), silence(1_000) + softer(voices[0], 40)))) == {"."}


def test_one_call_does_not_change_what_another_hears(voices):
    alone = judge(NeuralDetector(NEURAL), voices[0])
    one, other = NeuralDetector(NEURAL), NeuralDetector(NEURAL)
    beside = []
    for start in range(0, len(voices[0]), FRAME_BYTES):
        beside += judge(one, voices[0][start : start + FRAME_BYTES])
        judge(other, voices[1][start : start + FRAME_BYTES] or silence(20))
    assert beside == alone


@pytest.mark.parametrize("pair", [(697, 1_209), (770, 1_336), (852, 1_477), (941, 1_633)])
def test_the_tones_of_keys_are_no_speech_however_long(pair):
    line = silence(2_000) + (key_tone(200, pair) + silence(200)) * 3 + silence(2_000) + key_tone(2_000, pair)
    speech = stretches(judge(NeuralDetector(NEURAL), line), gap_frames=5)
    assert all(after - first <= 6 for first, after in speech)  # what rings on in the network


def test_a_voice_after_a_key_is_speech(voices):
    assert heard(judge(NeuralDetector(NEURAL), silence(1_000) + key_tone(200) + voices[0])).count("i") > 40


@pytest.mark.parametrize("word", [("es", "Sí"), ("fr-fr", "Oui"), ("ru", "Да"), ("he", "לא"), ("en-us", "B")])
def test_a_short_word_is_surely_a_voice_after_any_silence(word):
    (audio,) = speak_all([word])
    detector = NeuralDetector(NEURAL)
    for lead_ms in (500, 2_000):
        judgements = judge(detector, silence(lead_ms) + whole(audio) + silence(400))
        sure = [each for each in judgements if each.speech and each.certainty is Certainty.SURE]
        assert len(sure) * FRAME_MS >= DEFAULTS.utterance_sure_ms


def test_what_is_certainly_a_voice_was_one_since_its_speech_began():
    (audio,) = speak_all([("it", "Sessanta, zero, sei")])
    judgements = judge(NeuralDetector(NEURAL), silence(1_000) + softer(whole(audio), 12))
    unsure = [len(run) * FRAME_MS for run in heard(judgements).replace("i", ".").split(".") if run]
    counted = [now.late_ms for was, now in pairwise(judgements) if now.interrupting and not was.interrupting]
    assert max(unsure) > 100
    assert max(unsure) == max(counted)


# Which one a call gets.


def test_the_settings_choose_the_detector():
    chosen = [type(open_detector(settings)) for settings in (LEVEL, NEURAL)]
    assert chosen == [LevelDetector, NeuralDetector]


def child(program: str, **environment: str) -> str:
    """What a fresh interpreter prints: the network is loaded once in a process."""
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return finished.stdout


OPEN = """
import os
from attrs import evolve
from engine.settings import DEFAULTS
from engine.caller.vad import DetectorMissing, open_detector
"""


def test_a_host_without_the_network_is_told_what_to_do_and_can_use_the_level_detector(tmp_path):
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('no wheel for this host')\n")
    program = f"""{OPEN}
try:
    open_detector(evolve(DEFAULTS, detector="neural"))
except DetectorMissing as error:
    print(error)
print(type(open_detector(evolve(DEFAULTS, detector="level"))).__name__)
"""
    assert child(program, PYTHONPATH=str(tmp_path)).splitlines() == [
        "the neural detector cannot be loaded (no wheel for this host): pip install onnxruntime, "
        "or set FRONTDESK_DETECTOR=level",
        "LevelDetector",
    ]


def test_the_network_in_the_tree_is_the_one_that_was_measured():
    assert sha256(files("engine.caller").joinpath("silero_vad.onnx").read_bytes()).hexdigest() == (
        "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"
    )


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts its threads as Linux shows them")  # noqa: PTH112
def test_the_network_starts_no_threads_and_leaves_the_environment_alone():
    program = f"""{OPEN}
from engine.caller.vad import NeuralDetector
detector = open_detector(evolve(DEFAULTS, detector="neural"))
for _ in range(50):
    detector.judge(bytes(range(160)))
left = [os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "ORT_DISABLE_TELEMETRY")]
print(len(os.listdir("/proc/self/task")), *left)
"""
    assert child(program, OPENBLAS_NUM_THREADS="3") == "1 3 None\n"
