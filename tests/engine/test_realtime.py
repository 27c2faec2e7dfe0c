import json
from base64 import b64encode
from contextlib import suppress
from copy import deepcopy

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RemoteProtocolError
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
    RateLimit,
    ResponseCreated,
    ResponseDone,
    Session,
    Tell,
    TranscriptDelta,
    TruncateItem,
)
from engine.peers import realtime
from engine.peers.realtime import SessionCreated, SessionUpdated, is_fatal, receive
from engine.settings import DEFAULTS

PART = {"response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}
FUNCTION_CALL = {
    "id": "item_1",
    "type": "function_call",
    "status": "completed",
    "call_id": "call_1",
    "name": "end_call",
    "arguments": "{}",
}
FORMAT = {"type": "audio/pcmu"}

# One message of each kind, cut down to its documented fields, and the event it stands for.
DOCUMENTED = {
    "session.created": (
        {"session": {"type": "realtime", "id": "sess_1", "model": "gpt-realtime-2.1"}},
        SessionCreated(),
    ),
    "session.updated": (
        {"session": {"audio": {"input": {"format": FORMAT}, "output": {"format": FORMAT, "voice": "alloy"}}}},
        SessionUpdated(input_format="audio/pcmu", output_format="audio/pcmu", voice="alloy"),
    ),
    "response.created": (
        {"response": {"object": "realtime.response", "id": "resp_1", "status": "in_progress", "output": []}},
        ResponseCreated(response_id="resp_1"),
    ),
    "response.output_item.added": (
        {
            "response_id": "resp_1",
            "output_index": 0,
            "item": {"id": "item_1", "type": "message", "phase": "commentary", "content": []},
        },
        ItemStarted(response_id="resp_1", item_id="item_1", kind="message"),
    ),
    "response.output_audio.delta": (
        PART | {"delta": "/38A"},
        AudioDelta(response_id="resp_1", item_id="item_1", audio=b"\xff\x7f\x00"),
    ),
    "response.output_audio_transcript.delta": (
        PART | {"delta": "שלום", "obfuscation": "x7Qa"},
        TranscriptDelta(response_id="resp_1", item_id="item_1", text="שלום"),
    ),
    "response.output_item.done": (
        {"response_id": "resp_1", "output_index": 0, "item": FUNCTION_CALL},
        FunctionCalled(
            response_id="resp_1", item_id="item_1", call_id="call_1", name="end_call", arguments="{}"
        ),
    ),
    "response.done": (
        {"response": {"id": "resp_1", "status": "completed", "status_details": None, "usage": {}}},
        ResponseDone(response_id="resp_1", status="completed", reason=None, error_code=None),
    ),
    "input_audio_buffer.committed": (
        {"previous_item_id": None, "item_id": "item_1"},
        InputCommitted(item_id="item_1"),
    ),
    "conversation.item.input_audio_transcription.delta": (
        {"item_id": "item_1", "content_index": 0, "delta": " Hel", "obfuscation": "aaa"},
        InputWords(item_id="item_1", text=" Hel"),
    ),
    "conversation.item.input_audio_transcription.completed": (
        {"item_id": "item_1", "content_index": 0, "transcript": "Hello?", "usage": {"type": "tokens"}},
        InputTranscribed(item_id="item_1", text="Hello?"),
    ),
    "conversation.item.input_audio_transcription.failed": (
        {"item_id": "item_1", "content_index": 0, "error": {"type": "transcription_error"}},
        InputTranscriptionFailed(item_id="item_1"),
    ),
    "error": (
        {
            "error": {
                "type": "invalid_request_error",
                "code": "response_cancel_not_active",
                "message": "Cancellation failed: no active response found",
                "param": None,
                "event_id": "cancel-1",
            }
        },
        ErrorReported(
            code="response_cancel_not_active",
            message="Cancellation failed: no active response found",
            param=None,
            command_id="cancel-1",
        ),
    ),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def message(kind, **changes):
    return json.dumps({"type": kind, "event_id": "event_1"} | DOCUMENTED[kind][0] | changes)


def item_done(**changes):
    return message("response.output_item.done", item=FUNCTION_CALL | changes)


def response_done(status, details):
    return message("response.done", response={"id": "resp_1", "status": status, "status_details": details})


def error(**fields):
    return json.dumps({"type": "error", "error": fields})


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_documented_messages_become_events(kind):
    assert receive(message(kind)) == DOCUMENTED[kind][1]


@pytest.mark.parametrize(
    "kind",
    [
        "response.function_call_arguments.done",  # acting on this too would run the tool twice
        "conversation.item.done",
        "rate_limits.updated",
        "response.audio.delta",  # the beta protocol's name
        "ping",
    ],
)
def test_other_events_are_ignored_and_named(kind):
    assert receive(json.dumps({"type": kind, "item": FUNCTION_CALL})) == Ignored(kind=kind)


@pytest.mark.parametrize("status", ["incomplete", "in_progress", None])
def test_a_function_call_that_was_cut_off_calls_nothing(status):
    assert receive(item_done(status=status, arguments='{"na')) == Ignored(kind="response.output_item.done")


@pytest.mark.parametrize("status", ["missing", None])
@pytest.mark.parametrize("arguments", ['{"day": "Monday"}', "{}", ""])
def test_a_function_call_without_a_status_is_one_if_its_arguments_are_whole(status, arguments):
    item = FUNCTION_CALL | {"status": status, "arguments": arguments}
    if status == "missing":
        del item["status"]
    called = evolve(DOCUMENTED["response.output_item.done"][1], arguments=arguments)
    assert receive(message("response.output_item.done", item=item)) == called


def test_an_answer_in_text_is_known_for_one():
    for kind in ("response.output_text.delta", "response.output_text.done"):
        assert receive(json.dumps({"type": kind, "response_id": "resp_1"})) == AnsweredInText(
            response_id="resp_1"
        )


def session_updated(session):
    return receive(json.dumps({"type": "session.updated", "session": session}))


@pytest.mark.parametrize(
    ("where", "voice"),
    [
        ({"voice": "ara"}, "ara"),
        ({"voice": {"id": "voice_1"}}, "voice_1"),
        ({}, ""),
        ({"voice": None}, ""),
        ({"voice": ["ara"]}, ""),
        ({"voice": {"name": "ara"}}, ""),
    ],
)
def test_a_voice_is_noted_wherever_it_stands_and_missed_nowhere(where, voice):
    both = {"input": {"format": FORMAT}, "output": {"format": FORMAT}}
    beside = {"input": {"format": FORMAT}, "output": {"format": FORMAT, **where}}
    assert session_updated({"audio": both, **where}).voice == voice
    assert session_updated({"audio": beside}).voice == voice


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize("said", [None, {}, {"format": None}, {"format": {}}, {"format": "audio/pcmu"}])
def test_a_session_that_does_not_say_its_formats_is_malformed(side, said):
    audio = {"input": {"format": FORMAT}, "output": {"format": FORMAT, "voice": "alloy"}} | {side: said}
    with pytest.raises(RemoteProtocolError):
        session_updated({"audio": audio})


@pytest.mark.parametrize("kind", ["message", "mcp_call"])
def test_items_of_other_kinds_are_ignored_when_done(kind):
    assert receive(item_done(type=kind)) == Ignored(kind="response.output_item.done")


@pytest.mark.parametrize(
    ("status", "details", "reason", "error_code"),
    [
        ("cancelled", {"type": "cancelled", "reason": "client_cancelled"}, "client_cancelled", None),
        ("incomplete", {"reason": "max_output_tokens"}, "max_output_tokens", None),
        ("failed", {"error": {"type": "server_error", "code": "oops"}}, None, "oops"),
        ("failed", {"error": {"type": "server_error", "code": None}}, None, "server_error"),
        ("failed", {"error": {"type": "insufficient_quota", "code": "429"}}, None, "insufficient_quota"),
        ("failed", {"error": None}, None, None),
        ("cancelled", "turn_detected", "turn_detected", None),
    ],
)
def test_a_response_says_why_it_was_not_completed(status, details, reason, error_code):
    assert receive(response_done(status, details)) == ResponseDone(
        response_id="resp_1", status=status, reason=reason, error_code=error_code, fatal=is_fatal(error_code)
    )


LIMITED = {"type": "tokens", "code": "rate_limit_exceeded", "message": "Please try again in 1.2s."}


def test_a_rate_limit_is_read_with_its_time_from_a_failed_response_and_from_an_error():
    done = receive(response_done("failed", {"type": "failed", "error": LIMITED}))
    assert (done.error_code, done.limit) == ("rate_limit_exceeded", RateLimit(wait_ms=1_200))
    assert receive(error(**LIMITED)).limit == RateLimit(wait_ms=1_200)


@pytest.mark.parametrize("told", [{"message": None}, {"message": ["Please"]}, {"message": 3}, {}])
def test_a_rate_limit_whose_message_is_no_text_costs_no_response(told):
    failed = {"error": {"type": "rate_limit_error", "code": None, **told}}
    assert receive(response_done("failed", failed)) == ResponseDone(
        response_id="resp_1", status="failed", reason=None, error_code="rate_limit_error", limit=RateLimit()
    )


def test_a_quota_that_is_used_up_is_nothing_to_wait_for():
    used_up = LIMITED | {"code": "rate_limit_exceeded", "type": "insufficient_quota"}
    assert receive(response_done("failed", {"error": used_up})) == ResponseDone(
        response_id="resp_1",
        status="failed",
        reason=None,
        error_code="insufficient_quota",
        limit=None,
        fatal=True,
    )


def test_a_custom_voice_goes_by_its_id():
    output = {"format": FORMAT, "voice": {"id": "voice_7"}}
    session = {"audio": {"input": {"format": FORMAT}, "output": output}}
    assert receive(message("session.updated", session=session)).voice == "voice_7"


def test_an_error_without_a_code_goes_by_its_type():
    assert receive(error(type="invalid_request_error", code=None)) == ErrorReported(
        code="invalid_request_error", message="", param=None, command_id=None
    )


@pytest.mark.parametrize(
    ("code", "fatal"),
    [
        ("insufficient_quota", True),
        ("credit_balance_exhausted", True),
        ("invalid_api_key", True),
        ("account_deactivated", True),
        ("billing_hard_limit_reached", True),
        ("session_expired", True),
        ("response_cancel_not_active", False),
        (None, False),
    ],
)
def test_only_errors_that_will_not_pass_are_fatal(code, fatal):
    assert is_fatal(code) is fatal


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"{}", "message"),
        ("", "message"),
        ("null", "message"),
        ("[" * 100_000, "message"),
        ('{"type": ["error"]}', "type"),
        ("{}", "type"),
        (message("session.updated", session={}), "audio"),
        (message("session.updated", session={"audio": {"output": {}, "input": {}}}), "format"),
        (message("response.created", response="resp_1"), "response"),
        (message("response.output_audio.delta", delta="/38"), "delta"),
        (message("response.output_audio.delta", delta=None), "delta"),
        (message("response.output_audio.delta", response_id=1), "response_id"),
        (message("response.output_audio_transcript.delta", delta="\ud83d"), "delta"),
        (message("response.output_item.added", item=None), "item"),
        (item_done(call_id=None), "call_id"),
        (item_done(arguments={}), "arguments"),
        (response_done(None, None), "status"),
        (response_done("failed", 7), "status_details"),
        (message("error", error="oops"), "error"),
        (error(code=7), "code"),
        (error(message="x", event_id=7), "event_id"),
    ],
)
def test_a_malformed_event_is_refused_by_the_name_of_its_field(text, field):
    with pytest.raises(RemoteProtocolError) as refusal:
        receive(text)
    assert refusal.value.field == field


