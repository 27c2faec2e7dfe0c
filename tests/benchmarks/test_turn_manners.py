import pytest

from benchmarks.turns import manners
from benchmarks.turns.measures import Account, Utterance, covered_ms
from simulator import murmur

BOT = murmur(4_000, pitch=190)


def utterance(onset_ms: float, end_ms: float, label: str = "") -> Utterance:
    return Utterance(onset_ms=onset_ms, end_ms=end_ms, label=label)


def test_an_answer_counts_within_two_and_a_half_seconds_of_the_end_and_others_are_needless():
    account = Account(
        uttered=[utterance(1_000, 2_000), utterance(6_000, 7_000)], answers_ms=[1_500, 2_600, 4_000, 9_600]
    )
    assert manners.in_time(account) == {
        "answered": [True, False],
        "delay_ms": [600, 2_600],
        "cuts": [0, 0],
        "needless": [3],
    }


def test_short_words_are_told_apart_by_their_length():
    account = Account(uttered=[utterance(0, 150), utterance(5_000, 5_250)], answers_ms=[5_800])
    assert manners.in_time_by_length([(120, 200), (200, 300)])(account) == {
        "120": [False],
        "200": [True],
        "delay_ms": [550],
    }


def test_a_number_is_whole_if_nothing_of_it_was_committed_before_its_end():
    account = Account(
        uttered=[utterance(0, 5_000, "en"), utterance(9_000, 14_000, "es")],
        commits_ms=[2_000, 5_900, 14_900],
        answers_ms=[2_010, 5_910, 14_910],
        heard=[(2_500, BOT[:800]), (6_500, BOT)],
    )
    assert manners.kept_whole(["en", "es"])(account) == {
        "en": [False],
        "es": [True],
        "talked over": [True, False],
        "delay_ms": [910, 910],
    }


def test_of_a_long_story_counts_what_the_model_got_and_how_long_the_bot_talked_into_it():
    account = Account(
        uttered=[utterance(0, 10_000)],
        committed=[(-500, 4_000), (3_000, 6_000), (8_000, 11_000)],
        answers_ms=[11_100],
        heard=[(9_500, BOT[:8_000])],
    )
    assert manners.telling(account) == {"heard": [0.8], "answered": [True], "over_s": [0.5]}


@pytest.mark.parametrize(
    ("spans", "covered"), [([], 0), ([(0, 4), (2, 6)], 5), ([(-9, 99)], 9), ([(5, 6), (2, 3)], 2)]
)
def test_spans_that_overlap_cover_their_time_once(spans, covered):
    assert covered_ms(spans, 1, 10) == covered


@pytest.mark.parametrize(("heard_bytes", "whole"), [(32_000, True), (16_000, False)])
def test_a_greeting_is_heard_whole_before_the_caller_says_anything_or_not_at_all(heard_bytes, whole):
    account = Account(
        uttered=[utterance(14_000, 15_000)],
        began_ms=100,
        heard=[(400, BOT[:heard_bytes]), (16_000, BOT)],
        sent={"item_1": BOT},
    )
    assert manners.greeting(account) == {"first_ms": [300], "whole": [whole]}


def test_a_bot_that_is_never_heard_has_greeted_nobody():
    assert manners.greeting(Account(uttered=[])) == {"first_ms": [float("inf")], "whole": [False]}


@pytest.mark.parametrize(("heard_s", "alone"), [([4], True), ([4, 12], False), ([4, 31], True), ([], True)])
def test_who_asks_for_a_moment_is_told_so_and_left_alone(heard_s, alone):
    account = Account(
        uttered=[utterance(2_000, 3_000, "wait"), utterance(30_000, 31_000, "back")],
        answers_ms=[3_500, 31_500],
        heard=[(at * 1_000, BOT[:800]) for at in heard_s],
    )
    assert manners.waiting(account) == {
        "told": [bool(heard_s)],
        "left_alone": [alone],
        "kept": [True],
        "answered": [True],
    }


def test_who_was_hung_up_on_was_not_kept_and_not_answered():
    account = Account(uttered=[utterance(2_000, 3_000, "wait")], hung_up=True)
    assert manners.waiting(account) == {
        "told": [False],
        "left_alone": [True],
        "kept": [False],
        "answered": [False],
    }


@pytest.mark.parametrize(("hung_up", "ended_s"), [(True, 12.0), (False, float("inf"))])
def test_a_machine_costs_its_answers_until_the_call_is_ended(hung_up, ended_s):
    account = Account(uttered=[], began_ms=100, ended_ms=12_100, hung_up=hung_up, creates=2)
    assert manners.costing(account) == {"ended_s": [ended_s], "answers": [2]}


def yielding(**fields) -> dict[str, list[float]]:
    return manners.yielding(Account(sent={"item_1": BOT}, **({"heard": [(0, BOT)]} | fields)))


NOTHING: dict[str, list[float]] = {
    "talked on": [],
    "faltered": [],
    "cut": [],
    "floor": [],
    "plain": [],
    "answered": [],
    "yield_ms": [],
}


def test_a_bot_that_nothing_stops_talks_on():
    account = {"uttered": [utterance(1_000, 1_400, "listening"), utterance(8_000, 8_400, "listening")]}
    assert yielding(**account) == NOTHING | {"talked on": [True], "faltered": [False], "cut": [False]}


@pytest.mark.parametrize(("after", "faltered"), [(BOT[11_200:], True), (murmur(900, pitch=90), False)])
def test_a_bot_that_plays_on_has_faltered_and_one_that_does_not_was_cut(after, faltered):
    figures = yielding(
        uttered=[utterance(1_000, 1_400, "listening")],
        clears_taken_ms=[1_400],
        heard=[(0, BOT[:11_200]), (2_300, after)],
    )
    assert figures == NOTHING | {"talked on": [False], "faltered": [faltered], "cut": [not faltered]}


def test_an_interruption_stops_the_bot_within_two_seconds_and_is_answered():
    figures = yielding(
        uttered=[utterance(1_000, 1_400, "floor"), utterance(3_000, 3_400, "plain")],
        clears_taken_ms=[1_420, 5_100],
        answers_ms=[1_900],
    )
    assert figures == NOTHING | {
        "floor": [True],
        "plain": [False],
        "answered": [True, False],
        "yield_ms": [420],
    }


def test_interaction_is_measured_by_what_was_meant():
    account = Account(
        uttered=[
            utterance(1_000, 1_300, "listening"),
            utterance(2_500, 3_000, "floor"),
            utterance(6_000, 6_300, "tic"),
            utterance(9_000, 10_000, "plain"),
            utterance(13_000, 13_900, "aside"),
        ],
        clears_taken_ms=[2_900],
        heard=[
            (0, BOT[:23_200]),
            (4_000, BOT[:4_000]),
            (9_500, BOT[:800]),
            (11_000, BOT[:800]),
            (14_500, BOT),
        ],
    )
    assert manners.interaction(account) == {
        "response_s": [1.0, 1.0],
        "yield_s": [0.4],
        "responded": [True, True],
        "yielded": [True],
        "interrupted": [0, 1],
        "listening": [True],
        "tic": [True],
        "aside": [False],
    }
