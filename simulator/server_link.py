"""The model's side of the socket: one writer for everything that is said, and PINGs."""

import json
from collections.abc import Callable
from math import inf

import trio
from attrs import define, field, frozen

from simulator.schema import Json
from simulator.transport import Transport, TransportClosed
from simulator.websocket import WebSocketTransport

PING_S = 20.0


@frozen
class _Close:
    code: int
    reason: str


@define
class ServerLink:
    """Events go out in order, from one task, so that nothing can cut a message in half."""

    _transport: Transport
    _new_event_id: Callable[[], str]
    silent: bool = field(default=False, init=False)  # a stalled server says nothing
    _outbox: "trio.MemorySendChannel[str | _Close]" = field(init=False)
    _waiting: "trio.MemoryReceiveChannel[str | _Close]" = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._outbox, self._waiting = trio.open_memory_channel[str | _Close](inf)

    def emit(self, event: Json) -> None:
        """Send this event after everything before it; it gets the next event id."""
        if not self.silent:
            numbered = {"type": event["type"], "event_id": self._new_event_id(), **event}
            self._outbox.send_nowait(json.dumps(numbered))

    def close(self, code: int, reason: str) -> None:
        """Close the socket when everything before has been sent."""
        self._outbox.send_nowait(_Close(code, reason))

    async def write(self) -> None:
        """Send what was emitted. Raises TransportClosed when the socket is closed, also by `close`."""
        async for message in self._waiting:
            if isinstance(message, _Close):
                await self._transport.close(message.code, message.reason)
                raise TransportClosed(message.code, message.reason)
            await self._transport.send(message)

    async def keep_alive(self, violations: list[str]) -> None:
        """Send a PING every 20 s, as the real server does; a client must answer it before the next one.

        Does nothing on a transport that has no PINGs. Raises TransportClosed.
        """
        if not isinstance(self._transport, WebSocketTransport):
            return
        async with trio.open_nursery() as nursery:
            while True:
                await trio.sleep(PING_S)
                answered = trio.Event()
                # In a task of its own: a send that is cancelled half way would break the socket.
                nursery.start_soon(self._ping, self._transport, answered)
                with trio.move_on_after(PING_S):
                    await answered.wait()
                if not answered.is_set():
                    violations.append(f"no PONG within {PING_S:g} s")

    @staticmethod
    async def _ping(transport: WebSocketTransport, answered: trio.Event) -> None:
        await transport.ping(b"ping")
        answered.set()


def first_closed(group: BaseExceptionGroup[TransportClosed]) -> TransportClosed:
    """Return how the socket ended, as the first of the tasks noticed it."""
    first = group.exceptions[0]
    return first_closed(first) if isinstance(first, BaseExceptionGroup) else first
