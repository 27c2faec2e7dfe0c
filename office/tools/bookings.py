"""my_appointments, reschedule_appointment, cancel_appointment: what the caller has booked before.

Whoever shows a number can ask; a number can be forged, so a fact of the appointment is needed too: the name
it stands under, or its day. Only what was proven so, or was booked in this very call, can be changed.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from attrs import Factory, define, evolve, field, frozen

from engine.tools import Refusal, Tool, ToolCall, describe, optional
from office import afterwards, names
from office.desk import CannotWrite, Desk, Result
from office.tools import proof
from office.tools.calendar import Calendar
from office.tools.offers import slot_start
from office.tools.witnesses import DATE_ISO, SAID, Told
from storage import availability, booking, services
from storage.booking import NotBookable
from storage.errors import NotFound, SlotTaken
from storage.records import Appointment

T = TypeVar("T")

Change = tuple[str, dict[str, object]]  # an event's kind and fields

_MOST_TOLD = 3  # nobody keeps more in mind on the phone


@frozen(kw_only=True)
class MyAppointments:
    """The arguments of my_appointments."""

    full_name: str | None = optional("The name that the appointment stands under, as the caller said it.")
    said: str | None = optional(f"Or its day. {SAID}")
    date_iso: str | None = optional(DATE_ISO)


@frozen(kw_only=True)
class RescheduleAppointment:
    """The arguments of reschedule_appointment."""

    starts_at: str = field(metadata=describe("starts_at of an appointment that my_appointments returned."))
    slot_start: str = field(
        metadata=describe("slot_start of a slot that find_available_slots returned for moving it.")
    )


@frozen(kw_only=True)
class CancelAppointment:
    """The arguments of cancel_appointment."""

    starts_at: str = field(metadata=describe("starts_at of an appointment that my_appointments returned."))


@define(eq=False)
class Bookings:
    """The three tools over the caller's own appointments."""

    desk: Desk
    calendar: Calendar
    changes: list[Change] = Factory(list)  # events of the call's record

    async def my_appointments(self, wanted: MyAppointments, _call: ToolCall) -> Result:
        """Return the caller's coming appointments: of this very call, or those that their fact fits."""
        desk, name = self.desk, names.somebody(wanted.full_name)
        is_told = any((text or "").strip() for text in (wanted.said, wanted.date_iso))
        told = Told(said=wanted.said, date_iso=wanted.date_iso) if is_told else None
        if desk.caller is None or (name, told) == (None, None):
            found: Sequence[Appointment] | Refusal = await desk.read(self.calendar.theirs)
            if not found:
                raise desk.refusal("number_withheld" if desk.caller is None else "fact_needed")
        else:
            found = await desk.write(
                partial(proof.shown, desk=desk, caller=desk.caller, name=name, told=told)
            )
        if isinstance(found, Refusal):
            raise found
        if not found:
            return {"appointments": [], "say": desk.say("no_appointments")}
        return await self._told(found[:_MOST_TOLD])

    async def _told(self, told: Sequence[Appointment]) -> Result:
        desk = self.desk
        named = await desk.read(partial(_service_names, told=told))
        times = desk.choices(appointment.starts_at for appointment in told)
        return {
            "appointments": [
                {
                    "starts_at": slot_start(appointment.starts_at),
                    "duration_min": availability.to_move(appointment).duration_min,
                    **({"service": named[appointment.service_id]} if appointment.service_id in named else {}),
                    "say": desk.when(appointment.starts_at),
                }
                for appointment in told
            ],
            "say": desk.say("your_appointments", times=times),
        }

    async def reschedule_appointment(self, wanted: RescheduleAppointment, call: ToolCall) -> Result:
        """Move one of the caller's appointments to a time to whose offer they said yes."""
        desk = self.desk
        old = await self.calendar.own(wanted.starts_at)
        offered = self.calendar.chosen(wanted.slot_start, call)

        def job(conn: sqlite3.Connection, business_id: int, lead_id: int) -> Appointment:
            return booking.reschedule(
                conn,
                business_id,
                lead_id=lead_id,
                call_sid=desk.call_sid,
                starts_at=old.starts_at,
                to=offered.slot.starts_at,
                now=desk.now(),
            )

        was, to = slot_start(old.starts_at), slot_start(offered.slot.starts_at)
        moved = (afterwards.MOVED, {"appointment_id": old.id, "starts_at": was, "to": to})
        try:
            new = await (self._change(moved, job) if to != was else desk.write(job))
        except NotFound:
            raise desk.refusal("no_such_appointment") from None
        except (NotBookable, SlotTaken) as error:
            # The time may have been offered for something shorter: what is near must be long enough.
            fitting = evolve(offered, request=availability.to_move(old), service_id=old.service_id)
            return await self.calendar.taken(fitting, call, error)
        self.calendar.booked[call.call_id] = new
        if new.starts_at == old.starts_at:
            say = desk.say("moved_nowhere", when=desk.when(new.starts_at))
        else:
            say = desk.say("moved", old=desk.when(old.starts_at), new=desk.when(new.starts_at))
        return {"status": "ok", "starts_at": slot_start(new.starts_at), "say": say}

    async def cancel_appointment(self, wanted: CancelAppointment, _call: ToolCall) -> Result:
        """Cancel one of the caller's appointments."""
        desk = self.desk
        old = await self.calendar.own(wanted.starts_at)

        def job(conn: sqlite3.Connection, business_id: int, lead_id: int) -> Appointment:
            return booking.cancel(conn, business_id, lead_id=lead_id, starts_at=old.starts_at)

        cancelled = (
            afterwards.CANCELLED,
            {"appointment_id": old.id, "starts_at": slot_start(old.starts_at)},
        )
        try:
            gone = await self._change(cancelled, job)
        except NotFound:
            raise desk.refusal("no_such_appointment") from None
        return {"status": "ok", "say": desk.say("cancelled", when=desk.when(gone.starts_at))}

    async def _change(self, change: Change, job: Callable[[sqlite3.Connection, int, int], T]) -> T:
        """Run the job and note the change, also if nobody waits for it any more: a queued job is done."""

        def noting(conn: sqlite3.Connection, business_id: int, lead_id: int) -> T:
            done = job(conn, business_id, lead_id)
            self.changes.append(change)
            return done

        try:
            return await self.desk.write(noting)
        except CannotWrite:
            self.changes = [known for known in self.changes if known is not change]
            raise


