"""The OpenAI Realtime protocol, general-availability shapes only. Sans-IO.

`receive` turns one message of the server into an event; the other functions return the JSON text of one
command. Unknown fields and unknown event types are ignored, as the API reference asks of clients.
"""

import json
from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from engine.limits import RateLimit, rate_limit
from engine.peers import wire
from engine.settings import Settings

AUDIO_FORMAT = "audio/pcmu"

MAX_MESSAGE_CHARACTERS = 16 * 2**20

_NAME_CHARS = 64  # of a tool, as the API limits it; a model may write anything, and it goes into the log
_FATAL_CODES = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "invalid_api_key",
    "account_deactivated",
    "billing_hard_limit_reached",
    "session_expired",
}
# These take a list of languages where the older ones take one language (OpenAI's transcription guide).
_TAKE_LANGUAGES = ("gpt-live-transcribe", "gpt-transcribe")


@frozen(kw_only=True)
class SessionCreated:
    """The server is ready for `session.update`."""


@frozen(kw_only=True)
class SessionUpdated:
    """The session as it now is: what the server took, not what was asked for."""

    input_format: str
    output_format: str
    voice: str


@frozen(kw_only=True)
class ResponseCreated:
    """The model began an answer."""

    response_id: str


@frozen(kw_only=True)
class ItemStarted:
    """An answer goes on with a new item; `kind` is "message", "function_call" or a newer one."""

    response_id: str
    item_id: str
    kind: str


@frozen(kw_only=True)
class AudioDelta:
    """The next mu-law bytes of a message item."""

    response_id: str
    item_id: str
    audio: bytes = field(repr=False)


@frozen(kw_only=True)
class TranscriptDelta:
    """The next words of a message item. They run ahead of the audio."""

    response_id: str
    item_id: str
    text: str


@frozen(kw_only=True)
class FunctionCalled:
    """A complete function call: the only event on which a tool may run. `arguments` is JSON text."""

    response_id: str
    item_id: str
    call_id: str
    name: str
    arguments: str


@frozen(kw_only=True)
class ItemDone:
    """A message item is generated, or was cut off: `status` is "completed" or "incomplete"."""

    response_id: str
    item_id: str
    status: str


@frozen(kw_only=True)
class ResponseDone:
    """The model ended an answer. Generated, not played.

    `status` is completed, cancelled, incomplete or failed; `reason`, `error_code` and `limit` say why not
    completed.
    """

    response_id: str
    status: str
    reason: str | None
    error_code: str | None
    limit: RateLimit | None = None


@frozen(kw_only=True)
class InputCommitted:
    """The caller's audio became an item of the conversation."""

    item_id: str


@frozen(kw_only=True)
class InputTranscribed:
    """What another model heard the caller say. Late, out of order, and sometimes invented."""

    item_id: str
    text: str


@frozen(kw_only=True)
class InputTranscriptionFailed:
    """There will be no transcript of this item."""

    item_id: str


@frozen(kw_only=True)
class ErrorReported:
    """The server refused something; the session lives unless a close follows.

    `code` is the error's type where the server gives no code, `event_id` the id of our refused command.
    """

    code: str | None
    message: str
    param: str | None
    event_id: str | None
    limit: RateLimit | None = None


@frozen(kw_only=True)
class Ignored:
    """An event that means nothing to us."""

    type: str


ModelEvent = (
    SessionCreated
    | SessionUpdated
    | ResponseCreated
    | ItemStarted
    | AudioDelta
    | TranscriptDelta
    | FunctionCalled
    | ItemDone
    | ResponseDone
    | InputCommitted
    | InputTranscribed
    | InputTranscriptionFailed
    | ErrorReported
    | Ignored
)


def is_fatal(error_code: str | None) -> bool:
    """Whether an error with this code leaves the session without a future."""
    return error_code in _FATAL_CODES


def receive(message: str | bytes) -> ModelEvent:
    """The event that one WebSocket message carries.

    Raises RemoteProtocolError, naming the field, if an event that matters to us is malformed.
    """
    body = wire.parse(message, max_characters=MAX_MESSAGE_CHARACTERS)
    kind = wire.text(body, "type")
    read = _READERS.get(kind)
    return read(body) if read else Ignored(type=kind)


