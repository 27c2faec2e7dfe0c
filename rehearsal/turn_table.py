"""The turns of two runs of one call beside each other, as a table to read."""

from collections.abc import Iterator, Sequence
from statistics import median

from attrs import frozen

from engine.account import CallEvent
from engine.settings import FRAME_MS
from office.recorded_call import RecordedCall

_SAME_WITHIN_MS = 1_000  # two lines of one kind, so near, are the same moment of the call
_SAME_UTTERANCE_WITHIN_MS = 300  # the caller says the same at the same time
_WIDTH = 50

_WORDS = {
    "answer_overtaken": "answer overtaken before its first sound",
    "barge_in_paused": "paused after {speech_ms} ms of speech",
    "barge_in": "barge-in, heard {heard_ms} of {audio_ms} ms",
    "resumed": "resumed after {silent_ms} ms, at {heard_ms} of {audio_ms} ms",
    "truncated": "truncated at {heard_ms} of {audio_ms} ms",
    "bot_said": "answer over, heard {heard_ms} of {audio_ms} ms",
    "keypad": "{keys} keys pressed",
    "silence_warning": "silence warning {number}",
    "response_failed": "response failed: {code}",
    "hang_up": "hang-up: {outcome}",
}


@frozen(kw_only=True)
class Turn:
    """One line of a run."""

    at_ms: int
    kind: str
    words: str


@frozen(kw_only=True)
class Totals:
    """What a run comes to. `created_ms`: from each end of speech to its `response.created`."""

    utterances: int
    skipped: int
    barge_ins: int
    resumed: int
    truncated: int
    answers: int
    heard_ms: int
    audio_ms: int
    created_ms: tuple[int, ...]

    def __str__(self) -> str:
        created = f"{median(self.created_ms):.0f} ms" if self.created_ms else "-"
        return (
            f"{self.utterances} utterances, {self.skipped} skipped, {self.barge_ins} barge-ins, "
            f"{self.resumed} resumed, {self.truncated} truncated, {self.answers} answers heard "
            f"{self.heard_ms} of {self.audio_ms} ms, speech end to response.created {created} (median)"
        )


def table(recorded: RecordedCall, replayed: RecordedCall) -> Iterator[str]:
    """Write the table: the moments of the call in order, then a line of totals for each run."""
    yield f"{'':>9}  {'recorded':<{_WIDTH}}  replayed"
    for before, after in _beside(turns(recorded), turns(replayed)):
        at_ms = min(turn.at_ms for turn in (before, after) if turn is not None)
        left, right = (turn.words if turn is not None else "" for turn in (before, after))
        yield _printable(f"{at_ms / 1000:7.2f} s  {left:<{_WIDTH}}  {right}".rstrip())
    yield f"recorded: {totals(recorded)}"
    yield f"replayed: {totals(replayed)}"


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in line)  # a server wrote some of it


def turns(call: RecordedCall) -> list[Turn]:
    """Return the moments of a call that decide who speaks, by the time at which they happened."""
    found = []
    for index, event in enumerate(call.events):
        if event.kind in ("utterance_ended", "utterance_skipped"):
            onset_ms = _clock_ms(call, event.fields["onset_ms"])
            found.append(Turn(at_ms=onset_ms, kind="utterance", words=_utterance(call, index)))
        elif event.kind in _WORDS:
            words = _WORDS[event.kind].format_map(event.fields)
            found.append(Turn(at_ms=event.at_ms, kind=event.kind, words=words))
    return sorted(found, key=lambda turn: turn.at_ms)


def totals(call: RecordedCall) -> Totals:
    """Sum up what a call comes to."""
    kinds = [event.kind for event in call.events]
    said = [event.fields for event in call.events if event.kind == "bot_said"]
    created_ms = (_created_after_ms(call, index) for index, _ in enumerate(call.events))
    return Totals(
        utterances=kinds.count("utterance_ended"),
        skipped=kinds.count("utterance_skipped"),
        barge_ins=kinds.count("barge_in"),
        resumed=kinds.count("resumed"),
        truncated=kinds.count("truncated"),
        answers=len(said),
        heard_ms=sum(fields["heard_ms"] for fields in said),
        audio_ms=sum(fields["audio_ms"] for fields in said),
        created_ms=tuple(after_ms for after_ms in created_ms if after_ms is not None),
    )


def _utterance(call: RecordedCall, index: int) -> str:
    event = call.events[index]
    until_s = _end_ms(call, event) / 1000
    if event.kind == "utterance_skipped":
        return "skipped to {until_s:.2f}: {reason}, {counted_ms} of {needed_ms} ms".format(
            until_s=until_s, **event.fields
        )
    created_ms = _created_after_ms(call, index)
    answered = "no response" if created_ms is None else f"response after {created_ms} ms"
    return f"utterance to {until_s:.2f}, {event.fields['speech_ms']} ms, {answered}"


def _created_after_ms(call: RecordedCall, index: int) -> int | None:
    """Return how long after the end of an utterance's speech the response came, if one answers it."""
    if call.events[index].kind != "utterance_ended":
        return None
    for event in call.events[index + 1 :]:
        if event.kind == "utterance_ended":
            return None  # the response that follows answers that one too
        if event.kind == "response_created" and "utterance" in event.fields["reasons"]:
            return event.at_ms - _end_ms(call, call.events[index])
    return None


def _end_ms(call: RecordedCall, utterance: CallEvent) -> int:
    return _clock_ms(call, utterance.fields["onset_ms"] + utterance.fields["speech_ms"])


def _clock_ms(call: RecordedCall, frame_ms: int) -> int:
    # Frame time begins with the first frame, which the line delivers when it is over.
    return frame_ms + (call.caller[0][0] - FRAME_MS if call.caller else 0)


def _same(before: Turn, after: Turn) -> bool:
    within_ms = _SAME_UTTERANCE_WITHIN_MS if before.kind == "utterance" else _SAME_WITHIN_MS
    return before.kind == after.kind and abs(before.at_ms - after.at_ms) <= within_ms


def _beside(before: Sequence[Turn], after: Sequence[Turn]) -> Iterator[tuple[Turn | None, Turn | None]]:
    left, right = list(before), list(after)
    while left and right:
        if _same(left[0], right[0]):
            yield left.pop(0), right.pop(0)
        elif left[0].at_ms <= right[0].at_ms:
            yield left.pop(0), None
        else:
            yield None, right.pop(0)
    yield from ((turn, None) for turn in left)
    yield from ((None, turn) for turn in right)
