"""What a call costs, and how many one core carries: Frontdesk beside a bare relay.

    python -m benchmarks.one_core [--rounds 5] [--seconds 10] [--calls 1,10,30] [--most 100]

Each server is a process of its own on one core, and the carriers and the model of all calls are on the other.
Rounds are interleaved, relay and Frontdesk in turn at each number of calls, so that what else the machine
does falls on all of them: a figure holds against the others of its round. The mix is that of
`benchmarks.load`: in eight seconds the caller speaks for two and the bot for four.

It takes half an hour, and wants both cores to itself. A quick look is `--rounds 1 --seconds 5 --calls 1,10
--most 0`: with 0 it is not looked for how many one core carries.
"""

import gc
import os
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import click
import trio
from attrs import frozen

from benchmarks import desk, served
from benchmarks.load import Load, open_load
from benchmarks.one_call import Heard
from benchmarks.served import Server, open_server
from benchmarks.tables import show

RELAY, NEURAL, LEVEL = "bare relay", "Frontdesk", "Frontdesk, level detector"
# Of the p99; a frame goes up with those of 100 ms.
LIMITS_MS = {"first audio": 20.0, "deltas": 20.0, "decisions": 20.0, "frames": 120.0}
_STEP, _PASSES = 10, 3
_STEPS_CALLS, _PROFILE_CALLS = 30, 10
_PROFILE_WINDOWS = 3  # as long as so many: it takes some thousand samples
_SHOWN = 0.005  # of the samples: smaller parts are left out


@frozen(kw_only=True)
class Window:
    """What was measured of some calls at one server."""

    calls: int
    seconds: float
    cpu_s: float
    rss_kb: float
    load: float  # of a core, that both peers of all calls took: near 1 they are late themselves
    foreign: float  # of both cores, that others took
    heard: Heard

    @property
    def per_minute_s(self) -> float:
        """CPU seconds for a minute of a call."""
        return self.cpu_s * 60 / self.seconds / self.calls

    def late_ms(self, quickest_ms: float) -> dict[str, float]:
        """Return the p99 of each way; a decision is counted from the quickest that there was."""
        return {
            "first audio": _p99(self.heard.first_ms),
            "deltas": _p99(self.heard.deltas_ms),
            "decisions": _p99([waited_ms - quickest_ms for waited_ms in self.heard.decisions_ms]),
            "frames": _p99(self.heard.frames_ms),
        }


async def measure(load: Load, server: Server, calls: int, seconds: float) -> Window:
    """Have so many calls go on for so long, from when they have settled."""
    async with load.calls(server.url, calls) as heard:
        began_s, busy_s, own_s, cpu_s = trio.current_time(), _busy_s(), _own_s(), server.cpu_s()
        await trio.sleep(seconds)
        took_s, of_server_s = trio.current_time() - began_s, server.cpu_s() - cpu_s
        load_s = _own_s() - own_s
        foreign_s = _busy_s() - busy_s - of_server_s - load_s
        rss_kb = server.rss_kb()
    return Window(
        calls=calls,
        seconds=took_s,
        cpu_s=of_server_s,
        rss_kb=rss_kb,
        load=load_s / took_s,
        foreign=max(0.0, foreign_s / took_s),
        heard=heard,
    )


@asynccontextmanager
async def open_servers(load: Load, folder: Path) -> AsyncIterator[dict[str, Server]]:
    """Start the relay, and Frontdesk with either detector, on one core."""
    core = served.set_core_aside()
    async with AsyncExitStack() as opened:
        servers = {
            RELAY: await opened.enter_async_context(open_server(served.relay(load.model_url), core=core))
        }
        for name, detector in ((NEURAL, "neural"), (LEVEL, "level")):
            path = folder / f"{detector}.db"
            await desk.one_business(path)
            command = served.frontdesk(path, load.model_url, detector)
            servers[name] = await opened.enter_async_context(open_server(command, core=core))
        yield servers


async def compare(
    load: Load, servers: dict[str, Server], numbers: Sequence[int], rounds: int, seconds: float
) -> dict[tuple[int, str], list[Window]]:
    """Measure all of them in interleaved rounds."""
    windows = defaultdict(list)
    for _ in range(rounds):
        for calls in numbers:
            for name, server in servers.items():
                windows[calls, name].append(await measure(load, server, calls, seconds))
    return windows


