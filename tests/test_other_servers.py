"""Servers that speak the Realtime protocol in a way of their own: what does not matter costs no call."""

import json
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
import trio
from attrs import define, field, frozen

from engine.outcome import Outcome
from engine.peers.realtime_link import RealtimeLink
from engine.tools import Tool
from rehearsal.links import ModelAtHand
from rehearsal.rig import FakeOffice, place
from simulator import Call, ModelScript, Reply
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.tones import murmur

REPLIES = (
    Reply("Demo Dental, how can I help?", murmur(800, pitch=180)),
    Reply("One moment.", murmur(400, pitch=190), calls=(Call("look"),)),
    Reply("We are open.", murmur(700, pitch=210)),
    Reply("Goodbye!", murmur(600, pitch=200), calls=(Call("end_call"),)),
)
CALLER = (
    UntilBotQuiet(400),
    Say("Are you open?", murmur(700)),
    UntilBotSpeaks(100),
    UntilBotQuiet(900),
    Say("Bye.", murmur(600)),
    UntilClosed(),
)
SAID = ["Demo Dental, how can I help?", "One moment.", "We are open.", "Goodbye!"]


@frozen
class Nothing:
    """No arguments."""


@define
class Retold:
    """A link whose peer's messages are told in another way: each as some messages, or as none."""

    link: object
    retell: Callable[[dict], list[dict | str | bytes]]
    due: list[str | bytes] = field(factory=list)

    async def receive(self):
        while not self.due:
            retold = self.retell(json.loads(await self.link.receive()))
            self.due = [json.dumps(each) if isinstance(each, dict) else each for each in retold]
        await trio.lowlevel.checkpoint()
        return self.due.pop(0)

    async def send(self, message):
        await self.link.send(message)


async def called(retell, replies=REPLIES, steps=CALLER):
    """A whole call with a server that tells what it has to say as `retell` does, and that server."""
    server: list[ModelAtHand] = []

    @asynccontextmanager
    async def connect():
        async with trio.open_nursery() as nursery:
            server.append(ModelAtHand(nursery, ModelScript(replies=replies)))
            async with server[0].connect() as link:
                yield RealtimeLink(Retold(link._socket, retell))

    async def look(_nothing, _call):
        await trio.lowlevel.checkpoint()
        return {"status": "ok"}

    office = FakeOffice(tools=[Tool(name="look", description="", arguments=Nothing, run=look)])
    placed = await place(steps, connect=connect, office=office)
    return placed, server[0].model


def whole(placed):
    """Say whether the call went as it does with a server that does nothing of its own."""
    said = [words for who, words in placed.said() if who == "bot"]
    return said == SAID and placed.outcome is Outcome.COMPLETED and not placed.of("silence_warning")


async def test_function_calls_without_a_status_are_run(autojump_clock):
    def retell(event):
        if event["type"] == "response.output_item.done":
            del event["item"]["status"]
        return [event]

    placed, server = await called(retell)

    assert whole(placed)
    assert [each["name"] for each in placed.of("tool_answered")] == ["end_call", "look"][::-1]
    assert server.violations == []


@pytest.mark.parametrize("top_level", [{"voice": "ara", "turn_detection": None}, {}])
async def test_a_session_that_says_no_more_than_its_formats_carries_a_call(top_level, autojump_clock):
    def retell(event):
        if event["type"] == "session.updated":
            audio = event["session"]["audio"]
            formats = {side: {"format": audio[side]["format"]} for side in ("input", "output")}
            event["session"] = {"audio": formats, **top_level}
        return [event]

    placed, _ = await called(retell)

    assert whole(placed)
    assert placed.of("session_configured")[0]["voice"] == top_level.get("voice", "not said")


FOREIGN = {"type": "error", "error": {"type": "server_error", "code": "oops", "event_id": "of somebody else"}}
STRAY = {
    "an error about something else": FOREIGN,
    "an error about nothing": {"type": "error", "error": {"type": "server_error", "message": "Oops."}},
    "an error without words": {"type": "error"},
    "a binary frame": b"\x00\x01",
    "no JSON": "ping",
    "no type": {"ping": 1},
    "a broken delta": {"type": "response.output_audio.delta", "delta": "?"},
    "an unknown type": {"type": "ping", "timestamp": 1},
}


@pytest.mark.parametrize("kind", ["session.created", "session.updated", "response.created", "response.done"])
@pytest.mark.parametrize("stray", STRAY.values(), ids=STRAY)
async def test_what_is_not_about_us_ends_no_call_at_any_time(stray, kind, autojump_clock):
    placed, server = await called(lambda event: [stray, event] if event["type"] == kind else [event])

    assert whole(placed)
    assert server.violations == []


async def test_an_error_about_our_session_refuses_it_at_once(autojump_clock):
    def retell(event):
        error = {"type": "invalid_request_error", "code": "invalid_value", "event_id": "session"}
        return [{"type": "error", "error": error}] if event["type"] == "session.updated" else [event]

    placed, _ = await called(retell, steps=[UntilClosed()])

    assert (placed.outcome, placed.record.detail) == (
        Outcome.MODEL_FAILED,
        "session refused: invalid_value",
    )
    assert placed.ended_s < 1


async def test_an_answer_in_text_only_is_called_so_in_the_account(autojump_clock):
    def retell(event):
        match event["type"]:
            case "response.output_audio.delta":
                return []
            case "response.output_audio_transcript.delta":
                return [event | {"type": "response.output_text.delta"}]
        return [event]

    placed, _ = await called(retell, replies=[REPLIES[0]] * 2, steps=[UntilClosed()])

    assert [each["code"] for each in placed.of("response_failed")] == ["an answer in text only"] * 2
    assert placed.record.detail == "the model gives no answer: an answer in text only"


async def test_an_answer_that_nobody_asked_for_is_cancelled_and_no_other(autojump_clock):
    def retell(event):
        stranger = {"type": "response.created", "response": {"id": "resp_stranger"}}
        return [event, stranger] if event["type"] == "response.created" else [event]

    placed, server = await called(retell)

    assert whole(placed)
    assert set(server.violations) == {
        "response_cancel_not_active: Cancellation failed: no active response found"
    }
