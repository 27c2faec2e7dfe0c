"""The response gate: when the model is asked to speak, and what is done if it does not.

Theory of operation
-------------------

A model in a conversation makes one response at a time. A `response.create` while another is requested,
active or being cancelled is refused, and what it was for is lost, unless somebody remembers. On a telephone
that is a caller who has asked something and is not answered. So there is a gate with room for one:

    NONE --create--> REQUESTED --created--> ACTIVE --done--> NONE
                         |                    |
                         +------cancel--------+--> CANCELLING --done--> NONE

Two of these moves are ours, the others the server's, and its half arrives late. REQUESTED is the time in
which we have asked and know no id yet; a cancel sent then is for a response that is still to begin, so
CANCELLING lets it begin and waits for its end. Nothing is ever assumed to have ended because we wanted it
to: the gate opens when the server says so. For a server that does not, each state has a deadline, `due_ms`.

Reasons gather in front of the gate: an utterance, a number on the keypad, a tool's output, a greeting. They
are a set, because one response serves all that has gathered by the time it is created; two creates would
give two answers to a caller who has said one thing in two breaths. When a create is sent, the reasons go
with it (`carried`), and the set is empty again.

What happens to them then is the one rule that everything else here serves: **a reason is gone once the
caller has heard something of the answer, or the model has acted on it.** Until then it stands again

* when the server refuses the create, or the cancel of one that never began;
* when the response is cancelled before it began, or is abandoned unheard;
* when it fails, or ends without a sound and without having called a tool.

One of them never stands again: a filler asks for patience now or not at all. And one can be withdrawn: if
the caller comes back while the call closes, nobody is to say goodbye any more, neither for what gathers nor
in the name of what is on its way.

Attempts in vain are counted, because a caller does not wait for ever. Answers that fail, and creates that
are refused, have each their own limit; at the limit the model is given up, and the call ends with the
apology of the fallback. A refused create is not sent again at once, because a server that refuses
everything would be asked in a tight loop. As soon as the response that was in its way is over, it may go.
Whatever the caller hears of an answer, even one that they cut, shows that the model can still speak, and
forgives what failed before it.

A rate limit is no failure of that kind. The server is well and says how long to wait, so that time is
waited, and no create is sent in it whatever else happens. But to the caller all silence is alike: limits in
a row may cost them together no more than one answer may (`answer_due_ms`), and then count as failures.

Ids tell the server's answers apart. A create and a cancel have each an id of ours, by which an error says
what was refused; an error that names neither changes nothing. A response has an id of the server's. One
that begins without having been asked for, as servers do that answer by themselves, is not let in.

Time runs from the last sign of life: of a response that comes slowly but comes, nobody has reason to
complain. It also runs no sooner than from the last byte that the caller can hear, since somebody who is
still being spoken to is not waiting.

The gate sends nothing and knows no audio. `asking.py` makes commands of its decisions, and `bot.py` tells
it what the caller has heard.
"""

from math import inf

from attrs import Factory, define, frozen

from engine.model import CancelResponse, RateLimit
from engine.settings import Settings
from engine.states import GATE, ONLY_WORDS, Gate, GateEvent, Reason, step

_RETRY_MS = 500  # after a refused create; without it a refusing server would be asked in a tight loop
_MAX_FAILURES = 2  # an answer that fails is asked for once more, then the fallback
_MAX_REFUSALS = 4  # of one create: two seconds of retries
_MAX_LIMITED = 3  # of either, by a rate limit: each is waited for
_LIMITED_MS = (1_000, 2_000)  # after a rate limit that does not say how long: the first, and further ones


@frozen
class Attempt:
    """An attempt in vain: whether it was the last, and for how long a rate limit holds the next one."""

    last: bool
    wait_ms: float | None = None


