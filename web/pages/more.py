"""The page of links that a small screen's bar has no room for."""

from quart import Response

from web.pages.routes import get
from web.pages.visit import Visit


async def show(visit: Visit) -> Response:
    """Show links to the other pages, and the way out."""
    return await visit.page("more.html")


ROUTES = (get("/more", show),)
