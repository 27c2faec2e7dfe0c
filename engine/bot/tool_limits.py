"""Which tool calls are answered without being run, so that a model in a loop neither floods nor costs.

* **filler**: a response that is only to ask the caller for patience calls no tools.
* **limit**: a call of the telephone runs so many tools and no more. The model speaks about the first refusal
  after the caller has spoken, so that nobody waits in silence; the others ask for nothing.
* **repeat**: the same request again before the caller has spoken again, or anything was changed. If the
  first has answered, its output is given again. While it still runs, the repeat is refused at once instead
  of made to wait: so each call has its output however long the first takes, and the first one's answer
  serves both. That holds also if the caller has spoken meanwhile: run beside itself, a move would not find
  the appointment where it was. But then its output is not kept, because what they said may change it.
"""

import json
from contextlib import suppress
from typing import Literal

from attrs import Factory, define, evolve, frozen

from engine.tools import Status, ToolCall, ToolOutput

_KEPT: frozenset[Status] = frozenset({"ok", "refused"})  # else asking again may bring something better
_LONGEST_CHARS = 16_384  # of arguments that are compared as JSON; a tool refuses longer ones anyway

_WORDS = {
    "filler": "Another tool is still at work. Wait for its answer.",
    "limit": "Nothing more can be looked up or changed in this call. Say so, and offer what is known.",
    "repeat": "This very request is being worked on already. Wait for its answer.",
}


@frozen(kw_only=True)
class Unrun:
    """The output of a call that is not run, and why it is not."""

    output: ToolOutput
    why: Literal["filler", "limit", "repeat"]
    asks: bool = False  # whether an answer is to be asked for because of it


@define
class _Request:
    """A request since the caller last spoke, or one that is still being worked on."""

    call_id: str
    output: ToolOutput | None = None  # None while it runs
    repeated: bool = False
    outdated: bool = False  # the caller has spoken since: its output is not given again


@define
class ToolLimits:
    """One per call. `most` is how many tool calls it may run."""

    most: int
    _ran: int = 0
    _limit_told: bool = False  # since the caller last spoke
    _requests: dict[tuple[str, str], _Request] = Factory(dict)

    def judge(self, call: ToolCall, *, only_words: bool) -> Unrun | None:
        """Return what a new call is answered without being run; None if it is to run now.

        `only_words` says that it comes from a response that was to call no tools.
        """
        if only_words:
            return _refuse(call, "filler")
        if self._ran >= self.most:
            asks, self._limit_told = not self._limit_told, True
            return evolve(_refuse(call, "limit"), asks=asks)
        key = _key(call)
        known = self._requests.get(key)
        if known is None or (known.output is not None and known.output.status not in _KEPT):
            self._requests[key] = _Request(call.call_id)
            self._ran += 1
            return None
        if known.output is None:
            return _refuse(call, "repeat")
        # The model speaks about it once; asked again and again, it would ask again and again.
        asks, known.repeated = not known.repeated, True
        return Unrun(output=evolve(known.output, call_id=call.call_id), why="repeat", asks=asks)

    def finish(self, output: ToolOutput, *, changes: bool) -> None:
        """Keep the output of a call that ran; `changes`: its tool does more than look things up."""
        if changes and output.status != "refused":  # also one that failed may have changed something
            # What was refused for want of a name is to be refused no more once the name is there.
            self._forget_finished()
        for key, request in self._requests.items():
            if request.call_id == output.call_id:
                request.output = output
                if request.outdated:
                    del self._requests[key]
                return

    def caller_spoke(self) -> None:
        """Let whatever is asked for be asked for anew, unless it is still being worked on."""
        self._forget_finished()
        for request in self._requests.values():
            request.outdated = True
        self._limit_told = False

    def _forget_finished(self) -> None:
        self._requests = {key: request for key, request in self._requests.items() if request.output is None}


def _refuse(call: ToolCall, why: Literal["filler", "limit", "repeat"]) -> Unrun:
    result = {"status": "refused", "say": _WORDS[why]}
    output = ToolOutput(call_id=call.call_id, name=call.name, status="refused", result=result)
    return Unrun(output=output, why=why)


def _key(call: ToolCall) -> tuple[str, str]:
    """Equal for the same name and the same arguments; these are compared as JSON if they are JSON."""
    arguments = call.arguments
    if len(arguments) <= _LONGEST_CHARS:
        with suppress(ValueError, RecursionError):
            arguments = json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    return call.name, arguments
