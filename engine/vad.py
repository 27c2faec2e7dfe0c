"""Voice activity, frame by frame: is this frame speech, and is it loud enough to interrupt?

A detector has no clock: one frame in, one judgement out, so that bursts and jitter change nothing.
The policy that makes utterances and barge-ins of these judgements is in `turns.py`.
"""

from collections import deque
from typing import Protocol

from attrs import frozen

from engine.audio import level
from engine.settings import Settings

# The floor is the quietest 100 ms of the last 5 s: speech has such a gap between its words, steady
# noise does not. It is capped, so that five seconds of gapless speech cannot raise it over speech.
_WINDOW_FRAMES = 5
_WINDOWS = 50
_TRUSTED_WINDOWS = 10  # a caller who speaks at once must not become the floor: it is 0 for the first second
_FLOOR_CEILING = 300.0


@frozen
class Judgement:
    """One frame as a detector hears it; `level` and `floor` are RMS on the 16-bit scale."""

    level: float
    floor: float
    speech: bool  # counts towards an utterance
    interrupting: bool  # counts towards a barge-in


class Detector(Protocol):
    """What `listen` asks about every frame of a call, in order. One detector per call."""

    def judge(self, frame: bytes) -> Judgement:
        """The judgement of the next 20 ms of mu-law."""


class LevelDetector:
    """Speech is what stands out of the measured noise floor. Cheap, and deaf to what a voice is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._window: list[float] = []
        self._quietest: deque[float] = deque(maxlen=_WINDOWS)
        self._floor = 0.0

    def judge(self, frame: bytes) -> Judgement:
        """The judgement of the next frame: a comparison with two thresholds over one floor."""
        loudness = level(frame)
        over_floor = self._settings.level_over_floor * self._floor
        judgement = Judgement(
            level=loudness,
            floor=self._floor,
            speech=loudness > max(self._settings.utterance_level, over_floor),
            interrupting=loudness > max(self._settings.barge_in_level, over_floor),
        )
        self._measure(loudness)
        return judgement

    def _measure(self, loudness: float) -> None:
        self._window.append(loudness)
        if len(self._window) == _WINDOW_FRAMES:
            self._quietest.append(sum(self._window) / _WINDOW_FRAMES)
            self._window.clear()
            if len(self._quietest) >= _TRUSTED_WINDOWS:
                self._floor = min(_FLOOR_CEILING, *self._quietest)
