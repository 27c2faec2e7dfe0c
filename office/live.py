"""The calls that are live, for whoever watches them: an account that grows, and its watchers.

A watcher must not delay a call. So an event is put into each watcher's own short queue at once, and a watcher
whose queue is full is dropped: its browser connects again and says what it had seen last, and gets the rest.
"""

import datetime as dt
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import trio
from attrs import define, field, frozen

from engine.account import CallEvent

QUEUE_EVENTS = 200
MOST_WATCHERS = 200
MOST_OF_A_BUSINESS = 20  # so that no business's watchers shut out those of another
_KEPT_EVENTS = 5_000  # of all businesses, for watchers who come back


@frozen(kw_only=True)
class LiveEvent:
    """One line of a live call's account, numbered in the order of all calls."""

    number: int
    business_id: int
    call_sid: str
    event: CallEvent


@define(kw_only=True, eq=False)
class LiveCall:
    """A call that is on the line now."""

    business_id: int
    call_sid: str
    caller: str | None
    test: bool
    started_at: dt.datetime
    hang_up: trio.Event = field(factory=trio.Event)  # set to end it
    over: trio.Event = field(factory=trio.Event)  # set once its record is written
    events: list[CallEvent] = field(factory=list)


@define(eq=False)
class Watch:
    """One watcher's view."""

    _missed: deque[LiveEvent]
    _coming: trio.MemoryReceiveChannel[LiveEvent]

    async def next(self) -> LiveEvent | None:
        """Return the next event; None when the watcher was too slow, or the server stops. Safe to cancel."""
        await trio.lowlevel.checkpoint()
        if self._missed:
            return self._missed.popleft()
        try:
            return await self._coming.receive()
        except trio.EndOfChannel:
            return None


class LiveCalls:
    """All live calls of this process."""

    def __init__(self) -> None:
        self._calls: dict[str, LiveCall] = {}
        self._kept: deque[LiveEvent] = deque(maxlen=_KEPT_EVENTS)
        self._watchers: dict[trio.MemorySendChannel[LiveEvent], int] = {}
        self._number = 0

    @property
    def number(self) -> int:
        """The number of the last event: what a page that is made now has seen."""
        return self._number

    def of(self, business_id: int) -> tuple[LiveCall, ...]:
        """Return the business's live calls, the longest first."""
        return tuple(call for call in self._calls.values() if call.business_id == business_id)

    def get(self, business_id: int, call_sid: str) -> LiveCall | None:
        """Return that call if it is live and the business's, else None."""
        call = self._calls.get(call_sid)
        return call if call is not None and call.business_id == business_id else None

    @contextmanager
    def on_the_line(self, call: LiveCall) -> Iterator[None]:
        """Show the call for as long as the block lasts."""
        self._calls[call.call_sid] = call
        try:
            yield
        finally:
            del self._calls[call.call_sid]
            call.over.set()

    def note(self, call: LiveCall, event: CallEvent) -> None:
        """Tell every watcher of one line more. Never waits."""
        call.events.append(event)
        self._number += 1
        noted = LiveEvent(
            number=self._number, business_id=call.business_id, call_sid=call.call_sid, event=event
        )
        self._kept.append(noted)
        for watcher, business_id in list(self._watchers.items()):
            if business_id == call.business_id:
                try:
                    watcher.send_nowait(noted)
                except trio.WouldBlock:
                    self._drop(watcher)

    def watched_enough(self, business_id: int) -> bool:
        """Say whether as many watch as are let in at once, the business's calls or those of all."""
        of_business = sum(watched == business_id for watched in self._watchers.values())
        return of_business >= MOST_OF_A_BUSINESS or len(self._watchers) >= MOST_WATCHERS

    def forget(self, call_sids: Collection[str]) -> None:
        """Show nothing of these calls to a watcher who comes back: they have been erased."""
        left = [kept for kept in self._kept if kept.call_sid not in call_sids]
        self._kept = deque(left, maxlen=_KEPT_EVENTS)

    @contextmanager
    def watch(self, business_id: int, *, after: int) -> Iterator["Watch"]:
        """Watch what happens on the business's calls after event `after`, for as long as the block lasts."""
        send, receive = trio.open_memory_channel[LiveEvent](QUEUE_EVENTS)
        self._watchers[send] = business_id
        try:
            yield Watch(deque(self._since(business_id, after)), receive)
        finally:
            self._drop(send)
            receive.close()

    def stop(self) -> None:
        """End every watch: the server stops."""
        for watcher in list(self._watchers):
            self._drop(watcher)

    def _since(self, business_id: int, after: int) -> list[LiveEvent]:
        if after > self._number:  # counted by a process that is gone
            after = 0
        return [kept for kept in self._kept if kept.number > after and kept.business_id == business_id]

    def _drop(self, watcher: trio.MemorySendChannel[LiveEvent]) -> None:
        if self._watchers.pop(watcher, None) is not None:
            watcher.close()
