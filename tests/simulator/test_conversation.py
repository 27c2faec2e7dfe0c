"""The Realtime session, stepped message by message: every refusal, and every account."""

import base64
import json

import pytest

from simulator.conversation import Conversation
from simulator.events import Cancel, Committed, Create
from simulator.items import Item
from simulator.model_script import ModelScript
from tests.simulator.support import SESSION


def say(conversation, kind, **fields):
    return conversation.receive(json.dumps({"type": kind, **fields}))


def kinds(outputs):
    return [output["type"] if isinstance(output, dict) else output.__class__ for output in outputs]


def error(outputs):
    (output,) = outputs
    assert output["type"] == "error"
    return output["error"]


def code(outputs):
    return error(outputs)["code"]


def ready(**script):
    conversation = Conversation(ModelScript(**script))
    assert kinds(say(conversation, "session.update", session=SESSION)) == ["session.updated"]
    return conversation


def append(conversation, audio):
    return say(conversation, "input_audio_buffer.append", audio=base64.b64encode(audio).decode())


def spoken(conversation, ms=1_000, status="completed"):
    """An assistant's message of which `ms` have been sent."""
    item = Item(conversation.new_id("item"), "message", status, role="assistant", audio=bytearray(ms * 8))
    conversation.items.add(item)
    return item.id


def called(conversation, status="completed"):
    item = Item(conversation.new_id("item"), "function_call", status, call_id="call_1", name="f")
    conversation.items.add(item)
    return item.id


def truncate(conversation, item_id, audio_end_ms, content_index=0):
    return say(
        conversation,
        "conversation.item.truncate",
        item_id=item_id,
        content_index=content_index,
        audio_end_ms=audio_end_ms,
    )


def delete(conversation, item_id):
    return say(conversation, "conversation.item.delete", item_id=item_id)


def output_of(call_id="call_1", output='{"status":"ok"}'):
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def system(text="Greet."):
    return {"type": "message", "role": "system", "content": [{"type": "input_text", "text": text}]}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"\x00", "invalid_event"),
        ("{", "invalid_json"),
        ("[]", "invalid_event"),
        ("{}", "invalid_value"),
        ('{"type": "conversation.created"}', "invalid_value"),
        ('{"type": "input_audio_buffer.commit", "event_id": 7}', "invalid_value"),
        ('{"type": "input_audio_buffer.append"}', "missing_required_parameter"),
        ('{"type": "input_audio_buffer.append", "audio": "*"}', "invalid_value"),
        ('{"type": "input_audio_buffer.append", "audio": ""}', "invalid_value"),
        ('{"type": "response.create", "instructions": "x"}', "unknown_parameter"),
        ('{"type": "conversation.item.delete", "item_id": "item_9"}', "item_delete_invalid_item_id"),
        ('{"type": "conversation.item.retrieve", "item_id": "item_9"}', "item_retrieve_invalid_item_id"),
        ('{"type": "response.cancel"}', "response_cancel_not_active"),
        ('{"type": "input_audio_buffer.commit"}', "input_audio_buffer_commit_empty"),
    ],
)
def test_a_bad_event_is_answered_with_its_error_and_is_a_violation(message, expected):
    conversation = ready()
    answer = conversation.receive(message)
    assert code(answer) == expected
    assert conversation.violations == [f"{expected}: {error(answer)['message']}"]


def test_an_error_echoes_the_event_id_inside_it():
    answer = say(ready(), "response.cancel", event_id="mine")
    assert error(answer) == {
        "type": "invalid_request_error",
        "code": "response_cancel_not_active",
        "message": "Cancellation failed: no active response found",
        "param": None,
        "event_id": "mine",
    }


def test_an_allowed_error_is_no_violation():
    conversation = ready(allowed_errors=frozenset({"response_cancel_not_active"}))
    assert code(say(conversation, "response.cancel")) == "response_cancel_not_active"
    assert conversation.violations == []