def type_of(message: str | bytes) -> str:
    """The type of the event in a message. Raises RemoteProtocolError if there is none."""
    return wire.text(wire.parse(message, max_characters=MAX_MESSAGE_CHARACTERS), "type")[:_NAME_CHARS]


def _read_session_updated(body: dict[str, Any]) -> SessionUpdated:
    audio = wire.child(wire.child(body, "session"), "audio")
    output = wire.child(audio, "output")
    return SessionUpdated(
        input_format=wire.text(wire.child(wire.child(audio, "input"), "format"), "type"),
        output_format=wire.text(wire.child(output, "format"), "type"),
        voice=_voice(output),
    )


def _voice(output: dict[str, Any]) -> str:
    # A custom voice is {"id": "voice_..."}, a stock one its bare name.
    voice = output.get("voice")
    return wire.text(voice, "id") if isinstance(voice, dict) else wire.text(output, "voice")


def _read_item_added(body: dict[str, Any]) -> ItemStarted:
    item = wire.child(body, "item")
    return ItemStarted(
        response_id=wire.text(body, "response_id"),
        item_id=wire.text(item, "id"),
        kind=wire.text(item, "type"),
    )


def _read_audio_delta(body: dict[str, Any]) -> AudioDelta:
    return AudioDelta(
        response_id=wire.text(body, "response_id"),
        item_id=wire.text(body, "item_id"),
        audio=wire.audio(body, "delta"),
    )


def _read_transcript_delta(body: dict[str, Any]) -> TranscriptDelta:
    return TranscriptDelta(
        response_id=wire.text(body, "response_id"),
        item_id=wire.text(body, "item_id"),
        text=wire.text(body, "delta"),
    )


def _read_item_done(body: dict[str, Any]) -> FunctionCalled | ItemDone | Ignored:
    item = wire.child(body, "item")
    match wire.text(item, "type"), item.get("status"):
        case "function_call", "completed":
            return FunctionCalled(
                response_id=wire.text(body, "response_id"),
                item_id=wire.text(item, "id"),
                call_id=wire.text(item, "call_id"),
                name=wire.text(item, "name")[:_NAME_CHARS],
                arguments=wire.text(item, "arguments"),
            )
        case "message", _:
            return ItemDone(
                response_id=wire.text(body, "response_id"),
                item_id=wire.text(item, "id"),
                status=wire.text(item, "status"),
            )
        case _:  # also a function call that was cut off in its arguments: neither run nor answered
            return Ignored(type="response.output_item.done")


def _read_response_done(body: dict[str, Any]) -> ResponseDone:
    response = wire.child(body, "response")
    details = response.get("status_details")
    if not isinstance(details, dict):  # xAI sends a bare string, OpenAI an object
        details = {"reason": wire.optional_text(response, "status_details")}
    error = details.get("error")
    if not isinstance(error, dict):
        error = {}
    return ResponseDone(
        response_id=wire.text(response, "id"),
        status=wire.text(response, "status"),
        reason=wire.optional_text(details, "reason"),
        error_code=_code(error),
        limit=_limit(error),
    )


def _code(error: dict[str, Any]) -> str | None:
    # The telling word stands in either field: insufficient_quota has been seen as code and as type.
    code, kind = wire.optional_text(error, "code"), wire.optional_text(error, "type")
    return kind if code is None or is_fatal(kind) else code


def _limit(error: dict[str, Any]) -> RateLimit | None:
    if is_fatal(_code(error)):
        return None
    message = error.get("message")  # only to be looked through: whatever it is, it costs no event
    told = message if isinstance(message, str) else ""
    return rate_limit(wire.optional_text(error, "code"), wire.optional_text(error, "type"), told)


def _read_transcribed(body: dict[str, Any]) -> InputTranscribed:
    return InputTranscribed(item_id=wire.text(body, "item_id"), text=wire.text(body, "transcript"))


def _read_error(body: dict[str, Any]) -> ErrorReported:
    error = wire.child(body, "error")
    return ErrorReported(
        code=_code(error),
        message=wire.optional_text(error, "message") or "",
        param=wire.optional_text(error, "param"),
        event_id=wire.optional_text(error, "event_id"),
        limit=_limit(error),
    )


