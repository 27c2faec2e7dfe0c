"""What this process holds at one moment."""

import gc
import resource
import threading
from pathlib import Path

import trio
from attrs import frozen

from engine.switchboard import Switchboard


@frozen(kw_only=True)
class Resources:
    """Counts, and the resident memory in kilobytes."""

    descriptors: int
    sockets: int
    tasks: int
    threads: int
    rss_kb: int
    live_calls: int


def held() -> Resources:
    """Measure what is held now, after a garbage collection."""
    gc.collect()
    opened = [_target(path) for path in Path("/proc/self/fd").iterdir()]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Resources(
        # Without SQLite's logs: a reading connection opens its own when it is first used.
        descriptors=sum(not target.endswith("-wal") for target in opened),
        sockets=sum(target.startswith("socket:") for target in opened),
        tasks=trio.lowlevel.current_statistics().tasks_living,
        threads=threading.active_count(),
        rss_kb=pages * resource.getpagesize() // 1024,
        live_calls=live_calls(),
    )


def live_calls() -> int:
    """Count the calls of this process's switchboards, wherever the server keeps its own."""
    return sum(thing.live for thing in gc.get_objects() if isinstance(thing, Switchboard))


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # the one with which the directory itself was listed
