"""The account of a call, a typed line for each thing that happened: the log says it, the record keeps it.

A line bears the ids of what it is about, so that no reader has to guess them from the order: `turn`, an
answer as it was played, a new one when it plays on; `response`, the model's id of it; `item`, a message of it
or an utterance of the caller's; `call_id`, a tool call; `utterance`, a number through the stream. Where an id
is None it is not known: the model was not asked, has not named it yet, or the release kept no ids.

`says` is the line as the log has it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import cattrs
from attrs import fields, frozen
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from engine.usage import Usage


class UnknownLine(Exception):
    """No line of this kind is known, or its fields are others; the text says which."""


@frozen(kw_only=True)
class CallStarted:
    """The media stream has begun."""

    kind: ClassVar = "call_started"
    says: ClassVar = "call started"


@frozen(kw_only=True)
class ModelConnected:
    """The model's socket is open."""

    kind: ClassVar = "model_connected"
    says: ClassVar = "model connected"


@frozen(kw_only=True)
class TranscriptionRefused:
    """The model does not write down what the caller says."""

    kind: ClassVar = "transcription_refused"
    says: ClassVar = (
        "no transcription, the model refused it ({code}): the caller's words are not in this call's account"
    )
    code: str


@frozen(kw_only=True)
class SessionConfigured:
    """The model's session as it took it, and what turns are decided by."""

    kind: ClassVar = "session_configured"
    says: ClassVar = (
        "session configured: voice {voice}, in {input_format}, out {output_format}; "
        "detector {detector}: {thresholds}"
    )
    voice: str
    input_format: str
    output_format: str
    detector: str
    thresholds: str


@frozen(kw_only=True)
class Greeting:
    """The instruction with which the model was told to begin."""

    kind: ClassVar = "greeting"
    says: ClassVar = "greeting: {text}"
    text: str


@frozen(kw_only=True)
class _Heard:
    """The caller's loudness, and the line's floor: RMS on the 16-bit scale."""

    level: int = 0
    floor: int = 0


@frozen(kw_only=True)
class UtteranceBegun(_Heard):
    """The caller begins to speak."""

    kind: ClassVar = "utterance_started"
    says: ClassVar = "[UTT] START onset {onset_ms} ms, level {level} over a floor of {floor}"
    onset_ms: int  # in frame time, as in the two lines below


@frozen(kw_only=True)
class UtteranceOver(_Heard):
    """The caller has said something to answer; a doubtful one may still prove to be nothing."""

    kind: ClassVar = "utterance_ended"
    says: ClassVar = (
        "[UTT] END {speech_ms} ms of speech and {silence_ms} ms of silence, "
        "capped {capped}, doubtful {doubtful}, level {level} over a floor of {floor}"
    )
    onset_ms: int
    speech_ms: int
    silence_ms: int
    capped: bool
    doubtful: bool
    utterance: int | None = None


@frozen(kw_only=True)
class UtteranceIgnored(_Heard):
    """A sound of the caller's that is not to be answered."""

    kind: ClassVar = "utterance_skipped"
    says: ClassVar = (
        "[UTT] SKIPPED {speech_ms} ms of speech: {reason}, {counted_ms} of {needed_ms} ms, "
        "level {level} over a floor of {floor}"
    )
    onset_ms: int
    speech_ms: int
    reason: str
    counted_ms: int
    needed_ms: int


@frozen(kw_only=True)
class NoticeWasHeard:
    """The caller has heard the notice to its last word."""

    kind: ClassVar = "notice_heard"
    says: ClassVar = "notice heard"
    text: str


@frozen(kw_only=True)
class ResponseBegun:
    """The model has begun an answer; `reasons` are those it was asked for, in one line."""

    kind: ClassVar = "response_created"
    says: ClassVar = "response created for {reasons}"
    reasons: str
    response: str | None = None
    ahead: bool | None = None  # asked for before the caller had surely finished; None: no

    @property
    def why(self) -> frozenset[str]:
        """The reasons one by one."""
        return frozenset(self.reasons.split(", "))


