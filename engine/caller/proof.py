"""Proof: is what was said an utterance, though it was short?

What lasts is one. What is short is one if it was surely a voice, or if it sounds like one: knocks die away at
once, coughs and breaths have no pitch, and hums and horns go on when the network no longer takes them for a
voice, whereas a word is over with its voice.
"""

from collections import deque
from collections.abc import Sequence
from itertools import groupby, takewhile

from engine.caller.laughter import laughs
from engine.caller.vad import Certainty, Judgement
from engine.caller.voicing import periodicity
from engine.settings import FRAME_MS, Settings

_LATE_FRAMES = 5  # before the first that is recognised, at most
_KEPT_FRAMES = 150  # what is longer needs no proof, and nobody laughs so long
_OVER_MS = 100  # after the voice it is known whether the sound went on
_GOES_ON_MS = 80


class Proof:
    """One per call; `note` every frame, in order, and `begin_anew` in silence."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._before: deque[Judgement] = deque(maxlen=_LATE_FRAMES)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was said: how sure one sound was does not help the next."""
        self._frames: list[Judgement] = []  # from the onset on
        self._pitches: dict[int, float | None] = {}  # of those that were asked about
        self._spoken = 0  # frames, up to the last voice
        self._surest, self._sure_ms = Certainty.POSSIBLE, 0

    def note(self, heard: Judgement, *, voice: bool) -> None:
        """Add the next frame; `voice` says whether it counts as one."""
        if voice:
            self._surest = max(self._surest, heard.certainty)
            self._sure_ms += FRAME_MS if heard.certainty is Certainty.SURE else 0
        if not self._frames:
            if not voice:
                self._before.append(heard)
                return
            late = heard.late_ms // FRAME_MS
            self._frames = list(self._before)[max(0, len(self._before) - late) :]
            self._before.clear()
        if len(self._frames) < _KEPT_FRAMES:
            self._frames.append(heard)
            self._spoken = len(self._frames) if voice else self._spoken

    def suffices(self, speech_ms: int, silence_ms: int) -> bool:
        """Say whether so much speech, with so much silence after it, is an utterance."""
        if speech_ms >= max(self._settings.utterance_plain_ms, self.needed_ms):
            return True
        lasts, over = speech_ms >= self.needed_ms, silence_ms >= _OVER_MS
        if not (lasts or over):
            return False
        steady = self._steady()
        if lasts and any(self._pitch(at) is None or self._voiced(at) for run in steady for at in run):
            return True
        return over and not self._goes_on() and (self._sure(steady) or any(map(self._rings, steady)))

    @property
    def laughs(self) -> bool:
        """True if it may be a laugh and no words."""
        levels = [heard.level for heard in self._frames[: self._spoken]]
        return len(self._frames) < _KEPT_FRAMES and laughs(levels)

    @property
    def needed_ms(self) -> int:
        """The least length of an utterance that is not surely a voice."""
        settings = self._settings
        if self._surest is Certainty.POSSIBLE:
            return max(settings.utterance_min_ms, settings.utterance_unsure_ms)
        return settings.utterance_min_ms

    def _sure(self, steady: Sequence[object]) -> bool:
        return bool(steady) and self._sure_ms >= self._settings.utterance_sure_ms

    def _loud(self) -> float:
        return self._settings.steady_level * max(heard.level for heard in self._frames[: self._spoken])

    def _steady(self) -> list[list[int]]:
        """Return where it was about as loud as at its loudest for a while: a knock is so nowhere."""
        loud = self._loud()
        runs = groupby(range(self._spoken), lambda at: self._frames[at].level >= loud)
        found = [list(run) for is_loud, run in runs if is_loud]
        return [run for run in found if len(run) * FRAME_MS >= self._settings.steady_ms]

    def _rings(self, run: Sequence[int]) -> bool:
        """Say whether it has a pitch for long enough."""
        lengths = (len(list(part)) for voiced, part in groupby(run, self._voiced) if voiced)
        return any(length * FRAME_MS >= self._settings.steady_ms for length in lengths)

    def _voiced(self, at: int) -> bool:
        return (self._pitch(at) or 0.0) >= self._settings.voiced

    def _pitch(self, at: int) -> float | None:
        """Return how much of a pitch the frame has, with the one before; None if there is no telling."""
        if at not in self._pitches:
            sound = b"".join(heard.sound for heard in self._frames[max(0, at - 1) : at + 1])
            self._pitches[at] = periodicity(sound) if sound else None
        return self._pitches[at]

    def _goes_on(self) -> bool:
        """Say whether the sound did not end with the voice; the line's own noise is not meant."""
        loud, over_floor = self._loud(), self._settings.speech_over_floor
        after = takewhile(
            lambda heard: heard.level >= max(loud, over_floor * heard.floor), self._frames[self._spoken :]
        )
        return len(list(after)) * FRAME_MS >= _GOES_ON_MS
