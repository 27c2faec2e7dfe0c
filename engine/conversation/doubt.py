"""A barge-in that stayed short: was it speech? The transcript of what was committed decides.

It paused the bot, and was over before it was certainly speech. Words, or no transcript in time, make it
real; an empty or failed transcript makes it false, and the bot plays on.
"""

from enum import Enum, auto
from math import inf

from attrs import define

from engine.caller.utterances import Utterance
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
    due_ms: float = inf  # then there is no transcript in time
    _utterance: Utterance | None = None  # the doubtful one
    _paused_at_ms: float = 0.0

    def paused(self, now_ms: float) -> None:
        """The bot is silent from now on."""
        self._paused_at_ms = now_ms
        self.verdict, self._utterance = Verdict.NONE, None

    def committed(self, utterance: Utterance) -> None:
        """The doubtful utterance was committed, and waits for its transcript."""
        self.verdict, self._utterance, self.due_ms = Verdict.OPEN, utterance, utterance.due_ms

    @property
    def utterance(self) -> int | None:
        """The number of the doubtful utterance; None if what paused the bot was not even one."""
        return None if self._utterance is None else self._utterance.number

    def transcribed(self, utterance: Utterance) -> bool:
        """The transcript of an utterance came, or failed. True if it decides the doubt."""
        if self.verdict is not Verdict.OPEN or utterance is not self._utterance:
            return False
        self.verdict = Verdict.REAL if utterance.words else Verdict.FALSE
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
