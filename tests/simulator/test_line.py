"""The caller's ear, stepped by hand."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.line import Line

A, B = b"a" * 320, b"b" * 160  # 40 and 20 ms


def test_whole_frames_are_heard_as_their_time_passes():
    line = Line()
    line.play(A, 100)
    assert [len(line.played(at)) for at in (100, 119, 120, 139.9, 140, 500)] == [0, 0, 160, 160, 320, 320]


def test_the_short_last_frame_is_heard_when_its_time_has_passed():
    line = Line()
    line.play(b"a" * 200, 0)
    assert [len(line.played(at)) for at in (20, 39, 40)] == [160, 160, 200]
    assert (line.playing(39), line.playing(40)) == (True, False)


def test_media_behind_media_is_one_stretch():
    line = Line()
    line.play(A, 0)
    line.play(B, 10)
    assert line.stretches(100) == ((0, A + B),)


def test_media_after_a_silence_begins_a_new_stretch_at_its_arrival():
    line = Line()
    line.play(A, 0)
    line.play(B, 55)
    assert line.stretches(200) == ((0, A), (55, B))
    assert line.played(200) == A + B


def test_a_mark_is_reached_when_the_audio_before_it_was_heard():
    line = Line()
    line.play(A, 0)
    line.mark("a", 5)
    line.play(B, 6)
    line.mark("b", 6)
    assert line.next_ms() == 40
    assert [line.advance(at) for at in (39, 40, 41, 60, 61)] == [(), ("a",), (), ("b",), ()]
    assert line.next_ms() is None


def test_a_mark_with_nothing_before_it_is_reached_at_once():
    line = Line()
    line.mark("early", 7)
    assert line.advance(7) == ("early",)
    line.play(A, 10)
    line.mark("late", 50)
    assert line.advance(50) == ("late",)


def test_a_clear_drops_what_was_not_heard_and_gives_all_marks_back():
    line = Line()
    line.play(A, 0)
    line.mark("a", 0)
    line.play(B, 0)
    line.mark("b", 0)
    assert line.clear(25) == ("a", "b")
    assert line.advance(1_000) == ()
    assert line.stretches(1_000) == ((0, A[:160]),)
    assert not line.playing(25)


def test_a_clear_before_the_first_frame_leaves_nothing_heard():
    line = Line()
    line.play(A, 0)
    assert line.clear(19) == ()
    assert (line.stretches(1_000), line.quiet_ms(1_000)) == ((), None)


def test_media_after_a_clear_plays_from_its_arrival():
    line = Line()
    line.play(A, 0)
    line.clear(25)
    line.play(B, 30)
    assert line.stretches(50) == ((0, A[:160]), (30, B))


def test_it_says_how_long_the_bot_has_spoken_and_been_quiet():
    line = Line()
    assert line.quiet_ms(10) is None
    line.play(A, 100)
    assert (line.speaking_ms(130), line.quiet_ms(130), line.queued_ms(130)) == (30, 0, 10)
    assert (line.speaking_ms(150), line.quiet_ms(150), line.queued_ms(150)) == (0, 10, 0)


def test_a_waking_clock_that_is_a_hair_early_still_reaches_the_mark():
    line = Line()
    line.play(A, 0)
    line.mark("a", 0)
    early = 40 - 1e-6
    assert (line.advance(early), line.played(early)) == (("a",), A)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 600)), max_size=12), st.integers(0, 2_000))
def test_every_byte_is_heard_once_and_in_order(arrivals, until_ms):
    line, now_ms, sent = Line(), 0, b""
    for number, (gap_ms, size) in enumerate(arrivals):
        now_ms += gap_ms
        line.play(bytes([number]) * size, now_ms)
        sent += bytes([number]) * size
    assert sent.startswith(line.played(until_ms))
    assert line.played(now_ms + 10_000) == sent


def test_what_just_played_is_the_sound_of_the_last_frame_time_with_silence_around_it():
    line = Line()
    line.play(A, 0)
    line.play(B, 50)
    silent = bytes([0xFF])
    assert [line.just_played(at) for at in (20, 45, 60, 200)] == [
        b"a" * 160,
        b"a" * 120 + silent * 40,
        silent * 80 + b"b" * 80,
        silent * 160,
    ]


def test_what_was_cleared_never_just_played():
    line = Line()
    line.play(A, 0)
    line.clear(20)
    assert line.just_played(40) == bytes([0xFF]) * 160
