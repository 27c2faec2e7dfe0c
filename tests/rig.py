"""A whole call in memory: the real `run_call` between the simulated carrier and the simulated model."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import trio
from attrs import define, field, frozen

from engine import carrier as wire
from engine.call import run_call
from engine.errors import LinkClosed
from engine.outcome import Outcome
from engine.ports import CallRecord, CallStart, ConnectModel, Link, Office, Profile
from engine.settings import DEFAULTS, Settings
from engine.tools import Tool, ToolCall, describe
from simulator.caller import Step
from simulator.carrier import Carrier
from simulator.model import Model
from simulator.model_script import ModelScript
from simulator.transport import Transport, TransportClosed, memory_pair

CALL_SID = "CA" + "1" * 32
STREAM_SID = "MZ" + "2" * 32


@define
class TransportLink:
    """The engine's end of a simulated socket."""

    transport: Transport
    closed_at: float | None = None

    async def receive(self) -> str | bytes:
        try:
            return await self.transport.receive()
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def send(self, message: str) -> None:
        try:
            await self.transport.send(message)
        except TransportClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def close(self, code: int = 1000) -> None:
        self.closed_at = trio.current_time()
        await self.transport.close(code)


@frozen
class NameArguments:
    full_name: str = field(metadata=describe("the caller's name"))


@define
class FakeOffice:
    """An office that remembers; its tools are the test's."""

    tools: Sequence[Tool] = ()
    language: str = "en"
    opened: int = 0
    records: list[CallRecord] = field(factory=list)
    ran: list[ToolCall] = field(factory=list)

    @property
    def profile(self) -> Profile:
        return Profile(
            name="Demo Dental",
            language=self.language,
            today="Saturday, 21 November 2026",
            hours="Monday to Friday 9:00 to 17:00",
        )

    async def open_call(self) -> None:
        await trio.lowlevel.checkpoint()
        self.opened += 1

    async def close_call(self, record: CallRecord) -> None:
        await trio.lowlevel.checkpoint()
        self.records.append(record)


@define(kw_only=True)
class Placed:
    """What a call left behind."""

    carrier: Carrier
    model: Model | None
    office: Any
    outcome: Outcome
    reported: list[Outcome]
    ended_s: float
    model_gone_s: float | None = None
    carrier_gone_s: float | None = None

    @property
    def record(self) -> CallRecord:
        (record,) = self.office.records
        return record

    def kinds(self) -> list[str]:
        return [event.kind for event in self.record.events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.fields for event in self.record.events if event.kind == kind]

    def said(self) -> list[tuple[str, str]]:
        """The transcript: who said what, in order."""
        speakers = {"user_said": "caller", "bot_said": "bot"}
        return [(speakers[e.kind], e.fields["text"]) for e in self.record.events if e.kind in speakers]

    def assert_clean(self) -> None:
        """Neither peer saw a protocol violation, and there was one truthful record."""
        assert self.carrier.violations == []
        assert self.model is None or self.model.violations == []
        assert self.reported == [self.outcome]
        assert self.record.outcome == self.outcome


@define
class _ModelAtHand:
    """A model behind a memory pair, run in the test's nursery."""

    nursery: trio.Nursery
    script: ModelScript
    model: Model | None = None
    gone_s: float | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Link]:
        ours, theirs = memory_pair()
        self.model = Model(theirs, self.script)
        self.nursery.start_soon(self.model.run)
        try:
            yield TransportLink(ours)
        finally:
            self.gone_s = trio.current_time()
            ours.abort()


async def place(
    script: Sequence[Step],
    model: ModelScript | ConnectModel,
    *,
    office: Office | None = None,
    settings: Settings = DEFAULTS,
    wrap: Callable[[Any], Any] = lambda link: link,
    on_run: Callable[[trio.CancelScope], None] = lambda _scope: None,
) -> Placed:
    """Carry one call from its first message to the end of both peers."""
    office = office or FakeOffice()
    theirs, ours = memory_pair()
    carrier = Carrier(
        transport=theirs, script=script, call_sid=CALL_SID, stream_sid=STREAM_SID, account_sid="AC" + "3" * 32
    )
    reported: list[Outcome] = []
    async with trio.open_nursery() as nursery:
        at_hand = _ModelAtHand(nursery, model) if isinstance(model, ModelScript) else None
        connect = at_hand.connect if at_hand is not None else model
        nursery.start_soon(carrier.run)
        link = TransportLink(ours)
        start = await started(link)
        outcome = None
        with trio.CancelScope() as scope:
            on_run(scope)
            outcome = await run_call(
                wrap(link), connect, office, settings, start=start, ended=reported.append
            )
        ended_s = trio.current_time()
    return Placed(
        carrier=carrier,
        model=at_hand.model if at_hand is not None else None,
        office=office,
        outcome=outcome or reported[0],
        reported=reported,
        ended_s=ended_s,
        model_gone_s=at_hand.gone_s if at_hand is not None else None,
        carrier_gone_s=link.closed_at,
    )


async def started(link: TransportLink) -> CallStart:
    while True:
        event = wire.receive(await link.receive())
        if isinstance(event, wire.Started):
            return CallStart(call_sid=event.call_sid, stream_sid=event.stream_sid)
