"""What goes up to the model, stepped frame by frame. Each frame is numbered, so that order and loss show."""

from engine.caller.turns import (
    BargeInPaused,
    TurnEvent,
    UtteranceEnded,
    UtteranceGoesOn,
    UtterancePart,
    UtteranceRests,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.caller.uplink import Uplink, UplinkCommand
from engine.model import AppendAudio, CommitAudio, DiscardAudio
from engine.settings import DEFAULTS, FRAME_BYTES

ENDED = UtteranceEnded(0, 400, silence_ms=500)
SKIPPED = UtteranceSkipped(0, 100, "too short", 100, 300)


def frame(number: int) -> bytes:
    return number.to_bytes(2, "big") * (FRAME_BYTES // 2)


class Line:
    def __init__(self) -> None:
        self.uplink = Uplink(DEFAULTS)
        self.frames = 0

    def hears(
        self, count: int, *events: TurnEvent, bot_playing: bool = False, echo: bool = False
    ) -> list[UplinkCommand]:
        """`count` frames; the events belong to the last of them."""
        actions = []
        for index in range(count):
            of_this_frame = events if index == count - 1 else ()
            actions += self.uplink.step(frame(self.frames), of_this_frame, bot_playing=bot_playing, echo=echo)
            self.frames += 1
        return actions


def numbers(actions: list[UplinkCommand]) -> list[int]:
    audio = b"".join(action.audio for action in actions if isinstance(action, AppendAudio))
    return [int.from_bytes(audio[start : start + 2], "big") for start in range(0, len(audio), FRAME_BYTES)]


def test_nothing_goes_up_between_utterances():
    assert Line().hears(500) == []


def test_an_utterance_goes_up_with_600_ms_before_it_was_seen_and_is_committed():
    line = Line()
    line.hears(60)
    actions = line.hears(1, UtteranceStarted(1_140)) + line.hears(20) + line.hears(1, ENDED)
    assert numbers(actions) == list(range(31, 82))
    assert actions[-1] == CommitAudio()
    assert line.hears(50) == []


def test_a_part_is_committed_and_the_next_one_follows_without_a_gap_and_without_a_frame_twice():
    line = Line()
    first = line.hears(1, UtteranceStarted(0)) + line.hears(40) + line.hears(1, UtterancePart(0, 800, 0))
    second = line.hears(40) + line.hears(1, ENDED)
    assert (first[-1], second[-1]) == (CommitAudio(), CommitAudio())
    assert numbers(first + second) == list(range(83))


def test_what_rests_is_committed_once_and_its_silence_goes_up_only_if_it_goes_on():
    ended, goes_on = Line(), Line()
    for line in (ended, goes_on):
        first = (
            line.hears(1, UtteranceStarted(0)) + line.hears(40) + line.hears(1, UtteranceRests(0, 640, 200))
        )
        assert (numbers(first), first[-1]) == (list(range(42)), CommitAudio())
        assert line.hears(15) == []
    assert ended.hears(1, ENDED) + ended.hears(20) == []
    second = goes_on.hears(1, UtteranceGoesOn(0)) + goes_on.hears(20) + goes_on.hears(1, ENDED)
    assert (numbers(second), second[-1]) == (list(range(42, 79)), CommitAudio())


def test_live_audio_goes_up_in_chunks_of_100_ms():
    line = Line()
    line.hears(1, UtteranceStarted(0))
    assert [len(action.audio) for action in line.hears(14)] == [800, 800, 800]


def test_what_went_up_for_a_skipped_utterance_is_discarded():
    line = Line()
    line.hears(40)
    actions = line.hears(1, UtteranceStarted(740)) + line.hears(3, SKIPPED)
    assert [type(action) for action in actions] == [AppendAudio, DiscardAudio]


def test_frames_are_held_while_the_bot_plays_and_dropped_with_a_back_channel():
    line = Line()
    line.hears(40, bot_playing=True)
    actions = line.hears(1, UtteranceStarted(740), bot_playing=True) + line.hears(25, bot_playing=True)
    assert actions + line.hears(1, SKIPPED, bot_playing=True) == []


def test_a_barge_in_sends_what_was_held_from_300_ms_before_the_onset():
    line = Line()
    line.hears(40, bot_playing=True)
    line.hears(4, UtteranceStarted(800), bot_playing=True)
    line.hears(10, bot_playing=True)
    actions = line.hears(1, BargeInPaused(300), bot_playing=True) + line.hears(10) + line.hears(1, ENDED)
    assert numbers(actions) == list(range(40 - 15, 66))
    assert actions[-1] == CommitAudio()


def test_an_utterance_that_outlasts_the_bot_goes_up_whole():
    line = Line()
    line.hears(40, bot_playing=True)
    line.hears(4, UtteranceStarted(800), bot_playing=True)
    line.hears(10, bot_playing=True)
    actions = line.hears(10) + line.hears(1, ENDED)
    assert numbers(actions) == list(range(25, 65))


def test_audio_of_one_utterance_does_not_go_up_again_with_the_next():
    line = Line()
    line.hears(40)
    first = line.hears(1, UtteranceStarted(740)) + line.hears(30) + line.hears(1, ENDED)
    line.hears(8)
    second = line.hears(1, UtteranceStarted(1_560)) + line.hears(30) + line.hears(1, ENDED)
    assert numbers(first + second) == list(range(11, 112))


def test_the_bots_echo_before_the_onset_goes_up_as_silence():
    line = Line()
    line.hears(40, bot_playing=True)
    line.hears(20, echo=True)  # the bot has finished; its echo still comes back
    line.hears(4)
    actions = line.hears(1, UtteranceStarted(1_220)) + line.hears(1, ENDED)
    silent = 0xFFFF
    assert numbers(actions) == [*[35, 36, 37, 38, 39], *[silent] * 20, *range(60, 66)]
