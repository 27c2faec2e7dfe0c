"""The way between the carrier and the server: every message arrives a while after it was sent, in order.

Time passes on the receiving side: a message waits where it arrives until it is due. So no task is needed,
and in virtual time the delays are exact.
"""

import random
from collections import deque
from collections.abc import Callable

import trio
from attrs import define, field

from simulator.transport import Transport

Delay = Callable[[], float]  # milliseconds, for the next message


def evenly(middle_ms: float, spread_ms: float, seed: int) -> Delay:
    """Draw delays evenly from `middle_ms` +- `spread_ms`; the same seed gives the same delays."""
    source = random.Random(seed)  # noqa: S311  # no secret
    return lambda: source.uniform(middle_ms - spread_ms, middle_ms + spread_ms)


@define
class _Way:
    """One direction: when each message that is under way will arrive."""

    delay: Delay
    due_s: deque[float] = field(factory=deque)
    _last_s: float = 0.0

    def post(self) -> None:
        # One message never overtakes another: both go through one TCP connection.
        self._last_s = max(self._last_s, trio.current_time() + self.delay() / 1000)
        self.due_s.append(self._last_s)


@define
class DelayedTransport:
    """One end of `delayed`."""

    _inner: Transport
    _outwards: _Way
    _inwards: _Way
    _arriving: str | bytes | None = field(default=None, init=False)
    _stalled: bool = field(default=False, init=False)

    async def send(self, message: str | bytes) -> None:
        """Hand the message over; it arrives after its delay."""
        self._outwards.post()
        await self._inner.send(message)

    async def receive(self) -> str | bytes:
        """Return the next message, once it is due. Safe to cancel."""
        if self._arriving is None:
            self._arriving = await self._inner.receive()
        await trio.sleep_until(self._inwards.due_s[0])
        if self._stalled:
            return await trio.sleep_forever()
        message, self._arriving = self._arriving, None
        self._inwards.due_s.popleft()
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both directions; the other side first reads what is under way."""
        await self._inner.close(code, reason)

    def abort(self) -> None:
        """Die: the other side sees 1006 at once."""
        self._inner.abort()

    def stall(self) -> None:
        """Stop reading for good."""
        self._stalled = True
        self._inner.stall()


def delayed(
    ends: tuple[Transport, Transport], *, up: Delay, down: Delay
) -> tuple[DelayedTransport, DelayedTransport]:
    """Put a delay between the two ends of a connection: `up` from the first end to the second.

    The delay holds as long as nothing but these two ends sends on the connection.
    """
    first, second = ends
    upwards, downwards = _Way(up), _Way(down)
    return DelayedTransport(first, upwards, downwards), DelayedTransport(second, downwards, upwards)
