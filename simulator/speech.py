"""Audible speech for the demo: sentences to 8 kHz mu-law by espeak-ng, in a child process.

Nothing is cached on disk. The functions block for tens of milliseconds a sentence; a Trio program calls
them in a thread.
"""

import json
import math
import struct
import subprocess
import sys
from array import array
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from operator import mul
from pathlib import Path

from simulator.mulaw import encode

_PROGRAM = Path(__file__).with_name("espeak.py")
_DEADLINE_S = 60
_RATE = 8_000
_TAPS = 64  # about 3 ms of the synthesiser's 22,050 Hz: 50 dB down from 4 kHz on
_CUTOFF_HZ = 3_400
_LEVEL = 32_768 * 10 ** (-20 / 20)  # -20 dBFS
_SILENT = 0.01  # of the loudest sample


class SpeechUnavailable(Exception):
    """There is no synthesiser, or it cannot say this; the text says what to do."""


def speak(text: str, *, voice: str = "en-us", words_per_minute: int = 170) -> bytes:
    """Speak the text as mu-law, without silence around it, at about -20 dBFS. Raises SpeechUnavailable."""
    (audio,) = speak_all([(voice, text)], words_per_minute=words_per_minute)
    return audio


def speak_all(texts: Sequence[tuple[str, str]], *, words_per_minute: int = 170) -> list[bytes]:
    """Speak every (voice, text) as mu-law, in order, by one child process. Raises SpeechUnavailable."""
    if find_spec("espeakng_loader") is None:
        raise SpeechUnavailable("no speech synthesiser; run: pip install 'frontdesk[speech]'")
    request = {"words_per_minute": words_per_minute, "texts": [list(pair) for pair in texts]}
    # -I: the child needs its one wheel and nothing of the place it was started from.
    finished = subprocess.run(  # noqa: S603  # our own file, by this very interpreter
        [sys.executable, "-I", str(_PROGRAM)],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=_DEADLINE_S,
        check=False,
    )
    if finished.returncode != 0:
        problem = finished.stderr.decode("utf-8", "replace").strip() or "it died"
        raise SpeechUnavailable(f"the speech synthesiser failed: {problem.splitlines()[-1]}")
    return [_as_telephone(rate, samples) for rate, samples in _unpacked(finished.stdout)]


def _unpacked(output: bytes) -> list[tuple[int, Sequence[int]]]:
    spoken: list[tuple[int, Sequence[int]]] = []
    at = 0
    while at < len(output):
        rate, size = struct.unpack_from("<II", output, at)
        samples = array("h", output[at + 8 : at + 8 + size])
        if sys.byteorder == "big":
            samples.byteswap()
        spoken.append((rate, samples))
        at += 8 + size
    return spoken


def _as_telephone(rate: int, samples: Sequence[int]) -> bytes:
    narrow = _trimmed(resampled(samples, rate))
    if not narrow:
        return b""
    gain = _LEVEL / (sum(map(mul, narrow, narrow)) / len(narrow)) ** 0.5
    return encode([max(-32_768, min(32_767, round(sample * gain))) for sample in narrow])


def _trimmed(samples: Sequence[float]) -> Sequence[float]:
    limit = _SILENT * max(map(abs, samples), default=0.0)
    loud = [index for index, sample in enumerate(samples) if abs(sample) > limit]
    return samples[loud[0] : loud[-1] + 1] if loud else []


def resampled(samples: Sequence[int], rate: int) -> list[float]:
    """Bring the samples to 8 kHz: a low-pass filter, evaluated only where an output sample falls."""
    divisor = math.gcd(rate, _RATE)
    step, phases = rate // divisor, _RATE // divisor
    filters = _filters(rate, phases)
    padded = [0] * (_TAPS // 2) + list(samples) + [0] * _TAPS
    narrow = []
    for n in range(len(samples) * phases // step):
        at, phase = divmod(n * step, phases)
        narrow.append(sum(map(mul, filters[phase], padded[at : at + _TAPS])))
    return narrow


@cache
def _filters(rate: int, phases: int) -> tuple[tuple[float, ...], ...]:
    """Return one windowed sinc for each place that an output sample can have between two input samples."""
    return tuple(_sinc(rate, phase / phases) for phase in range(phases))


def _sinc(rate: int, fraction: float) -> tuple[float, ...]:
    turn = 2 * math.pi * _CUTOFF_HZ / rate
    taps = []
    for index in range(_TAPS):
        distance = index - _TAPS // 2 - fraction
        window = 0.5 + 0.5 * math.cos(2 * math.pi * distance / (_TAPS + 2))
        ideal = math.sin(turn * distance) / (math.pi * distance) if distance else turn / math.pi
        taps.append(ideal * window)
    return tuple(tap / sum(taps) for tap in taps)
