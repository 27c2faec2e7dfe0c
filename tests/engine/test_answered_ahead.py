"""A caller who is likely to have finished is answered ahead; until they have, nothing is heard or done."""

import pytest
import trio
from attrs import evolve

from engine.actions import ModelGone
from engine.model import (
    CancelResponse,
    CreateResponse,
    DeleteItem,
    InputCommitted,
    InputWords,
    ItemStarted,
    RateLimit,
)
from engine.outcome import Outcome
from engine.settings import DEFAULTS
from engine.tools import Tool
from rehearsal.rig import HUMMED, FakeOffice, NameArguments, place
from simulator.caller import HangUp, Pause, Press, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, Fail, ModelScript, Reply
from simulator.mulaw import silence
from simulator.tones import murmur
from tests.engine.test_talk_and_turns import Frames
from tests.engine.test_tool_calls_stepped import tool
from tests.engine.test_turns import LOUD, QUIET

# The caller of these calls is known to make no pauses: 200 ms of silence are likely to be the end, 400 are.
AHEAD = {"answer_ahead_ms": 200, "utterance_end_ms": 200, "utterance_end_min_ms": 400}
SETTINGS = evolve(HUMMED, **AHEAD)
HELLO = Reply("Demo Dental, hello.", murmur(800, pitch=180))
QUICK = Reply("On Monday, from nine.", murmur(900, pitch=170), first_delta_ms=40, pace=20.0)
ANEW = Reply("On Tuesday, from ten.", murmur(900, pitch=210))
ASK = Say("When are you open?", murmur(700))
# With a pause in it that is longer than what this caller is known to make.
ASK_MORE = Say("When are you open? On Tuesday.", murmur(700) + silence(320) + murmur(600, pitch=120))


async def call(*steps, replies, settings=SETTINGS, office=None, **script):
    return await place(
        [UntilBotQuiet(600), *steps],
        ModelScript(replies=[HELLO, *replies], **script),
        settings=settings,
        office=office,
    )


def at_ms(placed, kind, number=-1):
    return [event.at_ms for event in placed.record.events if event.kind == kind][number]


def booking(runs):
    async def book(arguments, _call):
        runs.append((arguments.full_name, trio.current_time()))
        await trio.lowlevel.checkpoint()
        return {"status": "ok"}

    return FakeOffice(tools=[Tool(name="book", description="", arguments=NameArguments, run=book)])


BOOKS = Call("book", {"full_name": "Ada"})
TO_THE_END = (UntilBotSpeaks(100), UntilBotQuiet(600), HangUp())


async def test_an_answer_is_made_ahead_and_heard_as_soon_as_the_caller_has_finished(autojump_clock):
    placed = await call(ASK, *TO_THE_END, replies=[QUICK])
    placed.assert_clean()
    ended_ms = at_ms(placed, "utterance_ended")
    assert ended_ms - at_ms(placed, "response_created") == 200
    assert at_ms(placed, "response_done") < ended_ms  # it was whole, and waited
    assert 0 <= at_ms(placed, "first_audio") - ended_ms <= 20
    assert placed.carrier.played == HELLO.audio + QUICK.audio
    assert placed.model.creates == 2


async def test_who_is_not_asked_ahead_is_answered_when_they_have_finished(autojump_clock):
    placed = await call(ASK, *TO_THE_END, replies=[QUICK], settings=evolve(SETTINGS, answer_ahead_ms=0))
    placed.assert_clean()
    assert at_ms(placed, "response_created") >= at_ms(placed, "utterance_ended")
    assert placed.model.creates == 2


async def test_who_goes_on_hears_nothing_of_it_and_is_answered_once_and_whole(autojump_clock):
    placed = await call(
        ASK_MORE, *TO_THE_END, replies=[QUICK, ANEW], hears=["When are you open?", "On Tuesday."]
    )
    placed.assert_clean()
    assert placed.carrier.played == HELLO.audio + ANEW.audio
    assert (len(placed.of("answer_overtaken")), len(placed.of("utterance_ended"))) == (1, 1)
    assert len(placed.model.deleted) == 1  # what it said is not in its memory
    assert placed.carrier.clears_ms == []


