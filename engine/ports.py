"""What the engine is given: a line to the caller, a way to the model, and the business's office.

The docstrings are the contract. Adapters differ (a cancelled send breaks the carrier's
socket at once, and corrupts the model's), so the rules on cancelling and closing stand here.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from engine.account import CallEvent
from engine.carrier import CarrierCommand, CarrierEvent
from engine.model import ModelCommand, ModelEvent, Session, SessionInfo
from engine.recording import Recording
from engine.tools import Tool


class Link(Protocol):
    """One WebSocket of text messages, under the adapter of a peer.

    The engine has exactly one task that calls `send` and one that calls `receive`, and never cancels
    a `send` while the socket is to live on.
    """

    async def receive(self) -> str | bytes:
        """Return the next message; bytes if the peer sent a binary frame. Safe to cancel.

        Raises LinkClosed when the peer is gone, however it went; any further call raises it again.
        """

    async def send(self, message: str) -> None:
        """Return once the message is handed to the operating system. A checkpoint, always.

        Raises LinkClosed when the peer is gone.
        """


class ClosableLink(Link, Protocol):
    """A WebSocket that we may close."""

    async def close(self, code: int = 1000) -> None:
        """Close the socket; closing a closed one does nothing. Takes at most 2 s with a stalled peer."""

    def abort(self) -> None:
        """Drop the connection at once, whoever receives or sends: they get LinkClosed."""


class CarrierLink(Protocol):
    """The caller's line. One task sends and one receives, as with every Link."""

    async def receive(self) -> CarrierEvent:
        """Return the next event. Safe to cancel.

        Raises RemoteProtocolError for a message that the carrier's protocol does not allow, which is passed
        over, and LinkClosed when the line is gone.
        """

    async def send(self, command: CarrierCommand) -> None:
        """Return once the command is handed to the operating system. Raises LinkClosed."""

    async def close(self, code: int = 1000) -> None:
        """End the line; ending an ended one does nothing. Takes at most 2 s with a stalled peer."""

    def abort(self) -> None:
        """Drop the line at once, whoever receives or sends: they get LinkClosed."""


class ModelLink(Protocol):
    """A model, whatever it speaks. One task sends and one receives, as with every Link."""

    async def configure(self, session: Session) -> SessionInfo:
        """Open the session, before all else, and say what it has become. Raises ModelFault if it can't be."""

    async def send(self, command: ModelCommand) -> None:
        """Return once the command is handed over. Raises LinkClosed when the model is gone."""

    async def receive(self) -> ModelEvent:
        """Return the next event. Safe to cancel.

        Raises RemoteProtocolError for a malformed message, which is passed over, and LinkClosed when the
        model is gone.
        """


class ConnectModel(Protocol):
    """How a call reaches its model: an async context manager that owns the socket."""

    def __call__(self) -> AbstractAsyncContextManager[ModelLink]:
        """Open on enter, close on exit, at once if cancelled. Raises ModelFault if it cannot open."""


@frozen(kw_only=True)
class CallStart:
    """Who rings whom, as the carrier said in the `start` message and the webhook before it."""

    call_sid: str
    stream_sid: str


@frozen(kw_only=True)
class CallRecord:
    """The final account of a call: written exactly once, whatever ended it."""

    outcome: str  # a value of engine.outcome.Outcome
    detail: str  # one clause for the owner: why
    duration_ms: int
    events: tuple[CallEvent, ...]
    recording: Recording | None = field(default=None, repr=False)  # if the business keeps its calls' audio


class Back(StrEnum):
    """Why a caller is with the bot once more in the same call."""

    UNANSWERED = "unanswered"  # they were put through, and nobody answered
    CUT_OFF = "cut off"  # the line broke


@frozen(kw_only=True)
class Profile:
    """What the voice needs to know about the business it answers for.

    Every text is in the business's language, ready to be said; an empty one is left out of the prompt.
    """

    name: str
    language: str  # ISO 639-1
    now: str  # "Saturday, 21 November 2026, 10:35", in the business's zone
    hours: str  # "Monday to Friday 9:00 to 17:00", with the exceptions of the next days
    calendar: str = ""  # weekdays and dates from today on: "2026-11: Mon 30; 2026-12: Tue 1, Wed 2"
    trade: str = ""
    greeting: str = ""  # the caller's first sentence; empty: the language's own
    notice: str | None = None  # said before all else, word for word; empty: the standard one; None: none
    recorded: bool = False  # whether calls are, so that the standard notice says so
    services: tuple[str, ...] = ()  # "check-up, 30 minutes, eighty dollars"
    facts: tuple[str, ...] = ()  # "Parking: behind the house"
    more_facts: str = ""  # how to learn of those that do not fit into the prompt
    rules: str = ""  # the owner's own
    people: tuple[str, ...] = ()  # to whom a caller may be put through
    keywords: tuple[str, ...] = ()  # names that callers say and that are easily misheard
    caller: str = ""  # who rings: the number known or withheld, the name they gave before
    back: Back | None = None  # why the caller is here again; None: the call begins
    before: tuple[
        str, ...
    ] = ()  # what a call that was cut off had come to, in order: "Caller: a check-up, please"


class Office(Protocol):
    """One business during one call. Bound to it at birth: nothing here can name another."""

    @property
    def profile(self) -> Profile:
        """The facts for the prompt. Never blocks."""

    @property
    def tools(self) -> Sequence[Tool]:
        """What the model may call, beside the engine's own `end_call`."""

    async def attend(self) -> None:
        """Note the call as begun, and keep what it holds for as long as it lives. Starts beside the greeting.

        May return early; is cancelled when the call ends. What it raises ends the call: an office that can
        go on without must say so itself, and go on.
        """

    async def close_call(self, record: CallRecord) -> None:
        """Write the final record. Called once, shielded and with a deadline, whatever ended the call."""
