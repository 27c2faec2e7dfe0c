"""The eight measures of interaction of the tau-voice benchmark, on our own calls.

The definitions are those of its documentation (sierra-research/tau2-bench, docs/interaction-metrics.md), the
calls and the voices are ours: they begin and end to 10 ms, not to 200, and nobody's tools take time. The
published figures are of whole customer-service calls; they stand beside ours for the order of things.
"""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from benchmarks.turns import manners
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.panels.listeners import SHORTEST_MS, meant_as
from benchmarks.turns.phrases import Purpose
from benchmarks.turns.row import Row
from benchmarks.turns.scene import CALLER_DBFS, Cast, Planned, Scene, replies, some
from benchmarks.turns.sounds import Source

_CALLS = 24
_ASIDE_DBFS = CALLER_DBFS - 6  # said away from the telephone
_OVER_THE_BOT: tuple[Purpose, ...] = (
    "listening",
    "listening",
    "floor",
    "floor",
    "plain",
    "tic",
    "tic",
    "aside",
    "aside",
)
_IN_SILENCE: tuple[Purpose, ...] = ("plain", "plain", "tic", "aside", "plain", "tic", "aside", "plain")
_SHORT, _LONG = "short answers", "long answers"


@frozen(kw_only=True)
class _Measure:
    figure: str
    # Overall means in tau2-bench's web/leaderboard/public/submissions, both of the standard kind:
    # gpt-live-1-diamond-alpha (2026-09-09) and gemini-3.5-flash-live-preview, low (2026-08-03).
    published: tuple[float, float] | None = None
    median: bool = False
    at_least: float | None = None
    at_most: float | None = None


_MEASURES = {
    "L_R: s from the end of a turn to the answer, mean": _Measure(
        figure="response_s", published=(2.54, 1.44)
    ),
    "L_Y: s from an interruption to the bot's silence, mean": _Measure(
        figure="yield_s", published=(1.08, 0.78)
    ),
    "L_Y, p50": _Measure(figure="yield_s", median=True, at_most=0.42),
    "R_R: turns answered before the caller speaks again": _Measure(
        figure="responded", published=(0.955, 0.985)
    ),
    "R_Y: interruptions that stop the bot within 2 s": _Measure(
        figure="yielded", published=(0.359, 0.532), at_least=0.99
    ),
    "I_A: how often the bot begins over the caller, a turn": _Measure(
        figure="interrupted", published=(0.220, 0.163)
    ),
    "S_BC: back-channels that the bot talks through": _Measure(
        figure="listening", published=(0.989, 0.833), at_least=0.95
    ),
    "S_VT: vocal tics that neither stop it nor are answered": _Measure(
        figure="tic", published=(0.588, 0.389), at_least=0.90
    ),
    "S_ND: words to somebody else that do neither": _Measure(
        figure="aside", published=(0.457, 0.198), at_least=0.50
    ),
}


def rows() -> Iterator[Row]:
    """Give two rows, which together make one table."""
    for name, script in ((_SHORT, _in_silence), (_LONG, _over_the_bot)):
        yield Row(
            name=name,
            measure="tau",
            script=script,
            figures=manners.interaction,
            calls=_CALLS,
            speakers="phrases",
            recognition="live",
        )


def _in_silence(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    for purpose in _IN_SILENCE:
        scene.hear_out()
        scene.wait(300, 900)
        _say(scene, cast, purpose)
        scene.wait(1_500, 2_500)
    return scene.planned(replies(source, cast, 4 * len(_IN_SILENCE), 1.2))


def _over_the_bot(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    _say(scene, cast, "plain")
    for at in source.permutation(len(_OVER_THE_BOT)):
        scene.hear_for(1_000, 2_500)
        _say(scene, cast, _OVER_THE_BOT[at])
        scene.wait(2_200, 2_600)
    return scene.planned(replies(source, cast, 4 * len(_OVER_THE_BOT), 20.0))


def _say(scene: Scene, cast: Cast, purpose: Purpose) -> None:
    least_ms = SHORTEST_MS if purpose == "floor" else 0
    clip = some(scene.source, meant_as(cast, purpose), 1, least_ms)[0]
    scene.say(clip, label=purpose, dbfs=_ASIDE_DBFS if purpose == "aside" else CALLER_DBFS)


def _interaction(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    measure = _MEASURES[name]
    values = [each for figures in of_rows.values() for each in figures[measure.figure]]
    value = percentile(values, 50) if measure.median else share(values) / 100
    ours = (
        aimed_at_least(value, measure.at_least, 2)
        if measure.at_most is None
        else aimed_at_most(value, measure.at_most, 2)
    )
    published = ("", "") if measure.published is None else (f"{each:.2f}" for each in measure.published)
    return number(values), ours, *map(Cell, published)


TABLES = (
    Table(
        measure="tau",
        title="Interaction as the tau-voice benchmark measures it, beside figures published there",
        columns=("measure", "events", "Frontdesk", "GPT-Live-1", "Gemini 3.5 Flash Live"),
        cells=_interaction,
        lines=tuple(_MEASURES),
    ),
)
