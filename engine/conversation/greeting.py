"""The greeting: the one answer that waits for no noise.

Who calls from a loud room would otherwise hear nothing for as long as somebody speaks there. So it is not
overtaken by what is heard before it, begins over that in the end, and is then not stopped by it either,
before the caller was told what they must be. A "hello?" before it is answered by it.
"""

from math import inf

from attrs import define

from engine.bot.answers import Answers
from engine.bot.bot import Bot
from engine.settings import Settings
from engine.states import Reason

_HELLO_MS = 1_000  # who says more before the greeting has asked something
_TAKEN_ABACK_MS = 200  # who begins so soon after it was there before: nobody hears it and replies in less


@define
class Greeting:
    """One per call. Times are milliseconds of the call's clock."""

    _settings: Settings
    _bot: Bot
    _answers: Answers
    _begun_ms: float = inf
    _voice_before: bool = False  # the caller's, or one that was taken for it

    @property
    def begun(self) -> bool:
        """True once it has begun to play."""
        return self._begun_ms < inf

    def begins(self, now_ms: float) -> None:
        """Note that an answer begins to play, which may be it."""
        if self._bot.greets_next:
            self._begun_ms = min(self._begun_ms, now_ms)

    def voice(self, onset_ms: float) -> None:
        """Note that somebody has begun to speak on the line."""
        self._voice_before = self._voice_before or onset_ms < self._begun_ms + _TAKEN_ABACK_MS

    def answers(self, speech_ms: int) -> bool:
        """Say whether it is all the answer that so much speech needs."""
        return not self.begun and speech_ms <= _HELLO_MS

    @property
    def due_ms(self) -> float:
        """When it begins, if it has come and only a voice keeps it."""
        waits = not self.begun and bool(self._answers.waiting) and self._bot.greets_next
        return self._settings.greeting_due_ms if waits else inf

    def undisturbed(self, now_ms: float) -> bool:
        """Say whether a voice neither overtakes nor stops what is said, or is about to be."""
        playing = self._answers.playing
        if not self.begun:
            return self._bot.greets_next
        if not self._voice_before or playing is None or Reason.GREETING not in playing.reasons:
            return False
        return self._answers.notice_awaited or playing.spoken_ms(now_ms)[0] < self._settings.greeting_kept_ms
