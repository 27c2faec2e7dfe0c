"""Callers who say over an explanation that they listen, or take the floor in as short a time."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners
from benchmarks.turns.cells import Cell, Table, aimed_at_least, number
from benchmarks.turns.clips import Clip
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.phrases import Purpose
from benchmarks.turns.recognition import Recognition
from benchmarks.turns.row import Row
from benchmarks.turns.scene import Cast, Planned, Scene, replies, some
from benchmarks.turns.sounds import Source

_SIGNS, _WORDS, _SENTENCES = 8, 5, 4  # in a call
SHORTEST_MS = 400  # of words that take the floor; most signs of listening are as long
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
            figures=manners.yielding,
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
    said = [
        *some(source, meant_as(cast, "listening"), _SIGNS),
        *some(source, meant_as(cast, "floor"), _WORDS, SHORTEST_MS),
        *some(source, meant_as(cast, "plain"), _SENTENCES),
    ]
    for at in source.permutation(len(said)):
        scene.hear_for(1_000, 2_500)
        scene.say(said[at], label=said[at].purpose)
        scene.wait(1_800, 2_200)
    return scene.planned(replies(source, cast, 2 * len(said), 20.0))


def _listened(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    interruptions = [*figures["floor"], *figures["plain"]]
    aims = (95.0, 99.0) if name == "with deltas" else (None, None)
    return (
        number(figures["talked on"]),
        aimed_at_least(share(figures["talked on"]), aims[0]),
        Cell(f"{share(figures['faltered']):.1f}"),
        Cell(f"{share(figures['cut']):.1f}"),
        number(interruptions),
        aimed_at_least(share(interruptions), aims[1]),
        Cell(f"{share(figures['floor']):.1f}"),
        Cell(f"{share(figures['answered']):.1f}"),
        Cell(f"{percentile(figures['yield_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['yield_ms'], 95):.0f}"),
    )


TABLES = (
    Table(
        measure="listened",
        title="Over an explanation: signs that the caller listens, and interruptions, some of them short; ms",
        columns=(
            "transcripts",
            "listening",
            "bot talks on %",
            "falters %",
            "is cut %",
            "interruptions",
            "bot stops %",
            "short ones %",
            "answered %",
            "p50",
            "p95",
        ),
        cells=_listened,
    ),
)