async def test_what_goes_on_is_one_utterance_in_the_account(autojump_clock):
    placed = await call(
        ASK_MORE, *TO_THE_END, replies=[QUICK, ANEW], hears=["When are you open?", "On Tuesday."]
    )
    (ended,) = placed.of("utterance_ended")
    assert ended["speech_ms"] > 1_500
    assert {said["utterance"] for said in placed.of("user_said")} == {ended["utterance"]}


async def test_what_was_given_up_is_on_the_bill_and_told_apart(autojump_clock):
    heard, given_up = [
        (await call(said, *TO_THE_END, replies=[QUICK, ANEW])).of("model_used")[0] for said in (ASK, ASK_MORE)
    ]
    assert (heard["responses"], heard["given_up_in"], heard["given_up_out"]) == (2, 0, 0)
    assert given_up["responses"] == 3
    assert 0 < given_up["given_up_in"] < given_up["text_in"] + given_up["audio_in"]
    assert 0 < given_up["given_up_out"] < given_up["text_out"] + given_up["audio_out"]


# By when its arguments have come: long before the caller goes on, or not before that.
@pytest.mark.parametrize("call_ms", [10, 75, 200])
async def test_half_a_sentence_never_books(autojump_clock, call_ms):
    runs = []
    half = Reply(calls=(BOOKS,), first_delta_ms=40, call_ms=call_ms)
    placed = await call(ASK_MORE, *TO_THE_END, replies=[half, ANEW], office=booking(runs))
    placed.assert_clean()
    assert (runs, placed.of("tool_called"), placed.model.outputs) == ([], [], [])
    assert placed.model.unanswered == ()
    assert len(placed.model.deleted) == 1
    assert placed.carrier.played == HELLO.audio + ANEW.audio


async def test_a_tool_runs_once_when_the_caller_has_finished(autojump_clock):
    runs = []
    books = Reply("One moment.", murmur(500), calls=(BOOKS,), first_delta_ms=20, call_ms=10, pace=20.0)
    placed = await call(ASK, *TO_THE_END, replies=[books, ANEW], office=booking(runs))
    placed.assert_clean()
    ((name, at_s),) = runs
    assert name == "Ada"
    assert (at_s - placed.began_s) * 1_000 >= at_ms(placed, "utterance_ended")
    assert [done["status"] for done in placed.of("tool_answered")] == ["ok"]
    assert placed.carrier.played == HELLO.audio + books.audio + ANEW.audio


async def test_nobody_is_hung_up_on_in_the_middle_of_a_sentence(autojump_clock):
    bye = Reply("Bye.", murmur(300), calls=(Call("end_call"),), first_delta_ms=20, call_ms=10, pace=20.0)
    placed = await call(ASK_MORE, *TO_THE_END, replies=[bye, ANEW])
    placed.assert_clean()
    assert (placed.outcome, placed.carrier.played) == (Outcome.CALLER_HUNG_UP, HELLO.audio + ANEW.audio)


async def test_the_goodbye_that_was_made_ahead_ends_the_call_once_it_is_heard(autojump_clock):
    bye = Reply("Bye.", murmur(300), calls=(Call("end_call"),), first_delta_ms=20, call_ms=10, pace=20.0)
    placed = await call(ASK, UntilClosed(), replies=[bye])
    placed.assert_clean()
    assert (placed.outcome, placed.carrier.played) == (Outcome.COMPLETED, HELLO.audio + bye.audio)


async def test_who_hangs_up_while_an_answer_is_held_is_booked_nothing(autojump_clock):
    runs = []
    books = Reply(calls=(BOOKS,), first_delta_ms=20, call_ms=10)
    placed = await call(ASK, Pause(330), HangUp(), replies=[books], office=booking(runs))
    placed.assert_clean()
    assert (placed.outcome, runs) == (Outcome.CALLER_HUNG_UP, [])
    assert placed.model.creates == 2


