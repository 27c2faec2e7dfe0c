"""The accept loop around hypercorn's connections.

hypercorn.trio.serve runs every connection in one nursery without a boundary: an error in its protocol
code, such as a subprotocol header that is not ASCII, ends the whole server, and with it every live call.
So the loop is ours: the same parts of hypercorn (0.18, pinned), each connection inside a boundary.
"""

import logging
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState, LifespanState

log = logging.getLogger(__name__)

_STALLED_PEER_MS = 5_000

Connect = Callable[[trio.SocketStream], Awaitable[None]]


def listening_socket(host: str, port: int) -> socket.socket:
    """A listening socket whose connections break after 5 s of a peer that takes nothing.

    hypercorn shields its sends and gives them no deadline, so without this one stalled peer could keep
    its call, and the end of the process, waiting for ever. Accepted sockets inherit the option.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_PEER_MS)
    return listener


async def serve_connections(
    app: ASGIFramework,
    config: Config,
    listener: socket.socket,
    *,
    shutdown: Callable[[], Awaitable[None]],
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until `shutdown` returns; open connections then have `config.graceful_timeout` to end.

    Closes the listener. Raises what the application's start-up raises.
    """
    wrapped, context = ASGIWrapper(app), WorkerContext(None)
    state = LifespanState()
    lifespan = Lifespan(wrapped, config, state)
    async with trio.open_nursery() as application:
        await application.start(lifespan.handle_lifespan)
        await lifespan.wait_for_startup()

        async def connect(stream: trio.SocketStream) -> None:
            # Annotated for TLS, which a proxy ends for us; it takes a plain stream as well.
            plain = cast("trio.SSLStream[trio.SocketStream]", _Stream(stream))
            await TCPServer(wrapped, config, context, ConnectionState(state.copy()), plain)

        async with trio.open_nursery() as connections:
            task_status.started()  # the socket listens already; what comes now waits in its queue
            await _accept_until(shutdown, partial(_guarded, connect), listener, connections)
            await context.terminated.set()
            connections.cancel_scope.deadline = trio.current_time() + config.graceful_timeout
        await lifespan.wait_for_shutdown()
        application.cancel_scope.cancel()


async def _accept_until(
    shutdown: Callable[[], Awaitable[None]],
    handler: Connect,
    listener: socket.socket,
    connections: trio.Nursery,
) -> None:
    accepting = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
    serve = partial(trio.serve_listeners, handler, [accepting], handler_nursery=connections)
    async with accepting, trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        await shutdown()
        nursery.cancel_scope.cancel()


class _Stream:
    """What TCPServer uses of a plain stream, with one error under the name by which it knows it.

    A client that closes right behind the head of an answer makes it close a stream on which it is still
    sending; it expects the send to break, not to be told that the stream is busy.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        self.socket = stream.socket
        self.receive_some, self.send_eof, self.aclose = stream.receive_some, stream.send_eof, stream.aclose
        self._send_all = stream.send_all

    async def send_all(self, data: bytes) -> None:
        try:
            await self._send_all(data)
        except trio.BusyResourceError:
            raise trio.BrokenResourceError("closed while it was being sent on") from None


async def _guarded(connect: Connect, stream: trio.SocketStream) -> None:
    """The boundary of one connection: whatever a peer's bytes do to it, the others go on.

    Errors of the application do not come here: hypercorn logs those itself, with their traceback.
    """
    try:
        await connect(stream)
    except* Exception as errors:
        log.warning("a connection was dropped: %s", _first(errors))
        log.debug("its error:", exc_info=errors)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
