"""The bot's own sound come back, by its return loss and its delay, and callers who speak softly over it."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import measures, scripts
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most
from benchmarks.turns.measures import Figures, percentile
from benchmarks.turns.rooms import CLEAN, Setting
from benchmarks.turns.row import Row
from benchmarks.turns.scene import BOT_DBFS, CALLER_DBFS

_SOFT_DBFS = -38.0
_LATE_MS = (600, 1_000)  # mobile networks and the buffers of carriers
_LECTURES = 5
_ECHOES = {
    **{f"echo {down} dB": Setting(echo_db=down) for down in (10, 12, 18)},
    **{f"echo {down} dB, late": Setting(echo_db=down, echo_late_ms=_LATE_MS) for down in (15, 18, 25, 35)},
}
_INTERRUPTIONS = {
    "soft": (_SOFT_DBFS, CLEAN),
    "soft, echo 45 dB": (_SOFT_DBFS, Setting(echo_db=45)),
    "soft, echo 35 dB": (_SOFT_DBFS, Setting(echo_db=35)),
    "soft, echo 25 dB": (_SOFT_DBFS, Setting(echo_db=25)),
    "softer still": (-44.0, CLEAN),
    "echo 15 dB": (CALLER_DBFS, Setting(echo_db=15)),
    "echo 25 dB, late": (CALLER_DBFS, Setting(echo_db=25, echo_late_ms=_LATE_MS)),
}
_WITHIN_500 = {"soft": 85.0, "soft, echo 45 dB": 85.0}


def rows() -> Iterator[Row]:
    """Give the rows of both tables."""
    for name, setting in _ECHOES.items():
        yield Row(
            name=name,
            measure="echoes",
            script=scripts.lectured_at(BOT_DBFS),
            figures=measures.lecturing,
            calls=_LECTURES,
            setting=setting,
        )
    for name, (dbfs, setting) in _INTERRUPTIONS.items():
        yield Row(
            name=name,
            measure="soft",
            script=scripts.interrupting_at(dbfs),
            figures=measures.interrupting,
            calls=4,
            setting=setting,
        )


def _stopped(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    minutes, stops = sum(figures["minutes"]), sum(figures["stops"])
    a_minute = stops / minutes if minutes else float("nan")
    return Cell(f"{minutes:.1f}"), Cell(f"{stops:.0f}"), aimed_at_most(a_minute, 1.0, 2)


def _interrupted(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    met, sent = len(figures["met"]), figures["sent_ms"]

    def within(limit_ms: float) -> float:
        return 100 * sum(at <= limit_ms for at in sent) / met if met else float("nan")

    return (
        Cell(str(met)),
        aimed_at_least(within(500), _WITHIN_500.get(name)),
        Cell(f"{within(700):.1f}"),
        Cell(f"{percentile(sent, 50):.0f}"),
        Cell(f"{percentile(sent, 95):.0f}"),
    )


TABLES = (
    Table(
        measure="echoes",
        title="The bot's own echo, 60-400 ms late or 600-1000: stops, if only for a moment, per minute of it",
        columns=("line", "minutes of bot speech", "stops", "a minute"),
        cells=_stopped,
    ),
    Table(
        measure="soft",
        title="Interruptions of 1 s and more by callers at -38 dBFS, and over echo: % sent within so many ms",
        columns=("caller", "interruptions", "sent 500", "sent 700", "p50", "p95"),
        cells=_interrupted,
    ),
)
