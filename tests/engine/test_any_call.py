"""The conversation under arbitrary callers, models and carriers: what must hold in every order of events."""

import trio
from attrs import evolve, frozen
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.account import Resumed
from engine.actions import (
    AudioSent,
    CancelTool,
    Clear,
    End,
    ModelReady,
    Note,
    Play,
    Release,
    RunTool,
    Say,
    ToModel,
    ToolFinished,
)
from engine.caller.turns import Turns, UtteranceEnded, UtteranceSkipped, UtteranceStarted
from engine.carrier import Dtmf, MarkReached
from engine.conversation.conversation import Conversation
from engine.model import (
    AnswerTool,
    AudioDelta,
    CancelResponse,
    CreateResponse,
    DeleteItem,
    FunctionCalled,
    InputCommitted,
    InputTranscribed,
    InputWords,
    ItemStarted,
    ModelCommand,
    ResponseCreated,
    ResponseDone,
    Tell,
    TruncateItem,
)
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import DEFAULTS, FRAME_MS
from engine.tools import Tool, ToolCall, ToolOutput
from rehearsal.rig import FakeOffice
from tests.engine.test_turns import LOUD, QUIET, SOFT

# No guard, a long pause before a barge-in is real, tools that are slow at once and soon too many: so that
# more of the interesting orders come up.
EAGER = evolve(
    DEFAULTS,
    longest_call_ms=20_000,
    longest_call_grace_ms=5_000,
    guard_ms=0,
    barge_in_real_ms=1_200,
    slow_tool_ms=200,
    tool_calls_max=3,
)


@frozen
class Nothing:
    pass


async def unused(_arguments, _call):
    await trio.sleep_forever()


def tool(name, **traits):
    return Tool(name=name, description="", arguments=Nothing, run=unused, **traits)


POLITE = (Outcome.COMPLETED, Outcome.SILENCE_TIMEOUT, Outcome.LONGEST_CALL)
TOOLS = (tool("find"), tool("look", interruptible=True), tool("transfer", ends_call=Outcome.TRANSFERRED))


