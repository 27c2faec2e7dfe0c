"""The turns of two runs of one call beside each other, as a table to read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from attrs import frozen

from engine import account as lines
from engine.account import Line
from engine.settings import FRAME_MS
from office.call_story import Utterance, follow
from office.recorded_call import RecordedCall

_SAME_WITHIN_MS = 1_000  # two lines of one kind, so near, are the same moment of the call
_SAME_UTTERANCE_WITHIN_MS = 300  # the caller says the same at the same time
_WIDTH = 50

_WORDS: dict[type[Line], str] = {
    lines.AnswerOvertaken: "answer overtaken before its first sound",
    lines.BotPaused: "paused after {speech_ms} ms of speech",
    lines.BargeIn: "barge-in, heard {heard_ms} of {audio_ms} ms",
    lines.Murmured: "back-channel",
    lines.Resumed: "resumed after {silent_ms} ms, at {heard_ms} of {audio_ms} ms",
    lines.Truncated: "truncated at {heard_ms} of {audio_ms} ms",
    lines.BotSaid: "answer over, heard {heard_ms} of {audio_ms} ms",
    lines.Keyed: "{keys} keys pressed",
    lines.SilenceWarning: "silence warning {number}",
    lines.ResponseFailed: "response failed: {code}",
    lines.HangUp: "hang-up: {outcome}",
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
    found = [
        Turn(at_ms=_clock_ms(call, each.line.onset_ms), kind="utterance", words=_answered(call, each))
        for each in follow(call.events).utterances
    ]
    for event in call.events:
        line = event.line
        if isinstance(line, lines.UtteranceIgnored):
            until_s = _end_ms(call, line) / 1000
            words = f"skipped to {until_s:.2f}: {line.reason}, {line.counted_ms} of {line.needed_ms} ms"
            found.append(Turn(at_ms=_clock_ms(call, line.onset_ms), kind="utterance", words=words))
        elif type(line) in _WORDS:
            words = _WORDS[type(line)].format_map(event.fields)
            found.append(Turn(at_ms=event.at_ms, kind=event.kind, words=words))
    return sorted(found, key=lambda turn: turn.at_ms)


def totals(call: RecordedCall) -> Totals:
    """Sum up what a call comes to."""
    kinds = Counter(event.kind for event in call.events)
    story = follow(call.events)
    said = [event.line for event in call.events if isinstance(event.line, lines.BotSaid)]
    created_ms = (_created_after_ms(call, each) for each in story.utterances)
    return Totals(
        utterances=len(story.utterances),
        skipped=kinds["utterance_skipped"],
        barge_ins=kinds["barge_in"],
        resumed=kinds["resumed"],
        truncated=kinds["truncated"],
        answers=len(said),
        heard_ms=sum(each.heard_ms for each in said),
        audio_ms=sum(each.audio_ms for each in said),
        created_ms=tuple(after_ms for after_ms in created_ms if after_ms is not None),
    )


def _answered(call: RecordedCall, utterance: Utterance) -> str:
    until_s, created_ms = _end_ms(call, utterance.line) / 1000, _created_after_ms(call, utterance)
    answered = "no response" if created_ms is None else f"response after {created_ms} ms"
    return f"utterance to {until_s:.2f}, {utterance.line.speech_ms} ms, {answered}"


def _created_after_ms(call: RecordedCall, utterance: Utterance) -> int | None:
    """Return how long after the end of an utterance's speech the response came, if one answers it."""
    created_ms = utterance.created_ms
    return None if created_ms is None else created_ms - _end_ms(call, utterance.line)


def _end_ms(call: RecordedCall, line: lines.UtteranceOver | lines.UtteranceIgnored) -> int:
    return _clock_ms(call, line.onset_ms + line.speech_ms)


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
