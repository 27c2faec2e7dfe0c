"""Every joint state of a call: floor, doubt, answers, gate and ending together, searched from the start.

A breadth-first search over the real conversation. Its peers keep the rules and do anything else: whatever may
happen in a state is tried in it once. Two calls that stand alike count as the same state, so the search ends.
"""

import pickle
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from math import inf

import trio
from attrs import Factory, define, evolve, frozen

from engine.actions import (
    Action,
    AudioSent,
    Clear,
    End,
    Event,
    ModelGone,
    ModelReady,
    Play,
    RunTool,
    Say,
    ToModel,
    ToolFinished,
)
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceGoesOn,
    UtterancePart,
    UtteranceRests,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.carrier import Dtmf
from engine.conversation.conversation import Conversation
from engine.conversation.recordings import Recordings
from engine.conversation.standing import STANDINGS, Standing
from engine.model import (
    AudioDelta,
    CancelResponse,
    CreateResponse,
    FunctionCalled,
    InputCommitted,
    InputTranscribed,
    InputWords,
    ItemStarted,
    ResponseCreated,
    ResponseDone,
)
from engine.outcome import Outcome
from engine.settings import DEFAULTS
from engine.states import Answer, Doubt, Ending, Floor, Gate, Making
from engine.tools import Tool, ToolOutput
from rehearsal.rig import FakeOffice

SETTINGS = evolve(DEFAULTS, silence_prompts=1, longest_turn_ms=1_000)  # the first part is cut in on
PROFILE = FakeOffice().profile


@frozen
class Nothing:
    pass


async def unused(_arguments, _call):
    await trio.sleep_forever()


# Until the model is overdue, which is longer than any silence, behind all that the caller is still to hear.
LONGEST_WAIT_MS = SETTINGS.answer_due_ms + 2_000
BY_ITSELF = ("carrier takes all", "tool ok", "caller ends", "time passes")
TOOLS = (
    Tool(name="find", description="", arguments=Nothing, run=unused),
    Tool(name="transfer", description="", arguments=Nothing, run=unused, ends_call=Outcome.TRANSFERRED),
)


@frozen
class JointState:
    """The state machines of a call side by side."""

    standing: Standing
    gate: Gate
    ending: Ending
    answer: Answer | None  # of the one that has its turn
    coming: tuple[Answer, Making] | None  # of the response on its way
    waits: bool  # some answer, for its turn
    wanted: bool  # another one, that was not asked for yet


def joint(conversation: Conversation) -> JointState:
    """Look inside: nobody else has to know where all the machines stand."""
    answers, gate = conversation._answers, conversation._asking.gate
    coming = answers.get(gate.response_id) if gate.busy else None
    return JointState(
        conversation._floor.standing,
        gate.state,
        conversation._parting.ending.state,
        answers.playing and answers.playing.speech.life,
        coming and (coming.speech.life, coming.speech.made),
        waits=bool(answers.waiting),
        wanted=bool(gate.reasons),
    )


@define
class Call:
    """A conversation, and what its peers know of it."""

    conversation: Conversation
    now_ms: float = 0.0
    ended: bool = False
    murmured: bool = False
    speaks: bool = False  # the caller; and whether enough to be answered
    counted: bool = False
    rests: bool = False  # the ear has said so
    committed: int = 0  # utterances
    requested: bool = False
    active: str | None = None
    cancelled: bool = False
    responses: int = 0
    calls: int = 0
    running: tuple[tuple[str, str], ...] = ()
    unsent: tuple[Say, ...] = ()

    def feed(self, *events: Event) -> None:
        for event in events:
            rested = self.floor is Floor.RESTS
            actions = self.conversation.handle(event, self.now_ms)
            if rested and self.floor is Floor.RESTS:
                self.assert_held(actions)
            self.perform(actions)

    def tick(self) -> None:
        rested = self.floor is Floor.RESTS
        self.now_ms = max(self.now_ms, self.conversation.deadline_ms())
        actions = self.conversation.tick(self.now_ms)
        if rested:
            self.assert_held(actions)
        self.perform(actions)

    @property
    def floor(self) -> Floor:
        return self.conversation._floor.standing.floor

    def assert_held(self, actions: list[Action]) -> None:
        for action in actions:
            assert not isinstance(action, Play | Say | RunTool), "heard or done while the caller may go on"

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            assert not self.ended, "an action after the end"
            match action:
                case ToModel(CreateResponse()):
                    assert not self.requested, "a create while one is requested"
                    assert self.active is None, "a create while a response is active"
                    self.requested = True
                case ToModel(CancelResponse()):
                    assert self.requested or self.active, "a cancel of nothing"
                    self.cancelled = True
                case Say():
                    self.unsent = (*self.unsent, action)
                case Clear():
                    self.unsent = ()
                case RunTool(call):
                    self.running = (*self.running, (call.call_id, call.name))
                case End():
                    self.ended = True

    def key(self) -> tuple[object, ...]:
        """What tells it from other calls."""
        return (
            joint(self.conversation),
            self.speaks and self.counted,
            self.murmured,
            self.running[:1] and self.running[0][1],
            bool(self.unsent),
            self.active is not None,
            self.speaks,
            self.rests,
        )

    @property
    def somebody_is_at_it(self) -> bool:
        """The caller speaks, a tool runs, or the carrier's socket is still to take what the bot says."""
        return self.speaks or bool(self.running) or bool(self.unsent)


