"""Twilio Media Streams: what the carrier says as events, what we say as text. Sans-IO.

The shapes are those of "Media Streams - WebSocket Messages" in Twilio's documentation. Numbers come as
strings there ("timestamp": "5"); compatible carriers send integers, and both are taken. Media is decoded
by hand because it comes fifty times a second on every call.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from engine.carrier import (
    CallerAudio,
    CarrierCommand,
    CarrierEvent,
    ClearQueue,
    Dtmf,
    Ignored,
    Mark,
    MarkReached,
    Media,
    Stopped,
)
from engine.errors import RemoteProtocolError
from engine.peers import wire
from engine.ports import ClosableLink

MAX_MESSAGE_CHARACTERS = 65_536

_SID = re.compile(r"[A-Za-z0-9]{1,64}")  # also what makes a stream_sid safe inside a JSON template
_DIGIT = re.compile(r"[0-9A-D*#]")
_COUNT = re.compile(r"[0-9]{1,15}")
_FORMAT = ("audio/x-mulaw", 8000, 1)


@frozen(kw_only=True)
class Connected:
    """The socket is open; nothing is known of the call yet."""


@frozen(kw_only=True)
class Started:
    """The stream begins. `parameters` are the `<Parameter>`s of our TwiML; the format is 8 kHz mu-law."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: dict[str, str] = field(repr=False)  # holds the one-time token


def receive(message: str | bytes) -> Connected | Started | CarrierEvent:
    """Decode the event that one WebSocket message carries.

    Raises RemoteProtocolError, naming the field, for whatever Twilio's documentation does not allow.
    """
    body = wire.parse(message, max_characters=MAX_MESSAGE_CHARACTERS)
    event = wire.text(body, "event")
    read = _READERS.get(event)
    return read(body) if read else Ignored(kind=event)


def _read_start(body: dict[str, Any]) -> Started:
    start = wire.child(body, "start")
    form = wire.child(start, "mediaFormat")
    if (form.get("encoding"), form.get("sampleRate"), form.get("channels")) != _FORMAT:
        raise RemoteProtocolError("mediaFormat", "must be audio/x-mulaw, 8000 Hz, 1 channel")
    return Started(
        stream_sid=_matching(start, "streamSid", _SID),
        call_sid=_matching(start, "callSid", _SID),
        account_sid=_matching(start, "accountSid", _SID),
        parameters=_parameters(start),
    )


def _parameters(start: dict[str, Any]) -> dict[str, str]:
    if "customParameters" not in start:
        return {}
    parameters = wire.child(start, "customParameters")
    if not all(isinstance(value, str) for value in parameters.values()):
        raise RemoteProtocolError("customParameters", "must hold strings only")
    return parameters


def _read_media(body: dict[str, Any]) -> CallerAudio | Ignored:
    media = wire.child(body, "media")
    if wire.text(media, "track") != "inbound":
        return Ignored(kind="media")
    return CallerAudio(payload=wire.audio(media, "payload"), timestamp_ms=_count(media, "timestamp"))


def _read_dtmf(body: dict[str, Any]) -> Dtmf:
    return Dtmf(digit=_matching(wire.child(body, "dtmf"), "digit", _DIGIT))


def _read_mark(body: dict[str, Any]) -> MarkReached:
    return MarkReached(name=wire.text(wire.child(body, "mark"), "name"))


_READERS: dict[str, Callable[[dict[str, Any]], Connected | Started | CarrierEvent]] = {
    "connected": lambda _body: Connected(),
    "start": _read_start,
    "media": _read_media,
    "dtmf": _read_dtmf,
    "mark": _read_mark,
    "stop": lambda _body: Stopped(),
}


def _matching(body: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = wire.text(body, name)
    if not pattern.fullmatch(value):
        raise RemoteProtocolError(name, f"must match {pattern.pattern}")
    return value


def _count(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not _COUNT.fullmatch(text):
        raise RemoteProtocolError(name, "must be a whole number of at most 15 digits")
    return int(text)


def encode(command: CarrierCommand, stream_sid: str) -> str:
    """Write one command as Twilio takes it."""
    match command:
        case Media(audio):  # by hand: it is the one that comes often
            payload = wire.base64_text(audio)
            return f'{{"event":"media","streamSid":"{stream_sid}","media":{{"payload":"{payload}"}}}}'
        case Mark(name):
            return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})
        case ClearQueue():
            return json.dumps({"event": "clear", "streamSid": stream_sid})


@frozen
class MediaStreamsLink:
    """A caller's line over a socket whose `start` has been read: the CarrierLink of the engine."""

    _socket: ClosableLink
    _stream_sid: str

    async def receive(self) -> CarrierEvent:
        """Return the next event. Raises RemoteProtocolError, and what the socket raises."""
        # The stream has begun already: that it begins means nothing any more.
        event = receive(await self._socket.receive())
        return Ignored(kind=type(event).__name__) if isinstance(event, Connected | Started) else event

    async def send(self, command: CarrierCommand) -> None:
        """Hand one command to the socket."""
        await self._socket.send(encode(command, self._stream_sid))

    async def close(self, code: int = 1000) -> None:
        """Close the socket."""
        await self._socket.close(code)

    def abort(self) -> None:
        """Drop the socket."""
        self._socket.abort()
