"""Jobs that the disk does not take now, kept and tried until they stand in the file.

A call's final record is written when its caller has hung up: nobody is there to be told that it failed, and
nobody asks again. So a job that the disk did not take is kept in memory, in the order in which it came, and
tried again until it stands, or until the server stops: then once more, and what is lost is logged.

Kept are at most MOST_KEPT jobs (the account of an ordinary call is some 100 kB in memory), and at most
MOST_SOUND_BYTES of recordings: a disk that stays full for hours must not end the process.
"""

import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import chain, repeat
from typing import Any

import trio
from attrs import define, field

from storage.database import Database
from storage.errors import WriteFailed
from storage.writer import Request

log = logging.getLogger(__name__)

MOST_KEPT = 500
MOST_SOUND_BYTES = 128 * 2**20
PAUSES_S = (1.0, 2.0, 5.0, 10.0)  # before each new try; then always the longest
LONGEST_PAUSE_S = 30.0
_LAST_TRY_S = 15.0  # with a file that another program has locked, one transaction takes 5 s to fail

# What a disk raises that will be well again. All else is a bug in the job, and would be one the next time.
_PASSING = (WriteFailed, sqlite3.OperationalError)


@define(kw_only=True, eq=False)
class Entry:
    """One job that must stand, and what is to be done once it does."""

    what: str  # for the log: "the record of call CA1"; it names nobody
    job: Callable[[sqlite3.Connection], Any]
    call_sid: str | None = None  # what is left of one call is written in the order in which it came
    stands: Callable[[Any], Awaitable[object]] | None = None  # is given the job's result; it raises nothing
    sound_bytes: int = 0  # what `stands` has in memory: it is done without if there is too much
    request: Request[Any] | None = field(default=None, init=False)  # the job in the writer's queue


@define(kw_only=True, eq=False)
class Unwritten:
    """The jobs that still have to be written. Anybody may `write`; one task runs `run`."""

    _database: Database
    _wake: Callable[[], object] = lambda: None  # called when something stands
    _on_the_line: Callable[[str], bool] = lambda _call_sid: False  # whether a stream of that call is live
    _kept: list[Entry] = field(factory=list, init=False)
    _something: trio.Event = field(factory=trio.Event, init=False)

    @property
    def number(self) -> int:
        """How many are kept."""
        return len(self._kept)

    async def write(self, entry: Entry) -> None:
        """Write it; return when it stands, or when the disk did not take it and it is kept.

        If cancelled it is kept too, and written once: a job that is queued already counts. Raises what the
        job raises by a bug; that is not kept.
        """
        if entry.call_sid is not None and any(kept.call_sid == entry.call_sid for kept in self._kept):
            self._keep(entry)
            return
        keep = True
        try:
            request = await self._answered(entry, await self._asked(entry))
            keep = isinstance(request.error, _PASSING)
        finally:
            if keep:
                self._keep(entry)
        if keep:
            log.error("%s cannot be written now, and is kept: %s", entry.what, request.error)
        else:
            await self._stands(entry, request.result())

    async def run(self) -> None:
        """Try what is kept until it stands, until cancelled."""
        while True:
            await self._something.wait()
            for pause_s in chain(PAUSES_S, repeat(LONGEST_PAUSE_S)):
                await trio.sleep(pause_s)
                await self.try_all()
                if not self._kept:
                    break
            self._something = trio.Event()

    async def try_all(self) -> None:
        """Try everything that is kept once, in as few transactions as the order of each call allows.

        What is left of one call waits for what came before it, and until its caller is off the line: the
        record of an earlier stream would end the call in the middle of a later one.
        """
        waiting = tuple(self._kept)
        while turn := self._turn(waiting):  # what is of no call is all of it in the first
            asked = [(entry, await self._asked(entry)) for entry in turn]
            not_taken = [entry for entry, request in asked if not await self._tried(entry, request)]
            barred = {entry.call_sid for entry in not_taken}
            waiting = tuple(each for each in waiting if each not in turn and each.call_sid not in barred)

    def _turn(self, waiting: Iterable[Entry]) -> list[Entry]:
        """Choose what to try now.

        That is all that is of no call, and the first of each call that is not on the line.
        """
        firsts, calls = [], set[str]()
        for entry in waiting:
            if entry.call_sid is None:
                firsts.append(entry)
            elif entry.call_sid not in calls:
                calls.add(entry.call_sid)
                firsts.append(entry)
        return [entry for entry in firsts if entry.call_sid is None or not self._on_the_line(entry.call_sid)]

    async def _tried(self, entry: Entry, request: Request[Any]) -> bool:
        """Try one entry. Returns False if the disk does not take it yet."""
        await self._answered(entry, request)
        if isinstance(request.error, _PASSING):
            return False
        if entry in self._kept:
            self._kept.remove(entry)
        if request.error is not None:
            log.error("%s cannot be written", entry.what, exc_info=request.error)
            return True
        log.info("%s is written after all", entry.what)
        await self._stands(entry, request.result())
        return True

    def give_up(self) -> None:
        """Say what is lost: the server stops."""
        for entry in self._kept:
            log.error("%s was not written before the server stopped", entry.what)
        self._kept.clear()

    async def _asked(self, entry: Entry) -> Request[Any]:
        if entry.request is None:
            entry.request = await self._database.ask(entry.job)
        return entry.request

    async def _answered(self, entry: Entry, request: Request[Any]) -> Request[Any]:
        await request.answered.wait()  # if cancelled here it is waited for again
        entry.request = None
        return request

    async def _stands(self, entry: Entry, result: object) -> None:
        self._wake()
        if entry.stands is not None:
            await entry.stands(result)

    def _keep(self, entry: Entry) -> None:
        if len(self._kept) == MOST_KEPT:
            log.error("%s is lost: %d others cannot be written either", self._kept.pop(0).what, MOST_KEPT)
        if entry.sound_bytes + sum(kept.sound_bytes for kept in self._kept) > MOST_SOUND_BYTES:
            log.error("%s is kept without its recording: too many are waiting", entry.what)
            entry.stands, entry.sound_bytes = None, 0
        self._kept.append(entry)
        self._something.set()


@asynccontextmanager
async def keeping(
    database: Database,
    wake: Callable[[], object],
    on_the_line: Callable[[str], bool] = lambda _call_sid: False,
) -> AsyncIterator[Unwritten]:
    """Keep what the body has to have written; on leaving it is tried a last time.

    Inside the database, outside the calls. `wake` is called when something stands. What is kept of a call
    that is `on_the_line` waits until it is not.
    """
    unwritten = Unwritten(database=database, wake=wake, on_the_line=on_the_line)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(unwritten.run)
            yield unwritten
            nursery.cancel_scope.cancel()
    finally:
        with trio.move_on_after(_LAST_TRY_S, shield=True):
            await unwritten.try_all()
        unwritten.give_up()
