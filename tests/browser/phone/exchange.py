"""The other end of the browser's telephone: a real server of the pages, and what the telephone says to it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import Factory, define, field, frozen

from engine.carrier import CallerAudio, ClearQueue, Mark, Media
from engine.errors import LinkClosed
from engine.peers import media_streams
from simulator.carrier_wire import Outgoing
from storage import businesses, owners, sessions
from storage.database import open_database
from tests.web.door import door
from tests.web.pages.browser import NOW, client_of
from web.asgi import App, Receive, Scope, Send
from web.door.listener import listening_socket, serve_connections
from web.door.upgrade import Upgrade
from web.door.websocket import WebSocket
from web.server import hypercorn_config
from web.twilio.media import MESSAGE_LIMIT

CALL_SID, STREAM_SID = "CA" + "1" * 32, "MZ" + "2" * 32
TOKEN = "a one-time token"
WIRE = Outgoing("AC" + "0" * 32, CALL_SID, STREAM_SID)
_WITHIN_S = 20


@frozen
class Heard:
    """One message of the telephone, and when it came."""

    at_s: float
    message: dict[str, Any]


@define(eq=False)
class Peer:
    """One stream, seen from the server. Every message of it is one that the engine takes."""

    link: WebSocket
    heard: list[Heard] = Factory(list)
    listening: trio.CancelScope = Factory(trio.CancelScope)
    over: bool = False

    def of(self, event: str) -> list[Any]:
        """What the messages of this kind hold, in order."""
        return [each.message.get(event) for each in self.heard if each.message["event"] == event]

    def at_s(self, event: str) -> list[float]:
        """When they came."""
        return [each.at_s for each in self.heard if each.message["event"] == event]

    @property
    def sound(self) -> bytes:
        """All that was spoken, as mu-law."""
        frames = [media_streams.receive(json.dumps(each.message)) for each in self.heard]
        return b"".join(frame.payload for frame in frames if isinstance(frame, CallerAudio))

    async def play(self, audio: bytes) -> None:
        """Have this mu-law heard."""
        await self.link.send(media_streams.encode(Media(audio), STREAM_SID))

    async def mark(self, name: str) -> None:
        """Ask to be told when all before was heard."""
        await self.link.send(media_streams.encode(Mark(name), STREAM_SID))

    async def clear(self) -> None:
        """Drop what was not heard."""
        await self.link.send(media_streams.encode(ClearQueue(), STREAM_SID))

    async def close(self) -> None:
        """End the call: who listens closes the socket."""
        self.listening.cancel()
        await trio.lowlevel.checkpoint()


@define(eq=False)
class Exchange:
    """The pages, and beside them calls that can be placed and answered by a test."""

    pages: App
    business_id: int
    session: str  # of the owner's browser
    url: str = ""
    recording: bytes | None = None
    account: tuple[tuple[str, dict[str, Any]], ...] = ()  # what is told of the call while it is live
    answers: bool = True  # whether a call can be placed; else it rings for ever
    peers: list[Peer] = Factory(list)
    _news: trio.Event = field(factory=trio.Event, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, request or lifespan."""
        home = f"/b/{self.business_id}"
        answers = {
            f"{home}/telephone/calls": self._place,
            f"{home}/telephone/caller.wav": self._recording,
            f"{home}/live": self._live,
        }
        if answer := answers.get(scope.get("path", "")):
            status, kind, body = await answer()
            headers = [(b"content-type", kind)]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await self.pages(scope, receive, send)

    async def upgrade(self, upgrade: Upgrade) -> None:
        """Take one stream, and hear it to its end."""
        peer = Peer(await upgrade.accept(MESSAGE_LIMIT))
        self.peers.append(peer)
        with suppress(LinkClosed), peer.listening:
            while True:
                text = await peer.link.receive()
                media_streams.receive(text)
                peer.heard.append(Heard(trio.current_time(), json.loads(text)))
                self._tell()
        await peer.link.close()
        peer.over = True
        self._tell()

    async def until(self, happened: Callable[[], Any]) -> Any:
        """What it gives as soon as it is true, looked at whenever something is heard."""
        with trio.fail_after(_WITHIN_S):
            while not (found := happened()):
                await self._news.wait()
        return found

    async def _place(self) -> tuple[int, bytes, bytes]:
        if not self.answers:
            await trio.sleep_forever()
        host = self.url.removeprefix("http://")
        call = {
            "url": f"ws://{host}/phone/media",
            "token": TOKEN,
            "callSid": CALL_SID,
            "streamSid": STREAM_SID,
        }
        return 200, b"application/json", json.dumps(call).encode()

    async def _recording(self) -> tuple[int, bytes, bytes]:
        return (200, b"audio/wav", self.recording) if self.recording else (204, b"text/plain", b"")

    async def _live(self) -> tuple[int, bytes, bytes]:
        events = [
            {"call_sid": CALL_SID, "at_ms": 0, "kind": kind, "fields": fields}
            for kind, fields in self.account
        ]
        told = "".join(f"event: event\ndata: {json.dumps(event)}\n\n" for event in events)
        return 200, b"text/event-stream", told.encode()

    def _tell(self) -> None:
        self._news.set()
        self._news = trio.Event()


@asynccontextmanager
async def open_exchange(folder: Path) -> AsyncIterator[Exchange]:
    """An exchange that listens, of one business whose owner is signed in."""
    stop = trio.Event()
    async with open_database(str(folder / "frontdesk.db")) as database:

        def people(conn: Any) -> tuple[int, str]:
            salon = businesses.add(
                conn, number="+14155550100", name="Salon", timezone="Europe/Berlin", language="en"
            )
            owner = owners.add(conn, email="owner@example.com", password_hash="$argon2id$none", language="en")
            owners.let_into(conn, owner.id, salon.id)
            return salon.id, sessions.begin(conn, owner.id, browser="a test", now=NOW)

        business_id, session = await database.write(people)
        exchange = Exchange(client_of(database).app, business_id, session)
        with listening_socket("127.0.0.1", 0) as listener:
            host, port = listener.getsockname()
            exchange.url = f"http://{host}:{port}"
            config = hypercorn_config()
            config.graceful_timeout = 0.1
            serve = partial(serve_connections, exchange, config, listener, door=door(), shutdown=stop.wait)
            async with trio.open_nursery() as nursery:
                await nursery.start(serve)
                yield exchange
                stop.set()
