"""The calls that are on the line now, as they happen, for the pages that show them; and hanging them up."""

import json
from collections.abc import AsyncIterator

import trio
from quart import Response, request

from office.live import LiveCalls, LiveEvent
from storage.errors import NotFound
from web.pages.routes import get, post
from web.pages.visit import Visit

_OVER_WITHIN_S = 2.0
HEARTBEAT_S = 15.0  # so that proxies keep the connection, and we learn of a browser that has gone


async def watch(visit: Visit) -> Response:  # noqa: ASYNC124 - every view is awaited
    """Send what happens on the business's calls as server-sent events; `call` asks for one, from its start.

    Each bears its number as its id. A browser that connects again says which it had last, in Last-Event-ID
    (https://html.spec.whatwg.org/multipage/server-sent-events.html), and gets what came after it. Answers 503
    if too many watch already.
    """
    live, call_sid = visit.deployment.live, visit.query.get("call")
    if live.watched_enough(visit.business.id):
        return Response("too many watch already\n", 503, content_type="text/plain; charset=utf-8")
    last = request.headers.get("Last-Event-ID", visit.query.get("after", "0" if call_sid else ""))
    after = int(last) if last.isdecimal() and len(last) < 16 else live.number
    told = _told(live, visit.business.id, after, call_sid)
    response = Response(told, content_type="text/event-stream")
    response.timeout = None
    return response


async def hang_up(visit: Visit, call_sid: str) -> Response:
    """End a call that is on the line, and wait a moment until it is over."""
    call = visit.deployment.live.get(visit.business.id, call_sid)
    if call is None:
        raise NotFound("live call", call_sid)
    call.hang_up.set()
    with trio.move_on_after(_OVER_WITHIN_S):
        await call.over.wait()
    return visit.go("/today", "hung_up")


async def _told(live: LiveCalls, business_id: int, after: int, call_sid: str | None) -> AsyncIterator[bytes]:
    # Quart closes the generator when the browser has gone or the server stops, so the watch ends with it.
    with live.watch(business_id, after=after) as watching:
        yield b": watching\n\n"  # noqa: ASYNC119
        while True:
            event = None
            with trio.move_on_after(HEARTBEAT_S) as patience:
                event = await watching.next()
            if patience.cancelled_caught:
                yield b": still here\n\n"  # noqa: ASYNC119
            elif event is None:
                return
            elif call_sid in (None, event.call_sid):
                yield _line(event)  # noqa: ASYNC119


def _line(told: LiveEvent) -> bytes:
    event = told.event
    data = {"call_sid": told.call_sid, "at_ms": event.at_ms, "kind": event.kind, "fields": event.fields}
    return f"id: {told.number}\nevent: event\ndata: {json.dumps(data)}\n\n".encode()


ROUTES = (get("/live", watch), post("/live/<call_sid>/hang-up", hang_up))
