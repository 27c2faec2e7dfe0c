"""G.711 mu-law, exactly: the tables of the simulator's own, so that an engine error cannot cancel out."""

from collections.abc import Iterable

_BIAS = 132
_SILENCE_CODE = 0xFF


def _level(code: int) -> int:
    inverted = ~code & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + _BIAS) << ((inverted >> 4) & 0x07)) - _BIAS
    return -magnitude if inverted & 0x80 else magnitude


def _codes_by_magnitude(sign: int) -> bytes:
    """Return the code of every magnitude from 0 to 32,768.

    It is one step of the table per (segment, mantissa).
    """
    table = bytearray()
    for segment in range(8):
        for mantissa in range(16):
            end = ((mantissa + 17) << (segment + 3)) - _BIAS
            code = ~(sign | (segment << 4) | mantissa) & 0xFF
            table += bytes([code]) * (end - len(table))
    # G.711 clips at 32,635: louder samples share the last step.
    return bytes(table) + table[-1:] * (32_769 - len(table))


_LEVELS = tuple(_level(code) for code in range(256))
# Indexed by the sample itself: Python's negative indices reach the second half.
_CODES = _codes_by_magnitude(0)[:32_768] + _codes_by_magnitude(0x80)[:0:-1]


def encode(samples: Iterable[int]) -> bytes:
    """Return the mu-law bytes of 16-bit samples. Raises IndexError for a sample outside 16 bits."""
    return bytes(map(_CODES.__getitem__, samples))


def decode(audio: bytes) -> list[int]:
    """Return the 16-bit samples of mu-law bytes."""
    return [_LEVELS[code] for code in audio]


def silence(ms: int) -> bytes:
    """Return `ms` of linear zero."""
    return bytes([_SILENCE_CODE]) * (ms * 8)
