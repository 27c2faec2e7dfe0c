"""The rows of the laboratory: which calls each places, what it measures, and what it must reach."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from benchmarks.turns import measures, scripts
from benchmarks.turns.acoustics import Echo, Room
from benchmarks.turns.measures import Account, Figures
from benchmarks.turns.scripts import CALLER_DBFS, Cast, Script
from benchmarks.turns.sounds import (
    EVENTS,
    SOUNDS,
    Sound,
    Source,
    amplitude,
    babble,
    car,
    hum,
    unit,
    white_and_pink,
    wind,
)
from benchmarks.turns.tables import FIXED
from engine.settings import Settings

Noise = Callable[[Cast, list[Sound], Source], Sound]  # at RMS 1
_NOISE_S = 30
_BABBLERS = 8
_UTTERANCES = 14  # of a call that is measured by position


@frozen(kw_only=True)
class Setting:
    """Where the caller is: what is heard beside the voice."""

    noise: Noise | None = None
    below_db: float = 0.0  # the noise, under the caller's voice
    echo_db: float | None = None
    loss: float = 0.0
    spread_ms: float = 20.0

    def room(self, cast: Cast, music: list[Sound], source: Source) -> Room | None:
        """Make the acoustics of one call."""
        if self == Setting():
            return None
        noise = None
        if self.noise is not None:
            noise = self.noise(cast, music, source) * amplitude(CALLER_DBFS - self.below_db)
        echo = None if self.echo_db is None else Echo(self.echo_db, late_ms=source.uniform(60, 400))
        return Room(source=source, noise=noise, echo=echo, loss=self.loss)


def _steady(make: Callable[[Source, float], Sound]) -> Noise:
    return lambda _cast, _music, source: make(source, _NOISE_S)


def _music(_cast: Cast, music: list[Sound], source: Source) -> Sound:
    piece = music[source.integers(len(music))]
    return unit(piece)


def _babble(cast: Cast, _music: list[Sound], source: Source) -> Sound:
    voices = [[clip.sound for clip in clips] for clips in cast.others[:_BABBLERS]]
    return babble(source, voices, _NOISE_S)


@frozen(kw_only=True)
class Row:
    """One row of a table."""

    name: str
    measure: str  # which table it belongs to
    script: Script
    figures: Callable[[Account], Figures]
    calls: int
    setting: Setting = Setting()
    spelling: bool = False  # the callers spell letters
    changes: Mapping[str, Any] = field(factory=dict)  # to the settings

    def settings(self, base: Settings) -> Settings:
        """Return the settings of this row's calls: everybody's, but for what it compares with."""
        return evolve(base, **self.changes) if self.changes else base


CLEAN = Setting()
_ANSWERED = {
    "clean": CLEAN,
    "white+pink 20 dB": Setting(noise=_steady(white_and_pink), below_db=20),
    "white+pink 10 dB": Setting(noise=_steady(white_and_pink), below_db=10),
    "babble 20 dB": Setting(noise=_babble, below_db=20),
    "music 20 dB": Setting(noise=_music, below_db=20),
    "hum 20 dB": Setting(noise=_steady(hum), below_db=20),
    "loss 1 %, jitter": Setting(loss=0.01, spread_ms=60),
}
_CAR = Setting(noise=_steady(car), below_db=15)
_WIND = Setting(noise=_steady(wind), below_db=15)
_POSITIONED = {
    ("letters", "clean"): CLEAN,
    ("letters", "car 15 dB"): _CAR,
    ("letters", "wind 15 dB"): _WIND,
    ("words", "car 15 dB"): _CAR,
    ("words", "wind 15 dB"): _WIND,
}
_LECTURED = {
    "music on hold": Setting(noise=_music, below_db=0),
    "music 20 dB": Setting(noise=_music, below_db=20),
    "babble 20 dB": Setting(noise=_babble, below_db=20),
    **{f"echo {down} dB": Setting(echo_db=down) for down in (15, 20, 28, 35, 45)},
}
_INTERRUPTED = {
    "clean": CLEAN,
    "echo 20 dB": Setting(echo_db=20),
    "babble 20 dB": Setting(noise=_babble, below_db=20),
}
_FIXED = {"utterance_end_ms": 500, "utterance_end_min_ms": 500, "utterance_end_max_ms": 500}


def rows() -> Iterator[Row]:
    """Give all of them, in the order of the tables."""
    for name, setting in _ANSWERED.items():
        yield Row(
            name=name,
            measure="answered",
            script=scripts.answering(28),
            figures=measures.answering,
            calls=12,
            setting=setting,
        )
    for (said, line), setting in _POSITIONED.items():
        yield Row(
            name=f"{said}, {line}",
            measure="positioned",
            script=scripts.answering(_UTTERANCES),
            figures=measures.positioned(_UTTERANCES),
            calls=20,
            setting=setting,
            spelling=said == "letters",
        )
    for name, changes in (("adaptive", {}), (FIXED, _FIXED)):
        yield Row(
            name=name,
            measure="paused",
            script=scripts.pausing,
            figures=measures.pausing,
            calls=44 if changes else 100,
            changes=changes,
        )
    for kind in EVENTS:
        yield Row(
            name=kind,
            measure="disturbed",
            script=scripts.disturbed(kind),
            figures=measures.disturbing,
            calls=14,
        )
    for kind in SOUNDS:
        yield Row(
            name=kind,
            measure="beside",
            script=scripts.heard_beside(kind),
            figures=measures.hearing_beside,
            calls=6,
        )
    for name, setting in _LECTURED.items():
        yield Row(
            name=name,
            measure="lectured",
            script=scripts.lectured,
            figures=measures.lecturing,
            calls=14 if name == "echo 15 dB" else 7,  # there the bot does not get far
            setting=setting,
        )
    for name, setting in _INTERRUPTED.items():
        yield Row(
            name=name,
            measure="interrupted",
            script=scripts.interrupting,
            figures=measures.interrupting,
            calls=11,
            setting=setting,
        )
    yield Row(
        name="clean",
        measure="resumed",
        script=scripts.half_interrupting,
        figures=measures.resuming,
        calls=18,
    )
