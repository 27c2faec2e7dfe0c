"""How a call is brought to its end: by the bot, by a tool, by silence or by the longest time; and taken back.

The goodbye itself, and how far it has come, is in `ending.py`. Nobody is hung up on who speaks. Who says
something that is to be answered while the goodbye plays, or presses a key, takes the call back: the model is
told so, and the call goes on. Three ends are final: a transfer that was granted, the longest call when its
grace is over too, and any once the model is gone.
"""

from collections.abc import Callable, Iterator
from math import inf

from engine.account import CallReopened, ToolAnswered
from engine.actions import Action, End, Note, ToModel
from engine.bot.answers import Answers
from engine.bot.asking import CALLER_SPOKE, Asking
from engine.bot.response import Response
from engine.bot.tool_calls import ToolCalls
from engine.caller.keypad import Keypad
from engine.conversation.ending import CallEnding
from engine.conversation.floor import FloorControl
from engine.conversation.standing import Cue
from engine.model import Tell
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import Settings
from engine.states import Ending, Reason
from engine.tools import ToolOutput

END_CALL = "end_call"
_EPSILON_MS = 1e-6
_GOODBYE = frozenset({Reason.GOODBYE})


class Parting:
    """One per call. Times are milliseconds of the call's clock."""

    def __init__(
        self,
        settings: Settings,
        answers: Answers,
        asking: Asking,
        tool_calls: ToolCalls,
        floor: FloorControl,
        keypad: Keypad,
        *,
        now_ms: float,
    ) -> None:
        self._answers = answers
        self._asking = asking
        self._tool_calls = tool_calls
        self._floor = floor
        self._keypad = keypad
        self.ending = CallEnding(settings)
        self._warn_at_ms = now_ms + settings.longest_call_warning_ms
        self._close_at_ms = now_ms + settings.longest_call_ms
        self._grace_ms = settings.longest_call_grace_ms

    @property
    def closing(self) -> bool:
        """True while the call is on its way out, and after."""
        return self.ending.state is not Ending.OPEN

    @property
    def final(self) -> bool:
        """True if it ends whatever the caller says now."""
        return self.closing and self.ending.final

    @property
    def caller_done(self) -> bool:
        """True while the caller neither speaks nor presses keys, and nothing they said is in doubt."""
        return self._floor.caller_done and not self._keypad.gathering

    def timers(self) -> Iterator[tuple[float, Callable[[float], list[Action]]]]:
        """Yield the deadlines that are its own business."""
        if self.closing:
            if self._may_end:
                yield self.ending.due_ms, self._on_overdue
        else:
            yield self._warn_at_ms, self._on_long_call
            if self.caller_done:  # nobody is cut off in the middle of a word
                yield self._close_at_ms, self._on_longest_call

    @property
    def _may_end(self) -> bool:
        """Nobody is at anything any more that the end would cut off."""
        return (self.final or self.caller_done) and not self._tool_calls.running

    # What begins it

    def take_leave(self, outcome: Outcome, now_ms: float) -> list[Action]:
        """Begin to end the call, and ask for the goodbye: no answer holds one yet."""
        return [*self._close(outcome, now_ms), *self._ask_for_goodbye()]

    def on_machine(self, hz: int) -> list[Action]:
        """End the call at once: a fax or a modem hears no goodbye."""
        return self._end(Outcome.MACHINE_CALLED, f"a tone of {hz} Hz")

    def on_recording(self, detail: str) -> list[Action]:
        """End the call at once: nor does a recording."""
        return self._end(Outcome.RECORDING_CALLED, detail)

    def on_end_call(self, response: Response, call_id: str, now_ms: float) -> list[Action]:
        """Hang up, as the model wants it, or refuse to."""
        settled = self._floor.decide(Cue.CLOSING, now_ms)
        # Nobody is hung up on who speaks, or has said something that waits for an answer. Cut: they spoke
        # over the goodbye. If the call is closing already, it is for the caller to take it back.
        speaks = response.cut or self._floor.caller_speaks or self._asking.caller_waits
        refused = speaks and not self.closing
        status = "refused" if refused else "ok"
        answered = [
            *settled,
            self._tool_calls.answer(call_id, {"status": status}),
            Note(ToolAnswered(name=END_CALL, call_id=call_id, status=status, took_ms=0)),
        ]
        if refused:
            # What they said may be skipped: then nobody else would speak.
            self._asking.want(Reason.TOOL_OUTPUTS)
            return answered
        if not self.closing:
            answered += self._close(Outcome.COMPLETED, now_ms)
        response.reasons = _GOODBYE  # whatever it was asked for
        if response.speech.complete:  # a server that says so before it makes the call
            answered += self.response_over(response, now_ms)
        return answered

    def tool_finished(self, output: ToolOutput, now_ms: float) -> list[Action]:
        """Ask for an answer about a tool's output, or for the goodbye if that ends the call."""
        outcome = self._tool_calls.ends_call(output.name)
        if outcome is not None and output.status == "ok":
            return self._end_by_tool(outcome, now_ms)
        reopened: list[Action] = []
        if outcome is not None and self.closing and not self.final:
            reopened = self._reopen(now_ms)  # they were told that they are put through, and are not
        if not self.closing:
            self._asking.want(Reason.TOOL_OUTPUTS)
        return reopened

    def _end_by_tool(self, outcome: Outcome, now_ms: float) -> list[Action]:
        if self.ending.model_gone:
            return self._end(outcome, "the model is gone")
        if self.closing and self.ending.outcome is outcome:
            return []
        return self.take_leave(outcome, now_ms)

    def model_failed(self, detail: str, now_ms: float) -> list[Action]:
        """End the call, unless it needs the model no more: all that is left then comes from the carrier."""
        if self.closing and self.ending.outcome is Outcome.TRANSFERRED:
            # A person takes over: the caller is put through at once.
            return self._end(Outcome.TRANSFERRED, detail)
        if not self.ending.lose_model():
            return self._end(Outcome.MODEL_FAILED, detail)
        # From here on the caller is not heard: who speaks now would keep the floor for ever.
        return self._floor.close(now_ms) if self._floor.caller_speaks else []

    def _on_long_call(self, _now_ms: float) -> list[Action]:
        self._warn_at_ms = inf
        return [ToModel(Tell("system", prompt.longest_call_warning()))]

    def _on_longest_call(self, now_ms: float) -> list[Action]:
        return self.take_leave(Outcome.LONGEST_CALL, now_ms)

    def _close(self, outcome: Outcome, now_ms: float) -> list[Action]:
        self.ending.close(outcome, now_ms)
        self._withdraw_goodbye()  # of an end that this one takes the place of
        closed = self._floor.close(now_ms) if self.final else []
        self._asking.want_only(frozenset() if self.final else CALLER_SPOKE)
        return closed

    def _withdraw_goodbye(self) -> None:
        self._asking.gate.withdraw(Reason.GOODBYE)
        self._answers.withdraw(Reason.GOODBYE)

    # How it goes on

    def response_over(self, response: Response, now_ms: float) -> list[Action]:
        """Ask for the goodbye once more if a complete response was to be it, and was not."""
        if self.ending.response_done(response):
            return self._ask_for_goodbye()
        if self.ending.unsaid:
            return self.model_failed("the model says no goodbye", now_ms)
        return []

    def _ask_for_goodbye(self) -> list[Action]:
        return self._asking.ask(prompt.goodbye(self.ending.outcome), Reason.GOODBYE)

    def heed_caller(self, now_ms: float) -> list[Action]:
        """Let the closing call go on if the caller has come back."""
        if self.final:
            return []
        is_back = self._floor.caller_has_floor or self._asking.caller_waits or self._keypad.gathering
        return self._reopen(now_ms) if is_back else []

    def _reopen(self, now_ms: float) -> list[Action]:
        outcome = self.ending.reopen()
        self._withdraw_goodbye()
        if outcome is Outcome.LONGEST_CALL:
            self._close_at_ms = now_ms + self._grace_ms
        return [ToModel(Tell("system", prompt.reopened(outcome))), Note(CallReopened(outcome=outcome.value))]

    def end_if_over(self, now_ms: float) -> list[Action]:
        """Hang up if the goodbye was heard, or nothing more of one will come."""
        self.ending.watch(self._answers.heard_until_ms(now_ms))
        over = self.ending.over()
        ends = over is not None and self._answers.silent and self._may_end
        return self._end(self.ending.outcome, over or "") if ends else []

    def _on_overdue(self, now_ms: float) -> list[Action]:
        # If a slow carrier has taken nothing since, there is as much to hear as before.
        self.ending.watch(self._answers.heard_until_ms(now_ms))
        if self.ending.due_ms > now_ms + _EPSILON_MS:
            return []
        return self._end(self.ending.outcome, self.ending.over() or "the goodbye took too long")

    def _end(self, outcome: Outcome, detail: str) -> list[Action]:
        return [End(outcome, detail)] if self.ending.end() else []
