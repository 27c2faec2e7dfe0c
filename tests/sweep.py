"""The cancel sweep: a scenario ended at its every step, and what must hold afterwards.

A step is one `before_task_step` of the call's tasks, under a seeded scheduler and the virtual clock. The
scenario runs once untouched, to count its steps and to see when its windows are; then again for each
chosen step, with the call cancelled there, or the carrier's socket or the model's killed.

`python -m tests.sweep` runs it all, for a booking and for a call that changes what is booked.
"""

import datetime as dt
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import define, field, frozen
from trio.testing import MockClock

from engine.outcome import Outcome
from engine.ports import Office
from engine.settings import Settings
from office.grant import Grant
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, HUMMED, Live, Placed, place
from rehearsal.virtual_time import inline
from simulator.caller import Step
from simulator.model_script import ModelScript
from storage import appointments, businesses, calls, messages
from storage.database import open_database
from tests import booking, changing

STRIKES: dict[str, Callable[[Live], None]] = {
    "cancel": Live.cancel,
    "carrier": Live.kill_carrier,
    "model": Live.kill_model,
}
# The outcomes that are true after a strike; a call that was over before it may have any of the normal ones.
TRUTHFUL = {
    "cancel": Outcome.SERVER_STOPPED,
    "carrier": Outcome.CARRIER_LOST,
    "model": Outcome.MODEL_FAILED,
}
_NORMAL = (Outcome.COMPLETED, Outcome.TRANSFERRED)
_MARGIN_MS = 60  # around each window
BARGE_IN_MS = 200  # from the pause to the moment at which speech that goes on makes it real
HALF_AN_HOUR = dt.timedelta(minutes=30)

Scenario = Callable[[Callable[[Live], None]], Awaitable[Placed]]
Check = Callable[[Placed], Iterable[str]]


@define(eq=False)
class Steps(trio.abc.Instrument):
    """Counts the steps of one call, notes when each was, and strikes at one of them."""

    strike_at: int = 0
    strike: Callable[[Live], None] | None = None
    live: Live | None = None
    struck: bool = False
    times_ms: list[float] = field(factory=list)
    _began: float = 0.0

    def watch(self, live: Live) -> None:
        self.live, self._began = live, trio.current_time()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        if self.live is None or not self._is_of_the_call(task):
            return
        self.times_ms.append((trio.current_time() - self._began) * 1000)
        if len(self.times_ms) == self.strike_at and self.strike is not None:
            self.struck = True
            self.strike(self.live)

    def _is_of_the_call(self, task: trio.lowlevel.Task | None) -> bool:
        while task is not None:
            if self.live is not None and task is self.live.task:
                return True
            task = task.parent_nursery.parent_task if task.parent_nursery is not None else None
        return False


@frozen
class Swept:
    """What a sweep did and found."""

    steps: int  # of the untouched scenario
    runs: int
    faults: tuple[str, ...]


def sweep(
    scenario: Scenario,
    *,
    check: Check = lambda _placed: (),
    strikes: Iterable[str] = tuple(STRIKES),
    thin_inside: int = 1,
    thin_outside: int = 20,
    seed: int = 0,
) -> Swept:
    """Run the scenario untouched, then struck at every `thin_inside`-th step of its windows and at every
    `thin_outside`-th elsewhere. `check` names what does not hold after a run, beside `aftermath`.
    """
    untouched = Steps()
    placed = run_once(scenario, untouched, seed)
    faults = [f"untouched: {fault}" for fault in (*aftermath(placed, None), *check(placed))]
    chosen = sorted(_choose(untouched.times_ms, windows(placed), thin_inside, thin_outside, seed))
    runs = 0
    for kind in strikes:
        for step in chosen:
            steps = Steps(strike_at=step, strike=STRIKES[kind])
            placed = run_once(scenario, steps, seed)
            runs += 1
            struck = kind if steps.struck else None
            faults += [f"{kind} at step {step}: {fault}" for fault in aftermath(placed, struck)]
            faults += [f"{kind} at step {step}: {fault}" for fault in check(placed)]
    return Swept(steps=len(untouched.times_ms), runs=runs, faults=tuple(faults))


