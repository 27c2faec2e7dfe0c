"""The bot's half of a conversation: what the model was asked for, what it says, and what it does.

It keeps the response gate, the answers with their ledger and the tool calls together, because one
response of the model touches all three. When it may speak is not its business: `conversation.py`
decides that, and tells it.
"""

from collections.abc import Callable, Iterable
from math import inf

from attrs import asdict, evolve

from engine.account import (
    AnswerOvertaken,
    BargeIn,
    FirstAudio,
    Line,
    ModelError,
    OutputsHeard,
    RateLimited,
    ResponseBegun,
    ResponseEnded,
    ResponseFailed,
    ResponseIncomplete,
    Resumed,
    ToolCalled,
    UserSaid,
)
from engine.actions import Action, AudioSent, Clear, Note, NoticeHeard, Release, RunTool, ToModel
from engine.bot.answers import Answers, Response
from engine.bot.dictation import asks_to_dictate
from engine.bot.gate import ResponseGate
from engine.bot.tool_calls import Errands
from engine.bot.transcript import Transcript, asks
from engine.caller.turns import Loudness
from engine.caller.utterances import Utterances
from engine.carrier import MarkReached
from engine.model import (
    AudioDelta,
    CancelResponse,
    CreateResponse,
    DeleteItem,
    ErrorReported,
    FunctionCalled,
    ItemStarted,
    RateLimit,
    ResponseCreated,
    ResponseDone,
    Tell,
    TranscriptDelta,
)
from engine.outcome import Outcome
from engine.prompt.notice import Notice
from engine.settings import Settings
from engine.states import ONLY_WORDS, Gate, Reason
from engine.tools import Tool, ToolCall, ToolOutput

_MAX_FAILURES = 2  # an answer that fails is asked for once more, then the fallback
_MAX_REFUSALS = 4  # of one create: two seconds of retries
_EPSILON_MS = 1e-6
_MAX_LIMITED = 3  # of either, by a rate limit: each is waited for
# What is said in passing. Its instruction must not be there to be obeyed once something else is to be said.
_IN_PASSING = frozenset({Reason.FILLER, Reason.SILENCE})
CALLER_SPOKE = frozenset({Reason.UTTERANCE, Reason.KEYPAD})
_GOODBYE = frozenset({Reason.GOODBYE})


