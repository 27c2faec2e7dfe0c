"""The GA session schema: what is taken, what is refused, and what an update changes."""

import pytest

from simulator.schema import Refused
from simulator.session_shape import check_response, check_session, merged, new_session
from tests.simulator.support import PCMU, SESSION

REALTIME = {"type": "realtime"}
TOOL = {"type": "function", "name": "end_call", "description": "Hang up.", "parameters": {"type": "object"}}


def with_audio(side, **fields):
    return {"type": "realtime", "audio": {side: fields}}


@pytest.mark.parametrize(
    "session",
    [
        {"type": "realtime"},
        SESSION,
        {"type": "realtime", "tools": [TOOL], "tool_choice": "auto", "max_output_tokens": 1_500},
        {"type": "realtime", "max_output_tokens": "inf", "output_modalities": ["text"]},
        {"type": "realtime", "tool_choice": {"type": "function", "name": "end_call"}},
        {"type": "realtime", "reasoning": {"effort": "low"}, "parallel_tool_calls": False},
        with_audio(
            "output", voice={"id": "voice_1"}, speed=1.2, format={"type": "audio/pcm", "rate": 24_000}
        ),
        with_audio("input", noise_reduction={"type": "near_field"}, transcription=None, turn_detection=None),
        with_audio(
            "input", turn_detection={"type": "server_vad", "threshold": 0.6, "create_response": False}
        ),
        with_audio("input", turn_detection={"type": "semantic_vad", "eagerness": "low"}),
        with_audio("input", transcription={"model": "gpt-live-transcribe", "languages": ["en", "he"]}),
        with_audio(
            "input", transcription={"model": "gpt-transcribe", "languages": ["en"], "keywords": ["Levi"]}
        ),
        with_audio("input", transcription={"model": "gpt-transcribe-2026-07-28", "languages": ["en"]}),
        with_audio("input", transcription={"model": "gpt-4o-mini-transcribe", "language": "en"}),
        with_audio("input", transcription={"model": "gpt-realtime-whisper", "language": "en"}),
        with_audio("input", transcription={"model": "whisper-1"}),
    ],
)
def test_what_the_schema_allows_is_taken(session):
    check_session(session, "session")


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({}, "missing_required_parameter", "type"),
        ([], "invalid_type", ""),
        ({"type": "transcription"}, "invalid_value", "type"),
        (REALTIME | {"temperature": 0.8}, "unknown_parameter", "temperature"),
        (REALTIME | {"voice": "alloy"}, "unknown_parameter", "voice"),
        (REALTIME | {"modalities": ["audio"]}, "unknown_parameter", "modalities"),
        (
            REALTIME | {"output_modalities": ["audio", "text"]},
            "invalid_value",
            "output_modalities",
        ),
        (REALTIME | {"max_output_tokens": 0}, "invalid_value", "max_output_tokens"),
        (REALTIME | {"max_output_tokens": 5_000}, "invalid_value", "max_output_tokens"),
        (REALTIME | {"max_output_tokens": True}, "invalid_value", "max_output_tokens"),
        (REALTIME | {"instructions": None}, "invalid_type", "instructions"),
        (REALTIME | {"tools": {}}, "invalid_type", "tools"),
        (
            REALTIME | {"tools": [{"type": "function"}]},
            "missing_required_parameter",
            "tools[0].name",
        ),
        (
            REALTIME | {"tools": [TOOL | {"name": "end call"}]},
            "invalid_value",
            "tools[0].name",
        ),
        (
            REALTIME | {"tools": [TOOL | {"strict": True}]},
            "unknown_parameter",
            "tools[0].strict",
        ),
        (
            REALTIME | {"tools": [TOOL | {"parameters": {"type": "string"}}]},
            "invalid_function_parameters",
            "tools[0].parameters",
        ),
        (with_audio("output", voice="fable"), "invalid_value", "audio.output.voice"),
        (with_audio("output", speed=2), "invalid_value", "audio.output.speed"),
        (
            with_audio("output", format={"type": "g711_ulaw"}),
            "invalid_value",
            "audio.output.format.type",
        ),
        (
            with_audio("input", format={"type": "audio/pcmu", "rate": 8_000}),
            "unknown_parameter",
            "audio.input.format.rate",
        ),
        (
            with_audio("input", turn_detection={"type": "server_vad", "threshold": 2}),
            "invalid_value",
            "audio.input.turn_detection.threshold",
        ),
        (
            with_audio("input", transcription={"modle": "x"}),
            "unknown_parameter",
            "audio.input.transcription.modle",
        ),
        *(
            (with_audio("input", transcription=wrong), code, f"audio.input.transcription.{field}")
            for wrong, code, field in [
                ({"model": "gpt-live-transcribe", "language": "en"}, "unsupported_parameter", "language"),
                (
                    {"model": "gpt-transcribe-2026-07-28", "language": "en"},
                    "unsupported_parameter",
                    "language",
                ),
                ({"model": "whisper-1", "languages": ["en"]}, "unsupported_parameter", "languages"),
                ({"model": "gpt-4o-transcribe", "languages": ["en"]}, "unsupported_parameter", "languages"),
                (
                    {"model": "gpt-transcribe", "language": "en", "languages": ["en"]},
                    "unsupported_parameter",
                    "language",
                ),
                (
                    {"model": "whisper-1", "language": "en", "languages": ["en"]},
                    "unsupported_parameter",
                    "languages",
                ),
                ({"model": "whisper-1", "keywords": ["Levi"]}, "unsupported_parameter", "keywords"),
                ({"model": "gpt-4o-transcribe", "keywords": []}, "unsupported_parameter", "keywords"),
                ({"keywords": ["Levi"]}, "unsupported_parameter", "keywords"),
                ({"model": "gpt-transcribe", "keywords": ["Levi", 7]}, "invalid_type", "keywords[1]"),
                ({"model": "gpt-transcribe", "languages": []}, "empty_array", "languages"),
                ({"model": "gpt-transcribe", "languages": None}, "invalid_type", "languages"),
            ]
        ),
        (REALTIME | {"audio": {"inptu": {}}}, "unknown_parameter", "audio.inptu"),
    ],
)
def test_one_wrong_field_is_refused_by_name(session, code, param):
    with pytest.raises(Refused) as caught:
        check_session(session, "session")
    assert (caught.value.code, caught.value.param) == (code, f"session.{param}".rstrip("."))


def test_a_response_may_override_the_session_but_not_its_input():
    check_response({"instructions": "Greet.", "tool_choice": "none", "metadata": {"a": "b"}}, "response")
    with pytest.raises(Refused) as caught:
        check_response({"audio": {"input": PCMU}}, "response")
    assert caught.value.param == "response.audio.input"


def test_an_update_changes_only_what_it_names():
    before = new_session("sess_1", "gpt-realtime-2.1")
    after = merged(before, with_audio("input", format={"type": "audio/pcmu"}) | {"instructions": "Hi."})
    expected = new_session("sess_1", "gpt-realtime-2.1")
    expected["audio"]["input"]["format"] = {"type": "audio/pcmu"}
    expected["instructions"] = "Hi."
    assert after == expected
    assert before == new_session("sess_1", "gpt-realtime-2.1")


def test_a_new_session_speaks_pcm_until_it_is_told_otherwise():
    session = new_session("sess_1", "gpt-realtime-2.1")
    assert session["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24_000},
        "voice": "marin",
        "speed": 1.0,
    }
