"""A server beside a browser: Playwright has the test's thread, so the server runs in one of its own."""

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import trio
from attrs import frozen

from web import configuration, server

T = TypeVar("T")
_LINK = re.compile(r"http://[^/\s]+/welcome/\S+")


@frozen
class Beside:
    """What runs in the other thread."""

    opened: Any
    token: trio.lowlevel.TrioToken

    def run(self, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Await it there."""
        return trio.from_thread.run(function, *arguments, trio_token=self.token)


@contextmanager
def beside(manager: AbstractAsyncContextManager[Any]) -> Iterator[Beside]:
    """Enter the manager in a thread of its own, and leave it there when the block is left."""
    ready: SimpleQueue[Beside | None] = SimpleQueue()
    left = trio.Event()

    async def inside() -> None:
        async with manager as opened:
            ready.put(Beside(opened, trio.lowlevel.current_trio_token()))
            await left.wait()

    with ThreadPoolExecutor(max_workers=1) as threads:
        running = threads.submit(trio.run, inside)
        running.add_done_callback(lambda _: ready.put(None))
        there = ready.get()
        if there is None:
            running.result()
            raise RuntimeError("it ended before it was ready")
        try:
            yield there
        finally:
            there.token.run_sync_soon(left.set)
            running.result()


@asynccontextmanager
async def served(path: Path, now: dt.datetime, **more: str) -> AsyncIterator[str]:
    """The real server on this file, whose clock stands still; gives its URL. `more` is of its environment."""
    stop = trio.Event()
    answering = {"OPENAI_API_KEY": "sk-simulated", "FRONTDESK_DETECTOR": "level", **more}
    serve = partial(
        server.serve,
        configuration.load(answering),
        host="127.0.0.1",
        port=0,
        database=str(path),
        stop=stop.wait,
        now=lambda: now,
    )
    async with trio.open_nursery() as nursery:
        host, port = await nursery.start(serve)
        yield f"http://{host}:{port}"
        stop.set()


@contextmanager
def first_start(path: Path) -> Iterator[str]:
    """`frontdesk serve` on a new file, as an owner starts it; gives the link that it prints."""
    command = [sys.executable, "-m", "web", "serve", "--new", "--port", "0", "--database", str(path)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            printed = _LINK.search(process.stdout.readline())
            assert printed is not None
            yield printed[0]
        finally:
            process.terminate()
            process.wait()