class Bot:
    """One per call. `do` takes its actions, in order; `fail` is told when the model cannot go on."""

    def __init__(
        self,
        settings: Settings,
        tools: Iterable[Tool],
        *,
        notice: Notice,
        do: Callable[[Action], None],
        fail: Callable[[str], None],
    ) -> None:
        self._notice = notice
        self._do = do
        self._fail = fail
        self._gate = ResponseGate(settings)
        self.errands = Errands(settings, tools, do=do)
        self._asked_about: tuple[str, ...] = ()  # the calls whose outputs the requested response knows
        self._asked_ms = 0.0
        self._in_passing: str | None = None  # the item of an instruction that is to be deleted again
        self._passed = 0
        self._guard_ms = settings.guard_ms
        self.answers = Answers()
        self.utterances = Utterances(settings)
        self.asked = False  # whether the last answer asked something
        self.dictating = False  # whether it asked for a number, a name or an address

    # Asking the model

    def ask(self, instruction: str, reason: Reason) -> None:
        """Have the model say something now."""
        # An item and a bare create: instructions in the create would replace the session's prompt.
        self._retract()
        if reason in _IN_PASSING:
            self._passed += 1
            self._in_passing = f"passing_{self._passed}"
        self._do(ToModel(Tell("system", instruction, self._in_passing)))
        self.want(reason)

    def _retract(self) -> None:
        if self._in_passing is not None:
            self._do(ToModel(DeleteItem(self._in_passing, f"retract_{self._in_passing}")))
            self._in_passing = None

    def tell(self, instruction: str) -> None:
        """Let the model know something, without an answer."""
        self._do(ToModel(Tell("system", instruction)))

    def tell_answer(self, text: str) -> None:
        """Let the model know what the caller answered without speaking."""
        self._do(ToModel(Tell("user", text)))

    def forget(self, item_id: str) -> None:
        """Have the model forget an utterance that was none."""
        self._do(ToModel(DeleteItem(item_id, f"noise_{item_id}")))

    def want(self, reason: Reason) -> None:
        """A response is wanted, as soon as one may be created."""
        self._gate.reasons.add(reason)
        if reason in CALLER_SPOKE:
            self.errands.caller_spoke()

    @property
    def caller_waits(self) -> bool:
        """Whether the caller has said or pressed something for which no answer has been asked yet."""
        return not self._gate.reasons.isdisjoint(CALLER_SPOKE)

    def want_nothing(self, *, but: frozenset[Reason] = frozenset()) -> None:
        """What was wanted so far no longer is, `but` for these reasons."""
        self._gate.reasons &= but

    def take_for_goodbye(self, response: Response) -> None:
        """A response hangs up: whatever it was asked for, it is the goodbye."""
        response.reasons = _GOODBYE

    def withdraw_goodbye(self) -> None:
        """No goodbye is wanted any more, and none of what was said is one."""
        self._gate.withdraw(Reason.GOODBYE)
        self.answers.withdraw(Reason.GOODBYE)

    def create(self, now_ms: float) -> None:
        """Ask for the response that is wanted, if none is on its way and no tool's output is awaited."""
        event_id = None if self.errands.awaited else self._gate.create(now_ms)
        if event_id is not None:
            only_words = self._gate.carried == ONLY_WORDS
            if len(self._gate.carried) > 1 or not self._gate.carried <= _IN_PASSING:
                self._retract()
            self._asked_about = () if only_words else self.errands.take_unspoken()
            self._asked_ms = now_ms
            self._do(ToModel(CreateResponse(event_id, with_tools=not only_words)))

    @property
    def quiet(self) -> bool:
        """Whether nothing plays, and no answer is wanted or on its way."""
        return self.answers.silent and not self._gate.busy and not self._gate.reasons

    @property
    def idle(self) -> bool:
        """Whether it is quiet, and no tool is at work."""
        return self.quiet and not self.errands.any_running

    @property
    def cancelling(self) -> bool:
        """Whether a cancelled response has not ended yet."""
        return self._gate.state is Gate.CANCELLING

    def timers(self) -> tuple[tuple[float, Callable[[float], None]], ...]:
        """The deadlines that are its own business."""
        return (
            (self._gate.retry_ms, self._gate.retry),
            (self.errands.slow_ms(), self.errands.note_slow),
            (self._held_ms(), self.run_held),
        )

    def overdue_ms(self) -> float:
        """When the response on its way has kept the caller waiting too long."""
        return self._gate.due_ms(self.answers.audible_until_ms())

    def begin_next(self) -> None:
        """Let the next waiting answer play."""
        self._do_all(self.answers.begin_next())

    # Stopping

    def clear(self, now_ms: float) -> None:
        """Silence the playing answer; what it was, and what it has said, stays known."""
        turn = self.answers.clear_playing(now_ms)
        if turn is not None:
            self._do(Clear(turn))

    def play_on(self, silent_ms: float, utterance: int | None, now_ms: float) -> None:
        """The interruption was none: go on from the byte where the caller stopped hearing."""
        if self.answers.playing is not None:
            heard_ms, audio_ms = self.answers.playing.spoken_ms(now_ms)
            self._do_all(self.answers.play_on())
            turn = self.answers.playing.audio.turn
            self._note(
                Resumed(
                    turn=turn,
                    heard_ms=heard_ms,
                    audio_ms=audio_ms,
                    silent_ms=round(silent_ms),
                    response=self.answers.playing.id,
                    utterance=utterance,
                )
            )

    def interrupt(self, speech_ms: int, now_ms: float, loudness: Loudness) -> None:
        """The caller has taken the floor from the playing answer: stop all, and tell the model."""
        self.errands.interrupt()
        cut = self.answers.playing
        heard = cut is not None and cut.heard(now_ms)
        if heard:
            self._gate.forgive()
        if self._gate.cancellable:
            self._cancel(now_ms, unheard=not heard or cut is not self.answers.get(self._gate.response_id))
        if cut is not None:
            heard_ms, audio_ms = cut.spoken_ms(now_ms)
            self._note(
                BargeIn(
                    speech_ms=speech_ms,
                    heard_ms=heard_ms,
                    audio_ms=audio_ms,
                    turn=cut.audio.turn,
                    response=cut.id,
                    **asdict(loudness),
                )
            )
            self._cut_playing(cut, now_ms)
        self._abandon_waiting(now_ms)

    def overtake(self, now_ms: float) -> None:
        """The caller went on before the bot's first sound: what was on its way is no longer the answer."""
        if not self._gate.cancellable and not self.answers.waiting:
            return
        self._note(AnswerOvertaken(response=self._gate.response_id))
        if self._gate.cancellable:
            self._cancel(now_ms, unheard=True)
        self._abandon_waiting(now_ms)

    def give_up_answer(self, now_ms: float) -> Response | None:
        """The answer does not come, or not on: ask once more. Returns the one that had begun to play."""
        if not self._try_again("overdue", None, now_ms):
            return None
        self._cancel(now_ms, unheard=True)
        self.clear(now_ms)
        stalled = self.answers.playing
        if stalled is not None:
            self._cut_playing(stalled, now_ms)
        self._abandon_waiting(now_ms)
        return stalled

    def _cancel(self, now_ms: float, *, unheard: bool) -> None:
        response = self.answers.get(self._gate.response_id)
        event_id = self._gate.cancel(now_ms, keep_reasons=unheard and response is None)
        self._do(ToModel(CancelResponse(event_id)))
        if response is None:
            self._put_back_asked()
        elif unheard:
            self._abandon(response, now_ms)

    def _cut_playing(self, response: Response, now_ms: float) -> None:
        if not response.heard(now_ms):
            self._abandon(response, now_ms)
        response.cut = True
        self._do_all(response.tell_heard(now_ms))
        self.answers.take_playing()
        self._close(response, now_ms)

    def _abandon_waiting(self, now_ms: float) -> None:
        while self.answers.waiting:
            self._abandon(self.answers.waiting.popleft(), now_ms)

    def _abandon(self, response: Response, now_ms: float) -> None:
        # Nothing of it was heard, so what it was to answer is still to be answered.
        if not response.cut:
            response.cut = True
            self._gate.stand_again(response.reasons)
            self.errands.put_back(response.served_calls)
            self._do_all(response.tell_heard(now_ms))
            if response is not self.answers.playing:  # what was heard of that one is still to be told
                response.audio.forget_audio()

    def _put_back_asked(self) -> None:
        self.errands.put_back(self._asked_about)
        self._asked_about = ()

    # What the model says

    def on_response_created(self, event: ResponseCreated, now_ms: float) -> None:
        """A response has begun."""
        if not self._gate.created(event.response_id, now_ms):
            self._note(ModelError(code="unrequested response", message=event.response_id))
            self._do(ToModel(CancelResponse("cancel_unrequested")))
            return
        self.answers.open(
            event.response_id,
            self._gate.carried,
            self._asked_about,
            asked_ms=self._asked_ms,
            cut=self.cancelling,
        )
        self._asked_about = ()
        self._note(ResponseBegun(reasons=", ".join(sorted(self._gate.carried)), response=event.response_id))

    def on_item_started(self, event: ItemStarted, now_ms: float) -> None:
        """A part of a response has begun; if the response is cut already, it is not to be remembered."""
        response = self.answers.get(event.response_id)
        if response is not None and event.kind == "message":
            response.words.setdefault(event.item_id, Transcript())
            if response.cut:
                self._do_all(response.tell_heard(now_ms))

    def on_transcript(self, event: TranscriptDelta, _now_ms: float) -> None:
        """Some of the words."""
        response = self.answers.get(event.response_id)
        if response is not None and not response.cut:
            self.answers.hear_words(response, event.item_id, event.text)

    def on_audio(self, event: AudioDelta, now_ms: float) -> None:
        """Some of the voice."""
        response = self.answers.get(event.response_id)
        if response is not None and not response.cut and not response.done and event.audio:
            self._gate.progressed(event.response_id, now_ms)
            self._do_all(self.answers.receive(response, event.item_id, event.audio))

    def note_caller(self, text: str, item_id: str, utterance: int | None) -> None:
        """What the caller said, as text."""
        if text.strip():
            self._note(UserSaid(text=text.strip(), item=item_id, utterance=utterance))

    def response_done(self, event: ResponseDone, now_ms: float) -> Response | None:
        """A response is over; which, if it was the one on its way."""
        response = self.answers.get(event.response_id)
        if not self._gate.done(event.response_id) or response is None:
            return None
        self._note(ResponseEnded(status=event.status, response=event.response_id))
        response.done = response.audio.complete = True
        response.completed = event.status == "completed"
        response.failed = event.status == "failed" or not (response.audio.received_bytes or response.acts)
        if response.cut:
            self._do_all(response.tell_heard(now_ms))
            self._hold(event.limit, now_ms)
        elif response.failed:
            code = event.error_code or event.reason or "an empty answer"
            if self._try_again(code, event.limit, now_ms, fatal=event.fatal):
                self._gate.stand_again(response.reasons)
                self.errands.put_back(response.served_calls)
        else:
            self._gate.forgive()
            if not response.audio.received_bytes:
                self.errands.put_back(response.served_calls)  # it only called: the next one speaks of them
            if event.status != "completed":
                self._note(
                    ResponseIncomplete(status=event.status, reason=event.reason, response=event.response_id)
                )
        return response

    def on_model_error(self, event: ErrorReported, now_ms: float) -> None:
        """The model refused something; only a refused create or a fatal code changes anything."""
        self._note(ModelError(code=event.code, message=event.message))
        if event.fatal:
            self._fail(f"the model refused: {event.code}")
        elif self._gate.refused(event.command_id, now_ms):
            self._put_back_asked()
            if self._is_enough(self._gate.refusals, _MAX_REFUSALS, event.limit, now_ms):
                self._fail(f"the model refuses to answer: {event.code}")

    def _try_again(self, code: str, limit: RateLimit | None, now_ms: float, *, fatal: bool = False) -> bool:
        self._gate.failures += 1
        self._note(ResponseFailed(code=code, failures=self._gate.failures, response=self._gate.response_id))
        enough = self._is_enough(self._gate.failures, _MAX_FAILURES, limit, now_ms)
        if fatal or enough:
            self._fail(f"the model gives no answer: {code}")
            return False
        return True

    def _is_enough(self, attempts: int, most: int, limit: RateLimit | None, now_ms: float) -> bool:
        """Whether so many attempts in vain are enough. If not, and it was a rate limit, it is waited for."""
        if limit is None:
            return attempts >= most
        return attempts >= _MAX_LIMITED or not self._hold(limit, now_ms)

    def _hold(self, limit: RateLimit | None, now_ms: float) -> bool:
        wait_ms = None if limit is None else self._gate.hold(limit, now_ms)
        if wait_ms is not None:
            self._note(RateLimited(wait_ms=round(wait_ms)))
        return wait_ms is not None

    # What the model does

    def accept_call(self, event: FunctionCalled, now_ms: float) -> tuple[Response, ToolCall] | None:
        """The call and the response that makes it, if that is one of ours and the call is new."""
        response = self.answers.get(event.response_id)
        call_id = None if response is None else self.errands.accept(event.response_id, event.call_id)
        if response is None or call_id is None:
            return None
        response.acts = True
        self._gate.progressed(event.response_id, now_ms)
        self._note(ToolCalled(name=event.name, call_id=call_id, response=event.response_id))
        return response, ToolCall(
            call_id=call_id, response_id=event.response_id, name=event.name, arguments=event.arguments
        )

    def run_tool(self, response: Response, call: ToolCall, now_ms: float) -> bool:
        """Have an accepted call run, or answer it at once. True if that answer is to be spoken about now."""
        return self.errands.run(call, now_ms, only_words=response.only_words)

    def run_held(self, now_ms: float) -> None:
        """Run the calls that are held, in order, once it is known what the caller had said before them.

        What the caller began to say in the guard after the bot's first sound is no answer to it.
        """
        while self._held_ms() <= now_ms + _EPSILON_MS:
            call = self.errands.held.popleft()
            answer_ms = self.utterances.last_answer_ms(self.answers.asked_ms(call.response_id))
            answered = self.answers.heard_calls(answer_ms, least_ms=self._guard_ms)
            self._do(RunTool(evolve(call, answered_calls=answered)))

    def _held_ms(self) -> float:
        if not self.errands.held:
            return inf
        return self.utterances.known_ms(self.answers.asked_ms(self.errands.held[0].response_id))

    def tool_finished(self, output: ToolOutput, now_ms: float) -> Outcome | None:
        """A tool's output goes to the model, whatever else is going on.

        Returns the outcome with which the call ends if it is "ok", if that is what the tool is for.
        """
        if self._gate.state is Gate.REQUESTED and self._gate.carried == ONLY_WORDS:
            self._cancel(now_ms, unheard=True)  # the filler has not begun: the answer itself comes sooner
        return self.errands.finish(output)

    def leave(self, now_ms: float) -> None:
        """The call ends here: close the account of the answer that plays, and of what will not be done."""
        self.errands.leave(now_ms)
        playing = self.answers.take_playing()
        if playing is not None:
            self._close(playing, now_ms)

    # What the caller hears

    def on_audio_sent(self, event: AudioSent, now_ms: float) -> None:
        """The carrier's socket took a chunk."""
        if self.answers.sent(event.turn, event.byte_count, now_ms):
            number = self.answers.newest_chunk(event.turn)
            playing = self.answers.playing
            self._note(
                FirstAudio(
                    turn=event.turn,
                    first=number,
                    bytes=event.byte_count,
                    response=None if playing is None else playing.id,
                )
            )

    def on_mark(self, event: MarkReached, now_ms: float) -> None:
        """A mark came back."""
        self.answers.mark_reached(event.name, now_ms)

    def finish_played(self, now_ms: float) -> bool:
        """Close the playing answer if it was heard to its end."""
        playing = self.answers.playing
        if playing is None or not playing.audio.played(now_ms):
            return False
        self.answers.take_playing()
        self._do(Release(playing.audio.turn))
        self._close(playing, now_ms)
        if playing.served_calls:
            self._note(OutputsHeard(call_ids=list(playing.served_calls)))
        return True

    def listen_for_notice(self, now_ms: float) -> None:
        """Note the notice as heard as soon as its last word was."""
        if self._notice.awaited and self.answers.playing is not None:
            self._look_for_notice(self.answers.playing, now_ms)

    def _look_for_notice(self, response: Response, now_ms: float) -> None:
        if self._notice.listen(response.surely_heard_text(now_ms)):
            self._do(NoticeHeard(self._notice.words))

    def _close(self, response: Response, now_ms: float) -> None:
        self._look_for_notice(response, now_ms)
        self._notice.miss()
        if response.heard(now_ms):
            heard = self.answers.heard_text(response, now_ms)[0]
            self.asked, self.dictating = asks(heard), asks_to_dictate(heard)
        self._do_all(self.answers.close(response, now_ms))

    def _do_all(self, actions: list[Action]) -> None:
        for action in actions:
            self._do(action)

    def _note(self, line: Line) -> None:
        self._do(Note(line))
