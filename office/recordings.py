"""The files of recorded calls: `<database>.recordings/<call_sid>.jsonl`, one for each call that is kept.

A caller who comes back in the same call is recorded in a file of their own: `<call_sid>.2.jsonl` and so on.

`recorded_call.py` says what stands in them. Nobody's number does unless somebody said it, and no pressed key.
What was said is personal: only the owner of the process may read it, and a file stays as long as its call.

A file is written by a thread after its call's record, which may be erased meanwhile. So it gets its name in a
job of the writer, as an erase removes files in one: whichever comes first, none is left of an erased call.
"""

import logging
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count, takewhile
from pathlib import Path

import attrs
import trio

from engine.ports import CallRecord
from engine.recording import Recording
from engine.settings import DEFAULTS, Settings
from office.recorded_call import BadRecording, Json, RecordedCall, lines, parse
from storage import calls
from storage.database import Database
from storage.errors import WriteFailed

log = logging.getLogger(__name__)

LONGEST_FILE_BYTES = 100_000_000  # over an hour of both voices
_LINE_BYTES = 8_000  # of the caller's audio: a second
_GAP_MS = 200  # frames that come so much too late stand on a line of their own
_UNFINISHED = ".part"
_NOT_OF_THE_CALL = {"keep_audio"}  # a setting that changes nothing that is said


def folder_of(database: str | os.PathLike[str]) -> Path:
    """Return where the recorded calls of a database are."""
    return Path(f"{Path(database).resolve()}.recordings")


async def keep(
    folder: Path, database: Database, business_id: int, call_sid: str, language: str, record: CallRecord
) -> None:
    """Write a finished call's file, if it was recorded and stands in the database.

    A disk that cannot take it costs the recording only. Of a caller who has not heard the notice there is no
    file: it would hold nothing but silence. Never raises OSError: the failure is logged. If cancelled, the
    file is written all the same, or not at all.
    """
    if record.recording is None:
        return
    if not record.recording.kept:
        log.info("call %s is not kept: the caller did not hear the notice to its last word", call_sid)
        return
    if record.recording.full:
        log.warning("call %s was too long to be recorded whole", call_sid)
    name = partial(_name_if_known, folder=folder, business_id=business_id, call_sid=call_sid)

    def work() -> bool:
        unfinished = write(folder, as_kept(call_sid, language, record))
        try:
            # In a system task, because this thread is abandoned: whoever waits for it may be cancelled.
            return trio.from_thread.run(database.write, partial(name, unfinished=unfinished))
        finally:
            unfinished.unlink(missing_ok=True)

    try:
        if not await trio.to_thread.run_sync(work, abandon_on_cancel=True):
            log.info("call %s is not kept: it has been erased", call_sid)
    except (OSError, sqlite3.OperationalError, WriteFailed) as error:
        log.error("call %s could not be recorded: %s", call_sid, error)  # noqa: TRY400 (no bug)


def _name_if_known(
    conn: sqlite3.Connection, folder: Path, business_id: int, call_sid: str, unfinished: Path
) -> bool:
    """Give a file its name if its call has not been erased since; False if it has."""
    if calls.get(conn, business_id, call_sid) is None:
        return False
    publish(folder, call_sid, unfinished)
    return True


def as_kept(call_sid: str, language: str, record: CallRecord) -> RecordedCall:
    """Return a recorded call as its file holds it: the caller's voice in pieces of a second."""
    recording = record.recording or Recording(settings=DEFAULTS)
    return RecordedCall(
        call_sid=call_sid,
        language=language,
        settings=changed(recording.settings),
        events=record.events,  # which name no caller, and of pressed keys only how many
        caller=tuple(_seconds(recording.caller)),
        bot=tuple(recording.bot),
    )


def changed(settings: Settings) -> Json:
    """Return the settings of a call that are not the defaults."""
    defaults = attrs.asdict(DEFAULTS)
    return {
        name: value
        for name, value in attrs.asdict(settings).items()
        if value != defaults[name] and name not in _NOT_OF_THE_CALL
    }


def _seconds(pieces: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    since_ms, audio = 0, bytearray()
    for at_ms, payload in pieces:
        late_ms = at_ms - since_ms - len(audio) // 8
        if audio and (len(audio) >= _LINE_BYTES or late_ms >= _GAP_MS):
            yield since_ms, bytes(audio)
            audio.clear()
        if not audio:
            since_ms = at_ms
        audio += payload
    if audio:
        yield since_ms, bytes(audio)


def write(folder: Path, recorded: RecordedCall) -> Path:
    """Write a file of a call that nobody takes for one yet, readable by its owner only.

    Returns where it is, for `publish`. Blocks. If it raises, as OSError, nothing is left.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f"{recorded.call_sid}.{secrets.token_hex(8)}{_UNFINISHED}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with ExitStack() as if_it_fails:
        if_it_fails.callback(unfinished.unlink, missing_ok=True)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(lines(recorded))
        if_it_fails.pop_all()
    return unfinished


def publish(folder: Path, call_sid: str, unfinished: Path) -> Path:
    """Give a file that is written its name, after those of earlier streams of its call. Raises OSError."""
    path = next(path for path in _paths(folder, call_sid) if not path.exists())
    return unfinished.rename(path)


def _paths(folder: Path, call_sid: str) -> Iterator[Path]:
    """Give the paths of the streams of a call, the first one first, without end."""
    yield folder / f"{call_sid}.jsonl"  # a sid is letters and digits; `media_streams.receive` sees to it
    for number in count(2):
        yield folder / f"{call_sid}.{number}.jsonl"


def remove(folder: Path, call_sids: Collection[str]) -> None:
    """Remove all files of these calls, also one that is being written. Blocks. Raises OSError.

    Run it in the job that erases the calls: if it fails, they stay, and both can be tried again.
    """
    for unfinished in folder.glob(f"*{_UNFINISHED}"):
        if unfinished.name.partition(".")[0] in call_sids:
            unfinished.unlink(missing_ok=True)
    for call_sid in call_sids:
        remove_finished(folder, call_sid)


def remove_finished(folder: Path, call_sid: str) -> None:
    """Remove the files of a call that has ended long ago, if it has any. Blocks. Raises OSError."""
    paths = _paths(folder, call_sid)
    first = next(paths)
    # The last one first: if it fails halfway, the next try finds the rest without a gap.
    for path in reversed([*takewhile(Path.exists, paths)]):
        path.unlink()
    first.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed process left unfinished: no row knows of it. Blocks. Raises OSError."""
    for unfinished in folder.glob(f"*{_UNFINISHED}"):
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> RecordedCall:
    """Read the call in a file. Blocks. Raises BadRecording for what is none, and OSError."""
    size = path.stat().st_size
    if size > LONGEST_FILE_BYTES:
        raise BadRecording(0, "the file", f"has {size} bytes; no recorded call has over {LONGEST_FILE_BYTES}")
    with path.open("rb") as file:
        return parse(file)
