"""Turns: which stretches of speech are utterances, and which of them stop the bot.

Everything is counted in frames of 20 ms, so bursts and jitter neither shorten nor lengthen speech.
An utterance opens when 4 of 5 frames are speech and no echo, back-dated to where the first of them began.
Once it is open nothing but silence ends it; how long a silence, `endpointing.py` says. One that goes on for
long goes up in parts: what was said is with the model by then, and the ear hears on without a gap.

What the bot's own sound explains is not speech while the caller has said nothing but over the bot. From
the moment the bot is paused every speech frame counts again: the echo guard may keep an utterance from
beginning, but it never ends one that is to be answered.

A barge-in pauses the bot first (`barge_in.py`). If its utterance ends before it is long enough to be
real, the event says that it is doubtful; the conversation then asks the transcript.
"""

from collections import deque

from attrs import field, frozen

from engine.caller.barge_in import BargeIn, BargeInState
from engine.caller.endpointing import Pace
from engine.caller.own_level import OwnLevel
from engine.caller.presence import LineSound, Presence
from engine.caller.proof import Proof
from engine.caller.vad import Judgement
from engine.settings import FRAME_MS, Settings

_OPENING_FRAMES = 5
_OPENING_SPEECH = 4  # a click or a pop is shorter
_EVIDENCE_EVERY_MS = 1_000
_LONG_AGO_MS = -60_000
_LONGEST_YES_MS = 1_000  # who says more than yes or no may go on


@frozen(kw_only=True)
class TurnContext:
    """The conversation, as far as the ear must know it to understand a frame."""

    bot_playing: bool = False
    bot_level: float = 0.0  # of what the caller's line plays in this frame, RMS on the 16-bit scale
    dictating: bool = False  # a number or a name, or so it was asked for: more is to come after a pause
    yes_or_no: bool = False  # is what the bot has asked for
    question: bool = False  # the caller has heard a question: the answer is no back-channel
    murmurs: bool = False  # their words over the stopped bot only agree, so far
    alone: bool = False  # nobody else says or does anything, or is about to: the model may be asked ahead


@frozen
class Loudness:
    """The loudest of what the caller said, and the line's floor: RMS on the 16-bit scale."""

    level: int = 0
    floor: int = 0


# For who reads the log. Nothing is decided by it, so two events that differ in it only are equal.
_UNMEASURED = Loudness()


@frozen
class UtteranceStarted:
    """The caller began to speak, at `onset_ms` in frame time."""

    onset_ms: int
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class UtteranceCounts:
    """The open utterance is long enough and no back-channel: it will be answered, whatever follows."""

    onset_ms: int


@frozen
class UtterancePart:
    """The caller has spoken for so long that this much of it is committed; they go on."""

    onset_ms: int
    speech_ms: int
    silence_ms: int
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class UtteranceRests:
    """The caller is likely to have finished: what they said is committed, and may be answered ahead."""

    onset_ms: int
    speech_ms: int
    silence_ms: int


@frozen
class UtteranceGoesOn:
    """The caller had not finished: the utterance that rested goes on."""

    onset_ms: int


@frozen
class UtteranceEnded:
    """An utterance to answer. `speech_ms` runs from onset to last speech frame, without the silence.

    `doubtful`: it paused the bot, and was too short to be certainly speech. `laughter`: it has the rhythm of
    a laugh, and only its words can tell. If it went up in parts it is the last of them; if it rested, all of
    it is committed.
    """

    onset_ms: int
    speech_ms: int
    silence_ms: int  # that ended it
    doubtful: bool = False
    laughter: bool = False
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class UtteranceSkipped:
    """An utterance that is not answered: `counted_ms` of what mattered, where `needed_ms` were needed."""

    onset_ms: int
    speech_ms: int
    reason: str
    counted_ms: int
    needed_ms: int
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class BargeInPaused:
    """The caller has spoken over the bot long enough for it to pause."""

    speech_ms: int
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class BargeInReal:
    """The caller has taken the floor: the bot's answer is cut."""

    speech_ms: int
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class OtherVoice:
    """So much of a voice, in all, was too soft to be the caller's, since the last of what was.

    Told when it has doubled: a television may go on for a whole call. `own` is the caller's level, RMS.
    """

    speech_ms: int
    own: int = field(default=0, kw_only=True, eq=False)
    loudness: Loudness = field(default=_UNMEASURED, kw_only=True, eq=False)


@frozen
class CallerEvidence:
    """Somebody is there: sound that was not low. At most once a second."""


TurnEvent = (
    UtteranceStarted
    | UtteranceCounts
    | UtterancePart
    | UtteranceRests
    | UtteranceGoesOn
    | UtteranceEnded
    | UtteranceSkipped
    | BargeInPaused
    | BargeInReal
    | OtherVoice
    | CallerEvidence
    | LineSound
)


