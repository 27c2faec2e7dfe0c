"""The end of a call: one goodbye, drained to its last mark, and then the line.

`dialogue.ENDING` says which moves exist. The first reason to close stands; the goodbye may come from
the answer that asked to hang up, or from one response more. Nothing of it takes longer than its deadline.
"""

from math import inf

from attrs import define

from engine.answers import Response
from engine.dialogue import Ending, EndingEvent, Reason, next_ending
from engine.outcome import Outcome
from engine.settings import Settings

_MARK_GRACE_MS = 1_000  # how long the goodbye's last mark may lag behind the clock


@define
class Farewell:
    """How far a call is on its way out. Times are milliseconds of the call's clock."""

    settings: Settings
    state: Ending = Ending.OPEN
    outcome: Outcome = Outcome.COMPLETED
    due_ms: float = inf  # then the call is ended, said or unsaid
    _goodbye: Response | None = None

    def close(self, outcome: Outcome, free_ms: float) -> None:
        """Begin to end the call with this outcome; until `free_ms` the bot is still talking."""
        self.state = next_ending(self.state, EndingEvent.CLOSE)
        self.outcome = outcome
        # Time to ask for the goodbye twice, and to say it.
        self.due_ms = free_ms + 2 * self.settings.answer_due_ms + self.settings.goodbye_max_ms

    def response_done(self, response: Response, free_ms: float, played_ms: float) -> bool:
        """A response is complete. True if a goodbye must still be asked for.

        `free_ms` is when what plays before it will have been heard, `played_ms` when it will have too.
        """
        if self.state is not Ending.CLOSING:
            return False
        if response.cut:  # stalled or spoken over: what was heard of it is no goodbye
            return response.closes
        if response.closes and (response.failed or not response.audio.received_bytes):
            return True
        if not response.failed and (response.closes or Reason.GOODBYE in response.reasons):
            self.state = next_ending(self.state, EndingEvent.GOODBYE_COMPLETE)
            # A goodbye may stand at the end of a long answer, which is heard whole.
            self.due_ms = max(free_ms + self.settings.goodbye_max_ms, played_ms + _MARK_GRACE_MS)
            self._goodbye = response
        return False

    def heard(self) -> bool:
        """Nothing plays any more. True if the goodbye was certainly heard; else its last mark is awaited."""
        if self.state is not Ending.DRAINING or self._goodbye is None:
            return False
        audio = self._goodbye.audio
        if not audio.confirmed:
            self.due_ms = min(self.due_ms, audio.ends_ms() + _MARK_GRACE_MS)
            return False
        return True

    def end(self) -> bool:
        """The call is over. False if it was already."""
        if self.state is Ending.ENDED:
            return False
        self.state = next_ending(self.state, EndingEvent.END)
        return True
