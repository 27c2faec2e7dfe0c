"""Which outputs the caller heard the bot speak of, and answered: stepped, as a tool that needs it is told."""

import pytest

from engine.account import ToolAnswered
from engine.actions import Note
from engine.caller.turns import (
    BargeInPaused,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceRests,
    UtteranceStarted,
)
from engine.carrier import Dtmf
from engine.model import (
    COMMIT_ID,
    AnswerTool,
    AudioDelta,
    CreateResponse,
    ErrorReported,
    InputCommitted,
    InputTranscribed,
    InputTranscriptionFailed,
    ItemStarted,
    TranscriptDelta,
)
from engine.settings import DEFAULTS
from tests.engine.test_conversation import Talk
from tests.engine.test_tool_calls_stepped import tool

TOOLS = (tool("find", interruptible=True), tool("book", needs_answer=True), tool("save"))
FOUND = {"found": ""}  # the model of these tests sends no words with its sound
NONE: dict[str, str] = {}


class Desk(Talk):
    """A call in which the caller has asked for a time, and the model has looked for one."""

    def __init__(self):
        super().__init__(DEFAULTS, TOOLS)
        self.items = 0
        self.answer("greeting", 400)
        self.wait(500)
        self.says("Have you anything on Tuesday?")
        self.created("search")
        self.call("search", "find", "found")
        self.done("search")
        self.tool_answers("found")

    def offers(self, name, text, ms):
        """A whole answer of the model with its words, which come before its sound."""
        self.created(name)
        item = f"item_{name}"
        self.feed(ItemStarted(response_id=name, item_id=item, kind="message"))
        self.feed(TranscriptDelta(response_id=name, item_id=item, text=text))
        self.feed(AudioDelta(response_id=name, item_id=item, audio=bytes(ms * 8)))
        self.done(name)

    def says(self, text, ms=400):
        """An utterance, the 500 ms of silence that end it, and its transcript if there is one."""
        began = UtteranceStarted(round(self.now_ms))
        self.feed(began)
        self.wait(ms + 500)
        self.feed(UtteranceEnded(began.onset_ms, ms, silence_ms=500))
        self.commit(text)

    def commit(self, text):
        self.items += 1
        item_id = f"said_{self.items}"
        self.feed(InputCommitted(item_id=item_id))
        if text is not None:
            self.feed(InputTranscribed(item_id=item_id, text=text))

    def books(self, name="booking", call_id="booked"):
        self.created(name)
        self.call(name, "book", call_id, f'{{"for": "{call_id}"}}')
        self.done(name)

    def rests(self, text, ms=400):
        """An utterance that is likely over, after 200 ms of silence, and its transcript."""
        self.feed(UtteranceStarted(round(self.now_ms)), UtteranceCounts(0))
        self.wait(ms + 200)
        self.feed(UtteranceRests(0, ms, silence_ms=200))
        self.commit(text)

    @property
    def booking(self):
        """What the booking is told, once it runs: whose outputs were heard and answered."""
        return [call.answered_calls for call in self.running if call.name == "book"]


@pytest.fixture
def desk():
    return Desk()


