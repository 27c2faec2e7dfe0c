"""A sample of the cancel sweep, and proof that the sweep sees what it is there to see.

`make cancel-sweep` runs the whole of it.
"""

from attrs import define, evolve

from engine.tools import Tool
from tests.rig import HUMMED
from tests.sweep import BookingRuns, Steps, booking_check, run_once, sweep, windows
from web.office import BusinessOffice


def test_the_untouched_booking_has_every_window_and_under_six_seconds_of_audio(tmp_path):
    steps = Steps()
    placed = run_once(BookingRuns(tmp_path), steps, seed=0)
    placed.assert_clean()
    (appointment,) = placed.rows["appointments"]
    tools = [fields["name"] for fields in placed.of("tool_called")]
    assert tools == ["find_available_slots", "update_lead_details", "create_appointment", "end_call"]
    assert (appointment.confirmed_heard, len(placed.of("barge_in"))) == (True, 1)
    assert placed.said() == [
        ("bot", "Demo Dental, how can I help?"),
        ("caller", "I need an appointment on Monday."),
        ("bot", "I have nine, nine thirty or"),
        ("caller", "Nine please, my name is Ada."),
        ("bot", "You are booked. Goodbye!"),
    ]
    assert len(windows(placed)) == 6
    assert placed.record.duration_ms < 6_000


def test_a_booking_ended_at_any_step_leaves_nothing_half_done(tmp_path):
    swept = sweep(BookingRuns(tmp_path), check=booking_check, thin_inside=5, thin_outside=80, seed=3)
    assert swept.faults == ()
    assert swept.runs >= 100


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
            await self.office._database.write(
                lambda conn: conn.execute("UPDATE appointments SET notes = ?", (arguments.notes,)).rowcount
            )
            return result

        return evolve(tool, run=run)


def test_the_sweep_finds_a_write_that_was_abandoned_half_way(tmp_path):
    scenario = BookingRuns(tmp_path, wrap_office=InTwoJobs)
    swept = sweep(scenario, check=booking_check, strikes=["cancel"], thin_outside=10**6)
    assert swept.faults
    assert all("half an appointment" in fault for fault in swept.faults)


def test_the_sweep_finds_a_record_that_was_not_finished(tmp_path):
    scenario = BookingRuns(tmp_path, settings=evolve(HUMMED, final_write_ms=0))
    swept = sweep(scenario, check=booking_check, strikes=["cancel"], thin_outside=100)
    assert [fault for fault in swept.faults if "0 final records" in fault]
    assert [fault for fault in swept.faults if "the final record is" in fault]
