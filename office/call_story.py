"""A call as an owner reads it: who said what, how much of it was heard, and what happened in between.

The account follows the machinery: an answer's words come when it is over, the caller's when they have
been transcribed. Here everything stands where it was said. Nothing is worded here.

All that is told of a call comes from its `Story`: what became of each utterance, each answer and each tool
call. What belongs together is known by the lines' ids; each media stream has its own.
"""

from collections.abc import Iterable
from typing import Any

from attrs import Factory, define, evolve

from engine import account as lines
from engine.account import CallEvent, Line
from engine.conversation.parting import END_CALL
from engine.outcome import Outcome
from engine.settings import FRAME_MS
from engine.states import Reason
from office.entries import Account, BotSaid, CallerSaid, Entry, Noted, Response, Span, ToolUsed

_TOO_SHORT = "too short"
_OfTheModel = lines.ResponseBegun | lines.ResponseFailed | lines.AnswerOvertaken
_OfTheBot = lines.FirstAudio | lines.Resumed | lines.BargeIn | lines.BotSaid


def tell(events: Iterable[CallEvent]) -> Account:
    """Tell a call from its account; what is no news is left out."""
    return follow(events).account()


def follow(events: Iterable[CallEvent]) -> "Story":
    """Find what became of all that stands in an account."""
    story = Story()
    for event in events:
        story.add(event.at_ms, event.line)
    return story


