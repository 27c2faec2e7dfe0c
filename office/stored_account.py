"""A call's account as it was stored, given back in the engine's lines.

Rows hold what the release noted that wrote them. The first one noted less of each line, and none before this
one noted which answer or utterance a line is about: that is found by the order of the lines here, in
`upgrade`, and nowhere else.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import Factory, define, evolve, fields

from engine.account import KINDS, CallEvent, CallStarted, line_of
from storage.records import EventRow

_SILENCE_MS = 500  # that ended an utterance in the first release
_JITTER_MS = 50  # between the account's clock and the audio's
_OF_THE_LAST = {"response_done", "response_failed", "response_incomplete", "answer_overtaken", "tool_called"}
_NOTHING: dict[Any, Any] = {int: 0, bool: False, str: "", list[str]: []}


def read(rows: Iterable[EventRow], sounds: Iterable[tuple[int, str]] = ()) -> list[CallEvent]:
    """Give the lines of a stored account, without those of a kind that this release does not know.

    Raises UnknownLine for a field that cannot be what it should.
    """
    return [event_of(row) for row in upgrade(rows, sounds) if row.kind in KINDS]


def event_of(row: EventRow) -> CallEvent:
    """Give the line of an upgraded row. Raises UnknownLine."""
    return CallEvent(at_ms=row.at_ms, line=line_of(row.kind, row.fields))


def upgrade(rows: Iterable[EventRow], sounds: Iterable[tuple[int, str]] = ()) -> list[EventRow]:
    """Give rows of any release as this one would have noted them; a field of which nothing is known is empty.

    `sounds` are when a recorded call's sound came, and the id of the response that each is of.
    """
    heard = [*sounds]
    return [row for stream in _streams(rows) for row in _upgraded(stream, heard)]


def _streams(rows: Iterable[EventRow]) -> list[list[EventRow]]:
    """Part the rows of each media stream: a number or an id is of one stream."""
    streams: list[list[EventRow]] = [[]]
    for row in rows:
        if row.kind == CallStarted.kind:
            streams.append([])
        streams[-1].append(row)
    return streams


def _upgraded(stream: Sequence[EventRow], sounds: Sequence[tuple[int, str]]) -> Iterator[EventRow]:
    if any({"response", "utterance"} & row.fields.keys() for row in stream):
        ids: list[dict[str, Any]] = [{} for _ in stream]  # it has those that are known
    else:
        order = _Order(_response_ids(stream, sounds))
        ids = [order.of(row) for row in stream]
        words = _utterances_of_words(stream, ids)
        ids = [{**known, "utterance": words[at]} if at in words else known for at, known in enumerate(ids)]
    for row, known in zip(stream, ids, strict=True):
        yield evolve(row, fields=_whole(row, known, stream[0].at_ms)) if row.kind in KINDS else row


def _whole(row: EventRow, ids: dict[str, Any], began_ms: int) -> dict[str, Any]:
    given = {**_first_release(row, began_ms), **ids, **row.fields}
    return {each.name: given.get(each.name, _NOTHING.get(each.type)) for each in fields(KINDS[row.kind])}


def _first_release(row: EventRow, began_ms: int) -> dict[str, Any]:
    """Give what held then and was not noted."""
    if row.kind not in ("utterance_ended", "utterance_skipped"):
        return {}
    silence_ms = _SILENCE_MS if row.kind == "utterance_ended" else 0
    onset_ms = row.at_ms - began_ms - silence_ms - row.fields.get("speech_ms", 0)
    return {"silence_ms": silence_ms, "onset_ms": onset_ms}


def _response_ids(stream: Sequence[EventRow], sounds: Iterable[tuple[int, str]]) -> list[str]:
    """Name each response that was created: as its sound is called, if it has any."""
    created_ms = [row.at_ms for row in stream if row.kind == "response_created"]
    first_ms: dict[str, int] = {}
    for at_ms, response in sounds:
        first_ms.setdefault(response, at_ms)
    named: dict[int, str] = {}
    for response, at_ms in first_ms.items():
        named.setdefault(bisect_right(created_ms, at_ms + _JITTER_MS) - 1, response)
    return [named.get(number, f"response {number}") for number, _ in enumerate(created_ms)]


@define
class _Order:
    """The ids that follow from the order of a stream's lines. An answer that plays on is a new turn."""

    _responses: list[str]  # not yet created
    _created: str | None = None  # the last one
    _turns: dict[int, str] = Factory(dict)  # the response of each
    _playing: dict[str, Any] = Factory(dict)  # its ids
    _utterances: int = 0
    _doubtful: int | None = None  # the utterance over which the bot may play on

    def of(self, row: EventRow) -> dict[str, Any]:
        """Give the ids of the next line."""
        match row.kind:
            case "utterance_ended":
                self._utterances += 1
                self._doubtful = self._utterances if row.fields.get("doubtful") else None
                return {"utterance": self._utterances}
            case "response_created":
                self._created = self._responses.pop(0)
                self._turns[len(self._turns) + 1] = self._created
                return {"response": self._created}
            case "barge_in":
                self._doubtful = None
                return self._playing
            case "bot_said":
                ids, self._playing = self._playing, {}
                return ids
            case "first_audio" | "resumed" | "answer_sent":
                return self._plays(row)
        return {"response": self._created} if row.kind in _OF_THE_LAST else {}

    def _plays(self, row: EventRow) -> dict[str, Any]:
        turn = row.fields.get("turn", len(self._turns))
        if row.kind == "first_audio":
            self._playing = {"response": self._turns.get(turn, f"unknown {row.seq}")}
        elif row.kind == "resumed" and "turn" in row.fields:
            self._turns[turn] = self._playing.get("response", "")
        elif row.kind == "answer_sent" and turn in self._turns:
            self._playing = {"response": self._turns[turn]}
        self._playing = {**self._playing, "turn": turn}
        if row.kind != "resumed":
            return self._playing
        doubtful, self._doubtful = self._doubtful, None
        return {**self._playing, "utterance": doubtful}


def _utterances_of_words(stream: Sequence[EventRow], ids: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Give the utterance of each transcript, by its place: they keep their order, and may never come.

    One over which the bot played on has none: words would have stopped it.
    """
    nothing = {
        known.get("utterance") for row, known in zip(stream, ids, strict=True) if row.kind == "resumed"
    }
    found: dict[int, int] = {}
    words: list[int] = []  # later ones first, of utterances still to be found
    for index in reversed(range(len(stream))):
        utterance = ids[index].get("utterance")
        if stream[index].kind == "user_said":
            words.append(index)
        elif utterance is not None and utterance not in nothing and words:
            found[words.pop(0)] = utterance
    return found
