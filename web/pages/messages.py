"""What callers left to be returned, and what the owner has dealt with."""

import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from quart import Response

from storage import leads, messages
from storage.errors import NotFound
from storage.records import Lead, Message
from web.pages.routes import get, post
from web.pages.visit import Visit

_ON_A_PAGE, _LAST_DONE = 20, 20
_ID_DIGITS = 15


async def show(visit: Visit) -> Response:
    """Show a page of the messages that wait, the oldest first; on the first the last that were dealt with."""
    return await visit.page("messages.html", **await visit.read(_found, _after(visit)))


def _after(visit: Visit) -> int:
    """Return the id that the page begins behind, if its link names one that can be."""
    named = visit.query.get("after", "")
    return int(named) if named.isdecimal() and len(named) <= _ID_DIGITS else 0


def _found(conn: sqlite3.Connection, business_id: int, after: int) -> dict[str, Any]:
    def with_leads(found: Iterable[Message]) -> list[tuple[Message, Lead | None]]:
        return [(message, leads.get(conn, business_id, message.lead_id)) for message in found]

    waiting = messages.waiting(conn, business_id, after=after, limit=_ON_A_PAGE)
    if after and not waiting:  # they have all been dealt with meanwhile
        return _found(conn, business_id, 0)
    last = waiting[-1].id if waiting else 0
    return {
        "waiting": with_leads(waiting),
        "after": after,
        "last": last,
        "more": messages.count_waiting(conn, business_id, after=last),
        "done": with_leads(messages.done(conn, business_id, _LAST_DONE) if not after else ()),
    }


async def mark_done(visit: Visit, message_id: int) -> Response:
    """Note that a message has been dealt with."""
    return await _change(visit, message_id, messages.mark_done)


async def reopen(visit: Visit, message_id: int) -> Response:
    """Have a message wait again."""
    return await _change(visit, message_id, messages.reopen)


async def _change(visit: Visit, message_id: int, change: Callable[..., bool]) -> Response:
    job = partial(_changed, business_id=visit.business.id, message_id=message_id, change=change)
    after = _after(visit)
    back = f"/messages?after={after}" if after else "/messages"
    return await visit.change("message", str(message_id), job, back=back)


def _changed(
    conn: sqlite3.Connection, business_id: int, message_id: int, change: Callable[..., bool]
) -> None:
    if messages.get(conn, business_id, message_id) is None:
        raise NotFound("message", str(message_id))
    change(conn, business_id, message_id)


ROUTES = (
    get("/messages", show),
    post("/messages/<int:message_id>/done", mark_done),
    post("/messages/<int:message_id>/reopen", reopen),
)
