"""Callers who are not always as loud: they turn away, move away, or hand the telephone over."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve

from benchmarks.turns import manners, measures
from benchmarks.turns.cells import Cell, Table, number
from benchmarks.turns.measures import Account, Figures, percentile, share
from benchmarks.turns.row import Row
from benchmarks.turns.scene import CALLER_DBFS, Cast, Planned, Scene, Script, replies, some
from benchmarks.turns.sounds import Source

_UTTERANCES, _CALLS = 24, 6
_EVERY = 3  # utterances they turn away, and every so many times they interrupt
_HANDED_OVER = 12  # after so many

_Quieter = Callable[[int], float]  # dB, of the utterance of this number


def _turning(db: float) -> _Quieter:
    return lambda number: db if number % _EVERY == _EVERY - 1 else 0.0


def _moving(db: float) -> _Quieter:
    return lambda number: number * db / _UTTERANCES


def _handed(db: float) -> _Quieter:
    return lambda number: db if number >= _HANDED_OVER else 0.0


_LEVELS: dict[str, tuple[_Quieter, bool]] = {
    **{f"turns away, {db} dB": (_turning(db), False) for db in (6, 9, 12)},
    "moves away, 15 dB": (_moving(15), False),
    **{f"hands over, {db} dB softer": (_handed(db), True) for db in (12, 20)},
    "hands over, 12 dB louder": (_handed(-12), True),
}
_OVER_THE_BOT = (0, 3, 6, 9)


def rows() -> Iterator[Row]:
    """Give the rows of both tables."""
    for name, (quieter, by_another) in _LEVELS.items():
        yield Row(
            name=name,
            measure="levels",
            script=_answered(quieter, by_another=by_another),
            figures=manners.in_time,
            calls=_CALLS,
        )
    for db in _OVER_THE_BOT:
        yield Row(
            name=f"{db} dB",
            measure="turned",
            script=_interrupting(db),
            figures=_turned,
            calls=4,
        )


def _answered(quieter: _Quieter, *, by_another: bool) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        clips = some(source, cast.caller, _UTTERANCES)
        if by_another:
            clips[_HANDED_OVER:] = some(source, cast.others[0], _UTTERANCES - _HANDED_OVER)
        louder_db = max(0.0, *(-quieter(at) for at in range(_UTTERANCES)))
        for at, clip in enumerate(clips):
            scene.say(clip, dbfs=CALLER_DBFS - louder_db - quieter(at))
            scene.hear_out()
        return scene.planned(replies(source, cast, _UTTERANCES + 12, 1.2))

    return script


def _interrupting(db: float) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        clips = some(source, cast.caller, _UTTERANCES, 1_000, 3_500)
        for at, clip in enumerate(clips):
            turned = at % _EVERY == _EVERY - 1
            scene.say(clip, label="turned" if turned else "", dbfs=CALLER_DBFS - (db if turned else 0))
            scene.wait(900, 1_100)
            scene.hear_for(900, 2_500)
        return scene.planned(replies(source, cast, _UTTERANCES + 20, 7.0))

    return script


def _turned(account: Account) -> Figures:
    return measures.interrupting(evolve(account, uttered=[each for each in account.uttered if each.label]))


def _heard(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["answered"]),
        Cell(f"{share(figures['answered']):.1f}"),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
        Cell(f"{share(figures['cuts']):.1f}"),
    )


def _stopped(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    met, sent = len(figures["met"]), figures["sent_ms"]
    return (
        Cell(str(met)),
        *(Cell(f"{100 * sum(at <= ms for at in sent) / met:.1f}") for ms in (500, 700)),
        Cell(f"{percentile(sent, 95):.0f}"),
    )


TABLES = (
    Table(
        measure="levels",
        title="Callers who are not always as loud: answered within 2.5 s of their end; per 100 utterances",
        columns=("caller", "utterances", "answered %", "p50", "p95", "cut early"),
        cells=_heard,
    ),
    Table(
        measure="turned",
        title="Interruptions of 1 s and more, every third of them softer: % sent within so many ms",
        columns=("softer by", "interruptions", "sent 500", "sent 700", "p95"),
        cells=_stopped,
    ),
)
