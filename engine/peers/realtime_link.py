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

_FIRST, _SECOND = "session", "session_without_transcription"  # event ids, echoed in errors

_Event = TypeVar("_Event", SessionCreated, SessionUpdated)


@asynccontextmanager
async def connect(address: ModelAddress, *, deadline_ms: int) -> AsyncIterator["RealtimeLink"]:
    """Open a link to the model, closed on exit: politely within 1 s, at once if cancelled.

    Raises ModelFault if it can't be opened in time; errors of the block come out as they are, in no group.
    `functools.partial` makes it a ConnectModel.
    """
    async with open_socket(address, deadline_ms=deadline_ms) as socket:
        yield RealtimeLink(socket)


@define
class RealtimeLink:
    """Commands and events over an open socket. At DEBUG the log has the type of each message that comes."""

    _socket: Link
    _name: str = ""

    async def configure(self, session: Session) -> SessionInfo:
        """Open the session, and return it as the server took it.

        A server that refuses transcription is asked once more without it. Raises ModelFault for any other
        refusal, for a close, and for what is no session. Has no deadline of its own; safe to cancel, but the
        link is then of no further use.
        """
        self._name = session.name
        refusal: ErrorReported | None = None
        try:
            _accepted(await self._until(SessionCreated))
            answer = await self._ask(session, _FIRST)
            if isinstance(answer, ErrorReported) and _names_transcription(answer, session):
                refusal, session = answer, evolve(session, transcription_model=None)
                answer = await self._ask(session, _SECOND)
        except LinkClosed as closed:
            raise ModelFault(f"no session: {refusal.code if refusal else closed}") from None
        except RemoteProtocolError as error:
            raise ModelFault(f"no session: the server sent a malformed message, {error}") from None
        told = _accepted(answer)
        return SessionInfo(
            voice=told.voice,
            input_format=told.input_format,
            output_format=told.output_format,
            capabilities=Capabilities(transcribes=session.transcription_model is not None),
            transcription_refused=None if refusal is None else refusal.code or "no code",
        )

    async def send(self, command: ModelCommand) -> None:
        """Hand one command to the socket."""
        await self._socket.send(realtime.encode(command))

    async def receive(self) -> ModelEvent:
        """Return the next event. Raises RemoteProtocolError for a malformed one, and as the socket does."""
        event = await self._event()
        return (
            Ignored(kind=type(event).__name__)
            if isinstance(event, SessionCreated | SessionUpdated)
            else event
        )

    async def _event(self) -> realtime.RealtimeEvent:
        message = await self._socket.receive()
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s: from the model: %s", self._name, realtime.type_of(message))
        return realtime.receive(message)

    async def _ask(self, session: Session, event_id: str) -> SessionUpdated | ErrorReported:
        await self._socket.send(realtime.session_update(session, event_id))
        return await self._until(SessionUpdated)

    async def _until(self, kind: type[_Event]) -> _Event | ErrorReported:
        while True:
            event = await self._event()
            if isinstance(event, (kind, ErrorReported)):
                return event


def _names_transcription(error: ErrorReported, session: Session) -> bool:
    ours = error.command_id == _FIRST and session.transcription_model is not None
    return ours and "transcription" in f"{error.param} {error.message}"


def _accepted(answer: _Event | ErrorReported) -> _Event:
    if isinstance(answer, ErrorReported):
        raise ModelFault(f"session refused: {answer.code}")
    return answer
