"""The files of recorded calls: what stands in them, who may read them, and what is refused."""

import base64
import datetime as dt
import json
import logging
import threading
from functools import partial
from pathlib import Path

import attrs
import pytest
import trio

from engine.ports import CallRecord
from engine.recording import Recording
from engine.settings import DEFAULTS
from office import recordings
from office.recorded_call import BadRecording, RecordedCall
from storage import calls, erasure
from tests.office.accounts import stored
from tests.office.full_disk import FullDisk

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
FRAME = bytes(range(160))
EVENTS = stored(
    (0, "call_started"),
    (640, "user_said", {"text": "Shalom, שלום"}),
    (700, "hang_up", {"outcome": "caller_hung_up"}),
)
CALL = RecordedCall(
    call_sid="CA1",
    language="he",
    settings={"barge_in_min_ms": 240},
    events=EVENTS,
    caller=((20, FRAME), (400, FRAME)),
    bot=((650, "resp_1", FRAME), (650, "resp_1", b"\0"), (660, "resp_2", b"\1"), (661, "", b"")),
)


def kept_as(folder, recorded):
    """Where the file of that call is, once it is written and has its name."""
    return recordings.publish(folder, recorded.call_sid, recordings.write(folder, recorded))


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
    path = kept_as(tmp_path / "deep" / "calls", CALL)

    assert path == tmp_path / "deep" / "calls" / "CA1.jsonl"
    assert recordings.read(path) == CALL
    assert [file.name for file in path.parent.iterdir()] == ["CA1.jsonl"]


def test_each_stream_of_a_call_that_comes_back_has_a_file_of_its_own_and_all_go_together(tmp_path):
    streams = [attrs.evolve(CALL, language=language) for language in ("he", "en", "he")]
    paths = [kept_as(tmp_path, stream) for stream in streams]
    other = kept_as(tmp_path, attrs.evolve(CALL, call_sid="CA12"))

    assert [path.name for path in paths] == ["CA1.jsonl", "CA1.2.jsonl", "CA1.3.jsonl"]
    assert [recordings.read(path) for path in paths] == streams
    recordings.remove(tmp_path, ["CA1", "CA9"])
    assert [*tmp_path.iterdir()] == [other]


def test_files_that_stay_after_a_removal_that_failed_go_with_the_next(tmp_path):
    for _ in range(3):
        kept_as(tmp_path, CALL)
    (tmp_path / "CA1.jsonl").unlink()
    (tmp_path / "CA1.jsonl").mkdir()

    with pytest.raises(OSError, match=r"CA1\.jsonl"):
        recordings.remove(tmp_path, ["CA1"])
    (tmp_path / "CA1.jsonl").rmdir()
    recordings.remove(tmp_path, ["CA1"])
    assert [*tmp_path.iterdir()] == []


def test_only_its_owner_may_read_a_call(tmp_path):
    path = kept_as(tmp_path / "calls", CALL)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_files_lines_are_a_header_the_account_and_both_voices(tmp_path):
    lines = [json.loads(line) for line in kept_as(tmp_path, CALL).read_text("ascii").splitlines()]

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


# A finished call, of which the database knows.


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "calls"


@pytest.fixture
async def keep(database, business, folder):
    """Keeps a record of the call CA1 in the folder."""
    begun = {"call_sid": "CA1", "caller": None, "lead_id": None, "started_at": NOW}
    end = {"outcome": "completed", "detail": "", "ended_at": NOW, "duration_ms": 700, "events": []}
    await database.write(lambda conn: calls.begin(conn, business.id, **begun))
    await database.write(lambda conn: calls.finish(conn, business.id, call_sid="CA1", **end))
    return partial(recordings.keep, folder, business_id=business.id, call_sid="CA1", language="en")


def names(folder):
    return [path.name for path in folder.glob("*")]


