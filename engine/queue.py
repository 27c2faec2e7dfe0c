"""What joins the tasks of a call: a bounded queue whose overflow ends the call."""

from contextlib import suppress
from typing import Generic, TypeVar

import trio

from engine.errors import EngineError

_ITEMS = 1_024  # a peer that lets so many gather takes nothing any more

T = TypeVar("T")


class Queue(Generic[T]):
    """A queue between two tasks; `items` is the consumer's end. It is never closed: it goes with its call."""

    def __init__(self, overflow: EngineError) -> None:
        self._entry, self.items = trio.open_memory_channel[T](_ITEMS)
        self._overflow = overflow

    def put(self, item: T) -> None:
        """Add an item. Never a checkpoint, so the reader of a socket may do it. Raises the overflow."""
        try:
            self._entry.send_nowait(item)
        except trio.WouldBlock:
            raise self._overflow from None

    async def wait_put(self, item: T) -> None:
        """Add an item as soon as there is room. If cancelled, the item was not added."""
        await self._entry.send(item)

    def take_all(self) -> list[T]:
        """Take out what waits, and what waits for room, in order. Never a checkpoint."""
        taken: list[T] = []
        with suppress(trio.WouldBlock):
            while True:
                taken.append(self.items.receive_nowait())
        return taken
