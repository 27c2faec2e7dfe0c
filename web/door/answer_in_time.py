"""A deadline for the beginning of an answer, whatever the application waits for."""

import logging
import math
from typing import Any

import trio

from web.asgi import App, Receive, Scope, Send, answer_plainly

log = logging.getLogger(__name__)


async def in_time(app: App, scope: Scope, receive: Receive, send: Send, *, within_s: float) -> None:
    """Have the application answer a request; cancel it if it does not begin to in time: the peer gets 503."""
    with trio.CancelScope(deadline=trio.current_time() + within_s) as patience:

        async def send_on(message: Any) -> None:
            # What was given up must not begin after all.
            await trio.lowlevel.checkpoint_if_cancelled()
            patience.deadline = math.inf
            await send(message)

        await app(scope, receive, send_on)
    if patience.cancelled_caught:
        log.error("%s: no answer within %.0f s", scope["path"], within_s)
        await answer_plainly(send, 503, "This takes too long. Please try again.")
