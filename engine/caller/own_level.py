"""The caller's own level: is a voice loud enough to be this caller's, and not somebody's behind them?

To any detector of voices a television and a child in the room are voices too. What tells them from the
caller is how loud they are: the caller has the telephone at their mouth. So it is measured how loud this
one is, from what was answered as theirs and nothing else, and a voice well below that opens nothing and
interrupts nothing. Nobody is refused before a caller is known, but within an utterance its own level counts:
a television that goes on does not hold it open.

People hand the telephone over, and lay it on the table. So while the bot waits the measure is slowly
forgotten, and quickly once nobody has been heard for long.
"""

from collections import deque
from collections.abc import Collection

from attrs import evolve

from engine.caller.vad import Judgement
from engine.settings import FRAME_MS, Settings

_PERCENT = 80  # of the speech was softer: a cough and a slip of the hand are not the caller's level
_EVERY_FRAMES = 5  # of an open utterance it is measured anew


class OwnLevel:
    """One per call; `weigh` and `follow` every frame, in order. Levels are RMS on the 16-bit scale."""

    def __init__(self, settings: Settings) -> None:
        self.level = 0.0  # 0: not known yet
        self._settings = settings
        self._behind = _ratio(settings.own_level_db)
        self._interrupting = _ratio(settings.own_interrupting_db)
        self._held: deque[float] = deque(maxlen=settings.own_level_hold_ms // FRAME_MS)
        self._known: deque[float] = deque(maxlen=settings.own_level_ms // FRAME_MS)
        self._said: deque[float] = deque(maxlen=self._known.maxlen)  # in an utterance that is not over
        self._saying = 0.0  # the level of that
        self._unheard_ms = 0
        self._frames = 0

    def weigh(self, heard: Judgement) -> Judgement:
        """Return what is left of a frame's judgement: a voice well below the caller's is none."""
        self._held.append(heard.level)
        level = max(self.level, self._saying)
        if not heard.speech or not level:
            return heard
        held = max(self._held) / level
        interrupting = heard.interrupting and held > self._interrupting
        return evolve(heard, speech=held > self._behind, interrupting=interrupting)

    def follow(self, level: float | None, *, speaking: bool, bot_playing: bool) -> None:
        """Take what the frame proved to be: the level of a voice, or None. Forget while the bot waits."""
        if speaking:
            self._unheard_ms = 0
            if level is not None:
                self._said.append(level)
                self._frames += 1
                if self._frames % _EVERY_FRAMES == 0:
                    self._saying = self._measured(self._said)
        elif not bot_playing:
            self._unheard_ms += FRAME_MS
            lost = self._unheard_ms > self._settings.own_level_unheard_ms
            a_second_db = self._settings.own_level_lost_db if lost else self._settings.own_level_forgotten_db
            self.level *= _ratio(a_second_db * FRAME_MS / 1_000)

    def ended(self, *, answered: bool) -> None:
        """Learn from an utterance that is over, if it was the caller's."""
        said = list(self._said)
        self._said.clear()
        self._saying = 0.0
        if not answered:
            return
        # Who was heard only because the measure had been forgotten is not to be forgotten for it.
        if self.level:
            self._known = deque((min(level, self.level) for level in self._known), self._known.maxlen)
        self._known.extend(said)
        self.level = self._measured(self._known)

    def _measured(self, levels: Collection[float]) -> float:
        if len(levels) * FRAME_MS < self._settings.own_level_least_ms:
            return 0.0
        return sorted(levels)[len(levels) * _PERCENT // 100]


def _ratio(below_db: float) -> float:
    return float(10 ** (-below_db / 20))
