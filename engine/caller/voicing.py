"""Voicing: does this sound repeat itself as a voice does, some hundred times a second?

A vowel does, however short; a cough, a breath, a click and the hum of the mains do not. What else rings, like
a horn or a beep, does too: this is asked only of what the network takes for a voice.
"""

from itertools import accumulate
from operator import add, mul

from engine.audio import SAMPLES

_RATE = 4_000  # every two samples are one here: the repetition of a voice is slow
_SHORTEST, _LONGEST = _RATE // 400, _RATE // 72  # samples, from a child's voice to a deep one


def periodicity(sound: bytes) -> float:
    """Return how alike 40 ms of mu-law are to themselves one repetition earlier: 1.0 of a pure tone.

    The best correlation over all repetitions that a voice can have; 0.0 of silence. It takes 0.2 ms.
    """
    samples = list(map(SAMPLES.__getitem__, sound))
    middle = 2 * sum(samples) / (len(samples) or 1)  # a line's constant would be like itself at once
    halved = [pair - middle for pair in map(add, samples[::2], samples[1::2])]
    newest = halved[_LONGEST:]
    powers = [0.0, *accumulate(map(mul, halved, halved))]
    power = powers[-1] - powers[min(_LONGEST, len(halved))]
    best = 0.0
    for lag in range(_SHORTEST, _LONGEST + 1):
        earlier = powers[len(halved) - lag] - powers[_LONGEST - lag] if newest else 0.0
        if power > 0 and earlier > 0:
            alike = sum(map(mul, newest, halved[_LONGEST - lag :]))
            best = max(best, float(alike / (power * earlier) ** 0.5))
    return best
