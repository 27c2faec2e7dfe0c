import struct

import pytest

from rehearsal import wav
from simulator.mulaw import decode

SAMPLES = [0, 100, -100, 32_767, -32_768]


def riff(*chunks):
    body = b"".join(
        struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def fmt(*, kind=1, channels=1, rate=8_000, bits=16):
    frame = channels * bits // 8
    return b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)


PCM = (b"data", struct.pack("<5h", *SAMPLES))


def test_sixteen_bit_sound_becomes_mulaw():
    audio = wav.read(riff(fmt(), PCM))

    assert [round(sample, -2) for sample in decode(audio)] == [0, 100, -100, 32_100, -32_100]


def test_mulaw_sound_stays_as_it_is_behind_chunks_that_mean_nothing():
    assert (
        wav.read(riff((b"LIST", b"odd"), fmt(kind=7, bits=8), (b"fact", b"1234"), (b"data", b"abc")))
        == b"abc"
    )


@pytest.mark.parametrize(
    "wrong", [{"rate": 44_100}, {"channels": 2}, {"bits": 8}, {"kind": 3, "bits": 32}, {"kind": 6, "bits": 8}]
)
def test_any_other_sound_is_refused_with_what_it_is_and_what_is_wanted(wrong):
    with pytest.raises(ValueError, match=r"wanted is 8,000 samples a second, mono, 16-bit or mu-law: ffmpeg"):
        wav.read(riff(fmt(**wrong), PCM))


@pytest.mark.parametrize(
    "data",
    [b"", b"ID3", b"RIFF", riff(), riff(fmt()), riff(PCM), riff((b"fmt ", b"\1\0"), PCM), riff(fmt())[:30]],
)
def test_a_file_that_is_no_recording_is_refused(data):
    with pytest.raises(ValueError, match="WAV file; record one with 8,000 samples"):
        wav.read(data)


def test_what_is_written_is_read_back():
    audio = bytes(range(256))
    same = audio.replace(b"\x7f", b"\xff")  # the two zeros of mu-law are one in 16 bits
    assert wav.read(wav.write(audio)) == same
