"""One business during one call: its facts, the call's record, and the tools over its calendar.

Bound to the business and the caller at birth, so no argument of a tool can name another.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import field, frozen

from engine.ports import CallRecord, Profile
from engine.tools import Refusal, Tool, ToolCall, describe
from storage import appointments, businesses, calls, leads
from storage.availability import Offer, Slot, find_slots, speak_slot
from storage.database import Database
from storage.errors import InvalidField, SlotTaken, WriteFailed
from storage.records import Booking, Business, WeeklyHours, utc_text
from web import recordings, spoken
from web.tokens import Grant

log = logging.getLogger(__name__)

_DURATION_MIN = 30  # of an appointment whose length nobody named
_SHORTEST_MIN, _LONGEST_MIN = 5, 8 * 60
_OFFERED_AT_ONCE = 3  # nobody keeps more times in mind on the phone
_A_DAYS_SLOTS = 96

Result = dict[str, object]


@frozen(kw_only=True)
class FindAvailableSlots:
    """The arguments of find_available_slots."""

    date_iso: str = field(metadata=describe("The day, as YYYY-MM-DD, in the business's own time zone."))
    duration_min: int | None = field(
        default=None, metadata=describe(f"Length in minutes; {_DURATION_MIN} if the caller named none.")
    )


@frozen(kw_only=True)
class CreateAppointment:
    """The arguments of create_appointment."""

    slot_start: str = field(metadata=describe("slot_start of a slot that find_available_slots returned."))
    notes: str | None = field(default=None, metadata=describe("What the appointment is for, in a few words."))


@frozen(kw_only=True)
class UpdateLeadDetails:
    """The arguments of update_lead_details."""

    full_name: str | None = field(default=None, metadata=describe("The caller's name, as they said it."))
    email: str | None = field(default=None, metadata=describe("The caller's e-mail address."))


@frozen(kw_only=True)
class _Offered:
    slot: Slot
    response_id: str


async def open_office(
    database: Database,
    grant: Grant,
    *,
    call_sid: str,
    now: Callable[[], dt.datetime],
    recordings_folder: Path | None = None,
) -> "BusinessOffice":
    """The office of the business that the grant names, with its facts as they are now.

    Without a folder nothing is recorded, whatever the business wants.
    """

    def facts(conn: sqlite3.Connection) -> tuple[Business | None, Sequence[WeeklyHours]]:
        return businesses.by_id(conn, grant.business_id), businesses.weekly_hours(conn, grant.business_id)

    business, hours = await database.read(facts)
    if business is None:
        raise LookupError(f"business {grant.business_id} is gone since its call was let in")
    return BusinessOffice(
        database,
        business,
        hours,
        grant,
        call_sid=call_sid,
        now=now,
        recordings_folder=recordings_folder,
    )


class BusinessOffice:
    """The engine's Office over the storage. Its tools answer only after COMMIT."""

    def __init__(
        self,
        database: Database,
        business: Business,
        hours: Sequence[WeeklyHours],
        grant: Grant,
        *,
        call_sid: str,
        now: Callable[[], dt.datetime],
        recordings_folder: Path | None,
    ) -> None:
        self._database = database
        self._recordings_folder = recordings_folder if business.keeps_audio else None
        self._business = business
        self._caller = grant.caller_number
        self._call_sid = call_sid
        self._now = now
        self._started_at = now()
        self._offered: dict[str, _Offered] = {}  # by slot_start
        self._booked: dict[str, dt.datetime] = {}  # what each call_id booked
        self._profile = Profile(
            name=business.name,
            language=business.language,
            today=spoken.date(self._started_at.astimezone(ZoneInfo(business.timezone)).date()),
            hours=spoken.hours(hours),
        )
        self._tools = (
            Tool(
                name="find_available_slots",
                description="Find free appointment times on one day. Offer the caller what it returns.",
                arguments=FindAvailableSlots,
                run=self.find_available_slots,
            ),
            Tool(
                name="create_appointment",
                description="Book a time that was offered and that the caller has chosen. "
                "Only its result means that the time is booked.",
                arguments=CreateAppointment,
                run=self.create_appointment,
            ),
            Tool(
                name="update_lead_details",
                description="Note the caller's name or e-mail address once they have said it.",
                arguments=UpdateLeadDetails,
                run=self.update_lead_details,
            ),
        )

    @property
    def profile(self) -> Profile:
        """The facts for the prompt, as they were when the call began."""
        return self._profile

    @property
    def tools(self) -> Sequence[Tool]:
        """The three tools over the calendar and the lead."""
        return self._tools

    @property
    def keeps_audio(self) -> bool:
        """Whether this business's calls are recorded."""
        return self._recordings_folder is not None

    async def open_call(self) -> None:
        """Find or create the caller's lead and note the call as begun, in one job.

        A disk that cannot take it now costs no call: whichever job comes next writes the same rows.
        """
        try:
            await self._database.write(self._begin)
        except WriteFailed as failure:
            log.error("call %s could not be noted as begun: %s", self._call_sid, failure)  # noqa: TRY400 (no bug)

    async def close_call(self, record: CallRecord) -> None:
        """Write the final record in one job, and what `open_call` writes if that never happened.

        Then the recording, if there is one: whatever becomes of that, the record is written.
        """

        def job(conn: sqlite3.Connection) -> None:
            self._begin(conn)
            calls.finish(
                conn,
                self._business.id,
                call_sid=self._call_sid,
                outcome=record.outcome,
                detail=record.detail,
                ended_at=self._now(),
                duration_ms=record.duration_ms,
                events=[(event.at_ms, event.kind, event.fields) for event in record.events],
            )
            for starts_at in self._confirmed(record):
                appointments.mark_confirmed(conn, self._business.id, self._call_sid, starts_at)

        await self._database.write(job)
        if self._recordings_folder is not None:
            await recordings.keep(self._recordings_folder, self._call_sid, self._business.language, record)

    def _confirmed(self, record: CallRecord) -> set[dt.datetime]:
        # A booking counts as confirmed when the answer that spoke of it was heard to its end.
        heard = [event.fields["call_ids"] for event in record.events if event.kind == "outputs_heard"]
        return {
            self._booked[call_id] for call_ids in heard for call_id in call_ids if call_id in self._booked
        }

    async def find_available_slots(self, wanted: FindAvailableSlots, call: ToolCall) -> Result:
        """Two or three free times of a day, or why there are none. What is returned counts as offered."""
        date, duration_min = _date(wanted.date_iso), _duration_min(wanted.duration_min)
        offer = await self._database.read(lambda conn: self._free(conn, date, duration_min, _OFFERED_AT_ONCE))
        if offer.reason is not None:
            return {"slots": [], "say": spoken.sentence(offer.reason)}
        for slot in offer.slots:
            self._remember(slot, call.response_id)
        return {"slots": [{"slot_start": _start(slot), "say": speak_slot(slot)} for slot in offer.slots]}

    async def create_appointment(self, wanted: CreateAppointment, call: ToolCall) -> Result:
        """Book a time that an earlier response offered. Refuses any other, and one taken meanwhile."""
        slot = self._chosen(wanted.slot_start, call.response_id)
        try:
            booking = await self._database.write(lambda conn: self._book(conn, slot, wanted.notes or ""))
        except SlotTaken:
            raise Refusal(await self._alternatives(slot)) from None
        except InvalidField as error:
            raise Refusal(_in_words(error)) from None
        self._booked[call.call_id] = booking.appointment.starts_at
        starts_at = utc_text("starts_at", booking.appointment.starts_at)
        return {"status": "ok", "starts_at": starts_at, "say": f"Booked for {speak_slot(slot)}."}

    async def update_lead_details(self, details: UpdateLeadDetails, _call: ToolCall) -> Result:
        """Note the caller's name or address; what is not given stays as it was."""
        if details.full_name is None and details.email is None:
            raise Refusal("There was nothing to note. What is your name?")

        def job(conn: sqlite3.Connection) -> None:
            lead_id = self._begin(conn)
            leads.update_details(
                conn, self._business.id, lead_id, full_name=details.full_name, email=details.email
            )

        try:
            await self._database.write(job)
        except InvalidField as error:
            raise Refusal(_in_words(error)) from None
        return {"status": "ok", "say": "Noted."}

    def _begin(self, conn: sqlite3.Connection) -> int:
        """The caller's lead, with this call begun. Whichever job comes first writes both rows.

        So a tool never races `open_call`, and a first write that failed costs no booking.
        """
        lead = leads.find_or_create(conn, self._business.id, phone=self._caller, call_sid=self._call_sid)
        calls.begin(
            conn,
            self._business.id,
            call_sid=self._call_sid,
            caller=self._caller,
            lead_id=lead.id,
            started_at=self._started_at,
        )
        return lead.id

    def _book(self, conn: sqlite3.Connection, slot: Slot, notes: str) -> Booking:
        return appointments.book(
            conn,
            self._business.id,
            lead_id=self._begin(conn),
            call_sid=self._call_sid,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            notes=notes,
        )

    def _free(self, conn: sqlite3.Connection, date: dt.date, duration_min: int, limit: int) -> Offer:
        midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
        # From the day before to three days after: every zone's `date`, and the day after it.
        since, until = midnight - dt.timedelta(days=1), midnight + dt.timedelta(days=3)
        return find_slots(
            hours=businesses.weekly_hours(conn, self._business.id),
            busy=appointments.busy(conn, self._business.id, since, until),
            timezone=self._business.timezone,
            now=self._now(),
            date=date,
            duration_min=duration_min,
            limit=limit,
        )

    def _remember(self, slot: Slot, response_id: str) -> None:
        known = self._offered.get(_start(slot))
        if known is None or known.slot != slot:
            self._offered[_start(slot)] = _Offered(slot=slot, response_id=response_id)

    def _chosen(self, slot_start: str, response_id: str) -> Slot:
        offered = self._offered.get(_canonical(slot_start))
        if offered is None:
            raise Refusal("I have not offered that time. Let me look which times are free.")
        if offered.response_id == response_id:
            # One response that searches and books leaves the caller no choice.
            raise Refusal("I found that time only just now. Does it suit you?")
        return offered.slot

    async def _alternatives(self, slot: Slot) -> str:
        duration_min = round((slot.ends_at - slot.starts_at).total_seconds() / 60)
        offer = await self._database.read(
            lambda conn: self._free(conn, slot.wall.date(), duration_min, _A_DAYS_SLOTS)
        )
        if offer.reason is not None:
            return f"That time has just been taken, and {offer.reason}."
        nearest = sorted(offer.slots, key=lambda free: abs(free.starts_at - slot.starts_at))[
            :_OFFERED_AT_ONCE
        ]
        times = ", or ".join(speak_slot(free) for free in sorted(nearest, key=lambda free: free.starts_at))
        return f"That time has just been taken. Still free: {times}."


def _date(text: str) -> dt.date:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise Refusal("I did not catch the date. Which day would you like?") from None
    if not 2000 <= date.year < 2200:
        raise Refusal("I did not catch the year. Which day would you like?")
    return date


def _duration_min(asked: int | None) -> int:
    duration_min = _DURATION_MIN if asked is None else asked
    if not _SHORTEST_MIN <= duration_min <= _LONGEST_MIN:
        raise Refusal(
            f"An appointment takes between {_SHORTEST_MIN} minutes and {_LONGEST_MIN // 60} hours. "
            "How long do you need?"
        )
    return duration_min


def _start(slot: Slot) -> str:
    return utc_text("slot_start", slot.starts_at)


def _canonical(text: str) -> str:
    # The model may write +00:00 for Z, or the same instant in another zone.
    try:
        return utc_text("slot_start", dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError, InvalidField):
        return ""


def _in_words(error: InvalidField) -> str:
    return f"The {error.field.replace('_', ' ')} {error.problem}."
