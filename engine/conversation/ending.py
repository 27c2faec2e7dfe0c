"""The end of a call: one goodbye, drained to its last mark, and then the line.

`states.ENDING` says which moves exist. The goodbye may come from the answer that asked to hang up, or from
one response more; one that breaks off, or is not said at all, is asked for again, within bounds. Until the
line is gone the caller can take the call back, unless its end is final. Nothing of it takes longer than its
deadline, and that follows what the caller is still to hear.
"""

from math import inf

from attrs import define

from engine.bot.response import Response
from engine.outcome import Outcome
from engine.settings import Settings
from engine.states import ENDING, Ending, EndingEvent, Making, Reason, step

_MARK_GRACE_MS = 1_000  # how long the goodbye's last mark may lag behind the clock
_MOST_BROKEN = 2  # who has heard two beginnings of a goodbye knows
_MOST_TRIES = 3


@define
class CallEnding:
    """How far a call is on its way out. Times are milliseconds of the call's clock."""

    settings: Settings
    state: Ending = Ending.OPEN
    outcome: Outcome = Outcome.COMPLETED
    model_gone: bool = False
    _limit_met: bool = False  # the call went on once although it had reached its longest time
    _goodbye: Response | None = None
    _tries: int = 0  # goodbyes that came to nothing, and how many of them had begun
    _broken: int = 0
    _closed_ms: float = inf
    _heard_ms: float = inf  # when all that has come will have been heard

    @property
    def final(self) -> bool:
        """True if, once it closes, the call ends whatever the caller says."""
        limit = self.outcome is Outcome.LONGEST_CALL and self._limit_met
        return limit or self.model_gone or self.outcome is Outcome.TRANSFERRED

    @property
    def due_ms(self) -> float:
        """When the call is ended, said or unsaid."""
        match self.state:
            case Ending.CLOSING:  # time to ask for the goodbye twice, and to say it
                latest_ms = self._closed_ms + self.settings.longest_call_grace_ms
                asked_ms = 2 * self.settings.answer_due_ms
                return min(self._heard_ms, latest_ms) + asked_ms + self.settings.goodbye_max_ms
            case Ending.DRAINING:
                return self._heard_ms + _MARK_GRACE_MS
        return inf

    @property
    def unsaid(self) -> bool:
        """True if the model was asked often enough, and has not even begun to say goodbye."""
        return self.state is Ending.CLOSING and self._tries >= _MOST_TRIES and not self._broken

    def close(self, outcome: Outcome, now_ms: float) -> None:
        """Begin to end the call with this outcome, in place of one with which it is ending already."""
        if self.state is not Ending.OPEN:
            self.reopen()
        self.state = step(ENDING, self.state, EndingEvent.CLOSE)
        self.outcome = outcome
        self._goodbye = None
        self._tries = self._broken = 0
        self._closed_ms = self._heard_ms = now_ms

    def reopen(self) -> Outcome:
        """Let the call go on. Returns the outcome that it would have had."""
        self.state = step(ENDING, self.state, EndingEvent.REOPEN)
        self._limit_met = self._limit_met or self.outcome is Outcome.LONGEST_CALL
        return self.outcome

    def watch(self, until_ms: float) -> None:
        """Say until when the caller hears what has come so far."""
        self._heard_ms = max(self._heard_ms, until_ms)

    def response_done(self, response: Response) -> bool:
        """Look for the goodbye in a complete response. True if a goodbye must still be asked for."""
        if self.state is not Ending.CLOSING or Reason.GOODBYE not in response.reasons:
            return False
        begun = response.speech.received_bytes > 0
        if begun and response.speech.made is Making.COMPLETED and not response.cut:
            self._goodbye = response
        else:
            self._tries += 1
            self._broken += begun
            if self._tries < _MOST_TRIES and self._broken < _MOST_BROKEN:
                return True
            if self.unsaid:
                return False
        self.state = step(ENDING, self.state, EndingEvent.GOODBYE_OVER)
        return False

    def lose_model(self) -> bool:
        """Go on without the model. True if what it has said of the goodbye will do."""
        self.model_gone = True
        if self.state is Ending.CLOSING and self._broken:
            self.state = step(ENDING, self.state, EndingEvent.GOODBYE_OVER)
        return self.state in (Ending.DRAINING, Ending.ENDED)

    def over(self) -> str | None:
        """Return how it went, if nothing plays any more; None while a goodbye or its mark is awaited."""
        if self.state is not Ending.DRAINING:
            return None
        if self._goodbye is None:
            return "the goodbye broke off"
        return "the goodbye was heard" if self._goodbye.speech.confirmed else None

    def end(self) -> bool:
        """End the call. False if it was already."""
        if self.state is Ending.ENDED:
            return False
        self.state = step(ENDING, self.state, EndingEvent.END)
        return True
