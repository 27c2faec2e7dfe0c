"""Test voices without a synthesiser: loud enough for a level detector, and no two frames alike.

The same arguments always give the same bytes. Different pitches give different bytes, and within one
murmur no two 20 ms frames are equal, so a test can see a frame that was doubled, lost or reordered.
"""

import math

from simulator.mulaw import encode

_RATE = 8_000
_GOLDEN = (1 + 5**0.5) / 2  # an irrational ratio: the sum never repeats


def murmur(ms: int, *, pitch: float = 140, level: int = 3_000) -> bytes:
    """Hum `ms` of a voice as mu-law: every 20 ms frame near `level` RMS on the 16-bit scale."""
    step = 2 * math.pi * pitch / _RATE
    samples = []
    for n in range(ms * 8):
        phase = step * n + 0.4 * math.sin(n * 0.0031)
        wave = math.sin(phase) + 0.5 * math.sin(2 * phase + 1) + 0.4 * math.sin(_GOLDEN * 3 * phase)
        syllable = 1 + 0.3 * math.sin(n * 2 * math.pi * 4 / _RATE)  # people speak about four a second
        samples.append(_clipped(wave * syllable * level * 1.19))
    return encode(samples)


def noise(ms: int, level: int, seed: int = 1) -> bytes:
    """Make `ms` of white noise near `level` RMS as mu-law."""
    peak = level * 3**0.5  # the RMS of an even distribution is its peak over the root of three
    return encode([_clipped(value * peak) for value in _even(ms * 8, seed)])


def click(ms: int = 20, *, level: int = 12_000) -> bytes:
    """Make a click on the line: a burst that dies away within `ms`."""
    return _dying_noise(ms, level, seed=7, speed=8)


def cough(ms: int = 150, *, level: int = 8_000) -> bytes:
    """Make a cough: a longer burst of noise."""
    return _dying_noise(ms, level, seed=11, speed=2)


def _dying_noise(ms: int, level: int, *, seed: int, speed: float) -> bytes:
    total = ms * 8
    values = _even(total, seed)
    return encode([_clipped(value * level * math.exp(-speed * n / total)) for n, value in enumerate(values)])


def _even(count: int, seed: int) -> list[float]:
    """Draw numbers between -1 and 1 by a linear congruential generator: the same on every machine."""
    state, values = seed * 2_654_435_761 % 2**32, []
    for _ in range(count):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        values.append(state / 2**31 - 1)
    return values


def _clipped(value: float) -> int:
    return max(-32_768, min(32_767, round(value)))
