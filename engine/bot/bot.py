"""The bot's half of a conversation: what the model says and does, and how the bot is stopped.

It joins the answers with what was asked for and with the tool calls, because one response of the model
touches all three. When it may speak is not its business: the conversation decides that, and tells it.
"""

from math import inf

from attrs import asdict, evolve, frozen

from engine.account import (
    AnswerOvertaken,
    BargeIn,
    ModelError,
    ResponseBegun,
    ResponseEnded,
    ResponseIncomplete,
)
from engine.actions import Action, Clear, Note, RunTool, ToModel
from engine.bot.answers import Answers
from engine.bot.asking import Asking, Effect, ModelFailed
from engine.bot.response import Response, Transcript
from engine.bot.tool_calls import ToolCalls, answered
from engine.caller.turns import Loudness
from engine.caller.utterances import Utterances
from engine.model import (
    AnsweredInText,
    AudioDelta,
    CancelResponse,
    ErrorReported,
    FunctionCalled,
    ItemStarted,
    ResponseCreated,
    ResponseDone,
    Tell,
    TranscriptDelta,
)
from engine.prompt import prompt
from engine.settings import Settings
from engine.states import MAKING, ONLY_WORDS, AnswerEvent, Gate, Making, MakingEvent, Reason, step
from engine.tools import ToolCall, ToolOutput

_EPSILON_MS = 1e-6


@frozen
class ResponseOver:
    """A response that was asked for is complete. Stands among the actions, for the parting to see."""

    response: Response


