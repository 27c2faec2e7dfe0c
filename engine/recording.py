"""What a call that is kept sounded like: both voices, each piece at the moment it came. No I/O.

Kept only for a business that asks for it (`Settings.keep_audio`), and only once the caller has heard the
notice; the office writes it down when the call is over. What came before stands there as silence of the same
length, so that the times of a replay are those of the call. It is memory until then, so it is bounded: a
peer that floods us costs the rest of the recording, not the process.
"""

from math import inf

from attrs import define, field

from engine.audio import SILENCE_BYTE
from engine.settings import Settings

_ROOM_BYTES = 40 * 2**20  # over half an hour of both voices; the longest call is 15 minutes
_PIECE_BYTES = 100  # what a piece costs beside its audio
# The ledger's clock runs ahead of the caller's ear by the way there, and what comes now was said a way ago.
_THERE_AND_BACK_MS = 500


@define(kw_only=True)
class Recording:
    """The audio of one call, as it came: mu-law, with the call's own milliseconds."""

    settings: Settings  # as the call ran; a replay needs them
    caller: list[tuple[int, bytes]] = field(factory=list, repr=False)  # at_ms, payload
    bot: list[tuple[int, str, bytes]] = field(factory=list, repr=False)  # at_ms, response_id, audio
    kept: bool = False  # whether there is anything in it but silence
    _room_bytes: int = field(default=_ROOM_BYTES, repr=False)
    _from_ms: float = inf

    def begin(self, now_ms: float) -> None:
        """Keep audio from here on: by the ledger the caller has heard the notice to its last word."""
        self._from_ms = now_ms + _THERE_AND_BACK_MS

    def heard(self, now_ms: float, payload: bytes) -> None:
        """Keep what the caller's line carried."""
        if self._takes(payload):
            self.caller.append((round(now_ms), self._allowed(now_ms, payload)))

    def answered(self, now_ms: float, response_id: str, audio: bytes) -> None:
        """Keep what the model said, whether or not the caller will hear it."""
        if self._takes(audio):
            self.bot.append((round(now_ms), response_id, self._allowed(now_ms, audio)))

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, at most."""
        return _ROOM_BYTES - max(self._room_bytes, 0)

    @property
    def full(self) -> bool:
        """Whether some of the call found no room any more."""
        return self._room_bytes < 0

    def _takes(self, audio: bytes) -> bool:
        self._room_bytes -= len(audio) + _PIECE_BYTES
        return not self.full

    def _allowed(self, now_ms: float, audio: bytes) -> bytes:
        if now_ms < self._from_ms:
            return SILENCE_BYTE * len(audio)
        self.kept = True
        return audio
