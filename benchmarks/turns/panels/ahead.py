"""Answers that are asked for ahead: what they save those who wait, and what they cost."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve

from benchmarks.turns import manners, scripts
from benchmarks.turns.cells import Cell, Table, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.panels.pauses import taking_breath
from benchmarks.turns.row import Row
from benchmarks.turns.scene import Cast, Planned, Script, Speakers
from benchmarks.turns.sounds import Source

_THINKS_MS = 500  # until the model's first sound
_AHEAD_MS = 200
_ASKED = {"when they have finished": 0, "ahead": _AHEAD_MS}
_SPOKEN: dict[str, tuple[Script, int, Speakers]] = {
    "clean": (scripts.answering(28), 12, "everybody"),
    "natural pauses": (taking_breath, 12, "natural"),
    "pauses of 300-900 ms": (scripts.pausing, 22, "everybody"),
}
_AIMS = {"clean, ahead": 360.0}


def rows() -> Iterator[Row]:
    """Give the rows of the table, each asked in both ways."""
    for spoken, (script, calls, speakers) in _SPOKEN.items():
        for asked, ahead_ms in _ASKED.items():
            yield Row(
                name=f"{spoken}, {asked}",
                measure="ahead",
                script=_thinking(script),
                figures=manners.answering_ahead,
                calls=calls,
                speakers=speakers,
                changes={"answer_ahead_ms": ahead_ms},
            )


def _thinking(script: Script) -> Script:
    """Let the model take its time."""

    def thinking(cast: Cast, source: Source) -> Planned:
        planned = script(cast, source)
        replies = [evolve(reply, first_delta_ms=_THINKS_MS) for reply in planned.replies]
        return evolve(planned, replies=replies)

    return thinking


def _ahead(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    utterances = len(figures["cuts"])
    return (
        number(figures["cuts"]),
        Cell(f"{share(figures['cuts']):.1f}"),
        Cell(f"{share(figures['talked over']):.1f}"),
        aimed_at_most(percentile(figures["delay_ms"], 50), _AIMS.get(name), 0),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
        Cell(f"{percentile(figures['sound_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['sound_ms'], 95):.0f}"),
        Cell(f"{100 * sum(figures['creates']) / utterances:.1f}"),
        Cell(f"{100 * sum(figures['given up']) / utterances:.1f}"),
    )


TABLES = (
    Table(
        measure="ahead",
        title="Asked for an answer ahead, of a model that takes 500 ms; per 100 utterances; ms from the end",
        columns=(
            *("", "utterances", "cut", "bot talks over", "create p50", "p95", "first sound p50", "p95"),
            *("creates", "of these given up"),
        ),
        cells=_ahead,
    ),
)
