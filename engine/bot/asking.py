"""What the model is asked for: the reasons that gather, and the create that serves them.

One response may be on its way; `gate.py` says when the next may be asked for. What the model is to say now,
like a question whether the caller is there, is an instruction in the conversation and a bare create: if it
was said in passing, it is taken out again before anything else is asked, or it would be obeyed again.
"""

from attrs import frozen

from engine.account import RateLimited, ResponseFailed
from engine.actions import Action, Note, ToModel
from engine.bot.gate import Attempt, ResponseGate
from engine.bot.tool_calls import ToolCalls
from engine.model import CreateResponse, DeleteItem, ErrorReported, RateLimit, Tell
from engine.prompt import prompt
from engine.settings import Settings
from engine.states import ONLY_WORDS, Reason

# What is said in passing. Its instruction must not be there to be obeyed once something else is to be said.
_IN_PASSING = frozenset({Reason.FILLER, Reason.SILENCE, Reason.GOING_ON})
_MOST_GOINGS_ON = 3  # until an answer is whole, or the caller speaks: then the model is given up
CALLER_SPOKE = frozenset({Reason.UTTERANCE, Reason.KEYPAD})


@frozen
class ModelFailed:
    """The model can't go on. Stands among the actions, for the conversation to decide what follows."""

    detail: str


Effect = Action | ModelFailed


class Asking:
    """One per call. Times are milliseconds of the call's clock."""

    def __init__(self, settings: Settings, tool_calls: ToolCalls) -> None:
        self.gate = ResponseGate(settings)
        self._tool_calls = tool_calls
        self.asked_ms = 0.0  # when the response on its way was asked for
        self.ahead = False  # and whether before it was sure that the caller had finished
        self._asked_about: tuple[str, ...] = ()  # the calls whose outputs the requested response knows
        self._in_passing: str | None = None  # the item of an instruction that is to be deleted again
        self._passed = 0
        self._goings_on = 0  # in a row

    @property
    def caller_waits(self) -> bool:
        """True if the caller has said or pressed something for which no answer has been asked yet."""
        return not self.gate.reasons.isdisjoint(CALLER_SPOKE)

    @property
    def greeting_wanted(self) -> bool:
        """True if the greeting is still to be asked for: it waits for nobody."""
        return Reason.GREETING in self.gate.reasons

    def want(self, reason: Reason) -> None:
        """Want a response, as soon as one may be created."""
        self.gate.reasons.add(reason)
        if reason in CALLER_SPOKE:
            self._goings_on = 0
            self._tool_calls.caller_spoke()

    def want_again(self, reasons: frozenset[Reason], served_calls: tuple[str, ...]) -> None:
        """Want again what a response that came to nothing was for, and was to speak about."""
        self.gate.stand_again(reasons)
        self._tool_calls.put_back(served_calls)

    def want_only(self, reasons: frozenset[Reason]) -> None:
        """Want no more what was wanted so far, but for these reasons."""
        self.gate.reasons &= reasons

    def ask(self, instruction: str, reason: Reason) -> list[Action]:
        """Have the model say something now."""
        # An item and a bare create: instructions in the create would replace the session's prompt.
        retracted = self._retract()
        if reason in _IN_PASSING:
            self._passed += 1
            self._in_passing = f"passing_{self._passed}"
        self.want(reason)
        return [*retracted, ToModel(Tell("system", instruction, self._in_passing))]

    def go_on(self) -> list[Effect]:
        """Have the model finish an answer that broke off; the last effect says so if it never does."""
        if self._goings_on >= _MOST_GOINGS_ON:
            return [ModelFailed("the model finishes no answer")]
        self._goings_on += 1
        return [*self.ask(prompt.going_on(), Reason.GOING_ON)]

    def answered(self, *, whole: bool) -> None:
        """Count no longer what failed before; nor what broke off, if this answer is a whole one."""
        self.gate.forgive()
        if whole:
            self._goings_on = 0

    def _retract(self) -> list[Action]:
        item_id, self._in_passing = self._in_passing, None
        return [] if item_id is None else [ToModel(DeleteItem(item_id, f"retract_{item_id}"))]

    def create(self, now_ms: float, *, ahead: bool) -> list[Action]:
        """Ask for the response that is wanted, if none is on its way and no tool's output is awaited.

        `ahead`: the caller has likely finished, and may go on.
        """
        event_id = None if self._tool_calls.awaited else self.gate.create(now_ms)
        if event_id is None:
            return []
        carried = self.gate.carried
        only_words = carried == ONLY_WORDS
        retracted = self._retract() if len(carried) > 1 or not carried <= _IN_PASSING else []
        self._asked_about = () if only_words else self._tool_calls.take_unspoken()
        self.asked_ms, self.ahead = now_ms, ahead
        return [*retracted, ToModel(CreateResponse(event_id, with_tools=not only_words))]

    def retry(self, now_ms: float) -> list[Action]:
        """Let a create be sent again that was refused, or that a rate limit held."""
        self.gate.retry(now_ms)
        return []

    def begun(self) -> tuple[str, ...]:
        """Return the calls of whose outputs the response that has begun speaks: they are its own now."""
        about, self._asked_about = self._asked_about, ()
        return about

    def put_back(self) -> None:
        """Let another answer speak of what the requested one was to: it does not even begin."""
        self._tool_calls.put_back(self.begun())

    # What comes to nothing

    def refused(self, event: ErrorReported, now_ms: float) -> list[Effect]:
        """Take the refusal of a command: only that of a create, or of a cancel, changes anything."""
        if not self.gate.refused(event.command_id, now_ms):
            return []
        self.put_back()
        attempt = self.gate.create_refused(event.limit, now_ms)
        return [*_waited(attempt), *_failed(attempt, f"the model refuses to answer: {event.code}")]

    def failed(
        self, code: str, limit: RateLimit | None, now_ms: float, *, fatal: bool = False
    ) -> list[Effect]:
        """Take an answer that does not come; the last effect says so if there is no use in asking again."""
        attempt = self.gate.failed(limit, now_ms)
        noted = ResponseFailed(code=code, failures=self.gate.failures, response=self.gate.response_id)
        hopeless = Attempt(last=attempt.last or fatal)
        return [Note(noted), *_waited(attempt), *_failed(hopeless, f"the model gives no answer: {code}")]

    def hold(self, limit: RateLimit | None, now_ms: float) -> list[Action]:
        """Wait for a rate limit, if there is one, before the next create."""
        return [] if limit is None else _waited(Attempt(last=False, wait_ms=self.gate.hold(limit, now_ms)))


def _waited(attempt: Attempt) -> list[Action]:
    return [] if attempt.wait_ms is None else [Note(RateLimited(wait_ms=round(attempt.wait_ms)))]


def _failed(attempt: Attempt, detail: str) -> list[ModelFailed]:
    return [ModelFailed(detail)] if attempt.last else []
