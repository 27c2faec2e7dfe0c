"""hypercorn's HTTP/1.1 (0.18, pinned), and nothing but HTTP/1.1.

hypercorn goes over to clear-text HTTP/2 where a client asks for it, and through that a client could speak
past the proxy before us (h2c smuggling). Here `Upgrade: h2c` is ignored, as RFC 9110 7.8 allows, and HTTP/2's
preface is refused. A WebSocket is never compressed: a few kilobytes could grow to hundreds of megabytes.
"""

from collections.abc import Callable

import h11
import trio
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol.events import Event as StreamEvent
from hypercorn.protocol.events import Response
from hypercorn.protocol.h11 import H11Protocol, H11WSConnection
from hypercorn.protocol.ws_stream import WSStream

_SWITCHED = 101
_BAD_REQUEST, _VERSION_NOT_SUPPORTED = 400, 505
_RECYCLE_WITHIN_S = 1.0


class _Unserved(Exception):
    """What came is answered with this status and the end of the connection."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Http11(H11Protocol):
    """The protocol of one connection. Tells when a WebSocket is accepted on it."""

    on_accept: Callable[[], None]

    @property
    def body_whole(self) -> bool:
        """Whether the last byte of the request has come."""
        return self.connection.their_state is h11.DONE

    async def handle(self, event: Event) -> None:
        """Take what came from the peer; answer what is not served."""
        if isinstance(event, RawData) and self._before_accept():
            await self._refuse(_BAD_REQUEST)
            return
        try:
            await super().handle(event)
        except _Unserved as unserved:
            await self._refuse(unserved.status)

    async def stream_send(self, event: StreamEvent) -> None:
        """Take what the application says."""
        if isinstance(event, Response) and event.status_code == _SWITCHED:
            self.on_accept()
        await super().stream_send(event)

    async def _refuse(self, status: int) -> None:
        if _of(self.connection).our_state is h11.SEND_RESPONSE:
            await self._send_error_response(status)
        await self.send(Closed())

    def _before_accept(self) -> bool:
        # A client waits for the 101 before it sends anything (RFC 6455 4.1).
        return isinstance(self.stream, WSStream) and not self.stream.handshake.accepted

    async def _check_protocol(self, request: h11.Request) -> None:
        if request.http_version not in (b"1.0", b"1.1"):
            raise _Unserved(_VERSION_NOT_SUPPORTED)

    async def _create_stream(self, request: h11.Request) -> None:
        if (b"upgrade", b"websocket") in [(name, value.strip().lower()) for name, value in request.headers]:
            request = _without_extensions(request)
            if self.connection.trailing_data[0]:
                raise _Unserved(_BAD_REQUEST)
        await super()._create_stream(request)
        if isinstance(self.stream, WSStream) and self.stream.closed:
            await self.send(Closed())  # its handshake was none and has been answered so

    async def _maybe_recycle(self) -> None:
        """Close the connection after an answer, or get it ready for the next request.

        Shielded: hypercorn tells the application of the disconnect first, and quart-trio then cancels the
        very send at whose end we are. The deadline is for an application that no longer reads.
        """
        with trio.move_on_after(_RECYCLE_WITHIN_S, shield=True) as patience:
            await super()._maybe_recycle()
        if patience.cancelled_caught:
            await self.send(Closed())


def _of(connection: h11.Connection | H11WSConnection) -> h11.Connection:
    return connection.h11_connection if isinstance(connection, H11WSConnection) else connection


def _without_extensions(request: h11.Request) -> h11.Request:
    headers = [item for item in request.headers if item[0] != b"sec-websocket-extensions"]
    return h11.Request(
        method=request.method, target=request.target, headers=headers, http_version=request.http_version
    )
