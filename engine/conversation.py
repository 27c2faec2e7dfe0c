"""One conversation, without any I/O: events in, actions out.

It composes the floor and the ending (`dialogue.py`), the response gate (`gate.py`) and the answers
with their ledger (`answers.py`). Every event of a call passes through `handle`, in order; every timer
is a deadline that `deadline_ms` names and `tick` runs. So a conversation can be stepped through in a
test, and nothing about it depends on how tasks are scheduled.

At every moment somebody speaks, or a deadline is armed that makes someone speak or ends the call.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from engine import prompt, realtime
from engine.actions import (
    Action,
    AudioSent,
    Clear,
    End,
    Event,
    ModelReady,
    Note,
    Release,
    RunTool,
    ToModel,
    ToolFinished,
)
from engine.answers import Answers, Response
from engine.carrier import Dtmf, MarkReached
from engine.dialogue import Ending, Floor, FloorEvent, Gate, Reason, next_floor
from engine.errands import Errands
from engine.farewell import Farewell
from engine.gate import ResponseGate
from engine.outcome import Outcome
from engine.ports import Profile
from engine.settings import Settings
from engine.silence import Silence
from engine.tools import ToolCall
from engine.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceSkipped,
    UtteranceStarted,
)

END_CALL = "end_call"
_MAX_FAILURES = 2  # an answer that fails is asked for once more, then the fallback
_EPSILON_MS = 1e-6
_CALLER_SPEAKS = frozenset({Floor.CALLER, Floor.BOTH, Floor.PAUSED})


class Conversation:
    """The whole state of one call's talk. Not a task, not a socket, not a clock."""

    def __init__(self, profile: Profile, settings: Settings, *, now_ms: float) -> None:
        self._profile = profile
        self._settings = settings
        self._actions: list[Action] = []
        self._answers = Answers()
        self._gate = ResponseGate(settings)
        self._floor = Floor.FREE
        self._ready = False  # what the caller says before that gathers, and is answered with the greeting

        self._errands = Errands(settings.slow_tool_ms)
        self._farewell = Farewell(settings)
        self._silence = Silence(settings)
        self._warn_at_ms = now_ms + settings.longest_call_warning_ms
        self._close_at_ms = now_ms + settings.longest_call_ms

    # What tasks may ask at any time

    @property
    def closing(self) -> bool:
        """Whether the call is on its way out: what the caller says no longer counts."""
        return self._farewell.state is not Ending.OPEN

    @property
    def _ended(self) -> bool:
        return self._farewell.state is Ending.ENDED

    @property
    def draining(self) -> bool:
        """Whether the goodbye is all that is left, and it needs the model no more."""
        return self._farewell.state in (Ending.DRAINING, Ending.ENDED)

    @property
    def bot_playing(self) -> bool:
        """Whether the caller hears the bot: from its first byte sent until, by the clock, its last."""
        return self._floor in (Floor.BOT, Floor.BOTH) and self._answers.audible

    def deadline_ms(self) -> float:
        """When `tick` has something to do, if no event comes before."""
        return min((due_ms for due_ms, _ in self._timers()), default=inf)

    # Input

    def handle(self, event: Event, now_ms: float) -> list[Action]:
        """What to do about the next event."""
        self._finish_played(now_ms)
        handler = _HANDLERS.get(type(event))
        if handler is not None and not self._ended:
            handler(self, event, now_ms)
        return self._settle(now_ms)

    def tick(self, now_ms: float) -> list[Action]:
        """What to do about the deadlines that have come."""
        for due_ms, act in list(self._timers()):
            if due_ms <= now_ms + _EPSILON_MS and not self._ended:
                act(now_ms)
        return self._settle(now_ms)

    def _settle(self, now_ms: float) -> list[Action]:
        self._finish_played(now_ms)
        if self._floor is Floor.FREE and self._answers.waiting and not self._ended:
            self._move_floor(FloorEvent.BOT_BEGINS)
            self._actions += self._answers.begin_next()
        self._create(now_ms)
        if self._answers.silent and self._farewell.heard():
            self._end(self._farewell.outcome, "the goodbye was heard")
        self._silence.watch(now_ms, idle=self._is_idle())
        actions, self._actions = self._actions, []
        return actions

    def _on_model_ready(self, _event: ModelReady, _now_ms: float) -> None:
        self._ready = True
        self._note("greeting")
        self._ask(prompt.greeting(self._profile), Reason.GREETING)

    # The caller's turns

    def _on_utterance_started(self, event: UtteranceStarted, _now_ms: float) -> None:
        if not self.closing:
            self._note("utterance_started", onset_ms=event.onset_ms)
            self._move_floor(FloorEvent.CALLER_BEGINS)

    def _on_utterance_counts(self, _event: UtteranceCounts, now_ms: float) -> None:
        # The caller goes on before the bot's first sound: what was on its way is no longer the answer.
        if self._floor is Floor.CALLER and (self._gate.cancellable or self._answers.waiting):
            self._note("answer_overtaken")
            if self._gate.cancellable:
                self._cancel(now_ms, unheard=True)
            self._abandon_waiting(now_ms)

    def _on_utterance_ended(self, event: UtteranceEnded, _now_ms: float) -> None:
        if self._caller_ends():
            fields = {"onset_ms": event.onset_ms, "speech_ms": event.speech_ms, "capped": event.capped}
            self._note("utterance_ended", **fields)
            self._gate.reasons.add(Reason.UTTERANCE)

    def _on_utterance_skipped(self, event: UtteranceSkipped, _now_ms: float) -> None:
        if self._caller_ends():
            fields = {"onset_ms": event.onset_ms, "speech_ms": event.speech_ms, "reason": event.reason}
            self._note("utterance_skipped", **fields)

    def _caller_ends(self) -> bool:
        if self._floor not in (Floor.CALLER, Floor.BOTH):
            return False  # the call began to close in mid-utterance
        self._move_floor(FloorEvent.CALLER_ENDS)
        return True

    def _on_barge_in_paused(self, event: BargeInPaused, now_ms: float) -> None:
        if self._floor is Floor.BOTH:  # else the bot finished in the meantime
            self._move_floor(FloorEvent.BARGE_IN_PAUSES)
            self._clear(now_ms)
            self._note("barge_in_paused", speech_ms=event.speech_ms)

    def _on_barge_in_real(self, event: BargeInReal, now_ms: float) -> None:
        if self._floor is Floor.PAUSED:
            self._make_real(event.speech_ms, now_ms)

    def _make_real(self, speech_ms: int, now_ms: float) -> None:
        self._move_floor(FloorEvent.BARGE_IN_REAL)
        self._gate.failures = 0  # the caller heard something
        cut = self._answers.take_playing()
        if self._gate.cancellable:
            self._cancel(now_ms, unheard=cut is not self._answers.get(self._gate.response_id))
        if cut is not None:
            heard_ms, audio_ms = cut.spoken_ms(now_ms)
            self._note("barge_in", speech_ms=speech_ms, heard_ms=heard_ms, audio_ms=audio_ms)
            self._cut(cut, now_ms)
        self._abandon_waiting(now_ms)

    def _cut(self, response: Response, now_ms: float) -> None:
        response.cut = True
        self._actions += response.tell_heard(now_ms)
        self._actions += response.account(now_ms)

    def _abandon_waiting(self, now_ms: float) -> None:
        while self._answers.waiting:
            response = self._answers.waiting.popleft()
            if not response.cut:
                self._abandon(response, now_ms)

    def _abandon(self, response: Response, now_ms: float) -> None:
        # Nothing of it was heard, so what it was to answer is still to be answered.
        response.cut = True
        self._gate.reasons |= response.reasons
        self._errands.put_back(response.served_calls)
        self._actions += response.tell_heard(now_ms)

    def _on_evidence(self, _event: CallerEvidence, now_ms: float) -> None:
        if not self.bot_playing:  # while it plays, its echo is no evidence of anybody
            self._silence.broken(now_ms)

    def _on_dtmf(self, _event: Dtmf, now_ms: float) -> None:
        self._note("keypad")  # the digit may be a part of a card number
        self._on_evidence(CallerEvidence(), now_ms)

    # The model

    def _on_response_created(self, event: realtime.ResponseCreated, now_ms: float) -> None:
        if not self._gate.created(event.response_id, now_ms):
            self._note("model_error", code="unrequested response", message=event.response_id)
            return
        cancelled = self._gate.state is Gate.CANCELLING
        served = () if cancelled else self._errands.take_unspoken()
        self._answers.open(event.response_id, self._gate.carried, served, cut=cancelled)
        self._note("response_created", reasons=", ".join(sorted(self._gate.carried)))

    def _on_item_started(self, event: realtime.ItemStarted, now_ms: float) -> None:
        response = self._answers.get(event.response_id)
        if response is not None and event.kind == "message":
            response.texts.setdefault(event.item_id, "")
            if response.cut:
                self._actions += response.tell_heard(now_ms)

    def _on_transcript(self, event: realtime.TranscriptDelta, _now_ms: float) -> None:
        response = self._answers.get(event.response_id)
        if response is not None and event.item_id in response.texts:
            response.texts[event.item_id] += event.text

    def _on_audio(self, event: realtime.AudioDelta, now_ms: float) -> None:
        response = self._answers.get(event.response_id)
        if response is not None and not response.cut and event.audio:
            self._gate.progressed(event.response_id, now_ms)
            self._actions += self._answers.receive(response, event.item_id, event.audio)

    def _on_response_done(self, event: realtime.ResponseDone, now_ms: float) -> None:
        response = self._answers.get(event.response_id)
        if not self._gate.done(event.response_id) or response is None:
            return
        response.done = response.audio.complete = True
        if response.cut:
            self._actions += response.tell_heard(now_ms)
        elif event.status == "failed":
            self._answer_failed(event.error_code or "failed", response.reasons)
        else:
            self._gate.failures = 0
            if event.status != "completed":
                self._note("response_incomplete", status=event.status, reason=event.reason)
        if self._farewell.response_done(response, now_ms):
            self._ask(prompt.goodbye(self._farewell.outcome), Reason.GOODBYE)

    def _answer_failed(self, code: str, reasons: frozenset[Reason]) -> None:
        self._gate.failures += 1
        self._note("response_failed", code=code, failures=self._gate.failures)
        if realtime.is_fatal(code) or self._gate.failures >= _MAX_FAILURES:
            self._end(Outcome.MODEL_FAILED, f"the model failed: {code}")
        else:
            self._gate.reasons |= reasons

    def _on_model_error(self, event: realtime.ErrorReported, now_ms: float) -> None:
        self._note("model_error", code=event.code, message=event.message)
        if realtime.is_fatal(event.code):
            self._end(Outcome.MODEL_FAILED, f"the model refused: {event.code}")
        elif self._gate.refused(event.event_id, now_ms) and self._gate.failures > _MAX_FAILURES:
            self._end(Outcome.MODEL_FAILED, f"the model refuses to answer: {event.code}")

    def _on_input_transcribed(self, event: realtime.InputTranscribed, _now_ms: float) -> None:
        if event.text.strip():
            self._note("user_said", text=event.text.strip())

    # Tools

    def _on_function_called(self, event: realtime.FunctionCalled, now_ms: float) -> None:
        response = self._answers.get(event.response_id)
        if response is None or self.closing or not self._errands.accept(event.call_id):
            return
        self._gate.progressed(event.response_id, now_ms)
        self._note("tool_called", name=event.name, call_id=event.call_id)
        if event.name == END_CALL:
            self._on_end_call(response, event.call_id, now_ms)
            return
        self._errands.run(event.call_id, now_ms)
        call = ToolCall(
            call_id=event.call_id,
            response_id=event.response_id,
            name=event.name,
            arguments=event.arguments,
        )
        self._do(RunTool(call))

    def _on_end_call(self, response: Response, call_id: str, now_ms: float) -> None:
        status = "refused" if response.cut else "ok"  # cut: the caller spoke over the goodbye
        self._send_output(call_id, {"status": status})
        self._note("tool_answered", name=END_CALL, call_id=call_id, status=status)
        if not response.cut:
            response.closes = True
            self._close(Outcome.COMPLETED, now_ms)

    def _on_tool_finished(self, event: ToolFinished, _now_ms: float) -> None:
        self._errands.finish(event.output.call_id)
        self._send_output(event.output.call_id, event.output.result)
        if not self.closing:
            self._gate.reasons.add(Reason.TOOL_OUTPUTS)

    def _send_output(self, call_id: str, result: dict[str, Any]) -> None:
        self._do(ToModel(realtime.function_output(call_id, result)))

    # The bot's voice

    def _on_audio_sent(self, event: AudioSent, now_ms: float) -> None:
        self._answers.sent(event.turn, event.byte_count, now_ms)

    def _on_mark(self, event: MarkReached, now_ms: float) -> None:
        self._answers.mark_reached(event.name, now_ms)

    def _finish_played(self, now_ms: float) -> None:
        playing = self._answers.playing
        if playing is None or self._floor is Floor.PAUSED or not playing.audio.played(now_ms):
            return
        self._answers.take_playing()
        self._move_floor(FloorEvent.BOT_ENDS)
        self._do(Release(playing.audio.turn))
        self._actions += playing.account(now_ms)
        if playing.served_calls:
            self._note("outputs_heard", call_ids=list(playing.served_calls))

    def _clear(self, now_ms: float) -> None:
        turn = self._answers.clear_playing(now_ms)
        if turn is not None:
            self._do(Clear(turn))

    # Asking the model

    def _ask(self, instruction: str, reason: Reason) -> None:
        # An item and a bare create: instructions in the create would replace the session's prompt.
        self._do(ToModel(realtime.system_message(instruction)))
        self._gate.reasons.add(reason)

    def _create(self, now_ms: float) -> None:
        if not self._ready or self._floor in _CALLER_SPEAKS or self._errands.awaited or self.draining:
            return
        event_id = self._gate.create(now_ms)
        if event_id is not None:
            self._do(ToModel(realtime.create_response(event_id)))

    def _cancel(self, now_ms: float, *, unheard: bool) -> None:
        response = self._answers.get(self._gate.response_id)
        event_id = self._gate.cancel(now_ms, keep_reasons=unheard)
        self._do(ToModel(realtime.cancel_response(event_id)))
        if response is not None and unheard and not response.cut:
            self._abandon(response, now_ms)

    # Time

    def _timers(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        yield self._answers.all_played_ms(), self._finish_played
        yield self._gate.due_ms(self._answers.audible_until_ms()), self._on_answer_overdue
        yield self._gate.retry_ms, self._on_retry
        yield self._errands.slow_ms(), self._errands.note_slow
        yield self._farewell.due_ms, self._on_ending_overdue
        if not self.closing:
            yield self._warn_at_ms, self._on_long_call
            yield self._close_at_ms, self._on_longest_call
            yield self._silence.due_ms(), self._on_silence

    def _on_retry(self, _now_ms: float) -> None:
        self._gate.retry_ms = inf

    def _on_answer_overdue(self, now_ms: float) -> None:
        if self._gate.state is Gate.CANCELLING:
            self._end(Outcome.MODEL_FAILED, "the model did not end a cancelled answer")
        elif self.closing:
            self._end(self._farewell.outcome, "the goodbye did not come")
        elif self._floor is Floor.PAUSED:
            self._make_real(0, now_ms)
        else:
            self._gate.failures += 1
            self._note("response_failed", code="overdue", failures=self._gate.failures)
            if self._gate.failures >= _MAX_FAILURES:
                self._end(Outcome.MODEL_FAILED, "the model stayed silent")
                return
            self._cancel(now_ms, unheard=True)
            self._stop_stalled(now_ms)

    def _stop_stalled(self, now_ms: float) -> None:
        self._clear(now_ms)
        stalled = self._answers.take_playing()
        if stalled is not None:
            self._move_floor(FloorEvent.BOT_ENDS)
            self._cut(stalled, now_ms)

    def _is_idle(self) -> bool:
        waiting_for_us = self._gate.busy or self._gate.reasons or self._errands.any_running
        return self._floor is Floor.FREE and self._answers.silent and not waiting_for_us

    def _on_silence(self, now_ms: float) -> None:
        if not self._silence.ask_again():
            self._close(Outcome.SILENCE_TIMEOUT, now_ms)
            return
        self._note("silence_warning", number=self._silence.prompts)
        self._ask(prompt.silence_prompt(self._silence.prompts), Reason.SILENCE)

    def _on_long_call(self, _now_ms: float) -> None:
        self._warn_at_ms = inf
        self._do(ToModel(realtime.system_message(prompt.longest_call_warning())))

    def _on_longest_call(self, now_ms: float) -> None:
        self._close(Outcome.LONGEST_CALL, now_ms)

    # The end

    def _close(self, outcome: Outcome, now_ms: float) -> None:
        """Begin to end the call: one goodbye, then the line. The first outcome stands."""
        self._farewell.close(outcome, now_ms)
        if self._floor is Floor.PAUSED:
            self._make_real(0, now_ms)
        if self._floor in _CALLER_SPEAKS:
            self._move_floor(FloorEvent.CALLER_ENDS)
        self._gate.reasons.clear()
        if outcome is not Outcome.COMPLETED:
            self._ask(prompt.goodbye(outcome), Reason.GOODBYE)

    def _on_ending_overdue(self, _now_ms: float) -> None:
        self._end(self._farewell.outcome, "the goodbye took too long")

    def _end(self, outcome: Outcome, detail: str) -> None:
        if self._farewell.end():
            self._do(End(outcome, detail))

    # Small words

    def _move_floor(self, event: FloorEvent) -> None:
        self._floor = next_floor(self._floor, event)

    def _do(self, action: Action) -> None:
        self._actions.append(action)

    def _note(self, kind: str, **fields: object) -> None:
        self._do(Note(kind, fields))


_HANDLERS: dict[type, Callable[[Conversation, Any, float], None]] = {
    ModelReady: Conversation._on_model_ready,
    UtteranceStarted: Conversation._on_utterance_started,
    UtteranceCounts: Conversation._on_utterance_counts,
    UtteranceEnded: Conversation._on_utterance_ended,
    UtteranceSkipped: Conversation._on_utterance_skipped,
    BargeInPaused: Conversation._on_barge_in_paused,
    BargeInReal: Conversation._on_barge_in_real,
    CallerEvidence: Conversation._on_evidence,
    Dtmf: Conversation._on_dtmf,
    MarkReached: Conversation._on_mark,
    AudioSent: Conversation._on_audio_sent,
    ToolFinished: Conversation._on_tool_finished,
    realtime.ResponseCreated: Conversation._on_response_created,
    realtime.ItemStarted: Conversation._on_item_started,
    realtime.TranscriptDelta: Conversation._on_transcript,
    realtime.AudioDelta: Conversation._on_audio,
    realtime.FunctionCalled: Conversation._on_function_called,
    realtime.ResponseDone: Conversation._on_response_done,
    realtime.InputTranscribed: Conversation._on_input_transcribed,
    realtime.ErrorReported: Conversation._on_model_error,
}
