"""The files of recorded calls: what stands in them, who may read them, and what is refused."""

import base64
import json
import logging
from pathlib import Path

import attrs
import pytest

from engine.ports import CallEvent, CallRecord
from engine.recording import Recording
from engine.settings import DEFAULTS
from web import recordings
from web.recorded_call import BadRecording, RecordedCall

FRAME = bytes(range(160))
EVENTS = (
    CallEvent(at_ms=0, kind="call_started"),
    CallEvent(at_ms=640, kind="user_said", fields={"text": "Shalom, שלום"}),
    CallEvent(at_ms=700, kind="hang_up", fields={"outcome": "caller_hung_up"}),
)
CALL = RecordedCall(
    call_sid="CA1",
    language="he",
    settings={"barge_in_min_ms": 240},
    events=EVENTS,
    caller=((20, FRAME), (400, FRAME)),
    bot=((650, "resp_1", FRAME), (650, "resp_1", b"\0"), (660, "resp_2", b"\1"), (661, "", b"")),
)


def record(recording, events=EVENTS):
    return CallRecord(
        outcome="caller_hung_up", detail="", duration_ms=700, events=events, recording=recording
    )


def begun(settings=DEFAULTS, **more):
    """A recording of a caller who heard the notice long ago."""
    recording = Recording(settings=settings, **more)
    recording.begin(-1_000)
    return recording


def spoken(settings=DEFAULTS):
    recording = begun(settings)
    recording.heard(20, FRAME)
    return recording


def test_a_written_call_is_read_as_it_was(tmp_path):
    path = recordings.write(tmp_path / "deep" / "calls", CALL)

    assert path == tmp_path / "deep" / "calls" / "CA1.jsonl"
    assert recordings.read(path) == CALL
    assert [file.name for file in path.parent.iterdir()] == ["CA1.jsonl"]


def test_each_stream_of_a_call_that_comes_back_has_a_file_of_its_own_and_all_go_together(tmp_path):
    streams = [attrs.evolve(CALL, language=language) for language in ("he", "en", "he")]
    paths = [recordings.write(tmp_path, stream) for stream in streams]
    other = recordings.write(tmp_path, attrs.evolve(CALL, call_sid="CA12"))

    assert [path.name for path in paths] == ["CA1.jsonl", "CA1.2.jsonl", "CA1.3.jsonl"]
    assert [recordings.read(path) for path in paths] == streams
    recordings.remove(tmp_path, ["CA1", "CA9"])
    assert [*tmp_path.iterdir()] == [other]


def test_files_that_stay_after_a_removal_that_failed_go_with_the_next(tmp_path):
    for _ in range(3):
        recordings.write(tmp_path, CALL)
    (tmp_path / "CA1.jsonl").unlink()
    (tmp_path / "CA1.jsonl").mkdir()

    with pytest.raises(OSError, match=r"CA1\.jsonl"):
        recordings.remove(tmp_path, ["CA1"])
    (tmp_path / "CA1.jsonl").rmdir()
    recordings.remove(tmp_path, ["CA1"])
    assert [*tmp_path.iterdir()] == []


def test_only_its_owner_may_read_a_call(tmp_path):
    path = recordings.write(tmp_path / "calls", CALL)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_files_lines_are_a_header_the_account_and_both_voices(tmp_path):
    lines = [json.loads(line) for line in recordings.write(tmp_path, CALL).read_text("ascii").splitlines()]

    header = {"frontdesk": "recorded call", "version": 1, "call_sid": "CA1", "language": "he"}
    assert lines[0] == {**header, "settings": {"barge_in_min_ms": 240}}
    assert lines[2] == {"at_ms": 640, "kind": "user_said", "fields": {"text": "Shalom, שלום"}}
    assert lines[4] == {"at_ms": 20, "caller": base64.b64encode(FRAME).decode()}
    assert lines[-2] == {"at_ms": 660, "bot": "AQ==", "response": "resp_2"}
    assert len(lines) == 1 + 3 + 2 + 4


def test_a_file_that_cannot_be_finished_is_not_left_behind(tmp_path):
    unwritable = attrs.evolve(CALL, settings={"voice": object()})

    with pytest.raises(TypeError):
        recordings.write(tmp_path, unwritable)
    assert [*tmp_path.iterdir()] == []