@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_arbitrary_messages_raise_nothing_else(text):
    with suppress(RemoteProtocolError):
        receive(text)


@given(st.sampled_from(sorted(DOCUMENTED)), st.data())
def test_arbitrary_values_in_documented_events_raise_nothing_else(kind, data):
    changed = place = deepcopy(DOCUMENTED[kind][0])
    while (
        (name := data.draw(st.sampled_from(sorted(place)))) and isinstance(place[name], dict) and place[name]
    ):
        if data.draw(st.booleans()):
            break
        place = place[name]
    place[name] = data.draw(json_values)
    with suppress(RemoteProtocolError):
        receive(json.dumps({"type": kind} | changed))


def session_update(settings=DEFAULTS, keywords=()):
    tools = [{"type": "function", "name": "end_call", "description": "", "parameters": {"type": "object"}}]
    session = Session(
        instructions="Be kind. אדיבות",
        tools=tuple(tools),
        language="he",
        voice=settings.voice,
        max_output_tokens=settings.max_output_tokens,
        transcription_model=settings.transcription_model,
        keywords=keywords,
        noise_reduction=settings.noise_reduction,
    )
    return json.loads(realtime.session_update(session, "session"))


def test_the_session_is_asked_for_with_exactly_these_fields():
    assert session_update() == {
        "type": "session.update",
        "event_id": "session",
        "session": {
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": "Be kind. אדיבות",
            "tools": [
                {
                    "type": "function",
                    "name": "end_call",
                    "description": "",
                    "parameters": {"type": "object"},
                }
            ],
            "tool_choice": "auto",
            "max_output_tokens": 1500,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcmu"},
                    "transcription": {"model": "gpt-live-transcribe", "languages": ["he"]},
                    "noise_reduction": {"type": "near_field"},
                    "turn_detection": None,
                },
                "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy"},
            },
        },
    }


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("gpt-live-transcribe", {"languages": ["he"]}),
        ("gpt-transcribe", {"languages": ["he"]}),
        ("gpt-transcribe-2026-07-28", {"languages": ["he"]}),
        ("gpt-live-transcribe-2026-07-28", {"languages": ["he"]}),
        ("gpt-4o-transcribe", {"language": "he"}),
        ("gpt-4o-mini-transcribe", {"language": "he"}),
        ("gpt-realtime-whisper", {"language": "he"}),
        ("whisper-1", {"language": "he"}),
        ("gpt-transcribes", {"language": "he"}),
        ("our-deployment", {"language": "he"}),
    ],
)
def test_each_transcription_model_is_told_the_language_in_its_own_field_and_in_no_other(model, told):
    session = session_update(evolve(DEFAULTS, transcription_model=model))["session"]
    assert session["audio"]["input"]["transcription"] == {"model": model, **told}


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-transcribe", "gpt-transcribe-2026-07-28"])
def test_the_newest_transcription_models_are_told_the_names_that_callers_say(model):
    settings = evolve(DEFAULTS, transcription_model=model)
    session = session_update(settings, keywords=("Dr. Levi", "Root canal"))["session"]
    assert session["audio"]["input"]["transcription"]["keywords"] == ["Dr. Levi", "Root canal"]