def _service_names(conn: sqlite3.Connection, business_id: int, told: Sequence[Appointment]) -> dict[int, str]:
    ids = {known.service_id for known in told if known.service_id is not None}
    found = (services.get(conn, business_id, service_id) for service_id in ids)
    return {service.id: service.name for service in found if service is not None}


TOOLS = (
    Tool(
        name="my_appointments",
        description="The caller's own coming appointments. Needs the name or the day of one, "
        "but for what was booked in this call.",
        label="Looking up the caller's appointments",
        guidance={
            "en": "my_appointments, reschedule_appointment, cancel_appointment: they work only for the "
            "number the caller rings from, and need something about the appointment from the caller: the "
            "name it is booked under, or its date. Ask for it, pass on only what the caller said in this "
            "call, and never say it first. What was booked in this very call needs neither: just ask "
            "my_appointments.",
            "he": "my_appointments, reschedule_appointment, cancel_appointment: פועלים רק למספר שממנו "
            "מתקשרים, ודורשים פרט על התור מפי המתקשרים: השם שעליו הוא רשום או התאריך שלו. לבקש את הפרט, "
            "להעביר לכלי רק מה שנאמר בשיחה הזאת, ולעולם לא לומר אותו קודם. מה שנקבע בשיחה הזאת עצמה אינו "
            "דורש פרט: פשוט לשאול את my_appointments.",
        },
        arguments=MyAppointments,
        run=Bookings.my_appointments,
        interruptible=True,
    ),
    Tool(
        name="reschedule_appointment",
        description="Move an appointment that my_appointments returned to a time that was offered "
        "and that the caller has agreed to. Only its result means that it is moved.",
        label="Moving an appointment",
        guidance={
            "en": "reschedule_appointment: only to a time that find_available_slots gave, after a yes to the "
            "new time.",
            "he": 'reschedule_appointment: רק לשעה שהתקבלה מ-find_available_slots, ואחרי "כן" לשעה החדשה.',
        },
        arguments=RescheduleAppointment,
        run=Bookings.reschedule_appointment,
        needs_answer=True,
    ),
    Tool(
        name="cancel_appointment",
        description="Cancel an appointment that my_appointments returned, once the caller has said "
        "yes. Only its result means that it is cancelled.",
        label="Cancelling an appointment",
        guidance={
            "en": "cancel_appointment: read back the day and the time, and get a yes.",
            "he": 'cancel_appointment: לחזור על היום ועל השעה, ולקבל "כן".',
        },
        arguments=CancelAppointment,
        run=Bookings.cancel_appointment,
    ),
)
