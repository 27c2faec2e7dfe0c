"""The few ASGI shapes that the front of the server reads and writes itself."""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = Any  # a dict, as are the messages; hypercorn and Quart each have their own types for them
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def path_and_query(scope: Scope) -> str:
    """Return the request's target as the peer wrote it: what a signature covers."""
    query = scope["query_string"].decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    return f"{path}?{query}" if query else path


async def answer_plainly(send: Send, status: int, text: str) -> None:
    """Answer a request with this status and this line, and have its connection closed."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