_READERS: dict[str, Callable[[dict[str, Any]], ModelEvent]] = {
    "session.created": lambda _body: SessionCreated(),
    "session.updated": _read_session_updated,
    "response.created": lambda body: ResponseCreated(
        response_id=wire.text(wire.child(body, "response"), "id")
    ),
    "response.output_item.added": _read_item_added,
    "response.output_audio.delta": _read_audio_delta,
    "response.output_audio_transcript.delta": _read_transcript_delta,
    "response.output_item.done": _read_item_done,
    "response.done": _read_response_done,
    "input_audio_buffer.committed": lambda body: InputCommitted(item_id=wire.text(body, "item_id")),
    "conversation.item.input_audio_transcription.completed": _read_transcribed,
    "conversation.item.input_audio_transcription.failed": lambda body: InputTranscriptionFailed(
        item_id=wire.text(body, "item_id")
    ),
    "error": _read_error,
}


def session_update(
    *, instructions: str, tools: list[dict[str, Any]], language: str, settings: Settings, event_id: str
) -> str:
    """Configure the session: mu-law both ways, our own turn detection.

    One field that the server does not know discards the whole update, so what is not wanted is left out.
    """
    caller: dict[str, Any] = {"format": {"type": AUDIO_FORMAT}, "turn_detection": None}
    if settings.transcription_model:
        caller["transcription"] = _transcription(settings.transcription_model, language)
    if settings.noise_reduction:
        caller["noise_reduction"] = {"type": settings.noise_reduction}
    return _command(
        "session.update",
        event_id=event_id,
        session={
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": instructions,
            "tools": tools,
            "tool_choice": "auto",
            "max_output_tokens": settings.max_output_tokens,
            "audio": {
                "input": caller,
                "output": {"format": {"type": AUDIO_FORMAT}, "voice": settings.voice},
            },
        },
    )


def _transcription(model: str, language: str) -> dict[str, Any]:
    # Never both: either is refused beside the other. A dated name is the model's own with more behind it.
    listed = any(model == name or model.startswith(f"{name}-") for name in _TAKE_LANGUAGES)
    return {"model": model, "languages": [language]} if listed else {"model": model, "language": language}


def append(audio: bytes) -> str:
    """Add mu-law of the caller to the input buffer. The server does not acknowledge it."""
    payload = wire.base64_text(audio)
    return f'{{"type":"input_audio_buffer.append","audio":"{payload}"}}'


COMMIT_ID = "commit"  # of every commit: the server answers them in order


def commit() -> str:
    """Make the input buffer an item of the conversation. It must hold at least 100 ms."""
    return _command("input_audio_buffer.commit", event_id=COMMIT_ID)


def clear_input() -> str:
    """Forget the input buffer."""
    return _command("input_audio_buffer.clear")


def system_message(text: str, item_id: str | None = None) -> str:
    """Tell the model something that the caller does not hear; by its id it can be deleted later."""
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "system", "content": content}
    if item_id is not None:
        item["id"] = item_id
    return _command("conversation.item.create", item=item)


def user_message(text: str) -> str:
    """Tell the model what the caller did without speaking."""
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    return _command("conversation.item.create", item=item)


def function_output(call_id: str, output: dict[str, Any]) -> str:
    """Answer a function call."""
    item = {"type": "function_call_output", "call_id": call_id, "output": json.dumps(output)}
    return _command("conversation.item.create", item=item)


def create_response(event_id: str, *, with_tools: bool = True) -> str:
    """Ask for an answer, with the session's own prompt and, unless it is only to say something, its tools."""
    # Nothing else in `response`: its `instructions` would replace the session's prompt.
    only_words = {} if with_tools else {"response": {"tool_choice": "none"}}
    return _command("response.create", event_id=event_id, **only_words)


def cancel_response(event_id: str) -> str:
    """Stop the answer being generated. `response.done` follows, and stray deltas may come before it."""
    return _command("response.cancel", event_id=event_id)


def truncate(item_id: str, audio_end_ms: int, event_id: str) -> str:
    """Tell the model how much of an assistant message was heard: no more than the server has sent of it."""
    return _command(
        "conversation.item.truncate",
        event_id=event_id,
        item_id=item_id,
        content_index=0,
        audio_end_ms=audio_end_ms,
    )


def delete_item(item_id: str, event_id: str) -> str:
    """Take an item out of the conversation, as if it had never been."""
    return _command("conversation.item.delete", event_id=event_id, item_id=item_id)


def _command(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})
