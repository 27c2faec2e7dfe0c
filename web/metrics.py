"""Figures of the running server, for Prometheus: GET /metrics.

What a call adds is read from its account when it has ended, so nothing is counted on the way of a frame.
Labels hold words of the code alone: no call, number or business, and of tools only names that the office has.
"""

import hmac
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from functools import partial, reduce
from typing import Any, TypeVar

import prometheus_client as prometheus
import trio
from attrs import Factory, fields, frozen
from quart import Blueprint, Response, abort, request

from engine import account
from engine.account import CallEvent, Line
from engine.conversation.parting import END_CALL
from engine.outcome import Outcome
from engine.usage import Usage, total
from office import call_story
from storage.writer import run_batch
from web.configuration import Configuration, is_loopback

LOOP_EVERY_S = 0.1
_LAGS_KEPT = 600  # a minute of them
_UTTERANCES: dict[type[Line], str] = {account.UtteranceOver: "ended", account.UtteranceIgnored: "skipped"}
_BARGE_INS: dict[type[Line], str] = {
    account.BotPaused: "paused",
    account.BargeIn: "real",
    account.Resumed: "resumed",
}

# Tokens by their kind; what was cached is among what came in.
_TOKENS = tuple(kind.name for kind in fields(Usage) if kind.name not in ("responses", "transcribed_ms"))

_WAITED_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 10)
_WORKED_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3, 10)
_LAGGED_S = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1)

# They would be a second series beside each of ours, read by nobody.
prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]

T = TypeVar("T")


class Refusal(StrEnum):
    """Why a call, or what claimed to be one, was not let in."""

    BUSY = "busy"
    DRAINING = "draining"
    ALREADY_ON_THE_LINE = "already_on_the_line"
    ENDED = "ended"  # a webhook asks once more for a call that is over
    BAD_SIGNATURE = "bad_signature"  # of a webhook
    NOT_ADMITTED = "not_admitted"  # a media socket that is neither signed nor a signed-in owner's
    BAD_TOKEN = "bad_token"  # noqa: S105 - a stream's one-time token was none


@frozen(kw_only=True)
class ToolAnswer:
    """One tool call and how it was answered; `took_ms` is None if it was answered without being run."""

    name: str  # as the model wrote it
    status: str
    took_ms: int | None


@frozen(kw_only=True)
class Measurements:
    """What one call adds to the figures."""

    outcome: str | None  # None if the account has no end
    utterances: tuple[str, ...]  # "ended" or "skipped", in order
    barge_ins: tuple[str, ...]  # "paused", "real" or "resumed", in order
    answer_ms: tuple[int, ...]  # from each end of the caller's speech to the bot's first sound
    sound_ms: tuple[int, ...]  # from each response's creation to its first sound
    tools: tuple[ToolAnswer, ...]
    transcription_refused: bool = False
    used: Usage = Factory(Usage)  # of the model


def of_events(events: Sequence[CallEvent]) -> Measurements:
    """Measure what a call's account comes to. The events stand in their order."""
    story, told = call_story.follow(events), [event.line for event in events]
    return Measurements(
        outcome=next((line.outcome for line in told if isinstance(line, account.HangUp)), None),
        utterances=tuple(_UTTERANCES[type(line)] for line in told if type(line) in _UTTERANCES),
        barge_ins=tuple(_BARGE_INS[type(line)] for line in told if type(line) in _BARGE_INS),
        answer_ms=tuple(response.took_ms for response in story.responses),  # as the owner's page has them
        sound_ms=tuple(_sounds_ms(story.answers)),
        tools=tuple(_tool(line) for line in told if isinstance(line, account.ToolAnswered)),
        transcription_refused=any(isinstance(line, account.TranscriptionRefused) for line in told),
        used=reduce(total, (line for line in told if isinstance(line, account.ModelUsed)), Usage()),
    )


def _sounds_ms(answers: Iterable[call_story.Answer]) -> Iterator[int]:
    for answer in answers:
        # Not of a response that is created while another sounds: it waits until that was heard.
        if answer.created_ms is not None and answer.began_ms is not None and not answer.queued:
            yield answer.began_ms - answer.created_ms


def _tool(answered: account.ToolAnswered) -> ToolAnswer:
    if answered.why is not None:
        return ToolAnswer(name=answered.name, status="not_run", took_ms=None)
    return ToolAnswer(name=answered.name, status=answered.status, took_ms=answered.took_ms)


def _show(counter: prometheus.Counter, words: Iterable[str]) -> None:
    # As 0 from the start: a rate can't see the first of what was not there.
    for word in words:
        counter.labels(word)


