"""The three small state machines of a conversation, each a table.

* The **floor**: who may speak now. The bot begins only on a free floor.
* The **gate**: at most one response of the model is on its way, and one `response.create` serves
  every reason that has gathered. A create is never sent while another is requested, active or being
  cancelled: the server would refuse it, and the caller's turn would go unanswered.
* The **ending**: a call closes, drains the goodbye, and is over; until then its caller may take it back.

An event that a state has no place for is a bug, and says so with both names; nothing changes then.
"""

from enum import Enum, StrEnum, auto
from typing import TypeVar

from engine.errors import LocalProtocolError

_State = TypeVar("_State", bound=Enum)
_Event = TypeVar("_Event", bound=Enum)


def _next(table: dict[tuple[_State, _Event], _State], state: _State, event: _Event) -> _State:
    try:
        return table[state, event]
    except KeyError:
        raise LocalProtocolError(state=str(state), event=str(event)) from None


class Floor(Enum):
    """Who has the floor."""

    FREE = auto()
    CALLER = auto()
    BOT = auto()
    BOTH = auto()  # the caller speaks over the bot, which goes on
    PAUSED = auto()  # the bot was stopped; whether the caller really wants the floor is still open
    DOUBT = auto()  # the caller has stopped as well, before that was clear


class FloorEvent(Enum):
    """What moves the floor."""

    CALLER_BEGINS = auto()
    CALLER_ENDS = auto()
    BOT_BEGINS = auto()
    BOT_ENDS = auto()
    BARGE_IN_PAUSES = auto()
    BARGE_IN_REAL = auto()
    BARGE_IN_FALSE = auto()


FLOOR = {
    (Floor.FREE, FloorEvent.CALLER_BEGINS): Floor.CALLER,
    (Floor.FREE, FloorEvent.BOT_BEGINS): Floor.BOT,
    (Floor.CALLER, FloorEvent.CALLER_ENDS): Floor.FREE,
    (Floor.BOT, FloorEvent.CALLER_BEGINS): Floor.BOTH,
    (Floor.BOT, FloorEvent.BOT_ENDS): Floor.FREE,
    (Floor.BOT, FloorEvent.BARGE_IN_PAUSES): Floor.DOUBT,  # a key was pressed: nobody speaks
    (Floor.BOTH, FloorEvent.CALLER_ENDS): Floor.BOT,
    (Floor.BOTH, FloorEvent.BOT_ENDS): Floor.CALLER,
    (Floor.BOTH, FloorEvent.BARGE_IN_PAUSES): Floor.PAUSED,
    (Floor.PAUSED, FloorEvent.BARGE_IN_REAL): Floor.CALLER,
    (Floor.PAUSED, FloorEvent.CALLER_ENDS): Floor.DOUBT,
    (Floor.DOUBT, FloorEvent.CALLER_BEGINS): Floor.PAUSED,
    (Floor.DOUBT, FloorEvent.BARGE_IN_REAL): Floor.FREE,
    (Floor.DOUBT, FloorEvent.BARGE_IN_FALSE): Floor.BOT,
}


def next_floor(state: Floor, event: FloorEvent) -> Floor:
    """Who has the floor after `event`. Raises LocalProtocolError for an impossible one."""
    return _next(FLOOR, state, event)


class Gate(Enum):
    """What the one response that may be on its way is doing."""

    NONE = auto()
    REQUESTED = auto()
    ACTIVE = auto()
    CANCELLING = auto()


class GateEvent(Enum):
    """What moves the gate: two things we do, three that the server says."""

    CREATE = auto()
    CANCEL = auto()
    CREATED = auto()
    REFUSED = auto()  # an `error` that names our create, or our cancel of nothing
    DONE = auto()


GATE = {
    (Gate.NONE, GateEvent.CREATE): Gate.REQUESTED,
    (Gate.REQUESTED, GateEvent.CREATED): Gate.ACTIVE,
    (Gate.REQUESTED, GateEvent.REFUSED): Gate.NONE,
    (Gate.REQUESTED, GateEvent.CANCEL): Gate.CANCELLING,
    (Gate.ACTIVE, GateEvent.CANCEL): Gate.CANCELLING,
    (Gate.ACTIVE, GateEvent.DONE): Gate.NONE,
    (Gate.CANCELLING, GateEvent.CREATED): Gate.CANCELLING,
    (Gate.CANCELLING, GateEvent.REFUSED): Gate.NONE,
    (Gate.CANCELLING, GateEvent.DONE): Gate.NONE,
}


def next_gate(state: Gate, event: GateEvent) -> Gate:
    """The gate after `event`. Raises LocalProtocolError for an impossible one."""
    return _next(GATE, state, event)


class Reason(StrEnum):
    """Why a response is wanted. A set of them gathers while the gate is shut."""

    GREETING = "greeting"
    UTTERANCE = "utterance"
    KEYPAD = "keypad"
    TOOL_OUTPUTS = "tool outputs"
    FILLER = "filler"
    SILENCE = "silence prompt"
    GOODBYE = "goodbye"


# A response for these alone is said at once or never, and calls no tools.
ONLY_WORDS = frozenset({Reason.FILLER})


class Ending(Enum):
    """How far a call is on its way out."""

    OPEN = auto()
    CLOSING = auto()  # it will end; the goodbye is still to be spoken
    DRAINING = auto()  # all that is said of the goodbye is on its way to the caller's ear
    ENDED = auto()


class EndingEvent(Enum):
    """What moves a call towards its end."""

    CLOSE = auto()
    GOODBYE_OVER = auto()  # it has come, or no more of it will
    REOPEN = auto()
    END = auto()


ENDING = {
    (Ending.OPEN, EndingEvent.CLOSE): Ending.CLOSING,
    (Ending.CLOSING, EndingEvent.GOODBYE_OVER): Ending.DRAINING,
    (Ending.CLOSING, EndingEvent.REOPEN): Ending.OPEN,
    (Ending.DRAINING, EndingEvent.REOPEN): Ending.OPEN,
    (Ending.OPEN, EndingEvent.END): Ending.ENDED,
    (Ending.CLOSING, EndingEvent.END): Ending.ENDED,
    (Ending.DRAINING, EndingEvent.END): Ending.ENDED,
}


def next_ending(state: Ending, event: EndingEvent) -> Ending:
    """The ending after `event`. Raises LocalProtocolError for an impossible one."""
    return _next(ENDING, state, event)
