"""The ledger: one ordered account of the bot's bytes, from the model's delta to the caller's ear.

Deltas come several times faster than they play and the carrier buffers them, so "sent" says nothing
about "heard". Two things do. The clock: the carrier plays 8 bytes a millisecond, in whole frames,
from the moment the first byte reaches an empty buffer. And marks: the carrier echoes a mark when
everything before it has played.

Audio and a `clear` travel the same way to the carrier, so what was heard when a clear takes effect is what
the clock of sending says when it is sent: the delay cancels out. A mark comes later by that delay and the
way back. What the last marks are late against the usual round trip of the call, the carrier plays late
(or its audio was), and the clock is set by that. A mark that comes back because of a `clear` proves nothing:
after a clear the turn's marks are void.

One turn plays at a time. A turn is one answer on its way to the caller; its number is never reused,
so a mark named `turn.offset` can't be mistaken for one of another turn. An answer that plays on after a
false interruption does so as a new turn, from the byte where the caller stopped hearing it.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import groupby
from math import floor, inf
from statistics import fmean, median

from attrs import Factory, define, frozen

from engine.audio import BYTES_PER_MS, level
from engine.settings import FRAME_BYTES, FRAME_MS
from engine.states import ANSWER, STOPPED, Answer, AnswerEvent, Making, step

_EPSILON = 1e-6  # of a millisecond or a frame; the clock is a float
_LONGEST_MARK = 40  # characters; ours are shorter
_LAST_MARKS = 4  # of a run: fewer are noisier, more see a late carrier later
_USUAL_MARKS = 64  # of the call


@frozen
class Piece:
    """One audio delta of the model: of which item, its raw mu-law, and where in the answer it ends."""

    item_id: str
    audio: bytes
    end: int


@define(eq=False)
class Speech:
    """One answer of the model as audio. Read it; `made` is the bot's, all else only the ledger changes."""

    turn: int
    pieces: list[Piece] = Factory(list)
    received_bytes: int = 0
    sent_bytes: int = 0
    marked_bytes: int = 0  # from the first, that the carrier says it has played
    first_chunk: int = 0  # chunks are numbered through the call; 0 as long as none was sent
    last_chunk: int = 0
    life: Answer = Answer.EXPECTED
    made: Making = Making.BEGUN
    begins_ms: float = inf  # when the carrier's socket took its first byte

    _heard_at_stop: int = 0  # if it is stopped
    _run_start_ms: float = 0.0  # when the carrier's buffer was last sent audio while it was empty
    _run_base: int = 0  # bytes that were played before that
    _late_ms: float = 0.0  # how much later than usual the carrier plays this run
    _round_trips_ms: deque[float] = Factory(lambda: deque(maxlen=_LAST_MARKS))  # of its last marks

    @property
    def complete(self) -> bool:
        """True once the model will send no more of it."""
        return self.made not in (Making.BEGUN, Making.ACTING)

    @property
    def all_sent(self) -> bool:
        """True once the carrier has all of it: nothing more will be sent."""
        return self.complete and self.sent_bytes == self.received_bytes

    @property
    def confirmed(self) -> bool:
        """True once the carrier has echoed the last mark: certainty, where the clock only reckons."""
        return self.complete and self.marked_bytes == self.received_bytes

    @property
    def mark_ms(self) -> int | None:
        """Time from when its audio should have ended, were there no way, to the last mark; None: none came.

        Two ways of the line if all is well. Negative: the carrier did not play the audio.
        """
        return round(self._round_trips_ms[-1]) if self._round_trips_ms else None

    def heard_bytes(self, now_ms: float) -> int:
        """Return how many bytes, from the first, the caller has heard; never more than were sent."""
        if self.life in STOPPED:
            return self._heard_at_stop
        run_bytes = self.sent_bytes - self._run_base
        elapsed_ms = now_ms - self._run_start_ms - self._late_ms
        if elapsed_ms + _EPSILON >= run_bytes / BYTES_PER_MS:
            return self.sent_bytes
        frames = max(0, floor(elapsed_ms / FRAME_MS + _EPSILON))
        return max(self.marked_bytes, self._run_base + min(run_bytes, frames * FRAME_BYTES))

    def heard_by_ms(self, at_ms: float) -> float:
        """Return how many milliseconds of it had been heard at most by `at_ms`, which is now or before."""
        return min(max(0.0, at_ms - self.begins_ms), self.heard_bytes(at_ms) / BYTES_PER_MS)

    def ends_ms(self) -> float:
        """Return when all that was sent will have been heard, by the clock."""
        return self._run_start_ms + self._late_ms + (self.sent_bytes - self._run_base) / BYTES_PER_MS

    def played(self, now_ms: float) -> bool:
        """Say whether all of it was heard."""
        return self.all_sent and self.heard_bytes(now_ms) == self.sent_bytes

    def level(self, now_ms: float) -> float:
        """Return how loud the frame is that plays now: RMS on the 16-bit scale, 0.0 if none does."""
        at = self.heard_bytes(now_ms)
        if self.life in STOPPED or at >= self.sent_bytes:
            return 0.0
        piece = self.pieces[bisect_right(self.pieces, at, key=lambda piece: piece.end)]
        begin = at - (piece.end - len(piece.audio))
        return level(piece.audio[begin : begin + FRAME_BYTES])

    def received_ms(self, item_id: str) -> int:
        """Return how many milliseconds of audio the model sent for one item."""
        return self._of_item(item_id, self.received_bytes) // BYTES_PER_MS

    def heard_ms(self, item_id: str, now_ms: float) -> int:
        """Return how many milliseconds of one item were heard, rounded down: the figure for a truncation."""
        return self._of_item(item_id, self.heard_bytes(now_ms)) // BYTES_PER_MS

    def item_heard_by_ms(self, item_id: str, at_ms: float) -> int:
        """Return how many milliseconds of one item had been heard at most by `at_ms`: now or before."""
        return self._of_item(item_id, round(self.heard_by_ms(at_ms) * BYTES_PER_MS)) // BYTES_PER_MS

    def _of_item(self, item_id: str, first_bytes: int) -> int:
        """Return how many of the first bytes are of that item."""
        found = begin = 0
        for piece in self.pieces:
            if piece.item_id == item_id:
                found += max(0, min(first_bytes, piece.end) - begin)
            begin = piece.end
        return found

    def unsent(self) -> Iterator[tuple[bytes, int]]:
        """Yield what is still to be sent: the rest of each piece, and where it ends."""
        for piece in self.pieces:
            if piece.end > self.sent_bytes:
                yield piece.audio[max(0, self.sent_bytes - piece.end + len(piece.audio)) :], piece.end

    def forget_audio(self) -> None:
        """Let the bytes go, once nothing more of it will be said; the figures of its items stay."""
        runs = groupby(self.pieces, lambda piece: piece.item_id)
        self.pieces = [Piece(item_id, b"", list(run)[-1].end) for item_id, run in runs]


