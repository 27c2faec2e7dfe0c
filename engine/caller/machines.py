"""Machines that call: a fax or a modem, by the tones with which it asks for another of its kind.

Only what no person can be taken for ends a call: a pure tone of a frequency that the standards name, as long
and as often as they name it. The beep of an answering machine alone proves nothing: `recordings.py` asks for
its words, too.

A fax that calls sends 1100 Hz for half a second, every three and a half (ITU-T T.30), a modem 1300 Hz every
two (V.25); who takes an answer for theirs sends 2100 Hz for more than two seconds (V.25, V.8).

For a pure tone of the angle w between two samples, the autocorrelation at one and two samples is cos w and
cos 2w of the signal's power: that takes no spectrum, and is reckoned only where the level stands still, of
half of every third frame.
"""

from math import acos, pi
from operator import mul

from attrs import define, frozen

from engine.audio import BYTES_PER_MS, SAMPLES
from engine.settings import FRAME_MS

_CALLING_HZ = (1_100, 1_300)
_ANSWERING_HZ = (2_100,)
_OFF_HZ = 40  # T.30 allows 38
_EVERY_FRAMES, _SAMPLES = 3, 80
_BURST_MS, _BURSTS = 360, 2
_ANSWERING_MS = 1_500
_BEEP_HZ, _BEEP_MS = (400, 1_400), (120, 2_200)
_LOUD = 100.0
_STEADY = 0.15  # of the level, from frame to frame; a voice never stands so still for long
_PURE = 0.05


@frozen
class MachineHeard:
    """A fax or a modem is on the line, and nobody else."""

    hz: int


@frozen
class BeepHeard:
    """A pure tone is over that was as long as the beep of an answering machine."""


@define
class MachineTones:
    """One per call; `step` once per frame, in order."""

    _level: float = 0.0
    _steady_frames: int = 0  # in a row
    _hz: float = 0.0  # of the tone that goes on; 0: none
    _ms: int = 0  # of it
    _bursts: int = 0

    def step(self, frame: bytes, level: float) -> list[MachineHeard | BeepHeard]:
        """Listen to the next frame, which is that loud."""
        steady = level > _LOUD and abs(level - self._level) <= _STEADY * level
        self._level = level
        self._steady_frames = self._steady_frames + 1 if steady else 0
        if self._steady_frames % _EVERY_FRAMES:
            return []
        hz = _tone(frame[:_SAMPLES]) if steady else 0.0
        if abs(hz - self._hz) > _OFF_HZ:
            beeped = _BEEP_HZ[0] <= self._hz <= _BEEP_HZ[1] and _BEEP_MS[0] <= self._ms <= _BEEP_MS[1]
            self._hz, self._ms = hz, _EVERY_FRAMES * FRAME_MS
            return [BeepHeard()] if beeped else []
        self._ms += _EVERY_FRAMES * FRAME_MS
        known = next((each for each in (*_CALLING_HZ, *_ANSWERING_HZ) if abs(hz - each) <= _OFF_HZ), 0)
        if known in _CALLING_HZ and self._ms == _BURST_MS:
            self._bursts += 1
            return [MachineHeard(known)] if self._bursts == _BURSTS else []
        return [MachineHeard(known)] if known in _ANSWERING_HZ and self._ms == _ANSWERING_MS else []


def _tone(frame: bytes) -> float:
    """Return the frequency of a frame that is a pure tone; 0 if it is none."""
    samples = [SAMPLES[byte] for byte in frame]
    power = sum(map(mul, samples, samples))
    if not power:
        return 0.0
    whole = len(samples)
    once = sum(map(mul, samples, samples[1:])) / power * whole / (whole - 1)
    twice = sum(map(mul, samples, samples[2:])) / power * whole / (whole - 2)
    if abs(once) > 1 or abs(twice - (2 * once * once - 1)) > _PURE:
        return 0.0
    return acos(once) / (2 * pi) * BYTES_PER_MS * 1_000
