"""Recordings that call: is it a person at all who talks into the line?

An answering machine that a call was forwarded to, a robocall, a queue that announces: each would be answered
and asked for minutes. But a person may talk on and on, too, read a notice aloud, tell what a machine has said
to them, or be silent; and no person is ever hung up on for it. So it takes what only a machine does at once:

- It talks from pick-up, before the bot was heard, and goes on without a rest over all of the greeting, for
  long, in several phrases of announcements.
- Or it talks from pick-up in the words of an answering machine, then comes a beep, and then nothing: nobody
  who waits to be answered. Its answer is held back for so long.
- Or it has talked in such words, was asked whether a person is there, and nothing is heard after that.

Whoever says something else after the bot has spoken is a person, for the rest of the call. Without a
transcript nobody is suspected.
"""

from collections.abc import Set
from enum import Enum, auto
from math import inf

from attrs import Factory, define

from engine.conversation.recorded_words import announcements, takes_messages
from engine.settings import Settings
from engine.states import step

_TAIL_CHARS = 160  # of words that come one by one: no phrase is longer
_TOLD = 2  # phrases of announcements by which one who has heard the bot out is suspected


class Caller(Enum):
    """The kind of caller that it seems to be."""

    UNKNOWN = auto()
    SUSPECT = auto()  # has said what recordings say
    ASKED = auto()  # so, and was asked whether a person is there
    PERSON = auto()


class Sign(Enum):
    """A sign of that."""

    RECITES = auto()  # says what recordings say
    IS_ASKED = auto()
    ANSWERS = auto()  # says something else after the bot has spoken


CALLER = {
    (Caller.UNKNOWN, Sign.RECITES): Caller.SUSPECT,
    (Caller.SUSPECT, Sign.RECITES): Caller.SUSPECT,
    (Caller.ASKED, Sign.RECITES): Caller.ASKED,
    (Caller.SUSPECT, Sign.IS_ASKED): Caller.ASKED,
    **{(caller, Sign.ANSWERS): Caller.PERSON for caller in Caller},
    **{(Caller.PERSON, sign): Caller.PERSON for sign in Sign},
}


@define
class Recordings:
    """One per call. Times are milliseconds of the call's clock."""

    settings: Settings
    caller: Caller = Caller.UNKNOWN
    hold_ms: float = inf  # until then the opening is not answered; infinity: it is not held back
    _since_ms: float = 0.0  # pick-up
    _began_ms: float = -inf  # the opening; before pick-up: nobody has talked yet
    _opening: bool = True  # what is said now began at pick-up, and has not rested since
    _talks: bool = False
    _ended_ms: float = -inf
    _item: str = ""
    _said: str = ""  # the end of what was said in it
    _phrases: Set[str] = Factory(frozenset)
    _takes_messages: bool = False
    _beeped: bool = False

    @property
    def suspected(self) -> bool:
        """True while what is said may come to no answer: it opens the call, or recordings say such."""
        return self._opening or self.caller in (Caller.SUSPECT, Caller.ASKED)

    def begins(self, now_ms: float, *, greeted: bool) -> None:
        """Note that the caller begins to speak; `greeted`: they have heard the bot out, and may answer."""
        settings, rested_ms = self.settings, now_ms - self._ended_ms
        if self._began_ms < self._since_ms:
            self._began_ms = now_ms
            self._opening = not greeted and now_ms - self._since_ms <= settings.recording_pick_up_ms
        elif rested_ms > settings.recording_rest_ms:
            self._opening = False
        self._talks, self._beeped = True, False

    def ends(self, now_ms: float) -> None:
        """Note that they have said something. The answer to a long opening waits for its words."""
        self._talks, self._ended_ms = False, now_ms
        long = now_ms - self._began_ms >= self.settings.recording_talk_ms
        if self._opening and long and self.settings.transcription_model is not None:
            self._hold()
        if self.caller is Caller.ASKED and not self._opening:
            self._sign(Sign.ANSWERS)

    def stops(self) -> None:
        """Note that what they began was nothing."""
        self._talks = False

    def hear(self, item_id: str, text: str, *, whole: bool = False) -> None:
        """Take the next words of an item, or all of them."""
        if self.caller is Caller.PERSON:
            return
        if item_id != self._item or whole:
            self._item, self._said = item_id, ""
        self._said = text if whole else (self._said + text)[-_TAIL_CHARS:]
        takes, found = takes_messages(self._said), announcements(self._said)
        self._phrases |= found
        self._takes_messages = self._takes_messages or takes
        if takes or found if self._opening else found and len(self._phrases) >= _TOLD:
            self._sign(Sign.RECITES)
        elif whole and not self._opening:
            self._sign(Sign.ANSWERS)
        if self.hold_ms < inf and not self._beeped:
            self._hold(known=whole)

    def beeps(self, now_ms: float) -> None:
        """Note a beep: with it, an answering machine begins to listen."""
        if self.hold_ms < inf and self.caller is Caller.SUSPECT and self._takes_messages:
            self._beeped, self.hold_ms = True, now_ms + self.settings.recording_beep_ms

    def asked(self) -> None:
        """Note that the bot asks whether a person is there."""
        self._sign(Sign.IS_ASKED)

    def put_off(self, until_ms: float) -> None:
        """Let what is held wait for the end of what the bot says."""
        self.hold_ms = until_ms + self.settings.recording_beep_ms

    def talks_over(self, now_ms: float) -> bool:
        """Say whether this is a recording for certain, and goes on: the bot's greeting is over."""
        long = now_ms - self._began_ms >= self.settings.recording_sure_ms
        enough = len(self._phrases) >= self.settings.recording_phrases
        return self.caller is not Caller.PERSON and self._opening and self._talks and long and enough

    def due_ms(self, idle_ms: float | None) -> float:
        """Return when it is over, or no longer held; `idle_ms` is since when nobody has spoken."""
        if self.caller is Caller.ASKED and idle_ms is not None:
            return idle_ms + self.settings.recording_silent_ms
        return self.hold_ms

    def over(self) -> str:
        """Hold nothing back any more; return why nobody can be there, or nothing."""
        self.hold_ms = inf
        if self.caller is Caller.ASKED:
            return "words of a recording, and no answer"
        return "words of an answering machine, and its beep" if self._beeped else ""

    def _sign(self, sign: Sign) -> None:
        self.caller = step(CALLER, self.caller, sign)

    def _hold(self, *, known: bool = False) -> None:
        """Hold the answer back for the words, and then for what a machine does next: it beeps, or goes on."""
        settings = self.settings
        match self.caller:
            case Caller.UNKNOWN if not known:
                self.hold_ms = self._ended_ms + settings.transcript_due_ms
            case Caller.SUSPECT:
                self.hold_ms = self._ended_ms + settings.recording_beep_ms
            case _:
                self.hold_ms = inf
