"""What the caller's ear hears: Twilio's play-out buffer, stepped by the caller's clock.

Media is queued and played in order, in whole frames of 20 ms (160 mu-law bytes); the last, shorter frame
of a run is heard when its 20 ms have passed. A run starts when media arrives at an empty buffer. A mark
comes back when everything queued before it has been played, at once if nothing is queued; a clear
empties the buffer and sends every pending mark back (Twilio, "Media Streams - WebSocket messages").
All times are milliseconds of one clock that never goes back.
"""

from collections import deque

from attrs import define, field

from simulator.mulaw import silence

FRAME_MS = 20
FRAME_BYTES = 160
BYTES_PER_MS = 8
_EPSILON = 1e-6  # of a frame: a sleep until "the end of this frame" may wake a float's width early


@define
class _Run:
    started_ms: float
    audio: bytearray

    def played_bytes(self, now_ms: float) -> int:
        frames = int((now_ms - self.started_ms) / FRAME_MS + _EPSILON)
        return max(0, min(len(self.audio), frames * FRAME_BYTES))

    @property
    def ends_ms(self) -> float:
        return self.started_ms + -(-len(self.audio) // FRAME_BYTES) * FRAME_MS


@define
class Line:
    """The buffer between the carrier's socket and the caller's ear."""

    _runs: list[_Run] = field(factory=list, init=False)
    _marks: deque[tuple[float, str]] = field(factory=deque, init=False)

    def play(self, audio: bytes, now_ms: float) -> None:
        """Queue audio behind what is already there."""
        if not audio:
            return
        if self.playing(now_ms):
            self._runs[-1].audio += audio
        else:
            self._runs.append(_Run(now_ms, bytearray(audio)))

    def mark(self, name: str, now_ms: float) -> None:
        """Queue a mark behind the audio; `advance` says when it is reached."""
        due_ms = self._runs[-1].ends_ms if self.playing(now_ms) else now_ms
        self._marks.append((due_ms, name))

    def clear(self, now_ms: float) -> tuple[str, ...]:
        """Drop what was not played yet; the marks that were waiting, all of which come back at once."""
        if self.playing(now_ms):
            run = self._runs[-1]
            del run.audio[run.played_bytes(now_ms) :]
            if not run.audio:
                self._runs.pop()
        names = tuple(name for _, name in self._marks)
        self._marks.clear()
        return names

    def advance(self, now_ms: float) -> tuple[str, ...]:
        """Return the marks reached by now, in order, each returned once."""
        reached = []
        while self._marks and self._marks[0][0] <= now_ms + _EPSILON * FRAME_MS:
            reached.append(self._marks.popleft()[1])
        return tuple(reached)

    def next_ms(self) -> float | None:
        """Return when the next mark is due; None while none is waiting."""
        return self._marks[0][0] if self._marks else None

    def playing(self, now_ms: float) -> bool:
        """Say whether something is still to be heard."""
        return bool(self._runs) and now_ms < self._runs[-1].ends_ms - _EPSILON * FRAME_MS

    def queued_ms(self, now_ms: float) -> float:
        """Return how much is still to be heard."""
        return self._runs[-1].ends_ms - now_ms if self.playing(now_ms) else 0.0

    def speaking_ms(self, now_ms: float) -> float:
        """Return how long the current stretch has been audible; 0 while nothing plays."""
        return now_ms - self._runs[-1].started_ms if self.playing(now_ms) else 0.0

    def quiet_ms(self, now_ms: float) -> float | None:
        """Return how long nothing has been audible; 0 while something plays, None if nothing ever was."""
        if self.playing(now_ms):
            return 0.0
        return now_ms - self._runs[-1].ends_ms if self._runs else None

    def just_played(self, now_ms: float) -> bytes:
        """Return the sound of the 20 ms that end now: 160 bytes, silence where nothing played."""
        begin_ms = now_ms - FRAME_MS
        window = bytearray(silence(FRAME_MS))
        for run in reversed(self._runs):
            if run.ends_ms <= begin_ms:
                break
            offset = round((begin_ms - run.started_ms) * BYTES_PER_MS)
            sound = run.audio[max(0, offset) : max(0, offset + FRAME_BYTES)]
            into = max(0, -offset)
            window[into : into + len(sound)] = sound
        return bytes(window)

    def stretches(self, now_ms: float) -> tuple[tuple[int, bytes], ...]:
        """Return the stretches heard by now: when each began, and its bytes."""
        heard = ((run.started_ms, bytes(run.audio[: run.played_bytes(now_ms)])) for run in self._runs)
        return tuple((round(started_ms), audio) for started_ms, audio in heard if audio)

    def played(self, now_ms: float) -> bytes:
        """Return every byte heard by now, in order."""
        return b"".join(audio for _, audio in self.stretches(now_ms))
