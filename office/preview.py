"""What a caller would be offered on a day, and what they would be told: for whoever sets the hours."""

import datetime as dt
import sqlite3
from zoneinfo import ZoneInfo

from attrs import frozen

from office.language import spoken
from storage import booking, schedule
from storage.availability import Offer, Request
from storage.records import Business

_NO_CALL = ""  # no call's sid, so that every hold counts


@frozen(kw_only=True)
class Preview:
    """The times that would be offered, and the sentence with them."""

    offer: Offer
    said: str


def preview(
    conn: sqlite3.Connection,
    business: Business,
    request: Request,
    now: dt.datetime,
    *,
    language: str,
    limit: int = 3,
) -> Preview:
    """Return what the telephone's search finds for that request now. Nothing is held."""
    offer = booking.free(conn, business.id, call_sid=_NO_CALL, request=request, now=now, limit=limit)
    today = schedule.local(business.timezone, now).date()
    zone = ZoneInfo(business.timezone)
    times = spoken.choices(language, [slot.starts_at.astimezone(zone) for slot in offer.slots], today)
    return Preview(offer=offer, said=_said(offer, times, today, language))


def _said(offer: Offer, times: str, today: dt.date, language: str) -> str:
    if offer.refused is None:
        return spoken.say(language, "slots_found", times=times)
    reason = spoken.refused(language, offer.refused, today)
    return spoken.say(language, "slots_nearest", reason=reason, times=times) if offer.slots else reason
