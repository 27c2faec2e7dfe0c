"""What the server serves: the media mount in front, the webhooks and pages behind it."""

import logging
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from attrs import frozen
from quart import Blueprint
from quart_trio import QuartTrio

from web.asgi import App, Receive, Scope, Send, answer_plainly, path_and_query
from web.door.answer_in_time import in_time
from web.door.deadlines import DEADLINES, Deadlines
from web.door.upgrade import Upgrade
from web.origin import Headers, Origin
from web.twilio.media import MediaMount

log = logging.getLogger(__name__)

_BODY_LIMIT = 65_536


def build_pages(blueprints: Iterable[Blueprint], deadlines: Deadlines = DEADLINES) -> QuartTrio:
    """Build the HTTP application: everything but the media socket."""
    app = QuartTrio(__name__, static_folder=None)  # Quart would serve files by threads of asyncio's
    app.config["MAX_CONTENT_LENGTH"] = _BODY_LIMIT
    app.config["BODY_TIMEOUT"] = deadlines.body_s
    app.config["RESPONSE_TIMEOUT"] = None  # a slow line may take its time; one that stands still is cut
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app


@frozen(kw_only=True)
class Front:
    """What the door serves: it refuses what may not come in, then sends media one way and HTTP the other."""

    origin: Origin
    media: Sequence[MediaMount]
    pages: App
    deadlines: Deadlines = DEADLINES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self.pages(scope, receive, send)
        elif refusal := self._refusal(path_and_query(scope), scope["headers"]):
            await answer_plainly(send, 403, f"Refused: {refusal}.")
        else:
            await in_time(self.pages, scope, receive, send, within_s=self.deadlines.answer_s)

    async def upgrade(self, upgrade: Upgrade) -> None:
        """Serve one WebSocket, from its request to its end."""
        mount = next((mount for mount in self.media if mount.path == upgrade.path), None)
        if refusal := self._refusal(upgrade.target, upgrade.headers):
            await upgrade.refuse(HTTPStatus.FORBIDDEN, refusal)
        elif mount is None:
            await upgrade.refuse(HTTPStatus.NOT_FOUND, "no WebSocket is served here")
        else:
            await mount(upgrade)

    def _refusal(self, target: str, headers: Headers) -> str | None:
        if not target.startswith("/"):
            # A proxy's form of a request; what it was signed for cannot be told.
            return "its target must be a path"
        refusal = self.origin.refusal(headers)
        if refusal is not None:
            log.warning("%s refused: %s", target.partition("?")[0], refusal)
        return refusal