async def test_a_finished_call_is_kept_if_it_was_recorded(keep, database, folder):
    await keep(database, record=record(None))
    assert names(folder) == []

    await keep(database, record=record(spoken()))
    assert names(folder) == ["CA1.jsonl"]
    assert recordings.read(folder / "CA1.jsonl") == RecordedCall(
        call_sid="CA1", language="en", settings={}, events=EVENTS, caller=((20, FRAME),), bot=()
    )


async def test_of_a_caller_who_did_not_hear_the_notice_there_is_no_file(keep, database, folder, caplog):
    caplog.set_level(logging.INFO, "office.recordings")
    unheard = Recording(settings=DEFAULTS)
    unheard.heard(20, FRAME)

    await keep(database, record=record(unheard))
    assert names(folder) == []
    assert caplog.messages == ["call CA1 is not kept: the caller did not hear the notice to its last word"]


async def test_a_disk_that_takes_no_file_is_logged_and_costs_nothing_else(keep, database, folder, caplog):
    folder.write_bytes(b"no folder")

    await keep(database, record=record(spoken()))
    assert [(entry.levelno, entry.message.split(":")[0]) for entry in caplog.records] == [
        (logging.ERROR, "call CA1 could not be recorded")
    ]


async def test_a_disk_that_takes_no_job_costs_the_file_and_leaves_no_part_of_it(
    keep, database, folder, caplog
):
    await keep(FullDisk(database), record=record(spoken()))
    assert names(folder) == []
    assert caplog.messages == [
        "call CA1 could not be recorded: nothing was written: database or disk is full"
    ]


async def test_a_call_that_was_too_long_is_kept_as_far_as_it_goes_and_said_so(keep, database, folder, caplog):
    recording = begun(room_bytes=300)
    recording.heard(20, FRAME)
    recording.heard(40, FRAME)

    await keep(database, record=record(recording))
    assert recordings.read(folder / "CA1.jsonl").caller == ((20, FRAME),)
    assert caplog.messages == ["call CA1 was too long to be recorded whole"]


class Busy:
    """A writer that is in the middle of a job until the test lets it go on."""

    def __init__(self, database):
        self._database = database
        self.asked, self.go_on = trio.Event(), threading.Event()

    async def write(self, job):
        request = await self._database.ask(job)
        self.asked.set()
        await request.answered.wait()
        return request.result()

    async def begin(self):
        await self._database.ask(lambda conn: self.go_on.wait(5))

    async def end(self):
        """Let it do all that it was asked for."""
        self.go_on.set()
        await self._database.write(lambda conn: None)


def erase(folder, business_id, conn):
    """As an owner's erase does, in one job."""
    erasure.erase_call(conn, business_id, "CA1")
    recordings.remove(folder, ["CA1"])


@pytest.mark.parametrize("erased_first", [True, False])
async def test_nothing_is_left_of_a_call_that_is_erased_as_its_recording_is_written(
    keep, database, business, folder, erased_first
):
    busy = Busy(database)
    await busy.begin()
    async with trio.open_nursery() as nursery:
        if erased_first:
            await database.ask(partial(erase, folder, business.id))
        nursery.start_soon(partial(keep, busy, record=record(spoken())))
        await busy.asked.wait()
        assert [name.endswith(".part") for name in names(folder)] == [True]
        if not erased_first:
            await database.ask(partial(erase, folder, business.id))
        await busy.end()
    assert names(folder) == []


async def test_a_recording_of_a_call_that_was_erased_before_is_not_kept(
    keep, database, business, folder, caplog
):
    caplog.set_level(logging.INFO, "office.recordings")
    await database.write(partial(erase, folder, business.id))
    await keep(database, record=record(spoken()))
    assert names(folder) == []
    assert caplog.messages == ["call CA1 is not kept: it has been erased"]


async def test_a_recording_that_nobody_waits_for_any_more_is_written_all_the_same(keep, database, folder):
    busy = Busy(database)
    await busy.begin()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(keep, busy, record=record(spoken())))
        await busy.asked.wait()
        nursery.cancel_scope.cancel()
    assert [name.endswith(".part") for name in names(folder)] == [True]
    await busy.end()
    assert names(folder) == ["CA1.jsonl"]


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
