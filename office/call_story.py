"""A call as an owner reads it: who said what, how much of it was heard, and what happened in between.

The stored account follows the machinery: an answer's words come when it is over, the caller's when they have
been transcribed. Here everything stands where it was said. Nothing is worded here.
"""

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any

from attrs import Factory, define, evolve

from engine.conversation.parting import END_CALL
from engine.outcome import Outcome
from engine.settings import FRAME_MS
from office.entries import Account, BotSaid, CallerSaid, Entry, Noted, Response, Span, ToolUsed
from storage.records import CallEvent

_TOO_SHORT = "too short"


def tell(events: Iterable[CallEvent]) -> Account:
    """Tell the account of a call from its events, which come in their order; what is no news is left out."""
    telling = _Telling()
    for event in events:
        if event.kind in _HANDLERS:
            _HANDLERS[event.kind](telling, _completed(event))
    return telling.account()


# What the first release did not note yet, and what held then.
_FIRST_RELEASE: dict[str, dict[str, Any]] = {
    "utterance_ended": {"silence_ms": 500, "doubtful": False},
    "utterance_skipped": {"onset_ms": inf},
    "bot_said": {"unheard": ""},
    "tool_answered": {"took_ms": None},
}


def _completed(event: CallEvent) -> CallEvent:
    defaults = _FIRST_RELEASE.get(event.kind, {})
    if defaults.keys() <= event.fields.keys():
        return event
    return evolve(event, fields={**defaults, **event.fields})


def elapsed(at_ms: int) -> str:
    """Return how far into a call that is, in minutes and seconds: "1:05"."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


@define
class _Answer:
    """The answer that plays."""

    began_ms: int
    resumed_ms: int  # when it last began to sound
    heard_ms: int = 0  # before that
    spans: list[Span] = Factory(list)
    interrupted: bool = False
    played_on: bool = False

    def hear(self, heard_ms: int) -> None:
        """Record that `heard_ms` of the answer were audible by the end of what sounds now."""
        if heard_ms > self.heard_ms:
            self.spans.append(Span(self.resumed_ms, self.resumed_ms + heard_ms - self.heard_ms))
            self.heard_ms = heard_ms


@define
class _Telling:
    """One pass over the events. An answer's events stand between its `first_audio` and its `bot_said`."""

    _entries: list[Entry] = Factory(list)
    _murmurs: list[Span] = Factory(list)
    _responses: list[Response] = Factory(list)
    _leg_ms: int | None = None  # when the media stream began; a call that comes back has a second one
    _leg_ended: str | None = None  # how the stream before it did
    _answer: _Answer | None = None
    _utterances: list[tuple[int, Span]] = Factory(list)  # with the time at which each was known to be over
    _in_doubt: bool = False  # the last of them
    _transcripts: list[CallEvent] = Factory(list)
    _unanswered_ms: int | None = None  # when the caller last stopped speaking, until the bot sounds
    _tools: dict[str, CallEvent] = Factory(dict)  # called and not answered, by call_id

    def account(self) -> Account:
        """Return all that was told, in order."""
        self._entries += _with_words(self._utterances, self._transcripts)
        self._entries += [_tool(called, called.at_ms, None) for called in self._tools.values()]
        return Account(
            entries=tuple(sorted(self._entries, key=lambda entry: entry.at_ms)),
            murmurs=tuple(self._murmurs),
            responses=tuple(self._responses),
        )

    # The caller

    def utterance_ended(self, event: CallEvent) -> None:
        """Keep an utterance that is to be answered; a doubtful one may still prove to be nothing."""
        end_ms = event.at_ms - event.fields["silence_ms"]
        span = Span(max(0, end_ms - event.fields["speech_ms"]), end_ms)
        self._utterances.append((event.at_ms, span))
        self._in_doubt = event.fields["doubtful"]
        self._unanswered_ms = end_ms

    def utterance_skipped(self, event: CallEvent) -> None:
        """Note a sound that needs no answer. Over the bot, or on the way to its answer, that is no news."""
        speech_ms = event.fields["speech_ms"]
        # Frames can run ahead of the clock: a gap in them counts as silence, and then they come after all.
        start_ms = min((self._leg_ms or 0) + event.fields["onset_ms"], event.at_ms - speech_ms)
        self._murmurs.append(Span(start_ms, start_ms + speech_ms))
        quiet = self._answer is None and self._unanswered_ms is None
        if quiet and event.fields["reason"] == _TOO_SHORT:
            self._entries.append(Noted(at_ms=start_ms, kind="unanswered", values={"speech_ms": speech_ms}))

    def user_said(self, event: CallEvent) -> None:
        """Keep the words. Of which utterance they are is found when all are known."""
        self._transcripts.append(event)

    # The bot

    def first_audio(self, event: CallEvent) -> None:
        """Begin an answer with its first sound."""
        self._answer = _Answer(event.at_ms, event.at_ms)
        if self._unanswered_ms is not None:
            self._responses.append(Response(self._unanswered_ms, event.at_ms - self._unanswered_ms))
            self._unanswered_ms = None

    def resumed(self, event: CallEvent) -> None:
        """Take back what paused the answer, which was nothing; it plays on."""
        if self._in_doubt:
            self._murmurs.append(self._utterances.pop()[1])
            self._in_doubt, self._unanswered_ms = False, None
        if self._answer is not None:
            self._answer.hear(event.fields["heard_ms"])
            self._answer.resumed_ms = event.at_ms
            self._answer.played_on = True

    def barge_in(self, _event: CallEvent) -> None:
        """Give the caller the floor: what was in doubt was real."""
        self._in_doubt = False
        if self._answer is not None:
            self._answer.interrupted = True

    def bot_said(self, event: CallEvent) -> None:
        """Tell of an answer that is over, heard to its end or not."""
        answer = self._answer or _Answer(event.at_ms, event.at_ms)  # cut before its first sound
        answer.hear(event.fields["heard_ms"])
        said = BotSaid(
            at_ms=answer.began_ms,
            heard=event.fields["text"],
            unheard=event.fields["unheard"],
            spans=tuple(answer.spans),
            unheard_ms=event.fields["audio_ms"] - event.fields["heard_ms"],
            interrupted=answer.interrupted,
            played_on=answer.played_on,
        )
        self._entries.append(said)
        self._answer = None

    def tool_called(self, event: CallEvent) -> None:
        """Keep a tool call until it is answered. That the bot hangs up is told by the end."""
        if event.fields["name"] != END_CALL:
            self._tools[event.fields["call_id"]] = event

    def tool_answered(self, event: CallEvent) -> None:
        """Tell what came of a tool call."""
        called = self._tools.pop(event.fields["call_id"], None)
        if called is not None:
            self._entries.append(_tool(event, called.at_ms, event.fields["took_ms"]))

    # All else

    def call_started(self, event: CallEvent) -> None:
        """Begin a media stream; a second one brings the caller back."""
        if self._leg_ms is not None:
            kind = "reconnected" if self._leg_ended == Outcome.CARRIER_LOST else "came_back"
            self._entries.append(Noted(at_ms=event.at_ms, kind=kind, values={}))
        self._leg_ms = event.at_ms

    def hang_up(self, event: CallEvent) -> None:
        """End a media stream, and tell how it ended."""
        self._leg_ended = event.fields["outcome"]
        self.note(event)

    def audio_dropped(self, event: CallEvent) -> None:
        """Tell that the caller was not heard for a while: the server was too busy."""
        values = {"dropped_ms": event.fields["frames"] * FRAME_MS}
        self._entries.append(Noted(at_ms=event.at_ms, kind=event.kind, values=values))

    def note(self, event: CallEvent) -> None:
        """Copy the event as a note."""
        values = {name: event.fields[name] for name in _NOTED[event.kind]}
        self._entries.append(Noted(at_ms=event.at_ms, kind=event.kind, values=values))


