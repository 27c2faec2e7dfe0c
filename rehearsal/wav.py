"""Recordings of telephone quality: WAV files as the mu-law that goes over the line."""

import struct
from array import array

from simulator import mulaw

_PCM, _MULAW = 1, 7  # the format tags of RFC 2361
_RATE = 8_000
_WANTED = "8,000 samples a second, mono, 16-bit or mu-law"


def read(data: bytes) -> bytes:
    """Read the sound of a WAV file as mu-law.

    Raises ValueError saying what the file holds and what is wanted. Not by the standard library's `wave`,
    which refuses mu-law, the telephone's own format.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(f"is not a WAV file; record one with {_WANTED}")
    chunks = _chunks(data)
    if len(chunks.get(b"fmt ", b"")) < 16 or b"data" not in chunks:
        raise ValueError(f"is a damaged WAV file; record one with {_WANTED}")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if (rate, channels) != (_RATE, 1) or (kind, bits) not in ((_PCM, 16), (_MULAW, 8)):
        raise ValueError(
            f"has {rate:,} samples a second, {channels} channel(s), {bits} bits, format {kind}; wanted is "
            f"{_WANTED}: ffmpeg -i IN.wav -ar 8000 -ac 1 -c:a pcm_s16le OUT.wav"
        )
    return chunks[b"data"] if kind == _MULAW else _encoded(chunks[b"data"])


def write(audio: bytes) -> bytes:
    """Write mu-law as a WAV file of 16-bit samples, which every browser reads."""
    samples = mulaw.decode(audio)
    pcm = struct.pack(f"<{len(samples)}h", *samples)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, _RATE, 2 * _RATE, 2, 16)
    body = head + struct.pack("<4sI", b"data", len(pcm)) + pcm
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def _chunks(data: bytes) -> dict[bytes, bytes]:
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2  # chunks begin at even places
    return chunks


def _encoded(pcm: bytes) -> bytes:
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        samples.byteswap()
    return mulaw.encode(samples)
