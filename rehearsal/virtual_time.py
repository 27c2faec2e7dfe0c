"""Minutes in moments: a clock that jumps to the next deadline whenever every task waits.

Times come out exact, and the same each time. The clock does not see worker threads, so what blocks is run in
its task: give `inline` wherever a `run_sync` is asked for, as by `storage.database.open_database`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import trio
import trio.testing

T = TypeVar("T")


def in_virtual_time(function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Run an async function to its end on the clock that jumps, and return what it returns."""
    return trio.run(function, *arguments, clock=trio.testing.MockClock(autojump_threshold=0))


async def inline(sync_fn: Callable[..., T], /, *arguments: Any, limiter: object = None) -> T:
    """Run blocking code in the task itself, as `trio.to_thread.run_sync` would in a thread."""
    await trio.lowlevel.checkpoint()
    return sync_fn(*arguments)
