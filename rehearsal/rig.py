"""A whole call in memory: the real `run_call` between the simulated carrier and the simulated model.

`place` is for tests of calls, of tools and of what an office makes of them, and for the sweep, which ends a
call at each of its steps. `rehearse` is the same call over a line as it really is, with its delays and its
noise: for the turn-taking laboratory and the replay of recorded calls.
"""

from collections.abc import Callable, Sequence
from typing import Any

import trio
from attrs import define, evolve, field, frozen

from engine.call import run_call
from engine.outcome import Outcome
from engine.peers import media_streams as wire
from engine.ports import CallRecord, ClosableLink, ConnectModel, Office, Profile
from engine.settings import DEFAULTS, Settings
from engine.tools import Tool, describe
from rehearsal.links import ModelAtHand, TransportLink, started
from simulator import Carrier, Model, ModelScript, Step, Transport, memory_pair
from simulator.carrier import Acoustics
from simulator.delay import Delay, delayed

# The peers of most tests hum: no neural detector would take that for a voice.
HUMMED = evolve(DEFAULTS, detector="level", barge_in_min_ms=300)
CALL_SID = "CA" + "1" * 32
STREAM_SID = "MZ" + "2" * 32
_PASSING = 1_000  # messages that may be under way: seconds of sound, sent faster than it plays


@frozen
class NameArguments:
    """The arguments of a tool that takes a name."""

    full_name: str = field(metadata=describe("the caller's name"))


@define
class Recording:
    """An office that notes which final records it wrote to the end."""

    office: Office
    records: list[CallRecord] = field(factory=list)

    @property
    def profile(self) -> Profile:
        """The office's."""
        return self.office.profile

    @property
    def tools(self) -> Sequence[Tool]:
        """The office's."""
        return self.office.tools

    async def attend(self) -> None:
        """Let the office do so."""
        await self.office.attend()

    async def close_call(self, record: CallRecord) -> None:
        """Note the record once the office has written it."""
        await self.office.close_call(record)
        self.records.append(record)


@define
class FakeOffice:
    """An office that looks nothing up and keeps nothing; its tools are yours."""

    tools: Sequence[Tool] = ()
    language: str = "en"
    opened: int = 0
    notice: str | None = None

    @property
    def profile(self) -> Profile:
        """The facts of a business that is none."""
        return Profile(
            name="Demo Dental",
            language=self.language,
            now="Saturday, 21 November 2026, 10:35",
            hours="Monday to Friday 9:00 to 17:00",
            notice=self.notice,
        )

    async def attend(self) -> None:
        """Count the call."""
        await trio.lowlevel.checkpoint()
        self.opened += 1

    async def close_call(self, record: CallRecord) -> None:
        """Write nothing."""
        await trio.lowlevel.checkpoint()


@define(kw_only=True)
class Placed:
    """What a call left behind. `began_s` is the zero of the record's times, on the clock of the peers."""

    carrier: Carrier
    model: Model | None  # None if the call ended before it was needed
    office: Office
    records: list[CallRecord]  # each final record that was written, whole
    outcome: Outcome
    reported: list[Outcome]
    began_s: float
    ended_s: float
    model_gone_s: float | None = None
    carrier_gone_s: float | None = None
    tasks_left: int = 0
    rows: dict[str, Any] = field(factory=dict)

    @property
    def record(self) -> CallRecord:
        """The one final record. Raises ValueError if there is none, or a second."""
        (record,) = self.records
        return record

    def kinds(self) -> list[str]:
        """Name the kind of each line of the call's account."""
        return [event.kind for event in self.record.events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Give the fields of each line of that kind."""
        return [event.fields for event in self.record.events if event.kind == kind]

    def said(self) -> list[tuple[str, str]]:
        """Give the transcript: who said what, in order."""
        speakers = {"user_said": "caller", "bot_said": "bot"}
        return [(speakers[e.kind], e.fields["text"]) for e in self.record.events if e.kind in speakers]

    def assert_clean(self) -> None:
        """Assert that neither peer saw its protocol violated, and that there is one truthful record."""
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
    at_hand: ModelAtHand

    def cancel(self) -> None:
        """Cancel the call, as a server does that stops."""
        self.scope.cancel()

    def kill_carrier(self) -> None:
        """Cut the caller's line, without a close."""
        self.carrier.transport.abort()

    def kill_model(self) -> None:
        """Cut the way to the model, without a close; does nothing before there is one."""
        if self.at_hand.model is not None:
            self.at_hand.model.transport.abort()


async def place(
    script: Sequence[Step],
    model: ModelScript | Callable[[Carrier], ModelScript] = ModelScript(),  # noqa: B008 (frozen)
    *,
    connect: ConnectModel | None = None,
    office: Office | None = None,
    settings: Settings = HUMMED,
    wrap: Callable[[Any], Any] = lambda link: link,
    on_run: Callable[[Live], None] = lambda _live: None,
    line: tuple[Transport, Transport] | None = None,
    acoustics: Acoustics | None = None,
) -> Placed:
    """Carry one call from its first message to the end of both peers.

    A model script that depends on the call, as a recogniser does that knows what the caller said, is made
    from its carrier. `wrap` may stand in the engine's end of the line, and `on_run` gets the call as it
    begins. `line` is the two ends of the caller's, theirs first; `acoustics` shapes what goes up.
    """
    office = office or FakeOffice()
    recording = Recording(office)
    theirs, ours = line or memory_pair()
    carrier = Carrier(
        transport=theirs,
        script=script,
        call_sid=CALL_SID,
        stream_sid=STREAM_SID,
        account_sid="AC" + "3" * 32,
        acoustics=acoustics,
    )
    reported: list[Outcome] = []
    link = TransportLink(ours)
    began_s = ended_s = 0.0

    async def run(at_hand: ModelAtHand) -> None:
        nonlocal began_s, ended_s
        start = await started(link)
        began_s = trio.current_time()
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
        at_hand = ModelAtHand(nursery, model(carrier) if callable(model) else model)
        nursery.start_soon(carrier.run)
        nursery.start_soon(run, at_hand)
    return Placed(
        carrier=carrier,
        model=at_hand.model,
        office=office,
        records=recording.records,
        outcome=reported[0],
        reported=reported,
        began_s=began_s,
        ended_s=ended_s,
        model_gone_s=at_hand.gone_s,
        carrier_gone_s=link.closed_at,
    )


async def rehearse(
    script: Sequence[Step],
    model: ModelScript | Callable[[Carrier], ModelScript],
    *,
    office: Office | None = None,
    settings: Settings = DEFAULTS,
    up: Delay = lambda: 0.0,
    down: Delay = lambda: 0.0,
    acoustics: Acoustics | None = None,
    wrap: Callable[[ClosableLink], ClosableLink] = lambda link: link,
) -> Placed:
    """Do so over a line on which each message takes a while: `up` from the carrier, and `down` to it."""
    line = delayed(memory_pair(_PASSING), up=up, down=down)
    return await place(
        script, model, office=office, settings=settings, wrap=wrap, line=line, acoustics=acoustics
    )
