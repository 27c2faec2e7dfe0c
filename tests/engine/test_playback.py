"""The ledger, stepped: what was sent, what came back, and so what was heard."""

import pytest

from engine.bot.playback import Ledger, Speech
from engine.states import Answer, AnswerEvent, Making


def sent_answer(ledger: Ledger, *deltas: bytes, at_ms: float = 0.0) -> Speech:
    answer = ledger.open()
    for event in (AnswerEvent.SOUNDS, AnswerEvent.BEGINS):
        ledger.move(answer, event, at_ms)
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


def test_the_delay_of_the_line_moves_no_clock_because_a_clear_takes_as_long():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=0)
    assert ledger.mark_reached("1.1600", 320) is answer  # 200 ms of audio, and 120 ms there and back
    assert (answer.heard_bytes(400), answer.ends_ms()) == (3_200, 1_000)


def test_marks_later_than_the_line_takes_set_the_clock_back():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(32_000), at_ms=0)
    for marked_ms in range(200, 1_200, 200):
        ledger.mark_reached(f"1.{marked_ms * 8}", marked_ms + 120)
    assert answer.ends_ms() == 4_000
    for marked_ms in range(1_200, 2_000, 200):
        ledger.mark_reached(f"1.{marked_ms * 8}", marked_ms + 270)  # the carrier has stood still for 150 ms
    assert (answer.heard_bytes(2_070), answer.ends_ms()) == (15_360, 4_150)


def test_a_mark_inside_a_frame_sets_no_clock():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), bytes(1_500), at_ms=0)
    ledger.mark_reached("1.1600", 200)
    ledger.mark_reached("1.3100", 400)
    assert answer.ends_ms() == 387.5


def test_a_mark_proves_its_bytes_even_if_the_clock_is_behind():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=1_000)
    ledger.mark_reached("1.4000", 1_100)
    assert answer.heard_bytes(1_100) == 4_000


def test_a_mark_that_comes_back_because_of_a_clear_is_not_taken_as_heard():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(8_000), at_ms=0)
    ledger.move(answer, AnswerEvent.PAUSES, 200)
    assert ledger.mark_reached("1.8000", 201) is None
    assert (answer.heard_bytes(5_000), answer.life, answer.confirmed) == (1_600, Answer.PAUSED, False)


def test_audio_under_way_when_the_turn_was_cleared_is_not_taken_as_heard():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), at_ms=0)
    ledger.move(answer, AnswerEvent.PAUSES, 100)
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
    answer.made = Making.COMPLETED
    assert (before, answer.played(199), answer.played(200)) == (False, False, True)


def test_it_is_confirmed_by_its_last_mark_alone():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(1_600), bytes(1_600))
    answer.made = Making.COMPLETED
    ledger.mark_reached("1.1600", 200)
    halfway = answer.confirmed
    ledger.mark_reached("1.3200", 400)
    assert (halfway, answer.confirmed) == (False, True)


def test_an_answer_plays_on_as_a_new_turn_from_the_byte_where_it_was_cleared():
    ledger = Ledger()
    audio = bytes(n % 251 for n in range(8_000))
    answer = sent_answer(ledger, audio[:1_600], audio[1_600:], at_ms=0)
    ledger.move(answer, AnswerEvent.PAUSES, 310)
    ledger.play_on(answer, 400)
    rest = list(answer.unsent())
    assert (answer.turn, answer.sent_bytes, answer.life) == (2, 2_400, Answer.PLAYING)
    assert (b"".join(audio for audio, _ in rest), rest[-1][1]) == (audio[2_400:], 8_000)
    ledger.sent(1, 1_600, 1_000)  # of the old turn: the clear behind it took it away
    ledger.sent(2, 5_600, 1_000)
    assert ledger.mark_reached("1.8000", 1_001) is None
    assert [answer.heard_bytes(now_ms) for now_ms in (1_000, 1_100, 1_700)] == [2_400, 3_200, 8_000]


def test_the_level_is_that_of_the_frame_that_plays():
    ledger = Ledger()
    loud, silence = b"\x80" * 1_600, b"\xff" * 1_600
    answer = sent_answer(ledger, silence, loud, at_ms=0)
    assert [round(answer.level(now_ms)) for now_ms in (0, 199, 200, 399, 400)] == [0, 0, 32_124, 32_124, 0]
    ledger.move(answer, AnswerEvent.PAUSES, 300)
    assert answer.level(300) == 0.0


def test_marks_sooner_than_usual_make_nothing_heard_before_it_has_had_the_time():
    """The first marks of a call come late, and then in time: nothing plays before it was sent."""
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(32_000), at_ms=0)
    for marked_ms in range(200, 1_800, 200):
        ledger.mark_reached(f"1.{marked_ms * 8}", marked_ms + (500 if marked_ms < 1_000 else 120))
    assert (answer.heard_bytes(2_000), answer.ends_ms()) == (16_000, 4_000)


def test_what_was_heard_by_an_earlier_moment_is_known_after_the_answer_was_cut():
    ledger = Ledger()
    answer = sent_answer(ledger, bytes(3_200), at_ms=1_000)
    ledger.move(answer, AnswerEvent.IS_CUT, 1_300)
    heard_ms = [answer.item_heard_by_ms("item_1", at_ms) for at_ms in (900, 1_100, 1_300, 9_000)]
    assert heard_ms == [0, 100, 300, 300]


def test_the_figures_of_each_item_outlive_the_audio():
    ledger = Ledger()
    answer = ledger.open()
    for item, frames in (("a", 2), ("a", 3), ("b", 5)):
        ledger.receive(answer, item, bytes(160 * frames))
    ledger.sent(answer.turn, 1_600, 0)
    figures = [
        (answer.received_ms(item), answer.heard_ms(item, 160), answer.item_heard_by_ms(item, 60))
        for item in ("a", "b")
    ]
    answer.forget_audio()
    assert figures == [(100, 100, 60), (100, 60, 0)]
    assert figures == [
        (answer.received_ms(item), answer.heard_ms(item, 160), answer.item_heard_by_ms(item, 60))
        for item in ("a", "b")
    ]
    assert sum(len(piece.audio) for piece in answer.pieces) == 0
