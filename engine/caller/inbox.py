"""The caller's audio on its way from the socket to the ear: whole frames, bounded, in order.

The reader of a socket may block on nothing, so a full inbox drops its oldest frame. A dropped frame is
counted and comes out as silence in its place: speech must not be glued together where audio was lost.
"""

from collections import deque

from engine.audio import SILENCE_BYTE
from engine.settings import FRAME_BYTES

SILENT_FRAME = SILENCE_BYTE * FRAME_BYTES


class Inbox:
    """A queue of 20 ms frames that never blocks and never grows beyond `frames`."""

    def __init__(self, frames: int) -> None:
        self._frames: deque[bytes] = deque(maxlen=frames)
        self._rest = b""
        self._lost = 0
        self.dropped = 0

    def put(self, payload: bytes) -> None:
        """Add audio of any size; it comes out in frames."""
        audio = self._rest + payload
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._rest = audio[whole:]
        for start in range(0, whole, FRAME_BYTES):
            if len(self._frames) == self._frames.maxlen:
                self._lost += 1
                self.dropped += 1
            self._frames.append(audio[start : start + FRAME_BYTES])

    def take(self) -> bytes | None:
        """Take the next frame: silence for a lost one, None if there is none."""
        if self._lost:
            self._lost -= 1
            return SILENT_FRAME
        return self._frames.popleft() if self._frames else None
