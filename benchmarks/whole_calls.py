"""CPU time of the server, and of nothing else, while calls of about 20 s go on."""

import itertools
import statistics
import time

from benchmarks.desk import Desk, open_desk

_CONCURRENT = (1, 8)
_ROUNDS = 3


async def rows() -> list[tuple[str, str]]:
    """Measure whole calls: webhooks, turns, sound in both directions, the log and the record."""
    async with open_desk() as desk:
        numbers = itertools.count(step=max(_CONCURRENT))
        await desk.take("talk", calls=1, first=next(numbers))  # the first of everything costs more
        measured = []
        for calls in _CONCURRENT:
            rounds = [await _cost_ms(desk, next(numbers), calls) for _ in range(_ROUNDS)]
            measured.append((str(calls), f"{statistics.median(rounds):.1f}"))
    return measured


async def _cost_ms(desk: Desk, first: int, calls: int) -> float:
    """Measure the CPU milliseconds per second of a call, with so many calls at once."""
    began = time.process_time()
    account = await desk.take("talk", calls=calls, first=first, at_once=calls)
    used_s = time.process_time() - began
    assert account.violations == [], account.violations
    return used_s * 1000 / sum(account.call_s)