@frozen(kw_only=True)
class ResponseEnded:
    """The model has ended an answer: generated, not played."""

    kind: ClassVar = "response_done"
    says: ClassVar = "response done: {status}"
    status: str
    response: str | None = None


@frozen(kw_only=True)
class FirstAudio:
    """An answer begins to sound, or to sound again: the first of its chunks is at the carrier."""

    kind: ClassVar = "first_audio"
    says: ClassVar = "answer {turn}: begins with #{first}, {bytes} bytes"
    turn: int
    first: int
    bytes: int
    response: str | None = None


@frozen(kw_only=True)
class ResponseIncomplete:
    """The model broke an answer off."""

    kind: ClassVar = "response_incomplete"
    says: ClassVar = "response {status}: {reason}"
    status: str
    reason: str | None
    response: str | None = None


@frozen(kw_only=True)
class RateLimited:
    """The model is asked for nothing for a while."""

    kind: ClassVar = "rate_limited"
    says: ClassVar = "rate limit of the model: no answer is asked for within {wait_ms} ms"
    wait_ms: int


@frozen(kw_only=True)
class ResponseFailed:
    """An answer did not come."""

    kind: ClassVar = "response_failed"
    says: ClassVar = "response failed: {code}, {failures} in a row"
    code: str
    failures: int
    response: str | None = None


@frozen(kw_only=True)
class AnswerOvertaken:
    """The caller went on before the first sound of an answer."""

    kind: ClassVar = "answer_overtaken"
    says: ClassVar = "answer overtaken: the caller goes on before its first sound"
    response: str | None = None


@frozen(kw_only=True)
class AnswerSent:
    """An answer's way to the carrier, when it is over."""

    kind: ClassVar = "answer_sent"
    says: ClassVar = (
        "answer {turn}: sent #{first}-#{last}, {bytes} bytes; {marked} bytes marked as played, "
        "the last mark after {mark_ms} ms"
    )
    turn: int
    first: int
    last: int
    bytes: int
    marked: int
    mark_ms: int | None
    response: str | None = None


@frozen(kw_only=True)
class UserSaid:
    """The caller's words, as another model heard them."""

    kind: ClassVar = "user_said"
    says: ClassVar = "user said: {text}"
    text: str
    item: str | None = None
    utterance: int | None = None


@frozen(kw_only=True)
class BotSaid:
    """An answer is over, in the words that the caller heard and those that they did not."""

    kind: ClassVar = "bot_said"
    says: ClassVar = "AI said: {text} (heard {heard_ms} of {audio_ms} ms)"
    text: str
    unheard: str
    heard_ms: int
    audio_ms: int
    turn: int | None = None
    response: str | None = None


@frozen(kw_only=True)
class BotPaused(_Heard):
    """The caller speaks over the bot, which is silent until it is clear whether they mean it."""

    kind: ClassVar = "barge_in_paused"
    says: ClassVar = (
        "BARGE-IN paused the bot after {speech_ms} ms of speech, level {level} over a floor of {floor}"
    )
    speech_ms: int


@frozen(kw_only=True)
class BargeIn(_Heard):
    """The caller has taken the floor from the bot."""

    kind: ClassVar = "barge_in"
    says: ClassVar = (
        "BARGE-IN real after {speech_ms} ms of speech, level {level} over a floor of {floor}: "
        "heard {heard_ms} of {audio_ms} ms"
    )
    speech_ms: int
    heard_ms: int
    audio_ms: int
    turn: int | None = None
    response: str | None = None


@frozen(kw_only=True)
class Murmured:
    """The caller's words over the bot only agreed: it plays on, and they are not answered."""

    kind: ClassVar = "back_channel"
    says: ClassVar = "back-channel: {text}"
    text: str
    item: str | None = None
    utterance: int | None = None