class Turns:
    """The policy of a call's turns: `step` once per frame, in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pace = Pace(settings)
        self._barge_in = BargeIn(settings)
        self._presence = Presence(settings)
        self._own = OwnLevel(settings)
        self._proof = Proof(settings)
        self._now_ms = 0  # the end of the newest frame
        self._recent: deque[int | None] = deque(
            maxlen=_OPENING_FRAMES
        )  # where its speech began, if it is any
        self._evidence_ms = -_EVIDENCE_EVERY_MS

        self._open = False  # there is an utterance
        self._onset_ms = 0  # of it, or of the part that goes up now
        self._in_parts = False
        self._rests = False
        self._last_speech_ms = _LONG_AGO_MS
        self._ended_ms = _LONG_AGO_MS  # the last speech of the utterance before, if that was answered
        self._pause_before_ms = 0
        self._counted = False
        self._only_over_bot = False
        self._began_over_bot = False
        self._over_question = False
        self._loudest = self._floor = 0.0
        self._refused_ms, self._refusal_due_ms = 0, settings.utterance_min_ms
        self._sounding_ms = 0  # without a gap the line has been as loud as a voice for so long

    @property
    def own_level(self) -> float:
        """The caller's usual level, RMS on the 16-bit scale; 0.0: not known."""
        return self._own.level

    def adopt(self, settings: Settings) -> None:
        """Decide by these settings from now on; what is going on goes on."""
        self._settings = self._pace.settings = self._barge_in.settings = settings

    def step(self, heard: Judgement, context: TurnContext, *, echo: bool) -> list[TurnEvent]:
        """Take the caller's next frame and return what it means.

        `echo` says that the bot's own sound explains the frame.
        """
        self._now_ms += FRAME_MS
        present, heard = heard.speech, self._own.weigh(heard, echo=echo)
        voice = heard.speech and not echo
        begun = voice or self._open
        gate = max(self._settings.speech_level, self._settings.speech_over_floor * heard.floor)
        self._sounding_ms = self._sounding_ms + FRAME_MS if heard.level > gate else 0
        self._loudest, self._floor = max(heard.level, self._loudest if begun else 0.0), heard.floor
        self._recent.append(self._now_ms - FRAME_MS - heard.late_ms if voice else None)
        self._proof.note(heard, voice=voice)
        if not self._open and self._recent.count(None) == len(self._recent):
            self._proof.begin_anew()
        self._own.follow(voice=voice, speaking=begun, bot_playing=context.bot_playing)
        counts = heard.interrupting and not echo
        self._barge_in.step(
            self._now_ms, bot_playing=context.bot_playing, counts=counts, late_ms=heard.late_ms
        )
        return [
            *self._note_evidence(speech=voice),
            *self._note_refused(refused=present and not (heard.speech or echo)),
            *self._presence.step(heard.level, counts=not (present or echo or context.bot_playing)),
            *self._learned(self._step_utterance(context, heard.level, voice=voice, speech=heard.speech)),
            *self._step_barge_in(context),
        ]

    def _learned(self, events: list[TurnEvent]) -> list[TurnEvent]:
        """Learn the caller's level from what was answered, and return the events."""
        for event in events:
            if isinstance(event, UtteranceEnded | UtteranceSkipped):
                self._own.ended(answered=isinstance(event, UtteranceEnded) and not event.doubtful)
        return events

    def _note_evidence(self, *, speech: bool) -> list[TurnEvent]:
        if not speech or self._now_ms - self._evidence_ms < _EVIDENCE_EVERY_MS:
            return []
        self._evidence_ms = self._now_ms
        return [CallerEvidence()]

    def _note_refused(self, *, refused: bool) -> list[TurnEvent]:
        if self._open:
            self._refused_ms, self._refusal_due_ms = 0, self._settings.utterance_min_ms
        if not refused:
            return []
        self._refused_ms += FRAME_MS
        if self._refused_ms < self._refusal_due_ms:
            return []
        self._refusal_due_ms *= 2
        return [OtherVoice(self._refused_ms, own=round(self._own.level), loudness=self._loudness())]

    def _step_utterance(
        self, context: TurnContext, level: float, *, voice: bool, speech: bool
    ) -> list[TurnEvent]:
        if self._open:
            spoken = voice if self._only_over_bot else speech
            return self._go_on(context, speech=spoken, sure=self._own.surely(level))
        return self._begin(context) if self._opens() else []

    def _opens(self) -> bool:
        return len(self._recent) - self._recent.count(None) >= _OPENING_SPEECH

    def _suffices(self) -> bool:
        return self._proof.suffices(self._speech_ms(), self._now_ms - self._last_speech_ms)

    def _begin(self, context: TurnContext) -> list[TurnEvent]:
        onset_ms = next(since_ms for since_ms in self._recent if since_ms is not None)
        self._open, self._in_parts, self._rests = True, False, False
        self._onset_ms = max(onset_ms, self._last_speech_ms, 0)
        self._pause_before_ms = self._onset_ms - self._ended_ms
        self._last_speech_ms = self._now_ms
        self._counted = False
        self._only_over_bot = context.bot_playing
        bot_since_ms = self._barge_in.bot_since_ms
        self._began_over_bot = bot_since_ms is not None and self._onset_ms >= bot_since_ms
        return [UtteranceStarted(self._onset_ms, loudness=self._loudness()), *self._count()]

    def _go_on(self, context: TurnContext, *, speech: bool, sure: bool) -> list[TurnEvent]:
        silence_ms = self._now_ms - self._last_speech_ms
        goes_on = [UtteranceGoesOn(self._onset_ms)] if speech and self._rests else []
        if speech:
            self._rests = False
            self._pace.goes_on(silence_ms - FRAME_MS, sure=sure)
            self._last_speech_ms = self._now_ms
            silence_ms = 0
            self._only_over_bot = self._only_over_bot and context.bot_playing
        yes_or_no = context.yes_or_no and self._speech_ms() <= _LONGEST_YES_MS
        end_ms = self._pace.end_ms(dictating=context.dictating, yes_or_no=yes_or_no)
        if context.murmurs:
            end_ms = min(end_ms, self._settings.back_channel_end_ms)
        # The detector needs a while to know a voice: what has just begun may be the next group.
        begins = context.dictating and 0 < self._sounding_ms <= self._settings.dictation_onset_ms
        if silence_ms >= end_ms and not begins:
            return [self._close(context)]
        if self._now_ms - self._onset_ms >= self._settings.utterance_max_ms and not self._rests:
            return [self._part() if self._counted else self._close(context)]
        return [*goes_on, *self._count(), *self._rest(context, silence_ms, yes_or_no=yes_or_no)]

    def _rest(self, context: TurnContext, silence_ms: int, *, yes_or_no: bool) -> list[TurnEvent]:
        """Say so, once, if they are likely to have finished: by their pauses, or by what they were asked."""
        ahead_ms = self._settings.answer_ahead_ms
        if not 0 < ahead_ms <= silence_ms or self._rests or self._in_parts or not self._counted:
            return []
        if not context.alone or context.dictating or not (yes_or_no or self._pace.ends_within(ahead_ms)):
            return []
        if self._proof.laughs:
            return []
        self._rests = True
        return [UtteranceRests(self._onset_ms, self._speech_ms(), silence_ms)]

    def _part(self) -> TurnEvent:
        silence_ms = self._now_ms - self._last_speech_ms
        part = UtterancePart(self._onset_ms, self._speech_ms(), silence_ms, loudness=self._loudness())
        self._onset_ms, self._in_parts = self._now_ms, True
        return part

    def _count(self) -> list[TurnEvent]:
        if self._counted or self._only_over_bot or not self._suffices():
            return []
        self._counted = True
        # If it was short, it was a pause that we took for an end.
        self._pace.goes_on(self._pause_before_ms, sure=self._own.surely(self._loudest))
        return [UtteranceCounts(self._onset_ms)]

    def _close(self, context: TurnContext) -> TurnEvent:
        self._open = False
        self._recent.clear()
        speech_ms, interrupted_ms = self._speech_ms(), self._barge_in.longest_ms
        doubtful = self._barge_in.end()
        self._ended_ms = _LONG_AGO_MS
        # The rest of what went up in parts needs no length: it was long enough to be one.
        if not (speech_ms >= FRAME_MS if self._in_parts else self._suffices()):
            needed_ms = FRAME_MS if self._in_parts else self._proof.needed_ms
            return UtteranceSkipped(
                self._onset_ms, speech_ms, "too short", speech_ms, needed_ms, loudness=self._loudness()
            )
        if self._only_over_bot and self._began_over_bot and not context.question:
            needed_ms = self._settings.barge_in_min_ms
            return UtteranceSkipped(
                self._onset_ms,
                speech_ms,
                "back-channel",
                interrupted_ms,
                needed_ms,
                loudness=self._loudness(),
            )
        self._pace.finished()
        self._ended_ms = self._last_speech_ms
        return UtteranceEnded(
            self._onset_ms,
            speech_ms,
            silence_ms=self._now_ms - self._last_speech_ms,
            doubtful=doubtful,
            laughter=not self._in_parts and self._proof.laughs,
            loudness=self._loudness(),
        )

    def _loudness(self) -> Loudness:
        return Loudness(round(self._loudest), round(self._floor))

    def _speech_ms(self) -> int:
        return max(0, self._last_speech_ms - self._onset_ms)

    def _step_barge_in(self, context: TurnContext) -> list[TurnEvent]:
        events: list[TurnEvent] = []
        # Bursts too sparse to be an utterance do not stop the bot. Nor does a word or two cut it, unless they
        # answer: they may only agree.
        needed_ms = self._settings.utterance_min_ms
        if context.bot_playing:  # once it is stopped, it asks nothing
            self._over_question = context.question
        if not self._over_question:
            needed_ms = max(needed_ms, self._settings.back_channel_max_ms)
        counts = self._in_parts or self._speech_ms() >= needed_ms
        while self._open and self._barge_in.advance(self._now_ms, utterance_counts=counts):
            paused = self._barge_in.state is BargeInState.PAUSED
            kind = BargeInPaused if paused else BargeInReal
            events.append(kind(self._barge_in.speech_ms, loudness=self._loudness()))
            self._only_over_bot = False
        return events
