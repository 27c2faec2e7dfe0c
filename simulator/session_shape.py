"""Which fields a Realtime session may have, and what may stand in them: the GA schema as a table.

One unknown or impossible field discards the whole `session.update`; the session stays as it was.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from simulator.schema import (
    Check,
    Json,
    Refused,
    anything,
    either,
    list_of,
    number,
    object_of,
    one_of,
    or_null,
    text,
    truth,
)


def _tool_name(value: Any, path: str) -> None:
    text(value, path)
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", value):
        raise Refused("invalid_value", f"Invalid '{path}': {value!r} does not fit ^[a-zA-Z0-9_-]+$.", path)


def _json_schema(value: Any, path: str) -> None:
    if not isinstance(value, dict) or value.get("type") != "object":
        message = f"Invalid schema for '{path}': schema must be a JSON Schema of 'type: \"object\"'."
        raise Refused("invalid_function_parameters", message, path)


# G.711 has no `rate` here (GPT-Live's has one); PCM is 24 kHz only.
_FORMAT = either(
    object_of({"type": one_of("audio/pcm"), "rate": one_of(24_000)}, ["type", "rate"]),
    object_of({"type": one_of("audio/pcmu", "audio/pcma")}, ["type"]),
)
_VAD_COMMON: Mapping[str, Check] = {"create_response": truth, "interrupt_response": truth}
_TURN_DETECTION = either(
    object_of(
        {
            "type": one_of("semantic_vad"),
            "eagerness": one_of("low", "medium", "high", "auto"),
            **_VAD_COMMON,
        },
        ["type"],
    ),
    object_of(
        {
            "type": one_of("server_vad"),
            "threshold": number(0, 1),
            "prefix_padding_ms": number(0, 60_000, whole=True),
            "silence_duration_ms": number(0, 60_000, whole=True),
            "idle_timeout_ms": or_null(number(5_000, 30_000, whole=True)),
            **_VAD_COMMON,
        },
        ["type"],
    ),
)
_TRANSCRIPTION_FIELDS = object_of(
    {
        "model": text,
        "language": text,
        "prompt": text,
        "languages": list_of(text),
        "keywords": list_of(text),
        "delay": anything,
    }
)
_BY_LANGUAGES = re.compile(r"gpt-(live-)?transcribe(-.+)?")


def _transcription(value: Any, path: str) -> None:
    """Check a transcription: `languages` and `keywords` are of the newest, `language` of others."""
    _TRANSCRIPTION_FIELDS(value, path)
    if value.get("languages") == []:
        message = f"Invalid '{path}.languages': expected an array with at least 1 element."
        raise Refused("empty_array", message, f"{path}.languages")
    newest = _BY_LANGUAGES.fullmatch(value.get("model", "whisper-1")) is not None
    if "keywords" in value and not newest:
        message = "Unsupported parameter: 'keywords' is not supported with this model."
        raise Refused("unsupported_parameter", message, f"{path}.keywords")
    wrong, right = ("language", "languages") if newest else ("languages", "language")
    if wrong in value:
        message = f"Unsupported parameter: '{wrong}' is not supported with this model. Use '{right}' instead."
        raise Refused("unsupported_parameter", message, f"{path}.{wrong}")


_NOISE_REDUCTION = object_of({"type": one_of("near_field", "far_field"), "strength": number(0, 1)}, ["type"])
_VOICE = either(
    object_of({"id": text}, ["id"]),
    one_of("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"),
)
_TOOL = object_of(
    {
        "type": one_of("function"),
        "name": _tool_name,
        "description": text,
        "parameters": _json_schema,
    },
    ["type", "name"],
)
_OUTPUT = {"format": _FORMAT, "voice": _VOICE, "speed": number(0.25, 1.5)}
_INPUT = {
    "format": _FORMAT,
    "transcription": or_null(_transcription),
    "noise_reduction": or_null(_NOISE_REDUCTION),
    "turn_detection": or_null(_TURN_DETECTION),
}
_SHARED: Mapping[str, Check] = {
    "output_modalities": one_of(["audio"], ["text"]),
    "instructions": text,
    "tools": list_of(_TOOL),
    "tool_choice": either(
        object_of({"type": one_of("function"), "name": _tool_name}, ["type", "name"]),
        one_of("auto", "none", "required"),
    ),
    "max_output_tokens": either(number(1, 4_096, whole=True), one_of("inf")),
    "reasoning": object_of({"effort": one_of("minimal", "low", "medium", "high", "xhigh")}),
    "parallel_tool_calls": truth,
    "prompt": anything,
}
check_session = object_of(
    {
        **_SHARED,
        "type": one_of("realtime"),
        "model": text,
        "audio": object_of({"input": object_of(_INPUT), "output": object_of(_OUTPUT)}),
        "truncation": anything,
        "tracing": anything,
        "include": list_of(one_of("item.input_audio_transcription.logprobs")),
    },
    ["type"],
)
check_response = object_of(
    {
        **_SHARED,
        "conversation": one_of("auto", "none"),
        "input": list_of(anything),
        "audio": object_of({"output": object_of({"format": _FORMAT, "voice": _VOICE})}),
        "metadata": or_null(anything),
    }
)


def merged(session: Json, update: Json) -> Json:
    """Return the session after an update.

    Only the fields that are present change, `audio` field by field.
    """
    result = copy.deepcopy(session)
    for side, fields in update.get("audio", {}).items():
        result["audio"][side].update(copy.deepcopy(fields))
    result.update(copy.deepcopy({name: value for name, value in update.items() if name != "audio"}))
    return result


def has_path(fields: Json, path: str) -> bool:
    """Say whether a dotted path is present, whatever its value."""
    value: Any = fields
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def new_session(session_id: str, model: str) -> Json:
    """Return the session before the first update, as gpt-realtime-2.1 reports it: 24 kHz PCM, server VAD."""
    pcm = {"type": "audio/pcm", "rate": 24_000}
    vad = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "expires_at": 1_795_000_000,  # unix seconds; the simulator has no calendar
        "output_modalities": ["audio"],
        "instructions": "You are a helpful, witty, and friendly AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "truncation": "auto",
        "tracing": None,
        "prompt": None,
        "include": None,
        "audio": {
            "input": {"format": pcm, "transcription": None, "noise_reduction": None, "turn_detection": vad},
            "output": {"format": pcm, "voice": "marin", "speed": 1.0},
        },
    }