def _with_words(utterances: list[tuple[int, Span]], transcripts: list[CallEvent]) -> Iterator[CallerSaid]:
    """Give each utterance its words: they keep their order, come after its end, and may never come."""
    left = utterances.copy()
    for said in reversed(transcripts):
        while left and left[-1][0] > said.at_ms:
            yield _caller(left.pop()[1])
        span = left.pop()[1] if left else Span(said.at_ms, said.at_ms)
        yield _caller(span, said.fields["text"])
    yield from (_caller(span) for _, span in left)


def _caller(span: Span, text: str = "") -> CallerSaid:
    return CallerSaid(at_ms=span.start_ms, span=span, text=text)


def _tool(event: CallEvent, at_ms: int, took_ms: int | None) -> ToolUsed:
    fields = event.fields
    return ToolUsed(
        at_ms=at_ms,
        name=fields["name"],
        status=fields.get("status"),
        took_ms=took_ms,
        said=fields.get("said", ""),
        why=fields.get("why"),
    )


# Errors of the model that change something lead to one of these; the others are for the log.
_NOTED: dict[str, tuple[str, ...]] = {
    "notice_heard": (),
    "silence_warning": ("number",),
    "keypad": ("keys",),
    "response_failed": ("code", "failures"),
    "response_incomplete": ("status", "reason"),
    "hang_up": ("outcome", "detail"),
}
_HANDLERS: dict[str, Callable[[_Telling, CallEvent], None]] = {
    "utterance_ended": _Telling.utterance_ended,
    "utterance_skipped": _Telling.utterance_skipped,
    "user_said": _Telling.user_said,
    "first_audio": _Telling.first_audio,
    "resumed": _Telling.resumed,
    "barge_in": _Telling.barge_in,
    "bot_said": _Telling.bot_said,
    "tool_called": _Telling.tool_called,
    "tool_answered": _Telling.tool_answered,
    "call_started": _Telling.call_started,
    "audio_dropped": _Telling.audio_dropped,
    **dict.fromkeys(_NOTED, _Telling.note),
    "hang_up": _Telling.hang_up,
}
