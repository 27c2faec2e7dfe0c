"""Turns: which stretches of speech are utterances, and which of them stop the bot.

Everything is counted in frames of 20 ms, so bursts and jitter neither shorten nor lengthen speech.
An utterance opens when 4 of 5 frames are speech, back-dated to the first of them. Once open, nothing
but silence or the cap ends it: no guard, echo rule or playing bot suppresses its end.

A barge-in is decided in two steps while the same speech goes on. At `barge_in_min_ms` the bot is
paused; at `barge_in_real_ms`, or when the utterance ends before that, the pause becomes final. (A
pause that turns out to be false will play on from there: it is decided in `_settle_barge_in`.)
"""

from collections import deque
from enum import Enum, auto

from attrs import frozen

from engine.settings import FRAME_MS, Settings
from engine.vad import Judgement

_OPENING_FRAMES = 5
_OPENING_SPEECH = 4  # a click or a pop is shorter
_EVIDENCE_EVERY_MS = 1_000


@frozen
class UtteranceStarted:
    """The caller began to speak, at `onset_ms` in frame time."""

    onset_ms: int


@frozen
class UtteranceCounts:
    """The open utterance is long enough and no back-channel: it will be answered, whatever follows."""

    onset_ms: int


@frozen
class UtteranceEnded:
    """An utterance to answer. `speech_ms` runs from onset to last speech frame, without the silence."""

    onset_ms: int
    speech_ms: int
    capped: bool


@frozen
class UtteranceSkipped:
    """An utterance that is not answered, and why."""

    onset_ms: int
    speech_ms: int
    reason: str


@frozen
class BargeInPaused:
    """The caller has spoken over the bot long enough for it to pause."""

    speech_ms: int


@frozen
class BargeInReal:
    """The caller has taken the floor: the bot's answer is cut."""

    speech_ms: int


@frozen
class CallerEvidence:
    """Somebody is there: sound that was not low. At most once a second."""


TurnEvent = (
    UtteranceStarted
    | UtteranceCounts
    | UtteranceEnded
    | UtteranceSkipped
    | BargeInPaused
    | BargeInReal
    | CallerEvidence
)


class _Utterance(Enum):
    NONE = auto()
    OPEN = auto()
    CAPPED = auto()  # ended by the cap: deaf until there was non-speech


class _BargeIn(Enum):
    NONE = auto()
    PAUSED = auto()
    REAL = auto()


