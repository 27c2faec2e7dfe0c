"""A deadline for the beginning of an answer, whatever the application waits for."""

import logging
import math
from typing import Any

import trio

from web.asgi import App, Receive, Scope, Send

log = logging.getLogger(__name__)


async def in_time(app: App, scope: Scope, receive: Receive, send: Send, *, within_s: float) -> None:
    """Have the application answer a request or an upgrade; cancel it if it does not begin to in time.

    The peer then gets 503, or 403 for an upgrade, as nothing else can be said without accepting it.
    """
    with trio.CancelScope(deadline=trio.current_time() + within_s) as patience:

        async def send_on(message: Any) -> None:
            # What was given up must not begin after all.
            await trio.lowlevel.checkpoint_if_cancelled()
            patience.deadline = math.inf
            await send(message)

        await app(scope, receive, send_on)
    if patience.cancelled_caught:
        log.error("%s: no answer within %.0f s", scope["path"], within_s)
        await _unavailable(scope, send)


async def _unavailable(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b"This takes too long. Please try again.\n"})