@define
class ResponseGate:
    """One per call. Times are milliseconds of the call's clock."""

    settings: Settings
    state: Gate = Gate.NONE
    reasons: set[Reason] = Factory(set)
    carried: frozenset[Reason] = frozenset()  # what the response on its way was created for
    response_id: str | None = None
    failures: int = 0  # answers in a row that did not come
    refusals: int = 0  # creates in a row that were refused
    retry_ms: float = inf  # when a create may be sent again that was refused, or that a rate limit holds
    limited_ms: float = 0.0  # what rate limits have kept the caller waiting, since an answer last came
    _held: bool = False  # by a rate limit: whatever happens meanwhile, no create before `retry_ms`
    _count: int = 0
    _create_id: str = ""
    _cancel_id: str = ""
    _since_ms: float = 0.0  # the last sign of life of the response, or when it was cancelled

    @property
    def busy(self) -> bool:
        """True while a response is on its way."""
        return self.state is not Gate.NONE

    @property
    def cancellable(self) -> bool:
        """True if there is a response that a cancel would stop."""
        return self.state in (Gate.REQUESTED, Gate.ACTIVE)

    def create(self, now_ms: float) -> str | None:
        """Request a response if one is wanted and none is on its way. Returns the create's event_id."""
        if self.busy or not self.reasons or self.retry_ms != inf:
            return None
        self.state = step(GATE, self.state, GateEvent.CREATE)
        # One answer serves all that has gathered: two utterances in a row want one reply, not two.
        self.carried, self.reasons = frozenset(self.reasons), set()
        # Unknown until the server has named it: till then an error is told apart by the id of our create.
        self.response_id = None
        self._since_ms = now_ms
        self._create_id = self._event_id("create")
        return self._create_id

    def created(self, response_id: str, now_ms: float) -> bool:
        """Let a response in that the server has begun. False if it is one that we did not ask for."""
        # A second one, or one out of the blue, is a server that talks by itself: it would talk over ours.
        if not self.busy or self.response_id is not None:
            return False
        self.state = step(GATE, self.state, GateEvent.CREATED)
        self.response_id = response_id
        # Refusals count in a row. This create was let in, so the server is not refusing them all.
        self.refusals = 0
        self.progressed(response_id, now_ms)
        return True

    def progressed(self, response_id: str, now_ms: float) -> None:
        """Note a sign of life of the response."""
        # What still comes of a cancelled one is no sign of life: its end is what is waited for.
        if self.state is Gate.ACTIVE and response_id == self.response_id:
            self._since_ms = now_ms

    def cancel(self, now_ms: float, *, keep_reasons: bool) -> CancelResponse:
        """Cancel the response on its way. Its reasons stand again if the caller heard nothing of it."""
        self.state = step(GATE, self.state, GateEvent.CANCEL)
        self._since_ms = now_ms
        if keep_reasons:
            self.stand_again(self.carried)
        self._cancel_id = self._event_id("cancel")
        return CancelResponse(self._cancel_id, self.response_id)

    def refused(self, event_id: str | None, now_ms: float) -> bool:
        """Take an `error`. True if it was about our create (its reasons stand) or a cancel of nothing."""
        # Both ids are looked at, because a cancel may cross a create that is refused: then nothing will be
        # done, and who waited for that would wait for ever.
        about_create = self.busy and event_id == self._create_id and self.response_id is None
        about_cancel = self.state is Gate.CANCELLING and event_id == self._cancel_id
        if not (about_create or about_cancel):
            return False
        self.state = step(GATE, self.state, GateEvent.REFUSED)
        # It had not begun, so nobody heard anything of it.
        if self.response_id is None:
            self.stand_again(self.carried)
        if about_create:
            self.refusals += 1
            self.retry_ms = now_ms + _RETRY_MS
        return True

    def stand_again(self, reasons: frozenset[Reason]) -> None:
        """Want again what a response was created for: it is still to be answered."""
        # A word of patience is never owed: by now the tool may have answered.
        self.reasons |= reasons - ONLY_WORDS

    def withdraw(self, reason: Reason) -> None:
        """Want nothing for that reason any more."""
        self.reasons.discard(reason)
        # Also of the one on its way: if that comes to nothing, the reason must not stand again.
        self.carried -= {reason}

    def done(self, response_id: str) -> bool:
        """End a response. False if it was not the one on its way."""
        # A create is refused while another response is active. Now that one is over, there is nothing to wait
        # for; but a rate limit knows nothing of responses, and stands.
        if not self._held:
            self.retry_ms = inf  # if another was in the way, it no longer is
        if response_id != self.response_id or not self.busy:
            return False
        self.state = step(GATE, self.state, GateEvent.DONE)
        return True

    def retry(self, _now_ms: float) -> None:
        """Let a refused or held create be sent again."""
        self.retry_ms, self._held = inf, False

    def hold(self, limit: RateLimit, now_ms: float) -> float | None:
        """Send no create for as long as the server asks for, which is returned.

        A caller waits for limits in a row as long as for one answer; None if that time has been used up.
        """
        # To the caller a wait is a wait, whatever it is for: limits have the time of one answer between them.
        left_ms = self.settings.answer_due_ms - self.limited_ms
        if left_ms <= 0:
            return None
        asked_ms = _LIMITED_MS[self.limited_ms > 0] if limit.wait_ms is None else limit.wait_ms
        wait_ms = min(asked_ms, left_ms)
        self.limited_ms += wait_ms
        self.retry_ms, self._held = now_ms + wait_ms, True
        return wait_ms

    def failed(self, limit: RateLimit | None, now_ms: float) -> Attempt:
        """Count an answer that does not come."""
        self.failures += 1
        return self._attempt(self.failures, _MAX_FAILURES, limit, now_ms)

    def create_refused(self, limit: RateLimit | None, now_ms: float) -> Attempt:
        """Judge the creates in a row that were refused, of which `refused` has just seen one."""
        return self._attempt(self.refusals, _MAX_REFUSALS, limit, now_ms)

    def _attempt(self, attempts: int, most: int, limit: RateLimit | None, now_ms: float) -> Attempt:
        if limit is None:
            return Attempt(last=attempts >= most)
        wait_ms = None if attempts >= _MAX_LIMITED else self.hold(limit, now_ms)
        return Attempt(last=wait_ms is None, wait_ms=wait_ms)

    def forgive(self) -> None:
        """Count no longer what failed before: an answer came, or was heard."""
        self.failures, self.limited_ms = 0, 0.0

    def due_ms(self, audible_until_ms: float) -> float:
        """Return when the response on its way has kept the caller waiting too long; infinity if none is."""
        match self.state:
            case Gate.CANCELLING:
                return self._since_ms + self.settings.cancel_due_ms
            case Gate.REQUESTED | Gate.ACTIVE:
                # While they still hear something, nobody is kept waiting.
                return max(self._since_ms, audible_until_ms) + self.settings.answer_due_ms
        return inf

    def _event_id(self, what: str) -> str:
        self._count += 1
        return f"{what}_{self._count}"
