"""The media socket: from a WebSocket upgrade to a call that runs. It decides nothing about the call.

A plain ASGI callable, mounted in front of the pages' framework: there a disconnect arrives as an
ordinary event instead of a cancellation, and an error in a call is logged by hypercorn, once, and
closes the socket with 1011.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import trio
from attrs import field, frozen

from engine.errors import LinkClosed, RemoteProtocolError
from engine.peers import media_streams
from engine.peers.media_streams import Connected, Started
from engine.ports import CallStart, ClosableLink
from engine.switchboard import Refused, Switchboard
from office.grant import Grant
from web.asgi import Receive, Scope, Send, forbid, header, path_and_query
from web.metrics import Refusal
from web.origin import Origin
from web.twilio.tokens import StreamTokens

log = logging.getLogger(__name__)

MEDIA_PATH = "/twilio/media"
MESSAGE_LIMIT = 65_536
START_WITHIN_S = 5.0
_CLOSE_WITHIN_S = 2.0  # for the peer's half of the closing handshake

_POLICY_VIOLATION = 1008
_TRY_AGAIN_LATER = 1013

_E = TypeVar("_E", Connected, Started)
Admit = Callable[[Scope], Awaitable[int | None]]
TakeCall = Callable[[ClosableLink, CallStart, Grant], Awaitable[Any]]


class MediaLink:
    """An accepted ASGI WebSocket as a Link of text."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._gone = trio.Event()
        self._waiting = trio.CancelScope()  # for the next message
        self._closing = False

    async def receive(self) -> str | bytes:
        """Return the next message. Raises LinkClosed once the peer is gone, and ever after."""
        if self._gone.is_set():
            # ASGI's receive would wait for ever after it has told of the disconnect.
            await trio.lowlevel.checkpoint()
            raise LinkClosed("the carrier's socket is closed")
        with trio.CancelScope() as self._waiting:
            message = await self._receive()
        if self._waiting.cancelled_caught:
            raise LinkClosed("the carrier says that the stream is over")
        if message["type"] == "websocket.disconnect":
            self._gone.set()
            raise LinkClosed("the carrier closed its socket")
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    def lose(self) -> None:
        """Take the peer for gone, though its socket does not tell: Twilio goes on without this stream."""
        self._gone.set()
        self._waiting.cancel()

    async def send(self, message: str) -> None:
        """Hand one text message to the socket. Always a checkpoint.

        hypercorn's send to a peer that has gone returns at once without being one: a loop around it
        would freeze the process.
        """
        await trio.lowlevel.checkpoint()
        if self._gone.is_set() or self._closing:
            raise LinkClosed("the carrier's socket is closed")
        await self._send({"type": "websocket.send", "text": message})

    async def close(self, code: int = 1000) -> None:
        """Close the socket and give the peer a moment to answer, so that the code reaches it.

        hypercorn drops the connection as soon as the application returns; with audio still unread
        that would be a reset, and the peer would see a broken line instead of a close.
        """
        if self._gone.is_set() or self._closing:
            return
        self._closing = True
        await self._send({"type": "websocket.close", "code": code})
        with trio.move_on_after(_CLOSE_WITHIN_S):
            await self._drain()

    async def _drain(self) -> None:
        while True:
            try:
                await self.receive()
            except LinkClosed:
                return


class NotAdmitted(Exception):
    """This upgrade may not come in; the text says why."""


class _HandshakeRefused(Exception):
    """The peer did not open its stream as Twilio does; the text says how."""


@frozen(kw_only=True)
class MediaMount:
    """Takes upgrades on its path, checks who is there, and hands each call to `take_call`.

    `admit` looks at the upgrade and returns the session of a signed-in owner, or None for Twilio; the token
    that the stream shows must have been issued to the same. It raises NotAdmitted.
    """

    path: str
    admit: Admit
    tokens: StreamTokens
    switchboard: Switchboard
    take_call: TakeCall
    refused: Callable[[Refusal], None] = lambda _reason: None
    _lines: set[trio.CancelScope] = field(factory=set, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket from its upgrade to its end."""
        try:
            session_id = await self.admit(scope)
        except NotAdmitted as refused:
            log.warning("media: upgrade refused: %s", refused)
            self.refused(Refusal.NOT_ADMITTED)
            await forbid(scope, receive, send, str(refused))
            return
        await receive()  # websocket.connect
        offered = scope.get("subprotocols") or [None]
        await send({"type": "websocket.accept", "subprotocol": offered[0]})
        link = MediaLink(receive, send)
        try:
            started, grant = await self._shake_hands(link, session_id)
        except _HandshakeRefused as refused:
            log.warning("media: stream refused: %s", refused)
            await link.close(_POLICY_VIOLATION)
        except LinkClosed:
            log.info("media: the peer left before its stream began")
        else:
            await self._run(link, started, grant)

    def cancel_calls(self) -> None:
        """Cancel every live call; each still writes its record and tells its outcome."""
        for line in self._lines:
            line.cancel()

    async def _shake_hands(self, link: MediaLink, session_id: int | None) -> tuple[Started, Grant]:
        try:
            with trio.fail_after(START_WITHIN_S):
                await _expect(Connected, link)
                started = await _expect(Started, link)
        except trio.TooSlowError:
            raise _HandshakeRefused(f"no start within {START_WITHIN_S:.0f} s") from None
        except RemoteProtocolError as error:
            raise _HandshakeRefused(str(error)) from None
        grant = self.tokens.consume(started.parameters.get("token", ""), started.call_sid)
        if grant is None or grant.session_id != session_id:
            self.refused(Refusal.BAD_TOKEN)
            raise _HandshakeRefused("its token is unknown, used, expired, or another call's")
        return started, grant

    async def _run(self, link: MediaLink, started: Started, grant: Grant) -> None:
        start = CallStart(call_sid=started.call_sid, stream_sid=started.stream_sid)
        try:
            with self.switchboard.admit(start.call_sid, link.lose), trio.CancelScope() as line:
                self._lines.add(line)
                try:
                    await self.take_call(link, start, grant)
                finally:
                    self._lines.discard(line)
                    # While the call still counts as live: what is issued for its way back comes later.
                    self.tokens.void(start.call_sid)
        except Refused as refused:
            log.warning("media: call %s not admitted: %s", start.call_sid, refused)
            self.refused(Refusal[refused.reason.name])
            await link.close(_TRY_AGAIN_LATER)


@frozen
class TwilioGate:
    """Admits upgrades that bear Twilio's signature."""

    origin: Origin

    async def admit(self, scope: Scope) -> None:
        """Return if it does. Raises NotAdmitted."""
        given = header(scope, b"x-twilio-signature")
        if not self.origin.signed_upgrade(given, header(scope, b"host"), path_and_query(scope)):
            raise NotAdmitted(f"its signature does not fit FRONTDESK_PUBLIC_URL{MEDIA_PATH}")


async def _expect(kind: type[_E], link: MediaLink) -> _E:
    event = media_streams.receive(await link.receive())
    if not isinstance(event, kind):
        raise _HandshakeRefused(f"{type(event).__name__} came where {kind.__name__} must come")
    return event