async def test_an_answer_that_fails_while_it_is_held_is_asked_for_again(autojump_clock):
    placed = await call(ASK, *TO_THE_END, replies=[Fail("server_error", after_ms=50), QUICK])
    placed.assert_clean()
    assert placed.carrier.played == HELLO.audio + QUICK.audio
    assert placed.model.creates == 3


async def test_a_failure_of_what_was_given_up_is_none(autojump_clock):
    broken = Reply("On Mon", murmur(300), first_delta_ms=20, pace=20.0, failed="server_error")
    placed = await call(ASK_MORE, *TO_THE_END, replies=[broken, ANEW, QUICK])
    placed.assert_clean()
    assert (placed.outcome, placed.model.creates) == (Outcome.CALLER_HUNG_UP, 4)
    assert placed.carrier.played == HELLO.audio + QUICK.audio


async def test_a_key_gives_up_what_is_held_and_is_answered_with_what_was_said(autojump_clock):
    placed = await call(ASK, Pause(300), Press("5"), *TO_THE_END, replies=[QUICK, ANEW])
    placed.assert_clean()
    assert placed.carrier.played == HELLO.audio + ANEW.audio
    assert placed.of("response_created")[-1]["reasons"] == "keypad, utterance"


async def test_the_first_words_of_a_call_are_not_answered_ahead_of_the_greeting(autojump_clock):
    late = evolve(HELLO, first_delta_ms=2_500)
    placed = await place(
        [Say("Hello?", murmur(700)), UntilBotSpeaks(100), UntilBotQuiet(600), HangUp()],
        ModelScript(replies=[late]),
        settings=SETTINGS,
    )
    placed.assert_clean()
    assert (placed.model.creates, placed.carrier.played) == (1, HELLO.audio)


async def test_who_talks_from_pick_up_over_the_greeting_is_not_answered_ahead(autojump_clock):
    """It may be a recording: nothing is made for it before its words are known."""
    talks = Say("This is a message.", murmur(2_500) + silence(320) + murmur(700, pitch=120))
    placed = await place(
        [talks, UntilBotQuiet(2_000), HangUp()], ModelScript(replies=[HELLO, ANEW]), settings=SETTINGS
    )
    placed.assert_clean()
    assert (placed.model.creates, placed.of("answer_overtaken")) == (2, [])


# Frame by frame


class Ahead(Frames):
    """A talk in which the caller has just spoken for 600 ms, after an answer that they had heard."""

    def __init__(self, last="Monday from nine.", settings=DEFAULTS, tools=()):
        super().__init__(evolve(settings, **AHEAD), tools)
        self.asks()
        self.feed(InputCommitted(item_id="before"))
        self.begins("said", last, 600)
        self.done("said")
        self.hears(QUIET, 1_000)
        self.asked()
        self.hears(LOUD, 600)


def test_what_the_model_is_asked_ahead_it_is_asked_once():
    talk = Ahead()
    talk.hears(QUIET, 200)
    assert talk.asked() == [CreateResponse]
    talk.created("r")
    talk.audio("r", 400)
    talk.hears(QUIET, 180)
    assert (talk.asked(), len(talk.played)) == ([], 2)
    talk.hears(QUIET, 40)
    assert (talk.asked(), len(talk.played)) == ([], 3)


def test_who_goes_on_takes_back_what_was_asked_for_before_it_began():
    talk = Ahead()
    talk.hears(QUIET, 300)
    talk.hears(LOUD, 40)
    assert talk.asked() == [CreateResponse, CancelResponse]
    talk.created("r")
    talk.audio("r", 400)
    talk.done("r", "cancelled")
    assert talk.asked() == [DeleteItem]
    talk.hears(LOUD, 600)
    talk.hears(QUIET, 500)
    assert (talk.asked(), len(talk.played)) == ([CreateResponse], 2)


