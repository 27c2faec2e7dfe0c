"""What the server serves: the media mount in front, the webhooks and pages behind it."""

import logging
from collections.abc import Iterable, Sequence

from attrs import frozen
from quart import Blueprint
from quart_trio import QuartTrio

from web.asgi import App, Receive, Scope, Send, forbid, path_and_query
from web.door.answer_in_time import in_time
from web.door.deadlines import DEADLINES, Deadlines
from web.origin import Origin
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
    """The ASGI application: refuses what may not come in, then sends media one way and HTTP the other."""

    origin: Origin
    media: Sequence[MediaMount]
    pages: App
    deadlines: Deadlines = DEADLINES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, request or lifespan."""
        if scope["type"] == "lifespan":
            await self.pages(scope, receive, send)
        elif not path_and_query(scope).startswith("/"):
            # A proxy's form of a request; what it was signed for cannot be told.
            await forbid(scope, receive, send, "its target must be a path")
        elif refusal := self.origin.refusal(scope["headers"]):
            log.warning("%s refused: %s", scope["path"], refusal)
            await forbid(scope, receive, send, refusal)
        else:
            await in_time(self._app(scope), scope, receive, send, within_s=self.deadlines.answer_s)

    def _app(self, scope: Scope) -> App:
        if scope["type"] == "websocket":
            for mount in self.media:
                if mount.path == scope["path"]:
                    return mount
        return self.pages
