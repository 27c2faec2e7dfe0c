"""mu-law telephone audio: how loud a frame is, how long audio lasts, what silence looks like.

Everything is 8 kHz mono mu-law (ITU-T G.711), one byte a sample, on both sockets and in between.
The tables are our own because Python 3.13 has no `audioop`.
"""

from math import sqrt

BYTES_PER_MS = 8
SILENCE_BYTE = b"\xff"

_BIAS = 0x84


def _sample(byte: int) -> int:
    # G.711 sends every bit inverted: 1 sign bit, 3 bits of exponent, 4 of mantissa.
    code = byte ^ 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 0x07)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


SAMPLES = tuple(_sample(byte) for byte in range(256))
SQUARES = tuple(sample * sample for sample in SAMPLES)


def level(frame: bytes) -> float:
    """Return how loud the frame is: its RMS on the 16-bit scale, 0.0 for an empty frame."""
    if not frame:
        return 0.0
    return sqrt(sum(map(SQUARES.__getitem__, frame)) / len(frame))
