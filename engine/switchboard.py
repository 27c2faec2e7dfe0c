"""The calls that are live in this process: who may come in, how each ended, when all are gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

import trio
from attrs import Factory, frozen

from engine.errors import EngineError
from engine.outcome import Outcome

_OUTCOMES_KEPT = 1_000
_MOST_WAYS_BACK = 2  # for one break: Twilio repeats a request whose answer was lost

_T = TypeVar("_T")


class Reason(StrEnum):
    """Why a call is not admitted."""

    BUSY = "busy"
    DRAINING = "draining"
    ALREADY_ON_THE_LINE = "already on the line"


@frozen
class Refused(EngineError):
    """This call may not come in. Nothing was counted."""

    reason: Reason

    def __str__(self) -> str:
        return self.reason


@frozen(kw_only=True, eq=False)
class _Line:
    """A live call's."""

    lose: Callable[[], None]
    over: trio.Event = Factory(trio.Event)  # set when the call is live no more


class Switchboard:
    """Admits calls up to a limit and remembers how the last 1,000 ended."""

    def __init__(self, max_calls: int) -> None:
        self._max_calls = max_calls
        self._live: dict[str, _Line] = {}
        self._outcomes: dict[str, Outcome] = {}  # oldest first
        self._led_back: dict[str, int] = {}  # how often each was given one for a broken line, oldest first
        self._awaited: dict[str, None] = {}  # the calls that were given a way back and have not come
        self._draining = False
        self._empty = trio.Event()
        self._empty.set()

    @property
    def live(self) -> int:
        """How many calls are on the line."""
        return len(self._live)

    @property
    def draining(self) -> bool:
        """Whether new calls are refused because the server is about to stop."""
        return self._draining

    @property
    def has_room(self) -> bool:
        """Whether a new call would be admitted now. A caller told "no" at this point can still hear why."""
        return not self._draining and len(self._live) < self._max_calls

    @contextmanager
    def admit(self, call_sid: str, lose: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Count the call as live for as long as the block lasts. Raises Refused, saying why.

        `lose` is called when its line is known to be dead while the block still trusts it.
        """
        self._check(call_sid)
        if not self._live:
            self._empty = trio.Event()
        self._live[call_sid] = _Line(lose=lose)
        # A second stream of the same call ends on its own account, not with the first one's outcome.
        self._outcomes.pop(call_sid, None)
        self._awaited.pop(call_sid, None)
        try:
            yield
        finally:
            self._live.pop(call_sid).over.set()
            if not self._live:
                self._empty.set()

    def _check(self, call_sid: str) -> None:
        if call_sid in self._live:
            raise Refused(Reason.ALREADY_ON_THE_LINE)
        if self._draining:
            raise Refused(Reason.DRAINING)
        if len(self._live) >= self._max_calls:
            raise Refused(Reason.BUSY)

    def report(self, call_sid: str, outcome: Outcome) -> None:
        """Remember how a call ended, for the webhook that asks right after."""
        _keep(self._outcomes, call_sid, outcome)

    def lose(self, call_sid: str) -> bool:
        """Tell a live call that its line is dead. False if there is none, or its outcome is known."""
        if call_sid not in self._live or call_sid in self._outcomes:
            return False
        self._live[call_sid].lose()
        return True

    def on_the_line(self, call_sid: str) -> bool:
        """Say whether a stream of that call is live."""
        return call_sid in self._live

    def outcome(self, call_sid: str) -> Outcome | None:
        """Return how the call ended; None if it has not, or is long forgotten."""
        return self._outcomes.get(call_sid)

    def lead_back(self, call_sid: str, *, cut_off: bool) -> None:
        """Note that the caller was given another stream, for one that broke or after a transfer."""
        _keep(self._awaited, call_sid, None)
        if cut_off:
            _keep(self._led_back, call_sid, self._led_back.get(call_sid, 0) + 1)

    def may_lead_back(self, call_sid: str) -> bool:
        """Say whether the caller may be given a stream for one that broke.

        Once for each call, and once more while that has not begun: the answer may have been lost.
        """
        given = self._led_back.get(call_sid, 0)
        return given == 0 or (given < _MOST_WAYS_BACK and self.awaits(call_sid))

    def awaits(self, call_sid: str) -> bool:
        """Say whether the caller was given another stream and it has not begun."""
        return call_sid in self._awaited

    def start_draining(self) -> None:
        """Admit nobody from now on. The live calls go on."""
        self._draining = True

    async def wait_over(self, call_sid: str) -> None:
        """Return when that call is not live, its record included. Safe to cancel."""
        if call_sid in self._live:
            await self._live[call_sid].over.wait()

    async def wait_empty(self) -> None:
        """Return when no call is live. Meant for a draining switchboard; safe to cancel."""
        await self._empty.wait()


def _keep(known: dict[str, _T], call_sid: str, value: _T) -> None:
    """Keep the value as the newest; beyond _OUTCOMES_KEPT the oldest goes."""
    known.pop(call_sid, None)
    known[call_sid] = value
    if len(known) > _OUTCOMES_KEPT:
        del known[next(iter(known))]
