"""A Transport over TCP that takes little time of its own: wsproto, and no task beside its users'."""

from collections import deque
from collections.abc import Callable

import trio
import wsproto.events as ws
from attrs import Factory, define
from wsproto import ConnectionType, WSConnection

from simulator import TransportClosed


async def connect(address: str, path: str) -> "LeanSocket":
    """Open a client's socket at HOST:PORT. Raises OSError."""
    host, _, port = address.partition(":")
    stream = await trio.open_tcp_stream(host, int(port))
    socket = LeanSocket(stream, WSConnection(ConnectionType.CLIENT))
    await stream.send_all(socket.protocol.send(ws.Request(host=address, target=path)))
    await socket.shake_hands()
    return socket


async def accept(stream: trio.SocketStream) -> "LeanSocket":
    """Take a client's handshake on a stream that it opened."""
    socket = LeanSocket(stream, WSConnection(ConnectionType.SERVER))
    await socket.shake_hands()
    return socket


@define
class LeanSocket:
    """One end. As of any Transport, one task may send and one may receive at a time."""

    _stream: trio.SocketStream
    protocol: WSConnection
    _messages: deque[str] = Factory(deque)
    _part: str = ""
    noted: Callable[[str], None] = lambda _text: None  # told each text as it is received

    async def shake_hands(self) -> None:
        """Wait for the other side's half of the handshake, and answer a client's."""
        while True:
            self.protocol.receive_data(await self._stream.receive_some() or None)
            for event in self.protocol.events():
                match event:
                    case ws.Request():
                        await self._stream.send_all(self.protocol.send(ws.AcceptConnection()))
                        return
                    case ws.AcceptConnection():
                        return
                    case _:
                        raise AssertionError(f"no handshake: {event}")

    async def send(self, message: str | bytes) -> None:
        """Send one text."""
        await self._stream.send_all(self.protocol.send(ws.TextMessage(data=str(message))))

    async def receive(self) -> str:
        """Return the next text. Raises TransportClosed."""
        while not self._messages:
            try:
                self.protocol.receive_data(await self._stream.receive_some() or None)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                raise TransportClosed(1006) from None
            for event in self.protocol.events():
                match event:
                    case ws.TextMessage():
                        self._part += event.data
                        if event.message_finished:
                            self._messages.append(self._part)
                            self._part = ""
                    case ws.CloseConnection():
                        raise TransportClosed(event.code, event.reason or "")
        self.noted(self._messages[0])
        return self._messages.popleft()

    async def close(self, _code: int = 1000, _reason: str = "") -> None:
        """Close it without a goodbye."""
        await self._stream.aclose()

    def abort(self) -> None:
        """Close it at once."""
        self._stream.socket.close()

    def stall(self) -> None:
        """Refuse: nobody stalls here."""
        raise NotImplementedError
