"""The policy of turns, stepped frame by frame."""

import pytest
from attrs import evolve

from engine.caller.presence import LineSound
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    OtherVoice,
    TurnContext,
    TurnEvent,
    Turns,
    UtteranceCounts,
    UtteranceEnded,
    UtterancePart,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.caller.vad import Certainty, Judgement
from engine.settings import DEFAULTS, FRAME_MS, Settings

QUIET = Judgement(level=0.0, floor=0.0, speech=False, interrupting=False)
LOUD = Judgement(level=3000.0, floor=0.0, speech=True, interrupting=True)
SOFT = Judgement(level=800.0, floor=0.0, speech=True, interrupting=False)
# Round figures, whatever the defaults are tuned to.
ROUND = evolve(DEFAULTS, barge_in_min_ms=300, utterance_end_ms=500, utterance_end_min_ms=400)
FIXED = evolve(ROUND, utterance_end_min_ms=500, utterance_end_max_ms=500)


class Line:
    """A caller and a bot, spoken for by the test: `hears(LOUD, 300)` is 300 ms of loud speech."""

    def __init__(self, settings: Settings = ROUND) -> None:
        self.turns = Turns(settings)
        self.now_ms = 0
        self.scene = TurnContext()
        self.echo = False

    def bot_plays(self, playing: bool = True, *, question: bool = False) -> None:
        self.scene = TurnContext(bot_playing=playing, question=question)

    def hears(self, judgement: Judgement, ms: int) -> list[tuple[int, TurnEvent]]:
        events = []
        for _ in range(ms // FRAME_MS):
            self.now_ms += FRAME_MS
            for event in self.turns.step(judgement, self.scene, echo=self.echo):
                if isinstance(event, BargeInPaused):
                    self.bot_plays(False)
                if not isinstance(event, CallerEvidence):
                    events.append((self.now_ms, event))
        return events

    def ends_after(self, *, dictating: bool = False) -> int:
        """The silence that ends an utterance of 600 ms."""
        self.scene = TurnContext(dictating=dictating)
        self.hears(LOUD, 600)
        (ended,) = (event for _, event in self.hears(QUIET, 2_000))
        return ended.silence_ms


def test_an_utterance_is_back_dated_to_its_onset_and_ends_500_ms_after_its_last_speech():
    line = Line()
    assert line.hears(QUIET, 1_000) == []
    assert line.hears(LOUD, 600) == [(1_080, UtteranceStarted(1_000)), (1_300, UtteranceCounts(1_000))]
    assert line.hears(QUIET, 2_000) == [(2_100, UtteranceEnded(1_000, 600, silence_ms=500))]


def test_an_utterance_of_300_to_400_ms_is_answered():
    for speech_ms in (300, 320, 360, 400):
        line = Line()
        line.hears(LOUD, speech_ms)
        (ended,) = line.hears(QUIET, 1_000)
        assert ended == (speech_ms + 500, UtteranceEnded(0, speech_ms, silence_ms=500))


def test_speech_to_silence_always_ends_the_utterance_even_while_the_bot_plays():
    line = Line()
    line.hears(LOUD, 400)
    line.bot_plays()
    assert line.hears(SOFT, 100) == []
    assert line.hears(QUIET, 1_000) == [(1_000, UtteranceEnded(0, 500, silence_ms=500))]


def test_the_guard_does_not_block_the_end_of_an_utterance():
    line = Line()
    line.hears(LOUD, 500)
    line.bot_plays()  # its first 400 ms fall into the closing silence
    assert line.hears(QUIET, 500) == [(1_000, UtteranceEnded(0, 500, silence_ms=500))]


def test_the_closing_silence_is_not_counted_so_a_click_is_no_utterance():
    line = Line()
    assert line.hears(LOUD, 40) == []
    assert line.hears(QUIET, 2_000) == []


def test_a_cough_opens_an_utterance_but_is_skipped():
    line = Line()
    line.hears(LOUD, 160)
    assert line.hears(QUIET, 1_000) == [(660, UtteranceSkipped(0, 160, "too short", 160, 300))]


def test_an_utterance_opens_though_one_frame_of_its_first_five_is_no_speech():
    line = Line()
    assert line.hears(LOUD, 40) + line.hears(QUIET, 20) + line.hears(LOUD, 20) == []
    assert line.hears(LOUD, 20) == [(100, UtteranceStarted(0))]


def test_three_frames_of_five_open_no_utterance_however_often_they_come():
    line = Line()
    for _ in range(20):
        assert line.hears(LOUD, 40) + line.hears(QUIET, 40) == []


def test_a_pause_shorter_than_the_end_silence_does_not_end_an_utterance():
    line = Line(FIXED)
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 480) == []
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 500) == [(1_780, UtteranceEnded(0, 1_280, silence_ms=500))]


