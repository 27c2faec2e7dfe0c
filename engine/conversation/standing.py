"""Where the caller and the bot stand, and what is done about it: the table of the floor.

A `Standing` is the floor, whether the bot is paused, and the doubt; of their 30 combinations eleven exist. A
`Cue` is what asks for a decision. `RULES` has one row for each pair of them that asks for something, and what
has no row asks for nothing. In two of them, stopped with nobody speaking and nothing awaited, no call ever
rests: they are decided within the same event.
"""

from enum import Enum, auto

from attrs import frozen

from engine.states import Doubt, Floor


@frozen
class Standing:
    """The standing of the two: who has the floor, whether the bot is stopped, what is in doubt."""

    floor: Floor
    paused: bool = False
    doubt: Doubt = Doubt.NONE


class Cue(Enum):
    """A reason to decide about the floor."""

    COUNTS = auto()  # the caller has said enough to be answered
    GOES_ON = auto()  # the caller, who had likely finished
    COUNTS_IN_GAP = auto()  # so, while the bot has its turn and nothing of it is heard
    SPEAKS_OVER = auto()  # for a while
    IS_REAL = auto()  # for so long that it is meant
    KEY = auto()  # pressed by the caller: nobody does that by accident
    WORDS = auto()  # are in the transcript that was waited for; or it has not come in time
    MORE_WORDS = auto()  # than those over which the bot has played on
    CLOSING = auto()  # nothing may be left in doubt: the call closes, or the answer comes to nothing
    SILENT = auto()  # nothing more has happened by now
    SILENT_LONG = auto()  # so, and the bot has been stopped for too long to play on where it was


class Rule(Enum):
    """A decision about it."""

    PAUSE = auto()  # stop the bot, and decide later
    TAKE = auto()  # the floor is the caller's: cut the stopped bot
    PAUSE_AND_TAKE = auto()
    PLAY_ON = auto()
    OVERTAKE = auto()  # what is on its way is answered anew
    GIVE_UP = auto()  # so, and the caller is at it again


def _stopped(floor: Floor) -> list[Standing]:
    return [Standing(floor, paused=True, doubt=doubt) for doubt in Doubt]


_FREE, _CALLER, _RESTS, _BOT, _BOTH = (Standing(floor) for floor in Floor)
# The bot is stopped, and the caller speaks: for the first time, or again while the transcript of what they
# said before is awaited, or was empty.
_INTERRUPTED = (_SPEAKS, _SPEAKS_ON, _SPEAKS_ANEW) = _stopped(Floor.BOTH)
# The bot is stopped, and nobody speaks: nothing explains it, a transcript is awaited, or it was nothing.
_SILENCED = (_UNEXPLAINED, _AWAITED, _NOTHING) = _stopped(Floor.BOT)
_UNDECIDED = (*_INTERRUPTED, *_SILENCED)
STANDINGS = frozenset({_FREE, _CALLER, _RESTS, _BOT, _BOTH, *_UNDECIDED})

# Where no rule stands, nothing is done: the cue came too late, or asks for nothing there.
RULES: dict[tuple[Cue, Standing], Rule] = {
    (Cue.COUNTS, _CALLER): Rule.OVERTAKE,
    (Cue.COUNTS, _SPEAKS_ON): Rule.TAKE,  # what is in doubt goes on
    (Cue.COUNTS, _SPEAKS_ANEW): Rule.TAKE,
    (Cue.COUNTS_IN_GAP, _BOTH): Rule.PAUSE_AND_TAKE,  # nothing is interrupted: there is nothing to decide
    (Cue.SPEAKS_OVER, _BOTH): Rule.PAUSE,  # elsewhere the bot has finished in the meantime
    **{(Cue.IS_REAL, at): Rule.TAKE for at in _INTERRUPTED},
    **{(Cue.KEY, at): Rule.OVERTAKE for at in (_FREE, _CALLER)},
    (Cue.MORE_WORDS, _FREE): Rule.OVERTAKE,
    **{(cue, _RESTS): Rule.GIVE_UP for cue in (Cue.GOES_ON, Cue.KEY, Cue.MORE_WORDS, Cue.CLOSING)},
    **{(cue, at): Rule.PAUSE_AND_TAKE for cue in (Cue.KEY, Cue.MORE_WORDS) for at in (_BOT, _BOTH)},
    **{
        (cue, at): Rule.TAKE for cue in (Cue.KEY, Cue.WORDS, Cue.MORE_WORDS, Cue.CLOSING) for at in _UNDECIDED
    },
    (Cue.SILENT, _UNEXPLAINED): Rule.TAKE,
    (Cue.SILENT, _NOTHING): Rule.PLAY_ON,
    (Cue.SILENT_LONG, _UNEXPLAINED): Rule.TAKE,
    (Cue.SILENT_LONG, _NOTHING): Rule.TAKE,
}


# They stop or take back what is said because of a voice alone.
BY_VOICE = frozenset({Cue.COUNTS, Cue.COUNTS_IN_GAP, Cue.SPEAKS_OVER, Cue.IS_REAL})
