"""Finding, booking, moving and cancelling a time, each as one job of the writer.

A job runs in one immediate transaction, and reads hours, appointments and holds in it. So what it decides is
true when it is committed, whatever other calls and the owner do. The overlap triggers in schema.sql are the
last word. Only ids of the business itself go in: the id of another's lead is an IntegrityError, and a bug.

A caller names an appointment by its start; an owner, who sees the calendar, books one in and moves one.
"""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from storage import appointments, availability, holds, schedule
from storage.availability import Offer, Refused, Request, Slot, Why
from storage.errors import NotFound, StorageError
from storage.nearest import nearest
from storage.records import Appointment, Booking, Busy, Schedule, utc_text

_NEAR_DAYS = 14
_NO_CALL = ""  # for an owner what any call holds is held by another
_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
# Another day helps for these reasons. For the others it does not, and the wish itself has to change: so
# nothing near it is looked for.
ELSEWHERE = {
    Why.CLOSED_THAT_DATE,
    Why.CLOSED_THAT_WEEKDAY,
    Why.TOO_LONG,
    Why.NOT_THEN,
    Why.TOO_SOON,
    Why.FULL_THEN,
    Why.FULL,
}
_CLOSED = {Why.CLOSED_THAT_DATE, Why.CLOSED_THAT_WEEKDAY}


@frozen
class NotBookable(StorageError):
    """That time cannot be booked now, for this reason."""

    refused: Refused

    def __str__(self) -> str:
        return f"not bookable: {self.refused.why}"


def free(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    request: Request,
    now: dt.datetime,
    limit: int = 3,
) -> Offer:
    """Return the first free times of a day, or the reason that it has none, with the nearest that there are.

    What other calls hold is not free. Nothing is written.
    """
    rules, busy = _around(conn, business_id, call_sid, request, request.date, 0, now)
    found = availability.find(rules, busy, now, request, limit=limit)
    # What has passed of today is followed by tomorrow; who names an earlier day means another one.
    today = request.date == schedule.local(rules.timezone, now).date()
    elsewhere = {*ELSEWHERE, Why.PAST} if today else ELSEWHERE
    if found.refused is None or found.refused.why not in elsewhere:
        return found
    # A caller who is told only "no" hangs up: what there is nearby is offered along with the reason.
    wish = _start_of(request, rules.timezone)
    rules, busy = _around(conn, business_id, call_sid, request, wish.date(), _NEAR_DAYS, now)
    near = nearest(rules, busy, now, request, wish, limit=limit, days=_NEAR_DAYS)
    return Offer(slots=near, refused=_closed(rules, found.refused, near))


def _closed(rules: Schedule, refused: Refused, near: Sequence[Slot]) -> Refused:
    """Add to a closed day when the business opens next, unless a time of that day is offered with it."""
    opening = availability.next_opening(rules, refused.date, _NEAR_DAYS) if refused.why in _CLOSED else None
    told = opening is None or any(slot.wall.date() == opening.date() for slot in near)
    return refused if told else evolve(refused, next_opening=opening)


def offer(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    request: Request,
    now: dt.datetime,
    limit: int = 3,
) -> Offer:
    """Find what is free, and hold it for the call from now on in place of what it held."""
    # Looking and holding are one transaction. Between two of them another call could be offered the same
    # time, and one of the two callers would be refused what they were just told they can have.
    found = free(conn, business_id, call_sid=call_sid, request=request, now=now, limit=limit)
    holds.hold(conn, business_id, call_sid=call_sid, slots=found.slots, now=now)
    return found