async def carried(
    measured: Callable[[int], Awaitable[Window]], most: int, quickest_ms: float
) -> AsyncIterator[tuple[Window, str]]:
    """Try more and more calls until something is late; then fewer, until as many pass three times."""
    calls, rising, passes = _STEP, True, 0
    while 0 < calls <= most and passes < _PASSES:
        window = await measured(calls)
        late = [way for way, ms in window.late_ms(quickest_ms).items() if ms >= LIMITS_MS[way]]
        late += window.heard.faults[:1]
        yield window, f"late: {', '.join(late)}" if late else "in time"
        if rising and not late:
            calls += _STEP
        elif late:
            rising, passes, calls = False, 0, calls - _STEP // 2
        else:
            passes += 1


def cost_rows(windows: dict[tuple[int, str], list[Window]]) -> Iterator[tuple[str, ...]]:
    """Give each server's CPU time at each number of calls, and against the relay of the same round."""
    for (calls, name), measured in windows.items():
        costs = [window.per_minute_s for window in measured]
        yardstick = [window.per_minute_s for window in windows[calls, RELAY]]
        ratios = [cost / relay for cost, relay in zip(costs, yardstick, strict=True)]
        yield str(calls), name, *_middle(costs), *_middle(ratios)


def lateness_rows(windows: dict[tuple[int, str], list[Window]]) -> Iterator[tuple[str, ...]]:
    """Give how late each way was, over all rounds."""
    for (calls, name), measured in windows.items():
        cells = []
        for way in ("first_ms", "deltas_ms", "decisions_ms", "frames_ms"):
            values = [value for window in measured for value in getattr(window.heard, way)]
            cells.append(f"{statistics.median(values):.1f} / {_p99(values):.1f}" if values else "-")
        yield str(calls), name, *cells


def memory_rows(windows: dict[tuple[int, str], list[Window]]) -> Iterator[tuple[str, str]]:
    """Give the memory of one more call, of the first round: what was freed is kept for the next."""
    numbers = sorted({calls for calls, _ in windows})
    few, many = numbers[0], numbers[-1]
    for name in (RELAY, NEURAL, LEVEL) if many > few else ():
        grown_kb = windows[many, name][0].rss_kb - windows[few, name][0].rss_kb
        yield name, f"{grown_kb / (many - few):.0f}"


def profile_rows(
    samples: Sequence[tuple[str, str, int]], which: int, cost_s: float
) -> Iterator[tuple[str, ...]]:
    """Give the share of each part (`which` 0) or task (1), and what that is of the CPU seconds."""
    shares: Counter[str] = Counter()
    for sample in samples:
        shares[str(sample[which])] += sample[2]
    total = shares.total()
    for name, taken in shares.most_common():
        if taken >= _SHOWN * total:
            yield name, f"{100 * taken / total:.1f}", f"{1000 * cost_s * taken / total:.0f}"


def _middle(values: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(values):.2f}", f"{min(values):.2f}-{max(values):.2f}"


def _p99(values: Sequence[float]) -> float:
    return (
        statistics.quantiles(values, n=100, method="inclusive")[98]
        if len(values) > 1
        else max(values, default=0.0)
    )


def _busy_s() -> float:
    """Return the CPU seconds that all cores have worked for anybody: proc(5), /proc/stat."""
    user, nice, system, _idle, _waiting, *rest = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    times = os.times()
    return times.user + times.system


