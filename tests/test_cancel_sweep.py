"""A sample of the cancel sweep, and proof that the sweep sees what it is there to see.

`make cancel-sweep` runs the whole of it.
"""

import trio
from attrs import define, evolve

from engine.ports import CallRecord
from engine.tools import Tool
from office.office import BusinessOffice
from office.tools.offers import slot_start
from rehearsal.rig import HUMMED
from rehearsal.sweep import Steps, run_once, sweep, windows
from rehearsal.virtual_time import inline
from storage import businesses
from storage.database import Database, open_database
from storage.errors import WriteFailed
from storage.writer import run_batch
from tests import booking, changing
from tests.office.front import Now, ring
from tests.sweep import AheadRuns, BookingRuns, ChangingRuns, booking_check, changing_check


def test_the_untouched_booking_has_every_window_and_under_six_seconds_of_audio(tmp_path):
    steps = Steps()
    placed = run_once(BookingRuns(tmp_path), steps, seed=0)
    placed.assert_clean()
    (appointment,) = placed.rows["appointments"]
    tools = [fields["name"] for fields in placed.of("tool_called")]
    assert tools == ["find_available_slots", "update_lead_details", "create_appointment", "end_call"]
    assert (appointment.confirmed_heard, len(placed.of("barge_in"))) == (True, 1)
    assert placed.said() == [
        ("bot", booking.GREETING.text),
        ("caller", "I need an appointment on Monday."),
        ("bot", "I have nine, nine thirty or ten."),
        ("caller", "Nine please, my name is Ada."),
        ("bot", "You are booked. Goodbye!"),
    ]
    assert len(windows(placed)) == 6
    assert placed.record.duration_ms < 6_000


def test_a_booking_ended_at_any_step_leaves_nothing_half_done(tmp_path):
    swept = sweep(BookingRuns(tmp_path), check=booking_check, thin_inside=20, thin_outside=120, seed=3)
    assert swept.faults == ()
    assert swept.runs >= 60


def test_the_untouched_change_moves_leaves_a_message_books_and_cancels(tmp_path):
    placed = run_once(ChangingRuns(tmp_path), Steps(), seed=0)
    placed.assert_clean()
    assert [(fields["name"], fields["status"]) for fields in placed.of("tool_answered")] == [
        ("my_appointments", "ok"),
        ("find_available_slots", "ok"),
        ("take_message", "ok"),
        ("reschedule_appointment", "ok"),  # it waited for the caller's words
        ("find_available_slots", "ok"),
        ("create_appointment", "ok"),
        ("cancel_appointment", "ok"),
        ("end_call", "ok"),
    ]
    (earlier,), (made,) = placed.rows["earlier"], placed.rows["appointments"]
    assert (earlier.starts_at, earlier.status, made.status) == (changing.MOVED_TO, "booked", "cancelled")
    assert placed.rows["messages"] == [changing.MESSAGE]
    assert placed.rows["told"].splitlines()[1:] == [
        "Appointment moved: from Monday 23 November 2026 at 9:00 to Tuesday 24 November 2026 at 9:00",
        f"Message: {changing.MESSAGE}",
    ]
    assert len(windows(placed)) == 9


def test_a_change_ended_at_any_step_leaves_nothing_half_done_and_the_owner_knows(tmp_path):
    swept = sweep(ChangingRuns(tmp_path), check=changing_check, thin_inside=40, thin_outside=250, seed=3)
    assert swept.faults == ()
    assert swept.runs >= 40


def test_a_change_whose_answers_are_asked_for_ahead_leaves_nothing_half_done_either(tmp_path):
    runs = AheadRuns(tmp_path)
    placed = run_once(runs, Steps(), seed=0)
    placed.assert_clean()
    assert sum(fields.get("ahead", False) for fields in placed.of("response_created")) >= 3
    swept = sweep(runs, check=changing_check, thin_inside=80, thin_outside=250, seed=4)
    assert swept.faults == ()
    assert swept.runs >= 30


@define
class InTwoJobs:
    """An office with a planted fault: it writes an appointment and its notes in two jobs."""

    office: BusinessOffice

    def __getattr__(self, name):
        return getattr(self.office, name)

    @property
    def tools(self):
        return [self._halved(t) if t.name == "create_appointment" else t for t in self.office.tools]

    def _halved(self, tool: Tool) -> Tool:
        async def run(arguments, call):
            result = await tool.run(evolve(arguments, notes=None), call)
            for _ in range(9):  # so that every ninth step meets it
                await trio.lowlevel.checkpoint()
            desk = self.office._desk
            await desk.write(
                lambda conn, *_: (
                    conn.execute(
                        "UPDATE appointments SET notes = ? WHERE call_sid = ?",
                        (arguments.notes, desk.call_sid),
                    ).rowcount
                )
            )
            return result

        return evolve(tool, run=run)


