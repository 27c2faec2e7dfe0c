"""How long an owner waits for a page, and how late a caller hears what the bot says meanwhile.

    python -m benchmarks.pages [--rounds 3] [--seconds 20] [--file year.db]

A file of a year, served by the real server on one core while ten calls talk; their peers, and the owner who
asks for page after page without a pause, are on the other. What a caller feels is how late each delta of the
model comes to the carrier: while nobody reads, while an owner reads, and while ten pages watch the live
calls, round by round. Exit code 1 if a page's p95 misses its limit, or if the reader adds more to the deltas'
p99 than may be. With `--file` the file is kept, and used again if it is there.
"""

import datetime as dt
import gc
import json
import sqlite3
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import attrs
import click
import trio

from benchmarks import served, year
from benchmarks.load import open_load
from benchmarks.one_call import Heard
from benchmarks.peers import NUMBER, call_sid
from benchmarks.reader import Reading
from benchmarks.served import open_server
from benchmarks.tables import show
from benchmarks.tools import cells, cuts
from storage import businesses, owners, sessions
from storage.database import open_database
from web.pages.index import ROUTES

LIMIT_MS, ADDED_MS = 200.0, 5.0  # of a page's p95; of a delta's p99 by the reader
SEARCH_LIMIT_MS = 1_500.0  # of a search that finds nothing: it reads all that was said in the year
_CALLS, _WATCHERS = 10, 10
_BESIDE_MS = 100.0  # a delta may have waited for a page that was answered so long before it came
_NOBODY, _READER, _WATCH = "nobody reads", "an owner reads page after page", f"{_WATCHERS} pages watch"
_RUNG_ID = 2
_NO_PAGES = {"/live", "/telephone/caller.wav", "/export.json", "/backup.db"}  # a stream, and downloads
_IDS = {
    "<call_sid>": call_sid(year.CALLS - 1),
    "<int:appointment_id>": "4000",
    "<int:service_id>": "1",
    "<int:owner_id>": "2",
    "<int:lead_id>": "1",
}
_ASKED = ("/calls?words=5550042", "/calls?words=afternoon", "/calls?words=nowhere", "/hours?on={tomorrow}")


def paths(today: dt.date) -> list[str]:
    """Return every page of the business with a year behind it, and what is asked of some."""
    found = [route.path for route in ROUTES if route.method == "GET" and route.path not in _NO_PAGES]
    found += [asked.format(tomorrow=today + dt.timedelta(days=1)) for asked in _ASKED]
    for place, id_ in _IDS.items():
        found = [path.replace(place, id_) for path in found]
    return [f"/b/{year.BUSINESS_ID}{path}" for path in sorted(found)]


async def _prepare(path: Path) -> None:
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
        cookie = f"frontdesk_session={await database.write(people)}"
    _cookie_of(path).write_text(cookie)


def _cookie_of(path: Path) -> Path:
    return path.with_suffix(".cookie")