@pytest.mark.parametrize(
    "model", ["whisper-1", "gpt-4o-transcribe", "gpt-realtime-whisper", "gpt-transcribed"]
)
def test_other_transcription_models_are_told_no_names(model):
    settings = evolve(DEFAULTS, transcription_model=model)
    session = session_update(settings, keywords=("Dr. Levi",))["session"]
    assert session["audio"]["input"]["transcription"] == {"model": model, "language": "he"}


def test_settings_that_are_none_are_left_out_of_the_session():
    session = session_update(evolve(DEFAULTS, transcription_model=None, noise_reduction=None))["session"]
    assert session["audio"]["input"] == {
        "format": {"type": "audio/pcmu"},
        "turn_detection": None,
    }


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (CommitAudio(), {"type": "input_audio_buffer.commit", "event_id": "commit"}),
        (DiscardAudio(), {"type": "input_audio_buffer.clear"}),
        (CreateResponse("c1"), {"type": "response.create", "event_id": "c1"}),
        (CancelResponse("x1"), {"type": "response.cancel", "event_id": "x1"}),
        (
            CancelResponse("x1", "resp_1"),
            {"type": "response.cancel", "event_id": "x1", "response_id": "resp_1"},
        ),
        (
            TruncateItem("item_1", 1240, "Hello, this", "t1"),
            {
                "type": "conversation.item.truncate",
                "event_id": "t1",
                "item_id": "item_1",
                "content_index": 0,
                "audio_end_ms": 1240,
            },
        ),
        (
            DeleteItem("item_1", "d1"),
            {"type": "conversation.item.delete", "event_id": "d1", "item_id": "item_1"},
        ),
        (
            Tell("system", "Say hello."),
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "system",
                    "content": [{"type": "input_text", "text": "Say hello."}],
                },
            },
        ),
    ],
)
def test_commands_have_exactly_the_documented_fields(command, expected):
    assert json.loads(realtime.encode(command)) == expected


@given(st.binary())
def test_audio_survives_the_way_out_and_in(audio):
    command = json.loads(realtime.encode(AppendAudio(audio)))
    assert command == {"type": "input_audio_buffer.append", "audio": b64encode(audio).decode()}
    delta = message("response.output_audio.delta", delta=command["audio"])
    assert receive(delta) == AudioDelta(response_id="resp_1", item_id="item_1", audio=audio)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_a_function_output_is_json_text_inside_json(output):
    item = json.loads(realtime.encode(AnswerTool("call_1", output)))["item"]
    assert item == {"type": "function_call_output", "call_id": "call_1", "output": json.dumps(output)}