def test_one_unknown_field_discards_the_whole_update():
    conversation = Conversation(ModelScript())
    before = conversation.session
    answer = say(conversation, "session.update", session=SESSION | {"temperature": 0.8})
    assert error(answer)["message"] == "Unknown parameter: 'session.temperature'."
    assert conversation.session == before


def test_an_update_answers_with_the_whole_session_and_no_event_id_of_the_client():
    conversation = Conversation(ModelScript())
    (updated,) = say(conversation, "session.update", session=SESSION, event_id="mine")
    assert updated == {"type": "session.updated", "session": conversation.session}
    assert conversation.session["instructions"] == "Be brief."
    assert conversation.session["tool_choice"] == "auto"


def test_a_field_that_the_scripts_server_lacks_is_refused_without_blaming_the_client():
    conversation = Conversation(ModelScript(reject_fields=frozenset({"audio.input.transcription"})))
    answer = say(conversation, "session.update", session=SESSION, event_id="mine")
    assert (error(answer)["param"], error(answer)["event_id"]) == (
        "session.audio.input.transcription",
        "mine",
    )
    assert conversation.violations == []
    del (without := json.loads(json.dumps(SESSION)))["audio"]["input"]["transcription"]
    assert kinds(say(conversation, "session.update", session=without)) == ["session.updated"]


def test_a_server_that_never_updates_answers_nothing_and_changes_nothing():
    conversation = Conversation(ModelScript(never_updates=True))
    assert say(conversation, "session.update", session=SESSION) == []
    assert conversation.session["instructions"] != "Be brief."


def test_a_server_with_wrong_formats_reports_pcm():
    conversation = ready(wrong_formats=True)
    formats = [conversation.session["audio"][side]["format"] for side in ("input", "output")]
    assert formats == [{"type": "audio/pcm", "rate": 24_000}] * 2


def test_the_voice_is_locked_once_the_bot_has_spoken():
    conversation = ready()
    spoken(conversation)
    assert code(say(conversation, "session.update", session=SESSION)) == "cannot_update_voice"


def test_the_model_of_a_session_cannot_be_changed():
    assert code(say(ready(), "session.update", session={"type": "realtime", "model": "x"})) == "invalid_value"