def start() -> Call:
    call = Call(Conversation(PROFILE, SETTINGS, tools=TOOLS, now_ms=0.0))
    # Nobody talks from pick-up: a recording may, and is answered by rules of its own (test_recordings.py).
    call.conversation._recordings = Recordings(SETTINGS, since_ms=-inf, opening=False)
    call.feed(ModelReady())
    return call


def may_happen(call: Call) -> Iterator[str]:  # noqa: C901 (one arm a happening)
    """The names of what may happen in a call: see `happen`."""
    standing = joint(call.conversation).standing
    if call.conversation.deadline_ms() < inf:
        yield "time passes"
    yield "key"
    if not call.speaks:
        yield "caller begins"
    elif call.rests:
        yield "caller ends"
        yield "caller goes on"
    else:
        yield "caller ends"
        yield "caller was nothing"
        if not call.counted:
            yield "caller counts"
        else:
            yield "caller goes on and on"
            if call.conversation.turn_context(call.now_ms).alone:
                yield "caller rests"
        yield "caller means it" if standing.paused else "caller speaks over"
    if standing.doubt is Doubt.AWAITED:  # elsewhere nothing depends on it
        yield "transcript"
        yield "empty transcript"
        yield "agreement"
        yield "first words"
    elif call.murmured:  # the bot has played on over what was written down so far
        yield "more words"
    if call.speaks and not call.rests and standing.paused:
        yield "words over the bot"
    if call.unsent:
        yield "carrier takes all"
    if call.running:
        yield "tool ok"
        yield "tool refused"
    if call.requested:
        yield "response begins"
    if call.active:
        yield "response ends"
        if not call.cancelled:
            yield "response fails"
            yield "audio"
            if not call.running:
                yield from ("calls find", "calls transfer", "calls end_call")


def happen(call: Call, name: str) -> None:  # noqa: C901 (one arm a happening)
    match name:
        case "time passes":
            call.tick()
        case "key":
            call.feed(Dtmf(digit="1"))
        case "caller begins":
            call.speaks, call.counted = True, False
            call.feed(UtteranceStarted(0))
        case "caller counts":
            call.counted = True
            call.feed(UtteranceCounts(0))
        case "caller speaks over":
            call.feed(BargeInPaused(300))
        case "caller means it":
            call.counted = True
            call.feed(UtteranceCounts(0), BargeInReal(600))
        case "caller rests":
            call.rests = True
            call.committed += 1
            call.feed(UtteranceRests(0, 400, 200), InputCommitted(item_id=f"user_{call.committed}"))
        case "caller goes on":
            call.rests = False
            call.feed(UtteranceGoesOn(0))
        case "caller ends":
            rested, call.speaks, call.rests = call.rests, False, False
            call.murmured = False
            doubtful = joint(call.conversation).standing.paused
            call.feed(UtteranceEnded(0, 400, silence_ms=500, doubtful=doubtful))
            if not rested:
                call.committed += 1
                call.feed(InputCommitted(item_id=f"user_{call.committed}"))
        case "caller goes on and on":
            call.committed += 1
            call.feed(UtterancePart(0, 30_000, 0), InputCommitted(item_id=f"user_{call.committed}"))
        case "caller was nothing":
            call.speaks = False
            call.feed(UtteranceSkipped(0, 100, "too short", 100, 300))
        case "transcript" | "empty transcript" | "agreement" | "more words":
            text = {"empty transcript": "", "agreement": "Uh-huh."}.get(name, "Yes, but tell me.")
            call.murmured = False
            call.feed(InputTranscribed(item_id=f"user_{call.committed}", text=text))
        case "first words":
            call.murmured = True
            call.feed(InputWords(item_id=f"user_{call.committed}", text=" Yes"))
        case "words over the bot":
            call.feed(InputWords(item_id=f"user_{call.committed + 1}", text="Tell me"))
        case "response begins":
            call.responses += 1
            call.requested, call.active = False, f"r{call.responses}"
            call.feed(ResponseCreated(response_id=call.active))
        case "audio":
            item_id = f"{call.active}_item"
            call.feed(ItemStarted(response_id=call.active, item_id=item_id, kind="message"))
            call.feed(AudioDelta(response_id=call.active, item_id=item_id, audio=bytes(3_200)))
        case "response ends" | "response fails":
            response_id, call.active = call.active, None
            status = "failed" if name == "response fails" else "cancelled" if call.cancelled else "completed"
            call.cancelled = False
            call.feed(ResponseDone(response_id=response_id, status=status))
        case "calls find" | "calls transfer" | "calls end_call":
            call.calls += 1
            call.feed(
                FunctionCalled(
                    response_id=call.active,
                    item_id="f",
                    call_id=f"c{call.calls}",
                    name=name.removeprefix("calls "),
                    arguments=f"[{call.calls}]",
                )
            )
        case "tool ok" | "tool refused":
            (call_id, tool), *rest = call.running
            call.running = tuple(rest)
            output = ToolOutput(call_id=call_id, name=tool, status=name.removeprefix("tool "), result={})
            call.feed(ToolFinished(output))
        case "carrier takes all":
            taken, call.unsent = call.unsent, ()
            call.feed(*(AudioSent(say.turn, len(say.audio)) for say in taken))


