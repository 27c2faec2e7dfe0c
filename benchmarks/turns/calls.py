"""One planned call, carried through the engine in virtual time, and its account."""

import random
from collections.abc import Callable, Iterable
from functools import partial

import trio
from attrs import define, field

from benchmarks.turns.measures import Account, Utterance
from benchmarks.turns.recognition import Recogniser
from benchmarks.turns.scene import Planned
from engine.account import (
    AnswerOvertaken,
    CallEvent,
    ResponseBegun,
    UtteranceOver,
)
from engine.ports import CarrierLink
from engine.settings import Settings
from engine.states import Reason
from rehearsal.rig import Placed, rehearse
from rehearsal.virtual_time import in_virtual_time
from simulator import Carrier, evenly
from simulator.caller import Said
from simulator.carrier import Acoustics
from simulator.delay import Delay

WAY_MS, SPREAD_MS = 60, 20  # each way, between the caller and the engine
_FRAME_MS = 20
_STALL_EVERY = (70, 130)  # frames


@define
class _NotingClears:
    """The engine's line, with the moments at which it sent a clear."""

    link: CarrierLink
    clears_ms: list[float] = field(factory=list)

    async def receive(self) -> str | bytes:
        return await self.link.receive()

    async def send(self, message: str) -> None:
        if '"clear"' in message[:40]:
            self.clears_ms.append(trio.current_time() * 1000)
        await self.link.send(message)

    async def close(self, code: int = 1000) -> None:
        await self.link.close(code)


def delays(seed: int, spread_ms: float = SPREAD_MS, stall_ms: float = 0) -> tuple[Delay, Delay]:
    """Return the delays up and down; what goes up may stall now and then, and then comes at once."""
    up = evenly(WAY_MS, spread_ms, 2 * seed)
    return (
        stalling(up, stall_ms, 2 * seed) if stall_ms else up,
        evenly(WAY_MS, spread_ms, 2 * seed + 1),
    )


def stalling(usual: Delay, stall_ms: float, seed: int) -> Delay:
    """Hold the frames of this time up to its end, every two seconds or so."""
    source = random.Random(seed)
    until_stall, held_ms = source.randrange(*_STALL_EVERY), 0.0

    def delay() -> float:
        nonlocal until_stall, held_ms
        until_stall -= 1
        if until_stall == 0:
            until_stall, held_ms = source.randrange(*_STALL_EVERY), stall_ms
        held_ms = max(0.0, held_ms - _FRAME_MS)
        return usual() + held_ms

    return delay


def carry(
    planned: Planned,
    settings: Settings,
    *,
    ways: tuple[Delay, Delay],
    acoustics: Acoustics | None = None,
    recogniser: Callable[[Carrier], Recogniser] = lambda carrier: Recogniser(carrier=carrier, way_ms=WAY_MS),
) -> Account:
    """Run the call. Its recogniser is made from its carrier."""
    watched: list[_NotingClears] = []

    def watch(link: CarrierLink) -> CarrierLink:
        watched.append(_NotingClears(link))
        return watched[0]

    rehearsed = in_virtual_time(
        partial(
            rehearse,
            planned.script,
            lambda carrier: recogniser(carrier).script(planned.replies),
            settings=settings,
            up=ways[0],
            down=ways[1],
            acoustics=acoustics,
            wrap=watch,
        )
    )
    return account(rehearsed, planned, watched[0].clears_ms)


def account(rehearsed: Placed, planned: Planned, clears_ms: list[float]) -> Account:
    """Put the call, as seen from outside, on one clock.

    Raises RuntimeError if a peer saw the protocol violated.
    """
    carrier, model = rehearsed.carrier, rehearsed.model
    if model is None or carrier.violations or model.violations:
        raise RuntimeError(f"a call went wrong: {carrier.violations} {model and model.violations}")
    mouth_ms, model_ms = carrier.began_s * 1000, model.began_s * 1000
    commits_ms = [
        model_ms + moment.at_ms for moment in model.timeline if moment.detail == "input_audio_buffer.commit"
    ]
    began_ms, given_up = rehearsed.began_s * 1000, _given_up(rehearsed.record.events)
    return Account(
        uttered=[
            Utterance(
                onset_ms=mouth_ms + _begun_ms(said) + truth.onset_ms,
                end_ms=mouth_ms + _begun_ms(said) + truth.end_ms,
                is_speech=truth.is_speech,
                label=truth.label,
            )
            for said, truth in zip(carrier.said, planned.uttered, strict=False)
        ],
        # What rested may have gone on: that it was committed then has cut nothing.
        commits_ms=[
            began_ms + event.at_ms
            for event in rehearsed.record.events
            if isinstance(event.line, UtteranceOver)
        ],
        committed=[
            (at - WAY_MS - len(audio) / 8, at - WAY_MS)
            for at, audio in zip(commits_ms, model.committed, strict=False)
        ],
        began_ms=mouth_ms,
        hung_up=carrier.ended_by == "server",
        ended_ms=mouth_ms + carrier.ended_ms,
        creates=model.creates,
        unsaid=len(planned.uttered) - len(carrier.said),
        answers_ms=[
            began_ms + event.at_ms
            for event in rehearsed.record.events
            if isinstance(event.line, ResponseBegun)
            and Reason.UTTERANCE in event.line.why
            and event.line.response not in given_up
        ],
        given_up=len(given_up),
        clears_sent_ms=clears_ms,
        clears_taken_ms=[mouth_ms + at_ms for at_ms in carrier.clears_ms],
        heard=[(mouth_ms + at_ms, sound) for at_ms, sound in carrier.heard],
        sent=model.sent,
        told_ms=dict.fromkeys(model.deleted, 0) | model.truncated,
    )


def _given_up(events: Iterable[CallEvent]) -> set[str | None]:
    """Return the answers that were overtaken before the end of what they were to answer."""
    held: set[str | None] = set()
    given_up: set[str | None] = set()
    for event in events:
        match event.line:
            case UtteranceOver():
                held.clear()
            case ResponseBegun(response=response, ahead=True):
                held.add(response)
            case AnswerOvertaken(response=response) if response in held:
                given_up.add(response)
    return given_up


def _begun_ms(said: Said) -> int:
    # The carrier's frame leaves when it is complete: its sound began 20 ms before.
    return said.at_ms - _FRAME_MS
