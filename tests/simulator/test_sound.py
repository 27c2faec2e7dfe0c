"""The simulator's own mu-law and its test voices."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulator import mulaw, tones
from tests.simulator.support import rms


def frames(audio):
    return [audio[at : at + 160] for at in range(0, len(audio), 160)]


def test_linear_zero_is_the_silence_byte():
    assert mulaw.encode([0]) == b"\xff"
    assert mulaw.silence(20) == b"\xff" * 160


def test_the_table_holds_the_corner_values_of_g711():
    corners = {0x00: -32124, 0x7F: 0, 0x80: 32124, 0xFF: 0, 0xFE: 8, 0x7E: -8, 0xEF: 132, 0x8F: 16764}
    assert {code: mulaw.decode(bytes([code]))[0] for code in corners} == corners


def test_every_code_survives_decoding_and_encoding():
    codes = bytes(code for code in range(256) if code != 0x7F)  # negative zero becomes zero
    assert mulaw.encode(mulaw.decode(codes)) == codes


@given(st.integers(-32_768, 32_767))
def test_encoding_follows_the_bias_and_clip_of_g711(sample):
    magnitude = min(abs(sample), 32_635) + 132
    segment = magnitude.bit_length() - 8
    code = (0x80 if sample < 0 else 0) | segment << 4 | (magnitude >> (segment + 3)) & 0x0F
    assert mulaw.encode([sample]) == bytes([~code & 0xFF])


def test_a_louder_sample_never_decodes_quieter():
    decoded = mulaw.decode(mulaw.encode(range(-32_768, 32_768)))
    assert all(quieter <= louder for quieter, louder in pairwise(decoded))


def test_no_two_frames_of_a_minute_of_murmur_are_equal():
    minute = frames(tones.murmur(60_000))
    assert (len(minute), len(set(minute))) == (3_000, 3_000)


def test_every_frame_of_a_murmur_is_clearly_speech_to_a_level_detector():
    assert min(rms(frame) for frame in frames(tones.murmur(5_000))) > 1_500


def test_a_murmur_is_the_same_each_time_and_another_at_another_pitch():
    assert tones.murmur(200) == tones.murmur(200)
    assert set(frames(tones.murmur(2_000, pitch=140))).isdisjoint(frames(tones.murmur(2_000, pitch=190)))


def test_the_level_of_a_murmur_can_be_chosen():
    assert 200 < rms(tones.murmur(1_000, level=300)) < 400


def test_noise_has_the_level_asked_for_and_differs_by_seed():
    assert 450 < rms(tones.noise(1_000, 500)) < 550
    assert tones.noise(100, 500, seed=1) != tones.noise(100, 500, seed=2)


def test_clicks_and_coughs_are_loud_and_have_their_length():
    assert (len(tones.click()), len(tones.cough())) == (160, 1_200)
    assert min(rms(tones.click()), rms(tones.cough())) > 1_000
