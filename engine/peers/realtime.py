"""The OpenAI Realtime protocol, general-availability shapes only. Sans-IO.

`receive` turns one message of the server into an event, `encode` one command into JSON text. Unknown fields
and unknown event types are ignored, as the API reference asks of clients.
"""

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen

from engine.model import (
    AnsweredInText,
    AnswerTool,
    AppendAudio,
    AudioDelta,
    CancelResponse,
    CommitAudio,
    CreateResponse,
    DeleteItem,
    DiscardAudio,
    ErrorReported,
    FunctionCalled,
    Ignored,
    InputCommitted,
    InputTranscribed,
    InputTranscriptionFailed,
    InputWords,
    ItemStarted,
    ModelCommand,
    ModelEvent,
    RateLimit,
    ResponseCreated,
    ResponseDone,
    Session,
    Tell,
    TranscriptDelta,
    TruncateItem,
)
from engine.peers import usage, wire
from engine.peers.keywords import listed, takes_lists
from engine.peers.limits import rate_limit

AUDIO_FORMAT = "audio/pcmu"

MAX_MESSAGE_CHARACTERS = 16 * 2**20

_NAME_CHARS = 64  # of a tool, as the API limits it; a peer may write anything, and it goes into the log
_FATAL_CODES = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "invalid_api_key",
    "account_deactivated",
    "billing_hard_limit_reached",
    "session_expired",
}


@frozen(kw_only=True)
class SessionCreated:
    """The server is ready for `session.update`."""


@frozen(kw_only=True)
class SessionUpdated:
    """The session as it now is: what the server took, not what was asked for."""

    input_format: str
    output_format: str
    voice: str = ""  # empty where the server does not say, as is the next
    model: str = ""


RealtimeEvent = SessionCreated | SessionUpdated | ModelEvent


def is_fatal(error_code: str | None) -> bool:
    """Say whether an error with this code leaves the session without a future."""
    return error_code in _FATAL_CODES


def receive(message: str | bytes) -> RealtimeEvent:
    """Decode the event that one WebSocket message carries.

    Raises RemoteProtocolError, naming the field, if an event that matters to us is malformed.
    """
    body = wire.parse(message, max_characters=MAX_MESSAGE_CHARACTERS)
    kind = wire.text(body, "type")
    read = _READERS.get(kind)
    return read(body) if read else Ignored(kind=kind)


def type_of(message: str | bytes) -> str:
    """Return the type of the event in a message. Raises RemoteProtocolError if there is none."""
    return wire.text(wire.parse(message, max_characters=MAX_MESSAGE_CHARACTERS), "type")[:_NAME_CHARS]


def _read_session_updated(body: dict[str, Any]) -> SessionUpdated:
    # Strict about the two formats, in which a mistake is static in the caller's ear; the rest is only noted.
    session = wire.child(body, "session")
    audio = wire.child(session, "audio")
    output = wire.child(audio, "output")
    return SessionUpdated(
        input_format=wire.text(wire.child(wire.child(audio, "input"), "format"), "type"),
        output_format=wire.text(wire.child(output, "format"), "type"),
        voice=_voice(output) or _voice(session),  # xAI has it at the session's top level
        model=wire.told(session, "model")[:_NAME_CHARS],
    )


def _voice(holder: dict[str, Any]) -> str:
    # A custom voice is {"id": "voice_..."}, a stock one its bare name.
    voice = holder.get("voice")
    said = wire.told(voice, "id") if isinstance(voice, dict) else wire.told(holder, "voice")
    return said[:_NAME_CHARS]


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


def _read_text(body: dict[str, Any]) -> AnsweredInText:
    return AnsweredInText(response_id=wire.text(body, "response_id"))


def _read_item_done(body: dict[str, Any]) -> FunctionCalled | Ignored:
    item = wire.child(body, "item")
    # A message; also a function call that was cut off in its arguments: neither run nor answered.
    if wire.text(item, "type") != "function_call" or not _came_whole(item):
        return Ignored(kind="response.output_item.done")
    return FunctionCalled(
        response_id=wire.text(body, "response_id"),
        item_id=wire.text(item, "id"),
        call_id=wire.text(item, "call_id"),
        name=wire.text(item, "name")[:_NAME_CHARS],
        arguments=wire.text(item, "arguments"),
    )


def _came_whole(call: dict[str, Any]) -> bool:
    if call.get("status") is not None:
        return bool(call["status"] == "completed")
    # The status is optional (openai-python's model of the item): then the arguments themselves say it.
    try:
        json.loads(wire.text(call, "arguments") or "{}")
    except (ValueError, RecursionError):
        return False
    return True