def test_a_long_story_goes_up_in_parts_and_is_heard_on_without_a_gap():
    line = Line()
    _, _, *parts = line.hears(LOUD, 62_000)
    assert parts == [(30_000, UtterancePart(0, 30_000, 0)), (60_000, UtterancePart(30_000, 30_000, 0))]
    assert line.hears(QUIET, 500) == [(62_500, UtteranceEnded(60_000, 2_000, silence_ms=500))]


@pytest.mark.parametrize("rest_ms", [20, 200])
def test_the_last_word_of_a_story_in_parts_is_no_utterance_too_short(rest_ms):
    line = Line()
    line.hears(LOUD, 30_000 + rest_ms)
    assert [event for _, event in line.hears(QUIET, 500)] == [UtteranceEnded(30_000, rest_ms, silence_ms=500)]


def test_silence_alone_after_the_last_part_is_skipped():
    line = Line()
    line.hears(LOUD, 30_000)
    assert [event for _, event in line.hears(QUIET, 500)] == [UtteranceSkipped(30_000, 0, "too short", 0, 20)]


def test_a_story_in_parts_can_still_stop_the_bot():
    line = Line()
    line.hears(LOUD, 30_000)
    line.bot_plays()
    assert line.hears(LOUD, 1_000) == [(30_700, BargeInPaused(300)), (30_900, BargeInReal(500))]


@pytest.mark.parametrize(("question", "real"), [(True, (1_500, 500)), (False, (1_900, 900))])
def test_a_barge_in_pauses_at_300_ms_and_is_real_at_500_ms_or_where_a_word_or_two_may_only_agree_at_900_ms(
    question, real
):
    line = Line()
    line.bot_plays(question=question)
    line.hears(QUIET, 1_000)
    events = line.hears(LOUD, 1_000)
    at_ms, speech_ms = real
    assert events == [
        (1_080, UtteranceStarted(1_000)),
        (1_300, BargeInPaused(300)),
        (1_320, UtteranceCounts(1_000)),
        (at_ms, BargeInReal(speech_ms)),
    ]


def test_where_words_only_agree_so_far_a_shorter_silence_ends_them():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 360)
    line.scene = TurnContext(murmurs=True)
    assert line.hears(QUIET, 240) == [(1_600, UtteranceEnded(1_000, 360, silence_ms=240, doubtful=True))]


def test_a_paused_barge_in_that_ends_before_500_ms_is_doubtful():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 360)
    assert line.hears(QUIET, 1_000) == [(1_860, UtteranceEnded(1_000, 360, silence_ms=500, doubtful=True))]


def test_an_interruption_that_ends_with_the_pause_is_still_settled():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 300)
    assert [event for _, event in line.hears(QUIET, 1_000)] == [
        UtteranceCounts(1_000),
        UtteranceEnded(1_000, 300, silence_ms=500, doubtful=True),
    ]


def test_clicks_and_coughs_never_stop_the_bot():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    heard = []
    for _ in range(10):
        heard += line.hears(LOUD, 180) + line.hears(QUIET, 140)
    assert not [event for _, event in heard if isinstance(event, BargeInPaused | BargeInReal)]


def test_gaps_of_up_to_120_ms_are_allowed_inside_a_barge_in():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 160)
    line.hears(QUIET, 120)
    assert [event for _, event in line.hears(LOUD, 140)] == [BargeInPaused(300)]


def test_speech_inside_the_guard_does_not_count_but_speech_that_goes_on_does():
    line = Line()
    line.bot_plays()
    events = line.hears(LOUD, 1_000)
    assert [(at, event) for at, event in events if isinstance(event, BargeInPaused)] == [
        (DEFAULTS.guard_ms + 300, BargeInPaused(300))
    ]


def test_a_second_barge_in_waits_for_the_cooldown():
    line = Line(evolve(ROUND, guard_ms=0, utterance_end_ms=100, utterance_end_min_ms=100))
    line.bot_plays()
    line.hears(LOUD, 300)  # paused at 300
    line.hears(QUIET, 200)  # ended at 400
    line.bot_plays()
    events = line.hears(LOUD, 1_000)
    assert [at for at, event in events if isinstance(event, BargeInPaused)] == [300 + 800]


def test_an_utterance_that_stayed_under_the_bot_is_a_back_channel():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(SOFT, 500)
    assert line.hears(QUIET, 600) == [(2_000, UtteranceSkipped(1_000, 500, "back-channel", 0, 300))]


