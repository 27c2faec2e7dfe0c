"""The first page: whether the telephone is answered, and what today asks of the owner."""

import datetime as dt
import sqlite3
from typing import Any

from quart import Response

from storage import calls, leads, messages
from storage.records import Call, Lead, Message
from web.pages import agenda
from web.pages.routes import get
from web.pages.visit import Visit

_LAST_CALLS, _MESSAGES = 5, 5


async def show(visit: Visit) -> Response:
    """Today's appointments, messages to return, the last calls, and one line on the telephone."""
    problems = await visit.deployment.health.problems()
    found = await visit.read(_found, visit.today, visit.business.timezone)
    live = visit.deployment.live.of(visit.business.id)  # and `seen` at once, with nothing awaited in between
    return await visit.page(
        "today.html", problems=problems, live=live, seen=visit.deployment.live.number, **found
    )


def _found(conn: sqlite3.Connection, business_id: int, today: dt.date, timezone: str) -> dict[str, Any]:
    def with_lead(row: Call | Message) -> tuple[Any, Lead | None]:
        return row, leads.get(conn, business_id, row.lead_id) if row.lead_id is not None else None

    waiting = messages.waiting(conn, business_id)
    return {
        "entries": agenda.of_days(conn, business_id, today, 1, timezone),
        "messages": [with_lead(message) for message in waiting[:_MESSAGES]],
        "waiting": len(waiting),
        "calls": [with_lead(call) for call in calls.recent(conn, business_id, _LAST_CALLS)],
    }


ROUTES = (get("/today", show),)
