"""How long an owner waits for a page, and whether the callers' sound waits with it.

    python -m benchmarks.pages

Ten calls talk, with both their peers in another process. Meanwhile owners look at every page of a business of
a year, 10,000 calls and 5,000 appointments, over HTTP: five of them, each with a quarter of a second between a
page and the next. That is far more than a business's owners do. It takes three minutes and wants both cores to
itself. Exit code 1 if a page's p95 misses the limit.
"""

import datetime as dt
import http.client
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import trio
from attrs import Factory, define, frozen

from benchmarks.desk import Desk, add_business, open_desk
from benchmarks.lateness import lateness_while_talking
from benchmarks.tables import cells, cuts, show
from benchmarks.year import BUSINESS_ID, write_year
from storage import owners, sessions
from storage.database import look_at, open_database
from tests.browser.paths import PAGES, addresses
from tests.browser.town import Home, ids_of
from web.server import keep_what_is_loaded

CALLS, OWNERS = 10, 5
LIMIT_MS = 200  # of the p95
_BATCHES = 5  # of calls that talk, about 20 s each
_THINKS_S = 0.25
_WITHIN_S = 30


@define
class _Year:
    """Writes the file, and keeps who is signed in to it."""

    token: str = ""

    async def furnish(self, path: Path) -> None:
        now = dt.datetime.now(dt.UTC)
        await write_year(path, now)
        await add_business(path)
        async with open_database(path) as database:
            self.token = await database.write(partial(_sign_in, now=now))


def _sign_in(conn: sqlite3.Connection, now: dt.datetime) -> str:
    owner = owners.add(
        conn, email="a@b.example", password_hash="$argon2id$none", language="en", administrator=True
    )
    return sessions.begin(conn, owner.id, browser="a benchmark", now=now)


@frozen
class _Owner:
    """One browser: it asks for a page, looks at it, and asks for the next."""

    address: str  # of the server
    token: str
    paths: Sequence[str]
    took_ms: dict[str, list[float]] = Factory(lambda: defaultdict(list))

    async def look_around(self, first: int) -> None:
        """All pages over and over, until cancelled; in a thread, as another program would."""
        connection = http.client.HTTPConnection(self.address, timeout=_WITHIN_S)
        for number in count(first):
            path = self.paths[number % len(self.paths)]
            took_ms = await trio.to_thread.run_sync(self._asked, connection, path)
            self.took_ms[path].append(took_ms)
            await trio.sleep(_THINKS_S)

    def _asked(self, connection: http.client.HTTPConnection, path: str) -> float:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"frontdesk_session={self.token}"})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, (path, response.status)
        return (time.perf_counter() - began) * 1000


def _paths(path: Path) -> list[str]:
    """The address of every page, with an id where one is needed."""
    with look_at(path) as conn:
        ids = {name: found[:1] for name, found in ids_of(conn, BUSINESS_ID).items()}
    home = Home(business_id=BUSINESS_ID, token="", email="", ids=ids, invitation="")
    return [address for page in PAGES for address in addresses(page, home)]


async def run() -> tuple[dict[str, list[float]], list[tuple[str, list[float]]]]:
    """The milliseconds of each page, and the lateness without and with the owners."""
    year, numbers = _Year(), count(step=CALLS)
    async with open_desk(year.furnish) as desk:
        await desk.take("talk", calls=1, first=next(numbers))  # the first of everything costs more
        owner = _Owner(urlsplit(desk.url).netloc, year.token, _paths(desk.database))
        without = await _late(desk, numbers)
        apart = len(owner.paths) // OWNERS
        beside = await _late(desk, numbers, *(partial(owner.look_around, n * apart) for n in range(OWNERS)))
    return owner.took_ms, [("nobody looks at a page", without), (f"{OWNERS} owners look at pages", beside)]


_late = partial(lateness_while_talking, calls=CALLS, batches=_BATCHES)


def main() -> None:
    """Measure and print; exit 1 if a page is too slow."""
    keep_what_is_loaded()  # as `frontdesk serve` does
    pages, lateness = trio.run(run)
    rows = [(path, str(len(took)), *cells([*cuts(took), max(took)])) for path, took in sorted(pages.items())]
    title = f"A page over HTTP while {CALLS} calls talk"
    show(title, ("page", "asked", "p50 ms", "p95 ms", "p99 ms", "max ms"), rows)
    slow = sorted(path for path, took in pages.items() if cuts(took)[1] > LIMIT_MS)
    print(f"\n  p95 within {LIMIT_MS} ms: {'all but ' + ', '.join(slow) if slow else 'all'}")
    columns = (f"a frame's lateness while {CALLS} calls talk and", "p50 ms", "p95 ms", "p99 ms", "max ms")
    felt = [(name, *cells([*cuts(late_ms), max(late_ms)])) for name, late_ms in lateness]
    show("What the sound feels of it", columns, felt)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
