"""What a client message brings about: server events, and orders to whoever generates the responses."""

from collections.abc import Iterable

from attrs import frozen

from simulator.items import Item
from simulator.model_script import LiveTranscription
from simulator.schema import Json, Refused

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


@frozen
class Create:
    """An accepted `response.create`."""

    overrides: Json


@frozen
class Cancel:
    """An accepted `response.cancel`."""


@frozen
class Committed:
    """A user item was made; its transcript is due if transcription is on."""

    item_id: str
    number: int  # counted from 0
    transcribe: bool


@frozen
class Appended:
    """Audio was added to the buffer, and is transcribed as it comes; the commit will make this item of it."""

    item_id: str
    audio: bytes  # all that is in the buffer
    live: LiveTranscription


Output = Json | Create | Cancel | Committed | Appended


def error_event(refused: Refused, event_id: str | None) -> Json:
    """Return the `error` event; the client's event id is echoed inside it, and nowhere else."""
    error = {
        "type": "invalid_request_error",
        "code": refused.code,
        "message": refused.message,
        "param": refused.param,
        "event_id": event_id,
    }
    return {"type": "error", "error": error}


def item_events(item: Item, previous_id: str | None) -> list[Json]:
    """Report an item that is complete from the start, as the server does."""
    body = {"previous_item_id": previous_id, "item": item.json()}
    return [
        {"type": "conversation.item.added", **body},
        {"type": "conversation.item.done", **body},
    ]


def transcription_events(item_id: str, transcript: str | None, told: str = "") -> list[Json]:
    """Report what a separate recogniser made of a user item, some time after the commit.

    Without a transcript it failed. `told` is what deltas have said of it before.
    """
    if transcript is None:
        error = {
            "type": "transcription_error",
            "code": "audio_unintelligible",
            "message": "The audio could not be transcribed.",
            "param": None,
        }
        return [{"type": f"{_TRANSCRIPTION}.failed", "item_id": item_id, "content_index": 0, "error": error}]
    rest = transcript.removeprefix(told)
    completed = {
        "type": f"{_TRANSCRIPTION}.completed",
        "item_id": item_id,
        "content_index": 0,
        "transcript": transcript,
        "usage": {"type": "duration", "seconds": 1},
    }
    return [*([transcription_delta(item_id, rest)] if rest or not told else []), completed]


def transcription_delta(item_id: str, words: str) -> Json:
    """Report the next words of a user item."""
    return {
        "type": f"{_TRANSCRIPTION}.delta",
        "item_id": item_id,
        "content_index": 0,
        "delta": words,
        "obfuscation": "x" * 5,
    }


def usage(sent: Iterable[bytes | bytearray], said: Iterable[str]) -> Json:
    """Return the bill of one response; the output's audio costs one token per 50 ms."""
    audio = sum(map(len, sent)) // 400
    text = sum(map(len, said)) // 4
    return {
        "total_tokens": 100 + audio + text,
        "input_tokens": 100,
        "output_tokens": audio + text,
        "input_token_details": {
            "text_tokens": 100,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 60,
            "cached_tokens_details": {"text_tokens": 60, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": text, "audio_tokens": audio},
    }