class Bot:
    """One per call. Times are milliseconds of the call's clock."""

    def __init__(
        self,
        settings: Settings,
        answers: Answers,
        asking: Asking,
        tool_calls: ToolCalls,
        utterances: Utterances,
    ) -> None:
        self._answers = answers
        self._asking = asking
        self._gate = asking.gate
        self._tool_calls = tool_calls
        self._utterances = utterances
        self._guard_ms = settings.guard_ms
        self._withheld: list[FunctionCalled] = []  # by an answer that was asked for ahead

    @property
    def quiet(self) -> bool:
        """True if nothing plays, and no answer is wanted or on its way."""
        return self._answers.silent and not self._gate.busy and not self._gate.reasons

    @property
    def idle(self) -> bool:
        """True if it is quiet, and no tool is at work."""
        return self.quiet and not self._tool_calls.running

    @property
    def may_be_asked(self) -> bool:
        """True if nothing of it plays, waits, is on its way or at work."""
        return self._answers.silent and not self._gate.cancellable and not self._tool_calls.running

    @property
    def greets_next(self) -> bool:
        """True if the next answer that plays is a greeting."""
        if self._answers.waiting:
            return Reason.GREETING in self._answers.waiting[0].reasons
        return self._gate.cancellable and Reason.GREETING in self._gate.carried

    # Stopping

    def interrupt(self, speech_ms: int, loudness: Loudness, now_ms: float) -> list[Action]:
        """Stop all, and tell the model: the caller has taken the floor from the playing answer."""
        actions = self._tool_calls.interrupt()
        cut = self._answers.playing
        heard = cut is not None and cut.speech.heard_bytes(now_ms) > 0
        if heard:
            self._gate.forgive()
        if self._gate.cancellable:
            on_its_way = self._answers.get(self._gate.response_id)
            actions.append(self._cancel(now_ms))
            # What was heard of an answer counts as said. One that is on its way behind it was not heard.
            if on_its_way is not None and not (heard and cut is on_its_way):
                actions += self._abandon(on_its_way, now_ms)
        if cut is not None:
            heard_ms, audio_ms = cut.spoken_ms(now_ms)
            barge_in = BargeIn(
                speech_ms=speech_ms,
                heard_ms=heard_ms,
                audio_ms=audio_ms,
                turn=cut.speech.turn,
                response=cut.id,
                **asdict(loudness),
            )
            actions += [Note(barge_in), *self._cut(cut, now_ms)]
        return [*actions, *self._abandon_waiting(now_ms)]

    def overtake(self, now_ms: float) -> list[Action]:
        """Abandon what is on its way: the caller went on before its first sound, and is answered anew."""
        if not (self._gate.cancellable or self._answers.waiting or self._withheld):
            return []
        overtaken = Note(AnswerOvertaken(response=self._gate.response_id))
        cancelled = self._cancel_unheard(now_ms) if self._gate.cancellable else []
        return [overtaken, *cancelled, *self._abandon_waiting(now_ms), *self._abandon_withheld(now_ms)]

    def give_up_answer(self, now_ms: float) -> list[Effect]:
        """Ask once more: the answer does not come, or not on. What has begun to play of it stops."""
        failed = self._asking.failed("overdue", None, now_ms)
        if isinstance(failed[-1], ModelFailed):
            return failed
        cancelled = self._cancel_unheard(now_ms)
        stalled = self._answers.playing
        cleared: list[Action] = []
        if stalled is not None:
            cleared = [Clear(stalled.speech.turn), *self._cut(stalled, now_ms)]
        return [*failed, *cancelled, *cleared, *self._abandon_waiting(now_ms)]

    def _cancel_unheard(self, now_ms: float) -> list[Action]:
        response = self._answers.get(self._gate.response_id)
        cancelled = self._cancel(now_ms)
        return [cancelled] if response is None else [cancelled, *self._abandon(response, now_ms)]

    def _cancel(self, now_ms: float) -> Action:
        # If it has not even begun, what it was for is wanted again.
        unbegun = self._gate.response_id is None
        if unbegun:
            self._asking.put_back()
        return ToModel(self._gate.cancel(now_ms, keep_reasons=unbegun))

    def _cut(self, response: Response, now_ms: float) -> list[Action]:
        unheard = [] if response.speech.heard_bytes(now_ms) else self._abandon(response, now_ms)
        return [*unheard, *self._answers.cut(response, now_ms)]

    def _abandon_waiting(self, now_ms: float) -> list[Action]:
        abandoned: list[Action] = []
        while self._answers.waiting:
            abandoned += self._abandon(self._answers.waiting.popleft(), now_ms)
        return abandoned

    def _abandon_withheld(self, now_ms: float) -> list[Action]:
        abandoned: list[Action] = []
        for event in self.take_withheld():
            abandoned += self._abandon(self._answers.responses[event.response_id], now_ms)
        return abandoned

    def _abandon(self, response: Response, now_ms: float) -> list[Action]:
        # Nothing of it was heard, so what it was to answer is still to be answered.
        if response.cut:
            return []
        self._asking.want_again(response.reasons, response.served_calls)
        return self._answers.abandon(response, now_ms)

    # What the model says

    def on_response_created(self, event: ResponseCreated, now_ms: float) -> list[Action]:
        """Let the response in that was asked for; another one is cancelled."""
        if not self._gate.created(event.response_id, now_ms):
            unrequested = ModelError(code="unrequested response", message=event.response_id)
            return [Note(unrequested), ToModel(CancelResponse("cancel_unrequested", event.response_id))]
        about = self._asking.begun()
        response = Response(
            event.response_id,
            self._answers.ledger.open(),
            self._gate.carried,
            about,
            self._asking.asked_ms,
            ahead=self._asking.ahead,
            asks_to_dictate=self._tool_calls.ask_to_dictate(about),
        )
        if self._gate.state is Gate.CANCELLING:  # it was cancelled before it began
            self._answers.ledger.move(response.speech, AnswerEvent.IS_ABANDONED, now_ms)
        self._answers.responses[response.id] = response
        reasons = ", ".join(sorted(self._gate.carried))
        ahead = (response.ahead and not response.given_up) or None
        return [Note(ResponseBegun(reasons=reasons, response=event.response_id, ahead=ahead))]

    def on_item_started(self, event: ItemStarted, now_ms: float) -> list[Action]:
        """Begin a part of a response; if the response is cut already, it is not to be remembered."""
        response = self._answers.get(event.response_id)
        if response is None:
            return []
        if event.kind == "message":
            response.words.setdefault(event.item_id, Transcript())
        elif event.kind == "function_call":
            response.unmade.append(event.item_id)
        return response.tell_heard(now_ms) if response.cut else []

    def on_words(self, event: TranscriptDelta) -> list[Action]:
        """Take some of the words."""
        response = self._answers.get(event.response_id)
        if response is not None and not response.cut:
            response.hear(event.item_id, event.text)
        return []

    def on_text(self, event: AnsweredInText) -> list[Action]:
        """Note that the model writes instead of speaking: if nothing else comes, that is why."""
        response = self._answers.get(event.response_id)
        if response is not None:
            response.in_text = True
        return []

    def on_audio(self, event: AudioDelta, now_ms: float) -> list[Action]:
        """Take some of the voice."""
        response = self._answers.get(event.response_id)
        if response is None or response.cut or response.speech.complete or not event.audio:
            return []
        self._gate.progressed(event.response_id, now_ms)
        return self._answers.receive(response, event, now_ms)

    def on_response_done(self, event: ResponseDone, now_ms: float) -> list[Effect | ResponseOver]:
        """End the response on its way: it is asked for again if it brought nothing."""
        response = self._answers.get(event.response_id)
        if not self._gate.done(event.response_id) or response is None:
            return []
        self._end(response, event.status, now_ms)
        ended: list[Effect | ResponseOver] = [
            Note(ResponseEnded(status=event.status, response=event.response_id))
        ]
        if response.cut:
            ended += [*response.tell_heard(now_ms), *self._asking.hold(event.limit, now_ms)]
        elif response.speech.made is Making.FAILED:
            nothing = "an answer in text only" if response.in_text else "an empty answer"
            code = event.error_code or event.reason or nothing
            ended += self._asking.failed(code, event.limit, now_ms, fatal=event.fatal)
            if not isinstance(ended[-1], ModelFailed):
                self._asking.want_again(response.reasons, response.served_calls)
                if event.status == "incomplete" and not response.only_words:  # else it would stop there again
                    ended.append(ToModel(Tell("system", prompt.answer_lost())))
        else:
            self._asking.answered(whole=response.whole)
            if not response.whole:  # it only called, or broke off: the next one speaks of them
                self._tool_calls.put_back(response.served_calls)
            if event.status != "completed":
                incomplete = ResponseIncomplete(
                    status=event.status, reason=event.reason, response=event.response_id
                )
                ended.append(Note(incomplete))
        return [*ended, ResponseOver(response)]

    def go_on(self, response: Response) -> list[Effect]:
        """Have the model finish an answer that is over, if it broke off and the caller waits for more."""
        if response.speech.made is not Making.BROKEN_OFF or response.cut or response.only_words:
            return []
        return self._asking.go_on()

    def _end(self, response: Response, status: str, now_ms: float) -> None:
        speech = response.speech
        brought = speech.received_bytes or speech.made is Making.ACTING
        if status == "failed" or not brought:
            how = MakingEvent.FAILS
        else:
            how = MakingEvent.COMPLETES if status == "completed" else MakingEvent.BREAKS_OFF
        speech.made = step(MAKING, speech.made, how)
        if not speech.received_bytes and not response.cut:
            self._answers.ledger.move(speech, AnswerEvent.ENDS, now_ms)

    def on_model_error(self, event: ErrorReported, now_ms: float) -> list[Effect]:
        """Take a refusal; only that of a create or a cancel, or a fatal one, changes anything."""
        noted = Note(ModelError(code=event.code, message=event.message))
        if event.fatal:
            return [noted, ModelFailed(f"the model refused: {event.code}")]
        return [noted, *self._asking.refused(event, now_ms)]

    # What the model does

    @property
    def withholds(self) -> bool:
        """True if calls are kept for later."""
        return bool(self._withheld)

    def withhold(self, event: FunctionCalled, response: Response, now_ms: float) -> None:
        """Keep a call for later, unread: it is not certain yet that the caller has finished."""
        response.speech.made = step(MAKING, response.speech.made, MakingEvent.CALLS)
        self._gate.progressed(event.response_id, now_ms)
        self._withheld.append(event)

    def take_withheld(self) -> list[FunctionCalled]:
        """Return the calls that were kept, in order: the caller has finished, or will be answered anew."""
        withheld, self._withheld = self._withheld, []
        return withheld

    def accept_call(self, event: FunctionCalled, response: Response, now_ms: float) -> ToolCall | None:
        """Return the call, if it is new; none is made for an answer that was given up."""
        call_id = None if response.given_up else self._tool_calls.accept(event.response_id, event.call_id)
        if call_id is None:
            return None
        response.unmade = [item_id for item_id in response.unmade if item_id != event.item_id]
        response.speech.made = step(MAKING, response.speech.made, MakingEvent.CALLS)
        self._gate.progressed(event.response_id, now_ms)
        return ToolCall(
            call_id=call_id, response_id=event.response_id, name=event.name, arguments=event.arguments
        )

    def run_tool(self, call: ToolCall, response: Response, now_ms: float, *, closing: bool) -> list[Action]:
        """Have an accepted call run, or answer it at once; a call that is closing speaks of that no more."""
        unrun = self._tool_calls.judge(call, only_words=response.only_words)
        if unrun is None:
            return self._tool_calls.run(call, now_ms)
        if unrun.asks and not closing:
            self._asking.want(Reason.TOOL_OUTPUTS)
        output = unrun.output
        return [
            self._tool_calls.answer(output.call_id, output.result),
            Note(answered(output, took_ms=0, why=unrun.why)),
        ]

    def run_held(self, now_ms: float) -> list[Action]:
        """Run the calls that are held, in order, once it is known what the caller had said before them.

        What the caller began to say in the guard after the bot's first sound is no answer to it.
        """
        run: list[Action] = []
        while self.held_until_ms() <= now_ms + _EPSILON_MS:
            call = self._tool_calls.held.popleft()
            answer_ms = self._utterances.last_answer_ms(self._asked_ms(call))
            heard = self._answers.heard_of_calls(answer_ms, self._guard_ms)
            run.append(RunTool(evolve(call, answered_calls=heard)))
        return run

    def held_until_ms(self) -> float:
        """Return when the next held call may run at the latest; infinity if none is held."""
        held = self._tool_calls.held
        return self._utterances.known_ms(self._asked_ms(held[0])) if held else inf

    def _asked_ms(self, call: ToolCall) -> float:
        response = self._answers.get(call.response_id)
        return -inf if response is None else response.asked_ms

    def tool_finished(self, output: ToolOutput, now_ms: float) -> list[Action]:
        """Give a tool's output to the model, whatever else is going on."""
        filler_only = self._gate.state is Gate.REQUESTED and self._gate.carried == ONLY_WORDS
        # A filler that has not begun goes: the answer itself comes sooner.
        cancelled = self._cancel_unheard(now_ms) if filler_only else []
        return [*cancelled, self._tool_calls.finish(output)]

    def leave(self, now_ms: float) -> list[Action]:
        """Close the account of the answer that plays, and of what will not be done: the call ends here."""
        return [*self._tool_calls.leave(now_ms), *self._answers.leave(now_ms)]
