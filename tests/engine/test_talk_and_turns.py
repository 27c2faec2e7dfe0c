"""Turns and conversation together, frame by frame: what one decides must leave nobody waiting."""

import pytest
from attrs import evolve

from engine.account import fields_of
from engine.caller.turns import CallerEvidence, Turns
from engine.model import AudioDelta, CreateResponse, ItemStarted, TranscriptDelta
from engine.settings import DEFAULTS
from tests.engine.test_conversation import Talk
from tests.engine.test_turns import LOUD, QUIET, SOFT


class Frames(Talk):
    """A talk whose caller is heard: `hears(LOUD, 300)` is 300 ms of loud speech."""

    def __init__(self, settings=DEFAULTS, tools=()):
        self.turns = Turns(settings)
        super().__init__(settings, tools)
        self.answer("greeting", 400)
        self.hears(QUIET, 600)
        self.asked()

    def hears(self, judgement, ms):
        for _ in range(ms // 20):
            self.wait(20)
            for event in self.turns.step(judgement, self.conversation.turn_context(self.now_ms), echo=False):
                if not isinstance(event, CallerEvidence):
                    self.feed(event)

    def asks(self):
        """The caller asks something, and is about to be answered."""
        self.hears(LOUD, 600)
        self.hears(QUIET, 600)
        assert CreateResponse in self.asked()

    def begins(self, item, text, audio_ms):
        """An answer begins, and is not complete."""
        self.created(item)
        self.feed(ItemStarted(response_id=item, item_id="i", kind="message"))
        self.feed(TranscriptDelta(response_id=item, item_id="i", text=text))
        self.feed(AudioDelta(response_id=item, item_id="i", audio=bytes(8 * audio_ms)))


@pytest.fixture
def talk():
    return Frames()


def test_bursts_too_short_to_be_answered_pause_the_bot_but_never_cut_it(talk):
    talk.asks()
    talk.answer("r", 6_000)
    talk.hears(QUIET, 1_000)
    for _ in range(8):
        talk.hears(LOUD, 60)
        talk.hears(QUIET, 100)
    talk.hears(LOUD, 80)
    talk.hears(QUIET, 3_000)
    assert [kind for kind in talk.kinds() if kind in ("barge_in_paused", "barge_in", "resumed")] == [
        "barge_in_paused",
        "resumed",
    ]


def test_words_too_short_for_this_business_do_not_cut_the_bot():
    talk = Frames(evolve(DEFAULTS, utterance_min_ms=600))
    talk.asks()
    talk.answer("r", 6_000)
    talk.hears(QUIET, 1_000)
    talk.hears(LOUD, 560)
    talk.hears(QUIET, 3_000)
    assert "barge_in" not in talk.kinds()


@pytest.mark.parametrize("before_ms", [20, 60])
def test_what_began_before_the_bots_first_sound_is_no_back_channel(talk, before_ms):
    talk.asks()
    talk.created("r")
    talk.hears(LOUD, before_ms)
    talk.audio("r", 3_000)
    talk.done("r")
    talk.hears(LOUD, 620 - before_ms)
    talk.hears(QUIET, 4_000)
    assert CreateResponse in talk.asked()


def test_the_account_of_an_answer_that_stalls_holds_what_was_heard_of_it(talk):
    talk.asks()
    talk.begins("r", "We open at nine. ", 2_000)
    talk.hears(QUIET, 9_000)
    said = [fields_of(note.line) for note in talk.notes if note.line.kind == "bot_said"]
    assert said[-1] == {
        "text": "We open at nine.",
        "unheard": "",
        "heard_ms": 2_000,
        "audio_ms": 2_000,
        "turn": 2,
        "response": "r",
    }


def test_a_caller_who_answers_over_the_silence_prompt_has_been_heard(talk):
    talk.hears(QUIET, 8_000)
    talk.answer("first", 3_000)
    talk.hears(QUIET, 11_020)
    talk.answer("second", 3_000)
    talk.hears(QUIET, 1_000)
    talk.hears(LOUD, 1_000)
    talk.hears(QUIET, 600)
    talk.answer("a", 2_000)
    talk.hears(QUIET, 10_100)
    assert not talk.conversation.closing


def test_a_goodbye_that_a_noise_cut_is_said_again(talk):
    talk.asks()
    talk.created("r")
    talk.audio("r", 3_000)
    talk.hears(QUIET, 500)
    talk.hears(LOUD, 280)
    talk.call("r", "end_call")
    talk.done("r")
    talk.hears(QUIET, 3_000)
    assert CreateResponse in talk.asked()


def test_a_soft_answer_to_a_question_counts_also_while_the_answer_falters(talk):
    talk.asks()
    talk.begins("r", "Shall I book it?", 1_200)
    talk.hears(QUIET, 760)
    talk.hears(SOFT, 360)
    talk.hears(QUIET, 700)
    talk.done("r")
    talk.hears(QUIET, 3_000)
    assert CreateResponse in talk.asked()
