"""How far a barge-in walks through the engine.

    python -m benchmarks.walks

One whole call is rehearsed in virtual time: its caller talks over a long answer until it is cut. The walk
begins with the ear's decisions and ends with the last command that they lead to. It is made of the steps of
the call's tasks (one resumption, the unit in which Trio runs them) that decide the barge-in or carry it out:

1. of the task that listens, what follows in the step once the ear has said `UtteranceStarted`,
   `BargeInPaused` or `BargeInReal`;
2. the conversation's handling of these three, and of any later event on which it orders something for the
   barge-in's sake (`Clear`, `CancelResponse`, `TruncateItem`, `DeleteItem`), with what performs the order;
3. the sending of these commands, by the carrier's link and by the model's.

The way of the deciding frames into the ear (inbox, detector, echo guard, turns, uplink) is every frame's way
and has a row of its own; so has all that the engine does meanwhile, whatever for. Only files of `engine/`
count. A function counts once however often it is entered or resumed; a comprehension or a lambda is a part
of the function around it.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import trio
from attrs import define, field, frozen
from trio.testing import MockClock

import engine
from benchmarks.tables import show
from engine.actions import Clear, ToModel
from engine.caller.ear import Ear
from engine.caller.turns import BargeInPaused, BargeInReal, UtteranceStarted
from engine.carrier import ClearQueue
from engine.conversation.conversation import Conversation
from engine.model import CancelResponse, DeleteItem, TruncateItem
from engine.peers.media_streams import MediaStreamsLink
from engine.peers.realtime_link import RealtimeLink
from rehearsal.rig import Live, place
from simulator import HangUp, ModelScript, Reply, Say, Step, UntilBotQuiet, UntilBotSpeaks, murmur

_ENGINE = Path(engine.__file__).parent
_LONG = "A check-up takes half an hour, and we are open from Monday to Friday, from nine until five."
_CALLER: list[Step] = [
    UntilBotQuiet(300),
    Say("When are you open?", murmur(800)),
    UntilBotSpeaks(2_000),
    Say("Sorry, tomorrow.", murmur(1_200)),
    UntilBotQuiet(1_500),
    HangUp(),
]
_MODEL = ModelScript(
    replies=[
        Reply("Hello?", murmur(400, pitch=190)),
        Reply(_LONG, murmur(9_000, pitch=190), pace=1.5),  # still being generated when it is cut
        Reply("Tomorrow.", murmur(500, pitch=190)),
    ],
    hears=["When are you open?", "Sorry, tomorrow."],
)

_DECISIONS = (UtteranceStarted, BargeInPaused, BargeInReal)
_FOR_MODEL = (CancelResponse, TruncateItem, DeleteItem)
_LAST = ("CancelResponse", "TruncateItem")
_SENDS: dict[CodeType, tuple[type, ...]] = {
    MediaStreamsLink.send.__code__: (ClearQueue,),
    RealtimeLink.send.__code__: _FOR_MODEL,
}
_HANDLES = (Conversation.handle.__code__, Conversation.tick.__code__)


@define
class Step:
    """What one step of a task entered of the engine, and what it did of the barge-in."""

    entered: list[CodeType] = field(factory=list)
    did: list[str] = field(factory=list)
    leads_to_ear: bool = False  # it is the first part of a step in which the ear decided


@define(eq=False)
class _Trace(trio.abc.Instrument):
    """The steps of a call, in order."""

    steps: list[Step] = field(factory=list)
    sent: list[object] = field(factory=list)

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps.append(Step())

    def note(self, frame: FrameType, kind: str, result: Any) -> None:
        """Take what `sys.setprofile` tells."""
        code = frame.f_code
        if kind == "call" and code.co_filename.startswith(str(_ENGINE)):
            self.steps[-1].entered.append(code)
            if code in _SENDS:
                self._sends(frame.f_locals["command"], _SENDS[code])
            elif code is Conversation.handle.__code__:
                self._did([frame.f_locals["event"]], _DECISIONS)
        elif kind == "return" and result is not None and code is Ear.listen.__code__:
            if any(isinstance(event, _DECISIONS) for event in result[1]):
                self.steps[-1].leads_to_ear = True
                self.steps.append(Step())
                self._did(result[1], _DECISIONS)
        elif kind == "return" and result is not None and code in _HANDLES:
            ordered = [action.command if isinstance(action, ToModel) else action for action in result]
            self._did(ordered, (Clear, *_FOR_MODEL))

    def _sends(self, command: object, kinds: tuple[type, ...]) -> None:
        if isinstance(command, kinds) and not any(
            command is sent for sent in self.sent
        ):  # else it is resumed
            self.sent.append(command)
            self._did([command], kinds)

    def _did(self, values: Iterable[object], kinds: tuple[type, ...]) -> None:
        self.steps[-1].did += [type(value).__name__ for value in values if isinstance(value, kinds)]


@frozen(eq=False)
class Way:
    """What some steps entered of the engine."""

    steps: list[Step]

    def functions(self) -> dict[str, set[str]]:
        """List the functions that were entered, by file."""
        found: dict[str, set[str]] = defaultdict(set)
        for code in self._entered():
            found[Path(code.co_filename).relative_to(_ENGINE).as_posix()].add(code.co_qualname)
        return dict(found)

    def row(self, name: str) -> tuple[str, ...]:
        """Write its line in the table."""
        functions = self.functions().values()
        return (name, str(len(functions)), str(sum(map(len, functions))), str(len(self._entered())))

    def _entered(self) -> list[CodeType]:
        return [code for step in self.steps for code in step.entered if not code.co_name.startswith("<")]


def trace() -> list[Step]:
    """Trace the steps of the call, from the frame that begins the barge-in to its last command."""
    traced = _Trace()
    trio.run(_call, traced, clock=MockClock(autojump_threshold=0), instruments=[traced])
    steps = traced.steps
    paused = next(place for place, step in enumerate(steps) if "BargeInPaused" in step.did)
    begun = max(place for place in range(paused) if "UtteranceStarted" in steps[place].did)
    while not steps[begun].leads_to_ear:
        begun -= 1
    ended = max(place for place, step in enumerate(steps) if step.did and step.did[-1] in _LAST)
    return steps[begun : ended + 1]


async def _call(trace: _Trace) -> None:
    def begin(_live: Live) -> None:
        sys.setprofile(trace.note)

    try:
        placed = await place(_CALLER, _MODEL, on_run=begin)
    finally:
        sys.setprofile(None)
    placed.assert_clean()


def main() -> None:
    """Trace and print."""
    steps = trace()
    frames, walk = ([s for s in steps if s.leads_to_ear], [s for s in steps if s.did])
    rows = [
        Way(walk).row("the walk, from the ear's decisions to the last command"),
        Way(frames).row("the way of the deciding frames into the ear"),
        Way(frames + walk).row("both"),
        Way(steps).row("all of the engine in the same time, whatever for"),
    ]
    show("A barge-in's walk through engine/", ("part", "files", "functions", "calls"), rows)
    did = [(", ".join(step.did), str(len(step.entered))) for step in walk]
    show("Its steps", ("what happened in it", "calls"), did)
    print("\nIts functions\n")
    for path, names in sorted(Way(walk).functions().items()):
        print(f"  {path} ({len(names)}): {', '.join(sorted(names))}")


if __name__ == "__main__":
    main()
