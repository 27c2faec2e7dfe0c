"""A server in a process of its own, pinned to one core, and what of it can be read from outside.

The child itself: `python -m benchmarks.served FILE MODEL_URL VARIABLE=VALUE...` serves the file. On its
standard input it is told to watch itself, and to tell what it saw; it stops when that input ends.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from benchmarks.desk import logging_to, serving
from benchmarks.watches import Profile, Steps
from web.door import descriptors
from web.server import put_calls_first

MAX_CALLS = 200
_TICKS = os.sysconf("SC_CLK_TCK")
_WATCHES = {"steps": Steps, "profile": Profile}


@frozen(kw_only=True)
class Server:
    """A running child, from here."""

    url: str
    _process: trio.Process

    def cpu_s(self) -> float:
        """Return the CPU seconds of all of its threads so far, to a hundredth."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS  # utime and stime: proc(5)

    def rss_kb(self) -> float:
        """Return its resident memory."""
        return int(self._proc("statm").split()[1]) * resource.getpagesize() / 1024

    async def watch(self, what: str) -> None:
        """Have it watch its "steps" or its "profile" from now on."""
        assert self._process.stdin is not None
        await self._process.stdin.send_all(what.encode() + b"\n")

    async def tell(self) -> Any:
        """Return what it saw, as its watch tells it, and end the watch."""
        assert self._process.stdin is not None
        await self._process.stdin.send_all(b"tell\n")
        return json.loads(await _line(self._process))

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def relay(model_url: str) -> list[str]:
    """Return the command of the yardstick."""
    return ["benchmarks.relay", model_url]


def frontdesk(file: Path, model_url: str, detector: str) -> list[str]:
    """Return the command of the server itself."""
    limit = f"FRONTDESK_MAX_CALLS={MAX_CALLS}"
    return ["benchmarks.served", str(file), model_url, f"FRONTDESK_DETECTOR={detector}", limit]


def set_core_aside() -> int:
    """Leave one core to the servers, whatever else this process and its children do; return which."""
    cores = os.sched_getaffinity(0)
    core = min(cores)
    os.sched_setaffinity(0, cores - {core} or cores)
    return core


@asynccontextmanager
async def open_server(command: list[str], *, core: int) -> AsyncIterator[Server]:
    """Start that module with these arguments; it ends when the block does."""
    run = partial(
        trio.run_process,
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        preexec_fn=partial(os.sched_setaffinity, 0, {core}),
        check=False,  # the relay is killed
    )
    async with trio.open_nursery() as nursery:
        process = await nursery.start(run)
        yield Server(url=(await _line(process)).strip(), process=process)
        await process.stdin.aclose()
        with trio.move_on_after(5):
            await process.wait()
        nursery.cancel_scope.cancel()


async def _line(process: trio.Process) -> str:
    assert process.stdout is not None
    read = b""
    while not read.endswith(b"\n"):
        some = await process.stdout.receive_some()
        if not some:
            raise RuntimeError(f"{process.args!r} ended")
        read += some
    return read.decode()


# The child itself


async def _main(file: Path, model_url: str, variables: dict[str, str]) -> None:
    watch: Steps | Profile | None = None
    with logging_to(file.with_suffix(".log")):
        async with serving(file, model_url, **variables) as url:
            print(url, flush=True)
            async for line in trio.wrap_file(sys.stdin):
                if line.strip() in _WATCHES:
                    watch = _WATCHES[line.strip()]()
                    watch.begin()
                elif watch is not None:
                    print(json.dumps(watch.end()), flush=True)


if __name__ == "__main__":
    put_calls_first()  # as `frontdesk serve` does
    descriptors.raise_limit(MAX_CALLS)
    trio.run(_main, Path(sys.argv[1]), sys.argv[2], dict(each.split("=", 1) for each in sys.argv[3:]))
