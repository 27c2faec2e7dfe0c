"""The form of a recorded call's file: JSON Lines, and nothing in them is taken on trust.

A header, the call's account in order, then both voices in order, mu-law in base64:

    {"frontdesk": "recorded call", "version": 1, "call_sid": "CA1", "language": "en", "settings": {}}
    {"at_ms": 640, "kind": "greeting", "fields": {}}
    {"at_ms": 20, "caller": "//8="}
    {"at_ms": 910, "bot": "//8=", "response": "resp_1"}

`settings` holds what differed from the defaults. Before the notice was heard both voices are silence.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import field, fields_dict, frozen

from engine.account import KINDS, CallEvent, UnknownLine
from office import stored_account
from storage.records import EventRow

_LONGEST_CALL_MS = 4 * 3_600_000  # Twilio's own limit
_KIND, _VERSION = "recorded call", 1

Json = dict[str, Any]


@frozen
class BadRecording(Exception):
    """A file that is no recorded call. Says where, and what would mend it."""

    line: int  # 0: the file as a whole
    field: str
    problem: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.field} {self.problem}"


@frozen(kw_only=True)
class RecordedCall:
    """One call as it was kept. Times are the call's own milliseconds."""

    call_sid: str
    language: str
    settings: Mapping[str, Any]  # those that differed from the defaults
    events: tuple[CallEvent, ...]
    caller: tuple[tuple[int, bytes], ...] = field(repr=False)  # when its first byte's frame came, audio
    bot: tuple[tuple[int, str, bytes], ...] = field(repr=False)  # when it came, of which response, audio


def lines(recorded: RecordedCall) -> Iterator[str]:
    """Write the call as the lines of its file."""
    for line in _objects(recorded):
        yield json.dumps(line, separators=(",", ":")) + "\n"


def _objects(recorded: RecordedCall) -> Iterator[Json]:
    yield {
        "frontdesk": _KIND,
        "version": _VERSION,
        "call_sid": recorded.call_sid,
        "language": recorded.language,
        "settings": dict(recorded.settings),
    }
    for event in recorded.events:
        yield {"at_ms": event.at_ms, "kind": event.kind, "fields": event.fields}
    for at_ms, audio in recorded.caller:
        yield {"at_ms": at_ms, "caller": base64.b64encode(audio).decode()}
    for at_ms, response_id, audio in recorded.bot:
        yield {"at_ms": at_ms, "bot": base64.b64encode(audio).decode(), "response": response_id}


def parse(file: Iterable[bytes]) -> RecordedCall:
    """Read the call in the lines of a file. Raises BadRecording for what is none."""
    numbered = enumerate(file, start=1)
    header = _header(next(numbered, (1, b""))[1])
    rest = [_Line(number, _object(number, text)) for number, text in numbered]
    rows = [_row(line) for line in rest if line.kind == "kind"]
    caller = tuple((line.at_ms, line.audio("caller")) for line in _in_order(rest, "caller"))
    bot = tuple((line.at_ms, line.text("response"), line.audio("bot")) for line in _in_order(rest, "bot"))
    upgraded = stored_account.upgrade(rows, ((at_ms, response) for at_ms, response, _ in bot))
    return RecordedCall(
        **header,
        events=tuple(_event(row) for row in upgraded if row.kind in KINDS),
        caller=caller,
        bot=bot,
    )


@frozen
class _Line:
    """One line behind the header, and how its fields are read."""

    number: int
    body: Json

    @property
    def kind(self) -> str:
        for name in ("kind", "caller", "bot"):
            if name in self.body:
                return name
        raise BadRecording(self.number, "kind", "is missing; an event has kind, audio has caller or bot")

    @property
    def at_ms(self) -> int:
        value = self.body.get("at_ms")
        if type(value) is not int or not 0 <= value <= _LONGEST_CALL_MS:
            raise self.bad("at_ms", f"must be a whole number of milliseconds, 0 to {_LONGEST_CALL_MS}")
        return value

    def text(self, name: str) -> str:
        value = self.body.get(name)
        if not isinstance(value, str):
            raise self.bad(name, "must be text")
        return value

    def audio(self, name: str) -> bytes:
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError):
            raise self.bad(name, "is not base64; take the line from the file as it was written") from None

    def bad(self, name: str, problem: str) -> BadRecording:
        return BadRecording(self.number, name, problem)


def _object(number: int, text: bytes) -> Json:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRecording(number, "the line", "is not JSON; was the file cut off or edited?") from None
    if not isinstance(body, dict):
        raise BadRecording(number, "the line", "must be a JSON object")
    return body


def _header(text: bytes) -> Json:
    line = _Line(1, _object(1, text))
    if line.body.get("frontdesk") != _KIND:
        raise line.bad("frontdesk", f'must be "{_KIND}"; give a file of a database\'s .recordings folder')
    if line.body.get("version") != _VERSION:
        raise line.bad("version", f"must be {_VERSION}; replay the file with the Frontdesk that wrote it")
    settings = line.body.get("settings")
    if not isinstance(settings, dict):
        raise line.bad("settings", "must be an object; {} if all are the defaults")
    return {"call_sid": line.text("call_sid"), "language": line.text("language"), "settings": settings}


def _row(line: _Line) -> EventRow:
    kind, fields = line.text("kind"), line.body.get("fields")
    if not isinstance(fields, dict):
        raise line.bad("fields", "must be an object; {} if there are none")
    for name in _NEEDED.get(kind, ()):
        holds, expected = _CHECKS[fields_dict(KINDS[kind])[name].type]
        if not holds(fields.get(name)):
            raise line.bad(f"fields.{name}", f"of {kind} must be {expected}")
    return EventRow(seq=line.number, at_ms=line.at_ms, kind=kind, fields=fields)


def _event(row: EventRow) -> CallEvent:
    try:
        return stored_account.event_of(row)
    except UnknownLine as problem:
        fix = "take the line from the file as it was written"
        raise BadRecording(row.seq, "fields", f"do not fit: {problem}; {fix}") from None


def _in_order(lines: Iterable[_Line], kind: str) -> Iterator[_Line]:
    before_ms = 0
    for line in lines:
        if line.kind == kind:
            if line.at_ms < before_ms:
                raise line.bad("at_ms", f"goes back behind {before_ms}; the lines must stand in order")
            before_ms = line.at_ms
            yield line


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LONGEST_CALL_MS


_CHECKS: dict[Any, tuple[Callable[[object], bool], str]] = {
    int: (_is_count, "a whole number from 0"),
    str: (lambda value: isinstance(value, str), "text"),
}
# What a replay and its table read of the account.
_NEEDED: dict[str, tuple[str, ...]] = {
    "utterance_ended": ("onset_ms", "speech_ms"),
    "utterance_skipped": ("onset_ms", "speech_ms", "reason", "counted_ms", "needed_ms"),
    "user_said": ("text",),
    "keypad": ("keys",),
    "notice_heard": ("text",),
    "response_created": ("reasons",),
    "barge_in_paused": ("speech_ms",),
    "barge_in": ("heard_ms", "audio_ms"),
    "resumed": ("turn", "silent_ms", "heard_ms", "audio_ms"),
    "truncated": ("heard_ms", "audio_ms"),
    "first_audio": ("turn",),
    "answer_sent": ("turn",),
    "bot_said": ("text", "unheard", "heard_ms", "audio_ms"),
    "response_failed": ("code",),
    "silence_warning": ("number",),
    "tool_called": ("name", "call_id"),
    "tool_answered": ("name", "call_id"),
    "hang_up": ("outcome",),
}
