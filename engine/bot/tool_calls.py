"""The tool calls of a conversation: which run, what an answer waits for, what the caller hears meanwhile.

Each call is run once, or not at all (`tool_limits.py`), and has exactly one output. An answer waits for the
outputs of the tools that are running, because it would have nothing to say; but not for a slow one: the
caller must not meet dead air. If they hear nothing while a slow tool runs, they are asked for patience, once.
"""

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Any

from attrs import define

from engine.account import ToolAnswered
from engine.actions import Action, CancelTool, Note, RunTool, ToModel
from engine.bot.expected import asks_to_dictate
from engine.bot.tool_limits import ToolLimits, Unrun
from engine.model import AnswerTool
from engine.outcome import Outcome
from engine.settings import Settings
from engine.tools import Tool, ToolCall, ToolOutput

_EPSILON_MS = 1e-6
_SAID_CHARS = 200  # of the sentence that a tool gives the model to say


@define
class _Running:
    """A tool that is running. Times are milliseconds of the call's clock."""

    began_ms: float
    interruptible: bool
    awaited: bool = True  # an answer waits for it: it is not slow yet
    excused: bool = False  # the caller was asked for patience with it, or has gone on


class ToolCalls:
    """Those of one telephone call."""

    def __init__(self, settings: Settings, tools: Iterable[Tool]) -> None:
        self._slow_ms = settings.slow_tool_ms
        self._tools = {tool.name: tool for tool in tools}
        self._limits = ToolLimits(settings.tool_calls_max)
        self._known: set[tuple[str, str]] = set()  # by response and the server's id
        self._server_ids: dict[str, str] = {}  # by call_id
        self.running: dict[str, _Running] = {}  # by call_id; slow or not
        self.held: deque[ToolCall] = deque()  # they need the caller's answer; the bot's half runs them
        self._dictated: set[str] = set()  # call_ids whose outputs ask for what people dictate
        self._unspoken: list[str] = []  # call_ids whose outputs no answer has spoken about yet
        self._quiet_since_ms: float | None = None

    def accept(self, response_id: str, server_id: str) -> str | None:
        """Return the call_id of a new call, which no other of this telephone call has.

        None for one that the server has repeated: it must not happen twice. But a server may count its calls
        anew in each response.
        """
        if (response_id, server_id) in self._known:
            return None
        self._known.add((response_id, server_id))
        call_id = server_id
        while call_id in self._server_ids:
            call_id = f"{call_id}#{len(self._known)}"
        self._server_ids[call_id] = server_id
        return call_id

    def judge(self, call: ToolCall, *, only_words: bool) -> Unrun | None:
        """Return what an accepted call is answered with at once; None if it is to run."""
        unrun = self._limits.judge(call, only_words=only_words)
        if unrun is not None and unrun.asks:
            self._unspoken.append(call.call_id)
        return unrun

    def run(self, call: ToolCall, now_ms: float) -> list[Action]:
        """Run an accepted call, or hold it until it is known what the caller answered."""
        tool = self._tools.get(call.name)
        self.running[call.call_id] = _Running(now_ms, tool is not None and tool.interruptible)
        if tool is not None and tool.needs_answer:
            self.held.append(call)
            return []
        return [RunTool(call)]

    def finish(self, output: ToolOutput) -> Action:
        """Give the output of a tool that ran to the model, whatever else is going on."""
        self.running.pop(output.call_id, None)
        tool = self._tools.get(output.name)
        # What may be stopped at any moment only looks things up.
        self._limits.finish(output, changes=tool is not None and not tool.interruptible)
        self._unspoken.append(output.call_id)
        if asks_to_dictate(str(output.result.get("say", ""))):
            self._dictated.add(output.call_id)
        return self.answer(output.call_id, output.result)

    def ends_call(self, name: str) -> Outcome | None:
        """Return the outcome with which the call ends if that tool answers "ok"; None: it goes on."""
        tool = self._tools.get(name)
        return None if tool is None else tool.ends_call

    def answer(self, call_id: str, result: dict[str, Any]) -> Action:
        """Answer an accepted call: its one output."""
        return ToModel(AnswerTool(self._server_ids[call_id], result))

    def leave(self, now_ms: float) -> list[Action]:
        """Answer in the account what is still held: the call ends, and it will not run."""
        left: list[Action] = []
        for call in self.held:
            output = ToolOutput(call_id=call.call_id, name=call.name, status="cancelled", result={})
            took_ms = now_ms - self.running.pop(call.call_id).began_ms
            left.append(Note(answered(output, took_ms=took_ms)))
        self.held.clear()
        return left

    # The caller

    def interrupt(self) -> list[Action]:
        """Stop what may be stopped: the caller has taken the floor from the bot. It still answers."""
        return [CancelTool(call_id) for call_id, run in self.running.items() if run.interruptible]

    def caller_spoke(self) -> None:
        """Put what the caller has said before any tool: it is to be answered."""
        self._limits.caller_spoke()
        self.excuse()

    def excuse(self) -> None:
        """Play no filler for the tools that run now: the caller is being asked, or has gone on."""
        for run in self.running.values():
            run.excused = True

    # What an answer speaks about

    def take_unspoken(self) -> tuple[str, ...]:
        """Return the outputs that the answer created now speaks about."""
        taken, self._unspoken = tuple(self._unspoken), []
        return taken

    def put_back(self, call_ids: tuple[str, ...]) -> None:
        """Let another answer speak about these: that one was not heard, or not to its end."""
        self._unspoken += [call_id for call_id in call_ids if call_id not in self._unspoken]

    def ask_to_dictate(self, call_ids: tuple[str, ...]) -> bool:
        """Say whether one of these outputs asks the caller for something that is dictated."""
        return not self._dictated.isdisjoint(call_ids)

    @property
    def awaited(self) -> bool:
        """True while an answer must wait for an output."""
        return any(run.awaited for run in self.running.values())

    # Slow tools

    def slow_ms(self) -> float:
        """Return when the next running tool becomes slow."""
        awaited = (run.began_ms for run in self.running.values() if run.awaited)
        return min(awaited, default=inf) + self._slow_ms

    def note_slow(self, now_ms: float) -> list[Action]:
        """Stop waiting for the tools that have become slow."""
        for run in self.running.values():
            if run.began_ms + self._slow_ms <= now_ms + _EPSILON_MS:
                run.awaited = False
        return []

    def watch(self, now_ms: float, *, quiet: bool) -> None:
        """Start or stop the clock of a slow tool: is it quiet, and no answer on its way?"""
        if not quiet:
            self._quiet_since_ms = None
        elif self._quiet_since_ms is None:
            self._quiet_since_ms = now_ms

    def filler_ms(self) -> float:
        """Return when to ask the caller for patience: a tool runs, and they hear nothing for too long."""
        began = (run.began_ms for run in self.running.values() if not run.excused)
        if self._quiet_since_ms is None:
            return inf
        return max(min(began, default=inf), self._quiet_since_ms) + self._slow_ms


def answered(output: ToolOutput, *, took_ms: float, why: str | None = None) -> ToolAnswered:
    """Make the account's line of an answered tool call; `why` says that it was not run, and why."""
    said = output.result.get("say")
    return ToolAnswered(
        name=output.name,
        call_id=output.call_id,
        status=output.status,
        took_ms=round(took_ms),
        said=said[:_SAID_CHARS] if isinstance(said, str) else None,
        why=why,
    )
