"""The parts of the telephone, each by itself, in Chromium."""

import numpy as np
import pytest

from simulator import mulaw
from tests.browser.phone.conftest import wav


def test_the_codec_is_that_of_the_telephone(telephone):
    codes, levels = telephone.run(
        """async (module) => {
            const { encode, LEVELS } = await module("codec");
            return [Array.from({ length: 65536 }, (_, at) => encode(at - 32768)), [...LEVELS]];
        }"""
    )
    assert bytes(codes) == mulaw.encode(range(-32_768, 32_768))
    assert levels == mulaw.decode(bytes(range(256)))


@pytest.mark.parametrize("native_hz", [44_100, 48_000])
def test_the_resampler_keeps_speech_and_nothing_above_it(telephone, native_hz):
    def resampled(from_hz, to_hz, tone_hz):
        output = telephone.run(
            """async (module, from, to, tone) => {
                const { Resampler } = await module("resample");
                const [resampler, output] = [new Resampler(from, to), []];
                const turn = 2 * Math.PI * tone / from;
                for (let at = 0; at < from; at++) resampler.push(Math.sin(turn * at), output);
                return output;
            }""",
            from_hz,
            to_hz,
            tone_hz,
        )
        assert len(output) == to_hz
        return np.array(output[to_hz // 10 :])

    def noise_db(output, rate_hz, tone_hz):
        turns = 2 * np.pi * tone_hz * np.arange(len(output)) / rate_hz
        waves = np.stack([np.sin(turns), np.cos(turns)], axis=1)
        rest = output - waves @ np.linalg.lstsq(waves, output)[0]
        return 20 * np.log10(np.std(rest) / np.sqrt(0.5))

    for tone_hz in (300, 1_000, 3_300):
        for from_hz, to_hz in ((native_hz, 8_000), (8_000, native_hz)):
            output = resampled(from_hz, to_hz, tone_hz)
            assert abs(20 * np.log10(np.std(output) / np.sqrt(0.5))) < 0.1
            assert noise_db(output, to_hz, tone_hz) < -70
    for tone_hz in (4_100, 5_000, 7_900):
        assert 20 * np.log10(np.std(resampled(native_hz, 8_000, tone_hz))) < -70


def test_the_buffer_keeps_the_order_of_sounds_and_marks_around_its_end(telephone):
    told = telephone.run(
        """async (module) => {
            const { PlayBuffer } = await module("buffer");
            const buffer = new PlayBuffer(4), told = [];
            const take = (count) => { while (count--) told.push(buffer.next(), ...buffer.reached()); };
            buffer.mark("empty");
            told.push(...buffer.reached());
            buffer.play(Uint8Array.of(1, 2, 3));
            take(2);
            buffer.play(Uint8Array.of(4, 5, 6, 7)); // there is room for three
            buffer.mark("full");
            take(5);
            buffer.play(Uint8Array.of(8, 9));
            buffer.mark("never played");
            buffer.clear();
            told.push(...buffer.reached(), buffer.next());
            return told;
        }"""
    )
    assert told == ["empty", 1, 2, 3, 4, 5, 6, "full", None, "never played", None]


_RANDOM = "let seed = 1; const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;"


def _passed(telephone, kinds, frames=5_000):
    """What leaves after each of so many frames, each known by its number; None is silence."""
    return telephone.run(
        f"async (module, kinds, frames) => {{ {_RANDOM}"
        """ const { BadLine } = await module("bad-line");
            const context = new OfflineAudioContext(1, 8000, 8000);
            const line = new BadLine(context, new GainNode(context), new GainNode(context), random);
            for (const kind of kinds) line.set(kind, true);
            const number = (frame) => frame.length === 2 ? frame[0] + 256 * frame[1] : null;
            const numbered = (at) => Uint8Array.of(at, at >> 8);
            return Array.from({ length: frames }, (_, at) => line.pass(numbered(at)).map(number));
        }""",
        kinds,
        frames,
    )


def test_a_good_line_changes_nothing_and_a_silent_caller_only_the_sound(telephone):
    assert _passed(telephone, [], 3) == [[0], [1], [2]]
    assert _passed(telephone, ["silent"], 3) == [[None], [None], [None]]


def test_a_poor_mobile_network_loses_3_percent_and_delays_up_to_120_ms(telephone):
    passed = _passed(telephone, ["mobile"])
    left_at = [at for at, frames in enumerate(passed) for _ in frames]
    numbers = [number for frames in passed for number in frames]
    assert all(number in (None, at) for at, number in enumerate(numbers))
    assert 0.02 < numbers.count(None) / len(numbers) < 0.04
    late_frames = [left - spoken for spoken, left in enumerate(left_at)]
    assert set(late_frames) == {0, 1, 2, 3, 4, 5, 6}


def _mixed(telephone, *kinds):
    """Two seconds of what comes to the mouth while the ear plays one click at 0.5 s."""
    return np.array(
        telephone.run(
            f"async (module, kinds) => {{ {_RANDOM}"
            """ const { BadLine } = await module("bad-line");
                const context = new OfflineAudioContext(1, 96000, 48000);
                const buffer = new AudioBuffer({ length: 1, sampleRate: 48000 });
                buffer.getChannelData(0)[0] = 1;
                const ear = new AudioBufferSourceNode(context, { buffer });
                const line = new BadLine(context, ear, context.destination, random);
                for (const kind of kinds) line.set(kind, true);
                ear.start(0.5);
                return [...(await context.startRendering()).getChannelData(0)];
            }""",
            kinds,
        )
    )


def test_a_good_line_adds_nothing(telephone):
    assert not _mixed(telephone).any()


def test_a_speakerphone_returns_what_it_plays_after_120_ms_and_20_db_down(telephone):
    mixed = _mixed(telephone, "echo")
    (at,) = np.flatnonzero(np.abs(mixed) > 1e-4)
    assert (at, round(mixed[at], 3)) == (0.62 * 48_000, 0.1)


def test_a_noisy_room_is_15_db_below_speech_and_deep(telephone):
    mixed = _mixed(telephone, "noise")
    assert abs(20 * np.log10(np.std(mixed)) + 26 + 15) < 1
    power = np.abs(np.fft.rfft(mixed)) ** 2  # by half hertz
    assert power[200:1_000].mean() > 4 * power[4_000:6_000].mean()


def test_a_recording_is_parted_at_its_long_pauses_only(telephone, tmp_path):
    tone = 0.3 * np.sin(np.arange(8_000))
    parts = [np.zeros(4_000), tone, np.zeros(4_000), tone, np.zeros(5_600), tone]
    sound = wav(tmp_path / "caller.wav", np.concatenate(parts), 8_000).read_bytes()
    found = telephone.run(
        """async (module, sound) => {
            const { stretches } = await module("recorded");
            const context = new OfflineAudioContext(1, 1, 48000);
            const buffer = await context.decodeAudioData(Uint8Array.from(sound).buffer);
            return stretches(buffer.getChannelData(0), 48000);
        }""",
        list(sound),
    )
    assert np.round([[each["start_s"], each["end_s"]] for each in found], 1).tolist() == [
        [0.5, 3.0],
        [3.7, 4.7],
    ]
