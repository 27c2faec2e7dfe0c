"""Key tones: is this frame nothing but a pressed key, sent as sound?

A network that knows voices may take one for the beginning of a voice. It is a pair of pure tones, one of four
low and one of four high (ITU-T Q.23), and no voice is so pure.
"""

from collections.abc import Sequence
from math import cos, pi, sin
from operator import mul

from engine.audio import SAMPLES
from engine.settings import FRAME_BYTES

_RATE = 8_000
_LOW, _HIGH = (697, 770, 852, 941), (1_209, 1_336, 1_477, 1_633)
_PURE = 0.7  # of the frame's power at least: a key that begins or ends within the frame is blurred
_WEAKER = 0.05  # of it at least in the weaker tone: Q.24 lets the two differ by 8 dB


def _waves(hertz: int) -> tuple[list[float], list[float]]:
    angles = [2 * pi * hertz * n / _RATE for n in range(FRAME_BYTES)]
    return [cos(angle) for angle in angles], [sin(angle) for angle in angles]


_WAVES = [[_waves(hertz) for hertz in group] for group in (_LOW, _HIGH)]


def is_key_tone(frame: bytes) -> bool:
    """Say whether this 20 ms of mu-law is the sound of a key. It takes a tenth of a millisecond."""
    samples = list(map(SAMPLES.__getitem__, frame))
    whole = sum(map(mul, samples, samples)) * len(samples) / 2
    if not whole:
        return False
    low, high = (max(_power(samples, wave) for wave in group) / whole for group in _WAVES)
    return bool(min(low, high) >= _WEAKER and low + high >= _PURE)


def _power(samples: Sequence[int], wave: tuple[list[float], list[float]]) -> float:
    even, odd = wave
    return float(sum(map(mul, samples, even)) ** 2 + sum(map(mul, samples, odd)) ** 2)
