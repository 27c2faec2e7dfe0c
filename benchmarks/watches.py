"""What a process sees of itself while calls go on: how long its loop's steps take, and where time goes."""

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import trio
from attrs import Factory, define

_HOUSE = Path(__file__).parent.parent
_PACKAGES = Path(trio.__file__).parent.parent
_EVERY_S = 0.002  # of CPU time; the kernel's own clock makes 4 ms of it where it ticks 250 times a second
_SOCKETS = {"_socket", "_highlevel_socket", "_io_epoll"}


@define(eq=False)
class Steps(trio.abc.Instrument):
    """How long the tasks ran from one checkpoint to the next."""

    _took_s: list[float] = Factory(list)
    _began_s: float = 0.0

    def begin(self) -> None:
        """Measure from now on, but not the step that is under way."""
        trio.lowlevel.add_instrument(self)

    def before_task_step(self, _task: trio.lowlevel.Task) -> None:
        self._began_s = time.perf_counter()

    def after_task_step(self, _task: trio.lowlevel.Task) -> None:
        if self._began_s:
            self._took_s.append(time.perf_counter() - self._began_s)

    def end(self) -> list[float]:
        """Return the milliseconds of every step."""
        trio.lowlevel.remove_instrument(self)
        return [took_s * 1000 for took_s in self._took_s]


@define
class Profile:
    """Where the CPU time of the main thread goes: a sample every few milliseconds of it, by part and by task.

    A sample belongs to the innermost Python function, so what a function does in C is its own.
    """

    _samples: Counter[tuple[str, str]] = Factory(Counter)

    def begin(self) -> None:
        """Take samples from now on."""
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        self._samples[_part(frame), _task()] += 1

    def end(self) -> list[tuple[str, str, int]]:
        """Return how many samples each part had in each task."""
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        return [(part, task, samples) for (part, task), samples in self._samples.items()]


def _task() -> str:
    try:
        return trio.lowlevel.current_task().name
    except RuntimeError:
        return "(between the tasks)"


def _part(frame: FrameType | None) -> str:
    while frame is not None and frame.f_code.co_filename.startswith("<"):  # attrs' own, of somebody's class
        frame = frame.f_back
    if frame is None:
        return "?"
    path = Path(frame.f_code.co_filename)
    if path.is_relative_to(_PACKAGES):
        library = path.relative_to(_PACKAGES).parts[0].removesuffix(".py")
        if library == "trio":
            return "trio: sockets" if path.stem in _SOCKETS else "trio: run loop"
        return library
    if path.is_relative_to(_HOUSE):
        return "/".join(path.relative_to(_HOUSE).parts[:2])
    return f"python: {path.parent.name if path.parent.name in sys.stdlib_module_names else path.stem}"
