"""Pauses that end nothing: between the groups of a number, and where people take breath."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.turns import manners
from benchmarks.turns.cells import Cell, Table, aimed_at_least, aimed_at_most, number
from benchmarks.turns.measures import Figures, percentile, share
from benchmarks.turns.recognition import Recognition
from benchmarks.turns.row import Row
from benchmarks.turns.scene import STATEMENT, Cast, Planned, Scene, Script, replies, some
from benchmarks.turns.sounds import Source

_DICTATIONS = 6  # in a call
_GROUPS = (3, 3, 4)
_BETWEEN_DIGITS_MS = 120
_PAUSES_MS = (600, 800, 1_000, 1_300, 1_500)
_ASKED = {
    "en": "What is your phone number?",
    "es": "¿Cuál es su número de teléfono?",
    "fr": "Quel est votre numéro de téléphone ?",
    "it": "Qual è il suo numero di telefono?",
    "ru": "Назовите, пожалуйста, ваш номер телефона.",
}
_ASKED_OTHERWISE = {
    "en": "How can we reach you?",
    "es": "¿Cómo le podemos localizar?",
    "fr": "Comment peut-on vous joindre ?",
    "it": "Come possiamo contattarla?",
    "ru": "Как вас найти?",
}
_LANGUAGES = tuple(_ASKED)
_WHOLE = {"1.0 s": 95.0}
_BREATHS = 14  # utterances in a call, every second one with a pause of its own
_NATURAL, _PLAIN = "with a pause of its own", "without"


def rows() -> Iterator[Row]:
    """Give the rows of both tables."""
    asked: dict[str, tuple[int, Mapping[str, str], Recognition]] = {
        f"{pause_ms / 1000:.1f} s": (pause_ms, _ASKED, "exact") for pause_ms in _PAUSES_MS
    }
    asked["1.0 s, asked otherwise"] = (1_000, _ASKED_OTHERWISE, "exact")
    asked["1.0 s, not asked, with deltas"] = (1_000, dict.fromkeys(_LANGUAGES, STATEMENT), "live")
    for name, (pause_ms, questions, recognition) in asked.items():
        yield Row(
            name=name,
            measure="dictated",
            script=_dictating(pause_ms, questions),
            figures=manners.kept_whole(_LANGUAGES),
            calls=12,
            speakers="digits",
            recognition=recognition,
        )
    yield Row(
        name="natural pauses",
        measure="natural",
        script=taking_breath,
        figures=manners.kept_whole((_NATURAL, _PLAIN)),
        calls=12,
        speakers="natural",
    )


def _dictating(pause_ms: int, questions: Mapping[str, str]) -> Script:
    def script(cast: Cast, source: Source) -> Planned:
        scene = Scene(source)
        language = cast.caller[0].name[:2]
        for _ in range(_DICTATIONS):
            digits = some(source, cast.caller, sum(_GROUPS))
            last = {sum(_GROUPS[:group]) - 1 for group in range(1, len(_GROUPS))}
            scene.hear_out()
            scene.say_in_parts(
                [(digit, pause_ms if at in last else _BETWEEN_DIGITS_MS) for at, digit in enumerate(digits)],
                label=language,
            )
            scene.hear_out()
        return scene.planned(replies(source, cast, 4 * _DICTATIONS, 1.2, questions[language]))

    return script


def taking_breath(cast: Cast, source: Source) -> Planned:
    """Script utterances of which every second one has pauses of its own."""
    scene = Scene(source)
    pausing = some(source, [clip for clip in cast.caller if clip.pauses], _BREATHS // 2)
    plain = some(source, [clip for clip in cast.caller if not clip.pauses], _BREATHS // 2)
    for before, clip in zip(plain, pausing, strict=True):
        for each in (before, clip):
            scene.say(each, label=_NATURAL if each.pauses else _PLAIN)
            scene.hear_out()
    return scene.planned(replies(source, cast, 2 * _BREATHS, 1.2))


def _dictated(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    every = [each for language in _LANGUAGES for each in figures[language]]
    return (
        number(every),
        aimed_at_least(share(every), _WHOLE.get(name)),
        *(Cell(f"{share(figures[language]):.0f}") for language in _LANGUAGES),
        Cell(f"{share(figures['talked over']):.1f}"),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
    )


def _natural(name: str, of_rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = of_rows[name]
    return (
        number(figures[_NATURAL]),
        aimed_at_most(100 - share(figures[_NATURAL]), 8.0),
        Cell(f"{100 - share(figures[_PLAIN]):.1f}"),
        Cell(f"{share(figures['talked over']):.1f}"),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
    )


TABLES = (
    Table(
        measure="dictated",
        title="Ten digits in three groups, asked for in the caller's language: kept whole, %; ms to answer",
        columns=("between the groups", "numbers", "whole %", *_LANGUAGES, "bot talks over %", "p50", "p95"),
        cells=_dictated,
    ),
    Table(
        measure="natural",
        title="Utterances with pauses of their own, of 300 ms to 1 s: cut in two, per 100; ms to the answer",
        columns=("", "utterances", "cut", "cut without a pause", "bot talks over %", "p50", "p95"),
        cells=_natural,
    ),
)
