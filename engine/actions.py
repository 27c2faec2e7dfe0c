"""What goes into a conversation and what comes out of it: the seam between the pure core and the tasks."""

from attrs import frozen

from engine.account import Line
from engine.caller.machines import BeepHeard, MachineHeard
from engine.caller.turns import TurnEvent
from engine.carrier import Dtmf, MarkReached
from engine.model import ModelCommand, ModelEvent
from engine.outcome import Outcome
from engine.tools import ToolCall, ToolOutput


@frozen
class ModelReady:
    """The model's session is as we asked for: the conversation may begin."""


@frozen
class ModelGone:
    """The model's connection is closed: nothing more comes from it."""

    detail: str


@frozen
class AudioSent:
    """The carrier's socket has taken one chunk of a turn."""

    turn: int
    byte_count: int


@frozen
class ToolFinished:
    """A tool's one output is there."""

    output: ToolOutput


Event = (
    ModelReady
    | ModelGone
    | TurnEvent
    | MachineHeard
    | BeepHeard
    | ModelEvent
    | MarkReached
    | Dtmf
    | AudioSent
    | ToolFinished
)


@frozen
class ToModel:
    """Give the model this command."""

    command: ModelCommand


@frozen
class Play:
    """The bot begins to speak: open a turn."""

    turn: int


@frozen
class Say:
    """The next audio of the open turn; the mark behind it is named `turn.offset`."""

    turn: int
    audio: bytes
    offset: int


@frozen
class Release:
    """The turn was heard to its end: close it."""

    turn: int


@frozen
class Clear:
    """The bot must be silent now: leave the turn's scope and flush the carrier's buffer."""

    turn: int


@frozen
class RunTool:
    """Run this tool beside the call."""

    call: ToolCall


@frozen
class CancelTool:
    """Cancel the run of this tool call, if it has not finished; it answers all the same."""

    call_id: str


@frozen
class Note:
    """One line for the call's log and its stored account."""

    line: Line


@frozen
class NoticeHeard:
    """The caller has heard the notice to its last word: a line for the account, and audio may be kept."""

    text: str


@frozen
class End:
    """The call is over."""

    outcome: Outcome
    detail: str


Action = ToModel | Play | Say | Release | Clear | RunTool | CancelTool | Note | NoticeHeard | End
