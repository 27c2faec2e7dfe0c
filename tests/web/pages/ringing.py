"""Calls for the tests of the pages that show them."""

import datetime as dt

from storage import calls, leads
from tests.web.pages.browser import NOW

MINUTE = dt.timedelta(minutes=1)
LIVE = "live"


async def ring(
    database,
    business_id,
    call_sid="CA1",
    *,
    caller="+14155550199",
    ago=MINUTE,
    outcome="completed",
    events=(),
    flags=(),
    duration_ms=65_000,
    transfer_to=None,
    dial_status=None,
    **details,
):
    """A call that began so long ago; `details` are of its lead. One that is LIVE has not ended.

    One with a `transfer_to` was put through, and that ended as `dial_status`.
    """

    def job(conn):
        lead = leads.find_or_create(conn, business_id, phone=caller, call_sid=call_sid)
        leads.update_details(conn, business_id, lead.id, **details)
        begun = {"caller": caller, "lead_id": lead.id, "started_at": NOW - ago}
        calls.begin(conn, business_id, call_sid=call_sid, **begun)
        if transfer_to is not None:
            calls.set_transfer(conn, business_id, call_sid, transfer_to)
        if dial_status is not None:
            calls.set_dial_status(conn, business_id, call_sid, dial_status)
        if outcome != LIVE:
            ended = {"outcome": outcome, "detail": "", "ended_at": NOW, "duration_ms": duration_ms}
            calls.finish(conn, business_id, call_sid=call_sid, events=events, **ended)
            calls.flag(conn, business_id, call_sid, flags)
        return lead.id

    return await database.write(job)
