"""What the tests of the web package share: a configuration, a form, and a scripted WebSocket."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

import trio
from attrs import define, field

from engine.errors import LinkClosed
from web import configuration, signature

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://desk.example.com"
CALL_SID = "CA0123456789abcdef0123456789abcdef"
STREAM_SID = "MZ0123456789abcdef0123456789abcdef"
NUMBER = "+14155550100"
CALLER = "+14155550199"

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def local():
    """A configuration for this machine only: nothing is signed."""
    return configuration.load({})


def public(**more):
    """A configuration that Twilio reaches: everything is signed."""
    return configuration.load({"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": PUBLIC_URL, **more})


def signed_form(path: str, pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The body and headers of a form post as Twilio sends it."""
    headers = {**FORM, "X-Twilio-Signature": signature.sign(TOKEN, PUBLIC_URL + path, pairs)}
    return {"data": urlencode(pairs), "headers": headers}


def connected() -> str:
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(token: str, call_sid: str = CALL_SID) -> str:
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": STREAM_SID,
            "start": {
                "streamSid": STREAM_SID,
                "accountSid": "AC0123456789abcdef0123456789abcdef",
                "callSid": call_sid,
                "tracks": ["inbound"],
                "customParameters": {"token": token},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        }
    )


def media() -> str:
    return json.dumps(
        {
            "event": "media",
            "sequenceNumber": "2",
            "streamSid": STREAM_SID,
            "media": {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": "/w=="},
        }
    )


@define
class ScriptedUpgrade:
    """A request for a WebSocket, and that socket: a script comes in, what is done is kept."""

    done: list[object] = field(factory=list)  # "accept", ("refuse", 403), ("close", 1000) and so on
    headers: list[tuple[bytes, bytes]] = field(factory=lambda: [(b"host", b"127.0.0.1:8080")])
    target: str = "/twilio/media"
    _channel: tuple = field(factory=lambda: trio.open_memory_channel(100), init=False)

    def say(self, *messages: str | bytes) -> None:
        for message in messages:
            self._channel[0].send_nowait(message)

    def leave(self) -> None:
        self._channel[0].close()

    def header(self, name: bytes) -> str:
        return dict(self.headers).get(name, b"").decode("latin-1")

    async def accept(self, _most_bytes: int) -> "ScriptedUpgrade":
        await self._do("accept")
        return self

    async def refuse(self, status: int, _reason: str) -> None:
        await self._do(("refuse", status))

    def keep(self) -> None:
        self.done.append("keep")

    async def receive(self) -> str | bytes:
        try:
            return await self._channel[1].receive()
        except trio.EndOfChannel:
            raise LinkClosed("the peer left") from None

    async def send(self, message: str) -> None:
        await self._do(("send", message))

    async def close(self, code: int = 1000) -> None:
        await self._do(("close", code))

    def lose(self) -> None:
        self.done.append("lose")
        self.leave()

    async def _do(self, what: object) -> None:
        await trio.lowlevel.checkpoint()
        self.done.append(what)