def test_the_callers_audio_is_gathered_by_the_second_and_broken_where_the_line_was_silent():
    recording = begun()
    arrivals = [*range(20, 1_220, 20), *range(1_600, 1_660, 20)]
    for at_ms in arrivals:
        recording.heard(at_ms, FRAME)
    recording.heard(1_850, FRAME)  # late, but the engine did not yet take it for a silent line

    kept = recordings.as_kept("CA1", "en", record(recording))
    assert [(at_ms, len(audio) // 160) for at_ms, audio in kept.caller] == [(20, 50), (1_020, 10), (1_600, 4)]


def test_only_the_settings_that_differ_are_kept():
    settings = attrs.evolve(DEFAULTS, barge_in_min_ms=240, keep_audio=True)

    assert recordings.as_kept("CA1", "en", record(spoken(settings))).settings == {"barge_in_min_ms": 240}


async def test_a_finished_call_is_kept_if_it_was_recorded(tmp_path):
    await recordings.keep(tmp_path, "CA1", "en", record(None))
    assert [*tmp_path.iterdir()] == []

    await recordings.keep(tmp_path, "CA1", "en", record(spoken()))
    assert recordings.read(tmp_path / "CA1.jsonl") == RecordedCall(
        call_sid="CA1", language="en", settings={}, events=EVENTS, caller=((20, FRAME),), bot=()
    )


async def test_of_a_caller_who_did_not_hear_the_notice_there_is_no_file(tmp_path, caplog):
    caplog.set_level(logging.INFO, "web.recordings")
    unheard = Recording(settings=DEFAULTS)
    unheard.heard(20, FRAME)

    await recordings.keep(tmp_path / "calls", "CA1", "en", record(unheard))
    assert [*tmp_path.iterdir()] == []
    assert caplog.messages == ["call CA1 is not kept: the caller did not hear the notice to its last word"]


async def test_a_disk_that_takes_no_file_is_logged_and_costs_nothing_else(tmp_path, caplog):
    (tmp_path / "calls").write_bytes(b"no folder")

    await recordings.keep(tmp_path / "calls", "CA1", "en", record(spoken()))
    assert [(entry.levelno, entry.message.split(":")[0]) for entry in caplog.records] == [
        (logging.ERROR, "call CA1 could not be recorded")
    ]


async def test_a_call_that_was_too_long_is_kept_as_far_as_it_goes_and_said_so(tmp_path, caplog):
    recording = begun(room_bytes=300)
    recording.heard(20, FRAME)
    recording.heard(40, FRAME)

    await recordings.keep(tmp_path, "CA1", "en", record(recording))
    assert recordings.read(tmp_path / "CA1.jsonl").caller == ((20, FRAME),)
    assert caplog.messages == ["call CA1 was too long to be recorded whole"]


def test_the_folder_is_beside_the_database(tmp_path):
    assert recordings.folder_of(tmp_path / "frontdesk.db") == tmp_path / "frontdesk.db.recordings"
    assert recordings.folder_of("frontdesk.db") == Path.cwd() / "frontdesk.db.recordings"


# Files that are none

HEADER = {
    "frontdesk": "recorded call",
    "version": 1,
    "call_sid": "CA1",
    "language": "en",
    "settings": {},
}


def without(name):
    return {key: value for key, value in HEADER.items() if key != name}


@pytest.mark.parametrize(
    ("lines", "line", "field"),
    [
        ([], 1, "the line"),
        (["{"], 1, "the line"),
        (["[]"], 1, "the line"),
        (["\udcff"], 1, "the line"),
        (["[" * 100_000], 1, "the line"),
        ([without("frontdesk")], 1, "frontdesk"),
        ([HEADER | {"version": 2}], 1, "version"),
        ([without("call_sid")], 1, "call_sid"),
        ([HEADER | {"language": 7}], 1, "language"),
        ([HEADER | {"settings": []}], 1, "settings"),
        ([HEADER, {}], 2, "kind"),
        ([HEADER, "7"], 2, "the line"),
        ([HEADER, {"kind": "greeting", "fields": {}}], 2, "at_ms"),
        ([HEADER, {"at_ms": -1, "kind": "greeting", "fields": {}}], 2, "at_ms"),
        ([HEADER, {"at_ms": True, "kind": "greeting", "fields": {}}], 2, "at_ms"),
        ([HEADER, {"at_ms": 10**12, "caller": "AQ=="}], 2, "at_ms"),
        ([HEADER, {"at_ms": 5, "kind": 1, "fields": {}}], 2, "kind"),
        ([HEADER, {"at_ms": 5, "kind": "greeting"}], 2, "fields"),
        ([HEADER, {"at_ms": 5, "kind": "user_said", "fields": {}}], 2, "fields.text"),
        ([HEADER, {"at_ms": 5, "kind": "answer_sent", "fields": {"turn": "1"}}], 2, "fields.turn"),
        ([HEADER, {"at_ms": 5, "caller": "AQ"}], 2, "caller"),
        ([HEADER, {"at_ms": 5, "caller": "שלום"}], 2, "caller"),
        ([HEADER, {"at_ms": 5, "caller": None}], 2, "caller"),
        ([HEADER, {"at_ms": 5, "caller": "AQ=="}, {"at_ms": 4, "caller": "AQ=="}], 3, "at_ms"),
        ([HEADER, {"at_ms": 5, "bot": "AQ=="}], 2, "response"),
        ([HEADER, {"at_ms": 5, "bot": "!", "response": "resp_1"}], 2, "bot"),
    ],
)
def test_what_is_no_recorded_call_is_refused_by_line_and_field(tmp_path, lines, line, field):
    path = tmp_path / "call.jsonl"
    texts = [text if isinstance(text, str) else json.dumps(text) for text in lines]
    path.write_text("\n".join(texts), encoding="utf-8", errors="surrogateescape")

    with pytest.raises(BadRecording) as refused:
        recordings.read(path)
    assert (refused.value.line, refused.value.field) == (line, field)
    assert str(refused.value).startswith(f"line {line}: {field} ")


def test_a_file_that_is_too_long_is_refused_unread(tmp_path):
    path = tmp_path / "call.jsonl"
    with path.open("wb") as file:
        file.truncate(recordings.LONGEST_FILE_BYTES + 1)

    with pytest.raises(BadRecording, match=r"^the file has 100000001 bytes"):
        recordings.read(path)


def test_what_a_killed_process_left_unfinished_is_swept(tmp_path):
    for name in ("CA1.part", "CA2.2.part", "CA1.jsonl"):
        (tmp_path / name).touch()
    recordings.sweep(tmp_path)
    recordings.sweep(tmp_path / "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["CA1.jsonl"]
