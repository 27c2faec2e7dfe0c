"""Taking a change back."""

from quart import Response

from web.pages.routes import post
from web.pages.visit import Visit


async def take_back(visit: Visit, change_id: int) -> Response:
    """Put back what was there before that change, and go to where it was made."""
    return await visit.take_back(change_id)


ROUTES = (post("/undo/<int:change_id>", take_back),)
