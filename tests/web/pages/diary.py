"""Appointments for the tests of the pages that show and change them."""

import datetime as dt

from storage import appointments, booking, calls, leads
from storage.availability import Request
from tests.web.pages.browser import NOW

MONDAY_10 = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)  # in Berlin
HOUR = dt.timedelta(hours=1)
_MINUTE = dt.timedelta(minutes=1)
_EVER = {"since": NOW - 9_000 * HOUR, "until": NOW + 90_000 * HOUR}


async def book(
    database, business_id, starts_at=MONDAY_10, *, name="Ada Lovelace", caller="+14155550199", **more
):
    """An hour that a caller has booked; its id."""
    call_sid = f"CA{starts_at:%d%H%M}"
    request = Request(date=starts_at.date(), duration_min=60)

    def job(conn):
        lead = leads.find_or_create(conn, business_id, phone=caller, call_sid=call_sid)
        calls.begin(conn, business_id, call_sid=call_sid, caller=caller, lead_id=lead.id, started_at=NOW)
        leads.update_details(conn, business_id, lead.id, full_name=name)
        asked = {"lead_id": lead.id, "call_sid": call_sid, "request": request, "now": NOW, **more}
        return booking.book(conn, business_id, starts_at=starts_at, **asked).appointment.id

    return await database.write(job)


async def booked(database, business_id):
    """What stands in the diary: the start on Berlin's winter clock, the minutes, who, and the notes."""
    found = await database.read(lambda conn: appointments.between(conn, business_id, **_EVER))
    return [
        (f"{at.starts_at + HOUR:%a %H:%M}", (at.ends_at - at.starts_at) // _MINUTE, at.full_name, at.notes)
        for at in found
    ]
