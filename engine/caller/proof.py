"""Proof: is what was said an utterance, though it was short?

What lasts is one. What is short is one if it was surely a voice, or if it sounds like one: knocks die away at
once, coughs and breaths have no pitch, and hums and horns go on when the network no longer takes them for a
voice, whereas a word is over with its voice.
"""

from collections import deque
from collections.abc import Sequence
from itertools import groupby, takewhile

from attrs import define, field

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
        self._before: deque[_Moment] = deque(maxlen=_LATE_FRAMES)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was said: how sure one sound was does not help the next."""
        self._moments: list[_Moment] = []  # from the onset on
        self._spoken = 0  # of them, up to the last voice
        self._surest, self._sure_ms = Certainty.POSSIBLE, 0

    def note(self, heard: Judgement, *, voice: bool) -> None:
        """Add the next frame; `voice` says whether it counts as one."""
        moment = _Moment(heard)
        if voice:
            self._surest = max(self._surest, heard.certainty)
            self._sure_ms += FRAME_MS if heard.certainty is Certainty.SURE else 0
            if not self._moments:
                late = heard.late_ms // FRAME_MS
                self._moments = list(self._before)[max(0, len(self._before) - late) :]
        if (voice or self._moments) and len(self._moments) < _KEPT_FRAMES:
            self._moments.append(moment)
            self._spoken = len(self._moments) if voice else self._spoken
        self._before.append(moment)

    def suffices(self, speech_ms: int, silence_ms: int) -> bool:
        """Say whether so much speech, with so much silence after it, is an utterance."""
        if speech_ms >= self._settings.utterance_plain_ms:
            return True
        lasts, over = speech_ms >= self.needed_ms, silence_ms >= _OVER_MS
        if not (lasts or over):
            return False
        steady = self._steady()
        if lasts and any(moment.pitch is None or self._voiced(moment) for run in steady for moment in run):
            return True
        return over and not self._goes_on() and (self._sure(steady) or any(map(self._rings, steady)))

    @property
    def laughs(self) -> bool:
        """Whether it may be a laugh and no words."""
        return len(self._moments) < _KEPT_FRAMES and laughs(
            [each.level for each in self._moments[: self._spoken]]
        )

    @property
    def needed_ms(self) -> int:
        """How long an utterance must be that is not surely a voice."""
        settings = self._settings
        if self._surest is Certainty.POSSIBLE:
            return max(settings.utterance_min_ms, settings.utterance_unsure_ms)
        return settings.utterance_min_ms

    def _sure(self, steady: Sequence[object]) -> bool:
        return bool(steady) and self._sure_ms >= self._settings.utterance_sure_ms

    def _steady(self) -> list[list["_Moment"]]:
        """Return the stretches in which it was about as loud as at its loudest: a knock has none."""
        spoken = self._moments[: self._spoken]
        loud = self._settings.steady_level * max((moment.level for moment in spoken), default=0.0)
        runs = [list(run) for is_loud, run in groupby(spoken, lambda each: each.level >= loud) if is_loud]
        return [run for run in runs if len(run) * FRAME_MS >= self._settings.steady_ms]

    def _rings(self, run: Sequence["_Moment"]) -> bool:
        """Say whether it has a pitch for long enough."""
        lengths = (len(list(part)) for voiced, part in groupby(run, self._voiced) if voiced)
        return any(length * FRAME_MS >= self._settings.steady_ms for length in lengths)

    def _voiced(self, moment: "_Moment") -> bool:
        return moment.pitch is not None and moment.pitch >= self._settings.voiced

    def _goes_on(self) -> bool:
        """Say whether the sound did not end with the voice; the line's own noise is not meant."""
        loudest = max(moment.level for moment in self._moments[: self._spoken])
        over_floor = self._settings.speech_over_floor
        after = takewhile(
            lambda each: each.level >= max(self._settings.steady_level * loudest, over_floor * each.floor),
            self._moments[self._spoken :],
        )
        return len(list(after)) * FRAME_MS >= _GOES_ON_MS


@define
class _Moment:
    heard: Judgement
    _pitch: float | None = field(default=None, init=False)

    @property
    def level(self) -> float:
        return self.heard.level

    @property
    def floor(self) -> float:
        return self.heard.floor

    @property
    def pitch(self) -> float | None:
        """How much of a pitch it has; None if there is no telling. Reckoned only when asked for."""
        if self._pitch is None and self.heard.sound:
            self._pitch = periodicity(self.heard.sound)
        return self._pitch
