"""The neural network that tells a voice from other sounds: one for the process, a small state for each line.

`silero_vad.onnx` is `silero_vad_16k_sequence.onnx` of the package silero-vad 6.2.3 (MIT; its licence lies
beside it). It hears 32 ms at a time, at 16 kHz, and gives back what it has in mind: 256 numbers. So it is
loaded once, and a line costs a few kilobytes. A chunk takes it about 0.1 ms of the loop's own thread.

The chunks of several lines are not heard in one run: in eights that costs a quarter less a chunk, and each
would wait for the others.
"""

from collections import deque
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from attrs import frozen

from engine.audio import SAMPLES

_MODEL = Path(__file__).with_name("silero_vad.onnx")
_CHUNK, _CHUNK_BYTES, _CHUNK_MS = 512, 256, 32  # the one size that it takes, in samples at 16 kHz
_LEAD = 64  # samples that it wants before them
_WHOLE = np.array(SAMPLES, dtype=np.float32) / 32_768
_FAULTS_ONLY = 3  # of what it logs

_Samples = npt.NDArray[np.float32]
_SILENCE: _Samples = np.zeros(_LEAD + _CHUNK, dtype=np.float32)


@frozen(eq=False)
class _Mind:
    """The network's memory of what it has heard."""

    h: _Samples
    c: _Samples


_BLANK = _Mind(*np.zeros((2, 1, 1, 128), dtype=np.float32))


class Voice:
    """The network's ear on one line."""

    def __init__(self, *, warm_ms: int) -> None:
        """Hear nothing yet. Raises OSError or an error of onnxruntime's if the network can't be loaded."""
        _network()
        self._warm_chunks = warm_ms // _CHUNK_MS
        self._last_chunks: deque[_Samples] = deque(maxlen=self._warm_chunks // 2)
        self._mind = _BLANK
        self._waiting = b""
        self._last: np.float32 = _SILENCE[0]  # sample
        self._likely = 0.0

    def probability(self, frame: bytes) -> float:
        """Return how likely it is that somebody speaks, by the last whole chunk up to this frame."""
        self._waiting += frame
        if len(self._waiting) >= _CHUNK_BYTES:
            chunk = self._widened(self._waiting[:_CHUNK_BYTES])
            self._waiting = self._waiting[_CHUNK_BYTES:]
            self._last_chunks.append(chunk)
            self._likely, self._mind = _heard(chunk[np.newaxis], self._mind)
        return self._likely

    def rest(self) -> float:
        """Let a frame pass by that is too soft for a voice. What the network has in mind stays."""
        self._waiting = b""
        self._last_chunks.clear()
        self._last, self._likely = _SILENCE[0], 0.0
        return 0.0

    def begin_anew(self) -> None:
        """Forget what was heard so far, and hear a little silence, then the last of what is no silence.

        What the network keeps of a call makes it deaf to what is short: of letters spelt in the wind it heard
        half after ten. Merely reset it misses others.
        """
        self._mind = _after_silence(self._warm_chunks - len(self._last_chunks))
        if self._last_chunks:
            _, self._mind = _heard(np.stack(self._last_chunks), self._mind)

    def _widened(self, audio: bytes) -> _Samples:
        """Bring a chunk to 16 kHz, the only rate that the network takes, by linear interpolation.

        A better filter does no good: the network hears nothing above the telephone's 4 kHz either way. The
        chunk is led in by its own beginning, mirrored: the settings were chosen on what comes of that.
        """
        whole = _WHOLE[np.frombuffer(audio, dtype=np.uint8)]
        chunk = np.empty_like(_SILENCE)
        chunk[_LEAD] = (self._last + whole[0]) / 2
        chunk[_LEAD + 1 :: 2] = whole
        chunk[_LEAD + 2 :: 2] = (whole[:-1] + whole[1:]) / 2
        chunk[:_LEAD] = chunk[2 * _LEAD : _LEAD : -1]
        self._last = whole[-1]
        return chunk


@cache
def _network() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _FAULTS_ONLY
    return onnxruntime.InferenceSession(_MODEL.read_bytes(), options, providers=["CPUExecutionProvider"])


def _heard(chunks: _Samples, before: _Mind) -> tuple[float, _Mind]:
    """Return how likely a voice is in the last of the chunks, and what is in mind after them."""
    likely, h, c = _network().run(None, {"input": chunks, "h": before.h, "c": before.c})
    return float(likely[-1]), _Mind(h, c)


@cache
def _after_silence(chunks: int) -> _Mind:
    return _heard(np.stack([_SILENCE] * chunks), _BLANK)[1] if chunks else _BLANK
