"""How long a write takes, from asking to committed: one after the other, and a hundred at once."""

import datetime as dt
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import trio

from storage import businesses, calls
from storage.database import Database, open_database

_SEQUENTIAL = 300
_BURST, _BURSTS = 100, 5


async def rows() -> list[tuple[str, str, str]]:
    """Measure the writes of a call's first row, each in a job of its own."""
    add = partial(businesses.add, name="Demo", number="+15550100", timezone="Europe/Berlin", language="en")
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        async with open_database(Path(folder) / "frontdesk.db") as database:
            await database.write(add)
            sequential = [await _timed(database, number) for number in range(_SEQUENTIAL)]
            bursts = [
                duration
                for number in range(_BURSTS)
                for duration in await _burst(database, _SEQUENTIAL + number * _BURST)
            ]
    return [
        _row(f"{_SEQUENTIAL} in sequence, each", sequential),
        _row(f"a burst of {_BURST} at once, each (of {_BURSTS} bursts)", bursts),
    ]


async def _timed(database: Database, number: int) -> float:
    """Measure the milliseconds of one write."""
    job = partial(
        calls.begin,
        business_id=1,
        call_sid=f"CA{number:032x}",
        caller=None,
        lead_id=None,
        started_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    )
    began = time.perf_counter()
    await database.write(job)
    return (time.perf_counter() - began) * 1000


async def _burst(database: Database, first: int) -> list[float]:
    durations = []

    async def one(number: int) -> None:
        durations.append(await _timed(database, number))

    async with trio.open_nursery() as nursery:
        for number in range(first, first + _BURST):
            nursery.start_soon(one, number)
    return durations


def _row(name: str, durations_ms: list[float]) -> tuple[str, str, str]:
    cuts = statistics.quantiles(durations_ms, n=100, method="inclusive")
    return name, f"{cuts[49]:.1f}", f"{cuts[98]:.1f}"
