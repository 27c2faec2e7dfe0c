"""Callers who are no people: how soon the call ends, and how many answers it costs; and people like them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from benchmarks.turns import manners, rooms
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.clips import Clip
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.rooms import CLEAN, Setting
from benchmarks.turns.row import Row
from benchmarks.turns.scene import (
    CALLER_DBFS,
    Cast,
    Planned,
    Scene,
    Script,
    Speakers,
    replies,
    some,
)
from benchmarks.turns.sounds import RATE, Sound, Source, amplitude, seconds
from simulator import Pause

_CALLS = 8
_SILENT_MS = 60_000  # then it hangs up by itself
_FAX_S, _MODEM_S = 60.0, 20.0
_STORY_MS, _STILL_MS = 20_000, 20_000


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
    people: dict[str, tuple[Script, Setting, Speakers]] = {
        "talks on from pick-up": (_talking_on, CLEAN, "everybody"),
        "reads announcements aloud": (_reading("robocall"), CLEAN, "machines"),
        "reads a greeting aloud": (_reading("answering machine"), CLEAN, "machines"),
        "is still for 20 s": (_keeping_still, CLEAN, "everybody"),
        "is still beside a radio": (_keeping_still, Setting(noise=rooms.music, below_db=15), "everybody"),
    }
    for name, (script, setting, speakers) in people.items():
        yield Row(
            name=name,
            measure="people",
            script=script,
            figures=manners.keeping,
            calls=_CALLS,
            setting=setting,
            speakers=speakers,
            recognition="live",
        )


def _talking_on(cast: Cast, source: Source) -> Planned:
    """Script somebody who tells their story from pick-up, over the greeting, and then waits for an answer."""
    scene = Scene(source)
    scene.steps = []
    parts, length_ms = [], 0
    for clip in some(source, cast.caller, 60):
        parts.append((clip, int(source.integers(120, 300))))
        length_ms += clip.speech_ms + parts[-1][1]
        if length_ms >= _STORY_MS:
            break
    scene.say_in_parts(parts)
    return _person(scene, cast, source, some(source, cast.caller, 2))


def _reading(kind: str) -> Script:
    """Script somebody who has been greeted, and tells what a machine has said to them."""

    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        said = some(source, [clip for clip in cast.caller if clip.name.split("/")[1] == kind], 3)
        scene.say_in_parts([(clip, int(source.integers(120, 300))) for clip in said])
        return _person(scene, cast, source, said[:1])

    return script


def _keeping_still(cast: Cast, source: Source) -> Planned:
    scene = Scene(source)
    scene.steps.append(Pause(_STILL_MS))
    return _person(scene, cast, source, some(source, cast.caller, 3))


def _person(scene: Scene, cast: Cast, source: Source, said: Sequence[Clip]) -> Planned:
    for clip in said:
        scene.hear_out()
        scene.say(clip)
    scene.hear_out(patience_ms=8_000)
    return scene.planned(replies(source, cast, 20, 2.0))


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


def _kept(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures["kept"]),
        aimed_at_least(share(figures["kept"]), 100.0),
        Cell(f"{share(figures['answered']):.1f}"),
    )


TABLES = (
    Table(
        measure="machines",
        title="Callers who are machines: s until the call is ended, and answers made for it",
        columns=("caller", "calls", "p50", "most", "answers, most"),
        cells=_cost,
    ),
    Table(
        measure="people",
        title="People who resemble machines: kept on the line, and answered, %",
        columns=("caller", "calls", "kept", "answered"),
        cells=_kept,
    ),
)
