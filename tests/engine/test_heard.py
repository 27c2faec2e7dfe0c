"""Whole calls on lines and at moments at which it's easy to err about what the caller has heard."""

from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count
from math import inf

import pytest
import trio
import trio.testing
from attrs import define, evolve, field

from engine.outcome import Outcome
from engine.peers.realtime_link import RealtimeLink
from rehearsal.links import TransportLink
from rehearsal.rig import place
from simulator import HangUp, ModelScript, Pause, Press, Reply, Say, UntilBotQuiet, UntilBotSpeaks, murmur
from simulator.model import Model
from simulator.transport import Transport, memory_pair

HELLO = Reply("Demo Dental, how can I help?", murmur(3_000, pitch=180))
LONG = Reply("We are open from Monday to Friday, from nine to five.", murmur(6_000, pitch=170))
SHORT = Reply("Yes, of course.", murmur(700, pitch=170))
ASK = Say("When are you open?", murmur(900))
WAIT = Say("Oh, one more thing, please.", murmur(1_500))


@define
class SlowMarks:
    """A link on whose way back the marks of a call's first seconds take longer."""

    link: Transport
    late_s: float
    until_s: float = 8.0
    _waiting: list[tuple[float, int, str | bytes]] = field(factory=list)
    _count: count = field(factory=count)

    async def receive(self) -> str | bytes:
        while True:
            due_s = self._waiting[0][0] if self._waiting else inf
            with trio.move_on_at(due_s):
                message = await self.link.receive()
                if '"mark"' not in str(message) or trio.current_time() > self.until_s:
                    return message
                heappush(self._waiting, (trio.current_time() + self.late_s, next(self._count), message))
                continue
            return heappop(self._waiting)[2]

    async def send(self, message: str) -> None:
        await self.link.send(message)

    async def close(self, code: int = 1000) -> None:
        await self.link.close(code)


@pytest.mark.parametrize("late_s", [0.0, 0.3, 0.6])
async def test_marks_that_were_late_at_first_do_not_make_later_answers_heard_sooner(late_s, autojump_clock):
    placed = await place(
        [
            UntilBotQuiet(400),
            ASK,
            UntilBotSpeaks(5_200),
            WAIT,
            UntilBotSpeaks(100),
            UntilBotQuiet(),
            HangUp(),
        ],
        ModelScript(replies=[HELLO, LONG, SHORT], hears=["When are you open?", WAIT.text]),
        wrap=lambda link: SlowMarks(link, late_s),
    )
    placed.assert_clean()
    (truncated,) = placed.of("truncated")
    heard_ms = len(placed.carrier.heard[1][1]) // 8
    assert truncated["heard_ms"] == heard_ms < truncated["audio_ms"]


async def test_a_greeting_of_which_a_key_left_nothing_to_be_heard_is_still_owed(autojump_clock):
    placed = await place(
        [UntilBotSpeaks(0), Press("7"), Press("#"), UntilBotSpeaks(100), UntilBotQuiet(), HangUp()],
        ModelScript(replies=[HELLO, HELLO]),
    )
    placed.assert_clean()
    assert [said["heard_ms"] for said in placed.of("bot_said")] == [0, 3_000]
    assert placed.of("response_created") == [
        {"reasons": "greeting", "response": "resp_0001"},
        {"reasons": "greeting, keypad", "response": "resp_0002"},
    ]
    assert len(placed.model.deleted) == 1


@define
class StandsStill:
    """A model's link after one of whose messages the whole process stands still, once."""

    link: TransportLink
    clock: trio.testing.MockClock
    after: str
    for_s: float

    async def receive(self) -> str | bytes:
        return await self.link.receive()

    async def send(self, message: str) -> None:
        await self.link.send(message)
        if f'"{self.after}"' in message:
            self.clock.jump(self.for_s)
            self.for_s = 0.0


@pytest.mark.parametrize(("after", "for_s"), [("response.create", 7.0), ("response.cancel", 2.5)])
async def test_what_came_while_the_process_stood_still_comes_before_a_deadline_that_passed_then(
    after, for_s, autojump_clock, nursery
):
    @asynccontextmanager
    async def connect():
        ours, theirs = memory_pair()
        nursery.start_soon(Model(theirs, ModelScript(replies=[slow, SHORT])).run)
        yield RealtimeLink(StandsStill(TransportLink(ours), autojump_clock, after, for_s))
        ours.abort()

    slow = evolve(HELLO, pace=1.5)
    placed = await place(
        [UntilBotSpeaks(1_000), WAIT, UntilBotSpeaks(100), UntilBotQuiet(), HangUp()], connect=connect
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert [said["text"] for said in placed.of("bot_said")] == ["Demo Dental, how", SHORT.text]
    assert placed.of("response_failed") == []


@define
class Halts:
    """A carrier's link that takes nothing for a while, after so many messages."""

    link: TransportLink
    left: int = 50
    for_s: float = 4.0

    async def receive(self) -> str | bytes:
        return await self.link.receive()

    async def send(self, message: str) -> None:
        self.left -= 1
        if self.left == 0:
            await trio.sleep(self.for_s)
        await self.link.send(message)

    async def close(self, code: int = 1000) -> None:
        await self.link.close(code)


async def test_an_interruption_of_more_than_a_halting_line_has_taken_ends_no_call(autojump_clock):
    """1,500 small deltas come at once; the line halts for less than the time after which it is dead."""
    placed = await place(
        [UntilBotSpeaks(300), WAIT, Pause(6_000), HangUp()],
        ModelScript(replies=[Reply("So it goes on.", murmur(30_000), delta_ms=20, pace=100), SHORT]),
        wrap=Halts,
    )
    placed.assert_clean()
    assert placed.outcome is Outcome.CALLER_HUNG_UP
    assert placed.said()[-1] == ("bot", SHORT.text)
    assert len(placed.carrier.clears_ms) == 1
