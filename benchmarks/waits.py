"""How long the caller waits, beside the time that the model itself takes."""

import statistics

import trio
from trio.testing import MockClock

from benchmarks.desk import open_desk
from rehearsal.rig import Placed, place
from simulator import ModelScript, Moment, Reply, Say, Step, UntilBotQuiet, UntilBotSpeaks, murmur
from simulator.line import FRAME_MS

_CALLS = 20


async def first_word() -> list[tuple[str, str]]:
    """Measure from the carrier's `start` to the first audible byte of a model that answers at once."""
    async with open_desk() as desk:
        account = await desk.take("greeting", calls=_CALLS)
    assert account.violations == [], account.violations
    assert len(account.first_word_ms) == _CALLS
    median_ms = statistics.median(account.first_word_ms)
    return [
        (f"from `start` to the bot's first sound, instant model (median of {_CALLS})", f"{median_ms:.1f}")
    ]


def answer() -> list[tuple[str, str]]:
    """Measure from the caller's last frame of speech to `response.create`.

    It is exact, under the virtual clock.
    """
    placed = trio.run(_ask, clock=MockClock(autojump_threshold=0))
    placed.assert_clean()
    (said,) = placed.carrier.said
    # A frame leaves when it is complete, and `until_ms` is when the next one would.
    spoke_until_ms = said.until_ms - FRAME_MS
    assert placed.model is not None
    creates_ms = [moment.at_ms for moment in placed.model.timeline if _is_create(moment)]
    waited_ms = creates_ms[-1] - spoke_until_ms
    return [("from the last frame of speech to `response.create`, virtual time", f"{waited_ms:.1f}")]


async def _ask() -> Placed:
    hello, yes = (Reply(text, murmur(400, pitch=190)) for text in ("Hello.", "Yes."))
    caller: list[Step] = [UntilBotQuiet(300), Say("Are you open?", murmur(1_000)), UntilBotSpeaks(100)]
    return await place(caller, ModelScript(replies=[hello, yes], hears=["Are you open?"]))


def _is_create(moment: Moment) -> bool:
    return (moment.kind, moment.detail) == ("<", "response.create")
