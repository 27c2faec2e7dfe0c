"""RFC 6455 on the server's side, without I/O: websockets' protocol, and what that leaves to who uses it."""

import codecs
import logging
from collections import deque
from collections.abc import Callable

from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

# A logger for websockets, which would note every connection that opens and closes.
QUIET = logging.getLogger(f"{__name__}.websockets")
QUIET.setLevel(logging.WARNING)

_UTF8 = codecs.getincrementaldecoder("utf-8")
_HEADER_AND_MASK = 2 + 4


class Frames(ServerProtocol):
    """The frames of one accepted WebSocket, of messages of at most `most_bytes`, never compressed.

    Beside what websockets checks, the text must be UTF-8 (8.1), also in a fragment whose message is still to
    end, and a length must be written in the fewest bytes (5.2). What breaks a rule is answered with its close
    code, in `data_to_send`.
    """

    def __init__(self, most_bytes: int) -> None:
        super().__init__(state=OPEN, max_size=most_bytes, logger=QUIET)
        self.messages: deque[str | bytes] = deque()  # what has come whole, for who uses it to take
        self._decode: Callable[[bytes, bool], str] | None = None
        self._pieces: list[str | bytes] = []
        self._came = 0  # bytes, since the beginning
        self._parsed = 0

    def receive_data(self, data: bytes | bytearray) -> None:
        """Take what came from the peer."""
        self._came += len(data)
        super().receive_data(data)

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame that has come whole; its message, too, if that is its last."""
        self._check_length(len(frame.data))
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None  # it may come in the middle of a message (5.4)
        super().recv_frame(frame)
        self.events.clear()
        match frame.opcode:
            case Opcode.TEXT if frame.fin:
                self.messages.append(str(frame.data, "utf-8"))
            case Opcode.TEXT:
                self._decode = _UTF8().decode
                self._gather(frame)
            case Opcode.BINARY:
                self._decode = None
                self._gather(frame)
            case Opcode.CONT:
                self._gather(frame)

    def _check_length(self, payload: int) -> None:
        end = self._came - len(self.reader.buffer)
        extended = 0 if payload < 126 else 2 if payload < 2**16 else 8
        if end - self._parsed != _HEADER_AND_MASK + extended + payload:
            raise ProtocolError("its length is not written in the fewest bytes")
        self._parsed = end

    def _gather(self, frame: Frame) -> None:
        piece = self._decode(bytes(frame.data), frame.fin) if self._decode else bytes(frame.data)
        if piece:  # of those that hold nothing there may be any number
            self._pieces.append(piece)
        if frame.fin:
            whole = "" if self._decode else b""
            self.messages.append(whole.join(self._pieces))  # type: ignore[arg-type]  # all of one kind
            self._pieces = []