async def run(numbers: Sequence[int], rounds: int, seconds: float, most: int) -> None:
    """Measure and print, table by table."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
        async with open_load() as load, open_servers(load, Path(folder)) as servers:
            gc.freeze()
            gc.disable()  # of the load: nothing of it is measured, and it must not be late
            for server in servers.values():
                await measure(load, server, 1, 1.0)  # the first of everything costs more
            windows = await compare(load, servers, numbers, rounds, seconds)
            _show_comparison(windows)
            waits = [wait for w in windows[numbers[0], NEURAL] for wait in w.heard.decisions_ms]
            if most:
                await _show_carried(load, servers, most, seconds, min(waits))
            await _show_steps(load, servers[NEURAL], seconds)
            await _show_profile(load, servers[NEURAL], seconds)


def _show_comparison(windows: dict[tuple[int, str], list[Window]]) -> None:
    columns = ("calls", "server", "CPU s per call-minute", "from-to", "against the relay", "from-to")
    rounds = len(next(iter(windows.values())))
    show(f"CPU time on one core, median of {rounds} rounds", columns, cost_rows(windows))
    foreign = [window.foreign for measured in windows.values() for window in measured]
    print(f"\n  others took {statistics.median(foreign):.2f} of a core meanwhile, at most {max(foreign):.2f}")
    faults = [fault for measured in windows.values() for window in measured for fault in window.heard.faults]
    if faults:
        print(f"  {len(faults)} times a call was not as it must be: {faults[0]}")
    columns = ("calls", "server", "first audio", "deltas", "decisions", "frames")
    show("From one peer to the other, p50 / p99 ms", columns, lateness_rows(windows))
    show("Memory of one more call", ("server", "kB"), memory_rows(windows))


async def _show_carried(
    load: Load, servers: dict[str, Server], most: int, seconds: float, quickest_ms: float
) -> None:
    rows = []
    for name in (RELAY, NEURAL):
        measured = partial(measure, load, servers[name], seconds=seconds)
        async for window, verdict in carried(measured, most, quickest_ms):
            late = [f"{ms:.1f}" for ms in window.late_ms(quickest_ms).values()]
            cores = (f"{window.cpu_s / window.seconds:.2f}", f"{window.load:.2f}")
            rows.append((name, str(window.calls), *cores, *late, verdict))
    columns = ("server", "calls", "core", "load's", *LIMITS_MS, "")
    show("How many one core carries: p99 in ms", columns, rows)
    limits = ", ".join(f"{way} {ms:.0f}" for way, ms in LIMITS_MS.items())
    print(
        f"\n  to be under {limits}; a decision is counted from the quickest, {quickest_ms:.0f} ms after the"
    )
    print("  caller's last frame. Where the load's own core is full, it is the load that is late.")


async def _show_steps(load: Load, server: Server, seconds: float) -> None:
    async with load.calls(server.url, _STEPS_CALLS):
        await server.watch("steps")
        await trio.sleep(seconds)
        steps_ms = sorted(await server.tell())
    cuts = [(f"p{share * 100:g}", steps_ms[int(len(steps_ms) * share)]) for share in (0.5, 0.99, 0.999)]
    rows = [(name, f"{ms:.2f}") for name, ms in (*cuts, ("longest", steps_ms[-1]))]
    show(f"A step of the loop, {_STEPS_CALLS} calls, {len(steps_ms)} steps", ("step", "ms"), rows)


async def _show_profile(load: Load, server: Server, seconds: float) -> None:
    async with load.calls(server.url, _PROFILE_CALLS):
        cpu_s = server.cpu_s()
        await server.watch("profile")
        await trio.sleep(_PROFILE_WINDOWS * seconds)
        samples = await server.tell()
        cost_s = (server.cpu_s() - cpu_s) * 60 / (_PROFILE_WINDOWS * seconds) / _PROFILE_CALLS
    for which, what in enumerate(("part", "task")):
        title = f"Where a call's time goes, by {what}: {sum(s[2] for s in samples)} samples"
        show(title, (what, "%", "ms per call-minute"), profile_rows(samples, which, cost_s))


@click.command()
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--seconds", type=click.FloatRange(min=1), default=10.0, show_default=True, help="A window.")
@click.option("--calls", "numbers", default="1,10,30", show_default=True, help="How many at once.")
@click.option("--most", type=click.IntRange(min=0), default=100, show_default=True, help="0: not looked for.")
def main(rounds: int, seconds: float, numbers: str, most: int) -> None:
    """Measure Frontdesk beside the bare relay, and print."""
    trio.run(run, [int(number) for number in numbers.split(",")], rounds, seconds, most)


if __name__ == "__main__":
    main()