class Turns:
    """The policy of a call's turns: `step` once per frame, in order."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._now_ms = 0  # the end of the newest frame
        self._recent: deque[bool] = deque(maxlen=_OPENING_FRAMES)
        self._evidence_ms = -_EVIDENCE_EVERY_MS

        self._utterance = _Utterance.NONE
        self._onset_ms = 0
        self._last_speech_ms = 0
        self._counted = False
        self._only_over_bot = False

        self._barge_in = _BargeIn.NONE
        self._bot_since_ms: int | None = None
        self._interrupting_ms = 0
        self._gap_ms = 0
        self._last_barge_in_ms = -settings.barge_in_cooldown_ms

    def step(self, heard: Judgement, *, bot_playing: bool) -> list[TurnEvent]:
        """What the next frame of the caller means while the bot is, or is not, playing."""
        self._now_ms += FRAME_MS
        self._recent.append(heard.speech)
        if not bot_playing:
            self._bot_since_ms = None
        elif self._bot_since_ms is None:
            self._bot_since_ms = self._now_ms - FRAME_MS
        return [
            *self._note_evidence(heard),
            *self._step_utterance(heard, bot_playing=bot_playing),
            *self._step_barge_in(heard),
        ]

    def _note_evidence(self, heard: Judgement) -> list[TurnEvent]:
        if not heard.speech or self._now_ms - self._evidence_ms < _EVIDENCE_EVERY_MS:
            return []
        self._evidence_ms = self._now_ms
        return [CallerEvidence()]

    # Utterances

    def _step_utterance(self, heard: Judgement, *, bot_playing: bool) -> list[TurnEvent]:
        if heard.speech:
            self._last_speech_ms = self._now_ms
        silence_ms = self._now_ms - self._last_speech_ms
        match self._utterance:
            case _Utterance.NONE if sum(self._recent) >= _OPENING_SPEECH:
                return self._open(bot_playing=bot_playing)
            case _Utterance.CAPPED if silence_ms >= self.settings.utterance_rearm_ms:
                self._utterance = _Utterance.NONE
                self._recent.clear()
            case _Utterance.OPEN:
                self._only_over_bot = self._only_over_bot and (bot_playing or not heard.speech)
                if silence_ms >= self.settings.utterance_end_ms:
                    return self._close(_Utterance.NONE)
                if self._now_ms - self._onset_ms >= self.settings.utterance_max_ms:
                    return self._close(_Utterance.CAPPED)
                return self._count()
        return []

    def _open(self, *, bot_playing: bool) -> list[TurnEvent]:
        first_speech = list(self._recent).index(True)
        self._utterance = _Utterance.OPEN
        self._onset_ms = self._now_ms - FRAME_MS * (len(self._recent) - first_speech)
        self._counted = False
        self._only_over_bot = bot_playing
        return [UtteranceStarted(self._onset_ms), *self._count()]

    def _count(self) -> list[TurnEvent]:
        if self._counted or self._only_over_bot or self._speech_ms() < self.settings.utterance_min_ms:
            return []
        self._counted = True
        return [UtteranceCounts(self._onset_ms)]

    def _close(self, then: _Utterance) -> list[TurnEvent]:
        self._utterance = then
        return [*self._settle_barge_in(), self._verdict(capped=then is _Utterance.CAPPED)]

    def _verdict(self, *, capped: bool) -> TurnEvent:
        speech_ms = self._speech_ms()
        if speech_ms < self.settings.utterance_min_ms:
            return UtteranceSkipped(self._onset_ms, speech_ms, "too short")
        if self._only_over_bot:
            return UtteranceSkipped(self._onset_ms, speech_ms, "back-channel")
        return UtteranceEnded(self._onset_ms, speech_ms, capped)

    def _speech_ms(self) -> int:
        return self._last_speech_ms - self._onset_ms

    # Barge-ins

    def _step_barge_in(self, heard: Judgement) -> list[TurnEvent]:
        self._count_interruption(heard)
        match self._barge_in:
            case _BargeIn.NONE if self._may_pause():
                self._barge_in = _BargeIn.PAUSED
                self._last_barge_in_ms = self._now_ms
                paused = BargeInPaused(self._interrupting_ms)
                self._only_over_bot = False
                return [paused, *self._confirm()]
            case _BargeIn.PAUSED:
                return self._confirm()
        return []

    def _count_interruption(self, heard: Judgement) -> None:
        if self._barge_in is _BargeIn.NONE and not self._past_guard():
            self._interrupting_ms = self._gap_ms = 0
        elif heard.interrupting:
            self._interrupting_ms += FRAME_MS
            self._gap_ms = 0
        else:
            self._gap_ms += FRAME_MS
            if self._gap_ms > self.settings.barge_in_gap_ms and self._barge_in is _BargeIn.NONE:
                self._interrupting_ms = 0

    def _past_guard(self) -> bool:
        return self._bot_since_ms is not None and (self._now_ms - self._bot_since_ms > self.settings.guard_ms)

    def _may_pause(self) -> bool:
        return (
            self._utterance is _Utterance.OPEN
            and self._interrupting_ms >= self.settings.barge_in_min_ms
            and self._now_ms - self._last_barge_in_ms >= self.settings.barge_in_cooldown_ms
        )

    def _confirm(self) -> list[TurnEvent]:
        if self._interrupting_ms < self.settings.barge_in_real_ms:
            return []
        self._barge_in = _BargeIn.REAL
        return [BargeInReal(self._interrupting_ms)]

    def _settle_barge_in(self) -> list[TurnEvent]:
        undecided = self._barge_in is _BargeIn.PAUSED
        self._barge_in = _BargeIn.NONE
        return [BargeInReal(self._interrupting_ms)] if undecided else []
