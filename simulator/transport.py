"""One socket of whole messages, whatever lies beneath: memory channels, memory streams or TCP.

A simulated peer speaks through a `Transport` and never learns which one it has. One task may send and one
may receive at a time.
"""

from typing import Protocol

import trio
from attrs import define, field, frozen

ABNORMAL = 1006  # RFC 6455: the other side vanished without a close frame


@frozen
class TransportClosed(Exception):
    """The socket is closed, by either side; `code` and `reason` are those of the close frame."""

    code: int
    reason: str = ""

    def __str__(self) -> str:
        return f"closed {self.code} {self.reason}".strip()


class Transport(Protocol):
    """A WebSocket as its user sees it."""

    async def send(self, message: str | bytes) -> None:
        """Return once the message is on its way; wait while the other side's buffers are full.

        Raises TransportClosed. A cancelled send leaves a WebSocket unusable (half a frame may be out).
        """

    async def receive(self) -> str | bytes:
        """Return the next message.

        Safe to cancel. Raises TransportClosed, and again at every further call.
        """

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye with a close frame and close. Closing a closed transport does nothing."""

    def abort(self) -> None:
        """Die without a close frame: the other side sees 1006 (a TCP reset)."""

    def stall(self) -> None:
        """Stop reading for good, also in a `receive` that is waiting: the other side's sends back up."""


@define
class Valve:
    """What `stall` shuts: a place to wait for input that can be closed for good, losing no input."""

    _scope: trio.CancelScope = field(factory=trio.CancelScope, init=False)
    _shut: bool = field(default=False, init=False)

    @property
    def scope(self) -> trio.CancelScope:
        """The scope to wait in, a new one each time; it is left when the valve is shut."""
        self._scope = trio.CancelScope()
        if self._shut:
            self._scope.cancel()
        return self._scope

    def shut(self) -> None:
        """Shut it, now and for every later wait."""
        self._shut = True
        self._scope.cancel()


@define
class _Fate:
    """How a memory connection ended: the first end wins, and both sides see it."""

    closed: TransportClosed | None = None

    def seal(self, closed: TransportClosed) -> None:
        self.closed = self.closed or closed


@define
class MemoryTransport:
    """One end of `memory_pair`."""

    _fate: _Fate
    _outgoing: "trio.MemorySendChannel[str | bytes]"
    _incoming: "trio.MemoryReceiveChannel[str | bytes]"
    _valve: Valve = field(factory=Valve, init=False)

    async def send(self, message: str | bytes) -> None:
        """Hand the message over; wait while the other side's buffer is full."""
        try:
            await self._outgoing.send(message)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise self._end() from None

    async def receive(self) -> str | bytes:
        """Return the next message; what was sent before a close frame still arrives, before an abort not."""
        if self._fate.closed is not None and self._fate.closed.code == ABNORMAL:
            await trio.lowlevel.checkpoint()
            raise self._end()
        with self._valve.scope:
            try:
                return await self._incoming.receive()
            except (trio.EndOfChannel, trio.ClosedResourceError):
                raise self._end() from None
        return await trio.sleep_forever()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both directions; the other side reads what is left and then sees the close frame."""
        self._close(TransportClosed(code, reason))
        await trio.lowlevel.checkpoint()

    def abort(self) -> None:
        """Die: the other side sees 1006 at once."""
        self._close(TransportClosed(ABNORMAL, "aborted"))

    def stall(self) -> None:
        """Stop reading for good."""
        self._valve.shut()

    def _close(self, closed: TransportClosed) -> None:
        self._fate.seal(closed)
        self._outgoing.close()
        self._incoming.close()

    def _end(self) -> TransportClosed:
        closed = self._fate.closed or TransportClosed(ABNORMAL)
        return TransportClosed(closed.code, closed.reason)


def memory_pair(capacity: int = 64) -> tuple[MemoryTransport, MemoryTransport]:
    """Connect two transports that pass whole messages, at most `capacity` waiting in each direction.

    Deterministic: no bytes, no framing, no kernel. 64 media messages are about what two socket buffers hold.
    """
    fate = _Fate()
    there_send, there_receive = trio.open_memory_channel[str | bytes](capacity)
    back_send, back_receive = trio.open_memory_channel[str | bytes](capacity)
    return (
        MemoryTransport(fate, there_send, back_receive),
        MemoryTransport(fate, back_send, there_receive),
    )
