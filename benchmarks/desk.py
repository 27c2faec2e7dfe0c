"""The real server in this process, with a database on disk and the simulated peers in another process."""

import logging
import re
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path

import trio
from attrs import frozen

from benchmarks.peers import NUMBER, Account, Batch, Peers, open_peers
from storage import businesses
from storage.database import open_database
from web import configuration, logs, server

_LEVEL = re.compile(r"[-0-9]+ [:,0-9]+ ([A-Z]+) ")


@frozen(kw_only=True)
class Desk:
    """A running server and who rings it."""

    url: str
    database: Path
    _log: Path
    _peers: Peers

    async def take(self, script: str, *, calls: int, first: int = 0, at_once: int = 1) -> Account:
        """Have so many calls placed by that script of benchmarks/scripts.py."""
        batch = Batch(server=self.url, script=script, calls=calls, first=first, at_once=at_once)
        return await self._peers.place(batch)

    def outcomes(self) -> dict[str, str | None]:
        """Return how each call that the database knows ended, as any other program could see it."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as conn:
            return dict(conn.execute("SELECT call_sid, outcome FROM calls"))

    def errors(self) -> list[str]:
        """Return what the server has logged as an error so far, a line each.

        The tracebacks are shown at the end.
        """
        with self._log.open() as log:
            return [line.rstrip() for line in log if _is_error(line)]


async def one_business(path: Path) -> None:
    """Make a file with the business that all benchmarks ring."""
    add = partial(businesses.add, name="Demo Dental", number=NUMBER, timezone="Europe/Berlin", language="en")
    async with open_database(path, new=True) as database:
        await database.write(add)


@asynccontextmanager
async def open_desk(
    prepare: Callable[[Path], Awaitable[None]] = one_business,
) -> AsyncIterator[Desk]:
    """Serve on a loopback port the file that `prepare` makes.

    It logs as a deployment does; its errors are shown in the end.
    """
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        path, log = Path(folder) / "frontdesk.db", Path(folder) / "frontdesk.log"
        await prepare(path)
        with logging_to(log):
            async with open_peers() as peers, serving(path, peers.model_url) as url:
                yield Desk(url=url, database=path, log=log, peers=peers)


@asynccontextmanager
async def serving(path: Path, model_url: str, **variables: str) -> AsyncIterator[str]:
    """Serve the file on a loopback port while the block runs, and give its URL."""
    stop = trio.Event()
    environment = {
        "FRONTDESK_REALTIME_URL": model_url,
        "OPENAI_API_KEY": "sk-simulated",
        "FRONTDESK_DETECTOR": "level",
        **variables,
    }
    configured = configuration.load(environment)
    serve = partial(
        server.serve, configured, host="127.0.0.1", port=0, database=str(path), say=_nobody, stop=stop.wait
    )
    async with trio.open_nursery() as nursery:
        host, port = await nursery.start(serve)
        yield f"http://{host}:{port}"
        stop.set()


def _nobody(_said: str) -> None:
    """Ignore the first owner's link."""


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Log into that file as a deployment does; its errors are shown in the end."""
    with path.open("w+") as log:
        logs.set_up(log)
        try:
            yield
        finally:
            logs.set_up(sys.stderr, level=logging.WARNING)
            log.seek(0)
            sys.stderr.writelines(_with_tracebacks(log))


def _with_tracebacks(log: Iterable[str]) -> Iterator[str]:
    telling = False
    for line in log:
        if _LEVEL.match(line):  # a traceback's lines have none
            telling = _is_error(line)
        if telling:
            yield line


def _is_error(line: str) -> bool:
    level = _LEVEL.match(line)
    return level is not None and level[1] in ("ERROR", "CRITICAL")
