"""Sound on the line that is no voice: counted where it stands out of the line's own floor."""

from engine.caller.presence import LineSound, Presence
from engine.settings import DEFAULTS, FRAME_MS


def sound_ms(presence: Presence, level: float, ms: int, *, counts: bool = True) -> int:
    frames = range(ms // FRAME_MS)
    told = [event for _ in frames for event in presence.step(level, counts=counts)]
    assert set(told) <= {LineSound(200)}
    return sum(event.ms for event in told)


def test_what_stands_out_of_the_floor_is_sound_and_what_is_soft_is_not():
    presence = Presence(DEFAULTS)
    assert sound_ms(presence, 20.0, 6_000) == 0
    assert sound_ms(presence, 90.0, 1_000) == 0
    assert sound_ms(presence, 110.0, 1_000) == 1_000


def test_short_sounds_add_up():
    presence = Presence(DEFAULTS)
    assert [sound_ms(presence, level, 100) for level in (20.0, 900.0) * 4] == [0, 0, 0, 200, 0, 0, 0, 200]


def test_steady_noise_is_no_sound_once_it_is_known_however_loud_it_is():
    for level in (150.0, 3_000.0):
        presence = Presence(DEFAULTS)
        sound_ms(presence, level, 1_000)
        assert sound_ms(presence, level, 20_000) == 0
        assert sound_ms(presence, 4 * level, 400) == 400


def test_a_voice_and_the_bots_own_sound_do_not_count():
    assert sound_ms(Presence(DEFAULTS), 3_000.0, 2_000, counts=False) == 0
