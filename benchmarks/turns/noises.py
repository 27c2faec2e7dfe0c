"""What goes on around a caller, all the time: a car, the street, the household, other voices."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.turns.sounds import RATE, Sound, Source, active_level, band, seconds, unit, white


def car(source: Source, duration_s: float) -> Sound:
    """Make the sound inside a car at speed: the road below some hundred hertz, and the engine, at RMS 1."""
    time = np.arange(seconds(duration_s)) / RATE
    road = _shaped(source, duration_s, lambda hertz: (hertz > 40) / (1 + (hertz / 200) ** 1.5))
    turning = source.uniform(25, 45) * time + 0.1 * np.sin(2 * np.pi * 0.1 * time)
    engine = np.sum(
        [
            np.sin(2 * np.pi * n * turning + source.uniform(0, 6.28)) / n**0.7
            for n in (1, 2, 3, 4, 6, 8, 10, 12)
        ],
        axis=0,
    )
    return unit((road + 0.7 * unit(engine)) * _swell(source, duration_s, below_hz=0.5, spread_db=1.5))


def wind(source: Source, duration_s: float) -> Sound:
    """Make wind over the microphone, at RMS 1.

    It is a rumble that comes and goes in gusts of a second or two.
    """
    rumble = _shaped(source, duration_s, lambda hertz: (hertz > 20) / (1 + (hertz / 150) ** 1.7))
    return unit(rumble * _swell(source, duration_s, below_hz=0.7, spread_db=4.0))


def traffic(source: Source, duration_s: float) -> Sound:
    """Make a busy street, at RMS 1: a rumble that never stops, and cars that come near and go by."""
    rumble = _shaped(source, duration_s, lambda hertz: (hertz > 30) / (1 + (hertz / 300) ** 1.2))
    passing = _shaped(source, duration_s, lambda hertz: (hertz > 150) / (1 + (hertz / 1_200) ** 2))
    near = _swell(source, duration_s, below_hz=0.25, spread_db=6.0)
    return unit(rumble + 0.6 * unit(passing * near))


def vacuum(source: Source, duration_s: float) -> Sound:
    """Make a vacuum cleaner in the room, at RMS 1: the whine of its motor, and the rush of air."""
    time = np.arange(seconds(duration_s)) / RATE
    turning = source.uniform(180, 260) * time + 0.3 * np.sin(2 * np.pi * 0.2 * time)
    whine = np.sum(
        [np.sin(2 * np.pi * n * turning + source.uniform(0, 6.28)) / n for n in range(1, 9)], axis=0
    )
    air = _shaped(source, duration_s, lambda hertz: hertz / (100 + hertz) / (1 + (hertz / 2_500) ** 2))
    return unit((air + 0.6 * unit(whine)) * _swell(source, duration_s, below_hz=0.5, spread_db=1.0))


# One other voice: each at RMS 1 while it speaks


def television(source: Source, voices: Sequence[Sequence[Sound]], music: Sound, duration_s: float) -> Sound:
    """Let a television go on: people speak in turn, and rest between sentences, over music 15 dB down."""
    samples = seconds(duration_s)
    parts, length = [], 0
    while length < samples:
        speaker = voices[int(source.integers(len(voices)))]
        for _ in range(int(source.integers(1, 4))):
            parts += [_spoken(source, speaker), np.zeros(source.integers(seconds(0.2), seconds(1.5)))]
            length += len(parts[-1]) + len(parts[-2])
    begin = int(source.integers(len(music)))
    under = np.resize(np.roll(music, -begin), samples)
    return np.concatenate(parts)[:samples] + unit(under) * 10 ** (-15 / 20)


def child(source: Source, clips: Sequence[Sound], duration_s: float) -> Sound:
    """Let a child beside the caller chatter: a high and quick voice that rests now and then."""
    samples = seconds(duration_s)
    parts: list[Sound] = []
    while sum(map(len, parts)) < samples:
        pitch = source.uniform(1.3, 1.5)
        parts += [
            _quickened(_spoken(source, clips), pitch),
            np.zeros(source.integers(seconds(0.2), seconds(2.0))),
        ]
    return np.concatenate(parts)[:samples]


def _spoken(source: Source, clips: Sequence[Sound]) -> Sound:
    clip = clips[int(source.integers(len(clips)))]
    return clip / active_level(clip)


def _quickened(sound: Sound, times: float) -> Sound:
    """Play it quicker, and as much higher."""
    at = np.arange(0, len(sound) - 1, times)
    return np.interp(at, np.arange(len(sound)), sound)


def _shaped(source: Source, duration_s: float, gain: Callable[[Sound], Sound]) -> Sound:
    """Shape white noise by this gain at each frequency, at RMS 1."""
    hertz = np.fft.rfftfreq(seconds(duration_s), 1 / RATE)
    spectrum = np.fft.rfft(white(source, duration_s)) * gain(hertz)
    return unit(np.fft.irfft(spectrum, seconds(duration_s)))


def _swell(source: Source, duration_s: float, *, below_hz: float, spread_db: float) -> Sound:
    """Make a gain that wanders, no quicker than this."""
    slow = band(white(source, duration_s), 0, below_hz)
    return np.asarray(10 ** (spread_db * unit(slow) / 20))
