"""Sounds at 8 kHz: levels, steady noises, and what else is heard on a line that is not the caller's voice.

A sound is an array of floats on the 16-bit scale. Everything is drawn from the generator that is passed in:
the same seed gives the same sound.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
SAMPLES_PER_MS = 8
FULL_SCALE = 32_768.0
BLOCK = RATE // 100  # 10 ms, the grain of a true onset and end
ACTIVE_DB = 40.0  # a block counts as active down to so far below the peak

Sound = NDArray[np.float64]
Source = np.random.Generator


def blocks(sound: Sound) -> Sound:
    """Cut the sound into whole 10 ms blocks, one a row."""
    return sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)


def active(sound: Sound, below_db: float = ACTIVE_DB) -> NDArray[np.bool_]:
    """Say for each 10 ms whether its peak is less than so far below the sound's peak."""
    peaks = np.abs(blocks(sound)).max(axis=1, initial=0.0)
    limit = max(float(peaks.max(initial=0.0)) * 10 ** (-below_db / 20), 1e-9)
    return np.asarray(peaks > limit)


def active_level(sound: Sound) -> float:
    """Return the RMS of the active part."""
    heard = blocks(sound)[active(sound)]
    return float(np.sqrt((heard**2).mean())) if len(heard) else 0.0


def amplitude(dbfs: float) -> float:
    """Return an RMS on the 16-bit scale from decibels below full scale."""
    return float(FULL_SCALE * 10 ** (dbfs / 20))


def at_level(sound: Sound, dbfs: float) -> Sound:
    """Bring the active part of the sound to this level."""
    level = active_level(sound)
    return sound * (amplitude(dbfs) / level) if level else sound


def seconds(duration_s: float) -> int:
    """Return how many samples that is."""
    return round(duration_s * RATE)


# Steady noises


def white(source: Source, duration_s: float) -> Sound:
    """Make white noise at RMS 1."""
    return source.standard_normal(seconds(duration_s))


def pink(source: Source, duration_s: float) -> Sound:
    """Make noise with as much power in every octave, at RMS 1."""
    spectrum = np.fft.rfft(white(source, duration_s))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return unit(np.fft.irfft(spectrum, seconds(duration_s)))


def white_and_pink(source: Source, duration_s: float) -> Sound:
    """Make noise with half the power from each."""
    return unit(white(source, duration_s) + pink(source, duration_s))


def hum(source: Source, duration_s: float) -> Sound:
    """Make the hum of the mains: 50 Hz with its odd and even harmonics, at RMS 1."""
    time = np.arange(seconds(duration_s)) / RATE
    waves = [
        np.sin(2 * np.pi * 50 * n * time + source.uniform(0, 6.28)) / n**0.5
        for n in (1, 2, 3, 4, 5, 7, 9, 11)
    ]
    return unit(np.sum(waves, axis=0))


def babble(source: Source, voices: Sequence[Sequence[Sound]], duration_s: float) -> Sound:
    """Let several people talk at once, none of them ever silent for long, at RMS 1."""
    total = np.zeros(seconds(duration_s))
    for clips in voices:
        total += unit(_talk(source, clips, len(total)))
    return unit(total)


def _talk(source: Source, clips: Sequence[Sound], samples: int) -> Sound:
    parts, length = [], 0
    while length < samples:
        clip = clips[int(source.integers(len(clips)))]
        parts += [unit(clip), np.zeros(source.integers(seconds(0.05), seconds(0.3)))]
        length += len(parts[-1]) + len(parts[-2])
    return np.concatenate(parts)[:samples]


def unit(sound: Sound) -> Sound:
    """Bring the sound to RMS 1."""
    rms = float(np.sqrt((sound**2).mean()))
    return sound / rms if rms else sound


# Events


def click(source: Source) -> Sound:
    """Click a switch: a few milliseconds."""
    return _burst(source, source.uniform(0.002, 0.008), decay=6) * amplitude(source.uniform(-16, -6))


def pop(source: Source) -> Sound:
    """Make a plosive on the microphone: a low thump of 40-90 ms."""
    samples = seconds(source.uniform(0.04, 0.09))
    time = np.arange(samples) / RATE
    wave = np.sin(2 * np.pi * source.uniform(60, 140) * time)
    return wave * np.exp(-time * source.uniform(30, 60)) * amplitude(source.uniform(-14, -6))


def knock(source: Source) -> Sound:
    """Knock on a table, two to four times."""
    return _series(source, int(source.integers(2, 5)), (0.12, 0.25), _one_knock)


def keys(source: Source) -> Sound:
    """Type: six to fourteen key clicks."""
    return _series(source, int(source.integers(6, 15)), (0.06, 0.16), _one_key)


def breath(source: Source, between_s: tuple[float, float] = (0.4, 1.1)) -> Sound:
    """Breathe over the microphone for so long."""
    sound = band(white(source, source.uniform(*between_s)), 300, 2_400)
    return unit(sound * np.hanning(len(sound))) * amplitude(source.uniform(-38, -28))


def cough(source: Source) -> Sound:
    """Cough one to three times."""
    return _series(source, int(source.integers(1, 4)), (0.3, 0.5), _one_cough)