def run_once(scenario: Scenario, steps: Steps, seed: int) -> Placed:
    """One run under the virtual clock and the scheduler's seed; leaves no task behind, or says so."""
    scheduler = trio._core._run

    async def main() -> Placed:
        before = trio.lowlevel.current_statistics().tasks_living
        placed = await scenario(steps.watch)
        placed.tasks_left = trio.lowlevel.current_statistics().tasks_living - before
        return placed

    scheduler._r.seed(seed)
    usual, scheduler._ALLOW_DETERMINISTIC_SCHEDULING = scheduler._ALLOW_DETERMINISTIC_SCHEDULING, True
    try:
        return trio.run(main, clock=MockClock(autojump_threshold=0), instruments=[steps])
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = usual


def windows(placed: Placed) -> list[tuple[float, float]]:
    """When something happens that must not be left half done: tools, the barge-in, the hang-up."""
    if not placed.records:
        return []
    at_ms: dict[str, list[int]] = {}
    for event in placed.record.events:
        at_ms.setdefault(event.kind, []).append(event.at_ms)
    (ended_ms,) = at_ms["hang_up"]
    goodbye_ms = [e.at_ms for e in placed.record.events if e.fields.get("name") == "end_call"] or [ended_ms]
    pairs = [
        *zip(at_ms.get("tool_called", []), at_ms.get("tool_answered", []), strict=True),
        *((paused_ms, paused_ms + BARGE_IN_MS) for paused_ms in at_ms.get("barge_in_paused", [])),
        (goodbye_ms[0], ended_ms),
    ]
    return [(begin - _MARGIN_MS, end + _MARGIN_MS) for begin, end in pairs]


def _choose(
    times_ms: list[float], wins: list[tuple[float, float]], thin_inside: int, thin_outside: int, seed: int
) -> Iterator[int]:
    inside = outside = seed
    for step, at_ms in enumerate(times_ms, start=1):
        if any(begin <= at_ms <= end for begin, end in wins):
            inside += 1
            if inside % thin_inside == 0:
                yield step
        else:
            outside += 1
            if outside % thin_outside == 0:
                yield step


def aftermath(placed: Placed, struck: str | None) -> Iterator[str]:
    """What must hold after every call, however it ended."""
    if len(placed.records) != 1:
        yield f"{len(placed.records)} final records"
        return
    if placed.tasks_left:
        yield f"{placed.tasks_left} tasks left"
    if placed.carrier_gone_s is None or (placed.model is not None and placed.model_gone_s is None):
        yield "a socket left open"
    yield from placed.carrier.violations
    yield from placed.model.violations if placed.model is not None else ()
    if len(placed.reported) != 1:
        yield f"{len(placed.reported)} outcomes reported"
    if struck is not None and placed.outcome not in (TRUTHFUL[struck], *_NORMAL):
        yield f"outcome {placed.outcome} is not true after {struck}"
    called = sorted(fields["call_id"] for fields in placed.of("tool_called"))
    if called != sorted(fields["call_id"] for fields in placed.of("tool_answered")):
        yield "a tool call without exactly one output"


# Scenarios on the real office and the real database.


@define(kw_only=True)
class Runs:
    """Places one call again and again, each time on a fresh copy of the same database."""

    folder: Path = field(kw_only=False)
    caller: Callable[[], Sequence[Step]]
    model: Callable[[], ModelScript]
    before: Callable[[sqlite3.Connection], None] = lambda _conn: None  # what the file holds before the call
    settings: Settings = HUMMED
    wrap_office: Callable[[Any], Any] = lambda office: office

    def __attrs_post_init__(self) -> None:
        trio.run(self._prepare)

    async def _prepare(self) -> None:
        def prepare(conn: sqlite3.Connection) -> None:
            businesses.add(
                conn, name="Demo Dental", number=booking.NUMBER, timezone="Europe/Berlin", language="en"
            )
            self.before(conn)

        async with open_database(self.folder / "template.db", run_sync=inline) as database:
            await database.write(prepare)

    async def __call__(self, on_run: Callable[[Live], None]) -> Placed:
        path = self.folder / "run.db"
        for left in self.folder.glob("run.db*"):
            left.unlink()
        shutil.copy(self.folder / "template.db", path)
        async with open_database(path, run_sync=inline) as database:
            grant = Grant(call_sid=CALL_SID, business_id=1, caller_number=booking.CALLER)
            office: Office = await open_office(
                database,
                grant,
                call_sid=CALL_SID,
                now=lambda: booking.NOW,
                unwritten=Unwritten(database=database),
            )
            placed = await place(
                self.caller(),
                self.model(),
                office=self.wrap_office(office),
                settings=self.settings,
                on_run=on_run,
            )
            placed.rows = await database.read(_rows)
        return placed