def test_a_commit_makes_one_item_of_what_was_appended():
    conversation = ready()
    assert append(conversation, b"a" * 500) == []
    append(conversation, b"b" * 300)
    outputs = say(conversation, "input_audio_buffer.commit")
    assert kinds(outputs) == [
        *("input_audio_buffer.committed", "conversation.item.added", "conversation.item.done", Committed)
    ]
    assert outputs[0] == {
        "type": "input_audio_buffer.committed",
        "item_id": "item_0001",
        "previous_item_id": None,
    }
    assert outputs[1]["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    assert conversation.committed == [b"a" * 500 + b"b" * 300]
    assert bytes(conversation.pending) == b""


def test_a_commit_needs_100_ms_since_the_last_one():
    conversation = ready()
    append(conversation, b"a" * 799)
    answer = error(say(conversation, "input_audio_buffer.commit"))
    assert answer["code"] == "input_audio_buffer_commit_empty"
    assert answer["message"].endswith(
        "Expected at least 100ms of audio, but buffer only has 99.88ms of audio."
    )
    append(conversation, b"a")
    assert kinds(say(conversation, "input_audio_buffer.commit"))[0] == "input_audio_buffer.committed"
    assert code(say(conversation, "input_audio_buffer.commit")) == "input_audio_buffer_commit_empty"


def test_a_clear_empties_the_buffer_and_is_accounted_for():
    conversation = ready()
    append(conversation, b"a" * 900)
    assert say(conversation, "input_audio_buffer.clear") == [{"type": "input_audio_buffer.cleared"}]
    assert (conversation.cleared, bytes(conversation.pending)) == ([b"a" * 900], b"")
    assert code(say(conversation, "input_audio_buffer.commit")) == "input_audio_buffer_commit_empty"


def test_audio_for_a_session_in_another_format_is_a_violation():
    conversation = ready(wrong_formats=True)
    append(conversation, b"a" * 800)
    assert conversation.violations == ["input_audio_buffer.append while the session's input is audio/pcm"]


def test_a_wav_header_in_the_audio_is_a_violation():
    conversation = ready()
    append(conversation, b"RIFF" + b"\0" * 200)
    assert conversation.violations == ["input_audio_buffer.append: the audio begins with a WAV header"]


def test_an_item_is_reported_as_added_and_done_behind_the_one_before_it():
    conversation = ready()
    say(conversation, "conversation.item.create", item=system())
    added, done = say(conversation, "conversation.item.create", item=system("More."))
    body = {
        "previous_item_id": "item_0001",
        "item": {
            "id": "item_0002",
            "object": "realtime.item",
            "type": "message",
            "status": "completed",
            "role": "system",
            "content": [{"type": "input_text", "text": "More."}],
        },
    }
    assert added == {"type": "conversation.item.added", **body}
    assert done == {"type": "conversation.item.done", **body}


def test_an_items_place_can_be_chosen():
    conversation = ready()
    say(conversation, "conversation.item.create", item=system())
    first, _ = say(conversation, "conversation.item.create", item=system(), previous_item_id="root")
    assert first["previous_item_id"] is None
    assert [item.id for item in conversation.items] == ["item_0002", "item_0001"]
    unknown = say(conversation, "conversation.item.create", item=system(), previous_item_id="item_9")
    assert code(unknown) == "item_create_invalid_previous_item_id"


@pytest.mark.parametrize(
    ("item", "expected", "param"),
    [
        ("x", "invalid_type", "item"),
        ({"type": "audio"}, "invalid_value", "item.type"),
        (system() | {"role": "developer"}, "invalid_value", "item.role"),
        (system() | {"content": []}, "missing_required_parameter", "item.content"),
        (system() | {"name": "x"}, "unknown_parameter", "item.name"),
        (system() | {"content": [{"type": "text", "text": "x"}]}, "invalid_value", "item.content[0].type"),
        (system() | {"content": [{"type": "input_text"}]}, "invalid_value", "item.content[0]"),
        (
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_audio", "transcript": "x"}],
            },
            "invalid_value",
            "item.content[0].type",
        ),
        (output_of(output={"status": "ok"}), "invalid_type", "item.output"),
    ],
)
def test_a_wrong_item_is_refused_by_name(item, expected, param):
    conversation = ready()
    answer = error(say(conversation, "conversation.item.create", item=item))
    assert (answer["code"], answer["param"]) == (expected, param)


def test_an_id_can_be_used_once():
    conversation = ready()
    say(conversation, "conversation.item.create", item=system() | {"id": "mine"})
    again = say(conversation, "conversation.item.create", item=system() | {"id": "mine"})
    assert code(again) == "item_create_duplicate_item_id"


def test_an_item_made_during_a_response_is_reported_after_it():
    conversation = ready()
    conversation.active = "resp_1"
    assert say(conversation, "conversation.item.create", item=system()) == []
    assert kinds(conversation.response_over()) == ["conversation.item.added", "conversation.item.done"]
    assert conversation.response_over() == []


def test_the_output_of_a_call_is_kept_as_json():
    conversation = ready()
    called(conversation)
    assert conversation.items.unanswered == ("call_1",)
    say(conversation, "conversation.item.create", item=output_of())
    assert conversation.items.unanswered == ()
    assert conversation.outputs == [("call_1", {"status": "ok"})]
    assert conversation.violations == []


@pytest.mark.parametrize(
    ("status", "outputs", "violation"),
    [
        ("completed", [output_of("call_9")], "function_call_output for unknown call_id 'call_9'"),
        ("completed", [output_of(), output_of()], "second function_call_output for 'call_1'"),
        ("incomplete", [output_of()], "function_call_output for 'call_1', which is incomplete"),
        ("in_progress", [output_of()], "function_call_output for 'call_1', which is in_progress"),
    ],
)
def test_an_output_that_answers_no_open_call_is_a_violation(status, outputs, violation):
    conversation = ready()
    called(conversation, status)
    for output in outputs:
        say(conversation, "conversation.item.create", item=output)
    assert conversation.violations == [violation]