def _read_response_done(body: dict[str, Any]) -> ResponseDone:
    response = wire.child(body, "response")
    details = response.get("status_details")
    if not isinstance(details, dict):  # xAI sends a bare string, OpenAI an object
        details = {"reason": wire.optional_text(response, "status_details")}
    error = details.get("error")
    if not isinstance(error, dict):
        error = {}
    reason = wire.optional_text(details, "reason")
    return ResponseDone(
        response_id=wire.text(response, "id"),
        status=wire.text(response, "status"),
        reason=reason,
        error_code=_code(error),
        limit=_limit(error),
        fatal=is_fatal(_code(error) or reason),
        usage=usage.of_response(response.get("usage")),
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
    return InputTranscribed(
        item_id=wire.text(body, "item_id"),
        text=wire.text(body, "transcript"),
        usage=usage.of_transcript(body.get("usage")),
    )


def _read_error(body: dict[str, Any]) -> ErrorReported:
    error = wire.child(body, "error")
    return ErrorReported(
        code=_code(error),
        message=wire.optional_text(error, "message") or "",
        param=wire.optional_text(error, "param"),
        command_id=wire.optional_text(error, "event_id"),
        limit=_limit(error),
        fatal=is_fatal(_code(error)),
    )


_READERS: dict[str, Callable[[dict[str, Any]], RealtimeEvent]] = {
    "session.created": lambda _body: SessionCreated(),
    "session.updated": _read_session_updated,
    "response.created": lambda body: ResponseCreated(
        response_id=wire.text(wire.child(body, "response"), "id")
    ),
    "response.output_item.added": _read_item_added,
    "response.output_audio.delta": _read_audio_delta,
    "response.output_audio_transcript.delta": _read_transcript_delta,
    **dict.fromkeys(("response.output_text.delta", "response.output_text.done"), _read_text),
    "response.output_item.done": _read_item_done,
    "response.done": _read_response_done,
    "input_audio_buffer.committed": lambda body: InputCommitted(item_id=wire.text(body, "item_id")),
    "conversation.item.input_audio_transcription.delta": lambda body: InputWords(
        item_id=wire.text(body, "item_id"),
        # Some servers report the languages that they hear in a delta of their own, without words.
        text=wire.told(body, "delta"),
    ),
    "conversation.item.input_audio_transcription.completed": _read_transcribed,
    "conversation.item.input_audio_transcription.failed": lambda body: InputTranscriptionFailed(
        item_id=wire.text(body, "item_id")
    ),
    "error": _read_error,
}


def session_update(session: Session, event_id: str) -> str:
    """Configure the session: mu-law both ways, our own turn detection.

    One field that the server does not know discards the whole update, so what is not wanted is left out.
    """
    caller: dict[str, Any] = {"format": {"type": AUDIO_FORMAT}, "turn_detection": None}
    if session.transcription_model:
        caller["transcription"] = _transcription(session.transcription_model, session)
    if session.noise_reduction:
        caller["noise_reduction"] = {"type": session.noise_reduction}
    return _message(
        "session.update",
        event_id=event_id,
        session={
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": session.instructions,
            "tools": list(session.tools),
            "tool_choice": "auto",
            "max_output_tokens": session.max_output_tokens,
            "audio": {
                "input": caller,
                "output": {"format": {"type": AUDIO_FORMAT}, "voice": session.voice},
            },
        },
    )


def _transcription(model: str, session: Session) -> dict[str, Any]:
    if not takes_lists(model):  # never both: either is refused beside the other
        return {"model": model, "language": session.language}
    keywords = listed(session.keywords)
    told: dict[str, Any] = {"model": model, "languages": [session.language]}
    return told | {"keywords": keywords} if keywords else told


def encode(command: ModelCommand) -> str:
    """Write one command as the server takes it."""
    match command:
        case AppendAudio(audio):  # by hand: it is the one that comes often, and is not acknowledged
            return f'{{"type":"input_audio_buffer.append","audio":"{wire.base64_text(audio)}"}}'
        case CommitAudio(command_id):
            return _message("input_audio_buffer.commit", event_id=command_id)
        case DiscardAudio():
            return _message("input_audio_buffer.clear")
        case Tell(role, text, item_id):
            content = [{"type": "input_text", "text": text}]
            item = {"type": "message", "role": role, "content": content}
            return _message(
                "conversation.item.create", item=item if item_id is None else item | {"id": item_id}
            )
        case AnswerTool(call_id, result):
            item = {"type": "function_call_output", "call_id": call_id, "output": json.dumps(result)}
            return _message("conversation.item.create", item=item)
        case CreateResponse(command_id, with_tools):
            # Nothing else in `response`: its `instructions` would replace the session's prompt.
            only_words = {} if with_tools else {"response": {"tool_choice": "none"}}
            return _message("response.create", event_id=command_id, **only_words)
        case CancelResponse(command_id, response_id):
            # Without an id the server stops the response that it takes for the current one.
            named = {} if response_id is None else {"response_id": response_id}
            return _message("response.cancel", event_id=command_id, **named)
        case TruncateItem():
            return _message(
                "conversation.item.truncate",
                event_id=command.command_id,
                item_id=command.item_id,
                content_index=0,
                audio_end_ms=command.heard_ms,
            )
        case DeleteItem():
            return _message("conversation.item.delete", event_id=command.command_id, item_id=command.item_id)


def _message(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})
