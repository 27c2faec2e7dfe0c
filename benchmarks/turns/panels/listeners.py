"""Callers who say over an explanation that they listen, or take the floor in as short a time."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners
from benchmarks.turns.cells import Cell, Table, aimed_at_least, number
from benchmarks.turns.corpus import Clip
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.phrases import Purpose
from benchmarks.turns.recognition import Recognition
from benchmarks.turns.row import Row
from benchmarks.turns.scene import Cast, Planned, Scene, replies, some
from benchmarks.turns.sounds import Source

_SAID = 16  # in a call
_SHORTEST_MS = 300  # that can take the floor
_LISTENING, _FLOOR = "listening", "floor"
_RECOGNITION: dict[str, tuple[Recognition, int]] = {
    "with deltas": ("live", 20),
    "without deltas": ("late", 10),
    "without transcripts": ("none", 10),
    "in the wrong language": ("foreign", 10),
}


def rows() -> Iterator[Row]:
    """Give the rows, which differ in what the model transcribes."""
    for name, (recognition, calls) in _RECOGNITION.items():
        yield Row(
            name=name,
            measure="listened",
            script=_listening,
            figures=manners.yielding(_LISTENING, _FLOOR),
            calls=calls,
            speakers="phrases",
            recognition=recognition,
        )


def meant_as(cast: Cast, purpose: Purpose) -> list[Clip]:
    """Return what the caller says with this purpose."""
    return [clip for clip in cast.caller if clip.purpose == purpose]


def _listening(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    scene.say(some(source, meant_as(cast, "plain"), 1)[0])
    listening = some(source, meant_as(cast, "listening"), _SAID // 2)
    floor = some(source, meant_as(cast, "floor"), _SAID // 2, _SHORTEST_MS)
    for clip in [[*listening, *floor][at] for at in source.permutation(_SAID)]:
        scene.hear_for(1_000, 2_500)
        scene.say(clip, label=clip.purpose)
        scene.wait(1_800, 2_200)
    return scene.planned(replies(source, cast, 2 * _SAID, 20.0))


def _listened(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    aims = (95.0, 99.0) if name == "with deltas" else (None, None)
    return (
        number(figures["talked on"]),
        aimed_at_least(share(figures["talked on"]), aims[0]),
        Cell(f"{share(figures['faltered']):.1f}"),
        Cell(f"{share(figures['lost']):.1f}"),
        number(figures["yielded"]),
        aimed_at_least(share(figures["yielded"]), aims[1]),
        Cell(f"{share(figures['answered']):.1f}"),
        Cell(f"{percentile(figures['yield_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['yield_ms'], 95):.0f}"),
    )


TABLES = (
    Table(
        measure="listened",
        title="Over an explanation: signs that the caller listens, and short words that take the floor; ms",
        columns=(
            "transcripts",
            "listening",
            "bot talks on %",
            "falters %",
            "is cut %",
            "floor",
            "bot stops %",
            "answered %",
            "p50",
            "p95",
        ),
        cells=_listened,
    ),
)
