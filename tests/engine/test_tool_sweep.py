"""A call full of tools, ended at its every few steps: each tool call still has exactly one output."""

import pytest
import trio
from attrs import field, frozen

from engine.outcome import Outcome
from engine.tools import Tool, describe
from rehearsal.rig import FakeOffice, place
from rehearsal.sweep import STRIKES, sweep
from simulator.caller import Say, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur

SCRIPT = [
    UntilBotQuiet(400),
    Say("When are you open?", murmur(600)),
    UntilBotSpeaks(800),
    Say("No, put me through.", murmur(1_000, pitch=120)),
    UntilClosed(),
]
REPLIES = [
    Reply("Hello?", murmur(400, pitch=180)),
    Reply("Let me look.", murmur(2_000), calls=(Call("find"), Call("find"), Call("save"), Call("no"))),
    Reply(calls=(Call("transfer"),)),
    Reply("One moment.", murmur(400, pitch=160)),
    Reply("I am putting you through.", murmur(600, pitch=170)),
]


@frozen
class Numbered:
    n: int = field(default=0, metadata=describe("which"))


def tool(name, takes_s, **traits):
    async def run(_arguments, _call):
        await trio.sleep(takes_s)
        return {"status": "ok"}

    return Tool(name=name, description="", arguments=Numbered, run=run, **traits)


async def full_of_tools(on_run):
    tools = [
        tool("find", 5, interruptible=True),
        tool("save", 1.0),
        tool("transfer", 3, ends_call=Outcome.TRANSFERRED),
    ]
    office = FakeOffice(tools=tools)
    return await place(SCRIPT, ModelScript(replies=REPLIES), office=office, on_run=on_run)


def untouched(placed):
    if placed.outcome is Outcome.TRANSFERRED:
        answers = [(fields["name"], fields["status"]) for fields in placed.of("tool_answered")]
        if sorted(answers) != ANSWERS:
            yield f"tools answered {answers}"
        if len(placed.of("filler")) != 1:
            yield "not one filler"


ANSWERS = [
    ("find", "cancelled"),
    ("find", "refused"),
    ("no", "refused"),
    ("save", "ok"),
    ("transfer", "ok"),
]


@pytest.mark.parametrize("strike", STRIKES)
def test_a_call_full_of_tools_ended_at_any_step_has_one_output_for_each(strike):
    swept = sweep(full_of_tools, check=untouched, strikes=[strike], thin_inside=30, thin_outside=90, seed=3)
    assert swept.faults == ()
    assert swept.runs >= 30
