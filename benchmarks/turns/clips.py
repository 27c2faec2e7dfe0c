"""Clips: one utterance each, with its true onset and end, in one of two halves."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Literal

import numpy as np
from attrs import frozen

from benchmarks.turns.phrases import Purpose
from benchmarks.turns.sounds import BLOCK, RATE, Sound, active, active_level, seconds

Half = Literal["tuning", "held-out"]
SHORTEST_MS, LONGEST_MS = 300, 6_000
SHORT_MS = (120, 300)  # one syllable
PAUSE_MAX_MS = 300  # a clip with a longer one inside would have two ends
_LEAD, _TAIL = BLOCK * 4, BLOCK * 8  # what is kept around the active part


@frozen(eq=False)
class Clip:
    """One utterance. `onset_ms` and `end_ms` are the true ones, counted from the clip's first sample."""

    name: str
    sound: Sound
    onset_ms: int
    end_ms: int
    pauses: bool = False  # for longer than 300 ms, well below its peak
    purpose: Purpose = "plain"
    text: str = ""  # its words, if they are known

    @property
    def speech_ms(self) -> int:
        """From true onset to true end."""
        return self.end_ms - self.onset_ms

    @property
    def length_ms(self) -> int:
        """All of it, with the silence around the speech."""
        return len(self.sound) * 1000 // RATE


def half_of(name: str) -> Half:
    """Return the half that a file belongs to.

    It is the tuning half if the hash of its name begins with an even digit.
    """
    return "held-out" if int(digest(name)[0], 16) % 2 else "tuning"


def clips(named: Iterable[tuple[str, Sound]]) -> Iterator[Clip]:
    """Give the usable ones, each with its true onset and end."""
    for name, sound in named:
        clip = cut(name, sound)
        if clip is not None and SHORTEST_MS <= clip.speech_ms <= LONGEST_MS:
            yield clip


def cut(name: str, sound: Sound) -> Clip | None:
    """Cut most of the silence around the sound; None if it pauses, or is silent."""
    loud = np.flatnonzero(active(sound))
    if not len(loud) or not active_level(sound) or np.diff(loud).max(initial=0) * 10 > PAUSE_MAX_MS:
        return None
    return trimmed(name, sound)


def trimmed(
    name: str, sound: Sound, *, pauses: bool = False, purpose: Purpose = "plain", text: str = ""
) -> Clip:
    """Cut most of the silence around a sound that is not silent."""
    loud = np.flatnonzero(active(sound))
    begin = max(0, loud[0] * BLOCK - _LEAD)
    kept = sound[begin : (loud[-1] + 1) * BLOCK + _TAIL]
    return Clip(
        name,
        kept,
        onset_ms=int(loud[0] * BLOCK - begin) * 1000 // RATE,
        end_ms=int((loud[-1] + 1) * BLOCK - begin) * 1000 // RATE,
        pauses=pauses,
        purpose=purpose,
        text=text,
    )


def short(name: str, sound: Sound) -> Clip | None:
    """Cut a clip of one syllable: as it is if it is short, or a piece of it; None if there is none."""
    clip = cut(name, sound)
    if clip is None or clip.speech_ms < SHORT_MS[0]:
        return None
    return clip if clip.speech_ms <= SHORT_MS[1] else _piece(clip)


def _piece(clip: Clip) -> Clip | None:
    """Cut a piece around the loudest part, its length drawn from the name."""
    least, most = SHORT_MS
    samples = (least + int(digest(clip.name)[1:5], 16) % (most - least)) * RATE // 1_000
    power = np.convolve(clip.sound**2, np.ones(samples), mode="valid")
    begin = int(power.argmax())
    edges = np.minimum(1, np.minimum(np.arange(samples), np.arange(samples)[::-1]) / seconds(0.015))
    return cut(clip.name, np.pad(clip.sound[begin : begin + samples] * edges, _TAIL))


def digest(name: str) -> str:
    """Return a hash of the name: a choice by it has no pattern, and is the same on every machine."""
    return sha256(name.encode()).hexdigest()