@frozen(kw_only=True)
class Resumed:
    """The bot plays on, as another turn: it was paused by nothing."""

    kind: ClassVar = "resumed"
    says: ClassVar = "resumed after {silent_ms} ms as answer {turn}, from {heard_ms} of {audio_ms} ms"
    turn: int
    heard_ms: int
    audio_ms: int
    silent_ms: int
    response: str | None = None
    utterance: int | None = None  # that proved to be nothing; None: it was not even one


@frozen(kw_only=True)
class Truncated:
    """The model was told that the caller did not hear all of a message."""

    kind: ClassVar = "truncated"
    says: ClassVar = "truncated {item} at {heard_ms} of {audio_ms} ms"
    item: str
    heard_ms: int
    audio_ms: int


@frozen(kw_only=True)
class Filler:
    """A tool is slow."""

    kind: ClassVar = "filler"
    says: ClassVar = "a tool is slow: the caller is asked for patience"


@frozen(kw_only=True)
class ToolCalled:
    """The model has called a tool."""

    kind: ClassVar = "tool_called"
    says: ClassVar = "tool {name} called"
    name: str
    call_id: str
    response: str | None = None


@frozen(kw_only=True)
class ToolAnswered:
    """The one output of a tool call: never its arguments, of its result only what is to be said."""

    kind: ClassVar = "tool_answered"
    says: ClassVar = "tool {name} answered: {status} in {took_ms} ms"
    name: str
    call_id: str
    status: str
    took_ms: int | None
    said: str | None = None
    why: str | None = None  # it was not run: "filler", "limit" or "repeat" (tool_limits.py)


@frozen(kw_only=True)
class OutputsHeard:
    """The caller has heard an answer that spoke of these tool calls to its end."""

    kind: ClassVar = "outputs_heard"
    says: ClassVar = "the caller heard what {call_ids} brought"
    call_ids: list[str]


@frozen(kw_only=True)
class Keyed:
    """The caller pressed so many keys; which is in no account: they may be those of a card."""

    kind: ClassVar = "keypad"
    says: ClassVar = "keypad: {keys} keys"
    keys: int


@frozen(kw_only=True)
class SilenceWarning:
    """Nobody spoke for a while, and the caller was asked whether they are there."""

    kind: ClassVar = "silence_warning"
    says: ClassVar = "silence warning {number}"
    number: int


@frozen(kw_only=True)
class SoundUnheard:
    """There is sound on the line, and no voice was heard in it."""

    kind: ClassVar = "sound_unheard"
    says: ClassVar = "{sound_ms} ms of sound over the line's floor, and no voice heard in it"
    sound_ms: int


@frozen(kw_only=True)
class VoiceRefused(_Heard):
    """There is a voice on the line, and it is too soft to be the caller's."""

    kind: ClassVar = "voice_refused"
    says: ClassVar = (
        "{speech_ms} ms of a voice below the caller's own level of {own}, "
        "level {level} over a floor of {floor}"
    )
    speech_ms: int
    own: int


@frozen(kw_only=True)
class NoisyLine:
    """The caller's line is noisy: its highest floor so far, and how often nothing stopped the bot."""

    kind: ClassVar = "noisy_line"
    says: ClassVar = "noisy line: a floor of {floor}, {false_stops} false stops of the bot; the model is told"
    floor: int
    false_stops: int


@frozen(kw_only=True)
class CallReopened:
    """The caller has taken the call back."""

    kind: ClassVar = "call_reopened"
    says: ClassVar = "the call goes on: it was to end as {outcome}"
    outcome: str


@frozen(kw_only=True)
class ModelError:
    """The model refused something, or is gone."""

    kind: ClassVar = "model_error"
    says: ClassVar = "model error {code}: {message}"
    code: str | None
    message: str