def _start_of(request: Request, timezone: str) -> dt.datetime:
    minute = dt.time(request.from_minute // 60, request.from_minute % 60)
    return dt.datetime.combine(request.date, minute, ZoneInfo(timezone)).astimezone(dt.UTC)


def offer_nearest(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    call_sid: str,
    request: Request,
    wish: dt.datetime,
    now: dt.datetime,
    limit: int = 3,
) -> tuple[Slot, ...]:
    """Find the free times nearest to `wish`, within two weeks of it, and hold them for the call."""
    # Found and held in one transaction, as in `offer`.
    rules, busy = _around(conn, business_id, call_sid, request, wish.date(), _NEAR_DAYS, now)
    slots = nearest(rules, busy, now, request, wish, limit=limit, days=_NEAR_DAYS)
    holds.hold(conn, business_id, call_sid=call_sid, slots=slots, now=now)
    return slots


def book(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    lead_id: int,
    call_sid: str,
    starts_at: dt.datetime,
    request: Request,
    service_id: int | None = None,
    notes: str = "",
    wants_sms: bool = False,
    now: dt.datetime,
) -> Booking:
    """Book that start for that lead, once: the same call asking again for the same start gets the same row.

    Raises NotBookable with the reason if it is not free, open and in time now, SlotTaken if only the trigger
    knew, InvalidField for notes that are too long.
    """
    # A model asks again when it is unsure what came of it. Looked for first, because its own row would refuse
    # it.
    if known := appointments.at(conn, business_id, starts_at, call_sid=call_sid):
        return Booking(appointment=known, created=False)
    # Judged again, though it was offered: a hold may have run out since, and the owner may have taken the
    # time or changed the hours.
    slot = _free(conn, business_id, call_sid, starts_at, request, now)
    made = appointments.insert(
        conn,
        business_id,
        slot,
        lead_id=lead_id,
        call_sid=call_sid,
        service_id=service_id,
        notes=notes,
        wants_sms=wants_sms,
    )
    # The caller has chosen. The other times that were offered go back to everybody now, and not only when the
    # call ends: others are choosing meanwhile.
    holds.release(conn, business_id, call_sid=call_sid)
    return Booking(appointment=made, created=True)


def reschedule(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    lead_id: int,
    call_sid: str,
    starts_at: dt.datetime,
    to: dt.datetime,
    now: dt.datetime,
) -> Appointment:
    """Move the lead's appointment that starts at `starts_at`; it stays the same row, as long as it was.

    Its own time is free for it, and moving it to where it is changes nothing. Raises NotFound if the lead has
    no such appointment, NotBookable or SlotTaken as `book` does; then it stays where it was.
    """
    known = _of_lead(conn, business_id, lead_id, starts_at)
    # Before any rule is asked: it may stand outside hours that were changed since, and where it is it stays.
    if to == known.starts_at:
        return known
    slot = _free(conn, business_id, call_sid, to, availability.to_move(known), now)
    moved = appointments.move(conn, business_id, known.id, slot)
    holds.release(conn, business_id, call_sid=call_sid)  # as after a booking
    return moved


def cancel(
    conn: sqlite3.Connection, business_id: int, *, lead_id: int, starts_at: dt.datetime
) -> Appointment:
    """Cancel the lead's appointment that starts at `starts_at`. Raises NotFound if there is none."""
    return appointments.cancel(conn, business_id, _of_lead(conn, business_id, lead_id, starts_at).id)


def book_for_owner(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    lead_id: int,
    starts_at: dt.datetime,
    request: Request,
    service_id: int | None = None,
    full_name: str | None = None,
    notes: str = "",
    override_rules: bool = False,
    now: dt.datetime,
) -> Appointment:
    """Write in what the owner has arranged, on no call, under this name or else the lead's.

    It keeps to the rules that a caller must keep to. With `override_rules` only time that is taken, or held
    for a live call, refuses it: the appointment may lie outside the hours, and in the past. Raises as `book`
    does.
    """
    slot = _free(conn, business_id, _NO_CALL, starts_at, request, now, override_rules=override_rules)
    return appointments.insert(
        conn,
        business_id,
        slot,
        lead_id=lead_id,
        call_sid=None,
        service_id=service_id,
        full_name=full_name,
        notes=notes,
        # Nobody on a call has agreed to a text, and nothing is sent to who has not.
        wants_sms=False,
    )


def move_for_owner(
    conn: sqlite3.Connection,
    business_id: int,
    appointment_id: int,
    *,
    to: dt.datetime,
    now: dt.datetime,
    override_rules: bool = False,
) -> Appointment:
    """Move an appointment for the owner, with its own length and buffers.

    `override_rules` is as for `book_for_owner`. Its own time is free for it, and moving it to where it is
    changes nothing. Raises NotFound if it is not booked, NotBookable or SlotTaken as `book` does; then it
    stays where it was.
    """
    known = appointments.get(conn, business_id, appointment_id)
    if known is None or known.status != "booked":
        raise NotFound("appointment", str(appointment_id))
    # As for a caller: where it is it stays, whatever the rules say now.
    if to == known.starts_at:
        return known
    slot = _free(
        conn, business_id, _NO_CALL, to, availability.to_move(known), now, override_rules=override_rules
    )
    return appointments.move(conn, business_id, known.id, slot)


def outside(conn: sqlite3.Connection, business_id: int, now: dt.datetime) -> tuple[Appointment, ...]:
    """Return the coming appointments that the hours do not cover from end to end; buffers may lie outside."""
    coming = appointments.between(conn, business_id, now, dt.datetime.max.replace(tzinfo=dt.UTC))
    if not coming:
        return ()
    # The business's own date of a start may be the day before its date in UTC, and `open_during` needs the
    # exceptions of two days more.
    first, last = coming[0].starts_at.date() - _DAY, coming[-1].starts_at.date() + 3 * _DAY
    rules = schedule.schedule(conn, business_id, first, last)
    return tuple(each for each in coming if not availability.open_during(rules, each.starts_at, each.ends_at))


def _of_lead(conn: sqlite3.Connection, business_id: int, lead_id: int, starts_at: dt.datetime) -> Appointment:
    known = appointments.at(conn, business_id, starts_at, lead_id=lead_id)
    if known is None:
        raise NotFound("appointment", utc_text("starts_at", starts_at))
    return known


def _free(
    conn: sqlite3.Connection,
    business_id: int,
    call_sid: str,
    starts_at: dt.datetime,
    request: Request,
    now: dt.datetime,
    *,
    override_rules: bool = False,
) -> Slot:
    utc_text("starts_at", starts_at)  # refuses an instant without a zone
    rules, busy = _around(conn, business_id, call_sid, request, starts_at.date(), 1, now)
    # The check has the reasons, the trigger the safety: what this misses the trigger refuses without saying
    # why.
    decide = availability.room if override_rules else availability.judge
    judged = decide(rules, busy, now, request, starts_at)
    if isinstance(judged, Refused):
        raise NotBookable(judged)
    return judged


def _around(
    conn: sqlite3.Connection,
    business_id: int,
    call_sid: str,
    request: Request,
    date: dt.date,
    days: int,
    now: dt.datetime,
) -> tuple[Schedule, Sequence[Busy]]:
    """Read the rules and what is taken for the days around the date, whole days in every time zone.

    The time of the appointment that is to be moved counts as free: for the search, the offer and the move
    alike.
    """
    # `availability` wants one day before and two after. One more on either side, because the business's own
    # date may be another than the one in UTC.
    first, last = _days_from(date, -days - 2), _days_from(date, days + 4)
    rules = schedule.schedule(conn, business_id, first, last)
    since, until = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (first, last))
    # The call's own holds are left out: it has to be able to book what it was offered.
    held = holds.of_others(conn, business_id, call_sid=call_sid, since=since, until=until, now=now)
    ignoring = None if request.moving is None else request.moving.id
    taken = appointments.busy(conn, business_id, since, until, call_sid=call_sid, ignoring=ignoring)
    return rules, [*taken, *held]


def _days_from(date: dt.date, days: int) -> dt.date:
    """Return the date that many days on, no further than the calendar goes.

    Callers name any date, and one that is out of reach is refused in words, not by an exception.
    """
    first, last = dt.date.min.toordinal(), dt.date.max.toordinal()
    return dt.date.fromordinal(min(max(date.toordinal() + days, first), last))
