"""The conversation, stepped: one situation a test."""

from collections.abc import Sequence

import pytest
from attrs import evolve, frozen

from engine.account import (
    BotSaid,
    ModelError,
    OutputsHeard,
    ResponseIncomplete,
    SilenceWarning,
    SoundUnheard,
    fields_of,
)
from engine.actions import (
    AudioSent,
    CancelTool,
    Clear,
    End,
    ModelGone,
    ModelReady,
    Note,
    Play,
    RunTool,
    Say,
    ToModel,
    ToolFinished,
)
from engine.caller.presence import LineSound
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    TurnContext,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.carrier import Dtmf, MarkReached
from engine.conversation.conversation import Conversation
from engine.conversation.silence import Silence
from engine.model import (
    AnswerTool,
    AudioDelta,
    CancelResponse,
    CreateResponse,
    DeleteItem,
    ErrorReported,
    FunctionCalled,
    ItemStarted,
    ModelCommand,
    RateLimit,
    ResponseCreated,
    ResponseDone,
    Tell,
    TranscriptDelta,
    TruncateItem,
)
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import DEFAULTS, Settings
from engine.tools import Status, Tool, ToolCall, ToolOutput
from rehearsal.rig import FakeOffice


@frozen
class Nothing:
    """No arguments."""


def ended_calls(talk):
    """How each end_call was answered."""
    return [
        fields_of(note.line)["status"]
        for note in talk.notes
        if fields_of(note.line).get("name") == "end_call" and "status" in fields_of(note.line)
    ]


FATAL = ErrorReported(code="session_expired", message="", param=None, command_id=None, fatal=True)


async def _transfer(_wanted, _call):  # noqa: ASYNC124
    raise NotImplementedError  # nobody runs it here


TRANSFER = Tool(
    name="transfer", description="", arguments=Nothing, run=_transfer, ends_call=Outcome.TRANSFERRED
)
BEGINS, COUNTS = UtteranceStarted(0), UtteranceCounts(0)
ENDS, SKIPPED = UtteranceEnded(0, 400, silence_ms=500), UtteranceSkipped(0, 100, "too short", 100, 300)


class Talk:
    """A conversation whose model and carrier the test speaks for; what is said is sent at once."""

    def __init__(self, settings: Settings = DEFAULTS, tools: Sequence[Tool] = ()) -> None:
        self.now_ms = 0.0
        self.conversation = Conversation(FakeOffice().profile, settings, tools=tools, now_ms=0.0)
        self.to_model: list[ModelCommand] = []
        self.played: list[int] = []
        self.notes: list[Note] = []
        self.ended: list[End] = []
        self.running: list[ToolCall] = []
        self.cancelled: list[str] = []
        self.feed(ModelReady())

    def feed(self, *events: object) -> None:
        for event in events:
            self._perform(self.conversation.handle(event, self.now_ms))

    def _perform(self, actions: list[object]) -> None:
        for action in actions:
            match action:
                case ToModel(command):
                    self.to_model.append(command)
                case Say(turn, audio):
                    self.feed(AudioSent(turn, len(audio)))
                case Play(turn):
                    self.played.append(turn)
                case Note():
                    self.notes.append(action)
                case End():
                    self.ended.append(action)
                case RunTool(call):
                    self.running.append(call)
                case CancelTool(call_id):
                    self.cancelled.append(call_id)
                case Clear():
                    pass

    def wait(self, ms: float) -> None:
        """Let time pass, and every deadline in it."""
        until_ms = self.now_ms + ms
        while not self.ended and self.conversation.deadline_ms() <= until_ms:
            self.now_ms = max(self.now_ms, self.conversation.deadline_ms())
            self._perform(self.conversation.tick(self.now_ms))
        self.now_ms = until_ms

    def created(self, name: str) -> None:
        self.feed(ResponseCreated(response_id=name))

    def audio(self, name: str, ms: int) -> None:
        item = f"item_{name}"
        self.feed(ItemStarted(response_id=name, item_id=item, kind="message"))
        self.feed(AudioDelta(response_id=name, item_id=item, audio=bytes(ms * 8)))

    def done(
        self,
        name: str,
        status: str = "completed",
        code: str | None = None,
        limit: RateLimit | None = None,
    ) -> None:
        done = ResponseDone(response_id=name, status=status, reason=None, error_code=code, limit=limit)
        self.feed(done)

    def refused(self, code: str, limit: RateLimit | None = None) -> None:
        """The server refuses the last create."""
        event_id = self.to_model[-1].command_id
        self.asked()
        error = ErrorReported(code=code, message="", param=None, command_id=event_id, limit=limit)
        self.feed(error)

    def answer(self, name: str, ms: int) -> None:
        """A whole answer of the model."""
        self.created(name)
        self.audio(name, ms)
        self.done(name)

    def call(self, name: str, tool: str, call_id: str = "call_1", arguments: str = "{}") -> None:
        self.feed(
            FunctionCalled(
                response_id=name, item_id=f"f_{call_id}", call_id=call_id, name=tool, arguments=arguments
            )
        )

    def tool_answers(self, call_id: str = "call_1", status: Status = "ok", **result: str) -> None:
        (name,) = [call.name for call in self.running if call.call_id == call_id]
        self.feed(ToolFinished(ToolOutput(call_id=call_id, name=name, status=status, result=result)))

    def asked(self) -> list[type]:
        """What the model was asked or told, by its kind, since the last time."""
        kinds, self.to_model = [type(command) for command in self.to_model], []
        return kinds

    def kinds(self) -> list[str]:
        return [note.line.kind for note in self.notes]


