"""hypercorn's HTTP/1.1 (0.18, pinned), and nothing but HTTP/1.1.

hypercorn goes over to clear-text HTTP/2 where a client asks for it, and through that a client could speak
past the proxy before us (h2c smuggling). Here `Upgrade: h2c` is ignored, as RFC 9110 7.8 allows, and HTTP/2's
preface is refused. A request for a WebSocket, be it the first of its connection or a later one, is none of
hypercorn's: it is handed out.
"""

import h11
import trio
from hypercorn.events import Closed, Event
from hypercorn.protocol.h11 import H11Protocol

_BAD_REQUEST, _VERSION_NOT_SUPPORTED = 400, 505
_RECYCLE_WITHIN_S = 1.0


class _Unserved(Exception):
    """What came is answered with this status and the end of the connection."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Switch(Exception):
    """What came is for others."""


class Http11(H11Protocol):
    """The protocol of one connection."""

    upgrade: h11.Request | None = None  # asked for on this connection: then nothing more is read here

    @property
    def body_whole(self) -> bool:
        """Whether the last byte of the request has come."""
        return self.connection.their_state is h11.DONE

    async def handle(self, event: Event) -> None:
        """Take what came from the peer; answer what is not served."""
        try:
            await super().handle(event)
        except _Unserved as unserved:
            if self.connection.our_state is h11.SEND_RESPONSE:
                await self._send_error_response(unserved.status)
            await self.send(Closed())
        except _Switch:
            pass  # `upgrade` says it

    async def _check_protocol(self, request: h11.Request) -> None:
        if request.http_version not in (b"1.0", b"1.1"):
            raise _Unserved(_VERSION_NOT_SUPPORTED)

    async def _create_stream(self, request: h11.Request) -> None:
        if not _for_a_websocket(request):
            await super()._create_stream(request)
            return
        end = self.connection.next_event()
        if not isinstance(end, h11.EndOfMessage) or self.connection.trailing_data[0]:
            raise _Unserved(_BAD_REQUEST)  # it has a body, or its client does not wait for the answer (4.1)
        self.upgrade = request
        raise _Switch

    async def _maybe_recycle(self) -> None:
        """Close the connection after an answer, or get it ready for the next request.

        Shielded: hypercorn tells the application of the disconnect first, and quart-trio then cancels the
        very send at whose end we are. The deadline is for an application that no longer reads.
        """
        with trio.move_on_after(_RECYCLE_WITHIN_S, shield=True) as patience:
            await super()._maybe_recycle()
        if patience.cancelled_caught:
            await self.send(Closed())


def _for_a_websocket(request: h11.Request) -> bool:
    def said(name: bytes) -> bytes:
        return b",".join(value for key, value in request.headers if key == name).lower()

    return b"websocket" in said(b"upgrade") and b"upgrade" in said(b"connection")