@define
class Search:
    calls: dict[tuple[object, ...], Call] = Factory(dict)
    ways: dict[tuple[object, ...], dict[str, tuple[object, ...]]] = Factory(lambda: defaultdict(dict))


@cache
def searched() -> Search:
    search, first = Search(), start()
    search.calls[first.key()] = first
    queue = deque([first])
    while queue:
        call = queue.popleft()
        kept = pickle.dumps(call)  # a copy is made of it much faster than of the call
        for name in may_happen(call) if not call.ended else ():
            other = pickle.loads(kept)
            happen(other, name)
            search.ways[call.key()][name] = other.key()
            if other.key() not in search.calls:
                search.calls[other.key()] = other
                queue.append(other)
    return search


def label(standing: Standing) -> str:
    return standing.floor.name + (f"/{standing.doubt.name}" if standing.paused else "")


# The model has failed, and what it said of the goodbye will do: the caller is not heard any more.
WITHOUT_MODEL = {"BOTH > BOT", "BOTH/NONE > FREE", "BOTH/AWAITED > FREE", "BOTH/NOTHING > FREE"}
# Every way from one standing to another, by what happens. After the slash: the bot is stopped, and what is in
# doubt. "Time passes" is the next deadline: an answer was heard, or is overdue, or a transcript is.
NAMED = {
    "agreement": {"BOT/AWAITED > BOT", "BOTH/AWAITED > BOTH/NOTHING"},
    "audio": {"FREE > BOT"},
    "caller begins": {"FREE > CALLER", "BOT > BOTH", "BOT/AWAITED > BOTH/AWAITED"},
    "caller counts": {"BOTH > CALLER", "BOTH/AWAITED > CALLER", "BOTH/NOTHING > CALLER"},
    "caller ends": {
        "RESTS > FREE",
        "RESTS > BOT",
        "CALLER > FREE",
        "CALLER > BOT",
        "BOTH > BOT",
        "BOTH/NONE > BOT/AWAITED",
        "BOTH/AWAITED > BOT/AWAITED",
        "BOTH/NOTHING > BOT/AWAITED",
    },
    "caller means it": {"BOTH/NONE > CALLER", "BOTH/AWAITED > CALLER", "BOTH/NOTHING > CALLER"},
    "caller goes on": {"RESTS > CALLER"},
    # From a floor that the bot had taken: they are still at it.
    "caller goes on and on": {"CALLER > FREE", "CALLER > BOT", "BOT > BOTH"},
    "caller rests": {"CALLER > RESTS"},
    "caller speaks over": {"BOTH > BOTH/NONE", "BOT > BOTH/NONE", "FREE > CALLER", "BOT > BOTH"},
    "caller was nothing": {
        "CALLER > FREE",
        "CALLER > BOT",
        "BOTH > BOT",
        "BOTH/NONE > BOT",
        "BOTH/AWAITED > BOT/AWAITED",
        "BOTH/NOTHING > BOT",
    },
    "calls end_call": {
        "BOT/AWAITED > FREE",
        "BOTH/NONE > CALLER",
        "BOTH/AWAITED > CALLER",
        "BOTH/NOTHING > CALLER",
    },
    "empty transcript": {"BOT/AWAITED > BOT", "BOTH/AWAITED > BOTH/NOTHING"},
    "key": {
        "RESTS > CALLER",
        "BOT > FREE",
        "BOT/AWAITED > FREE",
        "BOTH > CALLER",
        "BOTH/NONE > CALLER",
        "BOTH/AWAITED > CALLER",
        "BOTH/NOTHING > CALLER",
    },
    "more words": {"BOT > FREE", "BOTH > CALLER", "BOTH/NONE > CALLER"},
    "response ends": WITHOUT_MODEL | {"CALLER > FREE"},
    "response fails": WITHOUT_MODEL | {"CALLER > FREE", "CALLER > BOT"},
    "time passes": {
        "CALLER > BOTH",  # with the greeting
        "CALLER > FREE",
        "CALLER > BOT",
        "BOT/AWAITED > BOT",  # the words that came only agree
        "BOTH/AWAITED > BOTH/NOTHING",
        "BOTH > BOT",
        "BOT > FREE",
        "BOT/AWAITED > FREE",
        "BOTH > CALLER",
        "BOTH/NONE > CALLER",
        "BOTH/AWAITED > CALLER",
        "BOTH/NOTHING > CALLER",
    },
    "tool ok": {  # a transfer: what the caller says no longer counts
        "CALLER > FREE",
        "CALLER > BOT",
        "BOTH > BOT",
        "BOT/AWAITED > FREE",
        "BOTH/NONE > FREE",
        "BOTH/AWAITED > FREE",
        "BOTH/NOTHING > FREE",
    },
    "transcript": {"BOT/AWAITED > FREE", "BOTH/AWAITED > CALLER"},
    "words over the bot": {"BOTH/NONE > CALLER"},
}


