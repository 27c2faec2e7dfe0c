"""The tool calls of a conversation: which run, what an answer waits for, what the caller hears meanwhile.

Each call is run once, or not at all (`restraint.py`), and has exactly one output. An answer waits for the
outputs of the tools that are running, because it would have nothing to say; but not for a slow one: the
caller must not meet dead air. If they hear nothing while a slow tool runs, they are asked for patience, once.
"""

from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from attrs import define

from engine.account import ToolAnswered
from engine.actions import Action, CancelTool, Note, RunTool, ToModel
from engine.bot.tool_limits import Restraint, Unrun
from engine.model import AnswerTool
from engine.outcome import Outcome
from engine.settings import Settings
from engine.tools import Tool, ToolCall, ToolOutput

_EPSILON_MS = 1e-6
_SAID_CHARS = 200  # of the sentence that a tool gives the model to say


@define
class _Errand:
    """A tool that is running. Times are milliseconds of the call's clock."""

    began_ms: float
    interruptible: bool
    awaited: bool = True  # an answer waits for it: it is not slow yet
    excused: bool = False  # the caller was asked for patience with it, or has gone on


class Errands:
    """One per call. `do` takes its actions, in order."""

    def __init__(self, settings: Settings, tools: Iterable[Tool], *, do: Callable[[Action], None]) -> None:
        self._do = do
        self._slow_ms = settings.slow_tool_ms
        self._tools = {tool.name: tool for tool in tools}
        self._restraint = Restraint(settings.tool_calls_max)
        self._known: set[tuple[str, str]] = set()  # by response and the server's id
        self._server_ids: dict[str, str] = {}  # by call_id
        self._running: dict[str, _Errand] = {}
        self.held: deque[ToolCall] = deque()  # they need the caller's answer; the bot's half runs them
        self._unspoken: list[str] = []  # call_ids whose outputs no answer has spoken about yet
        self._quiet_since_ms: float | None = None

    def accept(self, response_id: str, server_id: str) -> str | None:
        """The call_id of a new call, which no other of this telephone call has.

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

    def run(self, call: ToolCall, now_ms: float, *, only_words: bool) -> bool:
        """Have an accepted call run, or answer it at once. True if that answer is to be spoken about now."""
        unrun = self._restraint.judge(call, only_words=only_words)
        if unrun is not None:
            self._answer_unrun(unrun)
            return unrun.asks
        tool = self._tools.get(call.name)
        self._running[call.call_id] = _Errand(now_ms, tool is not None and tool.interruptible)
        if tool is not None and tool.needs_answer:
            self.held.append(call)
        else:
            self._do(RunTool(call))
        return False

    def _answer_unrun(self, unrun: Unrun) -> None:
        output = unrun.output
        self.send(output.call_id, output.result)
        self._do(Note(answered(output, took_ms=0, why=unrun.why)))
        if unrun.asks:
            self._unspoken.append(output.call_id)

    def finish(self, output: ToolOutput) -> Outcome | None:
        """The output of a tool that ran goes to the model, whatever else is going on.

        Returns the outcome with which the call ends if it is "ok", if that is what the tool is for.
        """
        self._running.pop(output.call_id, None)
        tool = self._tools.get(output.name)
        # What may be stopped at any moment only looks things up.
        self._restraint.finish(output, changes=tool is not None and not tool.interruptible)
        self._unspoken.append(output.call_id)
        self.send(output.call_id, output.result)
        return None if tool is None else tool.ends_call

    def send(self, call_id: str, result: dict[str, Any]) -> None:
        """The one output of an accepted call."""
        self._do(ToModel(AnswerTool(self._server_ids[call_id], result)))

    def leave(self, now_ms: float) -> None:
        """The call ends: what is still held will not run."""
        for call in self.held:
            output = ToolOutput(call_id=call.call_id, name=call.name, status="cancelled", result={})
            took_ms = now_ms - self._running.pop(call.call_id).began_ms
            self._do(Note(answered(output, took_ms=took_ms)))
        self.held.clear()

    # The caller

    def interrupt(self) -> None:
        """The caller has taken the floor from the bot: stop what may be stopped. It still answers."""
        for call_id, errand in self._running.items():
            if errand.interruptible:
                self._do(CancelTool(call_id))

    def caller_spoke(self) -> None:
        """The caller has said something to answer: that comes before any tool."""
        self._restraint.caller_spoke()
        self.excuse()

    def excuse(self) -> None:
        """The caller need not be asked for patience with what runs now, or is being asked."""
        for errand in self._running.values():
            errand.excused = True

    # What an answer speaks about

    def take_unspoken(self) -> tuple[str, ...]:
        """The outputs that the answer created now speaks about."""
        taken, self._unspoken = tuple(self._unspoken), []
        return taken

    def put_back(self, call_ids: tuple[str, ...]) -> None:
        """That answer was not heard."""
        self._unspoken += call_ids

    @property
    def any_running(self) -> bool:
        """Whether some tool is running, slow or not."""
        return bool(self._running)

    @property
    def awaited(self) -> bool:
        """Whether an answer must wait for an output."""
        return any(errand.awaited for errand in self._running.values())

    # Slow tools

    def slow_ms(self) -> float:
        """When the next running tool becomes slow."""
        awaited = (errand.began_ms for errand in self._running.values() if errand.awaited)
        return min(awaited, default=inf) + self._slow_ms

    def note_slow(self, now_ms: float) -> None:
        """Stop waiting for the tools that have become slow."""
        for errand in self._running.values():
            if errand.began_ms + self._slow_ms <= now_ms + _EPSILON_MS:
                errand.awaited = False

    def watch(self, now_ms: float, *, quiet: bool) -> None:
        """Whether the caller hears nothing, says nothing, and no answer is on its way."""
        if not quiet:
            self._quiet_since_ms = None
        elif self._quiet_since_ms is None:
            self._quiet_since_ms = now_ms

    def filler_ms(self) -> float:
        """When the caller is to be asked for patience: a tool runs, and they hear nothing for too long."""
        began = (errand.began_ms for errand in self._running.values() if not errand.excused)
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