class Ledger:
    """The account of a call. All times are milliseconds of the call's one clock."""

    def __init__(self) -> None:
        self._speeches: dict[int, Speech] = {}  # by turn; one that plays on leaves its old turn behind
        self._turns = 0
        self._chunks = 0
        self._round_trips_ms: deque[float] = deque(maxlen=_USUAL_MARKS)

    def open(self) -> Speech:
        """Begin the account of a response's audio, under a turn number of its own."""
        speech = Speech(turn=self._next_turn())
        self._speeches[speech.turn] = speech
        return speech

    def receive(self, speech: Speech, item_id: str, audio: bytes) -> None:
        """Queue one delta, in the order it came."""
        speech.received_bytes += len(audio)
        speech.pieces.append(Piece(item_id, audio, speech.received_bytes))

    def sent(self, turn: int, byte_count: int, now_ms: float) -> Speech | None:
        """Add bytes that the carrier's socket has taken. Returns the turn's speech if they are its first."""
        speech = self._speeches.get(turn)
        if speech is None or speech.life in STOPPED:
            return None  # it was already under way when the turn was cleared; the clear behind it removes it
        if speech.heard_bytes(now_ms) == speech.sent_bytes:
            speech._run_base, speech._run_start_ms, speech._late_ms = speech.sent_bytes, now_ms, 0.0
            speech._round_trips_ms.clear()
        speech.sent_bytes += byte_count
        self._chunks += 1
        speech.first_chunk, speech.last_chunk = speech.first_chunk or self._chunks, self._chunks
        speech.begins_ms = min(speech.begins_ms, now_ms)
        return speech if speech.first_chunk == self._chunks else None

    def mark_reached(self, name: str, now_ms: float) -> Speech | None:
        """Take a mark that came back. Returns its answer, or None if it proves nothing (void or not ours)."""
        turn, _, offset = name.partition(".")
        if len(name) > _LONGEST_MARK or not (
            turn.isascii() and turn.isdigit() and offset.isascii() and offset.isdigit()
        ):
            return None
        speech, marked = self._speeches.get(int(turn)), int(offset)
        if speech is None or speech.life in STOPPED or marked > speech.sent_bytes:
            return None
        speech.marked_bytes = max(speech.marked_bytes, marked)
        self._set_clock(speech, marked, now_ms)
        return speech

    def _set_clock(self, speech: Speech, marked: int, now_ms: float) -> None:
        run_bytes = marked - speech._run_base
        if run_bytes <= 0 or run_bytes % FRAME_BYTES:
            return  # the carrier plays whole frames: a mark inside one comes up to 20 ms later
        round_trip_ms = now_ms - speech._run_start_ms - run_bytes / BYTES_PER_MS
        speech._round_trips_ms.append(round_trip_ms)
        self._round_trips_ms.append(round_trip_ms)
        # Nothing plays before it was sent: that marks come sooner than usual says that they were late before.
        speech._late_ms = max(0.0, fmean(speech._round_trips_ms) - median(self._round_trips_ms))

    def move(self, speech: Speech, event: AnswerEvent, now_ms: float) -> None:
        """Step its life. If that stops it, what the caller has not heard by now stays unheard."""
        if speech.life not in STOPPED:  # else that is settled already
            speech._heard_at_stop = speech.heard_bytes(now_ms)
        speech.life = step(ANSWER, speech.life, event)

    def play_on(self, speech: Speech, now_ms: float) -> None:
        """Take up a paused answer as a new turn, from the byte where the caller stopped hearing it."""
        heard = speech._heard_at_stop
        self.move(speech, AnswerEvent.PLAYS_ON, now_ms)
        del self._speeches[speech.turn]
        speech.turn = self._next_turn()
        self._speeches[speech.turn] = speech
        speech.sent_bytes = speech._run_base = heard
        speech.marked_bytes = min(speech.marked_bytes, heard)

    def _next_turn(self) -> int:
        self._turns += 1
        return self._turns