def elapsed(at_ms: int) -> str:
    """Return how far into a call that is, in minutes and seconds: "1:05"."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


@define
class Utterance:
    """Something that the caller said, to be answered."""

    at_ms: int  # when it was known to be over
    line: lines.UtteranceOver
    words: dict[str | None, str] = Factory(dict)  # that were made out, by the item of the model
    text_ms: int = 0  # when they came
    nothing: bool = False  # it was in doubt, and the bot played on
    created_ms: int | None = None  # when the response was created that answers it

    @property
    def text(self) -> str | None:
        """What was said; None: no words were made out."""
        return " ".join(self.words.values()) if self.words else None

    @property
    def span(self) -> Span:
        """The stretch in which it was said."""
        end_ms = self.at_ms - self.line.silence_ms
        return Span(max(0, end_ms - self.line.speech_ms), end_ms)


@define
class ToolCall:
    """A tool that the model called, and how it was answered."""

    at_ms: int
    line: lines.ToolCalled
    answer: lines.ToolAnswered | None = None
    answered_ms: int | None = None

    def used(self) -> ToolUsed:
        """Tell it: it stands where the tool was called."""
        told = ToolUsed(at_ms=self.at_ms, name=self.line.name, status=None, took_ms=None, said="", why=None)
        if (known := self.answer) is None:
            return told
        return evolve(told, status=known.status, took_ms=known.took_ms, said=known.said or "", why=known.why)


@define
class Answer:
    """A response of the model, and what came of it."""

    response: str | None
    created_ms: int | None = None
    queued: bool = False  # another one sounded when it was created
    began_ms: int | None = None  # its first sound
    said: BotSaid | None = None
    calls: list[ToolCall] = Factory(list)
    failed: tuple[int, str] | None = None  # when, and its code
    overtaken_ms: int | None = None
    interrupted: bool = False
    played_on: bool = False
    _spans: list[Span] = Factory(list)
    _sounds_ms: int = 0  # since when
    _heard_ms: int = 0  # before that

    def sound(self, at_ms: int) -> None:
        """Let it sound from now on."""
        self._sounds_ms = at_ms
        if self.began_ms is None:
            self.began_ms = at_ms

    def play_on(self, at_ms: int, heard_ms: int) -> None:
        """Let it sound again: what paused it, after so much of it, was nothing."""
        if self.began_ms is not None:
            self.hear(heard_ms)
            self.sound(at_ms)
            self.played_on = True

    def hear(self, heard_ms: int) -> None:
        """Count so much of it as heard by the end of what sounds now."""
        if heard_ms > self._heard_ms:
            self._spans.append(Span(self._sounds_ms, self._sounds_ms + heard_ms - self._heard_ms))
            self._heard_ms = heard_ms

    def over(self, at_ms: int, line: lines.BotSaid) -> BotSaid:
        """Tell it, now that it is over, heard to its end or not."""
        if self.began_ms is None:  # it was cut before its first sound
            self.sound(at_ms)
        self.hear(line.heard_ms)
        self.said = BotSaid(
            at_ms=at_ms if self.began_ms is None else self.began_ms,
            heard=line.text,
            unheard=line.unheard,
            spans=tuple(self._spans),
            unheard_ms=line.audio_ms - line.heard_ms,
            interrupted=self.interrupted,
            played_on=self.played_on,
        )
        return self.said


@define
class _Known:
    """The things that the ids of one media stream stand for."""

    utterances: dict[int | None, Utterance] = Factory(dict)
    early: dict[int | None, list[tuple[int, lines.UserSaid | lines.Murmured]]] = Factory(dict)  # not over yet
    answers: dict[str | None, Answer] = Factory(dict)
    tools: dict[str, ToolCall] = Factory(dict)


@define
class Story:
    """The course of a call, found in one pass over its account."""

    utterances: list[Utterance] = Factory(list)
    answers: list[Answer] = Factory(list)  # in the order in which the model began them
    tools: list[ToolCall] = Factory(list)
    responses: list[Response] = Factory(list)
    _entries: list[Entry] = Factory(list)
    _murmurs: list[Span] = Factory(list)
    _known: _Known = Factory(_Known)
    _leg_ms: int | None = None  # when the media stream began; a call that comes back has a second one
    _leg_ended: str | None = None  # how the stream before it did
    _sounding: Answer | None = None
    _unanswered_ms: int | None = None  # when the caller last stopped speaking, until the bot sounds
    _ahead_ms: int | None = None  # when a response was created to what is not over yet

    def account(self) -> Account:
        """Tell all, in order. That the bot hangs up is told by the end."""
        entries = [*self._entries, *self._unfinished()]
        entries += [_caller(each.span, each.text) for each in self.utterances if not each.nothing]
        entries += [tool.used() for tool in self.tools if tool.line.name != END_CALL]
        return Account(
            entries=tuple(sorted(entries, key=lambda entry: entry.at_ms)),
            murmurs=tuple(self._murmurs),
            responses=tuple(self.responses),
        )

    def add(self, at_ms: int, line: Line) -> None:
        """Take the next line."""
        match line:
            case lines.UtteranceOver():
                self._over(Utterance(at_ms, line))
            case lines.UtteranceIgnored():
                self._ignored(at_ms, line)
            case lines.UserSaid() | lines.Murmured():
                self._said(at_ms, line)
            case lines.ResponseBegun() | lines.ResponseFailed() | lines.AnswerOvertaken():
                self._model(at_ms, line, self._answer(line.response))
            case lines.FirstAudio() | lines.Resumed() | lines.BargeIn() | lines.BotSaid():
                self._bot(at_ms, line, self._answer(line.response))
            case lines.ToolCalled():
                self._known.tools[line.call_id] = tool = ToolCall(at_ms, line)
                self.tools.append(tool)
                self._answer(line.response).calls.append(tool)
            case lines.ToolAnswered() if line.call_id in self._known.tools:
                tool = self._known.tools[line.call_id]
                tool.answer, tool.answered_ms = line, at_ms
            case lines.CallStarted():
                self._begin_stream(at_ms)
            case lines.HangUp():
                self._leg_ended = line.outcome
        self._note(at_ms, line.kind, _noted(line))

    def _over(self, utterance: Utterance) -> None:
        number = utterance.line.utterance
        self.utterances.append(utterance)
        self._known.utterances[number] = utterance
        self._unanswered_ms = utterance.span.end_ms
        utterance.created_ms, self._ahead_ms = self._ahead_ms, None
        for at_ms, line in self._known.early.pop(number, ()):
            self._said(at_ms, line)

    def _unfinished(self) -> list[Entry]:
        """Tell what was heard of a caller who never came to an end: the call did."""
        words = (said for parts in self._known.early.values() for said in parts)
        return [_caller(Span(at_ms, at_ms), line.text) for at_ms, line in words]

    def _said(self, at_ms: int, line: lines.UserSaid | lines.Murmured) -> None:
        utterance = self._known.utterances.get(line.utterance)
        if utterance is None and line.utterance is not None:  # a part of what they are still saying
            self._known.early.setdefault(line.utterance, []).append((at_ms, line))
        elif utterance is None:
            self._entries.append(_caller(Span(at_ms, at_ms), line.text))
        else:
            utterance.words[line.item], utterance.text_ms = line.text, at_ms
            # The bot may have played on before all words were known; over a murmur it always does.
            utterance.nothing = False

    def _ignored(self, at_ms: int, line: lines.UtteranceIgnored) -> None:
        """Pass over what is not to be answered: over the bot, or on the way to its answer, it is no news."""
        # Frames can run ahead of the clock: a gap in them counts as silence, and then they come after all.
        start_ms = min((self._leg_ms or 0) + line.onset_ms, at_ms - line.speech_ms)
        self._murmurs.append(Span(start_ms, start_ms + line.speech_ms))
        quiet = self._sounding is None and self._unanswered_ms is None
        if quiet and line.reason == _TOO_SHORT:
            self._note(start_ms, "unanswered", {"speech_ms": line.speech_ms})

    def _model(self, at_ms: int, line: _OfTheModel, answer: Answer) -> None:
        match line:
            case lines.ResponseBegun():
                answer.created_ms, answer.queued = at_ms, self._sounding is not None
                last = self.utterances[-1] if self.utterances else None
                if line.ahead:
                    self._ahead_ms = at_ms
                elif Reason.UTTERANCE in line.why and last is not None and last.created_ms is None:
                    last.created_ms = at_ms
            case lines.ResponseFailed():
                answer.failed = answer.failed or (at_ms, line.code)
            case lines.AnswerOvertaken():
                answer.overtaken_ms = at_ms if answer.overtaken_ms is None else answer.overtaken_ms
                self._ahead_ms = None

    def _bot(self, at_ms: int, line: _OfTheBot, answer: Answer) -> None:
        match line:
            case lines.FirstAudio():
                answer.sound(at_ms)
                self._sounding = answer
                if self._unanswered_ms is not None:
                    self.responses.append(Response(self._unanswered_ms, at_ms - self._unanswered_ms))
                    self._unanswered_ms = None
            case lines.Resumed():
                self._dismiss(line.utterance)
                self._unanswered_ms = None
                answer.play_on(at_ms, line.heard_ms)
            case lines.BargeIn():
                answer.interrupted = answer.began_ms is not None
            case lines.BotSaid():
                self._entries.append(answer.over(at_ms, line))
                self._sounding = None

    def _dismiss(self, number: int | None) -> None:
        """Take an utterance for what it proved to be: nothing."""
        utterance = self._known.utterances.get(number)
        if utterance is not None:
            utterance.nothing = True
            self._murmurs.append(utterance.span)

    def _begin_stream(self, at_ms: int) -> None:
        """Begin to count anew; a second stream brings the caller back."""
        if self._leg_ms is not None:
            kind = "reconnected" if self._leg_ended == Outcome.CARRIER_LOST else "came_back"
            self._note(at_ms, kind, {})
        self._entries += self._unfinished()
        self._leg_ms, self._known, self._ahead_ms = at_ms, _Known(), None

    def _answer(self, response: str | None) -> Answer:
        answer = self._known.answers.get(response)
        if answer is None or response is None:
            self._known.answers[response] = answer = Answer(response)
            self.answers.append(answer)
        return answer

    def _note(self, at_ms: int, kind: str, values: dict[str, Any] | None) -> None:
        if values is not None:
            self._entries.append(Noted(at_ms=at_ms, kind=kind, values=values))


def _caller(span: Span, text: str | None) -> CallerSaid:
    return CallerSaid(at_ms=span.start_ms, span=span, text=text or "")


def _noted(line: Line) -> dict[str, Any] | None:
    """Give what is told of a line as it is. Errors of the model that change something lead to one."""
    match line:
        case lines.NoticeWasHeard():
            return {}
        case lines.SilenceWarning():
            return {"number": line.number}
        case lines.Keyed():
            return {"keys": line.keys}
        case lines.ResponseFailed():
            return {"code": line.code, "failures": line.failures}
        case lines.ResponseIncomplete():
            return {"status": line.status, "reason": line.reason}
        case lines.NoisyLine():
            return {}
        case lines.AudioDropped():  # the caller was not heard for a while: the server was too busy
            return {"dropped_ms": line.frames * FRAME_MS}
        case lines.HangUp():
            return {"outcome": line.outcome, "detail": line.detail}
    return None
