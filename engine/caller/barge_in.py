"""Barge-in: has the caller spoken over the bot long enough for it to pause, and long enough to be cut?

Speech is added up in frames, and a gap of up to `barge_in_gap_ms` does not start the sum anew. What is said
in the guard after the bot's first sound does not count, and two pauses are `barge_in_cooldown_ms` apart.

PAUSED here says what the ear has asked for, in frame time; whether the bot is stopped, its answer's life says
(`states.ANSWER`). The two stand on two sides of a queue: the bot may have finished by the time it is asked.
"""

from enum import Enum, auto

from engine.settings import FRAME_MS, Settings
from engine.states import step


class BargeInState(Enum):
    """The caller's way to the floor that the bot has."""

    NONE = auto()
    PAUSED = auto()
    REAL = auto()


class BargeInEvent(Enum):
    """An event on that way."""

    PAUSES = auto()
    IS_REAL = auto()
    ENDS = auto()  # the utterance is over


BARGE_IN = {
    (BargeInState.NONE, BargeInEvent.PAUSES): BargeInState.PAUSED,
    (BargeInState.PAUSED, BargeInEvent.IS_REAL): BargeInState.REAL,
    **{(state, BargeInEvent.ENDS): BargeInState.NONE for state in BargeInState},
}


class BargeIn:
    """One per call; `step` once per frame. Times are milliseconds of frame time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state = BargeInState.NONE
        self.speech_ms = 0  # the sum that decides
        self.longest_ms = 0  # the largest it has been in this utterance
        self._gap_ms = 0
        self.bot_since_ms: int | None = None  # None: it is silent
        self._paused_at_ms = -settings.barge_in_cooldown_ms

    def step(self, now_ms: int, *, bot_playing: bool, counts: bool, late_ms: int) -> None:
        """Add the frame that ends now; `late_ms` of speech before it are recognised only with it."""
        if not bot_playing:
            self.bot_since_ms = None
        elif self.bot_since_ms is None:
            self.bot_since_ms = now_ms - FRAME_MS
        countable_ms = self._countable_ms(now_ms)
        if countable_ms <= 0:
            self.speech_ms = self._gap_ms = 0
        elif counts:
            self.speech_ms += min(FRAME_MS + late_ms, countable_ms)
            self.longest_ms = max(self.longest_ms, self.speech_ms)
            self._gap_ms = 0
        else:
            self._gap_ms += FRAME_MS
            if self._gap_ms > self.settings.barge_in_gap_ms and self.state is BargeInState.NONE:
                self.speech_ms = 0

    def advance(self, now_ms: int, *, utterance_counts: bool) -> bool:
        """Move to the next state if enough was said. True if it moved; while it does, ask again.

        An utterance that is too short to be answered may pause the bot, and never cuts it.
        """
        match self.state:
            case BargeInState.NONE if self._may_pause(now_ms):
                self.state = step(BARGE_IN, self.state, BargeInEvent.PAUSES)
                self._paused_at_ms = now_ms
            case BargeInState.PAUSED if utterance_counts and self.speech_ms >= self.settings.barge_in_real_ms:
                self.state = step(BARGE_IN, self.state, BargeInEvent.IS_REAL)
            case _:
                return False
        return True

    def end(self) -> bool:
        """Begin anew after an utterance. Returns True if it leaves the bot paused, and nothing decided."""
        undecided = self.state is BargeInState.PAUSED
        self.state = step(BARGE_IN, self.state, BargeInEvent.ENDS)
        self.longest_ms = 0
        return undecided

    def _countable_ms(self, now_ms: int) -> int:
        """Return how much of the time up to now may count: once the bot has paused, all that follows."""
        if self.state is not BargeInState.NONE:
            return FRAME_MS
        return 0 if self.bot_since_ms is None else now_ms - self.bot_since_ms - self.settings.guard_ms

    def _may_pause(self, now_ms: int) -> bool:
        return (
            self.speech_ms >= self.settings.barge_in_min_ms
            and now_ms - self._paused_at_ms >= self.settings.barge_in_cooldown_ms
        )
