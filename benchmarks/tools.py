"""How long the model waits for a tool, and whether the callers' sound waits with it.

    python -m benchmarks.tools

Twenty callers ask for appointments, one tool after the other, each in an office of its own over one file of a
year: 10,000 calls and 5,000 appointments. Their tools are run as the engine runs them. Meanwhile the same
process serves twenty other calls that talk, with both their peers in another process; what those feel of the
tools is the lateness of a task that sleeps for 20 ms, a frame of sound, over and over.

Nobody asks that much: twenty real calls ask for a tool or two in a second, these for twenty. It takes two
minutes and wants both cores to itself: whatever else runs on the machine is in the figures.
"""

import datetime as dt
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import trio
from attrs import Factory, define, field

from benchmarks.desk import Desk, open_desk
from benchmarks.tables import show
from benchmarks.year import BUSINESS_ID, caller, write_year
from engine import tools
from engine.account import BotSaid, CallEvent
from engine.ports import CallRecord
from engine.tools import ToolCall
from office.grant import Grant
from office.office import BusinessOffice, open_office
from office.unwritten import Unwritten
from storage.database import Database, open_database
from web.server import put_calls_first

CALLERS = 20
LIMIT_MS = 100  # of the p99: a caller does not notice it
_TALKS = 2  # batches of calls that talk, about 20 s each
_THINKS_S = 1.0
_DEADLINE_MS = 10_000
_FRAME_S = 0.020
_DAYS_AHEAD = 50

T = TypeVar("T")


@define
class Timings:
    """Milliseconds of everything that was timed, by its name."""

    took_ms: dict[str, list[float]] = Factory(lambda: defaultdict(list))

    async def of(self, name: str, doing: Awaitable[T]) -> T:
        """Wait for it, and note how long that took."""
        began = time.perf_counter()
        done = await doing
        self.took_ms[name].append((time.perf_counter() - began) * 1000)
        return done


