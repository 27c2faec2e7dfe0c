"""A model behind the Realtime protocol as the engine's ModelLink: its session, its commands, its events."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from attrs import define, evolve

from engine.errors import LinkClosed, ModelFault, RemoteProtocolError
from engine.model import Capabilities, ErrorReported, Ignored, ModelCommand, ModelEvent, Session, SessionInfo
from engine.peers import realtime
from engine.peers.realtime import SessionCreated, SessionUpdated
from engine.peers.websocket import ModelAddress, open_socket
from engine.ports import Link

log = logging.getLogger(__name__)

# Event ids, echoed in errors.
_FIRST, _PLAIN, _SECOND = "session", "session_without_keywords", "session_without_transcription"

_SESSION_EVENTS = ("session.created", "session.updated")

_Event = TypeVar("_Event", SessionCreated, SessionUpdated)


@asynccontextmanager
async def connect(address: ModelAddress, *, deadline_ms: int) -> AsyncIterator["RealtimeLink"]:
    """Open a link to the model, closed on exit: politely within 1 s, at once if cancelled.

    Raises ModelFault if it can't be opened in time; errors of the block come out as they are, in no group.
    `functools.partial` makes it a ConnectModel.
    """
    async with open_socket(address, deadline_ms=deadline_ms) as socket:
        yield RealtimeLink(socket, address.model)


@define
class RealtimeLink:
    """Commands and events over an open socket. At DEBUG the log has the type of each message that comes."""

    _socket: Link
    _model: str = ""  # that was asked for
    _name: str = ""
    _complaint: str = ""  # the code of the last error while the session opened

    async def configure(self, session: Session) -> SessionInfo:
        """Open the session, and return it as the server took it.

        A server that refuses transcription is asked again without the keywords, if there are any, and then
        without it. Raises ModelFault for any other refusal, for a close, and for what is no session; what
        else comes meanwhile, also an error that is not about our session, is passed over. Has no deadline of
        its own; safe to cancel, but the link is then of no further use.
        """
        self._name = session.name
        try:
            _accepted(await self._until(SessionCreated))
            return await self._agree(session)
        except LinkClosed as closed:
            raise ModelFault(f"no session: {self._complaint or closed}") from None
        except RemoteProtocolError as error:
            raise ModelFault(f"no session: the server sent a malformed message, {error}") from None

    async def _agree(self, session: Session) -> SessionInfo:
        refused: str | None = None
        answer = await self._ask(session, _FIRST)
        if session.keywords and _names_transcription(answer, session):
            log.warning(
                "%s: the model is told no keywords: it refused the transcription with them", self._name
            )
            session = evolve(session, keywords=())
            answer = await self._ask(session, _PLAIN)
        if isinstance(answer, ErrorReported) and _names_transcription(answer, session):
            refused, session = answer.code or "no code", evolve(session, transcription_model=None)
            answer = await self._ask(session, _SECOND)
        told = _accepted(answer)
        return SessionInfo(
            voice=told.voice or "not said",
            input_format=told.input_format,
            output_format=told.output_format,
            model=told.model or self._model,
            transcription_model=session.transcription_model,
            capabilities=Capabilities(transcribes=session.transcription_model is not None),
            transcription_refused=refused,
        )

    async def send(self, command: ModelCommand) -> None:
        """Hand one command to the socket."""
        await self._socket.send(realtime.encode(command))

    async def receive(self) -> ModelEvent:
        """Return the next event. Raises RemoteProtocolError for a malformed one, and as the socket does."""
        event = realtime.receive(await self._message())
        return (
            Ignored(kind=type(event).__name__)
            if isinstance(event, SessionCreated | SessionUpdated)
            else event
        )

    async def _message(self) -> str | bytes:
        message = await self._socket.receive()
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s: from the model: %s", self._name, _type(message))
        return message

    async def _ask(self, session: Session, event_id: str) -> SessionUpdated | ErrorReported:
        await self._socket.send(realtime.session_update(session, event_id))
        return await self._until(SessionUpdated)

    async def _until(self, kind: type[_Event]) -> _Event | ErrorReported:
        while True:
            event = self._heeded(await self._message())
            if isinstance(event, kind):
                return event
            if isinstance(event, ErrorReported):
                self._complaint = event.code or "no code"
                if _is_ours(event):
                    return event
                log.warning("%s: an error while the session opens: %s", self._name, event.code)

    def _heeded(self, message: str | bytes) -> realtime.RealtimeEvent | None:
        """Return the event; None for a malformed one, unless it is the session itself that is so."""
        try:
            return realtime.receive(message)
        except RemoteProtocolError as problem:
            if _type(message) in _SESSION_EVENTS:
                raise
            log.warning("%s: model message ignored: %s", self._name, problem)
            return None


def _type(message: str | bytes) -> str:
    try:
        return realtime.type_of(message)
    except RemoteProtocolError:
        return "of no type"


def _is_ours(error: ErrorReported) -> bool:
    """Say whether the session is refused by it; an error may also be about nothing that we have sent."""
    if error.command_id is None:  # a server that does not say to what it answers
        return error.fatal or (error.param or "").startswith("session")
    return error.fatal or error.command_id in (_FIRST, _PLAIN, _SECOND)


def _names_transcription(answer: SessionUpdated | ErrorReported, session: Session) -> bool:
    if isinstance(answer, SessionUpdated) or answer.fatal or session.transcription_model is None:
        return False
    return "transcription" in f"{answer.param} {answer.message}"


def _accepted(answer: _Event | ErrorReported) -> _Event:
    if isinstance(answer, ErrorReported):
        raise ModelFault(f"session refused: {answer.code}")
    return answer