def test_the_sweep_finds_a_write_that_was_abandoned_half_way(tmp_path):
    scenario = BookingRuns(tmp_path, wrap_office=InTwoJobs)
    swept = sweep(scenario, check=booking_check, strikes=["cancel"], thin_inside=9, thin_outside=10**6)
    assert swept.faults
    assert all("half an appointment" in fault for fault in swept.faults)
    assert not any("untouched" in fault for fault in swept.faults)


def test_the_sweep_finds_a_record_that_was_not_finished(tmp_path):
    scenario = BookingRuns(tmp_path, settings=evolve(HUMMED, final_write_ms=0))
    swept = sweep(scenario, check=booking_check, strikes=["cancel"], thin_outside=100, thin_inside=10)
    assert [fault for fault in swept.faults if "0 final records" in fault]
    assert [fault for fault in swept.faults if "the final record is" in fault]


def test_rows_that_are_not_as_the_call_was_told_are_found(tmp_path):
    placed = run_once(ChangingRuns(tmp_path), Steps(), seed=0)
    rows = placed.rows
    (earlier,), (made,) = rows["earlier"], rows["appointments"]
    back = evolve(earlier, starts_at=changing.WAS)

    def faults(**changed):
        placed.rows = rows | changed
        return [fault.split(":")[0] for fault in changing_check(placed)]

    owner = "moved, messages, booked are"
    assert faults() == []
    assert faults(holds=1) == ["1 times held by a call that is over"]
    assert faults(messages=[])[0] == "take_message"
    assert faults(messages=[changing.MESSAGE] * 2)[0] == "take_message"
    assert faults(appointments=())[:2] == ["create_appointment", "cancel_appointment"]
    assert faults(appointments=(evolve(made, status="booked"),))[0] == "cancel_appointment"
    assert faults(earlier=(back,))[:2] == ["reschedule_appointment", "half an appointment"]
    assert faults(earlier=(evolve(earlier, notes=""),)) == ["half an appointment"]
    assert [fault.startswith(owner) for fault in faults(told="")] == [True]


# What was changed is told to the owner: exactly what was


@define
class Struck:
    """Runs the writer's work inline, and ends whoever waits for the next of it."""

    scope: trio.CancelScope | None = None

    async def __call__(self, sync_fn, /, *args, limiter=None):
        await trio.lowlevel.checkpoint()
        if self.scope is not None and sync_fn is run_batch:
            self.scope.cancel()
        return sync_fn(*args)


@define
class Unwilling:
    """A database whose disk may turn out to be full at COMMIT, after the job has run."""

    database: Database
    full: bool = False

    async def read(self, query):
        return await self.database.read(query)

    async def ask(self, job):
        return await self.database.ask(job)

    async def write(self, job):
        def fails(conn):
            job(conn)
            raise WriteFailed("database or disk is full")

        return await self.database.write(fails if self.full else job)


def known_caller(conn):
    business = businesses.add(
        conn, name="Demo Dental", number=booking.NUMBER, timezone="Europe/Berlin", language="en"
    )
    changing.earlier_call(conn)
    return business


async def about_to_move(database):
    business = await database.write(known_caller)
    front = await ring(database, business, Now(booking.NOW), caller=booking.CALLER)
    await front.asks("my_appointments", full_name=changing.NAME)
    await front.finds(changing.TUESDAY)
    return front


async def moves(front):
    was, to = slot_start(changing.WAS), slot_start(changing.MOVED_TO)
    return await front.asks("reschedule_appointment", starts_at=was, slot_start=to)


async def told_of(front):
    """The lines below the heading of what the owner is told once the call has ended."""
    await front.office.close_call(CallRecord(outcome="completed", detail="", duration_ms=0, events=()))
    found = await front.database.read(lambda conn: conn.execute("SELECT body FROM outbox").fetchall())
    return [line for row in found for line in row["body"].splitlines()[1:]]


async def test_a_move_for_which_nobody_waits_any_more_is_told_to_the_owner(tmp_path):
    struck = Struck()
    async with open_database(tmp_path / "frontdesk.db", run_sync=struck) as database:
        front = await about_to_move(database)
        with trio.CancelScope() as struck.scope:
            await moves(front)
        assert struck.scope.cancelled_caught
        assert await told_of(front) == [
            "Appointment moved: from Monday 23 November 2026 at 9:00 to Tuesday 24 November 2026 at 9:00"
        ]


async def test_a_move_that_the_disk_did_not_take_is_not_told(tmp_path):
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as database:
        disk = Unwilling(database)
        front = await about_to_move(disk)
        disk.full = True
        assert (await moves(front))["status"] == "refused"
        disk.full = False
        assert await told_of(front) == []
