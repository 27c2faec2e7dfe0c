"""The cancel sweep: a scenario ended at its every step, and what must hold afterwards.

A step is one `before_task_step` of the call's tasks, under a seeded scheduler and the virtual clock. The
scenario runs once untouched, to count its steps and to see when its windows are; then again for each
chosen step, with the call cancelled there, or the carrier's socket or the model's killed.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator

import trio
from attrs import define, field, frozen
from trio._core import _run as scheduler
from trio.testing import MockClock

from engine.outcome import Outcome
from rehearsal.rig import Live, Placed

STRIKES: dict[str, Callable[[Live], None]] = {
    "cancel": Live.cancel,
    "carrier": Live.kill_carrier,
    "model": Live.kill_model,
}
# The outcomes that are true after a strike; a call that was over before it may have any of the normal ones.
TRUTHFUL = {
    "cancel": Outcome.SERVER_STOPPED,
    "carrier": Outcome.CARRIER_LOST,
    "model": Outcome.MODEL_FAILED,
}
_NORMAL = (Outcome.COMPLETED, Outcome.TRANSFERRED)
_MARGIN_MS = 60  # around each window
BARGE_IN_MS = 200  # from the pause to the moment at which speech that goes on makes it real

Scenario = Callable[[Callable[[Live], None]], Awaitable[Placed]]
Check = Callable[[Placed], Iterable[str]]


@define(eq=False)
class Steps(trio.abc.Instrument):
    """Counts the steps of one call, notes when each was, and strikes at one of them."""

    strike_at: int = 0
    strike: Callable[[Live], None] | None = None
    live: Live | None = None
    struck: bool = False
    times_ms: list[float] = field(factory=list)
    _began: float = 0.0

    def watch(self, live: Live) -> None:
        """Count the steps of this call from here on; `place` is given it as its `on_run`."""
        self.live, self._began = live, trio.current_time()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """Count the step if it is one of the call's, and strike if it is the one."""
        if self.live is None or not self._is_of_the_call(task):
            return
        self.times_ms.append((trio.current_time() - self._began) * 1000)
        if len(self.times_ms) == self.strike_at and self.strike is not None:
            self.struck = True
            self.strike(self.live)

    def _is_of_the_call(self, task: trio.lowlevel.Task | None) -> bool:
        while task is not None:
            if self.live is not None and task is self.live.task:
                return True
            task = task.parent_nursery.parent_task if task.parent_nursery is not None else None
        return False


@frozen
class Swept:
    """What a sweep did and found."""

    steps: int  # of the untouched scenario
    runs: int
    faults: tuple[str, ...]


def sweep(
    scenario: Scenario,
    *,
    check: Check = lambda _placed: (),
    strikes: Iterable[str] = tuple(STRIKES),
    thin_inside: int = 1,
    thin_outside: int = 20,
    seed: int = 0,
) -> Swept:
    """Run the scenario untouched, then struck at every `thin_inside`-th step of its windows and at every
    `thin_outside`-th elsewhere. `check` names what does not hold after a run, beside `aftermath`.
    """
    untouched = Steps()
    placed = run_once(scenario, untouched, seed)
    faults = [f"untouched: {fault}" for fault in (*aftermath(placed, None), *check(placed))]
    chosen = sorted(_choose(untouched.times_ms, windows(placed), thin_inside, thin_outside, seed))
    runs = 0
    for kind in strikes:
        for step in chosen:
            steps = Steps(strike_at=step, strike=STRIKES[kind])
            placed = run_once(scenario, steps, seed)
            runs += 1
            struck = kind if steps.struck else None
            faults += [f"{kind} at step {step}: {fault}" for fault in aftermath(placed, struck)]
            faults += [f"{kind} at step {step}: {fault}" for fault in check(placed)]
    return Swept(steps=len(untouched.times_ms), runs=runs, faults=tuple(faults))


def run_once(scenario: Scenario, steps: Steps, seed: int) -> Placed:
    """Run it once under the virtual clock and the scheduler's seed, and count the tasks that it leaves."""

    async def main() -> Placed:
        before = trio.lowlevel.current_statistics().tasks_living
        placed = await scenario(steps.watch)
        placed.tasks_left = trio.lowlevel.current_statistics().tasks_living - before
        return placed

    scheduler._r.seed(seed)
    usual = scheduler._ALLOW_DETERMINISTIC_SCHEDULING
    # Trio has this for Hypothesis, which sets it in the same way.
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    try:
        return trio.run(main, clock=MockClock(autojump_threshold=0), instruments=[steps])
    finally:
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = usual  # type: ignore[misc]


def windows(placed: Placed) -> list[tuple[float, float]]:
    """Find when something happens that must not be left half done: tools, the barge-in, the hang-up."""
    if not placed.records:
        return []
    at_ms: dict[str, list[int]] = {}
    for event in placed.record.events:
        at_ms.setdefault(event.kind, []).append(event.at_ms)
    (ended_ms,) = at_ms["hang_up"]
    goodbye_ms = [e.at_ms for e in placed.record.events if e.fields.get("name") == "end_call"] or [ended_ms]
    pairs = [
        *zip(at_ms.get("tool_called", []), at_ms.get("tool_answered", []), strict=True),
        *((paused_ms, paused_ms + BARGE_IN_MS) for paused_ms in at_ms.get("barge_in_paused", [])),
        (goodbye_ms[0], ended_ms),
    ]
    return [(begin - _MARGIN_MS, end + _MARGIN_MS) for begin, end in pairs]


def _choose(
    times_ms: list[float], wins: list[tuple[float, float]], thin_inside: int, thin_outside: int, seed: int
) -> Iterator[int]:
    inside = outside = seed
    for step, at_ms in enumerate(times_ms, start=1):
        if any(begin <= at_ms <= end for begin, end in wins):
            inside += 1
            if inside % thin_inside == 0:
                yield step
        else:
            outside += 1
            if outside % thin_outside == 0:
                yield step


def aftermath(placed: Placed, struck: str | None) -> Iterator[str]:
    """Name what does not hold and must after every call, however it ended."""
    if len(placed.records) != 1:
        yield f"{len(placed.records)} final records"
        return
    if placed.tasks_left:
        yield f"{placed.tasks_left} tasks left"
    if placed.carrier_gone_s is None or (placed.model is not None and placed.model_gone_s is None):
        yield "a socket left open"
    yield from placed.carrier.violations
    yield from placed.model.violations if placed.model is not None else ()
    if len(placed.reported) != 1:
        yield f"{len(placed.reported)} outcomes reported"
    if struck is not None and placed.outcome not in (TRUTHFUL[struck], *_NORMAL):
        yield f"outcome {placed.outcome} is not true after {struck}"
    called = sorted(fields["call_id"] for fields in placed.of("tool_called"))
    if called != sorted(fields["call_id"] for fields in placed.of("tool_answered")):
        yield "a tool call without exactly one output"