def test_a_truncated_item_keeps_what_was_heard():
    conversation = ready()
    item_id = spoken(conversation, 1_000)
    answer = say(
        conversation, "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=400
    )
    assert answer == [
        {
            "type": "conversation.item.truncated",
            "item_id": item_id,
            "content_index": 0,
            "audio_end_ms": 400,
        }
    ]
    longer = say(
        conversation, "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=401
    )
    assert error(longer)["message"] == "Audio content of 400ms is already shorter than 401ms"
    assert conversation.truncated == {item_id: 400}


@pytest.mark.parametrize(
    ("content_index", "audio_end_ms", "param"),
    [
        (0, 1_001, "audio_end_ms"),
        (0, -1, "audio_end_ms"),
        (0, 10.5, "audio_end_ms"),
        (1, 500, "content_index"),
        (False, 500, "content_index"),
    ],
)
def test_a_truncation_must_fit_the_item(content_index, audio_end_ms, param):
    conversation = ready()
    answer = error(truncate(conversation, spoken(conversation, 1_000), audio_end_ms, content_index))
    assert (answer["code"], answer["param"]) == ("invalid_value", param)


def test_only_the_bots_own_audio_can_be_truncated():
    conversation = ready()
    say(conversation, "conversation.item.create", item=system())
    for item_id in ("item_0001", called(conversation), spoken(conversation, 0)):
        answer = error(truncate(conversation, item_id, 0))
        assert answer["message"] == "Only model output audio messages can be truncated"
    assert code(truncate(conversation, "item_9", 0)) == "item_truncate_invalid_item_id"


def test_cutting_an_item_that_is_still_being_generated_is_a_violation():
    conversation = ready()
    item_id = spoken(conversation, 1_000, "in_progress")
    truncate(conversation, item_id, 0)
    delete(conversation, item_id)
    assert conversation.violations == [
        f"truncated {item_id} while its response is being generated; cancel it first",
        f"deleted {item_id} while its response is being generated",
    ]


def test_a_deleted_item_is_gone():
    conversation = ready()
    item_id = spoken(conversation)
    assert delete(conversation, item_id) == [{"type": "conversation.item.deleted", "item_id": item_id}]
    assert conversation.deleted == [item_id]
    assert code(delete(conversation, item_id)) == "item_delete_invalid_item_id"


def test_a_function_call_may_be_taken_back_until_it_is_answered():
    conversation = ready()
    delete(conversation, called(conversation))
    assert (conversation.violations, conversation.items.unanswered) == ([], ())
    item_id = called(conversation)
    say(conversation, "conversation.item.create", item=output_of())
    delete(conversation, item_id)
    assert conversation.violations == [
        f"deleted {item_id}, a function_call; the model then asks again or invents"
    ]


def test_an_item_can_be_looked_at():
    conversation = ready()
    item_id = called(conversation)
    (retrieved,) = say(conversation, "conversation.item.retrieve", item_id=item_id)
    assert retrieved["item"]["call_id"] == "call_1"


def test_one_response_at_a_time():
    conversation = ready()
    assert say(conversation, "response.create") == [Create({})]
    conversation.active = "resp_1"
    answer = error(say(conversation, "response.create", event_id="second"))
    assert (answer["code"], answer["event_id"]) == ("conversation_already_has_active_response", "second")
    assert conversation.creates == 1


def test_a_cancel_must_name_the_active_response_if_it_names_one():
    conversation = ready()
    conversation.active = "resp_1"
    assert say(conversation, "response.cancel") == [Cancel()]
    assert say(conversation, "response.cancel", response_id="resp_1") == [Cancel()]
    wrong = say(conversation, "response.cancel", response_id="resp_2")
    assert code(wrong) == "response_cancel_not_active"


def test_what_the_simulator_cannot_do_is_not_passed_over_in_silence():
    conversation = ready()
    say(conversation, "response.create", response={"conversation": "none"})
    assert conversation.violations == ["response.create: this simulator only speaks, and in one conversation"]
