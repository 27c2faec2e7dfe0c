"""The engine's ends of simulated sockets: of the line to the carrier, and of the way to a model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from attrs import define

from engine.errors import LinkClosed
from engine.peers import media_streams as wire
from engine.peers.realtime_link import RealtimeLink
from engine.ports import CallStart, Link
from simulator import Model, ModelScript, Transport, TransportClosed, memory_pair


@define
class TransportLink:
    """The engine's end of a simulated socket."""

    transport: Transport
    closed_at: float | None = None

    async def receive(self) -> str | bytes:
        """Wait for the next message. Safe to cancel. Raises LinkClosed."""
        try:
            return await self.transport.receive()
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def send(self, message: str) -> None:
        """Hand a message over. Raises LinkClosed."""
        try:
            await self.transport.send(message)
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def close(self, code: int = 1000) -> None:
        """Close, and note when."""
        self.closed_at = trio.current_time()
        await self.transport.close(code)

    def abort(self) -> None:
        """Break the socket off, and note when."""
        self.closed_at = trio.current_time()
        self.transport.abort()


@define
class ModelAtHand:
    """A model behind a memory pair, run beside the call."""

    nursery: trio.Nursery
    script: ModelScript
    model: Model | None = None
    gone_s: float | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[RealtimeLink]:
        """Start the model, and give the engine its end; the socket is gone when that is left."""
        ours, theirs = memory_pair()
        self.model = Model(theirs, self.script)
        self.nursery.start_soon(self.model.run)
        try:
            yield RealtimeLink(TransportLink(ours))
        finally:
            self.gone_s = trio.current_time()
            ours.abort()


async def started(link: Link) -> CallStart:
    """Wait for the start of the carrier's stream; what comes before it is passed over."""
    while True:
        event = wire.receive(await link.receive())
        if isinstance(event, wire.Started):
            return CallStart(call_sid=event.call_sid, stream_sid=event.stream_sid)
