"""The caller and the model of a recorded call, as the scripts of simulated ones.

The caller says again, at the same moments, what the line carried. The model answers each `response.create`
with the next recorded response: the same sound, as long after what caused it, at the same pace, with the same
function calls. So the two follow their recording and nothing else: a caller who is interrupted in the replay
but was not in the call talks on, and an answer that was cut in the call is no longer in the replay than what
the model had sent of it.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil
from statistics import median

import trio
from attrs import frozen

from engine.account import CallEvent
from engine.audio import BYTES_PER_MS, SILENCE_BYTE
from engine.conversation.parting import END_CALL
from engine.settings import DEFAULTS, FRAME_MS
from engine.tools import Tool, ToolCall
from office.recorded_call import RecordedCall
from simulator import Call, Fail, HangUp, ModelScript, NoAnswer, Reply, Say, Step, UntilClosed
from simulator.model_script import AnyReply

_CAUSES = {
    "greeting",
    "utterance_ended",
    "utterance_skipped",
    "user_said",
    "resumed",
    "silence_warning",
    "response_done",
    "response_failed",
    "tool_answered",
}
_CALL_MS = 60  # from the beginning of a function call to the end of its arguments
_NETWORK_MS = 1_000
_JITTER_MS = 50  # between the account's clock and the audio's
_LATER_MS = 200
_LAST_WORDS_MS = 10_000  # for a bot that hangs up later than it did


# The caller


def caller_steps(recorded: RecordedCall) -> list[Step]:
    """Script what the caller does: the whole recorded sound, then as the call ended."""
    outcomes = [event.fields["outcome"] for event in recorded.events if event.kind == "hang_up"]
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
    ready_ms = next((event.at_ms for event in recorded.events if event.kind == "greeting"), 0)
    hears, delays_ms = _transcripts(recorded.events)
    return ModelScript(
        replies=_replies(_answers(recorded)),
        hears=hears,
        transcript_after_ms=median(delays_ms) if delays_ms else ModelScript().transcript_after_ms,
        slow_connect_ms=ready_ms,
    )


@frozen(kw_only=True)
class _Answer:
    """One response of the recorded model."""

    asked_ms: int  # when that happened which it answers
    account: Sequence[CallEvent]  # until the next response
    pieces: Sequence[tuple[int, bytes]]
    text: str

    def first(self, *kinds: str) -> CallEvent | None:
        return next((event for event in self.account if event.kind in kinds), None)

    @property
    def calls(self) -> list[CallEvent]:
        return [event for event in self.account if event.kind == "tool_called"]


def _answers(recorded: RecordedCall) -> list[_Answer]:
    events = recorded.events
    begins = [index for index, event in enumerate(events) if event.kind == "response_created"]
    voices = _voices([events[index].at_ms for index in begins], recorded.bot)
    texts = _texts(events)
    return [
        _Answer(
            asked_ms=_asked_ms(events[: begin + 1]),
            account=events[begin + 1 : end],
            pieces=voices.get(number, ()),
            text=texts.get(number, ""),
        )
        for number, (begin, end) in enumerate(pairwise([*begins, len(events)]))
    ]


def _asked_ms(events: Sequence[CallEvent]) -> int:
    """Return when the response at the end of `events` was asked for."""
    # The create itself is not in the account; between it and its response there is only the network.
    created_ms = events[-1].at_ms
    asked_ms = next((event.at_ms for event in reversed(events) if event.kind in _CAUSES), created_ms)
    return asked_ms if created_ms - asked_ms <= _NETWORK_MS else created_ms


def _voices(
    created_ms: Sequence[int], bot: Iterable[tuple[int, str, bytes]]
) -> dict[int, list[tuple[int, bytes]]]:
    """Return the sound of each response by its number; the account knows no response ids."""
    by_response: dict[str, list[tuple[int, bytes]]] = {}
    for at_ms, response_id, audio in bot:
        by_response.setdefault(response_id, []).append((at_ms, audio))
    voices: dict[int, list[tuple[int, bytes]]] = {}
    for pieces in by_response.values():
        voices.setdefault(bisect_right(created_ms, pieces[0][0] + _JITTER_MS) - 1, pieces)
    return voices


def _texts(events: Iterable[CallEvent]) -> dict[int, str]:
    """Return the words of each response by its number. An answer that plays on does so as a new turn."""
    answers: dict[int, int] = {}  # by turn
    texts: dict[int, str] = {}
    created = playing = closing = 0
    for event in events:
        match event.kind:
            case "response_created":
                answers[len(answers) + 1] = created
                created += 1
            case "first_audio":
                playing = event.fields["turn"]
            case "resumed":
                answers[event.fields["turn"]] = answers.get(playing, -1)
            case "answer_sent":
                closing = event.fields["turn"]
            case "bot_said":
                words = (event.fields["text"], event.fields["unheard"])
                texts[answers.get(closing, -1)] = " ".join(filter(None, words))
    return texts


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
    calls = tuple(Call(event.fields["name"]) for event in answer.calls)
    if answer.pieces:
        return _spoken(answer, calls)
    if answer.calls:
        first_ms = max(0, answer.calls[0].at_ms - answer.asked_ms - _CALL_MS)
        return Reply(calls=calls, first_delta_ms=first_ms, call_ms=_CALL_MS)
    failed, overtaken = answer.first("response_failed"), answer.first("answer_overtaken")
    if failed is not None and failed.fields["code"] != "overdue":
        return Fail(failed.fields["code"], after_ms=failed.at_ms - answer.asked_ms)
    if overtaken is None or following is None:
        return NoAnswer()
    # The caller went on before its first sound. Where they do not, what came next is the answer.
    patience_ms = overtaken.at_ms - answer.asked_ms + _LATER_MS
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
    called_ms = answer.calls[0].at_ms if answer.calls else last_ms
    return Reply(
        answer.text,
        audio,
        calls,
        first_delta_ms=max(0, first_ms - answer.asked_ms),
        delta_ms=delta_ms,
        pace=pace,
        call_ms=max(0, called_ms - first_ms - audio_ms / pace),
    )


def _transcripts(events: Sequence[CallEvent]) -> tuple[list[str | None], list[int]]:
    """Return what the model heard of each utterance, in order, and how long each transcript took.

    Where there are fewer transcripts than utterances, one that came before the next utterance's end is that
    utterance's own.
    """
    ended = [index for index, event in enumerate(events) if event.kind == "utterance_ended"]
    ended_ms = [events[index].at_ms for index in ended]
    said = [event for event in events if event.kind == "user_said"]
    if len(said) >= len(ended_ms):
        owners = list(range(len(ended_ms)))
    else:
        owners = [bisect_right(ended_ms, event.at_ms) - 1 for event in said]
    hears = [_without_transcript(events[begin:end]) for begin, end in pairwise([*ended, len(events)])]
    delays_ms = []
    for owner, event in zip(owners, said, strict=False):
        if owner >= 0:
            hears[owner] = event.fields["text"]
            delays_ms.append(max(0, event.at_ms - ended_ms[owner]))
    return hears, delays_ms


def _without_transcript(account: Sequence[CallEvent]) -> str | None:
    # A doubtful utterance that is neither transcribed nor played over was taken for words.
    doubtful = account[0].fields.get("doubtful", False)
    return "(no transcript)" if doubtful and all(event.kind != "resumed" for event in account) else None


# The tools


@frozen
class _NoArguments:
    """What the account knows of a call's arguments."""


def tools(recorded: RecordedCall) -> tuple[Tool, ...]:
    """Make the tools that the model called. Each takes as long as it did, and does nothing."""
    answered_ms = {
        event.fields["call_id"]: event.at_ms for event in recorded.events if event.kind == "tool_answered"
    }
    took_ms: dict[str, deque[int]] = {}
    for event in recorded.events:
        if event.kind == "tool_called" and event.fields["name"] != END_CALL:
            ended_ms = answered_ms.get(event.fields["call_id"], event.at_ms)
            took_ms.setdefault(event.fields["name"], deque()).append(ended_ms - event.at_ms)
    return tuple(_tool(name, durations_ms) for name, durations_ms in took_ms.items())


def _tool(name: str, durations_ms: deque[int]) -> Tool:
    async def run(_arguments: _NoArguments, _call: ToolCall) -> dict[str, object]:
        await trio.sleep((durations_ms.popleft() if durations_ms else 0) / 1000)
        return {"status": "ok"}

    return Tool(name=name, description="As it was called.", arguments=_NoArguments, run=run)
