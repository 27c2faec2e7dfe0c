"""Which path shows or does what: each page's module lists its own as ROUTES."""

from collections.abc import Awaitable, Callable

from attrs import frozen
from quart import Response

View = Callable[..., Awaitable[Response]]  # async def view(visit: Visit, **ids) -> Response


@frozen
class Route:
    """A path below a business's home, such as /messages/<int:message_id>/done."""

    method: str
    path: str
    view: View

    @property
    def name(self) -> str:
        """The name by which Quart knows it."""
        return f"{self.method} {self.path}".replace(".", "-")


def get(path: str, view: View) -> Route:
    """Route to a page."""
    return Route("GET", path, view)


def post(path: str, view: View) -> Route:
    """Route to what a form does."""
    return Route("POST", path, view)
