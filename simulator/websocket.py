"""Transports over real WebSocket framing: on TCP for the demo, on memory streams for tests.

trio-websocket does the framing. Its own client is not used to connect: when the server closes first it
leaves the TCP socket open. So the stream is owned, and closed, here.
"""

import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import trio
import trio_websocket
from attrs import define, field, frozen

from simulator.transport import ABNORMAL, TransportClosed, Valve

HANDSHAKE_S = 5.0
CLOSE_S = 1.0
# Small, so that a peer that stops reading is felt after kilobytes: the kernel would grow it to megabytes.
RECEIVE_BUFFER_BYTES = 16_384
_MAX_MESSAGE_BYTES = 16 * 2**20


@frozen
class UpgradeRefused(Exception):
    """The server answered the WebSocket handshake with an HTTP error."""

    status: int
    body: str

    def __str__(self) -> str:
        return f"the server refused the WebSocket with status {self.status} {self.body}".strip()


@define
class _ValvedStream(trio.abc.Stream):
    """A byte stream that can stop reading for good, so that the peer's sends back up in the kernel."""

    inner: trio.abc.Stream
    valve: Valve = field(factory=Valve, init=False)

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        with self.valve.scope:
            return await self.inner.receive_some(max_bytes)
        return await trio.sleep_forever()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self.inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self.inner.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self.inner.aclose()


@define
class WebSocketTransport:
    """A Transport over one trio-websocket connection and the stream beneath it, which it closes."""

    _connection: trio_websocket.WebSocketConnection
    _stream: trio.abc.Stream
    path: str = ""
    headers: Mapping[str, str] = field(factory=dict)
    _valve: Valve = field(factory=Valve)

    async def send(self, message: str | bytes) -> None:
        """Send one message; wait while the peer does not read."""
        try:
            await self._connection.send_message(message)
        except trio_websocket.ConnectionClosed as closed:
            raise _translated(closed) from None

    async def receive(self) -> str | bytes:
        """Return the next message. Safe to cancel. Raises TransportClosed."""
        try:
            return await self._connection.get_message()
        except trio_websocket.ConnectionClosed as closed:
            raise _translated(closed) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame; a peer that does not answer it is given 1 s."""
        with trio.move_on_after(CLOSE_S):
            await self._connection.aclose(code, reason or None)
        # trio-websocket returns early, stream open, when the peer closed first.
        await self._stream.aclose()

    def abort(self) -> None:
        """Reset the connection."""
        stream = self._stream
        if isinstance(stream, trio.SocketStream):
            # Lingering for 0 s makes the kernel send RST instead of FIN.
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.socket.close()
        elif isinstance(stream, trio.StapledStream):
            stream.send_stream.close()
            stream.receive_stream.close()
        else:
            raise TypeError(f"cannot abort a {type(stream).__name__}")

    def stall(self) -> None:
        """Stop reading from the stream for good."""
        self._valve.shut()

    async def ping(self, payload: bytes) -> None:
        """Send a PING and wait for its PONG. Raises TransportClosed."""
        try:
            await self._connection.ping(payload)
        except trio_websocket.ConnectionClosed as closed:
            raise _translated(closed) from None


def over_websocket(
    connection: trio_websocket.WebSocketConnection, stream: trio.abc.Stream
) -> WebSocketTransport:
    """Return a Transport over a connection that somebody else opened on `stream`."""
    return WebSocketTransport(connection, stream)


async def wrap_client_stream(
    nursery: trio.Nursery, stream: trio.abc.Stream, url: str, headers: Mapping[str, str] | None = None
) -> WebSocketTransport:
    """Do the client's handshake on a stream; the reader task lives in `nursery`.

    Raises TransportClosed if the server closes, or says nothing for 5 s, before the handshake is done. A
    refusal raises trio_websocket.ConnectionRejected *in the nursery*; `connect_websocket` translates it.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    valved = _ValvedStream(stream)
    # A server that closes before it answers would leave trio-websocket waiting for ever.
    with trio.move_on_after(HANDSHAKE_S):
        connection = await trio_websocket.wrap_client_stream(
            nursery,
            valved,  # type: ignore[arg-type]  # any stream will do
            parts.netloc,
            target,
            extra_headers=[(name.encode(), value.encode()) for name, value in (headers or {}).items()],
            max_message_size=_MAX_MESSAGE_BYTES,
        )
        return WebSocketTransport(connection, stream, target, dict(headers or {}), valved.valve)
    raise TransportClosed(ABNORMAL, "no WebSocket handshake")


async def wrap_server_stream(nursery: trio.Nursery, stream: trio.abc.Stream) -> WebSocketTransport:
    """Accept one WebSocket on a stream, whatever its path; the reader task lives in `nursery`.

    Raises TransportClosed if the client does not do its handshake within 5 s.
    """
    valved = _ValvedStream(stream)
    with trio.move_on_after(HANDSHAKE_S):
        request = await trio_websocket.wrap_server_stream(
            nursery, valved, max_message_size=_MAX_MESSAGE_BYTES
        )
        connection = await request.accept()
        headers = {name.decode().lower(): value.decode() for name, value in request.headers}
        return WebSocketTransport(connection, stream, request.path, headers, valved.valve)
    raise TransportClosed(ABNORMAL, "no WebSocket handshake")


@asynccontextmanager
async def connect_websocket(
    url: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[WebSocketTransport]:
    """Open a client WebSocket over TCP, closed with its socket on leaving, at once if cancelled.

    `ws://` only: the simulator meets servers on the loopback. Raises OSError, UpgradeRefused, or
    TransportClosed if the server closed, or said nothing for 5 s, before the handshake was done.
    """
    parts = urlsplit(url)
    if parts.scheme != "ws" or parts.hostname is None:
        raise ValueError(f"url: {url!r} must be ws://host:port/path")
    async with await _open_tcp(parts.hostname, parts.port or 80) as stream:
        try:
            async with trio.open_nursery() as nursery:
                transport = await wrap_client_stream(nursery, stream, url, headers)
                yield transport
                await transport.close()
                nursery.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            raise _only(group) from None


async def _open_tcp(host: str, port: int) -> trio.SocketStream:
    infos = await trio.socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = infos[0]
    connection = trio.socket.socket(family, kind, protocol)
    try:
        # Before connecting: the window is agreed in the handshake.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        await connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return trio.SocketStream(connection)


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what the caller should see of a nursery's group: its one exception, in our own terms."""
    if len(group.exceptions) > 1:
        return group
    match group.exceptions[0]:
        case trio_websocket.ConnectionRejected() as refusal:
            body = (refusal.body or b"").decode("utf-8", "replace")
            return UpgradeRefused(refusal.status_code, body)
        case BaseExceptionGroup() as inner:
            return _only(inner)
        case only:
            return only


def _translated(closed: trio_websocket.ConnectionClosed) -> TransportClosed:
    reason = closed.reason
    if reason is None:
        return TransportClosed(ABNORMAL)
    return TransportClosed(reason.code, reason.reason or "")
