"""What an owner reads of a call, as values. Times are milliseconds since the call began."""

from statistics import median
from typing import Any, ClassVar

from attrs import frozen


@frozen
class Span:
    """A stretch of a call, in milliseconds since it began."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """From its start to its end."""
        return self.end_ms - self.start_ms


@frozen(kw_only=True)
class CallerSaid:
    """An utterance of the caller; without text if no words were made out."""

    who: ClassVar[str] = "caller"
    at_ms: int
    span: Span
    text: str


@frozen(kw_only=True)
class BotSaid:
    """An answer of the bot, in the words that the caller heard and those that they did not.

    `spans` are when it was heard, several if the bot paused and played on; together they are as long as what
    was heard.
    """

    who: ClassVar[str] = "bot"
    at_ms: int
    heard: str
    unheard: str
    spans: tuple[Span, ...]
    unheard_ms: int
    interrupted: bool  # the caller, or a key, took the floor from it
    played_on: bool  # it was paused by what proved to be nothing

    @property
    def text(self) -> str:
        """All its words."""
        return f"{self.heard} {self.unheard}".strip()

    @property
    def end_ms(self) -> int:
        """When the last of it was heard."""
        return self.spans[-1].end_ms if self.spans else self.at_ms


@frozen(kw_only=True)
class ToolUsed:
    """Something that the bot looked up or did. `said` is what it was given to say, 200 letters at most."""

    who: ClassVar[str] = "tool"
    at_ms: int
    name: str
    status: str | None  # None: the call ended before it was known
    took_ms: int | None
    said: str
    why: str | None  # it was not run: "filler", "limit" or "repeat", as engine/bot/tool_limits.py has them


@frozen(kw_only=True)
class Noted:
    """Anything else that an owner would want to know: what it is and its values, for a template to word.

    notice_heard {}, to its last word; silence_warning {number}; keypad {keys}, how many; unanswered
    {speech_ms}, said into a silence and too short to be answered; came_back {}, from being put through to
    somebody; reconnected {}, after the line broke; response_failed {code, failures}; response_incomplete
    {status, reason}; audio_dropped {dropped_ms}, of what the caller said; noisy_line {}; hang_up {outcome,
    detail}.
    """

    who: ClassVar[str] = "note"
    at_ms: int
    kind: str
    values: dict[str, Any]


Entry = CallerSaid | BotSaid | ToolUsed | Noted


@frozen
class Response:
    """From the end of the caller's speech, at `at_ms`, to the bot's first sound."""

    at_ms: int
    took_ms: int


@frozen(kw_only=True)
class Account:
    """A call as it is read. `murmurs` are what the caller did that was not taken for something to answer."""

    entries: tuple[Entry, ...]
    murmurs: tuple[Span, ...]
    responses: tuple[Response, ...]

    @property
    def median_response_ms(self) -> int | None:
        """The usual time that the caller waited for an answer; None if nothing was answered."""
        return round(median(response.took_ms for response in self.responses)) if self.responses else None

    @property
    def worst_response(self) -> Response | None:
        """The answer that the caller waited longest for; None if nothing was answered."""
        return max(self.responses, key=lambda response: response.took_ms, default=None)