def keypad(source: Source) -> Sound:
    """Press one to four keys (tones of ITU-T Q.23), 80-300 ms each."""
    return _series(source, int(source.integers(1, 5)), (0.1, 0.3), _one_tone)


def laugh(source: Source) -> Sound:
    """Laugh three to eight syllables: breath, then an open vowel that falls a little."""
    pitch, dbfs = source.uniform(150, 350), source.uniform(-30, -20)
    parts = []
    for _ in range(int(source.integers(3, 9))):
        breath = band(white(source, source.uniform(0.04, 0.08)), 500, 2_500)
        parts += [0.3 * unit(breath), unit(_vowel(source.uniform(0.07, 0.13), pitch))]
        pitch *= 0.97
    return unit(np.concatenate(parts)) * amplitude(dbfs)


def horn(source: Source) -> Sound:
    """Blow a car's horn for 0.4-1.5 s."""
    samples = seconds(source.uniform(0.4, 1.5))
    time = np.arange(samples) / RATE
    low = source.uniform(300, 450)
    pair = (low, low * source.uniform(1.18, 1.27))
    wave = np.sum([np.sin(2 * np.pi * f * n * time) / n for f in pair for n in range(1, 7)], axis=0)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
    return unit(wave * edge) * amplitude(source.uniform(-32, -20))


def hum_burst(source: Source) -> Sound:
    """Hum for two seconds."""
    return hum(source, 2.0) * amplitude(source.uniform(-40, -26))


def noise_burst(source: Source) -> Sound:
    """Make two seconds of steady noise."""
    return white_and_pink(source, 2.0) * amplitude(source.uniform(-40, -26))


EVENTS: dict[str, Callable[[Source], Sound]] = {
    "clicks": click,
    "pops": pop,
    "knocks": knock,
    "keys": keys,
    "breath": breath,
    "coughs": cough,
    "keypad tones": keypad,
    "horns": horn,
    "hum": hum_burst,
    "steady noise": noise_burst,
}

# As short as a word.
SHORT_EVENTS: dict[str, Callable[[Source], Sound]] = {
    "single knocks": lambda source: _one_knock(source),
    "single coughs": lambda source: _one_cough(source),
    "short breaths": lambda source: breath(source, (0.15, 0.3)),
}

# What is heard while the bot is silent, too: there a laugh may pass for a word.
SOUNDS = EVENTS | {"laughs": laugh}


def _vowel(duration_s: float, pitch_hz: float) -> Sound:
    """Make an open vowel: harmonics under the formants of an "a"."""
    time = np.arange(seconds(duration_s)) / RATE
    harmonics = np.arange(1, int(3_400 / pitch_hz) + 1) * pitch_hz
    strength = sum(1 / (1 + ((harmonics - formant) / 150) ** 2) for formant in (750, 1_250, 2_600))
    waves = np.sin(2 * np.pi * harmonics[:, None] * time * (1 - 0.3 * time))
    return np.asarray((strength[:, None] * waves).sum(axis=0) * np.hanning(len(time)))


def _one_knock(source: Source) -> Sound:
    samples = seconds(source.uniform(0.06, 0.12))
    time = np.arange(samples) / RATE
    wood = np.sin(2 * np.pi * source.uniform(180, 420) * time) * np.exp(-time * 50)
    return (wood + 0.3 * _burst(source, samples / RATE, decay=12)) * amplitude(source.uniform(-18, -8))


def _one_key(source: Source) -> Sound:
    down = _burst(source, 0.012, decay=6)
    up = 0.4 * _burst(source, 0.010, decay=6)
    gap = np.zeros(seconds(source.uniform(0.03, 0.06)))
    return np.concatenate([down, gap, up]) * amplitude(source.uniform(-28, -18))


def _one_cough(source: Source) -> Sound:
    """Cough once: an explosive phase, then breath with a trace of voice, as in recordings of coughs."""
    blast = band(white(source, source.uniform(0.05, 0.09)), 200, 3_000)
    tail_s = source.uniform(0.12, 0.3)
    tail = band(white(source, tail_s), 300, 2_000) * np.exp(-np.linspace(0, 3.5, seconds(tail_s)))
    return np.concatenate([unit(blast) * 1.6, unit(tail)]) * amplitude(source.uniform(-28, -18))


def _one_tone(source: Source) -> Sound:
    samples = seconds(source.uniform(0.08, 0.3))
    time = np.arange(samples) / RATE
    low = (697, 770, 852, 941)[source.integers(4)]
    high = (1_209, 1_336, 1_477)[source.integers(3)]
    wave = np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)
    return wave * amplitude(source.uniform(-26, -16))


def _series(
    source: Source, number: int, apart_s: tuple[float, float], one: Callable[[Source], Sound]
) -> Sound:
    parts = []
    for _ in range(number):
        sound = one(source)
        gap = max(0, seconds(source.uniform(*apart_s)) - len(sound))
        parts += [sound, np.zeros(gap)]
    return np.concatenate(parts[:-1])


def _burst(source: Source, duration_s: float, *, decay: float) -> Sound:
    samples = max(8, seconds(duration_s))
    return source.standard_normal(samples) * np.exp(-np.linspace(0, decay, samples))


def band(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """Keep what lies between these frequencies."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < low_hz) | (hertz > high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound))
