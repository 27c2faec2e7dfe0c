"""What the tests of the web package share: a configuration, a form, and the peer of an ASGI WebSocket."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

import trio
from attrs import define, field

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
class AsgiPeer:
    """The server's side of one ASGI WebSocket: scripted messages go in, what the app sends is kept."""

    sent: list[dict] = field(factory=list)
    offered: list[str] = field(factory=list)
    headers: list[tuple[bytes, bytes]] = field(factory=lambda: [(b"host", b"127.0.0.1:8080")])
    _channel: tuple = field(factory=lambda: trio.open_memory_channel(100), init=False)

    def __attrs_post_init__(self) -> None:
        self._put({"type": "websocket.connect"})

    @property
    def scope(self) -> dict:
        return {
            "type": "websocket",
            "path": "/twilio/media",
            "raw_path": b"/twilio/media",
            "query_string": b"",
            "headers": self.headers,
            "subprotocols": self.offered,
        }

    @property
    def unread(self) -> int:
        return self._channel[1].statistics().current_buffer_used

    def say(self, *messages: str | bytes) -> None:
        for message in messages:
            kind = "text" if isinstance(message, str) else "bytes"
            self._put({"type": "websocket.receive", "text": None, "bytes": None, kind: message})

    def leave(self) -> None:
        self._put({"type": "websocket.disconnect", "code": 1006})

    def _put(self, message: dict) -> None:
        self._channel[0].send_nowait(message)

    async def receive(self) -> dict:
        return await self._channel[1].receive()

    async def send(self, message: dict) -> None:
        await trio.lowlevel.checkpoint()
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.leave()
