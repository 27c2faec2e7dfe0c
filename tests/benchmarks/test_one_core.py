"""What a call costs on one core: the yardstick that never changes, and figures made of windows."""

import hashlib
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks.one_call import Heard
from benchmarks.one_core import (
    LEVEL,
    LIMITS_MS,
    NEURAL,
    RELAY,
    Window,
    carried,
    cost_rows,
    memory_rows,
    profile_rows,
)

RELAY_FILE = Path(__file__).parents[2] / "benchmarks" / "relay.py"
WINDOW = Window(calls=10, seconds=60.0, cpu_s=5.0, rss_kb=0.0, load=0.0, foreign=0.0, heard=Heard())


def test_the_relay_is_frozen():
    """With another relay every figure of before would be another one."""
    content = RELAY_FILE.read_bytes()
    assert content.count(b"\n") < 80
    assert hashlib.sha256(content).hexdigest()[:16] == "61016ccd9c69072b"


def test_a_ratio_is_against_the_relay_of_the_same_round():
    slower = [evolve(WINDOW, cpu_s=20.0), evolve(WINDOW, cpu_s=5.0)]  # the machine was busy in the first
    relay = [evolve(WINDOW, cpu_s=10.0), evolve(WINDOW, cpu_s=2.5)]
    rows = list(cost_rows({(10, RELAY): relay, (10, NEURAL): slower}))
    assert rows[1] == ("10", NEURAL, "1.25", "0.50-2.00", "2.00", "2.00-2.00")


def test_memory_is_that_of_one_more_call():
    def holding(rss_kb):
        return [evolve(WINDOW, rss_kb=rss_kb), evolve(WINDOW, rss_kb=0.0)]

    names = (RELAY, NEURAL, LEVEL)
    windows = {(1, name): holding(50_000.0) for name in names} | {
        (11, name): holding(60_000.0) for name in names
    }
    assert list(memory_rows(windows)) == [(name, "1000") for name in names]


def test_a_part_has_its_share_of_the_time_and_what_is_tiny_is_left_out():
    samples = [("json", "listen", 300), ("trio", "listen", 600), ("json", "talk", 99), ("enum", "talk", 1)]
    rows = list(profile_rows(samples, 0, cost_s=1.2))
    assert rows == [("trio", "60.0", "720"), ("json", "39.9", "479")]


def test_a_decision_is_late_by_what_the_quickest_did_not_wait():
    heard = Heard(first_ms=[3.0], deltas_ms=[4.0], decisions_ms=[503.0], frames_ms=[105.0])
    late_ms = evolve(WINDOW, heard=heard).late_ms(quickest_ms=501.0)
    assert late_ms == {"first audio": 3.0, "deltas": 4.0, "decisions": 2.0, "frames": 105.0}
    assert evolve(WINDOW, heard=Heard()).late_ms(quickest_ms=501.0)["decisions"] == 0.0  # the relay's


@pytest.mark.parametrize(("limit", "tried"), [(42, [10, 20, 30, 40, 50, 45, 40, 40, 40]), (99, [10, 20, 30])])
async def test_as_many_are_carried_as_pass_three_times(limit, tried):
    """Until something is late it is ten more, then five fewer; never more than the most that is asked for."""

    async def measured(calls):
        late = [LIMITS_MS["deltas"] + 1.0] if calls > limit else [1.0]
        return evolve(WINDOW, calls=calls, heard=Heard(deltas_ms=late))

    found = [window async for window, _ in carried(measured, most=50 if limit == 42 else 30, quickest_ms=0.0)]
    assert [window.calls for window in found] == tried
