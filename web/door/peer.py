"""The stream to one peer, with a deadline of progress for what is sent and a way to break it at once."""

import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import trio

_PIECE = 8_192
GONE = (trio.BrokenResourceError, trio.ClosedResourceError)  # what a stream says of a peer that is no more
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 s


class PeerStream:
    """A TCP stream whose peer may be slow, but not stand still.

    `ours` and `peer` are its two ends, as host and port; None if the peer has gone already.
    """

    def __init__(self, stream: trio.SocketStream, *, stalled_s: float) -> None:
        self._socket = stream.socket
        self.ours, self.peer = _address(stream.socket.getsockname), _address(stream.socket.getpeername)
        self.receive_some, self.send_eof = stream.receive_some, stream.send_eof
        self._send_all = stream.send_all
        self._stalled_s = stalled_s

    async def send_all(self, data: bytes) -> None:
        """Send it. Raises BrokenResourceError, and breaks the stream, if the peer stops taking it.

        The kernel's TCP_USER_TIMEOUT is not enough: it does not count while the peer's window is shut and
        its own data keep coming, as a caller's sound does.
        """
        view = memoryview(data)
        for at in range(0, len(view), _PIECE):
            with trio.move_on_after(self._stalled_s) as patience:
                await self._send_all(view[at : at + _PIECE])
            if patience.cancelled_caught:
                self.abort()
                raise trio.BrokenResourceError("the peer takes nothing")

    def has_more(self) -> bool:
        """Say whether something has come that was not received yet, be it the end."""
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def stop_receiving(self) -> None:
        """Have whoever receives find the end of the stream."""
        with suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RD)

    def abort(self) -> None:
        """Close the stream at once; what was not sent yet is dropped, and the descriptor is free.

        Whoever reads or sends gets ClosedResourceError.
        """
        if self._socket.fileno() != -1:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close()

    def close(self) -> None:
        """Close the stream at once; the kernel still delivers what was sent."""
        self._socket.close()


def _address(ask: Callable[[], tuple[Any, ...]]) -> tuple[str, int] | None:
    try:
        host, port, *_ = ask()
    except OSError:
        return None
    return host, port
