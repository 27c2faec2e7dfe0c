"""Voice activity, frame by frame: is this frame speech, and is it loud enough to interrupt?

A detector has no clock: one frame in, one judgement out, so that bursts and jitter change nothing.
The policy that makes utterances and barge-ins of these judgements is in `turns.py`.

The neural detector knows what a voice is; the level detector only what is loud, and is for hosts on which
the other cannot be loaded. The network costs about 0.1 ms a frame, and only on frames loud enough for a
voice. It runs inside the event loop: it holds the GIL, so a thread would only add the way there and back. At
a hundred calls that all speak at once it takes half of a core; beyond that, run more processes.
"""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from engine.audio import level
from engine.caller.key_tones import is_key_tone
from engine.errors import EngineError
from engine.settings import FRAME_MS, Settings

if TYPE_CHECKING:
    from engine.caller.network import Voice

# The floor is the quietest 100 ms of the last 5 s: speech has such a gap between its words, steady
# noise does not. It is capped, so that five seconds of gapless speech cannot raise it over speech.
_WINDOW_FRAMES = 5
_WINDOWS = 50
_TRUSTED_WINDOWS = 10  # a caller who speaks at once must not become the floor: it is 0 for the first second
_FLOOR_CEILING = 300.0

_AFRESH_FRAMES = 10  # without speech: what begins then is not the next syllable
_LATE_FRAMES = 5  # the network is rarely later, and what was loud for longer was something else
# Taken for speech, and only later for certain, they are certain: of a word that begins softly.
_UNSURE_FRAMES = 10
# What the libraries read once, when they are loaded: no threads that spin between two frames of 20 ms, and no
# reports to onnxruntime's maker, which its wheels from 1.29 on send unless they are told not to.
_QUIETLY = {"OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}


class DetectorMissing(EngineError):
    """The detector that the settings name cannot be loaded on this host; the text says what to do."""


class Certainty(IntEnum):
    """A detector's certainty that what it takes for speech is a voice."""

    POSSIBLE = 0
    LIKELY = 1
    SURE = 2


@frozen
class Judgement:
    """One frame as a detector hears it; `level` and `floor` are RMS on the 16-bit scale."""

    level: float
    floor: float
    speech: bool  # counts towards an utterance
    interrupting: bool  # counts towards a barge-in
    late_ms: int = 0  # how much speech before this frame is recognised as such only with it
    certainty: Certainty = Certainty.LIKELY  # of speech
    # As it came, for who wants to know more of it; the level detector leaves it out.
    sound: bytes = field(default=b"", eq=False, repr=False)


class Detector(Protocol):
    """What `listen` asks about every frame of a call, in order. One detector per call."""

    def judge(self, frame: bytes) -> Judgement:
        """Judge the next 20 ms of mu-law."""


def open_detector(settings: Settings) -> Detector:
    """Make a detector for one call, of the kind that the settings name. Raises DetectorMissing."""
    return NeuralDetector(settings) if settings.detector == "neural" else LevelDetector(settings)


class NoiseFloor:
    """How loud the line is while nobody speaks, from the levels of all frames so far."""

    def __init__(self, *, ceiling: float = _FLOOR_CEILING) -> None:
        self.level = 0.0
        self._ceiling = ceiling
        self._window: list[float] = []
        self._quietest: deque[float] = deque(maxlen=_WINDOWS)

    def measure(self, loudness: float) -> None:
        """Add the level of the next frame."""
        self._window.append(loudness)
        if len(self._window) == _WINDOW_FRAMES:
            self._quietest.append(sum(self._window) / _WINDOW_FRAMES)
            self._window.clear()
            if len(self._quietest) >= _TRUSTED_WINDOWS:
                self.level = min(self._ceiling, *self._quietest)


class LevelDetector:
    """Speech is what stands out of the measured noise floor. Cheap, and deaf to what a voice is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._floor = NoiseFloor()

    def judge(self, frame: bytes) -> Judgement:
        """Judge the next frame by comparing its level with two thresholds over one floor."""
        loudness, floor = level(frame), self._floor.level
        over_floor = self._settings.level_over_floor * floor
        self._floor.measure(loudness)
        return Judgement(
            level=loudness,
            floor=floor,
            speech=loudness > max(self._settings.utterance_level, over_floor),
            interrupting=loudness > max(self._settings.barge_in_level, over_floor),
        )


class NeuralDetector:
    """Speech is what a small neural network takes for a voice, and what stands out of the noise floor.

    The floor keeps out the people in the room and the music behind the caller, which to the network are
    voices too. The caller is compared with it by the loudest of the last frames: between syllables every
    voice is soft.
    """

    def __init__(self, settings: Settings) -> None:
        """Hear nothing yet; the first in a process loads the network. Raises DetectorMissing if it can't."""
        self._settings = settings
        self._floor = NoiseFloor()
        self._held: deque[float] = deque(maxlen=settings.level_hold_ms // FRAME_MS)
        self._voice = _open_voice(settings)
        self._speech = self._certain = False
        self._idle_frames = 0  # without speech
        self._ring_frames = settings.level_hold_ms // FRAME_MS
        self._key_frames = 0  # for which a key still rings
        # Longer than any silence inside an utterance, but for what is dictated: each group is heard anew.
        silent_ms = max(settings.detector_reset_ms, settings.utterance_end_max_ms)
        self._reset_frames = silent_ms // FRAME_MS + 1
        self._traceless_frames = 0
        # In a row, up to the last one, that were loud enough or speech, yet not certain.
        self._unsure_frames = 0

    def judge(self, frame: bytes) -> Judgement:
        """Judge the next frame.

        The network needs some chunks to be sure. So `late_ms` of a first frame of speech says for how long it
        was already this loud without a gap, at most 100 ms; after a click there is a gap. That of the first
        one that is certain enough to interrupt counts what was speech before it, too, up to 200 ms.
        """
        settings, loudness, floor = self._settings, level(frame), self._floor.level
        self._floor.measure(loudness)
        self._held.append(loudness)
        held = max(self._held)
        gate = max(settings.speech_level, settings.speech_over_floor * floor)
        likely = self._voice.probability(frame) if held > settings.speech_level else self._voice.rest()
        speech = held > gate and likely > (settings.speech_off if self._speech else settings.speech_on)
        if speech and self._idle_frames >= _AFRESH_FRAMES:
            rings = is_key_tone(frame)
            self._key_frames = self._ring_frames if rings else self._key_frames - 1
            speech = self._key_frames <= 0
        self._idle_frames = 0 if speech else self._idle_frames + 1
        certain = (
            speech and likely > settings.interrupting_on and held > settings.interrupting_over_floor * floor
        )
        begins = (speech and not self._speech) or (certain and not self._certain)
        late_frames = self._unsure_frames if begins else 0
        if certain or not (speech or loudness > gate):
            self._unsure_frames = 0
        elif self._unsure_frames < (_UNSURE_FRAMES if speech else _LATE_FRAMES):
            self._unsure_frames += 1
        self._speech, self._certain = speech, certain
        self._begin_anew_in_silence(trace=speech or likely > settings.detector_trace)
        return Judgement(
            level=loudness,
            floor=floor,
            speech=speech,
            interrupting=certain,
            late_ms=late_frames * FRAME_MS,
            certainty=self._certainty(likely) if speech else Certainty.LIKELY,
            sound=frame,
        )

    def _certainty(self, likely: float) -> Certainty:
        if likely > self._settings.interrupting_on:
            return Certainty.SURE
        return Certainty.LIKELY if likely > self._settings.voice_likely else Certainty.POSSIBLE

    def _begin_anew_in_silence(self, *, trace: bool) -> None:
        """Let the network forget the call, once in a silence."""
        self._traceless_frames = 0 if trace else self._traceless_frames + 1
        if self._traceless_frames == self._reset_frames:
            self._voice.begin_anew()


def _open_voice(settings: Settings) -> "Voice":
    """Return the network's ear on a new line.

    Imported here, because a host without the network can still use the other detector.
    """
    try:
        with _quietly():
            from engine.caller.network import Voice

        return Voice(warm_ms=settings.detector_warm_ms)
    except (ImportError, OSError) as error:  # no package, or no model in it
        raise DetectorMissing(
            f"the neural detector cannot be loaded ({error}): pip install onnxruntime, "
            "or set FRONTDESK_DETECTOR=level"
        ) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Let libraries load without threads and reports; our child processes are not to inherit that."""
    before = {name: os.environ.get(name) for name in _QUIETLY}
    os.environ.update(_QUIETLY)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
