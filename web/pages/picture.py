"""A call as a picture: who spoke when, on rows of time. Numbers only; a template draws them.

Time runs from left to right in every language, as on clocks and charts. Across, everything is in percent of
a row, so that the picture is as wide as its page while its letters keep their size. Down is the template's.
"""

from collections.abc import Iterable, Iterator

from attrs import frozen

from engine.account import CallEvent
from office.call_story import elapsed, tell
from office.entries import Account, BotSaid, CallerSaid, Noted, Response, Span, ToolUsed

_SHORT_CALL_MS = 180_000  # six rows of it still are on one screen of a phone
_SLOW_RESPONSE_MS = 2_000  # from here on a caller wonders whether they were heard
_MARKED_NOTES = {"keypad": "keys", "silence_warning": "silence-warning"}


@frozen(kw_only=True)
class Bar:
    """Part of a row, both figures in percent of it.

    Kinds: "caller"; "murmur", the caller not taken for something to answer; "bot", as it was heard;
    "unheard", what the bot would have gone on to say; "response" and "slow-response", the caller waiting for
    an answer.
    """

    kind: str
    x: float
    width: float


@frozen(kw_only=True)
class Mark:
    """A moment of the call, at `x` percent of its row.

    Kinds: "barge-in"; "keys"; "silence-warning"; "slow-response", whose `number` is its milliseconds;
    "tools", whose `number` says which of the picture's `tools`.
    """

    kind: str
    x: float
    number: int


@frozen(kw_only=True)
class Tick:
    """A time on a row's axis."""

    x: float
    label: str  # "1:05"


@frozen(kw_only=True)
class Row:
    """Half a minute of a call, or a whole one of a longer call; `width` percent of it belong to the call."""

    starts_ms: int
    width: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


@frozen(kw_only=True)
class Picture:
    """The rows of a call, without those in which nothing happened; and what they come to, in milliseconds.

    `tools` are the names of what was called together, each such group once; a mark counts them from 1.
    """

    rows: tuple[Row, ...]
    tools: tuple[tuple[str, ...], ...]
    caller_ms: int
    bot_ms: int
    barge_ins: int

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all bars and marks, for a legend."""
        bars = frozenset(bar.kind for row in self.rows for bar in row.bars)
        return bars | {mark.kind for row in self.rows for mark in row.marks}


_Stroke = tuple[str, Span]  # what is drawn as a stretch, and when that was
_Moment = tuple[str, int, int]  # what is drawn as a mark, when that was, and its number


@frozen
class _Scale:
    row_ms: int
    tick_ms: int

    def percent(self, ms: int) -> float:
        return round(100 * ms / self.row_ms, 3)


_WIDE, _DENSE = _Scale(30_000, 5_000), _Scale(60_000, 10_000)  # a tick's label has 50 px on a phone


def draw(events: Iterable[CallEvent], duration_ms: int) -> Picture:
    """Draw a call of that length from its events.

    What would lie beyond its end is left out.
    """
    account, length_ms = tell(events), max(duration_ms, 1)
    scale = _WIDE if length_ms <= _SHORT_CALL_MS else _DENSE
    groups = list(_tool_groups(account, scale))
    tools = tuple(dict.fromkeys(names for _, names in groups))
    strokes = [*_caller_strokes(account), *_bot_strokes(account, length_ms), *_waits(account)]
    moments = [*_moments(account), *(("tools", at_ms, tools.index(names) + 1) for at_ms, names in groups)]
    starts_ms = range(0, length_ms, scale.row_ms)
    wholes = [Span(start_ms, min(start_ms + scale.row_ms, length_ms)) for start_ms in starts_ms]
    rows = tuple(
        Row(
            starts_ms=whole.start_ms,
            width=scale.percent(whole.length_ms),
            bars=tuple(_bars(strokes, whole, scale)),
            marks=tuple(_marks(moments, whole, scale, last_ms=length_ms - 1)),
            ticks=tuple(_ticks(whole, scale)),
        )
        for whole in wholes
    )
    return Picture(
        rows=tuple(row for row in rows if row.bars or row.marks) or rows[:1],
        tools=tools,
        caller_ms=sum(span.length_ms for kind, span in strokes if kind == "caller"),
        bot_ms=sum(span.length_ms for kind, span in strokes if kind == "bot"),
        barge_ins=sum(kind == "barge-in" for kind, _, _ in moments),
    )


def _bars(strokes: Iterable[_Stroke], whole: Span, scale: _Scale) -> Iterator[Bar]:
    for kind, span in strokes:
        start_ms, end_ms = max(span.start_ms, whole.start_ms), min(span.end_ms, whole.end_ms)
        if start_ms < end_ms:
            x, end = scale.percent(start_ms - whole.start_ms), scale.percent(end_ms - whole.start_ms)
            yield Bar(kind=kind, x=x, width=round(end - x, 3))


def _marks(moments: Iterable[_Moment], whole: Span, scale: _Scale, *, last_ms: int) -> Iterator[Mark]:
    for kind, at_ms, number in moments:
        into_ms = min(at_ms, last_ms) - whole.start_ms
        if 0 <= into_ms < whole.length_ms:
            yield Mark(kind=kind, x=scale.percent(into_ms), number=number)


def _ticks(whole: Span, scale: _Scale) -> Iterator[Tick]:
    for at_ms in range(whole.start_ms, whole.end_ms, scale.tick_ms):
        yield Tick(x=scale.percent(at_ms - whole.start_ms), label=elapsed(at_ms))


# What is drawn as a stretch


def _caller_strokes(account: Account) -> Iterator[_Stroke]:
    yield from (("caller", entry.span) for entry in account.entries if isinstance(entry, CallerSaid))
    yield from (("murmur", span) for span in account.murmurs)


def _bot_strokes(account: Account, length_ms: int) -> Iterator[_Stroke]:
    answers = [entry for entry in account.entries if isinstance(entry, BotSaid)]
    following_ms = [*(answer.at_ms for answer in answers[1:]), length_ms]
    for answer, next_ms in zip(answers, following_ms, strict=False):
        yield from (("bot", span) for span in answer.spans)
        yield "unheard", Span(answer.end_ms, min(answer.end_ms + answer.unheard_ms, next_ms))


def _waits(account: Account) -> Iterator[_Stroke]:
    for response in account.responses:
        kind = "slow-response" if _slow(response) else "response"
        yield kind, Span(response.at_ms, response.at_ms + response.took_ms)


def _slow(response: Response) -> bool:
    return response.took_ms >= _SLOW_RESPONSE_MS


# What is drawn as a moment


def _moments(account: Account) -> Iterator[_Moment]:
    for entry in account.entries:
        if isinstance(entry, BotSaid) and entry.interrupted:
            yield "barge-in", entry.end_ms, 0
        elif isinstance(entry, Noted) and entry.kind in _MARKED_NOTES:
            yield _MARKED_NOTES[entry.kind], entry.at_ms, 0
    for response in filter(_slow, account.responses):
        yield "slow-response", response.at_ms + response.took_ms // 2, response.took_ms


def _tool_groups(account: Account, scale: _Scale) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give when tools were called and which, each name once."""
    used = [entry for entry in account.entries if isinstance(entry, ToolUsed)]
    while used:
        # A twentieth of a row is as wide on a phone as a mark with its number.
        together = [entry for entry in used if entry.at_ms < used[0].at_ms + scale.row_ms // 20]
        yield used[0].at_ms, tuple(dict.fromkeys(entry.name for entry in together))
        used = used[len(together) :]
