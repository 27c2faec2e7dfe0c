"""A model that speaks no JSON at all, values in and values out, carries whole calls."""

from contextlib import asynccontextmanager
from math import inf

import pytest
import trio
from attrs import Factory, define, evolve, field, frozen

from engine.model import (
    AnswerTool,
    AudioDelta,
    CancelResponse,
    Capabilities,
    CommitAudio,
    CreateResponse,
    DeleteItem,
    FunctionCalled,
    InputCommitted,
    InputTranscribed,
    ItemStarted,
    ModelEvent,
    ResponseCreated,
    ResponseDone,
    Session,
    SessionInfo,
    Tell,
    TranscriptDelta,
    TruncateItem,
)
from engine.outcome import Outcome
from engine.tools import Tool
from rehearsal.rig import FakeOffice, place
from simulator.caller import HangUp, Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.tones import murmur

TOLD_IN_WORDS = "The caller interrupted you, and has heard only"
LONG = ("We are open from nine to five, on every day but Sunday.", murmur(6_000, pitch=190))
SHORT = ("Yes, of course.", murmur(700, pitch=210))
GREETING = ("Demo Dental, how can I help?", murmur(800, pitch=180))
BYE = ("Goodbye!", murmur(600, pitch=200), "end_call")


@frozen
class Nothing:
    """No arguments."""


@define
class InProcess:
    """A model in this process. Each `CreateResponse` takes the next answer: words, sound, tools to call."""

    answers: list[tuple]
    hears: list[str]
    capabilities: Capabilities = Factory(Capabilities)
    told: list[object] = field(factory=list)  # every command but the caller's sound
    session: Session | None = None
    _count: int = 0
    _events: tuple = field(factory=lambda: trio.open_memory_channel[ModelEvent](inf))

    @asynccontextmanager
    async def connect(self):
        yield self

    async def configure(self, session):
        await trio.lowlevel.checkpoint()
        self.session = session
        return SessionInfo(
            voice="own", input_format="audio/pcmu", output_format="audio/pcmu", capabilities=self.capabilities
        )

    async def receive(self):
        return await self._events[1].receive()

    async def send(self, command):
        await trio.lowlevel.checkpoint()
        if isinstance(
            command, CommitAudio | CreateResponse | CancelResponse | TruncateItem | Tell | AnswerTool
        ):
            self.told.append(command)
        match command:
            case CommitAudio():
                item = f"user_{len(self.told)}"
                self._say(InputCommitted(item_id=item))
                if self.capabilities.transcribes:
                    self._say(InputTranscribed(item_id=item, text=self.hears.pop(0)))
            case CreateResponse():
                self._answer(*self.answers.pop(0))
            case DeleteItem():
                assert self.capabilities.deletes, "it can't"

    def _answer(self, text, audio, *calls):
        self._count += 1
        response, item = f"answer {self._count}", f"words {self._count}"
        self._say(ResponseCreated(response_id=response))
        self._say(ItemStarted(response_id=response, item_id=item, kind="message"))
        self._say(TranscriptDelta(response_id=response, item_id=item, text=text))
        self._say(AudioDelta(response_id=response, item_id=item, audio=audio))
        for name in calls:
            called = FunctionCalled(
                response_id=response, item_id=f"call of {name}", call_id=name, name=name, arguments="{}"
            )
            self._say(called)
        self._say(ResponseDone(response_id=response, status="completed"))

    def _say(self, event):
        self._events[0].send_nowait(event)


async def test_a_call_is_greeted_answered_and_hung_up_and_a_tool_is_run(autojump_clock):
    async def run(_arguments, _call):
        await trio.sleep(0.2)
        return {"status": "ok"}

    model = InProcess([GREETING, ("One moment.", murmur(400), "look"), SHORT, BYE], ["Are you open?", "Bye."])
    placed = await place(
        [
            UntilBotQuiet(400),
            Say("Are you open?", murmur(700)),
            UntilBotSpeaks(100),
            UntilBotQuiet(900),
            Say("Bye.", murmur(600)),
            UntilClosed(),
        ],
        connect=model.connect,
        office=FakeOffice(tools=[Tool(name="look", description="", arguments=Nothing, run=run)]),
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.COMPLETED
    assert placed.said() == [
        ("bot", "Demo Dental, how can I help?"),
        ("caller", "Are you open?"),
        ("bot", "One moment."),
        ("bot", "Yes, of course."),
        ("caller", "Bye."),
        ("bot", "Goodbye!"),
    ]
    assert AnswerTool("look", {"status": "ok"}) in model.told
    assert [tool["name"] for tool in model.session.tools] == ["look", "end_call"]


@pytest.mark.parametrize("truncates", [True, False])
async def test_who_interrupts_is_answered_and_the_model_learns_what_was_heard(truncates, autojump_clock):
    able = evolve(Capabilities(), truncates=truncates, deletes=truncates)
    model = InProcess([GREETING, LONG, SHORT], ["Are you open?", "On Sunday?"], able)
    placed = await place(
        [
            UntilBotQuiet(400),
            Say("Are you open?", murmur(700)),
            UntilBotSpeaks(2_000),
            Say("On Sunday?", murmur(900)),
            UntilBotSpeaks(300),
            UntilBotQuiet(400),
            HangUp(),
        ],
        connect=model.connect,
    )
    placed.assert_clean()
    (cut,) = placed.of("barge_in")
    truncated = [command for command in model.told if isinstance(command, TruncateItem)]
    in_words = [
        command.text
        for command in model.told
        if isinstance(command, Tell) and command.text.startswith(TOLD_IN_WORDS)
    ]
    if truncates:
        assert [(each.item_id, each.heard_ms) for each in truncated] == [("words 2", cut["heard_ms"])]
        assert in_words == []
    else:
        (said,) = in_words
        assert truncated == []
        assert "We are open from" in said
        assert "Sunday" not in said
    assert placed.said()[-1] == ("bot", "Yes, of course.")


async def test_without_transcripts_a_call_goes_on_and_its_account_has_the_bots_words_only(autojump_clock):
    model = InProcess([GREETING, SHORT], [], evolve(Capabilities(), transcribes=False))
    placed = await place(
        [
            UntilBotQuiet(400),
            Say("Are you open?", murmur(700)),
            UntilBotSpeaks(100),
            UntilBotQuiet(400),
            HangUp(),
        ],
        connect=model.connect,
    )
    placed.assert_clean()
    assert placed.said() == [("bot", "Demo Dental, how can I help?"), ("bot", "Yes, of course.")]


async def test_a_model_that_would_decide_about_the_turns_is_not_taken(autojump_clock):
    model = InProcess([GREETING], [], evolve(Capabilities(), client_turns=False))
    placed = await place([UntilClosed()], connect=model.connect)
    assert (placed.outcome, placed.record.detail) == (
        Outcome.MODEL_FAILED,
        "session refused: the model would decide about the turns, and the engine does",
    )
