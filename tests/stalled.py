"""Carriers that take nothing and go on sending: `python -m tests.stalled 100`, a part of `make siege`.

Ten at a time ring the real server, stop reading in the bot's first words, and stay. Each must be cut in time.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import trio

from simulator.caller import HangUp, StallReading, UntilBotSpeaks, UntilClosed
from simulator.model_script import ModelScript
from tests.real import open_desk
from tests.test_stalled_peers import CUT_WITHIN_S, ENDLESS

AT_ONCE = 10
STALLS = ([UntilBotSpeaks(200), StallReading(), UntilClosed()], ModelScript(replies=[ENDLESS]), [[HangUp()]])


async def cut_after_s(desk) -> float:
    """How long one was on the line after it had stopped reading."""
    line_s = (await desk.call(*STALLS)).line_s
    return line_s["server closed"] - line_s["stalls"]


async def main(number: int) -> int:
    """Place so many calls; how many were not cut in time."""
    cuts_s: list[float] = []

    async def place(desk) -> None:
        cuts_s.append(await cut_after_s(desk))

    with tempfile.TemporaryDirectory() as folder:
        async with open_desk(Path(folder)) as desk:
            while len(cuts_s) < number:
                async with trio.open_nursery() as nursery:
                    for _ in range(min(AT_ONCE, number - len(cuts_s))):
                        nursery.start_soon(place, desk)
    in_time = sum(cut_s < CUT_WITHIN_S for cut_s in cuts_s)
    print(
        f"{in_time} of {number} cut within {CUT_WITHIN_S:g} s, after {min(cuts_s):.2f} to {max(cuts_s):.2f} s"
    )
    return number - in_time


if __name__ == "__main__":
    sys.exit(min(trio.run(partial(main, int(sys.argv[1]))), 1))
