"""A barge-in that stayed short: was it speech? The transcript of what was committed decides.

It paused the bot, and was over before it was certainly speech. Words, or no transcript in time, make it
real; an empty or failed transcript makes it false, and the bot plays on. The server names the item of a
commit in `input_audio_buffer.committed`, in the order of the commits.
"""

from collections import deque
from enum import Enum, auto
from math import inf

from attrs import Factory, define

from engine.settings import Settings


class Verdict(Enum):
    """What the doubtful barge-in was."""

    NONE = auto()  # nothing is in doubt
    OPEN = auto()
    REAL = auto()
    FALSE = auto()


@define
class Doubt:
    """One per call. Times are milliseconds of the call's clock."""

    settings: Settings
    verdict: Verdict = Verdict.NONE
    item_id: str | None = None  # of the doubtful utterance, once the server has named it
    due_ms: float = inf  # then there is no transcript in time
    _paused_at_ms: float = 0.0
    _commits: deque[bool] = Factory(deque)  # those that the server has not answered: is it the doubtful one?

    def paused(self, now_ms: float) -> None:
        """The bot is silent from now on."""
        self._paused_at_ms = now_ms
        self.verdict, self.item_id = Verdict.NONE, None

    def committed(self, now_ms: float, *, doubtful: bool) -> None:
        """An utterance was committed; a doubtful one waits for its transcript."""
        self._commits.append(doubtful)
        if doubtful:
            self.verdict = Verdict.OPEN
            self.due_ms = now_ms + self.settings.transcript_due_ms

    def named(self, item_id: str) -> None:
        """The server has made an item of the oldest commit."""
        if self._commits and self._commits.popleft():
            self.item_id = item_id

    def refused(self) -> None:
        """The server has refused the oldest commit: there will be no item, and no transcript."""
        if self._commits:
            self._commits.popleft()

    def transcribed(self, item_id: str, text: str) -> bool:
        """A transcript came, empty if it failed. True if it decides the doubt."""
        if self.verdict is not Verdict.OPEN or item_id != self.item_id:
            return False
        self.verdict = Verdict.REAL if text.strip() else Verdict.FALSE
        self.due_ms = inf
        return True

    def dismiss(self) -> None:
        """What paused the bot was not even an utterance: nothing was committed."""
        self.verdict, self.due_ms = Verdict.FALSE, inf

    def settle(self) -> bool:
        """The doubt is over. True if there was one: its utterance is to be answered if the bot is cut."""
        owed = self.verdict is not Verdict.NONE
        self.verdict, self.due_ms = Verdict.NONE, inf
        return owed

    def silent_ms(self, now_ms: float) -> float:
        """How long the bot has been paused."""
        return now_ms - self._paused_at_ms

    def too_late(self, now_ms: float) -> bool:
        """Whether the bot was silent for too long to play on where it stopped."""
        return self.silent_ms(now_ms) > self.settings.resume_within_ms
