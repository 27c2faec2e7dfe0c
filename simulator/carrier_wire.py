"""Twilio Media Streams messages, in the exact shapes of Twilio's "Media Streams - WebSocket messages".

What the server sends is read as Twilio reads it: one unknown, missing or extra field and the message is
ignored with warning 31951, a binary frame with 31950. Numbers inside our messages are strings, but for
the media format's.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen


@frozen
class Media:
    """Audio to be queued for the caller."""

    audio: bytes


@frozen
class Mark:
    """A name to be sent back when the audio before it has been heard."""

    name: str


@frozen
class Clear:
    """Drop the queue."""


@frozen
class BadMessage(Exception):
    """Twilio would ignore this message; `problem` begins with the number of Twilio's warning."""

    problem: str

    def __str__(self) -> str:
        return self.problem


_BODIES = {"media": "payload", "mark": "name", "clear": None}


def parse(message: str | bytes, stream_sid: str) -> Media | Mark | Clear:
    """Return what the server asks for. Raises BadMessage for whatever Twilio would not take."""
    if isinstance(message, bytes):
        raise BadMessage(f"31950: binary frame of {len(message)} bytes; send text")
    try:
        fields = json.loads(message)
    except ValueError:
        raise BadMessage(f"31951: not JSON: {message[:80]!r}") from None
    if not isinstance(fields, dict):
        raise BadMessage(f"31951: not a JSON object: {message[:80]!r}")
    event = fields.get("event")
    if event not in _BODIES:
        raise BadMessage(f"31951: unknown event {event!r}")
    value = _value(fields, str(event), _BODIES[event])
    if fields["streamSid"] != stream_sid:
        raise BadMessage(f"31951: {event}: streamSid {fields['streamSid']!r} is not {stream_sid!r}")
    match event:
        case "media":
            return Media(_audio(value))
        case "mark":
            return Mark(value)
        case _:
            return Clear()


def _value(fields: dict[str, Any], event: str, body_field: str | None) -> str:
    """Return the one string inside the event's body.

    All keys must be exactly those of the schema.
    """
    if body_field is None:
        _exactly(fields, {"event", "streamSid"}, event)
        return ""
    _exactly(fields, {"event", "streamSid", event}, event)
    body = fields[event]
    if not isinstance(body, dict):
        raise BadMessage(f"31951: {event}: its {event!r} is not an object")
    _exactly(body, {body_field}, f"{event}.{event}")
    value = body[body_field]
    if not isinstance(value, str) or not value:
        raise BadMessage(f"31951: {event}.{body_field} must be a string with something in it")
    return value


def _exactly(fields: Mapping[str, Any], wanted: set[str], where: str) -> None:
    missing, extra = wanted - fields.keys(), fields.keys() - wanted
    if missing:
        raise BadMessage(f"31951: {where}: missing {', '.join(sorted(missing))}")
    if extra:
        raise BadMessage(f"31951: {where}: extra {', '.join(sorted(extra))}")


def _audio(payload: str) -> bytes:
    try:
        audio = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("31951: media.payload is not base64") from None
    if audio[:4] in (b"RIFF", b".snd", b"fLaC", b"OggS"):
        raise BadMessage(f"media.payload begins with a file header {audio[:4]!r}; send raw mu-law")
    return audio


def connected() -> str:
    """Write the first message: it has neither a sequence number nor a stream."""
    return _dump({"event": "connected", "protocol": "Call", "version": "1.0.0"})


@frozen
class Outgoing:
    """Builds Twilio's numbered messages of one stream."""

    account_sid: str
    call_sid: str
    stream_sid: str

    def start(self, number: int, parameters: Mapping[str, str]) -> str:
        """Write the second message: who calls, and the `<Parameter>`s of the TwiML."""
        body = {
            "streamSid": self.stream_sid,
            "accountSid": self.account_sid,
            "callSid": self.call_sid,
            "tracks": ["inbound"],
            "customParameters": dict(parameters),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        return self._numbered("start", number, body)

    def media(self, number: int, chunk: int, timestamp_ms: int, audio: bytes) -> str:
        """Write one frame of the caller; `chunk` counts from 1, `timestamp_ms` from the stream's start."""
        body = {
            "track": "inbound",
            "chunk": str(chunk),
            "timestamp": str(timestamp_ms),
            "payload": base64.b64encode(audio).decode(),
        }
        return self._numbered("media", number, body)

    def mark(self, number: int, name: str) -> str:
        """Write a mark that was reached, or cleared: the message is the same."""
        return self._numbered("mark", number, {"name": name})

    def dtmf(self, number: int, digit: str) -> str:
        """Write a key pressed. Twilio says `inbound_track` here and `inbound` in media."""
        return self._numbered("dtmf", number, {"track": "inbound_track", "digit": digit})

    def stop(self, number: int) -> str:
        """Write the last message."""
        return self._numbered("stop", number, {"accountSid": self.account_sid, "callSid": self.call_sid})

    def _numbered(self, event: str, number: int, body: Mapping[str, Any]) -> str:
        return _dump(
            {"event": event, "sequenceNumber": str(number), "streamSid": self.stream_sid, event: body}
        )


def _dump(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"))
