"""A whole call in memory: the real `run_call` between the simulated carrier and the simulated model."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import trio
from attrs import define, evolve, field, frozen

from engine.call import run_call
from engine.outcome import Outcome
from engine.peers import media_streams as wire
from engine.peers.realtime_link import RealtimeLink
from engine.ports import CallRecord, CallStart, ConnectModel, Office, Profile
from engine.settings import DEFAULTS, Settings
from engine.tools import Tool, describe
from rehearsal.whole_call import TransportLink
from simulator.caller import Step
from simulator.carrier import Carrier
from simulator.model import Model
from simulator.model_script import ModelScript
from simulator.transport import memory_pair

# The peers of most tests hum: no neural detector would take that for a voice.
HUMMED = evolve(DEFAULTS, detector="level", barge_in_min_ms=300)
CALL_SID = "CA" + "1" * 32
STREAM_SID = "MZ" + "2" * 32


@frozen
class NameArguments:
    full_name: str = field(metadata=describe("the caller's name"))


@define
class Recording:
    """An office that notes which final records it wrote to the end."""

    office: Office
    records: list[CallRecord] = field(factory=list)

    @property
    def profile(self) -> Profile:
        return self.office.profile

    @property
    def tools(self) -> Sequence[Tool]:
        return self.office.tools

    async def attend(self) -> None:
        await self.office.attend()

    async def close_call(self, record: CallRecord) -> None:
        await self.office.close_call(record)
        self.records.append(record)


@define
class FakeOffice:
    """An office that remembers; its tools are the test's."""

    tools: Sequence[Tool] = ()
    language: str = "en"
    opened: int = 0
    notice: str | None = None

    @property
    def profile(self) -> Profile:
        return Profile(
            name="Demo Dental",
            language=self.language,
            now="Saturday, 21 November 2026, 10:35",
            hours="Monday to Friday 9:00 to 17:00",
            notice=self.notice,
        )

    async def attend(self) -> None:
        await trio.lowlevel.checkpoint()
        self.opened += 1

    async def close_call(self, record: CallRecord) -> None:
        await trio.lowlevel.checkpoint()


@define(kw_only=True)
class Placed:
    """What a call left behind."""

    carrier: Carrier
    model: Model | None
    office: Office
    records: list[CallRecord]  # each final record that was written, whole
    outcome: Outcome
    reported: list[Outcome]
    ended_s: float
    model_gone_s: float | None = None
    carrier_gone_s: float | None = None
    tasks_left: int = 0
    rows: dict[str, Any] = field(factory=dict)

    @property
    def record(self) -> CallRecord:
        (record,) = self.records
        return record

    def kinds(self) -> list[str]:
        return [event.kind for event in self.record.events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.fields for event in self.record.events if event.kind == kind]

    def said(self) -> list[tuple[str, str]]:
        """Return the transcript: who said what, in order."""
        speakers = {"user_said": "caller", "bot_said": "bot"}
        return [(speakers[e.kind], e.fields["text"]) for e in self.record.events if e.kind in speakers]

    def assert_clean(self) -> None:
        """Assert that neither peer saw a protocol violation, and that there was one truthful record."""
        assert self.carrier.violations == []
        assert self.model is None or self.model.violations == []
        assert self.reported == [self.outcome]
        assert self.record.outcome == self.outcome


@define(kw_only=True)
class Live:
    """A call while it runs, with the handles by which a test can end it."""

    task: trio.lowlevel.Task  # its root: the call's other tasks descend from it
    scope: trio.CancelScope
    carrier: Carrier
    at_hand: "_ModelAtHand"

    def cancel(self) -> None:
        self.scope.cancel()

    def kill_carrier(self) -> None:
        self.carrier.transport.abort()

    def kill_model(self) -> None:
        if self.at_hand.model is not None:
            self.at_hand.model.transport.abort()


@define
class _ModelAtHand:
    """A model behind a memory pair, run in the test's nursery."""

    nursery: trio.Nursery
    script: ModelScript
    model: Model | None = None
    gone_s: float | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[RealtimeLink]:
        ours, theirs = memory_pair()
        self.model = Model(theirs, self.script)
        self.nursery.start_soon(self.model.run)
        try:
            yield RealtimeLink(TransportLink(ours))
        finally:
            self.gone_s = trio.current_time()
            ours.abort()


async def place(
    script: Sequence[Step],
    model: ModelScript = ModelScript(),  # noqa: B008 (frozen)
    *,
    connect: ConnectModel | None = None,
    office: Office | None = None,
    settings: Settings = HUMMED,
    wrap: Callable[[Any], Any] = lambda link: link,
    on_run: Callable[[Live], None] = lambda _live: None,
) -> Placed:
    """Carry one call from its first message to the end of both peers."""
    office = office or FakeOffice()
    recording = Recording(office)
    theirs, ours = memory_pair()
    carrier = Carrier(
        transport=theirs, script=script, call_sid=CALL_SID, stream_sid=STREAM_SID, account_sid="AC" + "3" * 32
    )
    reported: list[Outcome] = []
    link = TransportLink(ours)
    ended_s = 0.0

    async def run(at_hand: _ModelAtHand) -> None:
        nonlocal ended_s
        start = await started(link)
        with trio.CancelScope() as scope:
            task = trio.lowlevel.current_task()
            on_run(Live(task=task, scope=scope, carrier=carrier, at_hand=at_hand))
            await run_call(
                wire.MediaStreamsLink(wrap(link), start.stream_sid),
                connect or at_hand.connect,
                recording,
                settings,
                start=start,
                ended=reported.append,
            )
        ended_s = trio.current_time()

    async with trio.open_nursery() as nursery:
        at_hand = _ModelAtHand(nursery, model)
        nursery.start_soon(carrier.run)
        nursery.start_soon(run, at_hand)
    return Placed(
        carrier=carrier,
        model=at_hand.model,
        office=office,
        records=recording.records,
        outcome=reported[0],
        reported=reported,
        ended_s=ended_s,
        model_gone_s=at_hand.gone_s,
        carrier_gone_s=link.closed_at,
    )


async def started(link: TransportLink) -> CallStart:
    while True:
        event = wire.receive(await link.receive())
        if isinstance(event, wire.Started):
            return CallStart(call_sid=event.call_sid, stream_sid=event.stream_sid)
