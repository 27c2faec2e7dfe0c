"""One conversation, without any I/O: events in, actions out.

The exchange of turns is in `exchange.py`, the bot's half in `bot.py`; keypad, silence and parting have a
file each. This joins them. Every event of a call passes through `handle`, in order; every timer is a
deadline that `deadline_ms` names and `tick` runs. So a conversation can be stepped through in a test, and
nothing about it depends on how tasks are scheduled.

At every moment somebody speaks, or a deadline is armed that makes someone speak or ends the call.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

from engine.account import Filler, Greeting, Keyed, Line, ModelError, SilenceWarning, SoundUnheard
from engine.actions import (
    Action,
    AudioSent,
    Event,
    ModelGone,
    ModelReady,
    Note,
    ToolFinished,
)
from engine.bot.bot import Bot
from engine.caller.keypad import Keypad
from engine.caller.presence import LineSound
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    Scene,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.carrier import Dtmf, MarkReached
from engine.conversation.floor import Exchange
from engine.conversation.parting import END_CALL, Parting
from engine.conversation.silence import Silence
from engine.model import (
    COMMIT_ID,
    AudioDelta,
    ErrorReported,
    FunctionCalled,
    InputCommitted,
    InputTranscribed,
    InputTranscriptionFailed,
    ItemStarted,
    ResponseCreated,
    ResponseDone,
    TranscriptDelta,
)
from engine.outcome import Outcome
from engine.ports import Profile
from engine.prompt import prompt
from engine.prompt.notice import Notice
from engine.settings import Settings
from engine.states import Reason
from engine.tools import Tool

_EPSILON_MS = 1e-6


class Conversation:
    """The whole state of one call's talk. Not a task, not a socket, not a clock."""

    def __init__(
        self, profile: Profile, settings: Settings, *, tools: Iterable[Tool] = (), now_ms: float
    ) -> None:
        self._profile = profile
        self._actions: list[Action] = []
        self._notice = Notice(prompt.notice(profile))
        self._bot = Bot(
            settings, tools, notice=self._notice, do=self._actions.append, fail=self._on_model_failed
        )
        self._exchange = Exchange(settings, self._bot, note=self._note)
        self._ready = False  # what the caller says before that gathers, and is answered with the greeting

        self._keypad = Keypad(settings)
        self._silence = Silence(settings)
        self._parting = Parting(
            settings, self._bot, self._exchange, self._keypad, do=self._actions.append, now_ms=now_ms
        )

    # What tasks may ask at any time

    @property
    def closing(self) -> bool:
        """Whether the call is on its way out; the caller may still take it back."""
        return self._parting.closing

    @property
    def deaf(self) -> bool:
        """Whether what the caller says no longer counts."""
        return self._parting.final

    def scene(self, now_ms: float) -> Scene:
        """What the ear must know to understand the frame that comes now."""
        answers = self._bot.answers
        return Scene(
            bot_playing=self._exchange.bot_playing(now_ms),
            bot_level=answers.level(now_ms),
            dictating=self._bot.dictating,
            question=answers.heard_question(now_ms) if answers.playing else self._bot.asked,
        )

    def deadline_ms(self) -> float:
        """When `tick` has something to do, if no event comes before."""
        return min(due_ms for due_ms, _ in self._timers())

    # Input

    def handle(self, event: Event, now_ms: float) -> list[Action]:
        """What to do about the next event."""
        self._exchange.finish_played(now_ms)
        kind = type(event)
        if not self._parting.ended:
            if kind in _BOT_HANDLERS:
                _BOT_HANDLERS[kind](self._bot, event, now_ms)
            elif kind in _EXCHANGE_HANDLERS:
                _EXCHANGE_HANDLERS[kind](self._exchange, event, now_ms)
            elif kind in _CALLER_HANDLERS and not self.deaf:
                _CALLER_HANDLERS[kind](self._exchange, event, now_ms)
                if kind is UtteranceEnded:
                    self._silence.broken(now_ms)
            elif kind in _HANDLERS:
                _HANDLERS[kind](self, event, now_ms)
        return self._settle(now_ms)

    def tick(self, now_ms: float) -> list[Action]:
        """What to do about the first deadline, if it has come; after it the others may no longer stand."""
        due_ms, act = min(self._timers(), key=itemgetter(0))
        if due_ms <= now_ms + _EPSILON_MS and not self._parting.ended:
            act(now_ms)
        return self._settle(now_ms)

    def leave(self, now_ms: float) -> list[Action]:
        """The last lines of the account, if the call ends while an answer plays or a tool waits."""
        self._bot.leave(now_ms)
        actions = self._actions.copy()
        self._actions.clear()
        return actions

    def _settle(self, now_ms: float) -> list[Action]:
        if not self._parting.ended:
            self._go_on(now_ms)
        actions = self._actions.copy()
        self._actions.clear()
        return actions

    def _go_on(self, now_ms: float) -> None:
        self._exchange.finish_played(now_ms)
        self._exchange.decide(now_ms)
        self._bot.run_held(now_ms)
        self._bot.listen_for_notice(now_ms)
        self._parting.heed_caller(now_ms)
        if not self.closing and self._notice.take_reminder():
            self._bot.tell(prompt.notice_again(self._notice.words))
        if self._exchange.free and self._bot.answers.waiting and not self._keypad.gathering:
            self._exchange.begin_answer()
        if self._ready and self._parting.caller_done and not self._parting.draining:
            self._bot.create(now_ms)
        self._parting.end_if_over(now_ms)
        nobody_speaks = self._exchange.free and not self._keypad.gathering and not self.closing
        self._bot.errands.watch(now_ms, quiet=nobody_speaks and self._bot.quiet)
        self._silence.watch(now_ms, idle=self._exchange.free and self._bot.idle)

    def _on_model_ready(self, _event: ModelReady, _now_ms: float) -> None:
        self._ready = True
        greeting = prompt.greeting(self._profile)
        self._note(Greeting(text=greeting))
        self._bot.ask(greeting, Reason.GREETING)

    # The caller

    def _on_evidence(self, _event: CallerEvidence, now_ms: float) -> None:
        if not self._exchange.bot_playing(now_ms):  # while it plays, its echo is no evidence of anybody
            self._silence.broken(now_ms)

    def _on_line_sound(self, event: LineSound, _now_ms: float) -> None:
        self._silence.sounded(event.ms)

    def _on_dtmf(self, event: Dtmf, now_ms: float) -> None:
        self._silence.broken(now_ms)
        if not self.deaf:
            self._keypad.press(event.digit, now_ms)
            self._bot.utterances.pressed(now_ms)
            self._exchange.take_by_key(now_ms)

    def _on_number_complete(self, _now_ms: float) -> None:
        keys = self._keypad.take()
        if not self.deaf:
            self._note(Keyed(keys=len(keys)))
            self._bot.tell_answer(prompt.keypad(keys))
            self._bot.want(Reason.KEYPAD)

    # The model

    def _on_response_done(self, event: ResponseDone, now_ms: float) -> None:
        response = self._bot.response_done(event, now_ms)
        if response is not None:
            self._parting.response_done(response)

    def _on_function_called(self, event: FunctionCalled, now_ms: float) -> None:
        accepted = self._bot.accept_call(event, now_ms)
        if accepted is None:
            return
        response, call = accepted
        if call.name == END_CALL and not response.only_words:
            self._parting.on_end_call(response, call.call_id, now_ms)
        elif self._bot.run_tool(response, call, now_ms) and not self.closing:
            self._bot.want(Reason.TOOL_OUTPUTS)

    def _on_tool_finished(self, event: ToolFinished, now_ms: float) -> None:
        outcome = self._bot.tool_finished(event.output, now_ms)
        self._parting.tool_finished(event.output, outcome, now_ms)

    def _on_model_error(self, event: ErrorReported, now_ms: float) -> None:
        if event.command_id == COMMIT_ID:
            self._exchange.on_commit_refused()
        self._bot.on_model_error(event, now_ms)

    def _on_model_gone(self, event: ModelGone, _now_ms: float) -> None:
        self._note(ModelError(code="gone", message=event.detail))
        self._on_model_failed(event.detail)

    def _on_model_failed(self, detail: str) -> None:
        self._parting.model_failed(detail)

    # Time

    def _timers(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        yield self._bot.answers.all_played_ms(), self._exchange.finish_played
        if not self._parting.draining:
            yield self._bot.overdue_ms(), self._on_answer_overdue
        yield from self._bot.timers()
        yield self._exchange.due_ms, self._exchange.on_no_transcript
        yield self._keypad.due_ms, self._on_number_complete
        yield from self._parting.timers()
        if not self.closing:
            yield self._silence.due_ms(), self._on_silence
            yield self._bot.errands.filler_ms(), self._on_slow_tool

    def _on_answer_overdue(self, now_ms: float) -> None:
        if self._bot.cancelling:
            self._on_model_failed("the model did not end a cancelled answer")
        else:
            self._exchange.give_up_answer(now_ms)

    def _on_silence(self, now_ms: float) -> None:
        sounding, sound_ms = self._silence.sounding, self._silence.sound_ms
        if not self._silence.ask_again():
            self._parting.take_leave(Outcome.SILENCE_TIMEOUT, now_ms)
            return
        number = self._silence.prompts
        if sounding:
            self._note(SoundUnheard(sound_ms=sound_ms))
        self._note(SilenceWarning(number=number))
        self._bot.ask(prompt.sound_prompt() if sounding else prompt.silence_prompt(number), Reason.SILENCE)

    def _on_slow_tool(self, _now_ms: float) -> None:
        self._note(Filler())
        self._bot.errands.excuse()
        self._bot.ask(prompt.filler(), Reason.FILLER)

    def _note(self, line: Line) -> None:
        self._actions.append(Note(line))


_HANDLERS: dict[type, Callable[[Conversation, Any, float], None]] = {
    ModelReady: Conversation._on_model_ready,
    ModelGone: Conversation._on_model_gone,
    CallerEvidence: Conversation._on_evidence,
    LineSound: Conversation._on_line_sound,
    Dtmf: Conversation._on_dtmf,
    ToolFinished: Conversation._on_tool_finished,
    FunctionCalled: Conversation._on_function_called,
    ResponseDone: Conversation._on_response_done,
    ErrorReported: Conversation._on_model_error,
}
_CALLER_HANDLERS: dict[type, Callable[[Exchange, Any, float], None]] = {  # they count until the call closes
    UtteranceStarted: Exchange.on_utterance_started,
    UtteranceCounts: Exchange.on_utterance_counts,
    UtteranceEnded: Exchange.on_utterance_ended,
    UtteranceSkipped: Exchange.on_utterance_skipped,
    BargeInPaused: Exchange.on_barge_in_paused,
    BargeInReal: Exchange.on_barge_in_real,
}
_EXCHANGE_HANDLERS: dict[type, Callable[[Exchange, Any, float], None]] = {
    InputCommitted: Exchange.on_committed,
    InputTranscribed: Exchange.on_transcribed,
    InputTranscriptionFailed: Exchange.on_transcription_failed,
}
_BOT_HANDLERS: dict[type, Callable[[Bot, Any, float], None]] = {
    MarkReached: Bot.on_mark,
    AudioSent: Bot.on_audio_sent,
    ResponseCreated: Bot.on_response_created,
    ItemStarted: Bot.on_item_started,
    TranscriptDelta: Bot.on_transcript,
    AudioDelta: Bot.on_audio,
}
