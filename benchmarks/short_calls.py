"""A thousand short calls, one after the other, and what they leave behind in the server: nothing.

    python -m benchmarks.short_calls [--calls 1000]

The real server on a loopback port with its database on disk; a simulated Twilio and a simulated model, both
in another process and over TCP. Each call is hung up 100 ms into the greeting; every second one ends
badly: the carrier's socket dies, the model's dies, or the caller is gone before the model is there.
Exits with 1, and says which, if anything is left over, or if the server logged an error.

Memory is judged after the first hundred calls. What it still grows by is bounded: SQLite's page cache, 2 MB
for each of three connections, which fills as the database does, and the outcomes of the last 1,000 calls.
"""

import itertools
import sys
from collections import Counter
from collections.abc import Iterator

import click
import trio
from attrs import frozen

from benchmarks.desk import Desk, open_desk
from benchmarks.peers import call_sid
from benchmarks.resources import Resources, held, live_calls
from benchmarks.scripts import short

LOOK_EVERY = 100  # calls
RSS_LIMIT_KB = 5_000  # per 1,000 calls, after the first hundred
_IDLE_S = 11.0  # trio's worker threads leave after 10 s of idleness
_LOOKS, _LOOK_S = 100, 0.05


@frozen(kw_only=True)
class Look:
    """The server after so many calls."""

    calls: int
    at_s: float
    held: Resources
    open_sessions: int  # at the model
    ended: int  # calls with an outcome in the database


COLUMNS = ("calls", "s", "sockets", "fds", "tasks", "threads", "RSS MB", "live", "sessions", "outcomes")


def row(look: Look) -> tuple[str, ...]:
    """Return one line of the table."""
    now = look.held
    counts = (now.sockets, now.descriptors, now.tasks, now.threads)
    return (
        str(look.calls),
        f"{look.at_s:.0f}",
        *map(str, counts),
        f"{now.rss_kb / 1000:.2f}",
        str(now.live_calls),
        str(look.open_sessions),
        str(look.ended),
    )


def faults(before: Look, looks: list[Look], after: Look, outcomes: dict[str, str | None]) -> Iterator[str]:
    """Give what should not be. `looks` begins after the first hundred calls."""
    for name in ("descriptors", "sockets", "tasks", "threads"):
        was, now = getattr(before.held, name), getattr(after.held, name)
        if was != now:
            yield f"{name}: {was} before, {now} after"
    for look in (*looks, after):
        if look.held.live_calls or look.open_sessions:
            yield f"after {look.calls} calls: {look.held.live_calls} live, {look.open_sessions} sessions open"
    expected = {call_sid(number): short(number).outcome for number in range(after.calls)}
    for sid, outcome in expected.items():
        if outcomes.get(sid) != outcome:
            yield f"call {int(sid[2:], 16)} ended as {outcomes.get(sid)}, not as {outcome}"
    yield from _memory(looks)


def _memory(looks: list[Look]) -> Iterator[str]:
    calls = looks[-1].calls - looks[0].calls
    if calls and growth_kb(looks) > RSS_LIMIT_KB:
        yield f"memory grew by {growth_kb(looks)} kB per 1,000 calls after the first {looks[0].calls}"


def growth_kb(looks: list[Look]) -> int:
    """Return how much memory grew from the first look to the last, per 1,000 calls."""
    grown_kb = looks[-1].held.rss_kb - looks[0].held.rss_kb
    return round(grown_kb * 1_000 / (looks[-1].calls - looks[0].calls))


async def run(calls: int) -> list[str]:
    """Place the calls, print the table, return the faults."""
    _print(COLUMNS)
    async with open_desk() as desk:
        began = trio.current_time()
        await trio.sleep(_IDLE_S)
        before = _look(desk, 0, began)
        _print(row(before))
        looks, violations = [], []
        for first in range(0, calls, LOOK_EVERY):
            taken = min(LOOK_EVERY, calls - first)
            account = await desk.take("short", calls=taken, first=first)
            violations += account.violations
            await _records_written()
            looks.append(_look(desk, first + taken, began, open_sessions=account.open_sessions))
            _print(row(looks[-1]))
        await trio.sleep(_IDLE_S)
        after = _look(desk, calls, began)
        _print(row(after))
        outcomes, errors = desk.outcomes(), desk.errors()
    _print_summary(looks, outcomes)
    return [*violations, *errors, *faults(before, looks, after, outcomes)]


def _look(desk: Desk, calls: int, began: float, *, open_sessions: int = 0) -> Look:
    ended = sum(outcome is not None for outcome in desk.outcomes().values())
    at_s = trio.current_time() - began
    return Look(calls=calls, at_s=at_s, held=held(), open_sessions=open_sessions, ended=ended)


async def _records_written() -> None:
    """Wait for the final writes: the carrier's line closes beside them, not after."""
    for _ in range(_LOOKS):
        if not live_calls():
            return
        await trio.sleep(_LOOK_S)


def _print(cells: tuple[str, ...]) -> None:
    print("".join(f"{cell:>9}" for cell in cells), flush=True)


def _print_summary(looks: list[Look], outcomes: dict[str, str | None]) -> None:
    ends = Counter(outcomes.values())
    print(", ".join(f"{outcome} {count}" for outcome, count in sorted(ends.items(), key=str)))
    if len(looks) > 1:
        print(f"memory after the first {looks[0].calls} calls: {growth_kb(looks):+} kB per 1,000 calls")


@click.command()
@click.option("--calls", type=click.IntRange(min=1), default=1_000, show_default=True)
def main(calls: int) -> None:
    """Place short calls in sequence; exit 1 if they leave anything behind."""
    found = trio.run(run, calls)
    for fault in itertools.islice(found, 20):
        print(f"FAULT {fault}")
    print(f"{calls} calls, {len(found)} faults")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
