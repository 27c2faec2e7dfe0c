"""What a call leaves to be told, composed in the job that writes its final record.

So the words are in the outbox exactly if the record is in the file. They are composed from rows alone.
What was moved or cancelled stands in the call's events (`MOVED`, `CANCELLED`), because an appointment keeps
only its last state; of a call whose process died there are none, so the owner is told what it booked and
took down, and finds the rest in the calendar.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from engine.outcome import Outcome
from office.language import spoken
from storage import appointments, businesses, calls, leads, messages, outbox, services
from storage.records import Appointment, Business, Call, EventRow, Lead

log = logging.getLogger(__name__)

# Events of a call about an appointment that another call made. Instants as the database writes them.
MOVED = "appointment_moved"  # appointment_id, starts_at (where it was), to
CANCELLED = "appointment_cancelled"  # appointment_id, starts_at

# By then a caller who was put through has hung up, whether Twilio told us or not.
RING_S = 20  # a caller who was told "I am putting you through" waits no longer
LONGEST_TRANSFER_S = 3_600  # Twilio's own limit is four hours, and both legs are paid for
_TRANSFER_OVER = dt.timedelta(seconds=LONGEST_TRANSFER_S + 2 * RING_S)
# By then a caller whose line broke is back in the same call, or gone: the way back is open for 30 s.
_BACK_OR_GONE = dt.timedelta(minutes=1)
_STILL_ON_THE_LINE: dict[str | None, dt.timedelta] = {
    Outcome.TRANSFERRED: _TRANSFER_OVER,
    Outcome.CARRIER_LOST: _BACK_OR_GONE,
}
_LOOK_BACK = dt.timedelta(days=1)


@frozen(kw_only=True)
class Change:
    """What one call did to an appointment of an earlier one."""

    appointment_id: int
    was: dt.datetime
    now: dt.datetime | None  # None: cancelled


def put(conn: sqlite3.Connection, business: Business, call_sid: str, now: dt.datetime) -> None:
    """Write what the call leaves to be told, after its final record in the same transaction.

    To the owner one message, if the caller left one or an appointment was made, moved or cancelled. To the
    caller a confirmation of each appointment that they wanted one for: only to the number that they rang
    from, never to one that was merely said. What an earlier ending of the same call left and nobody has been
    told yet is replaced, so calling it again changes nothing.

    Nothing is sent of a test call, nor while a call runs: after a transfer that is as long as its caller can
    talk, unless it is known to have ended, and after a line that broke until its caller is back or gone.
    """
    call = calls.get(conn, business.id, call_sid)
    if call is None:
        return
    over = call.outcome == Outcome.TRANSFERRED and call.dial_status is not None
    wait = dt.timedelta() if over else _STILL_ON_THE_LINE.get(call.outcome, dt.timedelta())
    _put(conn, business, call, now + wait)


def transfer_over(
    conn: sqlite3.Connection, call_sid: str, status: str | None, now: dt.datetime, *, back: bool = False
) -> None:
    """Note how the transfer of a call ended, if that is known, and make what the call left due now.

    Its caller has hung up, or is sent `back` to the bot: then it is due once they are back or gone. A call
    whose record is not written yet is only noted: the record finds it.
    """
    asked = calls.transfer_to(conn, call_sid)
    if asked is None:
        log.info("call %s has not been put through", call_sid)
        return
    business_id = asked[0]
    if status is not None:
        calls.set_dial_status(conn, business_id, call_sid, status)
    business, call = businesses.by_id(conn, business_id), calls.get(conn, business_id, call_sid)
    if business is not None and call is not None and call.outcome == Outcome.TRANSFERRED:
        _put(conn, business, call, now + _BACK_OR_GONE if back else now)


def put_of_interrupted(conn: sqlite3.Connection, now: dt.datetime) -> None:
    """Do the same for the calls of the last day that ended with their process: nobody did it then.

    Not for those of which something was sent: the words would be others after a name was given or an
    appointment was moved, and whoever had the first text would get a second with each start of the server.
    """
    for business_id, call_sid in calls.interrupted(conn, since=now - _LOOK_BACK):
        if business := businesses.by_id(conn, business_id):
            put(conn, business, call_sid, now)


def _put(conn: sqlite3.Connection, business: Business, call: Call, due: dt.datetime) -> None:
    lead = leads.get(conn, business.id, call.lead_id) if call.lead_id is not None else None
    if call.test or lead is None:  # every message and every appointment is somebody's
        return
    made = appointments.for_call(conn, business.id, call.call_sid)
    changed = _in_the_end(changes(calls.events(conn, business.id, call.call_sid), made))
    outbox.withdraw(conn, business.id, call.call_sid)
    if business.owner_phone is not None and (lines := _lines(conn, business, call, made, changed)):
        who = spoken.Who(number=lead.phone, name=lead.full_name, callback=lead.callback_phone)
        body = spoken.to_owner(business.language, business.name, who, lines)
        _to(conn, business, call, "to_owner", business.owner_phone, body, due)
    if lead.phone is not None:
        for body in _confirmations(conn, business, call, lead, changed):
            _to(conn, business, call, "confirmation", lead.phone, body, due)


def _to(
    conn: sqlite3.Connection,
    business: Business,
    call: Call,
    kind: str,
    recipient: str,
    body: str,
    due: dt.datetime,
) -> None:
    outbox.put(
        conn,
        business.id,
        call_sid=call.call_sid,
        kind=kind,
        recipient=recipient,
        body=body,
        now=due,
    )


def _lines(
    conn: sqlite3.Connection,
    business: Business,
    call: Call,
    made: tuple[Appointment, ...],
    changes: tuple[Change, ...],
) -> list[str]:
    """Return the lines for the owner: appointments first, then the messages."""
    lines = [_booked(conn, business, known) for known in made if known.status == "booked"]
    lines += [_changed(business, change) for change in changes]
    for message in messages.of_call(conn, business.id, call.call_sid):
        lines.append(spoken.say(business.language, "owner_message", text=message.text))
    return lines


def _booked(conn: sqlite3.Connection, business: Business, appointment: Appointment) -> str:
    when = _when(business, appointment.starts_at)
    service = (
        services.get(conn, business.id, appointment.service_id)
        if appointment.service_id is not None
        else None
    )
    what = ", ".join(part for part in (service.name if service else "", appointment.notes) if part)
    if what:
        return spoken.say(business.language, "owner_booked_for", when=when, what=what)
    return spoken.say(business.language, "owner_booked", when=when)


def _changed(business: Business, change: Change) -> str:
    old = _when(business, change.was)
    if change.now is None:
        return spoken.say(business.language, "owner_cancelled", when=old)
    return spoken.say(business.language, "owner_moved", old=old, new=_when(business, change.now))


def _confirmations(
    conn: sqlite3.Connection, business: Business, call: Call, lead: Lead, changes: tuple[Change, ...]
) -> Iterator[str]:
    moved = {change.appointment_id for change in changes if change.now is not None}
    for known in appointments.of_lead(conn, business.id, lead.id, since=call.started_at):
        if not known.wants_sms or (known.call_sid != call.call_sid and known.id not in moved):
            continue
        yield spoken.to_caller(
            business.language,
            "sms_moved" if known.id in moved else "sms_booked",
            business=business.name,
            number=business.number,
            wall=_wall(business, known.starts_at),
        )


def changes(rows: Iterable[EventRow], made: Iterable[Appointment]) -> Iterator[Change]:
    """Give each change to an appointment of an earlier call, not to one that this very call made."""
    own = {known.id for known in made}
    for row in rows:
        if row.kind in (MOVED, CANCELLED) and row.fields["appointment_id"] not in own:
            yield Change(
                appointment_id=row.fields["appointment_id"],
                was=dt.datetime.fromisoformat(row.fields["starts_at"]),
                now=dt.datetime.fromisoformat(row.fields["to"]) if row.kind == MOVED else None,
            )


def _in_the_end(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give what became of each appointment, from where it was first to where it is last."""
    found: dict[int, Change] = {}
    for change in changes:
        first = found.get(change.appointment_id, change)
        found[change.appointment_id] = evolve(change, was=first.was)
    return tuple(change for change in found.values() if change.now != change.was)


def _when(business: Business, instant: dt.datetime) -> str:
    return spoken.plain_when(business.language, _wall(business, instant))


def _wall(business: Business, instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(ZoneInfo(business.timezone))
