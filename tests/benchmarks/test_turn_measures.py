import math

import pytest

from benchmarks.turns import measures
from benchmarks.turns.measures import Account, Segment, Utterance
from simulator import murmur

ONE, OTHER = murmur(4_000, pitch=190), murmur(3_000, pitch=230)
SENT = {"item_1": ONE, "item_2": OTHER}


def utterance(onset_ms: float, end_ms: float, *, is_speech: bool = True) -> Utterance:
    return Utterance(onset_ms=onset_ms, end_ms=end_ms, is_speech=is_speech)


def test_an_answer_belongs_to_the_utterance_before_it():
    account = Account(
        uttered=[utterance(1_000, 2_000), utterance(4_000, 5_000), utterance(8_000, 9_000)],
        commits_ms=[2_550, 9_600],
        answers_ms=[2_560, 9_610],
    )
    assert measures.answering(account) == {
        "answered": [True, False, True],
        "delay_ms": [560, 610],
        "cuts": [0, 0, 0],
        "again": [0, 0, 0],
    }


def test_an_utterance_that_was_cut_counts_once_for_every_cut_and_is_late_from_its_end():
    account = Account(
        uttered=[utterance(1_000, 5_000)], commits_ms=[2_000, 4_000, 5_500], answers_ms=[2_010, 4_010, 5_510]
    )
    assert measures.answering(account) == {"answered": [True], "delay_ms": [510], "cuts": [2], "again": [0]}


def test_a_second_answer_to_the_same_utterance_is_seen():
    account = Account(uttered=[utterance(0, 1_000)], answers_ms=[1_600, 4_000])
    assert measures.answering(account)["again"] == [1]


def test_pauses_are_counted_apart_for_the_first_utterances_and_the_later_ones():
    account = Account(
        uttered=[utterance(n * 10_000, n * 10_000 + 3_000) for n in range(6)],
        commits_ms=[1_000, 31_000, 51_000],
    )
    figures = measures.pausing(account)
    assert (figures["first"], figures["known"]) == ([True, False, False], [False, True])


def test_only_events_that_met_a_talking_bot_count_and_only_clears_that_followed_them():
    account = Account(
        uttered=[
            utterance(500, 900),
            utterance(1_000, 1_200, is_speech=False),
            utterance(3_000, 3_200, is_speech=False),
            utterance(9_000, 9_200, is_speech=False),
        ],
        clears_sent_ms=[900, 3_900, 9_100],
        heard=[(0, ONE)],
    )
    assert measures.disturbing(account) == {"stopped": [False, True], "minutes": [4_000 / 60_000]}


def test_stops_while_the_caller_speaks_are_not_false():
    account = Account(
        uttered=[utterance(10_000, 11_000)], clears_sent_ms=[5_000, 10_400, 11_700, 11_900], heard=[(0, ONE)]
    )
    assert measures.lecturing(account)["stops"] == [2]


def test_an_interruption_is_as_late_as_its_first_clear_and_a_missing_one_is_missed():
    account = Account(
        uttered=[utterance(1_000, 2_500), utterance(3_000, 3_900)],
        clears_sent_ms=[1_420, 1_900],
        clears_taken_ms=[1_480, 1_960],
        heard=[(0, ONE)],
    )
    figures = measures.interrupting(account)
    assert (figures["met"], figures["sent_ms"], figures["taken_ms"]) == ([1, 1], [420], [480])


def test_what_was_heard_is_found_again_in_what_was_sent():
    heard = [(100.0, ONE[:8_000]), (2_000.0, ONE[8_000:] + OTHER[:1_600])]
    assert measures.segments(heard, SENT) == [
        Segment(item="item_1", start=0, stop=8_000, at_ms=100),
        Segment(item="item_1", start=8_000, stop=32_000, at_ms=2_000),
        Segment(item="item_2", start=0, stop=1_600, at_ms=5_000),
    ]


@pytest.mark.parametrize(("resumed_at", "seam_ms"), [(8_000, 0.0), (8_320, 40.0), (7_840, -20.0)])
def test_the_seam_says_what_was_lost_or_heard_twice(resumed_at, seam_ms):
    account = Account(
        uttered=[utterance(600, 900, is_speech=False)],
        clears_taken_ms=[1_000],
        heard=[(0, ONE[:8_000]), (2_000, ONE[resumed_at:])],
        sent=SENT,
    )
    assert measures.resuming(account) == {
        "events": [1],
        "stopped": [True],
        "resumed": [True],
        "seam_ms": [seam_ms],
        "seam_error_ms": [abs(seam_ms)],
    }


def test_a_bot_that_says_something_else_after_a_false_interruption_did_not_play_on():
    account = Account(
        uttered=[utterance(600, 900, is_speech=False)],
        clears_taken_ms=[1_000],
        heard=[(0, ONE[:8_000]), (2_000, OTHER)],
        sent=SENT,
    )
    assert measures.resuming(account)["resumed"] == [False]


def test_what_the_model_was_told_is_compared_with_what_was_heard_of_each_item():
    account = Account(
        uttered=[],
        heard=[(0, ONE[:8_000]), (2_000, ONE[8_000:16_000]), (5_000, OTHER[:1_600])],
        sent=SENT | {"item_3": b""},
        told_ms={"item_1": 1_990, "item_2": 260, "item_3": 0, "item_4": 100},
    )
    assert measures.heard_errors_ms(account) == [-10, 60, 100]


def test_percentiles_and_shares():
    assert measures.percentile([5, 1, 4, 2, 3], 50) == 3
    assert measures.percentile([float(n) for n in range(1, 101)], 95) == 95
    assert measures.share([True, False, True, True]) == 75
    assert math.isnan(measures.percentile([], 50))
    assert math.isnan(measures.share([]))


def test_by_its_place_in_the_call_what_was_never_said_was_not_answered():
    said = [Utterance(onset_ms=n * 1_000, end_ms=n * 1_000 + 400) for n in range(12)]
    account = Account(uttered=said, answers_ms=[n * 1_000 + 900 for n in range(12) if n != 6])
    assert measures.positioned(14)(account) == {
        "1-5": [True] * 5,
        "6-10": [True, False, True, True, True],
        "11-14": [True, True, False, False],
        "again": [0] * 12,
        "whole": [False],
    }


def test_a_sound_in_the_bots_silence_counts_as_answered_and_one_over_the_bot_does_not_count():
    laughs = [Utterance(onset_ms=at, end_ms=at + 400, is_speech=False) for at in (1_000, 3_000, 5_000)]
    account = Account(uttered=laughs, answers_ms=[3_900, 5_900], heard=[(4_900, bytes(8_000))])
    assert measures.hearing_beside(account) == {"answered": [False, True]}
