"""The policy of turns, stepped frame by frame."""

from attrs import evolve

from engine.settings import DEFAULTS, FRAME_MS, Settings
from engine.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    TurnEvent,
    Turns,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.vad import Judgement

QUIET = Judgement(level=0.0, floor=0.0, speech=False, interrupting=False)
LOUD = Judgement(level=3000.0, floor=0.0, speech=True, interrupting=True)
SOFT = Judgement(level=200.0, floor=0.0, speech=True, interrupting=False)


class Line:
    """A caller and a bot, spoken for by the test: `hears(LOUD, 300)` is 300 ms of loud speech."""

    def __init__(self, settings: Settings = DEFAULTS) -> None:
        self.turns = Turns(settings)
        self.now_ms = 0
        self.bot_playing = False
        self.pauses_bot = True

    def hears(self, judgement: Judgement, ms: int) -> list[tuple[int, TurnEvent]]:
        events = []
        for _ in range(ms // FRAME_MS):
            self.now_ms += FRAME_MS
            for event in self.turns.step(judgement, bot_playing=self.bot_playing):
                if isinstance(event, BargeInPaused) and self.pauses_bot:
                    self.bot_playing = False
                if not isinstance(event, CallerEvidence):
                    events.append((self.now_ms, event))
        return events


def test_an_utterance_is_back_dated_to_its_onset_and_ends_500_ms_after_its_last_speech():
    line = Line()
    assert line.hears(QUIET, 1_000) == []
    assert line.hears(LOUD, 600) == [(1_080, UtteranceStarted(1_000)), (1_300, UtteranceCounts(1_000))]
    assert line.hears(QUIET, 2_000) == [(2_100, UtteranceEnded(1_000, 600, capped=False))]


def test_an_utterance_of_300_to_400_ms_is_answered():
    for speech_ms in (300, 320, 360, 400):
        line = Line()
        line.hears(LOUD, speech_ms)
        (ended,) = line.hears(QUIET, 1_000)
        assert ended == (speech_ms + 500, UtteranceEnded(0, speech_ms, capped=False))


def test_speech_to_silence_always_ends_the_utterance_even_while_the_bot_plays():
    line = Line()
    line.hears(LOUD, 400)
    line.bot_playing = True
    assert line.hears(SOFT, 100) == []
    assert line.hears(QUIET, 1_000) == [(1_000, UtteranceEnded(0, 500, capped=False))]


def test_the_guard_does_not_block_the_end_of_an_utterance():
    line = Line()
    line.hears(LOUD, 500)
    line.bot_playing = True  # its first 400 ms fall into the closing silence
    assert line.hears(QUIET, 500) == [(1_000, UtteranceEnded(0, 500, capped=False))]


def test_the_closing_silence_is_not_counted_so_a_click_is_no_utterance():
    line = Line()
    assert line.hears(LOUD, 40) == []
    assert line.hears(QUIET, 2_000) == []


def test_a_cough_opens_an_utterance_but_is_skipped():
    line = Line()
    line.hears(LOUD, 160)
    assert line.hears(QUIET, 1_000) == [(660, UtteranceSkipped(0, 160, "too short"))]


def test_a_pause_shorter_than_the_end_silence_does_not_end_an_utterance():
    line = Line()
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 480) == []
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 500) == [(1_780, UtteranceEnded(0, 1_280, capped=False))]


def test_an_endless_noise_is_capped_and_heard_again_only_after_non_speech():
    line = Line()
    events = line.hears(LOUD, 60_000)
    assert events[-1] == (30_000, UtteranceEnded(0, 30_000, capped=True))
    assert line.hears(QUIET, 480) == []
    assert line.hears(LOUD, 200) == []  # 480 ms of silence were too short
    assert line.hears(QUIET, 500) == []
    assert line.hears(LOUD, 200) == [(61_260, UtteranceStarted(61_180))]


def test_a_barge_in_pauses_at_300_ms_and_is_real_at_500_ms():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    events = line.hears(LOUD, 1_000)
    assert events == [
        (1_080, UtteranceStarted(1_000)),
        (1_300, BargeInPaused(300)),
        (1_320, UtteranceCounts(1_000)),
        (1_500, BargeInReal(500)),
    ]


def test_a_paused_barge_in_that_ends_before_500_ms_becomes_real_with_the_end_of_its_utterance():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 360)
    assert line.hears(QUIET, 1_000) == [
        (1_860, BargeInReal(360)),
        (1_860, UtteranceEnded(1_000, 360, capped=False)),
    ]


def test_an_interruption_that_ends_with_the_pause_is_still_answered():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 300)
    assert [event for _, event in line.hears(QUIET, 1_000)] == [
        UtteranceCounts(1_000),
        BargeInReal(300),
        UtteranceEnded(1_000, 300, capped=False),
    ]


def test_clicks_and_coughs_never_stop_the_bot():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    heard = []
    for _ in range(10):
        heard += line.hears(LOUD, 180) + line.hears(QUIET, 140)
    assert not [event for _, event in heard if isinstance(event, BargeInPaused | BargeInReal)]


def test_gaps_of_up_to_120_ms_are_allowed_inside_a_barge_in():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 160)
    line.hears(QUIET, 120)
    assert [event for _, event in line.hears(LOUD, 140)] == [BargeInPaused(300)]


def test_speech_inside_the_guard_does_not_count_but_speech_that_goes_on_does():
    line = Line()
    line.bot_playing = True
    events = line.hears(LOUD, 1_000)
    assert [(at, event) for at, event in events if isinstance(event, BargeInPaused)] == [
        (DEFAULTS.guard_ms + 300, BargeInPaused(300))
    ]


def test_a_second_barge_in_waits_for_the_cooldown():
    line = Line(evolve(DEFAULTS, guard_ms=0, utterance_end_ms=100))
    line.bot_playing = True
    line.hears(LOUD, 300)  # paused at 300
    line.hears(QUIET, 200)  # ended at 400
    line.bot_playing = True
    events = line.hears(LOUD, 1_000)
    assert [at for at, event in events if isinstance(event, BargeInPaused)] == [300 + 800]


def test_an_utterance_that_stayed_under_the_bot_is_a_back_channel():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    line.hears(SOFT, 500)
    assert line.hears(QUIET, 600) == [(2_000, UtteranceSkipped(1_000, 500, "back-channel"))]


def test_speech_that_goes_on_after_the_bot_has_finished_is_an_utterance():
    line = Line()
    line.bot_playing = True
    line.hears(QUIET, 1_000)
    assert [event for _, event in line.hears(SOFT, 300)] == [UtteranceStarted(1_000)]
    line.bot_playing = False
    assert [event for _, event in line.hears(SOFT, 200)] == [UtteranceCounts(1_000)]
    assert line.hears(QUIET, 600) == [(2_000, UtteranceEnded(1_000, 500, capped=False))]


def test_evidence_of_a_caller_comes_at_most_once_a_second():
    turns = Turns(DEFAULTS)
    heard = [turns.step(LOUD, bot_playing=False) for _ in range(150)]
    assert [n for n, events in enumerate(heard) if CallerEvidence() in events] == [0, 50, 100]
