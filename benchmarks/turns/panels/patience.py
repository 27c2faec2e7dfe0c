"""Long stories, loud rooms at pick-up, a line that stalls, and callers who ask for a moment."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners, rooms, scripts
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.noises import car, traffic
from benchmarks.turns.rooms import CLEAN, Setting, steady
from benchmarks.turns.row import Row
from benchmarks.turns.scene import Cast, Planned, Scene, Script, replies, some
from benchmarks.turns.sounds import Source
from simulator import Pause

_STORY_MS, _STORIES, _REST_MS = 60_000, 2, (120, 300)  # a story, stories in a call, between its sentences
_PICK_UP_MS = 14_000
_LOUD = {
    "quiet": CLEAN,
    "TV": Setting(noise=rooms.television),
    "babble": Setting(noise=rooms.several_voices),
    "child": Setting(noise=rooms.child),
    "music": Setting(noise=rooms.music),
    "car": Setting(noise=steady(car)),
    "traffic": Setting(noise=steady(traffic)),
}
_STALLS_MS = (180, 300, 450, 700)
_AWAY_MS = (25_000, 60_000)
_SHORTER = "away for 25 s"


def rows() -> Iterator[Row]:
    """Give the rows of the four tables."""
    for name, setting in {"clean": CLEAN, "echo 20 dB": Setting(echo_db=20)}.items():
        yield Row(
            name=name,
            measure="story",
            script=_telling,
            figures=manners.telling,
            calls=6,
            setting=setting,
        )
    for name, setting in _LOUD.items():
        yield Row(
            name=name,
            measure="greeted",
            script=_picking_up,
            figures=manners.greeting,
            calls=8,
            setting=setting,
        )
    for stall_ms in _STALLS_MS:
        yield Row(
            name=f"{stall_ms} ms",
            measure="stalled",
            script=scripts.answering(28),
            figures=manners.in_time,
            calls=6,
            setting=Setting(stall_ms=stall_ms),
        )
    for away_ms in _AWAY_MS:
        yield Row(
            name=f"away for {away_ms // 1000} s",
            measure="away",
            script=_away(away_ms),
            figures=manners.waiting,
            calls=16,
            speakers="phrases",
        )


def _telling(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    for _ in range(_STORIES):
        parts, length_ms = [], 0
        for clip in some(source, cast.caller, 200):
            parts.append((clip, int(source.integers(*_REST_MS))))
            length_ms += clip.speech_ms + parts[-1][1]
            if length_ms >= _STORY_MS:
                break
        scene.say_in_parts(parts)
        scene.hear_out(patience_ms=4_000)
    return scene.planned(replies(source, cast, 20, 4.0))


def _picking_up(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    scene.steps = [Pause(_PICK_UP_MS)]
    scene.say(some(source, cast.caller, 1, 800, 2_500)[0])
    scene.hear_out()
    return scene.planned(replies(source, cast, 20, 4.0))


def _away(away_ms: int) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        said = {clip.purpose: clip for clip in some(source, cast.caller, len(cast.caller))}
        scene.say(said["plain"])
        scene.hear_out()
        scene.say(said["wait"], label="wait")
        scene.steps.append(Pause(away_ms))
        scene.say(said["plain"], label="back")
        scene.hear_out()
        return scene.planned(replies(source, cast, 20, 1.2))

    return script


def _told(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["heard"]),
        aimed_at_least(share(figures["heard"]), 99.0),
        aimed_at_least(share(figures["answered"]), 99.0),
        Cell(f"{percentile(figures['over_s'], 50):.1f}"),
        Cell(f"{max(figures['over_s'], default=float('nan')):.1f}"),
    )


def _greeted(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["whole"]),
        aimed_at_most(percentile(figures["first_ms"], 100), 2_000, 0),
        aimed_at_least(share(figures["whole"]), 100.0),
    )


def _stalled(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["answered"]),
        Cell(f"{share(figures['answered']):.1f}"),
        aimed_at_most(share(figures["cuts"]), 1.0),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
    )


def _waited(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["kept"]),
        Cell(f"{share(figures['told']):.1f}"),
        aimed_at_least(share(figures["left_alone"]), 95.0),
        aimed_at_least(share(figures["kept"]), 100.0 if name == _SHORTER else None),
        aimed_at_least(share(figures["answered"]), 99.0 if name == _SHORTER else None),
    )


TABLES = (
    Table(
        measure="story",
        title="60 s of talk without a rest: how much of it the model got, and how long the bot talked in it",
        columns=("line", "stories", "heard %", "answered at the end %", "bot over it, s, p50", "most"),
        cells=_told,
    ),
    Table(
        measure="greeted",
        title="Calls from rooms as loud as a caller, who says nothing: the greeting; ms from pick-up",
        columns=("room", "calls", "first sound, latest", "heard whole %"),
        cells=_greeted,
    ),
    Table(
        measure="stalled",
        title="Delivery that stalls every two seconds, and then catches up; per 100 utterances; ms",
        columns=("stall", "utterances", "answered %", "cut early", "p50", "p95"),
        cells=_stalled,
    ),
    Table(
        measure="away",
        title='"One moment, please", and silence: what the caller meets meanwhile, %',
        columns=("caller", "calls", "told so", "left alone for 25 s", "still on the line", "answered after"),
        cells=_waited,
    ),
)