class AnyCall(RuleBasedStateMachine):
    """A server that keeps the rules, a carrier that plays what it gets, a caller who does anything."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0.0
        self.conversation = Conversation(FakeOffice().profile, EAGER, tools=TOOLS, now_ms=0.0)
        self.turns = Turns(EAGER)
        self.ended: list[Outcome] = []
        self.responses = 0
        self.requested = False  # a create is on its way to the server
        self.active: str | None = None
        self.told: dict[str, str] = {}  # the named instructions that the server still has
        self.items: dict[str, int] = {}  # audio bytes of each assistant item, as the server has it
        self.only_words = False  # whether that create was for a filler
        self.fillers = 0
        self.tools: dict[str, ToolCall] = {}  # that were run, by call_id
        self.stopping: set[str] = set()
        self.transferred = False
        self.outputs: list[str] = []
        self.open_turn: int | None = None
        self.resumed: int | None = None
        self.said: dict[int, int] = {}
        self.unsent: list[Say] = []
        self.marks: list[str] = []
        self.pending: list[tuple] = []
        self.commits = 0  # utterances that were committed, and how many of them the server has named
        self.named = 0
        self.heard: list[str] = []  # named items whose transcript is still to come
        self.caller_speaks = False
        self.feed(ModelReady())

    def feed(self, event: object) -> None:
        if not self.ended:
            self.perform(self.conversation.handle(event, self.now_ms))

    def perform(self, actions: list[object]) -> None:
        for action in actions:
            assert not self.ended, "an action after the end"
            match action:
                case ToModel(command):
                    self.to_server(command)
                case Play(turn):
                    assert self.open_turn is None, "two answers at once"
                    self.open_turn = turn
                    self.resumed = turn if _resumes(actions, turn) else None
                case Say(turn, audio, offset):
                    assert turn == self.open_turn
                    known = self.said.get(turn, 0 if turn != self.resumed else offset - len(audio))
                    assert offset == known + len(audio), "a gap, a duplicate or a reorder"
                    self.said[turn] = offset
                    self.unsent.append(action)
                case Release(turn):
                    assert turn == self.open_turn
                    self.open_turn = None
                case Clear(turn):
                    assert turn == self.open_turn
                    self.open_turn, self.unsent, self.marks = None, [], []
                case RunTool(call):
                    assert call.call_id not in self.tools, "run twice"
                    assert not self.only_words, "a filler runs a tool"
                    self.tools[call.call_id] = call
                    assert len(self.tools) <= EAGER.tool_calls_max
                case CancelTool(call_id):
                    assert self.tools[call_id].name == "look"
                    assert call_id not in self.outputs, "a finished tool is stopped"
                    self.stopping.add(call_id)
                case End(outcome):
                    self.on_end(outcome)

    def on_end(self, outcome: Outcome) -> None:
        assert outcome is not Outcome.TRANSFERRED or self.transferred
        if outcome in POLITE:
            assert self.conversation.deaf or not self.caller_speaks, "hung up on who speaks"
            assert not self.running(), "hung up in the middle of something"
        self.ended.append(outcome)

    def to_server(self, command: ModelCommand) -> None:
        match command:
            case CreateResponse():
                assert not self.requested, "a create while one is requested"
                assert self.active is None, "a create while a response is active"
                self.requested = True
                self.only_words = not command.with_tools
                if self.only_words:
                    self.on_filler()
                else:
                    assert prompt.filler() not in self.told.values(), "a filler's instruction outlives it"
            case CancelResponse():
                assert self.requested or self.active, "a cancel of nothing"
                self.server_done("cancelled", "client_cancelled", created=self.requested)
            case TruncateItem(item_id, heard_ms):
                assert 0 < heard_ms * 8 <= self.items[item_id]
            case DeleteItem(item_id, command_id) if item_id.startswith("user_"):
                assert command_id.startswith("noise_")
            case DeleteItem(item_id) if item_id in self.told:
                del self.told[item_id]
            case DeleteItem(item_id):
                del self.items[item_id]
            case Tell(item_id=str(item_id)):
                assert item_id not in self.told, "an id that is taken"
                self.told[item_id] = command.text
            case AnswerTool(call_id):
                assert call_id not in self.outputs, "two outputs of one call"
                self.outputs.append(call_id)

    def on_filler(self) -> None:
        self.fillers += 1
        assert self.fillers <= len(self.tools), "more fillers than tools"
        assert self.running(), "a filler for nothing"
        assert not self.caller_speaks, "a filler over the caller"
        assert self.open_turn is None, "a filler over the bot"

    def running(self) -> list[str]:
        return [call_id for call_id in self.tools if call_id not in self.outputs]

    def server_done(self, status: str, reason: str | None, *, created: bool = False) -> None:
        # The cancel is answered later, like everything that crosses a network.
        self.pending = [("created",)] if created else []
        self.pending.append(("done", status, reason))

    def server_says(self) -> None:
        while self.pending and not self.ended:
            what, *rest = self.pending.pop(0)
            if what == "created":
                self.create()
            else:
                response_id, self.active = self.active, None
                self.feed(
                    ResponseDone(response_id=response_id, status=rest[0], reason=rest[1], error_code=None)
                )

    def create(self) -> None:
        self.responses += 1
        self.requested, self.active = False, f"resp_{self.responses}"
        self.feed(ResponseCreated(response_id=self.active))

    @rule(kind=st.sampled_from([LOUD, LOUD, SOFT, QUIET]), frames=st.sampled_from([1, 5, 16, 30]))
    def caller(self, kind, frames):
        for _ in range(frames):
            self.pass_time(FRAME_MS)
            if self.conversation.deaf:
                continue
            for event in self.turns.step(kind, self.conversation.turn_context(self.now_ms), echo=False):
                if isinstance(event, UtteranceStarted | UtteranceEnded | UtteranceSkipped):
                    self.caller_speaks = isinstance(event, UtteranceStarted)
                    self.commits += isinstance(event, UtteranceEnded)
                self.feed(event)
        self.server_says()

    @rule()
    def key(self):
        self.feed(Dtmf(digit="1"))
        self.server_says()

    @precondition(lambda self: self.named < self.commits)
    @rule()
    def server_commits(self):
        self.named += 1
        self.heard.append(f"user_{self.named}")
        self.feed(InputCommitted(item_id=self.heard[-1]))

    @precondition(lambda self: self.heard)
    @rule(text=st.sampled_from(["Yes", " but", "m"]))
    def server_writes_down(self, text):
        self.feed(InputWords(item_id=self.heard[0], text=text))

    @rule(text=st.sampled_from(["Yes", "Tell me"]))
    def server_writes_down_what_is_not_committed(self, text):
        self.feed(InputWords(item_id=f"user_{self.commits + 1}", text=text))

    @precondition(lambda self: self.heard)
    @rule(text=st.sampled_from(["", "", "Yes.", "Uh-huh. Tell me more."]))
    def server_transcribes(self, text):
        self.feed(InputTranscribed(item_id=self.heard.pop(0), text=text))

    def pass_time(self, ms: float) -> None:
        until_ms = self.now_ms + ms
        while not self.ended and self.conversation.deadline_ms() <= until_ms:
            self.now_ms = max(self.now_ms, self.conversation.deadline_ms())
            self.perform(self.conversation.tick(self.now_ms))
        self.now_ms = until_ms

    @precondition(lambda self: self.requested and not self.pending)
    @rule()
    def server_creates(self):
        self.create()

    @precondition(lambda self: self.active and not self.pending)
    @rule(ms=st.integers(1, 100).map(lambda n: n * 20), item=st.integers(1, 2))
    def server_speaks(self, ms, item):
        item_id = f"{self.active}_{item}"
        if item_id not in self.items:
            self.items[item_id] = 0
            self.feed(ItemStarted(response_id=self.active, item_id=item_id, kind="message"))
        if self.active and not self.pending and item_id in self.items:
            self.items[item_id] += ms * 8
            self.feed(AudioDelta(response_id=self.active, item_id=item_id, audio=bytes(ms * 8)))

    @precondition(lambda self: self.active and not self.pending)
    @rule(
        name=st.sampled_from(["find", "find", "look", "look", "transfer", "end_call"]),
        arguments=st.sampled_from(["{}", '{"n": 1}', '{"n": 2}', "{"]),
    )
    def server_calls(self, name, arguments):
        call_id = f"call_{len(self.tools) + len(self.outputs)}_{self.responses}"
        self.feed(
            FunctionCalled(
                response_id=self.active,
                item_id=f"f_{call_id}",
                call_id=call_id,
                name=name,
                arguments=arguments,
            )
        )
        assert self.ended or (call_id in self.tools) is not (call_id in self.outputs), (
            "neither run nor answered"
        )

    @precondition(lambda self: (self.requested or self.active) and not self.pending)
    @rule(
        ms=st.sampled_from([0, 400, 2_000]),
        name=st.sampled_from(["", "find", "look", "look", "transfer"]),
        arguments=st.sampled_from(["{}", '{"n": 1}', '{"n": 2}', "{"]),
    )
    def server_answers(self, ms, name, arguments):
        """A whole answer, as most are."""
        if self.requested:
            self.create()
        if ms and self.goes_on():
            self.server_speaks(ms, 1)
        if name and self.goes_on():
            self.server_calls(name, arguments)
        if self.goes_on():
            self.server_finishes("completed")

    def goes_on(self):
        return self.active and not self.pending and not self.ended

    @precondition(lambda self: self.active and not self.pending)
    @rule(status=st.sampled_from(["completed", "completed", "incomplete", "failed"]))
    def server_finishes(self, status):
        self.server_done(status, None)
        self.server_says()

    @precondition(lambda self: self.running())
    @rule(which=st.integers(0, 5), status=st.sampled_from(["ok", "ok", "refused", "timeout"]))
    def tool_finishes(self, which, status):
        """Stopped or not, what it has done by then is what it answers."""
        self.tool_answers(self.running()[which % len(self.running())], status)

    @precondition(lambda self: self.running() and not self.unsent)
    @rule(frames=st.sampled_from([15, 60]))
    def tool_is_slow(self, frames):
        self.caller(QUIET, frames)

    @precondition(lambda self: self.stopping - set(self.outputs))
    @rule()
    def tool_stops(self):
        self.tool_answers(min(self.stopping - set(self.outputs)), "cancelled")

    def tool_answers(self, call_id, status):
        name = self.tools[call_id].name
        self.transferred |= (name, status) == ("transfer", "ok")
        self.feed(ToolFinished(ToolOutput(call_id=call_id, name=name, status=status, result={})))
        assert self.ended or call_id in self.outputs, "an output is lost"
        assert self.conversation.deaf or (name, status) != ("transfer", "ok")

    @precondition(lambda self: self.unsent)
    @rule()
    def carrier_takes_one(self):
        say = self.unsent.pop(0)
        self.marks.append(f"{say.turn}.{say.offset}")
        self.feed(AudioSent(say.turn, len(say.audio)))

    @precondition(lambda self: self.marks)
    @rule()
    def carrier_echoes(self):
        self.feed(MarkReached(name=self.marks.pop(0)))

    @invariant()
    def there_is_never_dead_air_without_a_timer(self):
        others_turn = self.caller_speaks or self.unsent or self.running()
        if not self.ended and not others_turn:
            audio_ms = sum(self.items.values()) / 8
            assert self.conversation.deadline_ms() <= self.now_ms + audio_ms + DEFAULTS.silence_ms

    @invariant()
    def it_ends_once(self):
        assert len(self.ended) <= 1


def _resumes(actions: list[object], turn: int) -> bool:
    return any(isinstance(a, Note) and isinstance(a.line, Resumed) and a.line.turn == turn for a in actions)


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = profile(max_examples=150, stateful_step_count=60, deadline=None, derandomize=True)
