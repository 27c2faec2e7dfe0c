import pytest
from attrs import evolve

from engine.settings import DEFAULTS
from office.adjust import BadSetting, fitting, of_business, of_deployment, pairs_of, parse_settings, unknown


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
        (
            "level_hold_ms=10",
            "level_hold_ms: must be between 20 and 2000; otherwise nobody would ever be heard",
        ),
        (
            "ring_ms=100000000",
            "ring_ms: must be between 20 and 60000; otherwise nothing would be remembered, "
            "or more than a process can hold",
        ),
        ("guard_ms=-1", "guard_ms: must be between 0 and 100000000"),
        ("speech_on=nan", "speech_on: must be between 0 and 0.99; otherwise nobody would ever be heard"),
        ("speech_on=1", "speech_on: must be between 0 and 0.99; otherwise nobody would ever be heard"),
        ("speech_off=0.6", "speech_on: must be at least speech_off"),
        ("voice=", "voice: is empty; leave it out for what is usual"),
        ("utterance_end_max_ms=300", "utterance_end_max_ms: must be at least utterance_end_min_ms"),
        (
            "utterance_min_ms=2000 utterance_max_ms=1000",
            "utterance_max_ms: must be at least utterance_min_ms",
        ),
    ],
)
def test_a_value_that_no_call_could_run_with_is_refused(pair, problem):
    with pytest.raises(BadSetting, match=f"^{problem}$"):
        parse_settings(pair.split())


def test_a_deployment_sets_thresholds_in_one_line_and_the_model_s_session_too():
    assert of_deployment(" barge_in_min_ms=300  noise_reduction=none\nutterance_end_ms=600 ") == evolve(
        DEFAULTS, barge_in_min_ms=300, noise_reduction=None, utterance_end_ms=600
    )
    assert of_deployment("") == DEFAULTS


@pytest.mark.parametrize("read", [of_deployment, lambda text: of_business([text], DEFAULTS)])
def test_what_has_a_place_of_its_own_is_set_there(read):
    with pytest.raises(BadSetting, match=r"^detector: is not set here; choose it by FRONTDESK_DETECTOR, .*"):
        read("detector=level")
    with pytest.raises(BadSetting, match=r"^keep_audio: is not set here; .* --keep-audio$"):
        read("keep_audio=1")


@pytest.mark.parametrize("pair", ["voice=verse", "transcription_model=none", "noise_reduction=none"])
def test_a_business_cannot_set_what_the_model_may_refuse(pair):
    with pytest.raises(BadSetting, match=r"is not set here; set it by FRONTDESK_SET, for the whole server$"):
        of_business([pair], DEFAULTS)


def test_an_outgrown_name_is_answered_with_what_replaced_it():
    assert unknown("turn_end_ms", {"turn_end_ms": "utterance_end_ms"}) == (
        "turn_end_ms: is gone; in its place: utterance_end_ms"
    )


def test_of_a_business_s_settings_those_that_fit_are_taken_and_each_other_is_told():
    base = evolve(DEFAULTS, utterance_end_max_ms=800)
    kept = {"utterance_end_min_ms": "900", "xyzzy": "1", "guard_ms": "long", "barge_in_min_ms": "300"}

    assert fitting(kept, base) == (
        evolve(base, barge_in_min_ms=300),
        (
            "utterance_end_max_ms: must be at least utterance_end_min_ms",
            "xyzzy: there is no such setting",
            "guard_ms=long: must be a whole number",
        ),
    )


def test_settings_that_fit_only_together_are_taken_in_any_order():
    wanted = evolve(DEFAULTS, utterance_end_min_ms=1_500, utterance_end_max_ms=2_000)
    pairs = {"utterance_end_min_ms": "1500", "utterance_end_max_ms": "2000"}

    assert fitting(pairs, DEFAULTS) == (wanted, ())
    assert fitting(dict(reversed(pairs.items())), DEFAULTS) == (wanted, ())


def test_settings_are_written_as_they_are_read():
    settings = evolve(DEFAULTS, guard_ms=300, speech_on=0.6, transcription_model=None, detector="level")

    assert pairs_of(settings) == ("guard_ms=300", "speech_on=0.6", "transcription_model=none")
    assert of_deployment(" ".join(pairs_of(settings))) == evolve(settings, detector="neural")