def test_an_answer_to_the_offer_is_one(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says("Yes.")
    desk.books()
    assert desk.booking == [FOUND]


def test_what_is_said_before_the_offer_is_heard_and_ends_after_it_is_none(desk):
    desk.feed(UtteranceStarted(round(desk.now_ms)))
    desk.wait(200)
    desk.answer("offer", 1_000)
    desk.wait(5_000)
    desk.feed(UtteranceEnded(0, 4_700, silence_ms=500))
    desk.commit("And I would like, if there is any way, to have it early.")
    desk.books()
    assert desk.booking == [NONE]


@pytest.mark.parametrize(("heard_ms", "told"), [(100, NONE), (600, FOUND)])
def test_what_goes_on_beside_the_whole_offer_counts_by_where_it_began(heard_ms, told, desk):
    desk.answer("offer", 1_000)
    desk.wait(heard_ms)
    desk.feed(UtteranceStarted(0))
    desk.wait(2_500)
    desk.feed(UtteranceEnded(0, 2_000, silence_ms=500))
    desk.commit("Anything at all on Tuesday would do.")
    desk.books()
    assert desk.booking == [told]


@pytest.mark.parametrize(("heard_ms", "told"), [(380, NONE), (400, FOUND)])
def test_what_begins_in_the_guard_of_the_offer_is_none(heard_ms, told, desk):
    desk.answer("offer", 2_000)
    desk.wait(heard_ms)
    began_ms = desk.now_ms
    desk.feed(UtteranceStarted(0), BargeInPaused(300))
    desk.wait(800)
    desk.feed(UtteranceEnded(0, round(desk.now_ms - began_ms) - 500, silence_ms=500, doubtful=True))
    desk.commit("Nine.")
    desk.books()
    assert desk.booking == [told]


def test_an_offer_that_is_shorter_than_the_guard_counts_once_it_was_heard_whole(desk):
    desk.answer("offer", 300)
    desk.wait(300)
    desk.says("Yes.")
    desk.books()
    assert desk.booking == [FOUND]


def test_an_offer_of_which_nothing_was_heard_is_none_and_the_next_answer_speaks_of_it(desk):
    desk.created("offer")
    desk.says("On Tuesday, I said.")
    desk.done("offer", "cancelled")
    desk.answer("second", 1_000)
    desk.wait(1_500)
    desk.says("Yes.")
    desk.books()
    assert desk.booking == [FOUND]


def test_a_filler_is_no_offer(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says("Anything later?")
    desk.created("again")
    desk.call("again", "find", "more")
    desk.done("again")
    desk.wait(DEFAULTS.slow_tool_ms)
    desk.answer("filler", 500)
    desk.wait(600)
    desk.tool_answers("more")
    desk.says("Yes, yes.")
    desk.books()
    assert desk.booking == [FOUND]


def test_what_the_model_was_asked_before_the_caller_spoke_knows_no_answer(desk):
    desk.created("offer")
    desk.audio("offer", 1_000)
    desk.wait(500)
    desk.says("Yes.")
    desk.call("offer", "book", "booked")
    desk.wait(DEFAULTS.transcript_due_ms)
    assert desk.booking == [NONE]


def test_a_key_is_an_answer(desk):
    desk.answer("offer", 1_000)
    desk.wait(600)
    desk.feed(Dtmf(digit="1"))
    desk.wait(DEFAULTS.keypad_end_ms)
    desk.books()
    assert desk.booking == [FOUND]


# The words that were heard of it

OFFER = "On Tuesday the 24th I have nine, half past nine or ten."


def test_a_booking_is_told_what_the_caller_heard_of_the_offer_before_they_answered(desk):
    desk.offers("offer", OFFER, 3_000)
    desk.wait(3_500)
    desk.says("Nine.")
    desk.books()
    assert desk.booking == [{"found": OFFER}]


def test_of_an_offer_that_is_interrupted_only_the_words_before_the_interruption_count(desk):
    desk.offers("offer", OFFER, 3_000)
    desk.wait(1_500)
    desk.feed(UtteranceStarted(round(desk.now_ms)), UtteranceCounts(0))
    desk.wait(900)
    desk.feed(UtteranceEnded(1_500, 400, silence_ms=500))
    desk.commit("Nine.")
    desk.books()
    assert desk.booking == [{"found": "On Tuesday the 24th I have"}]


def test_words_that_are_heard_after_the_answer_began_do_not_count(desk):
    desk.offers("offer", OFFER, 3_000)
    desk.wait(700)
    began_ms = round(desk.now_ms)
    desk.feed(UtteranceStarted(began_ms))
    desk.wait(3_000)
    desk.feed(UtteranceEnded(began_ms, 2_500, silence_ms=500))
    desk.commit("Nine.")
    desk.books()
    assert desk.booking == [{"found": "On Tuesday"}]


def test_of_two_answers_that_spoke_of_an_output_the_words_of_both_were_heard(desk):
    desk.offers("offer", "On Tuesday.", 1_000)
    desk.wait(1_500)
    desk.says("Yes?")
    desk.books()
    desk.tool_answers("booked", "refused", say="Which time?")
    desk.offers("question", "Nine on Tuesday?", 1_000)
    desk.wait(1_500)
    desk.says("Yes.")
    desk.books("again", "again")
    assert desk.booking[1:] == [{"found": "On Tuesday.", "booked": "Nine on Tuesday?"}]


# Words that are not known yet


def test_a_booking_waits_for_the_transcript_and_nothing_is_asked_of_the_model_meanwhile(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says(None)
    desk.created("booking")
    desk.call("booking", "book", "booked")
    desk.call("booking", "save", "saved")
    desk.done("booking")
    desk.asked()
    desk.tool_answers("saved")
    desk.wait(DEFAULTS.transcript_due_ms - 1)
    assert (desk.booking, desk.asked()) == ([], [AnswerTool])
    desk.feed(InputTranscribed(item_id="said_2", text="Yes."))
    assert desk.booking == [FOUND]
    desk.tool_answers("booked")
    assert desk.asked() == [AnswerTool, CreateResponse]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (InputTranscribed(item_id="said_2", text=" "), NONE),
        (InputTranscriptionFailed(item_id="said_2"), FOUND),
    ],
    ids=["empty", "failed"],
)
def test_it_ends_the_waiting_that_there_are_none(event, told, desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says(None)
    desk.books()
    desk.feed(event)
    assert desk.booking == [told]


def test_without_a_transcript_in_time_an_utterance_is_an_answer(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says(None)
    desk.books()
    desk.wait(DEFAULTS.transcript_due_ms)
    assert desk.booking == [FOUND]


def test_a_short_interruption_is_an_answer_by_its_words_only(desk):
    desk.answer("offer", 3_000)
    desk.wait(1_000)
    desk.feed(UtteranceStarted(0), BargeInPaused(300))
    desk.wait(900)
    desk.feed(UtteranceEnded(0, 400, silence_ms=500, doubtful=True))
    desk.commit(None)
    desk.wait(DEFAULTS.transcript_due_ms)
    desk.books()
    assert desk.booking == [NONE]
    desk.tool_answers("booked")
    desk.feed(InputTranscribed(item_id="said_2", text="Nine."))
    desk.books("again", "again")
    assert desk.booking[1:] == [FOUND]


def test_an_utterance_that_the_server_refused_is_none(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.feed(UtteranceStarted(0))
    desk.wait(900)
    desk.feed(UtteranceEnded(0, 400, silence_ms=500))
    desk.feed(ErrorReported(code="x", message="", param=None, command_id=COMMIT_ID))
    desk.books()
    assert desk.booking == [NONE]


def test_what_is_said_later_keeps_no_booking_waiting(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says(None)
    desk.created("booking")
    desk.call("booking", "book", "booked")
    desk.wait(600)
    desk.feed(UtteranceStarted(0), UtteranceEnded(0, 300, silence_ms=500))
    desk.commit(None)
    desk.wait(DEFAULTS.transcript_due_ms - 600)
    assert desk.booking == [FOUND]


def test_a_call_that_ends_while_a_booking_waits_has_its_account(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.says(None)
    desk.books()
    desk.wait(200)
    assert desk.conversation.leave(desk.now_ms) == [
        Note(ToolAnswered(name="book", call_id="booked", status="cancelled", took_ms=200))
    ]


@pytest.mark.parametrize("status", ["cancelled", "incomplete"])
def test_an_offer_that_was_broken_off_in_its_first_word_is_none(status, desk):
    """An answer shorter than the guard counts if it was heard whole: of this one nobody knows the rest."""
    desk.created("offer")
    desk.audio("offer", 200)
    desk.wait(300)
    desk.feed(UtteranceStarted(round(desk.now_ms)), UtteranceCounts(0))
    desk.wait(900)
    desk.feed(UtteranceEnded(0, 400, silence_ms=500))
    desk.commit("Yes.")
    desk.done("offer", status)
    desk.books()
    assert desk.booking == [NONE]


def test_a_booking_that_was_asked_for_ahead_runs_when_the_answer_is_over_and_knows_it(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.rests("Yes.")
    desk.books()
    assert desk.booking == []
    desk.wait(200)
    desk.feed(UtteranceEnded(0, 400, silence_ms=400))
    assert desk.booking == [FOUND]


def test_a_booking_that_was_asked_for_ahead_waits_for_a_transcript_like_any_other(desk):
    desk.answer("offer", 1_000)
    desk.wait(1_500)
    desk.rests(None)
    desk.books()
    desk.wait(200)
    desk.feed(UtteranceEnded(0, 400, silence_ms=400))
    assert desk.booking == []
    desk.feed(InputTranscribed(item_id=f"said_{desk.items}", text="Yes."))
    assert desk.booking == [FOUND]
