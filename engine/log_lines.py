"""How a call reads in the log: one line for each event of its account, nothing per frame.

The account itself (`CallEvent`s) is stored with the call; there the words stand as they were said.
In the log numbers are masked, because a log travels further than the business's own database. For the same
reason a line can be told without the words that callers, the bot and its tools said.
"""

import re
from collections.abc import Collection
from typing import Any

from attrs import frozen

LINES = {
    "call_started": "call started",
    "model_connected": "model connected",
    "transcription_refused": "no transcription, the model refused it ({code}): the caller's words are not in "
    "this call's account",
    "session_configured": "session configured: voice {voice}, in {input_format}, out {output_format}; "
    "detector {detector}: {thresholds}",
    "greeting": "greeting: {text}",
    "utterance_started": "[UTT] START onset {onset_ms} ms, level {level} over a floor of {floor}",
    "utterance_ended": "[UTT] END {speech_ms} ms of speech and {silence_ms} ms of silence, "
    "capped {capped}, doubtful {doubtful}, level {level} over a floor of {floor}",
    "utterance_skipped": "[UTT] SKIPPED {speech_ms} ms of speech: {reason}, {counted_ms} of {needed_ms} ms, "
    "level {level} over a floor of {floor}",
    "notice_heard": "notice heard",
    "response_created": "response created for {reasons}",
    "response_done": "response done: {status}",
    "first_audio": "answer {turn}: begins with #{first}, {bytes} bytes",
    "response_incomplete": "response {status}: {reason}",
    "rate_limited": "rate limit of the model: no answer is asked for within {wait_ms} ms",
    "response_failed": "response failed: {code}, {failures} in a row",
    "answer_overtaken": "answer overtaken: the caller goes on before its first sound",
    "answer_sent": "answer {turn}: sent #{first}-#{last}, {bytes} bytes; {marked} bytes marked as played, "
    "the last mark after {mark_ms} ms",
    "user_said": "user said: {text}",
    "bot_said": "AI said: {text} (heard {heard_ms} of {audio_ms} ms)",
    "barge_in_paused": "BARGE-IN paused the bot after {speech_ms} ms of speech, "
    "level {level} over a floor of {floor}",
    "barge_in": "BARGE-IN real after {speech_ms} ms of speech, level {level} over a floor of {floor}: "
    "heard {heard_ms} of {audio_ms} ms",
    "resumed": "resumed after {silent_ms} ms as answer {turn}, from {heard_ms} of {audio_ms} ms",
    "truncated": "truncated {item} at {heard_ms} of {audio_ms} ms",
    "filler": "a tool is slow: the caller is asked for patience",
    "tool_called": "tool {name} called",
    "tool_answered": "tool {name} answered: {status} in {took_ms} ms",
    "outputs_heard": "the caller heard what {call_ids} brought",
    "keypad": "keypad: {keys} keys",
    "silence_warning": "silence warning {number}",
    "sound_unheard": "{sound_ms} ms of sound over the line's floor, and no voice heard in it",
    "call_reopened": "the call goes on: it was to end as {outcome}",
    "model_error": "model error {code}: {message}",
    "audio_dropped": "{frames} frames of caller audio dropped",
    "messages_ignored": "{number} messages ignored",
    "hang_up": "hang-up: {outcome} ({detail}), lead captured {lead_captured}",
}

# Lines that somebody must look after; the others are INFO.
WARNINGS = frozenset({"transcription_refused"})

_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_WORDS = frozenset({"text", "message"})  # fields that hold what somebody said, or what may quote it


@frozen
class Line:
    """The line of one event. As a string it has the words; `wordless` is for a log that must not.

    Every number of seven digits or more is masked either way. `tools` are the names of the tools that there
    are: any other name of one was made up by the model, which may have put anything into it.
    """

    kind: str
    fields: dict[str, Any]
    tools: Collection[str] = ()

    def __str__(self) -> str:
        return line(self.kind, self.fields)

    def wordless(self) -> str:
        """Return the line with a count where words stood."""
        fields = {name: _counted(value) if name in _WORDS else value for name, value in self.fields.items()}
        if "name" in fields and fields["name"] not in self.tools:
            fields["name"] = "unknown"
        return line(self.kind, fields)


def line(kind: str, fields: dict[str, Any]) -> str:
    """Write the log line of one event, with every number of seven digits or more masked."""
    words = LINES[kind].format(**fields)
    if "why" in fields:  # a tool call that was answered without being run
        words += f", not run: {fields['why']}"
    return _NUMBER.sub("[number]", words)


def _counted(text: str) -> str:
    return f"({len(text.split())} words)"