@define(kw_only=True)
class _Caller:
    """One simulated call: it asks a tool, thinks, and asks the next."""

    office: BusinessOffice
    timings: Timings
    _asked: "count[int]" = field(factory=count)

    async def ask(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Return the result of the tool. Anything but "ok" is a fault of this benchmark."""
        number = next(self._asked)
        tool = next(tool for tool in self.office.tools if tool.name == name)
        call = ToolCall(
            call_id=f"call_{number}",
            response_id=f"response_{number}",
            name=name,
            arguments=json.dumps(arguments),
            answered_calls={f"call_{before}": "" for before in range(number)},
        )
        output = await self.timings.of(name, tools.run(tool, call, deadline_ms=_DEADLINE_MS))
        assert output.status == "ok", output
        await trio.sleep(_THINKS_S)
        return output.result

    async def talk(self, day: dt.date) -> None:
        """Want all that callers want in one call. The times are free again afterwards."""
        await self.ask("business_facts", topic="parking")
        await self.ask("update_lead_details", full_name="Ada Lovelace")
        booked = await self._book(day)
        await self.ask("my_appointments", full_name="Ada Lovelace")
        other = await self._find(day + dt.timedelta(days=1))
        moved = await self.ask("reschedule_appointment", starts_at=booked, slot_start=other)
        await self.ask("cancel_appointment", starts_at=moved["starts_at"])
        await self.ask("take_message", text="Please ring me back about the bill.")
        await self.ask("transfer_to_human")

    async def _find(self, day: dt.date) -> str:
        said = f"{day:%A} {day.day} {day:%B} {day.year}"
        found = await self.ask(
            "find_available_slots", said=said, date_iso=day.isoformat(), service="check-up"
        )
        return str(found["slots"][0]["slot_start"])

    async def _book(self, day: dt.date) -> str:
        booked = await self.ask("create_appointment", slot_start=await self._find(day), notes="check-up")
        return str(booked["starts_at"])


async def _ring(database: Database, timings: Timings, number: int) -> None:
    call_sid, today = f"CB{number:032x}", dt.datetime.now(dt.UTC).date()
    grant = Grant(call_sid=call_sid, business_id=BUSINESS_ID, caller_number=caller(number))
    unwritten = Unwritten(database=database)
    opening = open_office(
        database, grant, call_sid=call_sid, now=lambda: dt.datetime.now(dt.UTC), unwritten=unwritten
    )
    office = await timings.of("(the call's facts)", opening)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(office.attend)
        await _Caller(office=office, timings=timings).talk(
            today + dt.timedelta(days=2 + number % _DAYS_AHEAD)
        )
        nursery.cancel_scope.cancel()
    await timings.of("(the call's record)", office.close_call(_RECORD))


_RECORD = CallRecord(
    outcome="completed",
    detail="the goodbye was heard",
    duration_ms=90_000,
    events=tuple(
        CallEvent(at_ms=n, line=BotSaid(text="On Tuesday?", unheard="", heard_ms=0, audio_ms=0))
        for n in range(60)
    ),
)


async def _keep_ringing(database: Database, timings: Timings) -> None:
    """Ring, one caller after the other on each of the lines, until cancelled."""
    numbers = count()

    async def line(first: int) -> None:
        await trio.sleep(_THINKS_S * first / CALLERS)
        while True:
            await _ring(database, timings, next(numbers))

    async with trio.open_nursery() as nursery:
        for first in range(CALLERS):
            nursery.start_soon(line, first)


async def lateness(late_ms: list[float]) -> None:
    """Measure how late a task is that wants to run every 20 ms, until cancelled."""
    while True:
        due = trio.current_time() + _FRAME_S
        await trio.sleep_until(due)
        late_ms.append((trio.current_time() - due) * 1000)


async def _talks(desk: Desk, numbers: "count[int]", *beside: Callable[[], Awaitable[None]]) -> list[float]:
    """Measure the lateness while calls talk, and `beside` them something else goes on."""
    late_ms: list[float] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lateness, late_ms)
        for doing in beside:
            nursery.start_soon(doing)
        for _ in range(_TALKS):
            account = await desk.take("talk", calls=CALLERS, first=next(numbers), at_once=CALLERS)
            assert account.violations == [], account.violations
        nursery.cancel_scope.cancel()
    return late_ms


async def run(folder: Path) -> tuple[Timings, list[tuple[str, list[float]]]]:
    """Return the tools' times, and the lateness without and with them."""
    path, timings = folder / "year.db", Timings()
    await write_year(path, dt.datetime.now(dt.UTC))
    numbers = count(step=CALLERS)
    async with open_desk() as desk, open_database(path) as database:
        await desk.take("talk", calls=1, first=next(numbers))  # the first of everything costs more
        without = await _talks(desk, numbers)
        beside = await _talks(desk, numbers, partial(_keep_ringing, database, timings))
    return timings, [("nobody asks for anything", without), (f"{CALLERS} callers ask for tools", beside)]


def cuts(took_ms: list[float]) -> list[float]:
    """Return their p50, p95 and p99."""
    cuts = statistics.quantiles(took_ms, n=100, method="inclusive")
    return [cuts[percent - 1] for percent in (50, 95, 99)]


def cells(figures_ms: list[float]) -> list[str]:
    return [f"{figure_ms:.1f}" for figure_ms in figures_ms]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        put_calls_first()  # as `frontdesk serve` does
        timings, felt = trio.run(run, Path(folder))
    took_ms = sorted(timings.took_ms.items())
    rows = [(name, str(len(took)), *cells(cuts(took))) for name, took in took_ms]
    show("A tool from its call to its result", ("tool", "asked", "p50 ms", "p95 ms", "p99 ms"), rows)
    slow = [name for name, took in took_ms if cuts(took)[-1] >= LIMIT_MS]
    print(f"\n  p99 under {LIMIT_MS} ms: {'all but ' + ', '.join(slow) if slow else 'all'}")
    columns = ("a frame's lateness while 20 calls talk and", "p50 ms", "p95 ms", "p99 ms", "max ms")
    show(
        "What the sound feels of it",
        columns,
        [(name, *cells([*cuts(late_ms), max(late_ms)])) for name, late_ms in felt],
    )


if __name__ == "__main__":
    main()
