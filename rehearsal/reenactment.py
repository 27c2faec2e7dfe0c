"""The caller and the model of a recorded call, as the scripts of simulated ones.

The caller says again, at the same moments, what the line carried. The model answers each `response.create`
with the next recorded response: the same sound, as long after what caused it, at the same pace, with the same
function calls. So the two follow their recording and nothing else: a caller who is interrupted in the replay
but was not in the call talks on, and an answer that was cut in the call is no longer in the replay than what
the model had sent of it.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from statistics import median

import trio
from attrs import frozen

from engine import account as lines
from engine.account import CallEvent
from engine.audio import BYTES_PER_MS, SILENCE_BYTE
from engine.conversation.parting import END_CALL
from engine.settings import DEFAULTS, FRAME_MS
from engine.tools import Tool, ToolCall
from office.call_story import Answer, Story, Utterance, follow
from office.recorded_call import RecordedCall
from simulator import Call, Fail, HangUp, ModelScript, NoAnswer, Reply, Say, Step, UntilClosed
from simulator.model_script import AnyReply

_CAUSES = (
    lines.Greeting,
    lines.UtteranceOver,
    lines.UtteranceIgnored,
    lines.UserSaid,
    lines.Resumed,
    lines.SilenceWarning,
    lines.ResponseEnded,
    lines.ResponseFailed,
    lines.ToolAnswered,
)
_CALL_MS = 60  # from the beginning of a function call to the end of its arguments
_NETWORK_MS = 1_000
_LATER_MS = 200
_LAST_WORDS_MS = 10_000  # for a bot that hangs up later than it did


# The caller


def caller_steps(recorded: RecordedCall) -> list[Step]:
    """Script what the caller does: the whole recorded sound, then as the call ended."""
    told = (event.line for event in recorded.events)
    outcomes = [line.outcome for line in told if isinstance(line, lines.HangUp)]
    last = UntilClosed(_LAST_WORDS_MS) if outcomes[-1:] != ["caller_hung_up"] else HangUp()
    return [Say("(the recorded caller)", track(recorded.caller)), last, HangUp()]


def track(pieces: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the caller's whole sound from the beginning of the call, with silence where nothing came.

    A frame that came late is no silence: the engine, too, listens on until nothing has come for
    `carrier_gap_ms`.
    """
    audio = bytearray()
    for at_ms, piece in pieces:
        missing_frames = (at_ms - len(audio) // BYTES_PER_MS) // FRAME_MS - 1
        if not audio or missing_frames * FRAME_MS >= DEFAULTS.carrier_gap_ms:
            audio += SILENCE_BYTE * (max(0, missing_frames) * FRAME_MS * BYTES_PER_MS)
        audio += piece
    return bytes(audio)


# The model


def model_script(recorded: RecordedCall) -> ModelScript:
    """Script what the model says and hears, and when.

    A response beyond the recorded ones is the simulator's own.
    """
    greeted_ms = (event.at_ms for event in recorded.events if isinstance(event.line, lines.Greeting))
    story = follow(recorded.events)
    delays_ms = [max(0, each.text_ms - _committed_ms(each)) for each in story.utterances if each.words]
    return ModelScript(
        replies=_replies(_answers(recorded, story)),
        hears=[heard for utterance in story.utterances for heard in _heard(utterance)],
        transcript_after_ms=median(delays_ms) if delays_ms else ModelScript().transcript_after_ms,
        slow_connect_ms=next(greeted_ms, 0),
    )


def _committed_ms(utterance: Utterance) -> int:
    # One that was answered ahead was committed then.
    return min(utterance.at_ms, utterance.at_ms if utterance.created_ms is None else utterance.created_ms)


def _heard(utterance: Utterance) -> Sequence[str | None]:
    """Return what was heard of each item of it: one that rested, and went on, has two."""
    # A doubtful utterance that is neither transcribed nor played over was taken for words.
    believed = not utterance.words and utterance.line.doubtful and not utterance.nothing
    return ["(no transcript)"] if believed else [*utterance.words.values()] or [None]


@frozen(kw_only=True)
class _Answer:
    """One response of the recorded model."""

    asked_ms: int  # when that happened which it answers
    told: Answer
    pieces: Sequence[tuple[int, bytes]]


def _answers(recorded: RecordedCall, story: Story) -> list[_Answer]:
    pieces: dict[str | None, list[tuple[int, bytes]]] = {}
    for at_ms, response, audio in recorded.bot:
        pieces.setdefault(response, []).append((at_ms, audio))
    told = {answer.response: answer for answer in story.answers}
    return [
        _Answer(asked_ms=asked_ms, told=told[response], pieces=pieces.get(response, ()))
        for response, asked_ms in _asked_ms(recorded.events)
    ]


def _asked_ms(events: Iterable[CallEvent]) -> Iterator[tuple[str | None, int]]:
    """Give each response that was created, with when it was asked for."""
    cause_ms = -_NETWORK_MS
    for event in events:
        if isinstance(event.line, _CAUSES):
            cause_ms = event.at_ms
        elif isinstance(event.line, lines.ResponseBegun):
            # The create itself is not in the account; between it and its response there is only the network.
            # What makes one be asked for ahead is not, either.
            known = not event.line.ahead and event.at_ms - cause_ms <= _NETWORK_MS
            asked_ms = cause_ms if known else event.at_ms
            yield event.line.response, asked_ms


def _replies(answers: Sequence[_Answer]) -> list[AnyReply]:
    replies: list[AnyReply] = []
    following: Reply | None = None
    for answer in reversed(answers):
        reply = _reply(answer, following)
        if isinstance(reply, Reply) and answer.pieces:
            following = reply
        replies.append(reply)
    return replies[::-1]


def _reply(answer: _Answer, following: Reply | None) -> AnyReply:
    calls = tuple(Call(tool.line.name) for tool in answer.told.calls)
    if answer.pieces:
        return _spoken(answer, calls)
    if calls:
        first_ms = max(0, answer.told.calls[0].at_ms - answer.asked_ms - _CALL_MS)
        return Reply(calls=calls, first_delta_ms=first_ms, call_ms=_CALL_MS)
    failed, overtaken_ms = answer.told.failed, answer.told.overtaken_ms
    if failed is not None and failed[1] != "overdue":
        return Fail(failed[1], after_ms=failed[0] - answer.asked_ms)
    if overtaken_ms is None or following is None:
        return NoAnswer()
    # The caller went on before its first sound. Where they do not, what came next is the answer.
    patience_ms = overtaken_ms - answer.asked_ms + _LATER_MS
    return Reply(
        following.text,
        following.audio,
        first_delta_ms=max(patience_ms, following.first_delta_ms),
        delta_ms=following.delta_ms,
        pace=following.pace,
    )


def _spoken(answer: _Answer, calls: tuple[Call, ...]) -> Reply:
    audio = b"".join(piece for _, piece in answer.pieces)
    audio_ms = len(audio) / BYTES_PER_MS
    first_ms, last_ms = answer.pieces[0][0], answer.pieces[-1][0]
    delta_ms = max(FRAME_MS, ceil(audio_ms / len(answer.pieces)))
    pace = (len(answer.pieces) - 1) * delta_ms / max(1, last_ms - first_ms) or 1.0
    called_ms = answer.told.calls[0].at_ms if calls else last_ms
    return Reply(
        answer.told.said.text if answer.told.said else "",
        audio,
        calls,
        first_delta_ms=max(0, first_ms - answer.asked_ms),
        delta_ms=delta_ms,
        pace=pace,
        call_ms=max(0, called_ms - first_ms - audio_ms / pace),
    )


# The tools


@frozen
class _NoArguments:
    """What the account knows of a call's arguments."""


def tools(recorded: RecordedCall) -> tuple[Tool, ...]:
    """Make the tools that the model called. Each takes as long as it did, and does nothing."""
    took_ms: dict[str, deque[int]] = {}
    for called in follow(recorded.events).tools:
        if called.line.name != END_CALL:
            ended_ms = called.at_ms if called.answered_ms is None else called.answered_ms
            took_ms.setdefault(called.line.name, deque()).append(ended_ms - called.at_ms)
    return tuple(_tool(name, durations_ms) for name, durations_ms in took_ms.items())


def _tool(name: str, durations_ms: deque[int]) -> Tool:
    async def run(_arguments: _NoArguments, _call: ToolCall) -> dict[str, object]:
        await trio.sleep((durations_ms.popleft() if durations_ms else 0) / 1000)
        return {"status": "ok"}

    return Tool(name=name, description="As it was called.", arguments=_NoArguments, run=run)
