"""A whole call in memory: the real engine between the simulated carrier and the simulated model.

For whoever wants to know what the engine makes of a call without a telephone: the turn-taking laboratory
and the replay of recorded calls. In virtual time a call of minutes takes a second or two.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import trio
import trio.testing
from attrs import define, field, frozen

from engine.call import run_call
from engine.errors import LinkClosed
from engine.outcome import Outcome
from engine.peers import media_streams as wire
from engine.peers.realtime_link import RealtimeLink
from engine.ports import CallRecord, CallStart, ClosableLink, Link, Office, Profile
from engine.settings import DEFAULTS, Settings
from engine.tools import Tool
from simulator import Carrier, Model, ModelScript, Step, Transport, TransportClosed, memory_pair
from simulator.carrier import Acoustics
from simulator.delay import Delay, delayed

_PASSING = 1_000  # messages that may be under way: seconds of sound, sent faster than it plays

T = TypeVar("T")


@define
class TransportLink:
    """The engine's end of a simulated socket."""

    transport: Transport
    closed_at: float | None = None

    async def receive(self) -> str | bytes:
        """Return the next message. Raises LinkClosed when the peer is gone. Safe to cancel."""
        try:
            return await self.transport.receive()
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def send(self, message: str) -> None:
        """Hand a message over."""
        try:
            await self.transport.send(message)
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def close(self, code: int = 1000) -> None:
        """Close, and note when."""
        self.closed_at = trio.current_time()
        await self.transport.close(code)


@frozen
class QuietOffice:
    """A business that can do nothing but talk."""

    tools: Sequence[Tool] = ()
    language: str = "en"
    notice: str | None = None

    @property
    def profile(self) -> Profile:
        """The facts of no business in particular."""
        return Profile(
            name="Frontdesk",
            language=self.language,
            now="now",
            hours="by appointment",
            notice=self.notice,
        )

    async def attend(self) -> None:
        """Do nothing: there is nothing to look up."""
        await trio.lowlevel.checkpoint()

    async def close_call(self, record: CallRecord) -> None:
        """Do nothing: there is nothing to store."""
        await trio.lowlevel.checkpoint()


@define
class _Noting:
    """An office whose final record is also kept here."""

    office: Office
    record: CallRecord | None = None

    @property
    def profile(self) -> Profile:
        return self.office.profile

    @property
    def tools(self) -> Sequence[Tool]:
        return self.office.tools

    async def attend(self) -> None:
        await self.office.attend()

    async def close_call(self, record: CallRecord) -> None:
        self.record = record
        await self.office.close_call(record)


@frozen(kw_only=True)
class Rehearsed:
    """What a call left behind. `began_s` is the zero of the record's times, on the clock of the peers."""

    carrier: Carrier
    model: Model | None  # None if the call ended before it was needed
    record: CallRecord
    outcome: Outcome
    began_s: float


@define
class _ModelAtHand:
    """A model behind a memory pair."""

    nursery: trio.Nursery
    script: ModelScript
    model: Model | None = field(default=None, init=False)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[RealtimeLink]:
        ours, theirs = memory_pair()
        self.model = Model(theirs, self.script)
        self.nursery.start_soon(self.model.run)
        try:
            yield RealtimeLink(TransportLink(ours))
        finally:
            ours.abort()


async def rehearse(
    script: Sequence[Step],
    model: ModelScript | Callable[[Carrier], ModelScript],
    *,
    office: Office | None = None,
    settings: Settings = DEFAULTS,
    up: Delay = lambda: 0.0,
    down: Delay = lambda: 0.0,
    acoustics: Acoustics | None = None,
    wrap: Callable[[ClosableLink], ClosableLink] = lambda link: link,
) -> Rehearsed:
    """Carry one call from its first message to the end of both peers.

    `up` and `down` delay every message between carrier and engine, `acoustics` shapes what goes up, and
    `wrap` may watch the engine's end of the line. A model script that depends on the call, as a recogniser
    does that knows what the caller said, is made from its carrier.
    """
    theirs, ours = delayed(memory_pair(_PASSING), up=up, down=down)
    carrier = Carrier(transport=theirs, script=script, acoustics=acoustics)
    link = TransportLink(ours)
    noting = _Noting(office or QuietOffice())
    outcomes: list[Outcome] = []
    began_s = 0.0

    async def run() -> None:
        nonlocal began_s
        start = await _started(link)
        began_s = trio.current_time()
        line = wire.MediaStreamsLink(wrap(link), start.stream_sid)
        await run_call(line, at_hand.connect, noting, settings, start=start, ended=outcomes.append)

    async with trio.open_nursery() as nursery:
        at_hand = _ModelAtHand(nursery, model(carrier) if callable(model) else model)
        nursery.start_soon(carrier.run)
        nursery.start_soon(run)
    if noting.record is None:
        raise RuntimeError("the call ended without a record: the office's close_call was never reached")
    return Rehearsed(
        carrier=carrier, model=at_hand.model, record=noting.record, outcome=outcomes[0], began_s=began_s
    )


async def _started(link: Link) -> CallStart:
    while True:
        event = wire.receive(await link.receive())
        if isinstance(event, wire.Started):
            return CallStart(call_sid=event.call_sid, stream_sid=event.stream_sid)


def in_virtual_time(function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Run an async function to its end on a clock that jumps whenever every task waits."""
    return trio.run(function, *arguments, clock=trio.testing.MockClock(autojump_threshold=0))
