"""The cancel sweep over our own scenarios: a booking, and a call that changes what is booked.

`python -m tests.sweep` runs it all.
"""

import datetime as dt
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import define, evolve, field

from engine.ports import Office
from engine.settings import Settings
from office.grant import Grant
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.rig import CALL_SID, HUMMED, Live, Placed, place
from rehearsal.sweep import Check, Scenario, sweep
from rehearsal.virtual_time import inline
from simulator.caller import Step
from simulator.model_script import ModelScript
from storage import appointments, businesses, calls, messages
from storage.database import open_database
from tests import booking, changing

HALF_AN_HOUR = dt.timedelta(minutes=30)


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
# A caller who is known to make no pauses: each answer is asked for ahead, and held.
AHEAD = evolve(HUMMED, utterance_end_ms=HUMMED.answer_ahead_ms)
AheadRuns = partial(ChangingRuns, settings=AHEAD)


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
    "changing, answered ahead": (AheadRuns, changing_check, 1),
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
