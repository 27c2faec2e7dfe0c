"""The laboratory itself, on voices made here; what it finds on the real corpus is no test's business."""

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.turns import measures, scripts, tables
from benchmarks.turns.acoustics import to_sound
from benchmarks.turns.clips import clips
from benchmarks.turns.corpus import Corpus
from benchmarks.turns.laboratory import Laboratory
from benchmarks.turns.row import Row
from benchmarks.turns.rows import rows
from engine.settings import DEFAULTS
from simulator import speak_all

needs_wheel = pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="needs frontdesk[speech]")


def corpus() -> Corpus:
    words = ("Are you open tomorrow?", "At ten o'clock please.")
    spoken = speak_all([(voice, text) for voice in ("en-us", "de", "he") for text in words])
    found = list(clips((f"clip {n}", np.pad(to_sound(audio), 800)) for n, audio in enumerate(spoken)))
    return Corpus(
        recorded={"one": found[:2], "two": found[2:4]},
        synthetic={"three": found[4:]},
        music=[np.ones(80_000)],
        special={},
    )


@needs_wheel
def test_a_call_on_a_clean_line_is_understood_and_measured_the_same_again():
    row = Row(
        name="clean", measure="answered", script=scripts.answering(4), figures=measures.answering, calls=1
    )
    laboratory = Laboratory(corpus=corpus(), settings=DEFAULTS, rows=[row])
    figures = laboratory.place((0, 0))
    assert figures["answered"] == [True] * 4
    assert figures["cuts"] == [0] * 4
    assert all(250 < delay_ms < 800 for delay_ms in figures["delay_ms"])
    assert laboratory.place((0, 0)) == figures


def test_every_row_has_a_table_and_a_name_of_its_own_in_it():
    every = [(row.measure, row.name) for row in rows()]
    assert len(set(every)) == len(every)
    assert {measure for measure, _ in every} == {table.measure for table in tables.TABLES}


def cells(measure: str, name: str, of_rows) -> list[str]:
    table = next(table for table in tables.TABLES if table.measure == measure)
    return [str(cell) for cell in table.cells(name, of_rows)]


def test_a_figure_below_its_floor_is_marked_and_one_that_reaches_it_is_not():
    figures = {"answered": [1] * 199 + [0], "delay_ms": [600] * 200, "cuts": [0] * 200, "again": [0] * 200}
    assert cells("answered", "clean", {"clean": figures}) == [
        "200",
        "99.5 !",
        "600 (490) *",
        "600",
        "0.0",
        "0.0",
    ]
    assert cells("answered", "white+pink 20 dB", {"white+pink 20 dB": figures})[1] == "99.5"


def test_a_figure_that_could_not_be_measured_misses_its_floor():
    figures = {"stopped": [], "minutes": [0.0]}
    assert cells("disturbed", "clicks", {"clicks": figures}) == ["0", "0.0", "nan !"]


def test_a_figure_short_of_its_aim_shows_the_aim_and_is_marked_but_fails_nothing():
    figures = {"answered": [1] * 19 + [0], "delay_ms": [600], "cuts": [0], "needless": [1]}
    table = next(table for table in tables.TABLES if table.measure == "bystanders")
    (_, answered, *_) = table.cells("TV 15 dB", {"TV 15 dB": figures})
    assert (str(answered), answered.missed, answered.short) == ("95.0 (96) *", False, True)
    (_, answered, *_) = table.cells("child 12 dB", {"child 12 dB": figures})
    assert (str(answered), answered.missed, answered.short) == ("95.0 (95)", False, False)


def test_an_adaptive_silence_is_compared_with_the_fixed_one():
    fixed = {"first": [1, 0], "known": [1, 0], "delay_ms": [600]}
    adaptive = {"first": [1, 0], "known": [1, 0, 0, 0], "delay_ms": [600]}
    late = {"first": [1, 1, 0], "known": [1, 1, 0], "delay_ms": [600]}
    assert cells("paused", "adaptive", {"adaptive": adaptive, tables.FIXED: fixed})[1::2] == [
        "50.0",
        "25.0",
        "600",
    ]
    assert cells("paused", "adaptive", {"adaptive": late, tables.FIXED: fixed})[1:4:2] == ["66.7 !", "66.7 !"]
