"""The exchange of turns: who has the floor, and how the caller takes it from the bot.

The moves are those of `dialogue.FLOOR`. A barge-in pauses the bot first. It becomes real when enough was
said, and then the bot is cut and the model told what was heard. If the caller stops before that, what was
said is in doubt (`doubt.py`), and when it proves to have been nothing the bot plays on.
"""

from collections.abc import Callable
from math import inf

from attrs import asdict

from engine.account import (
    BotPaused,
    Line,
    UtteranceBegun,
    UtteranceIgnored,
    UtteranceOver,
)
from engine.bot.bot import Bot
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    Loudness,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.caller.utterances import Utterance
from engine.conversation.doubt import Doubt, Verdict
from engine.model import InputCommitted, InputTranscribed, InputTranscriptionFailed
from engine.settings import Settings
from engine.states import Floor, FloorEvent, Reason, next_floor

_CALLER_SPEAKS = frozenset({Floor.CALLER, Floor.BOTH, Floor.PAUSED})
_UNKNOWN = Loudness()  # of what takes the floor, where it is not the caller's voice that does
_UNDECIDED = frozenset({Floor.PAUSED, Floor.DOUBT})


class Exchange:
    """One per call. `note` takes the lines of its account. Times are milliseconds of the call's clock."""

    def __init__(self, settings: Settings, bot: Bot, *, note: Callable[[Line], None]) -> None:
        self._bot = bot
        self._note = note
        self._floor = Floor.FREE
        self._counts = False  # what the caller says now will be answered
        self._doubt = Doubt(settings)

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller says something now, alone or over the bot."""
        return self._floor in _CALLER_SPEAKS

    @property
    def caller_has_floor(self) -> bool:
        """Whether the caller alone speaks, and will be answered."""
        return self._floor is Floor.CALLER and self._counts

    @property
    def free(self) -> bool:
        """Whether nobody has the floor."""
        return self._floor is Floor.FREE

    @property
    def bot_may_answer(self) -> bool:
        """Whether the caller is done: not speaking, and nothing they said is in doubt."""
        return self._floor in (Floor.FREE, Floor.BOT)

    @property
    def due_ms(self) -> float:
        """When `on_no_transcript` has something to do."""
        return self._doubt.due_ms

    def bot_playing(self, now_ms: float) -> bool:
        """Whether, by the clock, the caller hears the bot; not in the gaps of an answer that falters."""
        return self._floor in (Floor.BOT, Floor.BOTH) and now_ms < self._bot.answers.audible_until_ms()

    # The bot's turns

    def begin_answer(self) -> None:
        """The next answer plays, on a free floor."""
        self._move(FloorEvent.BOT_BEGINS)
        self._bot.begin_next()

    def finish_played(self, now_ms: float) -> None:
        """The bot's turn is over if its answer was heard to the end."""
        if self._floor not in _UNDECIDED and self._bot.finish_played(now_ms):
            self._move(FloorEvent.BOT_ENDS)

    def give_up_answer(self, now_ms: float) -> None:
        """The answer does not come, or not on."""
        if self._floor in _UNDECIDED:
            self._take_floor(0, now_ms)
        elif self._bot.give_up_answer(now_ms) is not None:
            self._move(FloorEvent.BOT_ENDS)

    # The caller's turns

    def on_utterance_started(self, event: UtteranceStarted, _now_ms: float) -> None:
        """The caller begins to speak."""
        self._note(UtteranceBegun(onset_ms=event.onset_ms, **asdict(event.loudness)))
        self._counts = False
        self._move(FloorEvent.CALLER_BEGINS)

    def on_utterance_counts(self, _event: UtteranceCounts, now_ms: float) -> None:
        """The caller has said enough to be answered."""
        self._counts = True
        if self._floor is Floor.CALLER:
            self._bot.overtake(now_ms)
        elif self._floor is Floor.BOTH and not self.bot_playing(now_ms):
            self._pause(now_ms)  # the bot has the floor but says nothing: there is nothing to decide
            self._take_floor(0, now_ms)
        elif self._floor is Floor.PAUSED and self._doubt.verdict is not Verdict.NONE:
            self._take_floor(0, now_ms)  # what was in doubt goes on

    def on_utterance_ended(self, event: UtteranceEnded, now_ms: float) -> None:
        """The caller has finished an utterance, and it was committed."""
        doubtful = event.doubtful and self._floor is Floor.PAUSED
        began_ms = now_ms - event.silence_ms - event.speech_ms  # its onset is in frame time, which may differ
        utterance = self._bot.utterances.committed(began_ms, now_ms, doubtful=doubtful)
        if doubtful:
            self._doubt.committed(utterance)
        if self._caller_ends():
            self._note(
                UtteranceOver(
                    onset_ms=event.onset_ms,
                    speech_ms=event.speech_ms,
                    silence_ms=event.silence_ms,
                    capped=event.capped,
                    doubtful=doubtful,
                    utterance=utterance.number,
                    **asdict(event.loudness),
                )
            )
            if not doubtful:
                self._bot.want(Reason.UTTERANCE)

    def on_utterance_skipped(self, event: UtteranceSkipped, _now_ms: float) -> None:
        """What the caller did is not to be answered."""
        if self._floor is Floor.PAUSED and self._doubt.verdict is Verdict.NONE:
            self._doubt.dismiss()
        if self._caller_ends():
            self._note(
                UtteranceIgnored(
                    onset_ms=event.onset_ms,
                    speech_ms=event.speech_ms,
                    reason=event.reason,
                    counted_ms=event.counted_ms,
                    needed_ms=event.needed_ms,
                    **asdict(event.loudness),
                )
            )

    def _caller_ends(self) -> bool:
        if self._floor not in _CALLER_SPEAKS:
            return False
        self._move(FloorEvent.CALLER_ENDS)
        return True

    # Taking the floor from the bot

    def on_barge_in_paused(self, event: BargeInPaused, now_ms: float) -> None:
        """The caller has spoken over the bot for a while."""
        if self._floor is Floor.BOTH:  # else the bot finished in the meantime
            self._pause(now_ms)
            self._note(BotPaused(speech_ms=event.speech_ms, **asdict(event.loudness)))

    def on_barge_in_real(self, event: BargeInReal, now_ms: float) -> None:
        """The caller goes on."""
        if self._floor is Floor.PAUSED:
            self._take_floor(event.speech_ms, now_ms, event.loudness)

    def on_committed(self, event: InputCommitted, _now_ms: float) -> None:
        """The server has made an item of an utterance."""
        self._bot.utterances.named(event.item_id)

    def on_commit_refused(self) -> None:
        """The server has refused a commit: there will be no item of that utterance."""
        self._bot.utterances.refused()

    def on_transcribed(self, event: InputTranscribed, now_ms: float) -> None:
        """What the caller said, as text."""
        # First: it may close the account of a cut answer.
        utterance = self._judge(event.item_id, event.text, now_ms)
        number = None if utterance is None else utterance.number
        self._bot.note_caller(event.text, event.item_id, number)

    def on_transcription_failed(self, event: InputTranscriptionFailed, now_ms: float) -> None:
        """There will be no words of an utterance."""
        self._judge(event.item_id, None, now_ms)

    def _judge(self, item_id: str, text: str | None, now_ms: float) -> Utterance | None:
        utterance = self._bot.utterances.transcribed(item_id, text)
        if utterance is not None and self._doubt.transcribed(utterance):
            if self._doubt.verdict is Verdict.FALSE:
                self._bot.forget(item_id)
            else:
                self._take_floor(0, now_ms)
        return utterance

    def on_no_transcript(self, now_ms: float) -> None:
        """No transcript came in time: the doubt is the caller's."""
        self._doubt.due_ms = inf
        self.settle(now_ms)

    def decide(self, now_ms: float) -> None:
        """If the caller is silent and the bot paused: play on, once it is known that nothing was said."""
        if self._floor is not Floor.DOUBT or self._doubt.verdict is Verdict.OPEN:
            return
        if self._doubt.verdict is not Verdict.FALSE or self._doubt.too_late(now_ms):
            self._take_floor(0, now_ms)
            return
        self._doubt.settle()
        self._move(FloorEvent.BARGE_IN_FALSE)
        self._bot.play_on(self._doubt.silent_ms(now_ms), self._doubt.utterance, now_ms)

    def settle(self, now_ms: float) -> None:
        """Leave nothing in doubt: a paused bot is cut."""
        if self._floor in _UNDECIDED:
            self._take_floor(0, now_ms)

    def take_by_key(self, now_ms: float) -> None:
        """A key was pressed: nobody does that by accident, so the bot is cut at once."""
        if self._floor in (Floor.BOT, Floor.BOTH):
            self._pause(now_ms)
        if self._floor in _UNDECIDED:
            self._take_floor(0, now_ms)
        else:
            self._bot.overtake(now_ms)

    def close(self, now_ms: float) -> None:
        """The call begins to end: what the caller says no longer counts."""
        self.settle(now_ms)
        self._caller_ends()

    def _pause(self, now_ms: float) -> None:
        self._move(FloorEvent.BARGE_IN_PAUSES)
        self._doubt.paused(now_ms)
        self._bot.clear(now_ms)

    def _take_floor(self, speech_ms: int, now_ms: float, loudness: Loudness = _UNKNOWN) -> None:
        if self._doubt.settle():
            self._bot.want(Reason.UTTERANCE)
        self._move(FloorEvent.BARGE_IN_REAL)
        self._bot.interrupt(speech_ms, now_ms, loudness)

    def _move(self, event: FloorEvent) -> None:
        self._floor = next_floor(self._floor, event)
