"""Short answers in the bot's silence, and what is as short but means nothing."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners, measures, scripts
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.row import Row
from benchmarks.turns.scene import STATEMENT, Cast, Planned, Scene, Script, Speakers, replies, some
from benchmarks.turns.sounds import EVENTS, SHORT_EVENTS, Source

_ASKED, _DICTATED = "Is that right?", "What is your phone number?"
_ANSWERS = 16  # in a call
_SAID: dict[str, tuple[Speakers, str]] = {
    "words, after a question": ("short_words", _ASKED),
    "words, after no question": ("short_words", STATEMENT),
    "letters, after a question": ("short_letters", _ASKED),
    "letters, dictated": ("short_letters", _DICTATED),
}
_LENGTHS_MS = ((120, 180), (180, 240), (240, 301))


def rows() -> Iterator[Row]:
    """Give the rows of both tables."""
    for name, (speakers, text) in _SAID.items():
        yield Row(
            name=name,
            measure="short",
            script=_answering(text),
            figures=manners.in_time_by_length(_LENGTHS_MS),
            calls=12,
            speakers=speakers,
        )
    for kind in EVENTS | SHORT_EVENTS:
        yield Row(
            name=kind,
            measure="asked",
            script=scripts.heard_beside(kind, text=_ASKED),
            figures=measures.hearing_beside,
            calls=4,
        )


def _answering(text: str) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        for clip in some(source, cast.caller, _ANSWERS):
            scene.say(clip)
            scene.hear_out()
        return scene.planned(replies(source, cast, _ANSWERS + 8, 1.2, text))

    return script


def _said(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    parts = [figures[f"{least}"] for least, _ in _LENGTHS_MS]
    every = [each for part in parts for each in part]
    return (
        number(every),
        aimed_at_least(share(every), 97.0),
        *(Cell(f"{share(part):.1f} of {len(part)}") for part in parts),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
    )


def _meant_nothing(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    answered = of_rows[name]["answered"]
    return number(answered), aimed_at_most(share(answered), 0.5)


TABLES = (
    Table(
        measure="short",
        title="Short words and letters (120-300 ms) in the bot's silence: answered within 2.5 s, %; ms",
        columns=(
            "said",
            "number",
            "answered %",
            *(f"{least}-{below - below % 10} ms" for least, below in _LENGTHS_MS),
            "p50",
            "p95",
        ),
        cells=_said,
    ),
    Table(
        measure="asked",
        title="Sounds after a question that nobody meant as an answer: answered, per 100",
        columns=("sound", "events", "answered"),
        cells=_meant_nothing,
    ),
)
