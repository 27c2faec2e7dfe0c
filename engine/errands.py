"""The tool calls of a conversation: each is run once, and which outputs the next answer must wait for.

An answer waits for the outputs of the tools that are running, because it would have nothing to say;
but not for a slow one: the caller must not meet dead air.
"""

from math import inf

from attrs import Factory, define

_EPSILON_MS = 1e-6


@define
class Errands:
    """One per call. Times are milliseconds of the call's clock."""

    slow_tool_ms: int
    _known: set[str] = Factory(set)
    _awaited: dict[str, float] = Factory(dict)  # call_id -> when it is slow, and awaited no more
    _slow: set[str] = Factory(set)
    _unspoken: list[str] = Factory(list)  # call_ids whose outputs no answer has spoken about yet

    def accept(self, call_id: str) -> bool:
        """Whether this call is new; a server that repeats one must not make it happen twice."""
        if call_id in self._known:
            return False
        self._known.add(call_id)
        return True

    def run(self, call_id: str, now_ms: float) -> None:
        """A tool begins to run."""
        self._awaited[call_id] = now_ms + self.slow_tool_ms

    def finish(self, call_id: str) -> None:
        """Its output is there; an answer is to speak about it."""
        self._awaited.pop(call_id, None)
        self._slow.discard(call_id)
        self._unspoken.append(call_id)

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
        return bool(self._awaited or self._slow)

    @property
    def awaited(self) -> bool:
        """Whether an answer must wait for an output."""
        return bool(self._awaited)

    def slow_ms(self) -> float:
        """When the next running tool becomes slow."""
        return min(self._awaited.values(), default=inf)

    def note_slow(self, now_ms: float) -> None:
        """Stop waiting for the tools that have become slow."""
        for call_id, slow_at_ms in list(self._awaited.items()):
            if slow_at_ms <= now_ms + _EPSILON_MS:
                del self._awaited[call_id]
                self._slow.add(call_id)
