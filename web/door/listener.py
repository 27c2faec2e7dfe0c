"""The accept loop: connections in a nursery, each inside a boundary, none more than there is room for.

hypercorn.trio.serve runs every connection in one nursery without a boundary: an error in its protocol
code, such as a subprotocol header that is not ASCII, ends the whole server, and with it every live call.
So the loop is ours, and the connections are (connection.py).
"""

import errno
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

import trio
from attrs import define, field, frozen
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState, LifespanState

from web.asgi import Receive, Scope, Send
from web.door.admission import Admission, Stage
from web.door.connection import Connection
from web.door.deadlines import DEADLINES, Deadlines
from web.door.peer import PeerStream
from web.door.seldom import Seldom
from web.door.upgrade import Upgrade

log = logging.getLogger(__name__)

_STALLED_PEER_MS = 5_000
_BACKLOG = 1_024  # connections that the kernel keeps until we accept them
# What accept says when the process or the machine has no more descriptors or memory, as trio names it.
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
_TRY_AGAIN_S = 0.1

CustomerOf = Callable[[str], str | None]


def listening_socket(host: str, port: int) -> socket.socket:
    """Open a listening socket whose connections break after 5 s of a peer that acknowledges nothing.

    Accepted sockets inherit the option, where the system has it. It finds a peer that has vanished; one that
    is there and takes nothing is found by the deadline of what is sent to it (peer.py).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_PEER_MS)
    return listener


@frozen(kw_only=True)
class Door:
    """Who is let in, and how long each may take.

    `customer_of` says whose connection comes from an address; None if it is a proxy's of our own.
    """

    admission: Admission[Connection]
    customer_of: CustomerOf
    deadlines: Deadlines = DEADLINES


class Application(Protocol):
    """What is served: by ASGI through hypercorn, and WebSockets by ours."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""

    async def upgrade(self, upgrade: Upgrade) -> None:
        """Answer one request for a WebSocket, and do all that is to be done on it."""


async def serve_connections(
    app: Application,
    config: Config,
    listener: socket.socket,
    *,
    door: Door,
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
        async with trio.open_nursery() as connections:
            house = _House(app, wrapped, config, context, state, door, connections)
            task_status.started()  # the socket listens already; what comes now waits in its queue
            await _accept_until(shutdown, house, listener)
            await context.terminated.set()
            for connection in door.admission.waiting():
                connection.close()
            connections.cancel_scope.deadline = trio.current_time() + config.graceful_timeout
        await lifespan.wait_for_shutdown()
        application.cancel_scope.cancel()


async def _accept_until(
    shutdown: Callable[[], Awaitable[None]], house: "_House", listener: socket.socket
) -> None:
    async with (
        trio.SocketListener(trio.socket.from_stdlib_socket(listener)) as accepting,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(house.accept, accepting)
        await shutdown()
        nursery.cancel_scope.cancel()


@define(eq=False)
class _House:
    """What every connection of a server shares."""

    app: Application
    wrapped: AppWrapper
    config: Config
    context: WorkerContext
    state: LifespanState
    door: Door
    nursery: trio.Nursery
    _no_room: Seldom = field(factory=Seldom, init=False)
    _made_way: Seldom = field(factory=Seldom, init=False)

    async def accept(self, accepting: trio.abc.Listener[trio.SocketStream]) -> None:
        """Let in who comes, until cancelled."""
        while True:
            try:
                stream = await accepting.accept()
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                if self._no_room.now():
                    log.warning("no connection can be accepted: %s", error.strerror)
                self._give_way(self.door.admission.give_way())
                await trio.sleep(_TRY_AGAIN_S)
            else:
                self._let_in(stream)

    def _let_in(self, stream: trio.SocketStream) -> None:
        """Count the connection in before the next is accepted, and begin to serve it."""
        connection = Connection(
            app=self.wrapped,
            answer_upgrade=self.app.upgrade,
            config=self.config,
            context=self.context,
            state=ConnectionState(self.state.copy()),
            stream=PeerStream(stream, stalled_s=self.door.deadlines.stalled_s),
            deadlines=self.door.deadlines,
            on_stage=self._note,
        )
        peer = connection.stream.peer
        customer = self.door.customer_of(peer[0]) if peer else None
        gives_way = self.door.admission.admit(connection, customer)
        self.nursery.start_soon(self._guarded, connection)
        if gives_way is not None and self._made_way.now():
            log.warning(
                "too many connections: those that have not asked for anything whole for longest give way"
            )
        self._give_way(gives_way)

    def _give_way(self, connection: Connection | None) -> None:
        if connection is not None:
            connection.close()
            self.door.admission.leave(connection)

    def _note(self, connection: Connection, stage: Stage | None) -> None:
        if stage is None:
            self.door.admission.leave(connection)
        else:
            self.door.admission.move(connection, stage)

    async def _guarded(self, connection: Connection) -> None:
        """Serve one connection within its boundary: whatever a peer's bytes do to it, the others go on.

        What comes from a WebSocket is a fault of the application's, since no bytes can raise there. hypercorn
        logs those of its requests itself, so what comes from these is a peer's.
        """
        try:
            await connection.serve()
        except* Exception as errors:
            if connection.switched:
                log.error("a WebSocket was dropped: %s", _first(errors), exc_info=errors)  # noqa: TRY400
            else:
                log.warning("a connection was dropped: %s", _first(errors))
                log.debug("its error:", exc_info=errors)
        finally:
            connection.close()
            self.door.admission.leave(connection)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
