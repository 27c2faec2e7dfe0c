"""The way to the model: a WebSocket over a stream that we own.

The only file that names trio-websocket. Three of its habits shape the code:
- its client does not close the TCP socket if the server closed first, so the stream is ours to close;
- it waits for ever if the peer hangs up during the handshake, so its reader runs inside `_Reader`;
- its reader lives in a nursery, which wraps every error in a group; `over_stream` unwraps them again.
"""

import functools
import logging
import math
import re
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import trio
from attrs import Attribute, field, frozen
from trio_websocket import ConnectionClosed, ConnectionRejected, WebSocketConnection, wrap_client_stream

from engine.errors import LinkClosed, ModelFault
from engine.ports import Link

log = logging.getLogger(__name__)

_CLOSE_S = 1.0
_USER_TIMEOUT_MS = 5_000  # a stalled peer breaks the socket instead of blocking its writer
_MAX_MESSAGE_BYTES = 16 * 2**20

Headers = Sequence[tuple[bytes, bytes]]


def _check_url(_address: object, _attribute: "Attribute[str]", url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise ValueError("url: must look like wss://host/path, in ASCII and without spaces")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("url: the port must be a number up to 65535") from None


def _check_key(_address: object, _attribute: "Attribute[str]", key: str) -> None:
    # An HTTP library would quote the whole header in its error.
    if not re.fullmatch(r"[\x21-\x7e]*", key):
        raise ValueError("key: must be one word of ASCII; look for a space or a line break at its end")


@frozen(kw_only=True)
class ModelAddress:
    """Where the model is and how to be let in. An empty key sends no key, for a server of one's own."""

    url: str = field(validator=_check_url)
    model: str
    key: str = field(repr=False, validator=_check_key)
    auth: Literal["bearer", "api-key"] = "bearer"

    @property
    def resource(self) -> str:
        """Path and query of the request: those of the URL, and the model."""
        parts = urlsplit(self.url)
        query = "&".join(filter(None, [parts.query, urlencode({"model": self.model})]))
        return urlunsplit(("", "", parts.path or "/", query, ""))

    @property
    def headers(self) -> Headers:
        """What lets us in. Never `OpenAI-Beta`: the server answers it with close code 4000."""
        if not self.key:
            return []
        if self.auth == "api-key":
            return [(b"api-key", self.key.encode())]
        return [(b"Authorization", f"Bearer {self.key}".encode())]


@asynccontextmanager
async def open_socket(address: ModelAddress, *, deadline_ms: int) -> AsyncIterator[Link]:
    """Open a link to the model, closed on exit: politely within 1 s, at once if cancelled.

    Name lookup, TCP, TLS and the WebSocket handshake share the deadline. Raises ModelFault if they fail;
    errors of the block come out as they are, in no group.
    """
    deadline = trio.current_time() + deadline_ms / 1000
    stream = await _dial(address, deadline)
    host = urlsplit(address.url).netloc.rpartition("@")[2]
    async with over_stream(stream, host, address.resource, address.headers, deadline=deadline) as link:
        yield link


async def _dial(
    address: ModelAddress, deadline: float
) -> trio.SocketStream | trio.SSLStream[trio.SocketStream]:
    parts = urlsplit(address.url)
    secure = parts.scheme == "wss"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    try:
        with trio.fail_at(deadline):
            stream = await trio.open_tcp_stream(host, port)  # with TCP_NODELAY: trio's SocketStream sets it
    except trio.TooSlowError:
        raise ModelFault(f"{host} did not answer in time") from None
    except OSError as error:
        raise ModelFault(f"cannot reach {host}: {_why(error)}") from None
    if sys.platform == "linux":
        stream.setsockopt(trio.socket.IPPROTO_TCP, trio.socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    if not secure:
        return stream
    # https_compatible: servers close without TLS's goodbye, and so do we.
    return trio.SSLStream(stream, _tls(), server_hostname=host, https_compatible=True)


def _why(error: OSError) -> str:
    # Trio tries every address of the name, and gives their errors as one cause.
    cause = error.__cause__
    each = cause.exceptions if isinstance(cause, BaseExceptionGroup) else [cause or error]
    return "; ".join(map(str, each))


@functools.cache
def _tls() -> ssl.SSLContext:
    # Once per process: reading the certificate store holds up every call for tens of milliseconds.
    return ssl.create_default_context()


@asynccontextmanager
async def over_stream(
    stream: trio.abc.Stream, host: str, resource: str, headers: Headers, *, deadline: float = math.inf
) -> AsyncIterator[Link]:
    """Open a link over this stream, which is closed on exit. `deadline` bounds TLS and the handshake.

    Raises ModelFault if they fail; errors of the block come out as they are.
    """
    left: BaseException | None = None  # what the block ended with, or the opening before it
    error: BaseException | None = None
    opened = finished = False
    try:
        async with trio.open_nursery() as nursery:
            try:
                websocket = await _open(nursery, stream, host, resource, headers, deadline)
                opened = True
                yield _WebSocketLink(websocket)
                finished = True
                with trio.move_on_after(_CLOSE_S):
                    await websocket.aclose()
            finally:
                left = sys.exc_info()[1]
                # Ends the reader too, wherever it is. It never blocks; the shield only keeps a
                # cancellation from taking the place of the block's own error.
                with trio.move_on_after(_CLOSE_S, shield=True):
                    await trio.aclose_forcefully(stream)
    except BaseExceptionGroup as group:
        error = left if isinstance(left, Exception) or left in group.exceptions else group.exceptions[0]
    # Raised out here, so that the error keeps its own cause and context.
    if not opened and isinstance(error, Exception) and not isinstance(error, ModelFault):
        raise ModelFault(f"{host} does not speak WebSocket") from error
    if finished and isinstance(error, Exception):
        # A ping that crosses our close frame makes trio-websocket's reader fail; nothing is lost by it.
        log.debug("the model's socket broke while closing: %r", error)
    elif error is not None:
        raise error


async def _open(
    nursery: trio.Nursery,
    stream: trio.abc.Stream,
    host: str,
    resource: str,
    headers: Headers,
    deadline: float,
) -> WebSocketConnection:
    reader = _Reader(nursery)
    try:
        with trio.fail_at(deadline):
            if isinstance(stream, trio.SSLStream):
                await stream.do_handshake()
            websocket = await wrap_client_stream(
                cast("trio.Nursery", reader),
                cast("trio.SocketStream", stream),
                host,
                resource,
                extra_headers=list(headers),
                max_message_size=_MAX_MESSAGE_BYTES,
                receive_buffer_size=None,
            )
    except trio.TooSlowError:
        raise ModelFault(f"{host} did not finish the handshake in time") from None
    except trio.BrokenResourceError as error:
        raise ModelFault(f"no TLS with {host}: {error.__cause__ or error}") from None
    reader.opened = True
    return websocket


class _Reader:
    """Stands for the nursery in which trio-websocket starts its reader, and watches the handshake."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self.opened = False

    def start_soon(self, read: Callable[[], Awaitable[None]]) -> None:
        self._nursery.start_soon(self._run, read)

    async def _run(self, read: Callable[[], Awaitable[None]]) -> None:
        try:
            await read()
        except ConnectionRejected as rejection:
            raise ModelFault(f"the handshake was answered with HTTP {rejection.status_code}") from None
        if not self.opened:
            raise ModelFault("the peer closed the connection during the handshake")


@frozen
class _WebSocketLink:
    _websocket: WebSocketConnection

    async def receive(self) -> str | bytes:
        try:
            return await self._websocket.get_message()
        except ConnectionClosed as closed:
            raise _link_closed(closed) from None

    async def send(self, message: str) -> None:
        if self._websocket.closed:
            await trio.lowlevel.checkpoint()  # send_message has none when it knows the socket closed
        try:
            await self._websocket.send_message(message)
        except ConnectionClosed as closed:
            raise _link_closed(closed) from None


def _link_closed(closed: ConnectionClosed) -> LinkClosed:
    if closed.reason is None:
        return LinkClosed("closed")
    text = f" {closed.reason.reason!r}" if closed.reason.reason else ""
    return LinkClosed(f"closed with {closed.reason.code}{text}")
