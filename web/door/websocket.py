"""An accepted WebSocket: its frames on the peer's stream, with nothing in between.

Not hypercorn's: a send of that can't be given up, and every message passes two queues and a task.
"""

from contextlib import suppress

import trio
from attrs import define, field
from websockets.protocol import OPEN

from engine.errors import LinkClosed
from web.door.frames import Frames
from web.door.peer import GONE, PeerStream

_AT_ONCE = 16_384
_CLOSE_WITHIN_S = 2.0  # for the peer's half of the closing handshake


@define(eq=False)
class WebSocket:
    """A ClosableLink (engine/ports.py), to one peer."""

    _stream: PeerStream
    _frames: Frames
    _sending: trio.Lock = field(factory=trio.Lock, init=False)
    _gone: bool = field(default=False, init=False)

    async def receive(self) -> str | bytes:
        """Return the next message. Raises LinkClosed once the peer is gone, for ever. Safe to cancel."""
        while not self._frames.messages:
            await self._read()
        return self._frames.messages.popleft()

    async def send(self, message: str) -> None:
        """Return once the message is handed to the operating system. A checkpoint, always.

        One that is cancelled before that breaks the socket: half a frame may be out. Raises LinkClosed.
        """
        if self._gone or self._frames.state is not OPEN:
            await trio.lowlevel.checkpoint()
            raise LinkClosed("the peer's socket is closed")
        self._frames.send_text(message.encode())
        await self._flush()

    async def close(self, code: int = 1000) -> None:
        """Close the socket, and give the peer 2 s to answer, so that the code reaches it.

        Closing a closed one does nothing. Nobody else may be receiving.
        """
        if self._gone or self._frames.state is not OPEN:
            return
        self._frames.send_close(code)
        with trio.move_on_after(_CLOSE_WITHIN_S):
            try:
                await self._flush()
                while True:
                    # What is still unread would turn the end into a reset, and might eat the code.
                    self._frames.messages.clear()
                    await self._read()
            except LinkClosed:
                return
        self._end()

    def lose(self) -> None:
        """Take the peer for gone, though its socket does not tell: Twilio goes on without this stream.

        The connection stays while there is work on it, so that nobody sees it end before that is done.
        """
        self._gone = True
        self._stream.stop_receiving()

    def abort(self) -> None:
        """Drop the connection at once, whoever receives or sends: they get LinkClosed."""
        self._gone = True
        self._stream.abort()

    async def _read(self) -> None:
        if self._gone or self._frames.eof_sent:
            await trio.lowlevel.checkpoint()
            raise LinkClosed("the peer's socket is closed")
        try:
            data = await self._stream.receive_some(_AT_ONCE)
        except GONE:
            data = b""
        if not data:
            if not self._gone:
                self._end()
            raise LinkClosed("the peer's socket broke off")
        self._frames.receive_data(data)
        if self._frames.writes:
            with suppress(LinkClosed):  # what has come is heard all the same; the next read says it
                await self._flush()

    async def _flush(self) -> None:
        """Send what there is to say: of a task that waits its turn the one before takes it along."""
        await trio.lowlevel.checkpoint_if_cancelled()
        try:
            self._sending.acquire_nowait()  # `acquire` would be one more round of all tasks
        except trio.WouldBlock:
            await self._sending.acquire()
        whole = False
        try:
            if writes := self._frames.data_to_send():
                await self._stream.send_all(b"".join(writes))
                if self._frames.eof_sent:
                    await self._stream.send_eof()
            whole = True
        except GONE:
            raise LinkClosed("the peer's socket broke off") from None
        finally:
            self._sending.release()
            if not whole:
                self.abort()

    def _end(self) -> None:
        self._gone = True
        self._stream.close()
