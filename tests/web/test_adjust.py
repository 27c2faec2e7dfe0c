import pytest
from attrs import evolve

from engine.settings import DEFAULTS
from web.adjust import BadSetting, parse_settings


def test_settings_are_read_by_their_kind_and_the_later_one_wins():
    pairs = ["barge_in_min_ms=240", "level_over_floor=2.5", "detector=level", "barge_in_min_ms=200"]
    assert parse_settings(pairs) == evolve(
        DEFAULTS, barge_in_min_ms=200, level_over_floor=2.5, detector="level"
    )


def test_a_setting_that_may_be_absent_is_switched_off_by_none():
    assert parse_settings(["transcription_model=none"]) == evolve(DEFAULTS, transcription_model=None)
    assert parse_settings(["transcription_model=x=y"]) == evolve(DEFAULTS, transcription_model="x=y")


def test_settings_build_on_others():
    base = evolve(DEFAULTS, voice="verse")
    assert parse_settings(["guard_ms=300"], base) == evolve(base, guard_ms=300)


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("barge_in_min_ms", "'barge_in_min_ms' is no setting; write NAME=VALUE, as in barge_in_min_ms=240"),
        ("barge_in_mim_ms=1", "barge_in_mim_ms: there is no such setting; did you mean barge_in_min_ms?"),
        ("xyzzy=1", "xyzzy: there is no such setting"),
        ("guard_ms=long", "guard_ms=long: must be a whole number"),
        ("guard_ms=1.5", "guard_ms=1.5: must be a whole number"),
        ("level_over_floor=much", "level_over_floor=much: must be a number"),
        ("detector=ears", "detector=ears: must be one of neural, level"),
    ],
)
def test_a_setting_that_cannot_be_says_what_to_write(pair, problem):
    with pytest.raises(BadSetting) as bad:
        parse_settings([pair])
    assert str(bad.value) == problem


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("carrier_gap_ms=0", "carrier_gap_ms: must be between 20 and 100000000"),
        ("level_hold_ms=10", "level_hold_ms: must be between 20 and 100000000"),
        ("guard_ms=-1", "guard_ms: must be between 0 and 100000000"),
        ("speech_on=nan", "speech_on: must be between 0 and 100000000"),
        ("utterance_end_max_ms=300", "utterance_end_max_ms: must be at least utterance_end_min_ms"),
        ("utterance_max_ms=200", "utterance_max_ms: must be at least utterance_min_ms"),
    ],
)
def test_a_value_that_no_call_could_run_with_is_refused(pair, problem):
    with pytest.raises(BadSetting, match=f"^{problem}$"):
        parse_settings([pair])