def test_a_call_that_crosses_the_cancel_is_not_made():
    talk = Ahead(tools=(tool("book"),))
    talk.hears(QUIET, 300)
    talk.created("r")
    talk.hears(LOUD, 40)
    talk.feed(ItemStarted(response_id="r", item_id="f_call_1", kind="function_call"))
    talk.call("r", "book")
    talk.done("r", "cancelled")
    assert (talk.running, talk.asked()) == ([], [CreateResponse, CancelResponse, DeleteItem])
    talk.hears(LOUD, 400)
    talk.hears(QUIET, 500)
    talk.created("anew")
    talk.call("anew", "book", "call_2")
    assert [call.call_id for call in talk.running] == ["call_2"]


@pytest.mark.parametrize(
    ("limit", "wait_ms"), [(None, 600), (RateLimit(wait_ms=3_000), 3_000)], ids=["refused", "rate limit"]
)
def test_what_is_refused_ahead_is_asked_for_when_the_caller_has_finished(limit, wait_ms):
    talk = Ahead()
    talk.hears(QUIET, 200)
    talk.refused("no", limit)
    talk.hears(QUIET, 160)
    talk.hears(LOUD, 600)
    talk.hears(QUIET, 500)
    assert talk.asked() == ([CreateResponse] if limit is None else [])
    talk.hears(QUIET, wait_ms)
    assert talk.asked() == ([] if limit is None else [CreateResponse])


def test_a_model_that_is_lost_while_its_answer_is_held_ends_the_call_as_ever():
    talk = Ahead()
    talk.hears(QUIET, 200)
    talk.feed(ModelGone("gone"))
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]


@pytest.mark.parametrize(
    ("silence_ms", "asked"), [(160, []), (200, [CreateResponse]), (380, [CreateResponse])]
)
def test_the_model_is_asked_ahead_after_a_silence(silence_ms, asked):
    talk = Ahead()
    talk.hears(QUIET, silence_ms)
    assert talk.asked() == asked


def test_who_makes_pauses_is_not_answered_ahead():
    talk = Ahead()
    talk.hears(QUIET, 180)
    talk.hears(LOUD, 400)
    talk.hears(QUIET, 380)
    assert talk.asked() == []
    talk.hears(QUIET, 40)
    assert talk.asked() == [CreateResponse]


def test_who_dictates_or_looks_for_a_word_is_not_answered_ahead():
    asked_for_a_number = Ahead("What is your number?")
    asked_for_a_number.hears(QUIET, 1_400)
    um, digits = Ahead(), Ahead()
    um.feed(InputWords(item_id="u", text="On Tuesday, um"))
    digits.feed(InputWords(item_id="u", text="054 321"))
    for talk in (um, digits):
        talk.hears(QUIET, 1_400)
    assert [talk.asked() for talk in (asked_for_a_number, um, digits)] == [[]] * 3


def test_a_yes_is_answered_ahead_whatever_pauses_this_caller_makes():
    talk = Frames(evolve(DEFAULTS, answer_ahead_ms=200))
    talk.asks()
    talk.begins("said", "Shall I book it?", 600)
    talk.done("said")
    talk.hears(QUIET, 1_000)
    talk.asked()
    talk.hears(LOUD, 400)
    talk.hears(QUIET, 200)
    assert talk.asked() == [CreateResponse]


def test_words_that_come_too_late_to_keep_the_model_from_being_asked_hold_its_answer_longer():
    talk = Ahead()
    talk.hears(QUIET, 200)
    talk.feed(InputCommitted(item_id="u"), InputWords(item_id="u", text="On Tuesday, um"))
    talk.answer("r", 400)
    talk.hears(QUIET, 1_000)
    assert len(talk.played) == 2
    talk.hears(LOUD, 40)
    assert talk.asked() == [CreateResponse, DeleteItem]


def test_nothing_is_asked_ahead_over_the_bot_or_after_it_was_stopped_for_a_moment():
    talk = Ahead()
    talk.hears(QUIET, 500)
    talk.answer("long", 8_000)
    talk.hears(QUIET, 2_000)
    talk.asked()
    talk.hears(LOUD, 400)
    talk.hears(QUIET, 380)
    assert (talk.asked(), talk.kinds()[-1]) == ([], "barge_in_paused")
