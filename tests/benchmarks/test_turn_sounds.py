import numpy as np
import pytest

from benchmarks.turns import noises, sounds
from benchmarks.turns.acoustics import Echo, Room, to_mulaw, to_sound
from benchmarks.turns.clips import cut, half_of
from simulator.mulaw import encode, silence

STEADY = {
    "white": lambda source: sounds.white(source, 2),
    "pink": lambda source: sounds.pink(source, 2),
    "both": lambda source: sounds.white_and_pink(source, 2),
    "hum": lambda source: sounds.hum(source, 2),
    "car": lambda source: noises.car(source, 2),
    "wind": lambda source: noises.wind(source, 2),
    "traffic": lambda source: noises.traffic(source, 2),
    "vacuum": lambda source: noises.vacuum(source, 2),
}


def source(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def tone(ms: int, dbfs: float, hertz: float = 400) -> sounds.Sound:
    wave = np.sin(2 * np.pi * hertz * np.arange(ms * 8) / 8_000)
    return wave * 2**0.5 * sounds.amplitude(dbfs)


def dbfs(sound) -> float:
    return float(20 * np.log10(np.sqrt((np.asarray(sound) ** 2).mean()) / sounds.FULL_SCALE))


@pytest.mark.parametrize("make", STEADY.values(), ids=STEADY)
def test_a_steady_noise_is_at_rms_one_and_the_same_for_the_same_seed(make):
    noise = make(source())
    assert len(noise) == 16_000
    assert (noise**2).mean() == pytest.approx(1, rel=0.05)
    assert (noise == make(source())).all()
    assert (noise != make(source(2))).any()


@pytest.mark.parametrize("make", sounds.SOUNDS.values(), ids=sounds.SOUNDS)
def test_an_event_is_the_same_for_the_same_seed_loud_enough_to_be_heard_and_within_16_bits(make):
    event = make(source())
    assert (event == make(source())).all()
    loudest = np.abs(event).max()
    assert sounds.amplitude(-45) < loudest
    assert max(np.abs(make(source(seed))).max() for seed in range(20)) < 4 * sounds.FULL_SCALE


def test_babble_never_pauses_for_long():
    voices = [[tone(500, -20, hertz)] for hertz in (200, 300, 400)]
    babble = sounds.babble(source(), voices, 4)
    assert (babble**2).mean() == pytest.approx(1)
    assert sounds.active(babble).mean() > 0.9


def test_a_television_is_at_rms_one_while_somebody_speaks_and_has_music_under_it():
    voices = [[tone(800, -20, hertz)] for hertz in (200, 300)]
    sound = noises.television(source(), voices, tone(3_000, -20, 1_000), 10)
    speech, rest = np.sort((sounds.blocks(sound) ** 2).mean(axis=1))[[-200, 100]]
    assert speech == pytest.approx(1, rel=0.3)
    assert 10 * np.log10(rest) == pytest.approx(-15, abs=2)


def test_a_child_speaks_higher_than_the_voice_it_is_made_of_and_rests_now_and_then():
    sound = noises.child(source(), [tone(800, -20, 400)], 10)
    spectrum = np.abs(np.fft.rfft(sound))
    assert 500 < np.fft.rfftfreq(len(sound), 1 / 8_000)[spectrum.argmax()] < 620
    assert 0.2 < sounds.active(sound).mean() < 0.8


def test_pink_noise_falls_by_three_decibels_an_octave():
    spectrum = np.abs(np.fft.rfft(sounds.pink(source(), 8))) ** 2
    octaves = [spectrum[begin : 2 * begin].sum() for begin in (800, 1_600, 3_200, 6_400, 12_800)]
    assert max(octaves) / min(octaves) < 1.2


def test_a_level_is_that_of_the_active_part():
    speech = np.concatenate([np.zeros(8_000), tone(500, -10), np.zeros(8_000)])
    levelled = sounds.at_level(speech, -26)
    assert dbfs(levelled[8_000:12_000]) == pytest.approx(-26, abs=0.1)


def test_a_clip_knows_its_true_onset_and_end():
    clip = cut("x", np.concatenate([np.zeros(4_000), tone(500, -20), np.zeros(4_000)]))
    assert (clip.onset_ms, clip.end_ms, clip.speech_ms, clip.length_ms) == (40, 540, 500, 620)


def test_a_clip_that_pauses_has_no_one_end_and_is_not_used():
    assert cut("x", np.concatenate([tone(500, -20), np.zeros(2_800), tone(500, -20)])) is None
    assert cut("x", np.zeros(4_000)) is None


def test_the_half_of_a_clip_depends_on_its_name_alone():
    halves = [half_of(f"clip-{n}.wav") for n in range(200)]
    assert halves == [half_of(f"clip-{n}.wav") for n in range(200)]
    assert 70 < halves.count("tuning") < 130


def test_a_room_without_anything_changes_nothing():
    frame = encode(range(-80, 80))
    assert Room(source=source())(frame, silence(20), 0) == frame


def test_the_codec_of_the_laboratory_is_that_of_the_simulator():
    frame = bytes(range(256))
    codes = to_mulaw(to_sound(frame))
    assert [code for code in range(256) if codes[code] != code] == [0x7F]  # minus zero


def test_noise_is_added_at_its_level():
    room = Room(source=source(), noise=sounds.white(source(), 2) * sounds.amplitude(-40))
    heard = [room(silence(20), silence(20), at) for at in range(0, 4_000, 20)]
    assert dbfs(to_sound(b"".join(heard))) == pytest.approx(-40, abs=0.5)


@pytest.mark.parametrize("down_db", [15, 28])
def test_an_echo_comes_late_and_weaker(down_db):
    room = Room(source=source(), echo=Echo(down_db, late_ms=100))
    played = [to_mulaw(chunk) for chunk in np.split(sounds.white(source(), 1) * sounds.amplitude(-20), 50)]
    heard = [to_sound(room(silence(20), frame, at * 20)) for at, frame in enumerate(played)]
    assert np.abs(np.concatenate(heard[:5])).max() == 0
    assert dbfs(np.concatenate(heard[10:])) == pytest.approx(-20 - down_db, abs=1)


def test_lost_frames_arrive_as_silence():
    room = Room(source=source(), loss=0.1)
    heard = [room(encode([1_000] * 160), silence(20), at) for at in range(1_000)]
    assert 60 < heard.count(silence(20)) < 140
