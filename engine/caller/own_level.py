"""The caller's own level: is a voice loud enough to be this caller's, and not somebody's behind them?

To any detector of voices a television and a child in the room are voices too. What tells them from the
caller is how loud they are: the caller has the telephone at their mouth. So it is measured how loud this
one is, and a voice well below that opens nothing and interrupts nothing. It is learnt from what was answered
as theirs and nothing else; and of what was, the caller is whoever was loudest for more than half a second: a
television that speaks first, or within the caller's own utterance, is unlearnt as soon as they speak. Nobody
is refused before a caller is known, but within an utterance its own level counts: what goes on behind the
caller does not hold it open.

How far below is well below? People turn their heads. But who is alone is seldom soft for long, unless a whole
utterance is. Where much of what was heard lately was soft beside the caller, somebody else is there: in
company the caller is whoever is close to their usual level.

People also hand the telephone over, and lay it on the table. So while the bot waits the measure is slowly
forgotten, and quickly once nobody has been heard for long.
"""

from collections import deque
from collections.abc import Sequence

from attrs import evolve

from engine.caller.vad import Judgement
from engine.settings import FRAME_MS, Settings

# The caller was at least so loud for so many frames, or for a quarter of what they said: longer than a cough.
_LOUDEST_FRAMES, _LOUDEST_SHARE = 30, 4
_EVERY_FRAMES = 5  # of a voice it is measured anew
_SURELY = 0.6  # of the level: somebody behind the caller is hardly ever so loud


class OwnLevel:
    """One per call; `weigh` and `follow` every frame, in order.

    Levels are RMS on the 16-bit scale, of the loudest of the last frames: between syllables all are soft.
    """

    def __init__(self, settings: Settings) -> None:
        self.level = 0.0  # 0: not known yet
        self._settings = settings
        self._behind = _ratio(settings.own_level_db)
        self._close = _ratio(settings.own_close_db)
        self._interrupting = _ratio(settings.own_interrupting_db)
        self._held: deque[float] = deque(maxlen=settings.own_level_hold_ms // FRAME_MS)
        self._known: deque[float] = deque(maxlen=settings.own_level_ms // FRAME_MS)
        self._said: deque[float] = deque(maxlen=self._known.maxlen)  # in an utterance that is not over
        self._saying = 0.0  # the level of the last of that
        self._saying_frames = settings.own_saying_ms // FRAME_MS
        # The voices that were heard last, whosever they are, and those within the utterance that is not over.
        self._voices: deque[float] = deque(maxlen=settings.company_of_ms // FRAME_MS)
        self._within: deque[float] = deque(maxlen=self._voices.maxlen)
        self._company = self._speaking = False
        self._frames = 0  # of voices
        self._unheard_ms = 0

    def surely(self, level: float) -> bool:
        """Say whether a voice so loud is this caller's for certain, as far as they are known."""
        return level > _SURELY * max(self.level, self._saying)

    def weigh(self, heard: Judgement, *, echo: bool = False) -> Judgement:
        """Return what is left of a frame's judgement: a voice well below the caller's is none.

        `echo` says that it is the bot's sound: it is no company.
        """
        self._held.append(heard.level)
        if not heard.speech:
            return heard
        held = max(self._held)
        self._frames += 1
        if not echo:
            (self._within if self._speaking else self._voices).append(held)
            if self._frames % _EVERY_FRAMES == 0:
                self._note_company()
        level = max(self.level, self._saying)
        if not level:
            return heard
        least = level * (self._close if self._company else self._behind)
        interrupting = heard.interrupting and held > max(least, level * self._interrupting)
        return evolve(heard, speech=held > least, interrupting=interrupting)

    def follow(self, *, voice: bool, speaking: bool, bot_playing: bool) -> None:
        """Take what the frame proved to be: the caller's voice, or none. Forget while the bot waits."""
        self._speaking = speaking
        if speaking:
            self._unheard_ms = 0
            if voice:
                self._said.append(max(self._held))
                if self._frames % _EVERY_FRAMES == 0:
                    self._saying = self._measured(list(self._said)[-self._saying_frames :])
        elif not bot_playing:
            self._unheard_ms += FRAME_MS
            lost = self._unheard_ms > self._settings.own_level_unheard_ms
            a_second_db = self._settings.own_level_lost_db if lost else self._settings.own_level_forgotten_db
            self.level *= _ratio(a_second_db * FRAME_MS / 1_000)

    def ended(self, *, answered: bool) -> None:
        """Learn from an utterance that is over, if it was the caller's."""
        # What they say softly, all of it, is not said by somebody else: it counts as if it had been as loud
        # as ever, so that only what is soft beside it is company.
        softer = self.level / self._saying if answered and 0 < self._saying < self.level else 1.0
        self._voices.extend(level * softer for level in self._within)
        if answered:
            # Who was heard only because the measure had been forgotten is not to be forgotten for it.
            if self.level:
                self._known = deque((min(level, self.level) for level in self._known), self._known.maxlen)
            self._known.extend(self._said)
            self.level = self._measured(self._known)
        self._within.clear()
        self._said.clear()
        self._saying = 0.0
        self._note_company()

    def _note_company(self) -> None:
        soft = sum(level < self.level * self._close for level in self._voices)
        soft += sum(level < self._saying * self._close for level in self._within)
        self._company = soft * FRAME_MS > self._settings.company_ms

    def _measured(self, levels: Sequence[float]) -> float:
        """Return the usual level of the loudest who spoke for long enough; 0.0 if nobody did."""
        if len(levels) * FRAME_MS < self._settings.own_level_least_ms:
            return 0.0
        ordered = sorted(levels)
        loud = ordered[-1 - min(len(ordered) // _LOUDEST_SHARE, _LOUDEST_FRAMES)]
        theirs = [level for level in ordered if level > loud * self._close]
        return theirs[len(theirs) // 2]


def _ratio(below_db: float) -> float:
    return float(10 ** (-below_db / 20))
