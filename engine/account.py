"""How a call reads in the log: one line for each event of its account, nothing per frame.

The account itself (`CallEvent`s) is stored with the call; there the words stand as they were said.
In the log numbers are masked, because a log travels further than the business's own database.
"""

import re
from typing import Any

LINES = {
    "call_started": "call started",
    "model_connected": "model connected",
    "transcription_refused": "no transcription, the model refused it ({code}): the caller's words are not in "
    "this call's account",
    "session_configured": "session configured: voice {voice}, in {input_format}, out {output_format}",
    "greeting": "greeting",
    "utterance_started": "[UTT] START onset {onset_ms} ms",
    "utterance_ended": "[UTT] END {speech_ms} ms of speech and {silence_ms} ms of silence, "
    "capped {capped}, doubtful {doubtful}",
    "utterance_skipped": "[UTT] SKIPPED {speech_ms} ms of speech: {reason}, {counted_ms} of {needed_ms} ms",
    "notice_heard": "notice heard",
    "response_created": "response created for {reasons}",
    "response_done": "response done: {status}",
    "first_audio": "answer {turn}: first audio sent",
    "response_incomplete": "response {status}: {reason}",
    "rate_limited": "rate limit of the model: no answer is asked for within {wait_ms} ms",
    "response_failed": "response failed: {code}, {failures} in a row",
    "answer_overtaken": "answer overtaken: the caller goes on before its first sound",
    "answer_sent": "answer {turn}: sent #{first}-#{last}, {bytes} bytes",
    "user_said": "user said: {text}",
    "bot_said": "AI said: {text} (heard {heard_ms} of {audio_ms} ms)",
    "barge_in_paused": "BARGE-IN paused the bot after {speech_ms} ms of speech",
    "barge_in": "BARGE-IN real after {speech_ms} ms of speech: heard {heard_ms} of {audio_ms} ms",
    "resumed": "resumed after {silent_ms} ms as answer {turn}, from {heard_ms} of {audio_ms} ms",
    "truncated": "truncated {item} at {heard_ms} of {audio_ms} ms",
    "filler": "a tool is slow: the caller is asked for patience",
    "tool_called": "tool {name} called",
    "tool_answered": "tool {name} answered: {status} in {took_ms} ms",
    "outputs_heard": "the caller heard what {call_ids} brought",
    "keypad": "keypad: {keys} keys",
    "silence_warning": "silence warning {number}",
    "sound_unheard": "{sound_ms} ms of sound over the line's floor, and no voice heard in it",
    "model_error": "model error {code}: {message}",
    "audio_dropped": "{frames} frames of caller audio dropped",
    "messages_ignored": "{number} messages ignored",
    "hang_up": "hang-up: {outcome} ({detail}), lead captured {lead_captured}",
}

# Lines that somebody must look after; the others are INFO.
WARNINGS = frozenset({"transcription_refused"})

_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")


def line(kind: str, fields: dict[str, Any]) -> str:
    """The log line of one event, with every number of seven digits or more masked."""
    words = LINES[kind].format(**fields)
    if "why" in fields:  # a tool call that was answered without being run
        words += f", not run: {fields['why']}"
    return _NUMBER.sub("[number]", words)
