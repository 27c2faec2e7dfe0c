"""Callers who are no people: how soon the call ends, and how many answers it costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from benchmarks.turns import manners, rooms
from benchmarks.turns.cells import Cell, Table, aimed_at_most, number
from benchmarks.turns.clips import Clip
from benchmarks.turns.measures import Figures, percentile
from benchmarks.turns.rooms import CLEAN, Setting
from benchmarks.turns.row import Row
from benchmarks.turns.scene import CALLER_DBFS, Cast, Planned, Scene, Script, replies, some
from benchmarks.turns.sounds import RATE, Sound, Source, amplitude, seconds
from simulator import Pause

_CALLS = 8
_SILENT_MS = 60_000  # then it hangs up by itself
_FAX_S, _MODEM_S = 60.0, 20.0


def rows() -> Iterator[Row]:
    """Give a row for each kind of machine."""
    machines: dict[str, tuple[Script, Setting]] = {
        "answering machine": (_answering_machine, CLEAN),
        "robocall": (_robocall, CLEAN),
        "fax": (_sounding(_fax), CLEAN),
        "modem": (_sounding(_modem), CLEAN),
        "music on hold": (_holding, Setting(noise=rooms.music)),
    }
    for name, (script, setting) in machines.items():
        yield Row(
            name=name,
            measure="machines",
            script=script,
            figures=manners.costing,
            calls=_CALLS,
            setting=setting,
            speakers="machines",
            recognition="live",
        )


def _answering_machine(cast: Cast, source: Source) -> Planned:
    """Script a greeting that begins as soon as the call does, a beep, and silence while it records."""
    scene = Scene(source)
    scene.steps = []
    scene.say_in_parts([(_said(source, cast, "answering machine"), 0)])
    scene.wait(500, 1_500)
    scene.disturb("beep", _tone(1_000, 0.8))
    return _planned(scene, cast, source)


def _robocall(cast: Cast, source: Source) -> Planned:
    """Script a recording that talks at once, over whoever answers, and never listens."""
    scene = Scene(source)
    scene.steps = []
    parts = some(source, [clip for clip in cast.caller if clip.name.split("/")[1] == "robocall"], 8)
    scene.say_in_parts([(clip, int(source.integers(150, 400))) for clip in parts])
    return _planned(scene, cast, source)


def _sounding(sound: Callable[[Source], Sound]) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        scene.steps = [Pause(int(source.integers(500, 2_000)))]
        scene.disturb("machine", sound(source))
        return _planned(scene, cast, source)

    return script


def _holding(cast: Cast, source: Source) -> Planned:
    """Script somebody who has put the bot on hold: the line has all the music."""
    scene = Scene(source)
    scene.steps = []
    return _planned(scene, cast, source)


def _planned(scene: Scene, cast: Cast, source: Source) -> Planned:
    scene.steps.append(Pause(_SILENT_MS))
    return scene.planned(replies(source, cast, 20, 3.0))


def _said(source: Source, cast: Cast, kind: str) -> Clip:
    return some(source, [clip for clip in cast.caller if clip.name.split("/")[1] == kind], 1)[0]


def _fax(_source: Source) -> Sound:
    """Call as a fax machine does (ITU-T T.30): half a second of 1100 Hz, three of silence."""
    return np.tile(np.concatenate([_tone(1_100, 0.5), np.zeros(seconds(3.0))]), round(_FAX_S / 3.5))


def _modem(source: Source) -> Sound:
    """Answer as a modem does: 2100 Hz, its phase reversed now and then, and a hiss of carriers."""
    hiss = source.standard_normal(seconds(_MODEM_S)) * amplitude(CALLER_DBFS)
    return np.concatenate([_tone(2_100, 3.3), hiss])


def _tone(hertz: float, duration_s: float) -> Sound:
    wave = np.sin(2 * np.pi * hertz * np.arange(seconds(duration_s)) / RATE)
    return wave * 2**0.5 * amplitude(CALLER_DBFS)


def _cost(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["ended_s"]),
        Cell(f"{percentile(figures['ended_s'], 50):.0f}"),
        aimed_at_most(max(figures["ended_s"], default=float("nan")), 15.0, 0),
        aimed_at_most(max(figures["answers"], default=float("nan")), 1.0, 0),
    )


TABLES = (
    Table(
        measure="machines",
        title="Callers who are machines: s until the call is ended, and answers made for it",
        columns=("caller", "calls", "p50", "most", "answers, most"),
        cells=_cost,
    ),
)
