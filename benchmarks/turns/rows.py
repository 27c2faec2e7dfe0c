"""The rows of the laboratory: which calls each places, what it measures, and what it must reach."""

from collections.abc import Iterator
from itertools import chain

from benchmarks.turns import measures, scripts
from benchmarks.turns.noises import car, traffic, vacuum, wind
from benchmarks.turns.panels import PANELS
from benchmarks.turns.rooms import CLEAN, Setting, music, several_voices, steady
from benchmarks.turns.row import Row
from benchmarks.turns.scene import BOT_DBFS, CALLER_DBFS, Speakers
from benchmarks.turns.sounds import EVENTS, SOUNDS, hum, white_and_pink
from benchmarks.turns.tables import FIXED

_UTTERANCES = 14  # of a call that is measured by position

_ANSWERED = {
    "clean": CLEAN,
    "white+pink 20 dB": Setting(noise=steady(white_and_pink), below_db=20),
    "white+pink 10 dB": Setting(noise=steady(white_and_pink), below_db=10),
    "babble 20 dB": Setting(noise=several_voices, below_db=20),
    "music 20 dB": Setting(noise=music, below_db=20),
    "hum 20 dB": Setting(noise=steady(hum), below_db=20),
    "loss 1 %, jitter": Setting(loss=0.01, spread_ms=60),
}
_CAR = Setting(noise=steady(car), below_db=15)
_WIND = Setting(noise=steady(wind), below_db=15)
_POSITIONED: dict[tuple[str, Speakers, str], Setting] = {
    ("letters", "letters", "clean"): CLEAN,
    ("letters", "letters", "car 15 dB"): _CAR,
    ("letters", "letters", "wind 15 dB"): _WIND,
    ("words", "everybody", "car 15 dB"): _CAR,
    ("words", "everybody", "wind 15 dB"): _WIND,
    ("words", "everybody", "traffic 15 dB"): Setting(noise=steady(traffic), below_db=15),
    ("words", "everybody", "vacuum 15 dB"): Setting(noise=steady(vacuum), below_db=15),
    ("single words", "words", "clean"): CLEAN,
}
_LECTURED = {
    "music on hold": Setting(noise=music, below_db=0),
    "music 20 dB": Setting(noise=music, below_db=20),
    "babble 20 dB": Setting(noise=several_voices, below_db=20),
    **{f"echo {down} dB": Setting(echo_db=down) for down in (15, 20, 28, 35, 45)},
}
_INTERRUPTED = {
    "clean": CLEAN,
    "echo 20 dB": Setting(echo_db=20),
    "babble 20 dB": Setting(noise=several_voices, below_db=20),
}
_FIXED = {"utterance_end_ms": 500, "utterance_end_min_ms": 500, "utterance_end_max_ms": 500}


def rows() -> Iterator[Row]:
    """Give all of them, in the order of the tables."""
    return chain(_usual(), *(panel.rows() for panel in PANELS))


def _usual() -> Iterator[Row]:
    for name, setting in _ANSWERED.items():
        yield Row(
            name=name,
            measure="answered",
            script=scripts.answering(28),
            figures=measures.answering,
            calls=12,
            setting=setting,
        )
    for (said, speakers, line), setting in _POSITIONED.items():
        yield Row(
            name=f"{said}, {line}",
            measure="positioned",
            script=scripts.answering(_UTTERANCES),
            figures=measures.positioned(_UTTERANCES),
            calls=20,
            setting=setting,
            speakers=speakers,
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
            script=scripts.lectured_at(BOT_DBFS),
            figures=measures.lecturing,
            calls=14 if name == "echo 15 dB" else 7,  # there the bot does not get far
            setting=setting,
        )
    for name, setting in _INTERRUPTED.items():
        yield Row(
            name=name,
            measure="interrupted",
            script=scripts.interrupting_at(CALLER_DBFS),
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