def test_speech_that_goes_on_after_the_bot_has_finished_is_an_utterance():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    assert [event for _, event in line.hears(SOFT, 300)] == [UtteranceStarted(1_000)]
    line.bot_plays(False)
    assert [event for _, event in line.hears(SOFT, 200)] == [UtteranceCounts(1_000)]
    assert line.hears(QUIET, 600) == [(2_000, UtteranceEnded(1_000, 500, silence_ms=500))]


def test_evidence_of_a_caller_comes_at_most_once_a_second():
    turns = Turns(DEFAULTS)
    heard = [turns.step(LOUD, TurnContext(), echo=False) for _ in range(150)]
    assert [n for n, events in enumerate(heard) if CallerEvidence() in events] == [0, 50, 100]


def test_what_the_detector_recognises_late_counts_from_where_it_began():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    late = evolve(LOUD, late_ms=80)
    assert line.hears(late, 20) == []
    assert line.hears(LOUD, 800) == [
        (1_080, UtteranceStarted(920)),
        (1_220, BargeInPaused(300)),
        (1_240, UtteranceCounts(920)),
        (1_820, BargeInReal(900)),
    ]


# The echo of the bot


def test_echo_starts_nothing():
    line = Line()
    line.bot_plays()
    line.echo = True
    assert line.hears(LOUD, 5_000) == []


def test_echo_does_not_hold_a_back_channel_open():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 200)
    line.echo = True
    assert line.hears(LOUD, 5_000) == [(1_700, UtteranceSkipped(1_000, 200, "too short", 200, 300))]


def test_the_echo_guard_does_not_end_an_utterance_that_stopped_the_bot():
    line = Line()
    line.bot_plays()
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 600)
    line.echo = True  # the caller has become quieter than the bot's last words would come back
    assert line.hears(LOUD, 1_000) == [(1_900, BargeInReal(600))]
    assert line.hears(QUIET, 500) == [(3_100, UtteranceEnded(1_000, 1_600, silence_ms=500))]


# How long a silence is an end


def test_a_caller_who_never_pauses_is_soon_answered_after_the_shortest_silence():
    line = Line()
    assert [line.ends_after() for _ in range(5)] == [500, 500, 500, 400, 400]


def test_a_pause_inside_an_utterance_lengthens_the_silence_that_ends_it():
    line = Line()
    line.hears(LOUD, 400)
    line.hears(QUIET, 480)
    assert [line.ends_after() for _ in range(5)] == [540, 540, 540, 540, 400]


@pytest.mark.parametrize(
    ("pause_ms", "end_ms"), [(140, 320), (220, 380), (280, 440), (340, 500), (420, 500), (600, 660)]
)
def test_the_silence_stands_well_above_short_pauses_and_a_little_above_long_ones(pause_ms, end_ms):
    line = Line(evolve(ROUND, utterance_end_min_ms=320))
    for _ in range(3):
        line.hears(LOUD, 400)
        line.hears(QUIET, pause_ms)
        line.ends_after()
    assert line.ends_after() == end_ms


def test_the_gaps_of_a_voice_behind_the_caller_are_no_pauses_of_theirs():
    line = Line()
    line.hears(LOUD, 1_000)
    line.hears(QUIET, 1_000)
    line.hears(LOUD, 600)
    line.hears(QUIET, 480)
    line.hears(SOFT, 400)
    (ended,) = (event for _, event in line.hears(QUIET, 1_000))
    assert (ended.speech_ms, ended.silence_ms) == (1_480, 500)


def test_a_pause_that_was_taken_for_an_end_is_not_taken_for_one_again():
    line = Line()
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 700) == [(900, UtteranceEnded(0, 400, silence_ms=500))]
    line.hears(LOUD, 400)
    assert line.hears(QUIET, 700) == []
    line.hears(LOUD, 400)
    assert [event for _, event in line.hears(QUIET, 1_000)] == [UtteranceEnded(1_100, 1_500, silence_ms=760)]


def test_no_pause_makes_the_caller_wait_longer_than_the_ceiling():
    line = Line(evolve(DEFAULTS, utterance_end_max_ms=900))
    line.hears(LOUD, 400)
    line.hears(QUIET, 880)
    line.hears(LOUD, 400)
    assert line.ends_after() == 900


def test_a_silence_longer_than_the_ceiling_is_no_pause():
    line = Line()
    line.ends_after()
    line.hears(QUIET, 1_000)
    assert line.ends_after() == 500


def test_a_noise_before_an_utterance_is_not_taken_for_its_first_half():
    line = Line()
    line.hears(LOUD, 160)
    line.hears(QUIET, 800)
    assert line.ends_after() == 500