@frozen(kw_only=True)
class AudioDropped:
    """The process was too slow to listen to all of the caller."""

    kind: ClassVar = "audio_dropped"
    says: ClassVar = "{frames} frames of caller audio dropped"
    frames: int


@frozen(kw_only=True)
class MessagesIgnored:
    """A peer said what its protocol does not allow."""

    kind: ClassVar = "messages_ignored"
    says: ClassVar = "{number} messages ignored"
    number: int


@frozen(kw_only=True)
class ModelUsed(Usage):
    """The tokens used in this stream: by the model, and by the one that wrote down the caller's words."""

    kind: ClassVar = "model_used"
    says: ClassVar = (
        "{model} used {audio_in} audio and {text_in} text tokens in ({audio_cached} and {text_cached} "
        "cached), {audio_out} and {text_out} out, in {responses} responses, "
        "{given_up_in} in and {given_up_out} out for what was given up; "
        "{transcription_model} wrote down {transcribed_ms} ms"
    )
    model: str
    transcription_model: str | None


@frozen(kw_only=True)
class HangUp:
    """The stream is over."""

    kind: ClassVar = "hang_up"
    says: ClassVar = "hang-up: {outcome} ({detail}), lead captured {lead_captured}"
    outcome: str
    detail: str
    lead_captured: bool


Line = (
    CallStarted
    | ModelConnected
    | TranscriptionRefused
    | SessionConfigured
    | Greeting
    | UtteranceBegun
    | UtteranceOver
    | UtteranceIgnored
    | NoticeWasHeard
    | ResponseBegun
    | ResponseEnded
    | FirstAudio
    | ResponseIncomplete
    | RateLimited
    | ResponseFailed
    | AnswerOvertaken
    | AnswerSent
    | UserSaid
    | BotSaid
    | BotPaused
    | BargeIn
    | Murmured
    | Resumed
    | Truncated
    | Filler
    | ToolCalled
    | ToolAnswered
    | OutputsHeard
    | Keyed
    | SilenceWarning
    | SoundUnheard
    | VoiceRefused
    | NoisyLine
    | CallReopened
    | ModelError
    | AudioDropped
    | MessagesIgnored
    | ModelUsed
    | HangUp
)
KINDS: dict[str, type[Line]] = {each.kind: each for each in Line.__args__}

_converter = cattrs.Converter()


def _unstructure(kind: type[Line]) -> Callable[[Line], dict[str, Any]]:
    # An id that is not known is left out, so that old rows and new ones differ by nothing else.
    left_out: Any = {
        each.name: cattrs.override(omit_if_default=each.default is None) for each in fields(kind)
    }
    return make_dict_unstructure_fn(kind, _converter, **left_out)


_UNSTRUCTURE = {kind: _unstructure(kind) for kind in KINDS.values()}
_STRUCTURE = {
    name: make_dict_structure_fn(kind, _converter, _cattrs_forbid_extra_keys=True)
    for name, kind in KINDS.items()
}


def fields_of(line: Line) -> dict[str, Any]:
    """Give the fields of a line as JSON values; an id that is not known is left out."""
    return _UNSTRUCTURE[type(line)](line)


def line_of(kind: str, given: dict[str, Any]) -> Line:
    """Make a line of its kind and fields, as they were stored. Raises UnknownLine."""
    if kind not in KINDS:
        raise UnknownLine(f"kind: {kind!r} is none that this release knows")
    try:
        return _STRUCTURE[kind](given, KINDS[kind])
    except cattrs.BaseValidationError as problem:
        raise UnknownLine(f"{kind}: {cattrs.transform_error(problem)[0]}") from None


@frozen(kw_only=True)
class CallEvent:
    """One line of a call's account, and when it happened."""

    at_ms: int  # since the media stream started
    line: Line

    @property
    def kind(self) -> str:
        """The name of what happened."""
        return self.line.kind

    @property
    def fields(self) -> dict[str, Any]:
        """The line's fields as JSON values."""
        return fields_of(self.line)
