"""The media socket: from a WebSocket upgrade to a call that runs. It decides nothing about the call."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import trio
from attrs import field, frozen

from engine.errors import LinkClosed, RemoteProtocolError
from engine.peers import media_streams
from engine.peers.media_streams import Connected, Started
from engine.ports import CallStart, ClosableLink
from engine.switchboard import Refused, Switchboard
from office.grant import Grant
from web.door.upgrade import Upgrade
from web.door.websocket import WebSocket
from web.metrics import Refusal
from web.origin import Origin
from web.twilio.tokens import StreamTokens

log = logging.getLogger(__name__)

MEDIA_PATH = "/twilio/media"
MESSAGE_LIMIT = 65_536
START_WITHIN_S = 5.0

_POLICY_VIOLATION = 1008
_TRY_AGAIN_LATER = 1013

_E = TypeVar("_E", Connected, Started)
Admit = Callable[[Upgrade], Awaitable[int | None]]
TakeCall = Callable[[ClosableLink, CallStart, Grant], Awaitable[Any]]


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

    async def __call__(self, upgrade: Upgrade) -> None:
        """Serve one WebSocket from its upgrade to its end."""
        try:
            session_id = await self.admit(upgrade)
        except NotAdmitted as refused:
            log.warning("media: upgrade refused: %s", refused)
            self.refused(Refusal.NOT_ADMITTED)
            await upgrade.refuse(HTTPStatus.FORBIDDEN, str(refused))
            return
        try:
            link = await upgrade.accept(MESSAGE_LIMIT)
            started, grant = await self._shake_hands(link, session_id)
        except _HandshakeRefused as refused:
            log.warning("media: stream refused: %s", refused)
            await link.close(_POLICY_VIOLATION)
        except LinkClosed as closed:
            log.info("media: no stream began: %s", closed)
        else:
            await self._run(upgrade, link, started, grant)

    def cancel_calls(self) -> None:
        """Cancel every live call; each still writes its record and tells its outcome."""
        for line in self._lines:
            line.cancel()

    async def _shake_hands(self, link: WebSocket, session_id: int | None) -> tuple[Started, Grant]:
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

    async def _run(self, upgrade: Upgrade, link: WebSocket, started: Started, grant: Grant) -> None:
        start = CallStart(call_sid=started.call_sid, stream_sid=started.stream_sid)
        try:
            with self.switchboard.admit(start.call_sid, link.lose), trio.CancelScope() as line:
                upgrade.keep()
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

    async def admit(self, upgrade: Upgrade) -> None:
        """Return if it does. Raises NotAdmitted."""
        given = upgrade.header(b"x-twilio-signature")
        if not self.origin.signed_upgrade(given, upgrade.header(b"host"), upgrade.target):
            raise NotAdmitted(f"its signature does not fit FRONTDESK_PUBLIC_URL{MEDIA_PATH}")


async def _expect(kind: type[_E], link: WebSocket) -> _E:
    event = media_streams.receive(await link.receive())
    if not isinstance(event, kind):
        raise _HandshakeRefused(f"{type(event).__name__} came where {kind.__name__} must come")
    return event
