"""What was meant by a sound over the bot: the floor, "go on", or nothing.

Most of what is heard over the bot is no interruption: its own echo, a cough, a door, "mhm". Who stops for all
of that never finishes a sentence. Who stops for nothing is shouted at. So the bot pauses at once, and what
follows decides.

The caller who stops early leaves a doubt (`states.DOUBT`). What they said was committed all the same, so
there will be a transcript, and that decides: words make the interruption real, an empty or failed
transcript makes it false. There is a limit to how long this is waited for. If it passes, the doubt is the
caller's: to answer somebody who has only coughed is awkward, to talk on over somebody who has asked
something is worse. What was not even an utterance was nothing, and needs no transcript.

Words that only agree (`agreement.py`) are no interruption either, if nothing was asked: who says "uh-huh"
wants to hear more. They stay in the model's memory as what the caller said, and nobody answers them, unless
the bot was nearly through: then an "okay" is what it waits for. Where words come one by one the first that
wants something takes the floor, while it is spoken; those that only agree are taken for all if no more
follow. Should the transcript say more, it is an interruption after all, and the bot is cut.

What is decided here is a cue, for the floor to act on.
"""

from math import inf

from attrs import define

from engine.caller.utterances import Utterance
from engine.conversation.agreement import agrees, may_agree
from engine.conversation.standing import Cue
from engine.settings import Settings
from engine.states import DOUBT, Doubt, DoubtEvent, step


@define
class Interruption:
    """The one that has paused the bot, or did so last. Times are milliseconds of the call's clock."""

    _settings: Settings
    doubt: Doubt = Doubt.NONE
    utterance: Utterance | None = None  # what paused the bot, once it was committed
    murmurs: bool = False  # what is said over the stopped bot only agrees, so far
    paused_ms: float = 0.0
    _passed: Utterance | None = None  # over what was written of it the bot has played on
    _asked: bool = False  # it may answer a question, or go on with a number

    @property
    def due_ms(self) -> float:
        """The time at which the transcript that is waited for is late."""
        return inf if self._doubtful is None else self._doubtful.due_ms

    @property
    def _doubtful(self) -> Utterance | None:
        return self.utterance if self.doubt is Doubt.AWAITED else None

    def begin(self, now_ms: float, *, asked: bool) -> None:
        """Note that the bot was paused; `asked`: what is said over it may be an answer."""
        self.paused_ms, self.utterance, self._asked = now_ms, None, asked

    def ended(self, utterance: Utterance) -> None:
        """Await the words of what has paused the bot: it is over, and was too short to be certainly meant."""
        self.doubt, self.utterance = step(DOUBT, self.doubt, DoubtEvent.COMMITTED), utterance

    def skipped(self) -> None:
        """Note that it was nothing; a transcript that is awaited decides, not this sound after it."""
        if self.doubt is Doubt.NONE:
            self.doubt = step(DOUBT, self.doubt, DoubtEvent.DISMISSED)

    def settle(self) -> None:
        """Close it: the bot is cut, or plays on."""
        self.doubt = step(DOUBT, self.doubt, DoubtEvent.SETTLED)

    # Words

    def hear_over(self, so_far: str, *, counts: bool) -> Cue | None:
        """Weigh what is being said over the stopped bot; what does not count may still come to nothing."""
        self.murmurs = self._only_agrees(so_far)
        return Cue.IS_REAL if counts and not self._only_agrees(so_far, may_go_on=True) else None

    def weigh(self, now_ms: float) -> Cue | None:
        """Weigh the words so far of what is over, once its item is named."""
        doubtful = self._doubtful
        if doubtful is None or not doubtful.so_far.strip():
            return None
        if not self._only_agrees(doubtful.so_far, may_go_on=True):
            return Cue.WORDS
        if self._only_agrees(doubtful.so_far):
            settled_ms = max(now_ms, doubtful.heard_ms + self._settings.words_settle_ms)
            doubtful.due_ms = min(doubtful.due_ms, settled_ms)
        return None

    def overdue(self, *, live: bool) -> Cue | None:
        """Decide without the whole transcript, which is late; `live`: words are written down as they come."""
        utterance = self.utterance
        if utterance is not None and self._only_agrees(utterance.so_far):
            self._murmured(utterance)
            return None
        # Who writes down words as they come, and has none of this by now, has heard none.
        if live and utterance is not None and not utterance.so_far.strip():
            self.doubt = step(DOUBT, self.doubt, DoubtEvent.NO_WORDS)
            return None
        # The doubt is the caller's: what paused the bot counts as said.
        return Cue.WORDS

    def concerns(self, utterance: Utterance) -> bool:
        """Say whether the transcript of this utterance settles anything: they come out of order."""
        return utterance is self._passed or utterance is self._doubtful

    def judge(self, utterance: Utterance) -> Cue | None:
        """Weigh the whole transcript of one that it concerns."""
        if utterance is self._passed:
            return self._hear_rest(utterance)
        if not utterance.words:
            self.doubt = step(DOUBT, self.doubt, DoubtEvent.NO_WORDS)
            return None
        if not self._only_agrees(utterance.so_far):
            return Cue.WORDS
        self._murmured(utterance)
        return None

    def _hear_rest(self, utterance: Utterance) -> Cue | None:
        """Let the caller have the floor after all, if they have said more than could be read at first."""
        self._passed = None
        if not utterance.words or agrees(utterance.so_far):
            return None
        utterance.murmur = False
        return Cue.MORE_WORDS

    def _only_agrees(self, text: str, *, may_go_on: bool = False) -> bool:
        return not self._asked and (may_agree(text) if may_go_on else agrees(text))

    def _murmured(self, utterance: Utterance) -> None:
        self.doubt, utterance.murmur = step(DOUBT, self.doubt, DoubtEvent.AGREES), True

    # What becomes of it

    def heed(self) -> Utterance | None:
        """Take for an answer what only agrees, and return it: nobody waits for more of the bot."""
        utterance = self.utterance
        if utterance is None or not utterance.murmur:
            return None
        utterance.murmur = False
        return utterance

    def pass_over(self, utterance: Utterance | None) -> None:
        """Note that the bot plays on over this utterance; of its words more may come."""
        self._passed = utterance if utterance is not None and utterance.words is None else None