@pytest.fixture
def talk() -> Talk:
    """A call whose greeting was heard."""
    talk = Talk()
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.asked()
    return talk


def test_the_greeting_is_asked_for_by_a_system_item_and_a_create_with_nothing_in_it():
    assert Talk().to_model == [
        Tell("system", prompt.greeting(FakeOffice().profile)),
        CreateResponse("create_1"),
    ]


def test_speech_in_a_gap_of_an_answer_takes_the_floor_and_is_answered(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.audio("r", 400)
    talk.wait(1_000)  # the model is still at it, but says nothing
    talk.asked()
    talk.feed(BEGINS, COUNTS)
    assert talk.asked() == [CancelResponse, TruncateItem]
    talk.feed(ENDS)
    talk.done("r", "cancelled")
    assert talk.asked() == [CreateResponse]


def test_end_call_under_a_caller_who_interrupts_is_refused_and_the_caller_is_answered(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.audio("r", 3_000)
    talk.wait(600)
    talk.feed(BEGINS, BargeInPaused(300))
    talk.call("r", "end_call")
    assert talk.conversation.closing is False
    talk.done("r", "cancelled")
    talk.asked()
    talk.feed(BargeInReal(500), ENDS)
    assert talk.asked() == [CreateResponse]


@pytest.fixture
def last_answer(talk):
    """The answer to something that the caller has said, which is on its way: r."""
    talk.feed(BEGINS, COUNTS, ENDS)
    talk.created("r")
    return talk


def test_end_call_while_the_caller_speaks_over_it_is_refused(last_answer):
    last_answer.audio("r", 2_000)
    last_answer.wait(600)
    last_answer.feed(BEGINS)
    last_answer.call("r", "end_call")
    assert (ended_calls(last_answer), last_answer.conversation.closing) == (["refused"], False)


def test_end_call_while_something_that_was_said_waits_is_refused_and_that_is_answered(last_answer):
    last_answer.feed(BEGINS, COUNTS, ENDS)  # before the first sound of the answer
    last_answer.audio("r", 500)
    last_answer.call("r", "end_call")
    assert (ended_calls(last_answer), last_answer.conversation.closing) == (["refused"], False)
    last_answer.asked()
    last_answer.done("r")
    last_answer.wait(600)
    assert CreateResponse in last_answer.asked()


def test_a_last_answer_of_any_length_is_heard_whole(last_answer):
    last_answer.audio("r", 16_000)
    last_answer.call("r", "end_call")
    last_answer.done("r")
    last_answer.wait(16_900)
    assert last_answer.ended == []
    last_answer.wait(200)  # its mark has not come back
    assert [end.outcome for end in last_answer.ended] == [Outcome.COMPLETED]


def test_a_goodbye_that_stalls_is_no_goodbye_and_is_asked_for_once_more(last_answer):
    last_answer.audio("r", 400)
    last_answer.call("r", "end_call")
    last_answer.wait(DEFAULTS.answer_due_ms + 400)
    assert CancelResponse in last_answer.asked()
    last_answer.done("r", "cancelled")
    assert (CreateResponse in last_answer.asked(), last_answer.ended) == (True, [])
    last_answer.answer("again", 500)
    last_answer.wait(2_000)
    assert [end.outcome for end in last_answer.ended] == [Outcome.COMPLETED]


@pytest.mark.parametrize("dies", [ModelGone("closed"), FATAL], ids=["gone", "fatal error"])
def test_a_model_that_dies_while_a_goodbye_plays_that_has_come_whole_changes_nothing(last_answer, dies):
    last_answer.audio("r", 2_000)
    last_answer.call("r", "end_call")
    last_answer.done("r")
    last_answer.feed(dies)
    assert last_answer.ended == []
    last_answer.wait(4_000)
    assert [end.outcome for end in last_answer.ended] == [Outcome.COMPLETED]


@pytest.mark.parametrize("dies", [ModelGone("closed"), FATAL], ids=["gone", "fatal error"])
def test_a_model_that_dies_after_a_transfer_was_granted_loses_nobody(dies):
    talk = Talk(tools=[TRANSFER])
    talk.created("r1")
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.tool_answers()
    talk.feed(dies)
    assert [end.outcome for end in talk.ended] == [Outcome.TRANSFERRED]


def test_a_transfer_granted_during_another_goodbye_has_words_of_its_own():
    talk = Talk(tools=[TRANSFER])
    talk.created("r1")
    talk.call("r1", "transfer")
    talk.call("r1", "end_call", call_id="call_2")
    talk.done("r1")  # nothing was said: a goodbye is asked for, as soon as the tool is slow
    talk.wait(DEFAULTS.slow_tool_ms)
    talk.created("bye")
    talk.audio("bye", 400)
    talk.tool_answers()
    talk.done("bye")
    assert talk.asked()[-1] is CreateResponse
    talk.wait(600)
    assert talk.ended == []  # what was said is the goodbye of another end
    talk.answer("one moment", 400)
    talk.wait(2_000)
    assert [end.outcome for end in talk.ended] == [Outcome.TRANSFERRED]


def test_a_transfer_that_is_refused_beside_one_that_was_granted_takes_nothing_back():
    talk = Talk(tools=[TRANSFER])
    talk.created("r1")
    talk.call("r1", "transfer", arguments='"Ada"')
    talk.call("r1", "transfer", call_id="call_2", arguments='"Grace"')
    talk.done("r1")
    talk.tool_answers()
    talk.tool_answers("call_2", "refused")
    talk.answer("one moment", 400)
    talk.wait(2_000)
    assert ([end.outcome for end in talk.ended], "call_reopened" in talk.kinds()) == (
        [Outcome.TRANSFERRED],
        False,
    )


def test_a_goodbye_that_broke_off_before_the_call_went_on_does_not_count_at_its_end(talk):
    for name in ("r1", "r2"):
        talk.feed(BEGINS, ENDS)
        talk.created(name)
        talk.audio(name, 200)
        talk.call(name, "end_call", call_id=name)
        talk.done(name, "failed", "server_error")
        assert talk.asked()[-2:] == [Tell, CreateResponse]
        if name == "r1":  # they come back
            talk.feed(BEGINS, COUNTS)
            talk.answer("bye", 100)
            talk.feed(ENDS)
            talk.answer("I am here", 400)
            talk.wait(600)
    assert (talk.kinds().count("call_reopened"), talk.ended) == (1, [])


def test_a_goodbye_that_fails_is_asked_for_once_more(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.call("r", "end_call")
    talk.done("r", "failed", "server_error")
    assert [type(command) for command in talk.to_model][-2:] == [
        Tell,
        CreateResponse,
    ]
    talk.answer("bye", 500)
    talk.wait(3_000)
    assert talk.ended == [End(Outcome.COMPLETED, "the goodbye took too long")]  # no mark came back
    assert talk.now_ms >= 2_000


def test_a_goodbye_that_fails_in_mid_sentence_is_asked_for_once_more(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.audio("r", 200)
    talk.call("r", "end_call")
    talk.done("r", "failed", "server_error")
    assert talk.asked()[-2:] == [Tell, CreateResponse]


def test_an_interruption_forgives_an_earlier_failure(talk):
    talk.feed(BEGINS, ENDS)
    talk.wait(6_000)
    talk.created("r1")
    talk.done("r1", "cancelled")
    talk.created("r2")
    talk.audio("r2", 3_000)
    talk.wait(1_000)
    talk.feed(BEGINS, BargeInPaused(300), BargeInReal(500), ENDS)
    talk.done("r2", "cancelled")
    talk.wait(6_000)
    assert (talk.asked()[-1], talk.ended) == (CancelResponse, [])


def test_an_answer_of_which_nothing_was_heard_forgives_no_failure(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.done("r1", "failed", "server_error")
    talk.created("r2")
    talk.audio("r2", 1_000)
    talk.wait(10)
    talk.feed(Dtmf(digit="7"))
    talk.done("r2", "cancelled")
    talk.wait(DEFAULTS.keypad_end_ms)
    talk.created("r3")
    talk.done("r3", "failed", "server_error")
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]


def test_a_bot_that_has_finished_meanwhile_is_not_stopped(talk):
    talk.feed(BEGINS, ENDS)
    talk.answer("r", 400)
    talk.wait(200)
    talk.feed(BEGINS)
    talk.wait(300)
    talk.asked()
    talk.feed(BargeInPaused(300), BargeInReal(500))
    assert (talk.asked(), "barge_in_paused" in talk.kinds(), "barge_in" in talk.kinds()) == ([], False, False)
    talk.feed(ENDS)
    assert talk.asked() == [CreateResponse]


def test_an_interruption_deletes_the_answer_that_waits_behind_the_playing_one(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.call("r1", "find")
    talk.audio("r1", 2_000)
    talk.done("r1")
    talk.tool_answers()
    talk.answer("r2", 1_000)
    talk.wait(1_000)
    talk.asked()
    talk.feed(BEGINS, BargeInPaused(300), BargeInReal(500))
    assert [(type(c), c.item_id) for c in talk.to_model] == [
        (TruncateItem, "item_r1"),
        (DeleteItem, "item_r2"),
    ]
    talk.feed(ENDS)
    talk.answer("r3", 500)
    talk.wait(600)
    assert (talk.played, talk.notes[-1]) == ([1, 2, 4], Note(OutputsHeard(call_ids=["call_1"])))


def test_an_output_whose_answer_was_overtaken_before_it_began_is_credited_to_the_next(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.call("r1", "find")
    talk.done("r1")
    talk.tool_answers()  # requested, not yet created
    talk.feed(BEGINS, COUNTS)
    talk.created("r2")
    talk.done("r2", "cancelled")
    talk.feed(ENDS)
    talk.answer("r3", 500)
    talk.wait(600)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


def test_what_was_to_be_said_behind_an_answer_that_is_cut_is_still_to_be_said(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.audio("r1", 3_000)
    talk.call("r1", "find")
    talk.done("r1")
    talk.wait(1_000)
    talk.tool_answers()
    talk.created("r2")  # while the first is heard
    talk.feed(BEGINS, BargeInPaused(300), BargeInReal(500))
    talk.done("r2", "cancelled")
    talk.feed(ENDS)
    talk.created("r3")
    assert talk.notes[-1].line.reasons == "tool outputs, utterance"
    assert "response_failed" not in talk.kinds()  # it was the caller who cut it


def test_a_goodbye_that_never_comes_ends_in_the_fallback(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.call("r", "end_call")
    talk.done("r")
    talk.wait(20_000)
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]


def test_a_goodbye_behind_a_long_answer_is_not_cut():
    talk = Talk(evolve(DEFAULTS, longest_call_warning_ms=500, longest_call_ms=1_000))
    talk.answer("r", 20_000)
    talk.wait(1_000)
    talk.answer("bye", 3_000)
    talk.wait(18_500)
    assert (talk.played, talk.ended) == ([1], [])
    talk.wait(5_000)
    assert (talk.played, len(talk.ended)) == ([1, 2], 1)
    said = BotSaid(text="", unheard="", heard_ms=3_000, audio_ms=3_000, turn=2, response="bye")
    assert talk.notes[-1] == Note(said)


def test_an_answer_that_waited_while_the_caller_went_on_is_not_spoken_afterwards(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.call("r1", "find")
    talk.audio("r1", 1_000)
    talk.done("r1")
    talk.tool_answers()
    talk.answer("r2", 1_000)  # waits until the first was heard
    talk.wait(800)
    talk.feed(BEGINS)
    talk.wait(400)  # the first ends under the caller
    talk.asked()
    talk.feed(COUNTS)
    assert (talk.asked(), talk.kinds()[-1]) == ([DeleteItem], "answer_overtaken")
    talk.feed(ENDS)
    talk.answer("r3", 500)
    talk.wait(600)
    assert talk.played == [1, 2, 4]
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


def test_an_output_that_comes_after_the_create_is_not_credited_to_that_answer(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.call("r1", "find")
    talk.done("r1")
    talk.wait(DEFAULTS.slow_tool_ms)
    talk.feed(BEGINS, ENDS)  # the tool is slow: the caller is answered without it
    talk.tool_answers()
    talk.answer("r2", 500)
    talk.wait(600)
    assert "outputs_heard" not in talk.kinds()
    talk.answer("r3", 500)
    talk.wait(600)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


def test_two_deadlines_at_the_same_moment_close_the_call_once():
    settings = evolve(DEFAULTS, silence_prompts=0, longest_call_ms=8_400)
    talk = Talk(settings)
    talk.answer("greeting", 400)
    talk.wait(8_400)
    assert talk.conversation.closing
    talk.answer("bye", 500)
    talk.wait(3_000)
    assert len(talk.ended) == 1


def test_an_answer_that_was_given_up_is_not_played_later(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.feed(BEGINS)
    talk.audio("r1", 400)  # waits for the caller
    talk.wait(6_000)
    assert talk.asked()[-2:] == [CancelResponse, DeleteItem]
    talk.done("r1", "cancelled")
    talk.feed(SKIPPED)
    talk.answer("r2", 400)
    assert talk.played == [1, 3]


@pytest.mark.parametrize("status", ["completed", "incomplete", "cancelled"])
def test_an_answer_with_nothing_in_it_is_asked_for_once_more(status, talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.asked()
    talk.done("r1", status)
    told = [Tell] if status == "incomplete" else []  # that it was stopped: not to be stopped there again
    assert talk.asked() == [*told, CreateResponse]
    talk.created("r2")
    talk.done("r2", status)
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]


def test_a_refused_create_does_not_count_as_a_failed_answer(talk):
    talk.feed(BEGINS, ENDS)
    event_id = talk.to_model[-1].command_id
    talk.asked()
    active = "conversation_already_has_active_response"
    talk.feed(ErrorReported(code=active, message="", param=None, command_id=event_id))
    talk.wait(500)
    assert talk.asked() == [CreateResponse]
    talk.created("r1")
    talk.wait(6_000)
    assert (talk.asked(), talk.ended) == ([CancelResponse], [])


def test_what_the_model_refuses_stands_in_the_account_also_if_nothing_comes_of_it(talk):
    refused = {"code": "item_truncate_invalid", "message": "No such item."}
    talk.feed(ErrorReported(param=None, command_id="truncate_1", limit=None, **refused))
    assert (talk.notes[-1], talk.asked(), talk.ended) == (Note(ModelError(**refused)), [], [])


@pytest.mark.parametrize("status", ["incomplete", "cancelled"])
def test_an_answer_that_the_model_broke_off_is_played_as_far_as_it_came_and_the_account_says_so(status, talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.audio("r", 1_000)
    talk.feed(
        ResponseDone(response_id="r", status=status, reason="max_output_tokens", error_code=None, limit=None)
    )
    broken_off = Note(ResponseIncomplete(status=status, reason="max_output_tokens", response="r"))
    assert (talk.notes[-1], talk.played) == (broken_off, [1, 2])
    talk.answer("whole", 400)
    assert talk.kinds().count("response_incomplete") == 1


def test_the_create_is_sent_again_as_soon_as_the_response_in_its_way_is_done(talk):
    talk.created("stranger")
    assert talk.asked() == [CancelResponse]
    talk.feed(BEGINS, ENDS)
    event_id = talk.to_model[-1].command_id
    talk.asked()
    talk.feed(ErrorReported(code="active", message="", param=None, command_id=event_id))
    assert talk.asked() == []
    talk.done("stranger", "cancelled")
    assert talk.asked() == [CreateResponse]


def test_an_unrequested_response_is_cancelled_by_its_id_and_ours_goes_on(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("ours")
    talk.created("stranger")
    assert talk.to_model[-1] == CancelResponse("cancel_unrequested", "stranger")
    talk.audio("stranger", 400)
    talk.done("stranger", "cancelled")
    talk.audio("ours", 400)
    talk.done("ours")
    assert (talk.played, talk.ended) == ([1, 2], [])


def test_what_is_interrupted_is_cancelled_by_its_id(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("ours")
    talk.feed(UtteranceStarted(0), UtteranceCounts(0))
    assert talk.to_model[-1] == CancelResponse("cancel_3", "ours")


def test_a_create_that_is_always_refused_ends_in_the_fallback(talk):
    talk.feed(BEGINS, ENDS)
    for _ in range(3):
        talk.refused("active")
        talk.wait(500)
        assert [type(command) for command in talk.to_model] == [CreateResponse]
    assert talk.ended == []
    talk.refused("active")
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]


def test_a_create_that_was_let_in_forgives_the_refusals_before_it(talk):
    for name in ("r1", "r2"):
        talk.feed(BEGINS, ENDS)
        for _ in range(3):
            talk.refused("active")
            talk.wait(500)
        talk.answer(name, 400)
        talk.wait(500)
    assert (talk.played, talk.ended) == ([1, 2, 3], [])


LIMIT = "rate_limit_exceeded"


@pytest.mark.parametrize(
    ("limit", "waits_ms"),
    [
        (RateLimit(wait_ms=1_200), [1_200, 1_200]),
        (RateLimit(), [1_000, 2_000]),
        (RateLimit(wait_ms=5_000), [5_000, 1_000]),  # 6 s in all, as for an answer
        (RateLimit(wait_ms=60_000), [6_000]),
    ],
)
@pytest.mark.parametrize("refuses", [False, True])
def test_a_rate_limit_is_waited_for_to_the_millisecond_and_then_gives_way_to_the_fallback(
    talk, limit, waits_ms, refuses
):
    talk.feed(BEGINS, ENDS)
    for number, wait_ms in enumerate([*waits_ms, None]):
        if refuses:
            talk.refused(LIMIT, limit)
        else:
            talk.created(f"r{number}")
            talk.asked()
            talk.done(f"r{number}", "failed", LIMIT, limit)
        if wait_ms is None:
            break
        assert (talk.asked(), talk.ended) == ([], [])
        talk.wait(wait_ms - 1)
        assert talk.asked() == []
        talk.wait(1)
        assert [type(command) for command in talk.to_model] == [CreateResponse]
    assert [end.outcome for end in talk.ended] == [Outcome.MODEL_FAILED]
    assert [fields_of(note.line) for note in talk.notes if note.line.kind == "rate_limited"] == [
        {"wait_ms": wait_ms} for wait_ms in waits_ms
    ]


def test_what_the_caller_says_while_a_rate_limit_is_waited_for_is_not_answered_sooner(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.done("r1", "failed", LIMIT, RateLimit(wait_ms=3_000))
    talk.asked()
    talk.wait(500)
    talk.feed(BEGINS, COUNTS, ENDS)
    talk.created("stranger")  # nor does a response that nobody asked for let it through
    talk.done("stranger", "cancelled")
    talk.wait(2_499)
    assert CreateResponse not in talk.asked()
    talk.wait(1)
    assert talk.asked() == [CreateResponse]  # one, for both


def test_a_rate_limit_that_meets_an_answer_already_overtaken_is_waited_for_too(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.feed(BEGINS, COUNTS, ENDS)  # goes on before its first sound
    talk.asked()
    talk.done("r1", "failed", LIMIT, RateLimit(wait_ms=800))
    assert talk.asked() == []
    talk.wait(800)
    assert (talk.asked(), talk.ended) == ([CreateResponse], [])


def test_an_answer_forgives_the_rate_limits_before_it(talk):
    for name in ("r1", "r2"):
        talk.feed(BEGINS, ENDS)
        talk.created(name)
        talk.done(name, "failed", LIMIT, RateLimit(wait_ms=5_000))
        talk.wait(5_000)
        talk.answer(f"{name} again", 400)
        talk.wait(500)
    waits = [fields_of(note.line) for note in talk.notes if note.line.kind == "rate_limited"]
    assert (waits, talk.ended) == ([{"wait_ms": 5_000}] * 2, [])


def test_a_goodbye_under_a_rate_limit_waits_as_well(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.call("r", "end_call")
    talk.asked()
    talk.done("r", "failed", LIMIT, RateLimit(wait_ms=1_500))
    assert talk.asked() == [Tell]
    talk.wait(1_500)
    assert talk.asked() == [CreateResponse]


def test_an_item_that_starts_after_its_response_was_cut_is_deleted_too(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.audio("r", 3_000)
    talk.wait(1_000)
    talk.feed(BEGINS, BargeInPaused(300), BargeInReal(500))
    talk.asked()
    talk.feed(ItemStarted(response_id="r", item_id="late", kind="message"))
    assert [(type(c), c.item_id) for c in talk.to_model] == [(DeleteItem, "late")]


def test_a_repeated_call_runs_once(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r")
    talk.call("r", "find")
    talk.call("r", "find")
    assert talk.kinds().count("tool_called") == 1


def test_no_two_calls_have_one_id_in_the_account_whatever_the_server_calls_them(talk):
    for name, call_id in (("r1", "c"), ("r2", "c"), ("r3", "c#4"), ("r4", "c")):
        talk.feed(BEGINS, ENDS)
        talk.created(name)
        talk.call(name, "find", call_id, arguments=f'"{name}"')
        talk.done(name)
        talk.tool_answers(talk.running[-1].call_id)
        talk.answer(f"{name} tells", 400)
        talk.wait(500)
    assert [call.call_id for call in talk.running] == ["c", "c#2", "c#4", "c#4#4"]
    outputs = [command.call_id for command in talk.to_model if isinstance(command, AnswerTool)]
    assert outputs == ["c", "c", "c#4", "c"]


def test_audio_after_the_end_of_its_response_is_not_said(talk):
    talk.feed(BEGINS, ENDS)
    talk.answer("r", 500)
    talk.wait(600)
    talk.audio("r", 500)
    assert talk.played == [1, 2]


def test_a_key_starts_the_silence_anew_also_while_the_bot_plays_but_the_bots_echo_does_not(talk):
    talk.wait(DEFAULTS.silence_ms)
    talk.created("asks")
    talk.audio("asks", 1_000)
    talk.done("asks")
    talk.wait(500)
    talk.feed(CallerEvidence())
    talk.wait(500 + DEFAULTS.silence_ms)
    assert warnings_of_silence(talk) == [{"number": 1}, {"number": 2}]
    talk.created("asks again")
    talk.audio("asks again", 1_000)
    talk.done("asks again")
    talk.wait(500)
    talk.feed(Dtmf(digit="1"))
    talk.wait(DEFAULTS.keypad_end_ms)
    talk.answer("pressed", 500)
    talk.wait(500 + DEFAULTS.silence_ms)
    assert talk.notes[-1] == Note(SilenceWarning(number=1))


def warnings_of_silence(talk):
    return [fields_of(note.line) for note in talk.notes if note.line.kind == "silence_warning"]


def test_the_time_in_which_the_bot_speaks_is_no_silence(talk):
    talk.feed(BEGINS, ENDS)
    talk.answer("long", 15_000)
    talk.wait(15_000 + DEFAULTS.silence_ms - 1)
    assert warnings_of_silence(talk) == []
    talk.wait(1)
    assert warnings_of_silence(talk) == [{"number": 1}]


def test_after_a_second_of_sound_without_a_voice_the_caller_is_told_so_and_not_hung_up_on(talk):
    notes = []
    for n, (sounds, silence_ms) in enumerate([(3, 8_000), (2, 8_000), (0, 8_000), (0, 16_000)]):
        talk.feed(*[LineSound(200)] * sounds)
        talk.wait(silence_ms)
        notes.append(
            [note for note in talk.notes if note.line.kind in ("sound_unheard", "silence_warning")][-2:]
        )
        talk.answer(f"asks {n}", 400)
        talk.wait(400)
    assert notes[1:3] == [
        [Note(SoundUnheard(sound_ms=1_000)), Note(SilenceWarning(number=number))] for number in (2, 3)
    ]
    assert (len(notes[0]), notes[3] == notes[2], talk.conversation.closing) == (1, True, True)


def test_a_sign_of_the_caller_makes_the_next_silence_as_long_as_the_first():
    silence = Silence(DEFAULTS)
    for due_ms in (8_000, 8_000, 8_000, 16_000):
        silence.watch(0, idle=True)
        silence.sounded(1_000)
        assert silence.due_ms() == due_ms
        assert silence.ask_again(due_ms)
    silence.watch(0, idle=True)
    assert silence.due_ms() == 32_000
    silence.broken(5_000)
    assert (silence.due_ms(), silence.prompts, silence.sound_ms) == (13_000, 0, 0)


def test_a_silence_is_never_longer_than_a_minute_and_what_sounds_outside_of_it_does_not_count():
    silence = Silence(DEFAULTS)
    silence.sounded(5_000)
    assert silence.sound_ms == 0
    for _ in range(9):
        silence.watch(0, idle=True)
        silence.sounded(1_000)
        silence.ask_again(silence.due_ms())
    silence.watch(0, idle=True)
    assert silence.due_ms() == DEFAULTS.silence_max_ms


# An answer of which nothing was heard


def test_an_answer_that_a_key_silences_before_its_first_frame_is_as_if_it_had_not_been(talk):
    talk.feed(BEGINS, ENDS)
    talk.created("r1")
    talk.call("r1", "find")
    talk.done("r1")
    talk.tool_answers()
    talk.answer("r2", 1_000)
    talk.wait(10)
    talk.asked()
    talk.feed(Dtmf(digit="7"))
    talk.wait(DEFAULTS.keypad_end_ms)
    assert talk.asked() == [DeleteItem, Tell, CreateResponse]
    talk.created("r3")
    assert talk.notes[-1].line.reasons == "keypad, tool outputs"
    talk.audio("r3", 500)
    talk.done("r3")
    talk.wait(500)
    assert talk.notes[-1] == Note(OutputsHeard(call_ids=["call_1"]))


@pytest.mark.parametrize("complete", [False, True])
def test_a_greeting_that_a_key_silences_before_its_first_frame_is_still_owed(complete):
    talk = Talk()
    talk.created("greeting")
    talk.audio("greeting", 400)
    if complete:
        talk.done("greeting")
    talk.wait(10)
    talk.feed(Dtmf(digit="7"))
    if not complete:
        talk.done("greeting", "cancelled")
    talk.wait(DEFAULTS.keypad_end_ms)
    talk.created("r2")
    assert talk.notes[-1].line.reasons == "greeting, keypad"


def test_a_question_stands_behind_an_answer_of_which_nothing_was_heard():
    talk = Talk()
    talk.created("asks")
    item = ItemStarted(response_id="asks", item_id="item_asks", kind="message")
    words = TranscriptDelta(response_id="asks", item_id="item_asks", text="What is your name?")
    talk.feed(item, words)
    talk.audio("asks", 1_000)
    talk.done("asks")
    talk.wait(1_000)
    before = talk.conversation.turn_context(talk.now_ms)
    talk.feed(BEGINS, ENDS)
    talk.answer("r", 1_000)
    talk.feed(Dtmf(digit="7"))
    assert talk.conversation.turn_context(talk.now_ms) == before == TurnContext(question=True, dictating=True)


# The end, step by step


@pytest.mark.parametrize("after_ms", [0, 200, 900], ids=["at once", "while it plays", "when it was heard"])
def test_an_end_call_behind_its_own_response_done_takes_what_was_said_for_the_goodbye(talk, after_ms):
    talk.feed(BEGINS, COUNTS, ENDS)
    talk.answer("r", 500)
    talk.wait(after_ms)
    talk.asked()
    talk.call("r", "end_call")
    talk.wait(2_500)
    assert CreateResponse not in talk.asked()
    assert [end.outcome for end in talk.ended] == [Outcome.COMPLETED]


def test_an_end_call_behind_its_own_response_done_in_which_nothing_was_said_has_a_goodbye(talk):
    talk.feed(BEGINS, COUNTS, ENDS)
    talk.created("r")
    talk.call("r", "find")
    talk.done("r")
    talk.asked()
    talk.call("r", "end_call", "call_2")
    talk.tool_answers()
    assert talk.asked().count(CreateResponse) == 1
    talk.created("bye")
    assert talk.notes[-1].line.reasons == "goodbye"


def test_the_deadline_of_a_goodbye_waits_for_a_carrier_that_takes_it_late():
    conversation, now_ms, ended = Conversation(FakeOffice().profile, DEFAULTS, now_ms=0.0), 0.0, []
    audio = AudioDelta(response_id="r", item_id="i", audio=bytes(500 * 8))
    for event in (
        ModelReady(),
        ResponseCreated(response_id="r"),
        audio,
        FunctionCalled(response_id="r", item_id="f", call_id="c", name="end_call", arguments="{}"),
        ResponseDone(response_id="r", status="completed", reason=None, error_code=None),
    ):
        ended += [action for action in conversation.handle(event, now_ms) if isinstance(action, End)]
    while conversation.deadline_ms() < 4_000:
        now_ms = max(now_ms, conversation.deadline_ms())
        ended += [action for action in conversation.tick(now_ms) if isinstance(action, End)]
    assert ended == []
    conversation.handle(AudioSent(1, 500 * 8), 4_000)
    heard = conversation.handle(MarkReached(name="1.4000"), 4_500)
    assert heard[-1] == End(Outcome.COMPLETED, "the goodbye was heard")


def test_who_waits_for_an_answer_when_the_longest_call_is_over_gets_it_first():
    talk = Talk(evolve(DEFAULTS, longest_call_warning_ms=500, longest_call_ms=1_000))
    talk.answer("greeting", 400)
    talk.wait(500)
    talk.feed(BEGINS, COUNTS, ENDS)
    talk.created("r")
    talk.done("r", "failed", LIMIT, RateLimit(wait_ms=1_500))
    talk.wait(1_500)
    assert talk.kinds().count("call_reopened") == 1
    talk.created("again")
    assert talk.notes[-1].line.reasons == "utterance"


def test_the_longest_call_no_longer_listens_when_its_grace_is_over():
    limits = {"longest_call_warning_ms": 500, "longest_call_ms": 1_000, "longest_call_grace_ms": 3_000}
    talk = Talk(evolve(DEFAULTS, **limits))
    talk.answer("greeting", 400)
    talk.wait(1_000)
    talk.created("bye")
    talk.feed(BEGINS, COUNTS, ENDS)
    assert talk.conversation.closing is False
    talk.done("bye", "cancelled")
    talk.answer("r", 400)
    talk.wait(3_000)
    talk.feed(BEGINS, COUNTS, ENDS)
    assert (talk.conversation.closing, talk.conversation.deaf) == (True, True)


def test_a_goodbye_that_fails_when_the_call_goes_on_already_is_not_asked_for_again(last_answer):
    last_answer.audio("r", 1_000)
    last_answer.call("r", "end_call")
    last_answer.feed(BEGINS, ENDS)
    last_answer.done("r", "failed", "server_error")
    last_answer.created("again")
    assert last_answer.notes[-1].line.reasons == "utterance"


def test_who_speaks_as_the_transfer_is_granted_is_told_so_and_put_through():
    talk = Talk(tools=[TRANSFER])
    talk.created("r1")
    talk.call("r1", "transfer")
    talk.done("r1")
    talk.feed(BEGINS)
    talk.asked()
    talk.tool_answers()
    assert talk.asked()[-1] == CreateResponse
