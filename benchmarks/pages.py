"""How long an owner waits for a page, and whether the callers' sound waits with it.

    python -m benchmarks.pages

A file of a year (10,000 calls, 5,000 appointments), served by the real server while ten calls talk. Their
peers, and the owner who asks for every page, one after the other, are in processes of their own. What the
calls feel is the lateness of a task that sleeps for 20 ms, a frame of sound, over and over: while nobody
reads, while an owner reads without a pause, and while ten pages watch the live calls. It takes three minutes,
and wants both cores to itself. Exit code 1 if a page's p95 misses the limit.
"""

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import trio

from benchmarks import year
from benchmarks.desk import Desk, open_desk
from benchmarks.peers import NUMBER, call_sid
from benchmarks.reader import Reading
from benchmarks.tables import show
from benchmarks.tools import cells, cuts, lateness
from storage import businesses, owners, sessions
from storage.database import open_database
from web.pages.index import ROUTES
from web.server import keep_what_is_loaded

LIMIT_MS = 200  # of the p95
_TIMES = 30
_CALLS = 10
_BATCHES = 2  # of calls that talk, about 20 s each
_WATCHERS = 10
_RUNG_ID = 2
_NO_PAGES = {"/live", "/telephone/caller.wav", "/export.json", "/backup.db"}  # a stream, and downloads
_IDS = {
    "<call_sid>": call_sid(year.CALLS - 1),
    "<int:appointment_id>": "4000",
    "<int:service_id>": "1",
    "<int:owner_id>": "2",
}
_ASKED = ("/calls?words=5550042", "/calls?words=afternoon", "/calls?words=nowhere", "/hours?on={tomorrow}")


def paths(today: dt.date) -> list[str]:
    """Return every page of the business with a year behind it, and what is asked of some."""
    found = [route.path for route in ROUTES if route.method == "GET" and route.path not in _NO_PAGES]
    found += [asked.format(tomorrow=today + dt.timedelta(days=1)) for asked in _ASKED]
    for place, id_ in _IDS.items():
        found = [path.replace(place, id_) for path in found]
    return [f"/b/{year.BUSINESS_ID}{path}" for path in sorted(found)]


async def _prepare(cookies: list[str], path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    await year.write_year(path, now)

    def people(conn: sqlite3.Connection) -> str:
        businesses.add(conn, name="Rung", number=NUMBER, timezone="Europe/Berlin", language="en")
        for email in ("owner@example.com", "other@example.com"):
            owner = owners.add(conn, email=email, password_hash="$argon2id$", language="en")
            for business_id in (year.BUSINESS_ID, _RUNG_ID):
                owners.let_into(conn, owner.id, business_id)
        return sessions.begin(conn, 1, browser="", now=now)

    async with open_database(path) as database:
        cookies.append(f"frontdesk_session={await database.write(people)}")


async def _read(reading: Reading) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.reader"]
    asked = json.dumps(attrs.asdict(reading)).encode()
    done = await trio.run_process(command, stdin=asked, capture_stdout=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


async def _talks(
    desk: Desk, first: int, beside: Callable[[], Awaitable[dict[str, Any]]] | None = None
) -> tuple[list[float], dict[str, Any]]:
    """Measure the lateness while calls talk and something else goes on; return it and what that came to."""
    late_ms: list[float] = []
    result: dict[str, Any] = {}

    async def do() -> None:
        if beside is not None:
            result.update(await beside())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(lateness, late_ms)
        async with trio.open_nursery() as talking:
            talking.start_soon(do)
            for batch in range(_BATCHES):
                numbers = first + batch * _CALLS
                account = await desk.take("talk", calls=_CALLS, first=numbers, at_once=_CALLS)
                assert account.violations == [], account.violations
        nursery.cancel_scope.cancel()
    return late_ms, result


async def run() -> tuple[dict[str, list[float]], list[tuple[str, list[float]]], list[int]]:
    """Return the pages' times, the lateness of each kind of load, and the events that each watcher got."""
    cookies: list[str] = []
    async with open_desk(partial(_prepare, cookies)) as desk:
        reading = Reading(
            server=desk.url,
            cookie=cookies[0],
            paths=paths(dt.datetime.now(dt.UTC).date()),
            times=_TIMES,
            watch=f"/b/{_RUNG_ID}/live?after=0",
            watchers=0,
            seconds=0,
        )
        await desk.take("talk", calls=1, first=0)  # the first of everything costs more
        await _read(attrs.evolve(reading, times=1))
        alone, _ = await _talks(desk, 100)
        read, pages = await _talks(desk, 200, partial(_read, reading))
        watching = attrs.evolve(reading, times=0, watchers=_WATCHERS, seconds=35.0)
        watched, watches = await _talks(desk, 300, partial(_read, watching))
    lateness_ms = [
        ("nobody reads", alone),
        ("an owner reads page after page", read),
        (f"{_WATCHERS} pages watch", watched),
    ]
    return pages["took_ms"], lateness_ms, watches["events"]


def main() -> None:
    """Measure and print; exit 1 if a page is too slow."""
    keep_what_is_loaded()  # as `frontdesk serve` does
    took_ms, lateness_ms, events = trio.run(run)
    rows = [(path, str(len(took)), *cells(cuts(took))) for path, took in took_ms.items()]
    show(f"A page, while {_CALLS} calls talk", ("page", "asked", "p50 ms", "p95 ms", "p99 ms"), rows)
    slow = [path for path, took in took_ms.items() if cuts(took)[1] > LIMIT_MS]
    print(f"\n  p95 within {LIMIT_MS} ms: {'all but ' + ', '.join(slow) if slow else 'all'}")
    columns = (f"a frame's lateness while {_CALLS} calls talk and", "p50 ms", "p95 ms", "p99 ms", "max ms")
    felt = [(name, *cells([*cuts(late), max(late)])) for name, late in lateness_ms]
    show("What the sound feels of it", columns, felt)
    print(f"\n  events that each of the {_WATCHERS} got: {min(events)} to {max(events)}")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
