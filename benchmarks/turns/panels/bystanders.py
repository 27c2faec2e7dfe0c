"""Other voices in the room: is the caller answered, and does the bot go on talking?"""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners, measures, rooms, scripts
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.rooms import Setting
from benchmarks.turns.row import Row

_UTTERANCES, _CALLS = 28, 8
_ROOMS = {
    **{f"TV {down} dB": Setting(noise=rooms.television, below_db=down) for down in (20, 15, 10)},
    **{f"babble {down} dB": Setting(noise=rooms.several_voices, below_db=down) for down in (15, 10)},
    **{f"child {down} dB": Setting(noise=rooms.child, below_db=down) for down in (20, 12)},
}
_ANSWERED = {
    "TV 20 dB": 99.0,
    "TV 15 dB": 96.0,
    "TV 10 dB": 85.0,
    "babble 15 dB": 96.0,
    "babble 10 dB": 70.0,
    "child 12 dB": 95.0,
}
_LECTURES = 6
_QUIET_BOT_DBFS = -26.0  # a louder one is taken for the source of what is heard, and nothing stops it
_STOPS = {"TV 15 dB": 1.0, "babble 15 dB": 1.0, "child 12 dB": 1.0}


def rows() -> Iterator[Row]:
    """Give the rows of both tables."""
    for name, setting in _ROOMS.items():
        yield Row(
            name=name,
            measure="bystanders",
            script=scripts.answering(_UTTERANCES),
            figures=manners.in_time,
            calls=_CALLS,
            setting=setting,
        )
    for name, setting in _ROOMS.items():
        yield Row(
            name=name,
            measure="beside the bot",
            script=scripts.lectured_at(_QUIET_BOT_DBFS),
            figures=measures.lecturing,
            calls=_LECTURES,
            setting=setting,
        )


def _answered(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["answered"]),
        aimed_at_least(share(figures["answered"]), _ANSWERED.get(name)),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
        Cell(f"{share(figures['cuts']):.1f}"),
        Cell(f"{100 * sum(figures['needless']) / len(figures['answered']):.1f}"),
    )


def _stopped(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    minutes, stops = sum(figures["minutes"]), sum(figures["stops"])
    return (
        Cell(f"{minutes:.1f}"),
        Cell(f"{stops:.0f}"),
        aimed_at_most(stops / minutes if minutes else float("nan"), _STOPS.get(name), 2),
    )


TABLES = (
    Table(
        measure="bystanders",
        title="Other voices in the room: utterances answered within 2.5 s of their end; per 100 utterances",
        columns=(
            "beside the caller",
            "utterances",
            "answered %",
            "p50",
            "p95",
            "cut early",
            "needless answers",
        ),
        cells=_answered,
    ),
    Table(
        measure="beside the bot",
        title="Other voices in the room: stops of a quiet bot, if only for a moment, per minute of speech",
        columns=("beside the caller", "minutes of bot speech", "stops", "a minute"),
        cells=_stopped,
    ),
)