BookingRuns = partial(Runs, caller=booking.caller, model=booking.model)
ChangingRuns = partial(Runs, caller=changing.caller, model=changing.model, before=changing.earlier_call)


def _rows(conn: sqlite3.Connection) -> dict[str, Any]:
    told = conn.execute("SELECT body FROM outbox WHERE kind = 'to_owner'").fetchall()
    return {
        "appointments": appointments.for_call(conn, 1, CALL_SID),
        "earlier": appointments.for_call(conn, 1, changing.EARLIER_SID),
        "messages": [message.text for message in messages.of_call(conn, 1, CALL_SID)],
        "told": "".join(row["body"] for row in told),
        "holds": conn.execute("SELECT count(*) FROM holds").fetchone()[0],
        "call": calls.get(conn, 1, CALL_SID),
        "events": calls.events(conn, 1, CALL_SID),
    }


def rows_check(placed: Placed) -> Iterator[str]:
    """What must hold of the rows after every call."""
    call, events = placed.rows["call"], placed.rows["events"]
    if call is None or call.outcome != placed.outcome or call.ended_at is None or call.duration_ms is None:
        yield f"the final record is {call}"
    if [event.kind for event in events].count("hang_up") != 1:
        yield "not exactly one final account"
    if placed.records and placed.rows["holds"]:
        yield f"{placed.rows['holds']} times held by a call that is over"


def booking_check(placed: Placed) -> Iterator[str]:
    """What must hold of the rows after a booking call."""
    yield from rows_check(placed)
    booked = placed.rows["appointments"]
    if len(booked) > 1:
        yield f"{len(booked)} appointments"
    if not placed.records:
        return
    if _acknowledged(placed)["create_appointment"] > len(booked):
        yield "the model was told of a booking that is not there"
    yield from (f"half an appointment: {row}" for row in booked if row.notes != booking.NOTES)


def changing_check(placed: Placed) -> Iterator[str]:
    """What must hold of the rows after a call that changes things: done whole or not at all, and as told."""
    yield from rows_check(placed)
    if not placed.records:
        return
    (earlier,), made, left = (placed.rows[what] for what in ("earlier", "appointments", "messages"))
    done = {
        "reschedule_appointment": int(earlier.starts_at == changing.MOVED_TO),
        "take_message": len(left),
        "create_appointment": len(made),
        "cancel_appointment": sum(row.status == "cancelled" for row in made),
    }
    acknowledged, called = _acknowledged(placed), Counter(f["name"] for f in placed.of("tool_called"))
    for tool, times in done.items():
        if not acknowledged[tool] <= times <= called[tool]:
            yield f"{tool}: called {called[tool]}, done {times}, acknowledged {acknowledged[tool]} times"
    if earlier.status != "booked" or earlier.starts_at not in (changing.WAS, changing.MOVED_TO):
        yield f"the earlier appointment is {earlier}"
    for row in (earlier, *made):
        whole = (row.starts_at, row.starts_at + HALF_AN_HOUR, booking.NOTES)
        if (row.busy_start, row.busy_end, row.notes) != whole or row.ends_at != row.busy_end:
            yield f"half an appointment: {row}"
    if set(left) - {changing.MESSAGE}:
        yield f"the messages are {left}"
    told = [placed.rows["told"].count(line) for line in ("Appointment moved", "Message: ", "New appointment")]
    so = [done["reschedule_appointment"], done["take_message"], sum(row.status == "booked" for row in made)]
    if told != so:
        yield f"moved, messages, booked are {so}; the owner is told of {told}"


def _acknowledged(placed: Placed) -> Counter[str]:
    """How often the model was told that a tool had done its work."""
    return Counter(fields["name"] for fields in placed.of("tool_answered") if fields["status"] == "ok")


# How many seeds of the scheduler the whole sweep takes for each.
SCENARIOS: dict[str, tuple[Callable[[Path], Scenario], Check, int]] = {
    "booking": (BookingRuns, booking_check, 5),
    "changing": (ChangingRuns, changing_check, 2),
}


def main() -> int:
    """Run the whole sweep, under several seeds of the scheduler, and print what it found."""
    faults = 0
    for name, (runs, check, seeds) in SCENARIOS.items():
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as folder:
                swept = sweep(runs(Path(folder)), check=check, seed=seed)
            for fault in swept.faults:
                print(fault)
            print(f"{name}, seed {seed}: {swept.steps} steps, {swept.runs} runs, {len(swept.faults)} faults")
            faults += len(swept.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
