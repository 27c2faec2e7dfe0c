import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio import SAMPLES, SILENCE_BYTE, SQUARES, level


def textbook_sample(byte: int) -> int:
    # ITU-T G.711, decoder of the mu-law: (2 * mantissa + 33) * 2 ** segment - 33, on the 14-bit scale.
    sign, segment, mantissa = byte >> 7, 7 - (byte >> 4 & 7), 15 - (byte & 15)
    value = ((2 * mantissa + 33) * 2**segment - 33) * 4
    return value if sign else -value


def test_every_byte_decodes_as_the_standard_says():
    assert [textbook_sample(byte) for byte in range(256)] == list(SAMPLES)


@pytest.mark.parametrize(
    ("byte", "sample"), [(0x00, -32124), (0x80, 32124), (0xFF, 0), (0x7F, 0), (0x8F, 16764), (0xFE, 8)]
)
def test_known_points_of_the_curve(byte, sample):
    assert SAMPLES[byte] == sample


def test_squares_belong_to_the_samples():
    assert tuple(sample**2 for sample in SAMPLES) == SQUARES


def test_silence_is_quiet():
    assert level(SILENCE_BYTE * 160) == 0.0


def test_an_empty_frame_is_quiet():
    assert level(b"") == 0.0


def test_the_loudest_frame_has_the_level_of_its_samples():
    assert level(b"\x00\x80" * 80) == 32124.0


def test_level_is_the_root_of_the_mean_square():
    assert level(b"\x80" + SILENCE_BYTE * 3) == 32124 / 2


@given(st.binary(min_size=1))
def test_level_lies_between_the_quietest_and_the_loudest_sample(frame):
    magnitudes = [abs(SAMPLES[byte]) for byte in frame]
    assert min(magnitudes) - 1e-6 <= level(frame) <= max(magnitudes) + 1e-6