def test_each_way_from_one_standing_to_another_is_named():
    search = searched()
    found = defaultdict(set)
    for key, ways in search.ways.items():
        for name, other in ways.items():
            before, after = (label(joint(search.calls[each].conversation).standing) for each in (key, other))
            if before != after:
                found[name].add(f"{before} > {after}")
    assert found == NAMED


def test_the_machines_never_contradict_each_other():
    for call in searched().calls.values():
        at = joint(call.conversation)
        assert at.standing in STANDINGS
        assert (at.standing.floor in (Floor.BOT, Floor.BOTH)) is (at.answer is not None)
        assert at.answer in ((Answer.PAUSED,) if at.standing.paused else (Answer.PLAYING, None))
        assert (at.coming is not None) <= (at.gate in (Gate.ACTIVE, Gate.CANCELLING))


def test_every_state_of_every_machine_is_reached_but_those_that_are_decided_at_once():
    joints = {joint(call.conversation) for call in searched().calls.values()}
    at_once = {Standing(Floor.BOT, paused=True, doubt=doubt) for doubt in (Doubt.NONE, Doubt.NOTHING)}
    assert {joint.standing for joint in joints} == STANDINGS - at_once
    assert {joint.gate for joint in joints} == set(Gate)
    assert {joint.ending for joint in joints} == set(Ending)
    assert len(joints) > 300


def test_from_every_state_the_call_can_go_on_and_come_to_its_end():
    search = searched()
    assert [key for key, ways in search.ways.items() if set(ways.values()) <= {key}] == []
    befores = defaultdict(set)
    for key, ways in search.ways.items():
        for other in ways.values():
            befores[other].add(key)
    ends = {key for key, call in search.calls.items() if call.ended}
    reached, queue = set(ends), deque(ends)
    while queue:
        new = befores[queue.popleft()] - reached
        reached |= new
        queue.extend(new)
    assert search.calls.keys() - reached == set()


def test_where_nobody_speaks_a_deadline_is_near():
    for call in searched().calls.values():
        if not call.ended and not call.somebody_is_at_it:
            assert call.conversation.deadline_ms() - call.now_ms <= LONGEST_WAIT_MS


def test_without_the_model_every_call_comes_to_its_end_by_itself():
    for call in searched().calls.values():
        if not call.ended:
            lost = pickle.loads(pickle.dumps(call))
            lost.feed(ModelGone("gone"))
            for _ in range(9):
                if not lost.ended:
                    happen(lost, next(name for name in BY_ITSELF if name in may_happen(lost)))
            assert lost.ended
