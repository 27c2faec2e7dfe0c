"""How a call is brought to its end: by the bot, by a tool, by silence or by the longest time; and taken back.

The goodbye itself, and how far it has come, is in `farewell.py`. Nobody is hung up on who speaks. Who says
something that is to be answered while the goodbye plays, or presses a key, takes the call back: the model is
told so, and the call goes on. Three ends are final: a transfer that was granted, the longest call when its
grace is over too, and any once the model is gone.
"""

from collections.abc import Callable, Iterator
from math import inf

from engine.account import CallReopened, Line, ToolAnswered
from engine.actions import Action, End, Note
from engine.bot.answers import Response
from engine.bot.bot import CALLER_SPOKE, Bot
from engine.caller.keypad import Keypad
from engine.conversation.ending import Farewell
from engine.conversation.floor import Exchange
from engine.outcome import Outcome
from engine.prompt import prompt
from engine.settings import Settings
from engine.states import Ending, Reason
from engine.tools import ToolOutput

END_CALL = "end_call"
_EPSILON_MS = 1e-6


class Parting:
    """One per call. `do` takes its actions, in order. Times are milliseconds of the call's clock."""

    def __init__(
        self,
        settings: Settings,
        bot: Bot,
        exchange: Exchange,
        keypad: Keypad,
        *,
        do: Callable[[Action], None],
        now_ms: float,
    ) -> None:
        self._bot = bot
        self._exchange = exchange
        self._keypad = keypad
        self._do = do
        self._farewell = Farewell(settings)
        self._warn_at_ms = now_ms + settings.longest_call_warning_ms
        self._close_at_ms = now_ms + settings.longest_call_ms
        self._grace_ms = settings.longest_call_grace_ms

    @property
    def closing(self) -> bool:
        """Whether the call is on its way out; the caller may still take it back."""
        return self._farewell.state is not Ending.OPEN

    @property
    def final(self) -> bool:
        """Whether it ends whatever the caller says now."""
        return self._farewell.final

    @property
    def draining(self) -> bool:
        """Whether the goodbye is all that is left, and it needs the model no more."""
        return self._farewell.state is Ending.DRAINING

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._farewell.state is Ending.ENDED

    @property
    def caller_done(self) -> bool:
        """Whether the caller neither speaks nor presses keys, and nothing they said is in doubt."""
        return self._exchange.bot_may_answer and not self._keypad.gathering

    @property
    def _caller_is_back(self) -> bool:
        return self._exchange.caller_has_floor or self._bot.caller_waits or self._keypad.gathering

    @property
    def _may_end(self) -> bool:
        """Whether nobody is at anything any more that the end would cut off."""
        return (self.final or self.caller_done) and not self._bot.errands.any_running

    def timers(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        """The deadlines that are its own business."""
        if self._may_end:
            yield self._farewell.due_ms, self._on_overdue
        if not self.closing:
            yield self._warn_at_ms, self._on_long_call
            if self.caller_done:  # nobody is cut off in the middle of a word
                yield self._close_at_ms, self._on_longest_call

    # What begins it

    def take_leave(self, outcome: Outcome, now_ms: float) -> None:
        """Begin to end the call, and ask for the goodbye: no answer holds one yet."""
        self._close(outcome, now_ms)
        self._ask_for_goodbye()

    def on_end_call(self, response: Response, call_id: str, now_ms: float) -> None:
        """The model hangs up."""
        self._exchange.settle(now_ms)
        # Nobody is hung up on who speaks, or has said something that waits for an answer. Cut: they spoke
        # over the goodbye. If the call is closing already, it is for the caller to take it back.
        speaks = response.cut or self._exchange.caller_speaks or self._bot.caller_waits
        refused = speaks and not self.closing
        status = "refused" if refused else "ok"
        self._bot.errands.send(call_id, {"status": status})
        self._note(ToolAnswered(name=END_CALL, call_id=call_id, status=status, took_ms=0))
        if refused:
            self._bot.want(Reason.TOOL_OUTPUTS)  # what they said may be skipped: then nobody else would speak
            return
        if not self.closing:
            self._close(Outcome.COMPLETED, now_ms)
        self._bot.take_for_goodbye(response)
        if response.done:  # a server that says so before it makes the call
            self.response_done(response)

    def tool_finished(self, output: ToolOutput, outcome: Outcome | None, now_ms: float) -> None:
        """A tool has answered; `outcome` is what the call ends with if that is "ok"."""
        if outcome is not None and output.status == "ok":
            self._end_by_tool(outcome, now_ms)
            return
        if outcome is not None and self.closing and not self.final:
            self._reopen(now_ms)  # they were told that they are put through, and are not
        if not self.closing:
            self._bot.want(Reason.TOOL_OUTPUTS)

    def _end_by_tool(self, outcome: Outcome, now_ms: float) -> None:
        if self._farewell.model_gone:
            self._end(outcome, "the model is gone")
        elif not self.closing or self._farewell.outcome is not outcome:
            self.take_leave(outcome, now_ms)

    def model_failed(self, detail: str) -> None:
        """End the call, unless it needs the model no more: all that is left then comes from the carrier."""
        if self.closing and self._farewell.outcome is Outcome.TRANSFERRED:
            self._end(Outcome.TRANSFERRED, detail)  # a person takes over: the caller is put through at once
        elif not self._farewell.lose_model():
            self._end(Outcome.MODEL_FAILED, detail)

    def _on_long_call(self, _now_ms: float) -> None:
        self._warn_at_ms = inf
        self._bot.tell(prompt.longest_call_warning())

    def _on_longest_call(self, now_ms: float) -> None:
        self.take_leave(Outcome.LONGEST_CALL, now_ms)

    def _close(self, outcome: Outcome, now_ms: float) -> None:
        self._farewell.close(outcome, now_ms)
        self._bot.withdraw_goodbye()  # of an end that this one takes the place of
        if self.final:
            self._exchange.close(now_ms)
        self._bot.want_nothing(but=frozenset() if self.final else CALLER_SPOKE)

    # How it goes on

    def response_done(self, response: Response) -> None:
        """A response is complete: it may have been the goodbye."""
        if self._farewell.response_done(response):
            self._ask_for_goodbye()
        elif self._farewell.unsaid:
            self.model_failed("the model says no goodbye")

    def _ask_for_goodbye(self) -> None:
        self._bot.ask(prompt.goodbye(self._farewell.outcome), Reason.GOODBYE)

    def heed_caller(self, now_ms: float) -> None:
        """If the caller has come back, the call goes on."""
        if self.closing and not self.final and self._caller_is_back:
            self._reopen(now_ms)

    def _reopen(self, now_ms: float) -> None:
        outcome = self._farewell.reopen()
        self._bot.withdraw_goodbye()
        self._bot.tell(prompt.reopened(outcome))
        self._note(CallReopened(outcome=outcome.value))
        if outcome is Outcome.LONGEST_CALL:
            self._close_at_ms = now_ms + self._grace_ms

    def end_if_over(self, now_ms: float) -> None:
        """Hang up if the goodbye was heard, or nothing more of one will come."""
        self._farewell.watch(self._bot.answers.heard_until_ms(now_ms))
        over = self._farewell.over()
        if over is not None and self._bot.answers.silent and self._may_end:
            self._end(self._farewell.outcome, over)

    def _on_overdue(self, now_ms: float) -> None:
        # If a slow carrier has taken nothing since, there is as much to hear as before.
        self._farewell.watch(self._bot.answers.heard_until_ms(now_ms))
        if self._farewell.due_ms <= now_ms + _EPSILON_MS:
            self._end(self._farewell.outcome, self._farewell.over() or "the goodbye took too long")

    def _end(self, outcome: Outcome, detail: str) -> None:
        if self._farewell.end():
            self._do(End(outcome, detail))

    def _note(self, line: Line) -> None:
        self._do(Note(line))
