"""The room and the line between the caller's mouth and the carrier: noise, the bot's echo, lost packets."""

import numpy as np
from attrs import define, field

from benchmarks.turns.sounds import Sound, Source, seconds
from simulator.mulaw import decode, encode, silence

_FRAME = 160
_LEVELS = np.array(decode(bytes(range(256))), dtype=np.float64)
_CODES = np.frombuffer(encode(range(-32_768, 32_768)), dtype=np.uint8)
_LOST = silence(20)
_REFLECTIONS = ((0.0, 1.0), (0.007, 0.5), (0.019, 0.35), (0.043, 0.2))  # seconds after the first, and gain


def to_sound(audio: bytes) -> Sound:
    """Decode mu-law into samples."""
    return np.asarray(_LEVELS[np.frombuffer(audio, dtype=np.uint8)])


def to_mulaw(sound: Sound) -> bytes:
    """Encode samples as mu-law; what is too loud is clipped."""
    whole = np.clip(np.rint(sound), -32_768, 32_767).astype(np.int64)
    return _CODES[whole + 32_768].tobytes()


@define
class Echo:
    """What the loudspeaker plays comes back `down_db` weaker and `late_ms` later, with a few reflections."""

    down_db: float
    late_ms: float
    _past: Sound = field(init=False)
    _taps: list[tuple[int, float]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        power = sum(gain**2 for _, gain in _REFLECTIONS)
        strength = 10 ** (-self.down_db / 20) / power**0.5
        first = seconds(self.late_ms / 1000)
        self._taps = [(first + seconds(after_s), gain * strength) for after_s, gain in _REFLECTIONS]
        self._past = np.zeros(self._taps[-1][0] + _FRAME)

    def of(self, played: bytes) -> Sound:
        """Return the echo in the 20 ms in which this was played; call it for every frame."""
        self._past = np.concatenate([self._past[_FRAME:], to_sound(played)])
        end = len(self._past)
        echo = np.zeros(_FRAME)
        for late, gain in self._taps:
            echo += gain * self._past[end - late - _FRAME : end - late]
        return echo


@define(kw_only=True)
class Room:
    """Acoustics for a carrier: frame by frame, in order."""

    source: Source
    noise: Sound | None = None  # goes round and round
    echo: Echo | None = None
    loss: float = 0.0  # the share of frames that arrive as silence
    _at: int = field(default=0, init=False)

    def __call__(self, frame: bytes, played: bytes, at_ms: int) -> bytes:
        """Return what goes up."""
        if self.loss and self.source.random() < self.loss:
            return _LOST
        if self.noise is None and self.echo is None:
            return frame
        sound = to_sound(frame)
        if self.noise is not None:
            sound = sound + self._next_noise(self.noise)
        if self.echo is not None:
            sound = sound + self.echo.of(played)
        return to_mulaw(sound)

    def _next_noise(self, noise: Sound) -> Sound:
        if self._at + _FRAME > len(noise):
            self._at = 0
        self._at += _FRAME
        return noise[self._at - _FRAME : self._at]