async def _read(reading: Reading) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.reader"]
    asked = json.dumps(attrs.asdict(reading)).encode()
    done = await trio.run_process(command, stdin=asked, capture_stdout=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


@attrs.define
class Found:
    """What was measured, over all rounds."""

    deltas_ms: dict[str, list[list[float]]] = attrs.Factory(lambda: defaultdict(list))  # by load, by round
    took_ms: dict[str, list[float]] = attrs.Factory(lambda: defaultdict(list))  # by page
    beside_ms: dict[str, float] = attrs.Factory(lambda: defaultdict(float))  # the latest delta, by page
    events: list[int] = attrs.Factory(list)  # that each watcher got

    def add(self, name: str, heard: Heard, answered: dict[str, Any]) -> None:
        """Add a window."""
        self.deltas_ms[name].append(list(heard.deltas_ms))
        self.events += answered["events"]
        for path, began_s, ended_s in answered["asked"]:
            self.took_ms[path].append((ended_s - began_s) * 1000)
            beside = [
                late_ms
                for at_s, late_ms in zip(heard.deltas_at_s, heard.deltas_ms, strict=True)
                if began_s <= at_s <= ended_s + _BESIDE_MS / 1000
            ]
            self.beside_ms[path] = max(self.beside_ms[path], *beside, 0.0)

    def added_ms(self) -> list[float]:
        """Return by how much the reader moved the p99, of each round."""
        rounds = zip(self.deltas_ms[_READER], self.deltas_ms[_NOBODY], strict=True)
        return [cuts(read)[-1] - cuts(alone)[-1] for read, alone in rounds]


async def run(path: Path, rounds: int, seconds: float) -> Found:
    """Measure: a reader, watchers and nobody, in each round."""
    core, found = served.set_core_aside(), Found()
    async with (
        open_load() as load,
        open_server(served.frontdesk(path, load.model_url, "neural"), core=core) as server,
    ):
        reading = Reading(
            server=server.url,
            cookie=_cookie_of(path).read_text(),
            paths=paths(dt.datetime.now(dt.UTC).date()),
            watch=f"/b/{_RUNG_ID}/live?after=0",
            watchers=0,
            seconds=0,
        )
        await _read(reading)  # the first of everything costs more
        reading = attrs.evolve(reading, seconds=seconds)
        nobody = attrs.evolve(reading, paths=[])
        watching = attrs.evolve(nobody, watchers=_WATCHERS)
        gc.freeze()
        gc.disable()  # of the load, which must not be late
        for _ in range(rounds):
            for name, reads in ((_NOBODY, nobody), (_READER, reading), (_WATCH, watching)):
                async with load.calls(server.url, _CALLS) as heard:
                    answered = await _read(reads)
                    found.add(name, heard, answered)
    return found


def _show(found: Found) -> list[str]:
    """Print the tables, and return the pages that are too slow."""
    rows = [
        (path, str(len(took)), *cells(cuts(took)), f"{found.beside_ms[path]:.0f}")
        for path, took in found.took_ms.items()
    ]
    columns = ("page", "asked", "p50 ms", "p95 ms", "p99 ms", "latest delta ms")
    show(f"A page, while {_CALLS} calls talk, and the latest delta beside it", columns, rows)
    slow = [path for path, took in found.took_ms.items() if cuts(took)[1] > _limit_ms(path)]
    limits = f"p95 within {LIMIT_MS:.0f} ms, of a search for nothing {SEARCH_LIMIT_MS:.0f}"
    print(f"\n  {limits}: {'all but ' + ', '.join(slow) if slow else 'all'}")
    columns = (f"a delta while {_CALLS} calls talk and", "deltas", "p50 ms", "p95 ms", "p99 ms", "max ms")
    felt = []
    for name, late in found.deltas_ms.items():
        every = [late_ms for window in late for late_ms in window]
        felt.append((name, str(len(every)), *cells([*cuts(every), max(every)])))
    show("What the callers feel of it", columns, felt)
    added = found.added_ms()
    spread = f"{min(added):.1f} to {max(added):.1f}"
    print(f"\n  the reader adds to the p99 of a round: median {statistics.median(added):.1f} ms, {spread}")
    watched = found.events
    print(f"  events that each of the {_WATCHERS} got in a round: {min(watched)} to {max(watched)}")
    return slow


def _limit_ms(path: str) -> float:
    return SEARCH_LIMIT_MS if "words=nowhere" in path else LIMIT_MS


@click.command()
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--seconds", type=click.FloatRange(min=1), default=20.0, show_default=True, help="A window.")
@click.option("--file", "kept", type=click.Path(dir_okay=False, path_type=Path), help="The year's file.")
def main(rounds: int, seconds: float, kept: Path | None) -> None:
    """Measure and print; exit 1 if a page is too slow, or a delta too late for one."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        path = kept or Path(folder) / "year.db"
        if not path.exists():
            trio.run(_prepare, path)
        found = trio.run(run, path, rounds, seconds)
    slow = _show(found)
    sys.exit(1 if slow or statistics.median(found.added_ms()) > ADDED_MS else 0)


if __name__ == "__main__":
    main()
