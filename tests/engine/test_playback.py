"""The ledger, stepped: what was sent, what came back, and so what was heard."""

import pytest

from engine.playback import Answer, Ledger


def sent_answer(ledger: Ledger, *deltas: bytes, at_ms: float = 0.0) -> Answer:
    answer = ledger.open()
    for delta in deltas:
        ledger.receive(answer, "item_1", delta)
        ledger.sent(answer.turn, len(delta), at_ms)
    return answer


def test_the_clock_counts_whole_frames_from_the_first_byte_sent():
    answer = sent_answer(Ledger(), bytes(3_200), at_ms=1_000)
    heard = [answer.heard_bytes(now_ms) for now_ms in (1_000, 1_019, 1_020, 1_399, 1_400, 9_000)]
    assert heard == [0, 0, 160, 3_040, 3_200, 3_200]


def test_deltas_that_come_faster_than_they_play_queue_behind_each_other():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), bytes(1_600), at_ms=0)
    assert (answer.heard_bytes(300), answer.ends_ms()) == (2_400, 400)


def test_a_dry_buffer_starts_a_new_run_and_loses_no_byte():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), at_ms=0)
    ledger.receive(answer, "item_1", bytes(1_600))
    ledger.sent(answer.turn, 1_600, 1_000)
    assert [answer.heard_bytes(now_ms) for now_ms in (200, 999, 1_000, 1_100)] == [1_600, 1_600, 1_600, 2_400]


def test_a_mark_sets_the_clock_of_a_late_carrier_right():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=0)
    assert ledger.mark_reached("1.1600", 350) is answer  # 150 ms later than the clock said
    assert (answer.heard_bytes(350), answer.heard_bytes(450), answer.ends_ms()) == (1_600, 2_400, 1_150)


def test_a_mark_proves_its_bytes_even_if_the_clock_is_behind():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=1_000)
    ledger.mark_reached("1.4000", 1_100)
    assert answer.heard_bytes(1_100) == 4_000


def test_a_mark_that_comes_back_because_of_a_clear_is_not_taken_as_heard():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=0)
    ledger.clear(answer.turn, 200)
    assert ledger.mark_reached("1.8000", 201) is None
    assert (answer.heard_bytes(5_000), answer.cleared, answer.confirmed) == (1_600, True, False)


def test_audio_under_way_when_the_turn_was_cleared_is_not_taken_as_heard():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), at_ms=0)
    ledger.clear(answer.turn, 100)
    ledger.sent(answer.turn, 1_600, 101)
    assert (answer.heard_bytes(9_000), answer.sent_bytes) == (800, 1_600)


@pytest.mark.parametrize(
    "name", ["", "x", "1", "1.", ".5", "2.160", "1.999999", "-1.160", "1.16.0", "¹.²", "1." + "9" * 5_000]
)
def test_a_mark_that_is_not_ours_proves_nothing(name: str):
    ledger = Ledger()
    sent_answer(ledger, bytes(1_600))
    assert ledger.mark_reached(name, 50) is None


def test_heard_time_is_counted_per_item():
    ledger = Ledger()
    answer = ledger.open()
    for item_id, size in (("a", 800), ("a", 800), ("b", 1_600)):
        ledger.receive(answer, item_id, bytes(size))
        ledger.sent(answer.turn, size, 0)
    assert [(answer.heard_ms(item, 260), answer.received_ms(item)) for item in ("a", "b", "c")] == [
        (200, 200),
        (60, 200),
        (0, 0),
    ]


def test_chunks_are_numbered_through_the_call():
    ledger = Ledger()
    first, second = (sent_answer(ledger, bytes(160), bytes(160)) for _ in range(2))
    assert (first.first_chunk, first.last_chunk, second.first_chunk, second.last_chunk) == (1, 2, 3, 4)


def test_an_answer_is_played_when_all_was_received_sent_and_heard():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600))
    before = answer.played(500)
    answer.complete = True
    assert (before, answer.played(199), answer.played(200)) == (False, False, True)


def test_it_is_confirmed_by_its_last_mark_alone():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), bytes(1_600))
    answer.complete = True
    ledger.mark_reached("1.1600", 200)
    halfway = answer.confirmed
    ledger.mark_reached("1.3200", 400)
    assert (halfway, answer.confirmed) == (False, True)
