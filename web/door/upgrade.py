"""A request to go over to WebSocket (RFC 6455 4.2), and its answer."""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import h11
import trio
from attrs import define, field
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeaderValue
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from engine.errors import LinkClosed
from web.door.frames import QUIET, Frames
from web.door.peer import GONE, PeerStream
from web.door.websocket import WebSocket

log = logging.getLogger(__name__)

_INTERNAL_ERROR = 1011
_END_WITHIN_S = 2.0

Answer = Callable[["Upgrade"], Awaitable[None]]


class _Handshake(ServerProtocol):
    """What is agreed on: no extension, so nothing is compressed, and the first subprotocol offered."""

    def __init__(self) -> None:
        super().__init__(logger=QUIET)

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        return subprotocols[0] if subprotocols else None


@define(eq=False)
class Upgrade:
    """One request for a WebSocket: to be accepted, or refused, once.

    `keep` is called for a WebSocket that is to count no more among the connections that give way to others.
    """

    target: str  # path and query as the peer wrote them: what a signature covers
    headers: Sequence[tuple[bytes, bytes]]  # with lower-case names
    keep: Callable[[], None]
    _stream: PeerStream
    _handshake: ServerProtocol
    _response: Response
    _patience: trio.CancelScope = field(factory=trio.CancelScope, init=False)
    _answered: bool = field(default=False, init=False)
    _socket: WebSocket | None = field(default=None, init=False)

    @classmethod
    def of(cls, request: h11.Request, stream: PeerStream, keep: Callable[[], None]) -> "Upgrade":
        """Take a request that was read from this stream."""
        handshake = _Handshake()
        target = request.target.decode("latin-1")
        version = f"HTTP/{request.http_version.decode()}"
        try:
            headers = Headers((name.decode(), value.decode("latin-1")) for name, value in request.headers)
        except InvalidHeaderValue:  # h11 lets some through that websockets does not
            response = handshake.reject(
                HTTPStatus.BAD_REQUEST, "Refused: a header has a value that is none.\n"
            )
        else:
            response = handshake.accept(Request(target, headers, request.method.decode(), version))
        return cls(target, list(request.headers), keep, stream, handshake, response)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def header(self, name: bytes) -> str:
        """Return the first header of this lower-case name, or nothing."""
        return next((value for key, value in self.headers if key == name), b"").decode("latin-1")

    async def accept(self, most_bytes: int) -> WebSocket:
        """Switch to a WebSocket whose messages have at most so many bytes.

        Raises LinkClosed if the peer has gone, or has sent something already: it must wait (4.1).
        """
        if self._stream.has_more():
            await self.refuse(HTTPStatus.BAD_REQUEST, "a WebSocket client waits for the answer")
            raise LinkClosed("the peer did not wait for the answer to its upgrade")
        if not await self._sent(self._response):
            raise LinkClosed("the peer left before its upgrade was answered")
        self._socket = WebSocket(self._stream, Frames(most_bytes))
        return self._socket

    async def refuse(self, status: HTTPStatus, reason: str) -> None:
        """Answer that there will be none, and why, if the peer is still there."""
        await self._sent(self._handshake.reject(status, f"Refused: {reason}.\n"))

    async def answer_by(self, answer: Answer, within_s: float) -> None:
        """Have `answer` accept or refuse it within this time, and do all that is to be done on the WebSocket.

        What it leaves open is closed: with 1011, and before that with 500, since only an error leaves it so.
        """
        if self._response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._response.headers["Sec-WebSocket-Version"] = "13"  # the one that is spoken here (4.4)
            await self._sent(self._response)
            return
        self._patience.deadline = trio.current_time() + within_s
        try:
            with self._patience:
                await answer(self)
            if self._patience.cancelled_caught:
                log.error("%s: no answer within %.0f s", self.path, within_s)
                await self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "this takes too long")
        finally:
            with trio.move_on_after(_END_WITHIN_S, shield=True):
                if self._socket is not None:
                    await self._socket.close(_INTERNAL_ERROR)
                elif not self._answered:
                    await self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "an error of ours")

    async def _sent(self, response: Response) -> bool:
        await trio.lowlevel.checkpoint_if_cancelled()  # what was given up must not be answered after all
        self._answered, self._patience.deadline = True, math.inf
        try:
            await self._stream.send_all(response.serialize())
        except GONE:
            return False
        return True