class Metrics:
    """The figures of one server. `live_calls` says how many are on the line."""

    def __init__(self, live_calls: Callable[[], int]) -> None:
        self._registry = prometheus.CollectorRegistry()
        counter = partial(prometheus.Counter, namespace="frontdesk", registry=self._registry)
        gauge = partial(prometheus.Gauge, namespace="frontdesk", registry=self._registry)
        histogram = partial(prometheus.Histogram, namespace="frontdesk", registry=self._registry)
        waited, worked = partial(histogram, buckets=_WAITED_S), partial(histogram, buckets=_WORKED_S)
        self._lags_s: deque[float] = deque([0.0], maxlen=_LAGS_KEPT)

        self._started = counter("calls_started", "Media streams that were let in.")
        self._ended = counter("calls_ended", "Media streams that have ended.", ["outcome"])
        self._refused = counter("calls_refused", "Calls and streams that were not let in.", ["reason"])
        self._utterances = counter("utterances", "Of callers: ended, so to be answered, or skipped.", ["end"])
        self._barge_ins = counter(
            "barge_ins", "Callers over the bot: paused it, were real, or were nothing.", ["step"]
        )
        self._untranscribed = counter(
            "transcription_refused", "Calls without the caller's words: the model refused to transcribe."
        )
        self._tokens = counter(
            "model_tokens",
            "Tokens that calls have used; the cached and the given up are among the others.",
            ["kind"],
        )
        self._transcribed_s = counter("transcribed_seconds", "Of callers' sound that was written down.")
        self._tools = counter("tool_calls", "Tool calls that were answered.", ["name", "status"])
        self._answer_s = waited(
            "answer_seconds", "From the end of a caller's speech to the bot's first sound."
        )
        self._sound_s = waited("first_sound_seconds", "From a response's creation to its first sound.")
        self._tool_s = worked("tool_seconds", "How long a tool call took.", ["name"])
        self._lag_s = histogram("loop_lag_seconds", "How late a sleep of 100 ms ended.", buckets=_LAGGED_S)
        self._write_s = worked("storage_write_seconds", "How long a transaction took, with its commit.")
        gauge("calls_live", "Calls on the line.").set_function(live_calls)
        gauge("loop_lag_max_seconds", "The worst lag of the last minute.").set_function(self._worst_lag_s)
        _show(self._ended, Outcome)
        _show(self._refused, Refusal)
        _show(self._utterances, _UTTERANCES.values())
        _show(self._barge_ins, _BARGE_INS.values())
        _show(self._tokens, _TOKENS)

    def text(self) -> bytes:
        """Write all figures in Prometheus's text format."""
        return prometheus.generate_latest(self._registry)

    def refused(self, reason: Refusal) -> None:
        """Count somebody who was not let in."""
        self._refused.labels(reason).inc()

    @contextmanager
    def call(self, events: Sequence[CallEvent], tools: Iterable[str]) -> Iterator[None]:
        """Count a call as started, and as ended when the block ends, with what its account then comes to.

        `events` may still grow until then. Tools of other names than `tools` are counted as "unknown".
        """
        self._started.inc()
        try:
            yield
        finally:
            self._add(of_events(events), {*tools, END_CALL})

    def _add(self, measured: Measurements, known: set[str]) -> None:
        if measured.outcome is not None:
            self._ended.labels(measured.outcome).inc()
        self._untranscribed.inc(measured.transcription_refused)
        for kind in _TOKENS:
            self._tokens.labels(kind).inc(getattr(measured.used, kind))
        self._transcribed_s.inc(measured.used.transcribed_ms / 1000)
        for end in measured.utterances:
            self._utterances.labels(end).inc()
        for step in measured.barge_ins:
            self._barge_ins.labels(step).inc()
        for took_ms in measured.answer_ms:
            self._answer_s.observe(took_ms / 1000)
        for took_ms in measured.sound_ms:
            self._sound_s.observe(took_ms / 1000)
        for tool in measured.tools:
            self._add_tool(tool, tool.name if tool.name in known else "unknown")

    def _add_tool(self, tool: ToolAnswer, name: str) -> None:
        self._tools.labels(name, tool.status).inc()
        if tool.took_ms is not None:
            self._tool_s.labels(name).observe(tool.took_ms / 1000)

    @asynccontextmanager
    async def watching_the_loop(self) -> AsyncIterator[None]:
        """Measure how late the loop is, for as long as the body runs."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch_the_loop)
            yield
            nursery.cancel_scope.cancel()

    async def _watch_the_loop(self) -> None:
        while True:
            due_s = trio.current_time() + LOOP_EVERY_S
            await trio.sleep_until(due_s)
            late_s = trio.current_time() - due_s
            self._lags_s.append(late_s)
            self._lag_s.observe(late_s)

    def _worst_lag_s(self) -> float:
        return max(self._lags_s)

    async def run_sync(
        self, sync_fn: Callable[..., T], /, *args: Any, limiter: trio.CapacityLimiter | None = None
    ) -> T:
        """Run a database's blocking code in a thread, and time the writer's transactions."""
        began_s = trio.current_time()
        try:
            return await trio.to_thread.run_sync(sync_fn, *args, limiter=limiter)
        finally:
            if sync_fn is run_batch:
                self._write_s.observe(trio.current_time() - began_s)


@frozen(kw_only=True)
class MetricsPage:
    """GET /metrics: on this machine for a local deployment, else for who has FRONTDESK_METRICS_TOKEN.

    To everybody else it is not there.
    """

    configuration: Configuration
    metrics: Metrics

    def blueprint(self) -> Blueprint:
        """Return the route, ready to be registered."""
        routes = Blueprint("metrics", __name__)
        routes.add_url_rule("/metrics", "metrics", self.show)
        return routes

    async def show(self) -> Response:
        """Answer with all figures, or 404 to who may not read them."""
        if not self._may_read():
            abort(404)
        return Response(self.metrics.text(), content_type=prometheus.CONTENT_TYPE_PLAIN_0_0_4)

    def _may_read(self) -> bool:
        if self.configuration.public_url is None:
            return is_loopback(request.remote_addr or "")
        token = self.configuration.metrics_token
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return (
            token is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(given.encode(), token.reveal().encode())
        )
