"""The small state machines of a conversation, each a table.

* The **floor**: who may speak now. The bot begins only on a free floor.
* An **answer**: what the caller hears of it; and its **making**: what the model has done of it.
* The **doubt**: whether what stopped the bot was speech.
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


def step(table: dict[tuple[_State, _Event], _State], state: _State, event: _Event) -> _State:
    """Return the state of that table after `event`. Raises LocalProtocolError for an impossible one."""
    try:
        return table[state, event]
    except KeyError:
        raise LocalProtocolError(state=str(state), event=str(event)) from None


class Floor(Enum):
    """Who has the floor. Whether the bot, in its turn, is stopped for a while, its answer's life says."""

    FREE = auto()
    CALLER = auto()
    RESTS = auto()  # the caller, who is silent and has likely finished: the model may be asked, and no more
    BOT = auto()
    BOTH = auto()  # the caller speaks over the bot, which goes on or has been stopped


class FloorEvent(Enum):
    """What moves the floor."""

    CALLER_BEGINS = auto()
    CALLER_RESTS = auto()
    CALLER_GOES_ON = auto()
    CALLER_ENDS = auto()
    BOT_BEGINS = auto()
    BOT_ENDS = auto()  # its answer was heard to the end, or is cut


FLOOR = {
    (Floor.FREE, FloorEvent.CALLER_BEGINS): Floor.CALLER,
    (Floor.FREE, FloorEvent.BOT_BEGINS): Floor.BOT,
    (Floor.CALLER, FloorEvent.CALLER_ENDS): Floor.FREE,
    (Floor.CALLER, FloorEvent.CALLER_RESTS): Floor.RESTS,
    (Floor.RESTS, FloorEvent.CALLER_GOES_ON): Floor.CALLER,
    (Floor.RESTS, FloorEvent.CALLER_ENDS): Floor.FREE,
    (Floor.CALLER, FloorEvent.BOT_BEGINS): Floor.BOTH,  # with the greeting, which waits for no noise
    (Floor.BOT, FloorEvent.CALLER_BEGINS): Floor.BOTH,
    (Floor.BOT, FloorEvent.BOT_ENDS): Floor.FREE,
    (Floor.BOTH, FloorEvent.CALLER_ENDS): Floor.BOT,
    (Floor.BOTH, FloorEvent.BOT_ENDS): Floor.CALLER,
}


class Answer(Enum):
    """What the caller hears of one answer. PAUSED is the one place that says: stopped, nothing decided."""

    EXPECTED = auto()  # no sound of it has come
    WAITING = auto()  # for a free floor
    PLAYING = auto()
    PAUSED = auto()  # the caller spoke over it; whether they really want the floor is still open
    HEARD = auto()  # to its end
    CUT = auto()
    ABANDONED = auto()  # given up unheard, or unfinished: what it was to answer is still to be answered
    UNSAID = auto()  # it ended without a sound: it only called a tool, which may be withheld, or failed


class AnswerEvent(Enum):
    """What moves an answer through its life."""

    SOUNDS = auto()  # its first audio has come
    BEGINS = auto()
    PAUSES = auto()
    PLAYS_ON = auto()
    ENDS = auto()
    IS_CUT = auto()
    IS_ABANDONED = auto()


ANSWER: dict[tuple[Answer, AnswerEvent], Answer] = {
    (Answer.EXPECTED, AnswerEvent.SOUNDS): Answer.WAITING,
    (Answer.EXPECTED, AnswerEvent.ENDS): Answer.UNSAID,
    (Answer.WAITING, AnswerEvent.BEGINS): Answer.PLAYING,
    (Answer.PLAYING, AnswerEvent.PAUSES): Answer.PAUSED,
    (Answer.PLAYING, AnswerEvent.ENDS): Answer.HEARD,
    (Answer.PLAYING, AnswerEvent.IS_CUT): Answer.CUT,
    (Answer.PAUSED, AnswerEvent.PLAYS_ON): Answer.PLAYING,
    (Answer.PAUSED, AnswerEvent.IS_CUT): Answer.CUT,
    **{
        (answer, AnswerEvent.IS_ABANDONED): Answer.ABANDONED
        for answer in (Answer.EXPECTED, Answer.WAITING, Answer.PLAYING, Answer.PAUSED, Answer.UNSAID)
    },
}
CUT_OFF = frozenset({Answer.CUT, Answer.ABANDONED})  # no more of it will be heard
STOPPED = CUT_OFF | {Answer.PAUSED}  # what it was by then is all that was heard of it


class Making(Enum):
    """How far the model is with one answer: generated, not played."""

    BEGUN = auto()
    ACTING = auto()  # it has called a function
    COMPLETED = auto()  # all of its words and all of its audio have come
    BROKEN_OFF = auto()
    FAILED = auto()  # it ended without an answer


class MakingEvent(Enum):
    """What the model does about an answer."""

    CALLS = auto()  # some servers do so after they have ended it
    COMPLETES = auto()
    BREAKS_OFF = auto()
    FAILS = auto()


MAKING: dict[tuple[Making, MakingEvent], Making] = {
    (Making.BEGUN, MakingEvent.CALLS): Making.ACTING,
    (Making.BEGUN, MakingEvent.COMPLETES): Making.COMPLETED,
    (Making.BEGUN, MakingEvent.BREAKS_OFF): Making.BROKEN_OFF,
    (Making.BEGUN, MakingEvent.FAILS): Making.FAILED,
    (Making.ACTING, MakingEvent.COMPLETES): Making.COMPLETED,
    (Making.ACTING, MakingEvent.BREAKS_OFF): Making.BROKEN_OFF,
    (Making.ACTING, MakingEvent.FAILS): Making.FAILED,
    **{(making, MakingEvent.CALLS): making for making in Making if making is not Making.BEGUN},
}


class Doubt(Enum):
    """What is known of the short utterance that stopped the bot."""

    NONE = auto()  # it goes on, or there is none
    AWAITED = auto()  # it is over and was committed: its transcript decides
    NOTHING = auto()  # it was no speech, or only agreed


class DoubtEvent(Enum):
    """What moves the doubt."""

    COMMITTED = auto()
    DISMISSED = auto()  # it was not even an utterance
    NO_WORDS = auto()  # its transcript is empty, or failed
    AGREES = auto()  # its words want nothing: "uh-huh"
    SETTLED = auto()  # the bot is cut, or plays on


DOUBT: dict[tuple[Doubt, DoubtEvent], Doubt] = {
    (Doubt.NONE, DoubtEvent.DISMISSED): Doubt.NOTHING,
    (Doubt.AWAITED, DoubtEvent.NO_WORDS): Doubt.NOTHING,
    (Doubt.AWAITED, DoubtEvent.AGREES): Doubt.NOTHING,
    **{(doubt, DoubtEvent.COMMITTED): Doubt.AWAITED for doubt in Doubt},
    **{(doubt, DoubtEvent.SETTLED): Doubt.NONE for doubt in Doubt},
}


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


class Reason(StrEnum):
    """Why a response is wanted. A set of them gathers while the gate is shut."""

    GREETING = "greeting"
    UTTERANCE = "utterance"
    KEYPAD = "keypad"
    TOOL_OUTPUTS = "tool outputs"
    GOING_ON = "going on"  # an answer broke off, and the caller has heard its beginning
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