def test_dictating_lengthens_the_silence_and_nothing_else_does():
    line = Line()
    assert [line.ends_after(dictating=True), line.ends_after()] == [DEFAULTS.dictation_end_ms, 500]
    line = Line(FIXED)
    assert [line.ends_after(dictating=True), line.ends_after()] == [DEFAULTS.dictation_end_ms, 500]


STIRRING = evolve(LOUD, speech=False, interrupting=False)  # loud, and not yet known for a voice


def test_a_group_whose_first_sound_comes_before_the_end_of_the_silence_is_part_of_the_number():
    line = Line()
    line.scene = TurnContext(dictating=True)
    line.hears(LOUD, 600)
    for judgement, ms in ((QUIET, 1_400), (STIRRING, 180), (LOUD, 600)):
        assert line.hears(judgement, ms) == []
    assert line.hears(QUIET, 1_500) == [(4_280, UtteranceEnded(0, 2_780, silence_ms=1_500))]


@pytest.mark.parametrize(("dictating", "ms"), [(True, 1_600), (False, 500)])
def test_a_sound_that_is_no_group_puts_the_end_of_a_number_off_by_200_ms_and_of_nothing_else(dictating, ms):
    line = Line()
    line.scene = TurnContext(dictating=dictating)
    line.hears(LOUD, 600)
    line.hears(QUIET, 1_380 if dictating else 480)
    (ended,) = (each for _, each in line.hears(STIRRING, 1_000) if not isinstance(each, LineSound))
    assert ended == UtteranceEnded(0, 600, silence_ms=ms)


# The answer to a question


@pytest.mark.parametrize("question", [True, False])
def test_a_word_over_the_bot_is_a_back_channel_unless_a_question_was_heard(question):
    line = Line()
    line.bot_plays(question=question)
    line.hears(QUIET, 1_000)
    line.hears(SOFT, 400)
    (event,) = (event for _, event in line.hears(QUIET, 600))
    skipped = UtteranceSkipped(1_000, 400, "back-channel", 0, 300)
    assert event == (UtteranceEnded(1_000, 400, silence_ms=500) if question else skipped)


SURE = evolve(LOUD, certainty=Certainty.SURE)
UNSURE = evolve(LOUD, certainty=Certainty.POSSIBLE)


def ended(judgement: Judgement, ms: int) -> TurnEvent:
    line = Line()
    line.hears(judgement, ms)
    return line.hears(QUIET, 1_000)[-1][1]


def test_a_word_of_100_ms_is_an_utterance_if_it_is_surely_a_voice():
    assert ended(SURE, 100) == UtteranceEnded(0, 100, silence_ms=500)
    assert ended(LOUD, 100) == UtteranceSkipped(0, 100, "too short", 100, 300)


def test_a_moment_that_is_surely_a_voice_makes_no_knock_a_word():
    line = Line()
    line.hears(SURE, 60)
    line.hears(LOUD, 60)
    assert line.hears(QUIET, 1_000)[-1][1] == UtteranceSkipped(0, 120, "too short", 120, 300)


def test_what_is_hardly_a_voice_must_be_longer():
    assert ended(UNSURE, 380) == UtteranceSkipped(0, 380, "too short", 380, 400)
    assert ended(UNSURE, 400) == UtteranceEnded(0, 400, silence_ms=500)


def test_how_sure_one_sound_was_does_not_help_the_next():
    line = Line()
    line.hears(SURE, 60)
    line.hears(QUIET, 300)
    line.hears(LOUD, 100)
    assert line.hears(QUIET, 1_000)[-1][1] == UtteranceSkipped(360, 100, "too short", 100, 300)


def test_a_voice_well_below_the_callers_opens_nothing_holds_nothing_open_and_is_told():
    line, television = Line(), evolve(LOUD, level=500.0)
    line.hears(LOUD, 1_000)
    assert line.hears(television, 800) == [(1_720, UtteranceEnded(0, 1_220, silence_ms=500))]
    assert [event for _, event in line.hears(television, 5_000)] == [
        OtherVoice(speech_ms) for speech_ms in (300, 600, 1_200, 2_400, 4_800)
    ]


def test_a_voice_well_below_the_callers_does_not_stop_the_bot():
    line = Line()
    line.hears(LOUD, 1_000)
    line.hears(QUIET, 1_000)
    line.bot_plays()
    assert {type(event) for _, event in line.hears(evolve(LOUD, level=500.0), 4_000)} == {OtherVoice}
    assert BargeInPaused in {type(event) for _, event in line.hears(LOUD, 600)}
