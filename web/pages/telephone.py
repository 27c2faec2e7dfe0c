"""The telephone in the browser: an owner talks with the receptionist from a microphone."""

from quart import Response

from web.pages.routes import get
from web.pages.visit import Visit

_MAY_LISTEN = "camera=(), geolocation=(), microphone=(self)"


async def show(visit: Visit) -> Response:
    """Show a button to ring with, a keypad, and ways to make it hard.

    No other page may use the microphone.
    """
    response = await visit.page("telephone.html", tools=visit.deployment.tool_labels)
    response.headers["Permissions-Policy"] = _MAY_LISTEN
    return response


ROUTES = (get("/telephone", show),)
