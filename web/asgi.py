"""The few ASGI shapes that the front of the server reads and writes itself."""

from collections.abc import Awaitable, Callable
from typing import Any

Scope = Any  # a dict, as are the messages; hypercorn and Quart each have their own types for them
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str:
    """Return the first header of this lower-case name, or nothing."""
    found = (value for key, value in scope["headers"] if key.lower() == name)
    return next(found, b"").decode("latin-1")


def path_and_query(scope: Scope) -> str:
    """Return the request's target as the peer wrote it: what a signature covers."""
    query = scope["query_string"].decode("latin-1")
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    return f"{path}?{query}" if query else path


async def forbid(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Answer 403: with the reason to an HTTP request, by not accepting a WebSocket."""
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        await send({"type": "websocket.close"})  # before an accept this is a 403, by the ASGI specification
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": f"Refused: {reason}.\n".encode()})
