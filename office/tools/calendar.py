"""find_available_slots and create_appointment: what is free, and booking what was offered."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from engine.tools import Refusal, Tool, ToolCall, describe, optional
from office import instants, names
from office.desk import Desk, Result
from office.language import spoken, topics
from office.tools import witnesses
from office.tools.offers import Offered, Offers, slot_start
from office.tools.witnesses import Told
from storage import appointments, availability, booking, proofs, services
from storage.availability import Offer, Request, Slot, Why
from storage.booking import NotBookable
from storage.errors import NotFound, SlotTaken
from storage.records import Appointment, Booking, Service

DURATION_MIN = 30  # of an appointment whose length nobody named, at a business without services
_SHORTEST_MIN, _LONGEST_MIN = 5, 8 * 60
_MOST_BOOKINGS = 5  # in one call: more is no caller
_OFFERED_AT_ONCE = 3  # nobody keeps more times in mind on the phone


@frozen(kw_only=True)
class FindAvailableSlots(Told):
    """The arguments of find_available_slots."""

    duration_min: int | None = optional("Length in minutes, only if the business has no list of services.")
    service: str | None = optional("What it is for, by the name in the list of services.")
    moving: str | None = optional(
        "To move an appointment: its starts_at. Then give neither duration_min nor service."
    )


@frozen(kw_only=True)
class CreateAppointment:
    """The arguments of create_appointment."""

    slot_start: str = field(metadata=describe("slot_start of a slot that find_available_slots returned."))
    notes: str | None = optional("What the appointment is for, in a few words.")
    wants_sms: bool = field(
        default=False, metadata=describe("True only if the caller said yes to a text message with the time.")
    )


@define(eq=False)
class Calendar:
    """The two tools that look for times and book them."""

    desk: Desk
    offers: Offers
    booked: dict[str, Appointment] = Factory(dict)  # what each call_id of this stream booked or moved

    async def find_available_slots(self, wanted: FindAvailableSlots, call: ToolCall) -> Result:
        """Find two or three free times of a day, or why there are none and the nearest. They are held."""
        desk = self.desk
        understood = await desk.read(partial(witnesses.understand, desk=desk, told=wanted))
        wish = understood.wish
        times: dict[str, Any] = {"from_minute": wish.from_minute, "until_minute": wish.until_minute}
        if (moving := names.given(wanted.moving)) is not None:
            known = await self.own(moving)
            request, service_id = availability.to_move(known, wish.date, **times), known.service_id
        else:
            service = self._service(names.given(wanted.service), await desk.read(services.offered))
            request = Request(
                date=wish.date,
                duration_min=service.duration_min if service else self._duration_min(wanted.duration_min),
                buffer_before_min=service.buffer_before_min if service else 0,
                buffer_after_min=service.buffer_after_min if service else 0,
                **times,
            )
            service_id = service.id if service else None

        def job(conn: sqlite3.Connection, business_id: int, _lead_id: int) -> Offer:
            return booking.offer(
                conn,
                business_id,
                call_sid=desk.call_sid,
                request=request,
                now=desk.now(),
                limit=_OFFERED_AT_ONCE,
            )

        offer = await desk.write(job)
        slots = self._remember(offer.slots, request, service_id, call, read_back=understood.read_back)
        say = self._found(offer)
        if understood.read_back:
            sentence = "read_back" if slots else "understood"
            say = desk.say(sentence, when=witnesses.in_words(desk, wish), found=say)
        return {"slots": slots, "say": say}

    def theirs(self, conn: sqlite3.Connection, business_id: int) -> tuple[Appointment, ...]:
        """Return what this call booked, and what its caller has shown to be theirs, in any stream of it."""
        return proofs.theirs(conn, business_id, self.desk.call_sid, self.desk.now())

    async def own(self, text: str) -> Appointment:
        """Return the appointment that the model names. Raises Refusal unless it is known to be theirs."""
        start = instants.read(text)
        for known in await self.desk.read(self.theirs):
            if known.starts_at == start:
                return known
        raise self.desk.refusal("no_such_appointment")

    def _remember(
        self,
        slots: Sequence[Slot],
        request: Request,
        service_id: int | None,
        call: ToolCall,
        *,
        read_back: bool,
    ) -> list[Result]:
        return [
            {
                "slot_start": self.offers.remember(
                    Offered(
                        slot=slot,
                        request=request,
                        service_id=service_id,
                        call_ids=frozenset({call.call_id}),
                        # Nobody has named the day of one that is merely near.
                        read_back=read_back or self.desk.local(slot.starts_at).date() != request.date,
                    )
                ),
                "say": self.desk.when(slot.starts_at),
            }
            for slot in slots
        ]

    def _found(self, offer: Offer) -> str:
        desk = self.desk
        times = desk.choices(slot.starts_at for slot in offer.slots)
        if offer.refused is None:
            return desk.say("slots_found", times=times)
        reason = desk.refused(offer.refused)
        return desk.say("slots_nearest", reason=reason, times=times) if offer.slots else reason

    def _service(self, name: str | None, offered: tuple[Service, ...]) -> Service | None:
        if not offered:
            return None
        words = spoken.listed(self.desk.business.language, [service.name for service in offered])
        if name is None:
            if len(offered) == 1:
                return offered[0]
            raise self.desk.refusal("which_service", services=words)
        fit = topics.service(name, [service.name for service in offered])
        if fit.sure:
            return offered[fit.things[0]]
        if fit.things:
            fitting = [offered[place].name for place in fit.things]
            words = spoken.either(self.desk.business.language, fitting)
            raise self.desk.refusal("which_of_services", services=words)
        raise self.desk.refusal("no_such_service", services=words)

    def _duration_min(self, asked: int | None) -> int:
        duration_min = DURATION_MIN if asked is None else asked
        if not _SHORTEST_MIN <= duration_min <= _LONGEST_MIN:
            shortest, longest = (
                spoken.duration(self.desk.business.language, minutes)
                for minutes in (_SHORTEST_MIN, _LONGEST_MIN)
            )
            raise self.desk.refusal("duration_out_of_range", shortest=shortest, longest=longest)
        return duration_min

    def chosen(self, text: str, call: ToolCall) -> Offered:
        """Return the offered time that the model names.

        Raises Refusal for any other, and before the caller has answered the offer.
        """
        desk = self.desk
        offered = self.offers.get(text)
        if offered is None:
            raise desk.refusal("not_offered")
        starts_at = offered.slot.starts_at
        if not offered.answered(call, desk.local(starts_at).date(), desk.today, desk.business.language):
            # The refusal asks for this very time: who answers it has answered the offer.
            self.offers.remember(offered.asked_by(call))
            raise desk.refusal("ask_first", when=desk.when(starts_at))
        return offered

    async def create_appointment(self, wanted: CreateAppointment, call: ToolCall) -> Result:
        """Book a time to whose offer the caller said yes. Refuses any other, and one taken meanwhile.

        What this call has booked is booked, whatever has become of its offer and its service.
        """
        desk = self.desk
        made = await desk.read(partial(self._made_here, start=instants.read(wanted.slot_start)))
        if made is None:
            offered = _beside(self.chosen(wanted.slot_start, call))
            try:
                made = await desk.write(partial(self._book, wanted=wanted, offered=offered))
            except (NotBookable, SlotTaken) as error:
                return await self.taken(offered, call, error)
            except NotFound:  # the owner has changed the service since: only another search says what is true
                raise desk.refusal("not_offered") from None
        self.booked[call.call_id] = made.appointment
        when = desk.when(made.appointment.starts_at)
        say = [desk.say("booked" if made.created else "already_booked", when=when)]
        if made.appointment.wants_sms:
            say.append(desk.say("booked_sms"))
        elif wanted.wants_sms and desk.caller is None:
            say.append(desk.say("sms_needs_number"))
        return {"status": "ok", "starts_at": slot_start(made.appointment.starts_at), "say": " ".join(say)}

    def _made_here(
        self, conn: sqlite3.Connection, business_id: int, start: dt.datetime | None
    ) -> Booking | None:
        for made in appointments.for_call(conn, business_id, self.desk.call_sid):
            if made.status == "booked" and made.starts_at == start:
                return Booking(appointment=made, created=False)
        return None

    def _book(
        self,
        conn: sqlite3.Connection,
        business_id: int,
        lead_id: int,
        wanted: CreateAppointment,
        offered: Offered,
    ) -> Booking:
        desk = self.desk
        if made := self._made_here(conn, business_id, offered.slot.starts_at):
            return made
        if len(appointments.for_call(conn, business_id, desk.call_sid)) >= _MOST_BOOKINGS:
            raise desk.refusal("too_many_requests")
        if offered.service_id is not None:
            _check_still(services.get(conn, business_id, offered.service_id), offered.request)
        return booking.book(
            conn,
            business_id,
            lead_id=lead_id,
            call_sid=desk.call_sid,
            starts_at=offered.slot.starts_at,
            request=offered.request,
            service_id=offered.service_id,
            notes=wanted.notes or "",
            wants_sms=wanted.wants_sms and desk.caller is not None,
            now=desk.now(),
        )

    async def taken(self, offered: Offered, call: ToolCall, error: NotBookable | SlotTaken) -> Result:
        """Say of a time that can no longer be had which are the nearest that can, and offer those."""
        desk = self.desk
        refused = error.refused if isinstance(error, NotBookable) else None
        if refused is not None and refused.why not in booking.ELSEWHERE:
            raise Refusal(desk.refused(refused))

        def job(conn: sqlite3.Connection, business_id: int, _lead_id: int) -> tuple[Slot, ...]:
            return booking.offer_nearest(
                conn,
                business_id,
                call_sid=desk.call_sid,
                request=offered.request,
                wish=offered.slot.starts_at,
                now=desk.now(),
                limit=_OFFERED_AT_ONCE,
            )

        slots = await desk.write(job)
        reason = None if refused is None or refused.why is Why.FULL else desk.refused(refused)
        if not slots:
            raise desk.refusal("taken_nothing_near") if reason is None else Refusal(reason)
        named = self._remember(slots, offered.request, offered.service_id, call, read_back=offered.read_back)
        times = desk.choices(slot.starts_at for slot in slots)
        if reason is None:
            say = desk.say("taken", times=times)
        else:
            say = desk.say("slots_nearest", reason=reason, times=times)
        return {"status": "taken", "slots": named, "say": say}


def _beside(offered: Offered) -> Offered:
    """Ask for it beside all that is booked, also if it was offered to move something."""
    return evolve(offered, request=evolve(offered.request, moving=None))


def _check_still(service: Service | None, request: Request) -> None:
    """Raise NotFound unless the service can be booked as it was when its times were offered."""
    lengths = (request.duration_min, request.buffer_before_min, request.buffer_after_min)
    if (
        service is None
        or not service.active
        or lengths != (service.duration_min, service.buffer_before_min, service.buffer_after_min)
    ):
        raise NotFound("service", "" if service is None else service.name)


TOOLS = (
    Tool(
        name="find_available_slots",
        description="Find free appointment times on one day. Offer the caller what it returns.",
        label="Looking for free times",
        guidance={
            "en": "find_available_slots: the only source of free times. Pass what the caller said of "
            "the day and time in said, unchanged, and your own reading of it, by the calendar above, in "
            "date_iso and in from and until, or part. Offer only times that find_available_slots gave in "
            "this call, two or three at a time. To move an appointment, name it in moving.",
            "he": "find_available_slots: המקור היחיד לשעות פנויות. להעביר ב-said את מה שהמתקשרים אמרו על "
            "היום והשעה, בלי לשנות, ואת מה שהבנת מזה, לפי לוח הימים שלמעלה, ב-date_iso וב-from וב-until, או "
            "ב-part. להציע רק שעות שהתקבלו מ-find_available_slots בשיחה הזאת, שתיים או שלוש בכל פעם. כדי "
            "להזיז תור, לנקוב בו ב-moving.",
        },
        arguments=FindAvailableSlots,
        run=Calendar.find_available_slots,
        interruptible=True,
    ),
    Tool(  # not interruptible: the caller would not know how it ended
        name="create_appointment",
        description="Book a time that was offered and that the caller has agreed to. "
        "Only its result means that the time is booked.",
        label="Booking an appointment",
        guidance={
            "en": "create_appointment: first read back the day, the time and the caller's name, and get a "
            "yes. Ask before it whether the caller would like a text message about it; wants_sms is true "
            "only after a yes.",
            "he": 'create_appointment: קודם לחזור על היום, על השעה ועל השם, ולקבל "כן". לפני כן לשאול אם '
            'לשלוח הודעת טקסט עם פרטי התור; wants_sms הוא true רק אחרי "כן".',
        },
        arguments=CreateAppointment,
        run=Calendar.create_appointment,
        needs_answer=True,
    ),
)
