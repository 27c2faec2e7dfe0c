"""One connection, from its first byte to its last: hypercorn's HTTP/1.1 under deadlines, or a WebSocket."""

import math
from collections.abc import Callable
from contextlib import suppress

import h11
import trio
from attrs import define, field
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.trio.task_group import TaskGroup
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState

from web.door.admission import Stage
from web.door.deadlines import Deadlines
from web.door.http11 import Http11
from web.door.peer import GONE, PeerStream
from web.door.upgrade import Answer, Upgrade

_MOST_AT_ONCE = 65_536


@define(eq=False, kw_only=True)
class Connection:
    """A peer and the application, and what passes between them.

    Closed if no whole head has come in time, after an answer behind which nothing may follow, and when
    `close` is called. `on_stage` is told how far it has come, and None once it is to stay, as a call.
    """

    app: AppWrapper
    answer_upgrade: Answer
    config: Config
    context: WorkerContext
    state: ConnectionState
    stream: PeerStream
    deadlines: Deadlines
    on_stage: Callable[["Connection", Stage | None], None]
    _reading: trio.CancelScope = field(factory=trio.CancelScope, init=False)
    _sending: trio.Lock = field(factory=trio.Lock, init=False)
    _protocol: Http11 = field(init=False)
    _said_all: bool = field(default=False, init=False)
    switched: bool = field(default=False, init=False)  # to a WebSocket, or to its refusal

    async def serve(self) -> None:
        """Serve it until it is closed and the application has done with it."""
        self._await_head()
        async with TaskGroup() as group:
            self._protocol = Http11(
                self.app,
                self.config,
                self.context,
                group,
                self.state,
                False,  # noqa: FBT003 - TLS ends at a proxy before us
                self.stream.peer,
                self.stream.ours,
                self._take,
            )
            try:
                await self._read()
            finally:
                # It holds us; by thousands of such circles the collector would stop every call for a moment.
                del self._protocol

    def close(self) -> None:
        """Break it off, whatever it is doing; its descriptor is free at once."""
        self.stream.close()
        self._reading.cancel()

    async def _read(self) -> None:
        with self._reading, suppress(*GONE):
            while self._protocol.upgrade is None and (data := await self.stream.receive_some(_MOST_AT_ONCE)):
                await self._protocol.handle(RawData(bytes(data)))
                if self._protocol.body_whole and not self._said_all:
                    self.on_stage(self, Stage.ANSWERED)
        if request := self._protocol.upgrade:
            await self._switch(request)
        elif self._said_all:
            await self._linger()
        self.stream.close()
        await self._protocol.handle(Closed())

    async def _switch(self, request: h11.Request) -> None:
        """Have the application answer an upgrade, and be done when it has done with the WebSocket.

        Until that is a call, it gives way like a request that begins now and does not come whole.
        """
        self.switched = True
        for stage in (Stage.ANSWERED, Stage.WAITING):
            self.on_stage(self, stage)
        upgrade = Upgrade.of(request, self.stream, keep=lambda: self.on_stage(self, None))
        try:
            await upgrade.answer_by(self.answer_upgrade, self.deadlines.answer_s)
        finally:
            with trio.move_on_after(self.deadlines.linger_s, shield=True):
                await self._finish()
                await self._linger()

    async def _linger(self) -> None:
        """Read on for a moment: with anything unread a close would be a reset, and might eat the answer.

        RFC 9112 9.6.
        """
        with trio.move_on_after(self.deadlines.linger_s), suppress(*GONE):
            while await self.stream.receive_some(_MOST_AT_ONCE):
                pass

    async def _take(self, event: Event) -> None:
        """Take what hypercorn's protocol says to the peer, and of itself."""
        match event:
            case RawData(data):
                await self._send(data)
            case Closed():
                await self._finish()
            case Updated(idle=True):
                self.on_stage(self, Stage.WAITING)
                self._await_head()
            case Updated():
                self._reading.deadline = math.inf

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            try:
                # Whole or not at all; the stream's own deadline ends it.
                with trio.CancelScope(shield=True):
                    await self.stream.send_all(data)
            except GONE:
                self._reading.cancel()  # the reader tells the application

    async def _finish(self) -> None:
        """Say that nothing more comes, once; what is still being read is given up."""
        if self._said_all:
            return
        self._said_all = True
        async with self._sending:
            with suppress(*GONE):
                await self.stream.send_eof()
        self.on_stage(self, Stage.WAITING)
        self._reading.cancel()  # the reader tells the application

    def _await_head(self) -> None:
        self._reading.deadline = trio.current_time() + self.deadlines.head_s
