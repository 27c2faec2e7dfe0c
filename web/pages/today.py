"""The first page: whether callers are answered, what needs the owner, and what today brings."""

import sqlite3
from typing import Any

from quart import Response

from storage import calls, leads, messages, reached, trouble
from storage.records import Call, Lead, Message
from web.line_status import LineFacts, line_state
from web.pages import agenda, needs, notice_news
from web.pages.routes import get
from web.pages.visit import Visit
from web.reached import setup_of
from web.twilio.rest import account_of
from web.twilio.webhooks import VOICE_PATH

_LAST_CALLS, _MESSAGES = 5, 5


async def show(visit: Visit) -> Response:
    """Show whether callers are answered, what needs the owner, appointments, messages and the last calls."""
    configuration = visit.deployment.configuration
    setup = setup_of(configuration)
    problems = await visit.deployment.health.problems()
    found = await visit.read(_found, visit, setup, can_text=account_of(configuration) is not None)
    live = visit.deployment.live.of(visit.business.id)  # and `seen` at once, with nothing awaited in between
    facts = LineFacts(
        problems=problems,
        connected=setup is not None,
        reached=found["reached"],
        last=found["last"],
        on_the_line=any(not call.test for call in live),
    )
    return await visit.page(
        "today.html",
        line=line_state(facts),
        problems=problems,
        file_gone=visit.deployment.database.gone,
        connected=facts.connected,
        voice_url=f"{configuration.public_url}{VOICE_PATH}",
        live=live,
        seen=visit.deployment.live.number,
        news=notice_news.news(visit.business),
        words_of_notice=notice_news.words(visit.business),
        **found,
    )


def _found(
    conn: sqlite3.Connection, business_id: int, visit: Visit, setup: str | None, *, can_text: bool
) -> dict[str, Any]:
    def with_lead(row: Call | Message) -> tuple[Any, Lead | None]:
        return row, leads.get(conn, business_id, row.lead_id) if row.lead_id is not None else None

    came = reached.get(conn, business_id, setup) if setup is not None else None
    waiting = messages.waiting(conn, business_id, limit=_MESSAGES)
    recent = calls.recent(conn, business_id, _LAST_CALLS)
    flags = calls.flag_counts(conn, business_id, [call.call_sid for call in recent])
    return {
        "reached": came,
        "rang_before": any(not call.test for call in recent),
        "last": trouble.showing(conn, business_id, came.came_at) if came else None,
        "needed": needs.found(conn, business_id, visit.now, can_text=can_text),
        "entries": agenda.of_days(conn, business_id, visit.today, 1, visit.business.timezone),
        "messages": [with_lead(message) for message in waiting],
        "waiting": messages.count_waiting(conn, business_id),
        "calls": [
            (*with_lead(call), trouble.needs_a_look(call, flags.get(call.call_sid, 0))) for call in recent
        ],
    }


ROUTES = (get("/today", show),)
