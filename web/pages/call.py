"""One call: what was said and heard, what came of it, and what is wrong with it."""

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen
from quart import Response

from engine.account import ModelUsed
from office import afterwards, prices, stored_account
from office.call_story import elapsed, tell
from storage import appointments, calls, facts, leads, messages
from storage.errors import NotFound
from storage.records import Call, Flag
from web.pages import agenda
from web.pages.calls import length
from web.pages.labels import TOOL_STATUSES
from web.pages.picture import draw
from web.pages.routes import get, post
from web.pages.visit import Visit
from web.pages.words import Words, said

_LISTED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) (booked|cancelled)")  # in a flag, by office/office.py


@frozen(kw_only=True)
class Touched:
    """An appointment of an earlier call that this call changed, in wall time."""

    appointment_id: int
    was: dt.datetime
    to: dt.datetime | None  # None: cancelled


async def show(visit: Visit, call_sid: str) -> Response:
    """Show the call from its heading to its raw account."""
    found = await visit.read(_found, call_sid, visit)
    return await visit.page(
        "call.html",
        elapsed=elapsed,
        length=partial(length, visit.words),
        tool_of=partial(_tool, visit.words, visit.deployment.tool_labels),
        status_of=partial(_status, visit.words),
        **found,
    )


def _tool(words: Words, labels: Mapping[str, str], name: str) -> str:
    # The model may have made it up, or the tool has gone since.
    return words.say(labels[name]) if name in labels else said(name)


def _status(words: Words, status: str | None) -> str:
    return words.say(TOOL_STATUSES[status])


async def remove(visit: Visit, call_sid: str) -> Response:
    """Take the call out of the list."""
    job = partial(calls.remove, business_id=visit.business.id, call_sid=call_sid, now=visit.now)
    return await _change(visit, call_sid, job, back="/calls")


async def bring_back(visit: Visit, call_sid: str) -> Response:
    """Put it into the list again."""
    job = partial(calls.restore, business_id=visit.business.id, call_sid=call_sid)
    return await _change(visit, call_sid, job, back=f"/calls/{call_sid}")


async def _change(
    visit: Visit, call_sid: str, job: Callable[[sqlite3.Connection], Any], *, back: str
) -> Response:
    await visit.read(_known, call_sid)
    return await visit.change("call", call_sid, job, back=back)


def _known(conn: sqlite3.Connection, business_id: int, call_sid: str) -> Call:
    call = calls.get(conn, business_id, call_sid)
    if call is None:
        raise NotFound("call", call_sid)
    return call


def _found(conn: sqlite3.Connection, business_id: int, call_sid: str, visit: Visit) -> dict[str, Any]:
    call = _known(conn, business_id, call_sid)
    rows = calls.events(conn, business_id, call_sid)
    events = stored_account.read(rows)
    made = appointments.for_call(conn, business_id, call_sid)
    people = {person.phone: person.name for person in facts.people(conn, business_id)}
    return {
        "call": call,
        "lead": leads.get(conn, business_id, call.lead_id) if call.lead_id is not None else None,
        "flags": [(flag, list(_so(flag, visit))) for flag in calls.flags(conn, business_id, call_sid)],
        "account": tell(events),
        "bill": prices.bill(
            [event.line for event in events if isinstance(event.line, ModelUsed)],
            visit.deployment.configuration.prices,
        ),
        "picture": draw(events, call.duration_ms or 0),
        "made": [agenda.entry(conn, business_id, each, visit.business.timezone) for each in made],
        "touched": [_touched(change, visit) for change in afterwards.changes(rows, made)],
        "messages": messages.of_call(conn, business_id, call_sid),
        "put_through": call.dial_status in calls.ANSWERED
        or (call.dial_status is None and call.outcome == "transferred"),
        "put_through_to": people.get(call.transfer_to or "", ""),
        "raw": [(row, json.dumps(row.fields, ensure_ascii=False)) for row in rows],
    }


def _so(flag: Flag, visit: Visit) -> Iterator[tuple[dt.datetime, str]]:
    """Give the appointments that a flag names as what is so."""
    if flag.kind == "confirmation_not_heard":
        yield visit.local(dt.datetime.fromisoformat(flag.done)), "booked"
    for wall, status in _LISTED.findall(flag.done):
        yield dt.datetime.fromisoformat(wall), status


def _touched(change: afterwards.Change, visit: Visit) -> Touched:
    return Touched(
        appointment_id=change.appointment_id,
        was=visit.local(change.was),
        to=visit.local(change.now) if change.now else None,
    )


ROUTES = (
    get("/calls/<call_sid>", show),
    post("/calls/<call_sid>/remove", remove),
    post("/calls/<call_sid>/restore", bring_back),
)
