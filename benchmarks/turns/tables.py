"""The tables of the laboratory: from the figures of every row to lines, each checked against its floor."""

from collections.abc import Mapping, Sequence

from benchmarks.turns.cells import Cell, Table, aimed_at_least, at_least, at_most, below, number
from benchmarks.turns.measures import PLACES, Figures, percentile, share
from benchmarks.turns.panels import PANELS

FIXED = "fixed 500 ms"  # the row that the adaptive end of speech is compared with


_ANSWERED_FLOORS = {
    "clean": 100.0,
    "white+pink 20 dB": 99.5,
    "white+pink 10 dB": 97.0,
    "babble 20 dB": 99.0,
    "music 20 dB": 98.0,
}
_DELAY_CEILINGS = {"clean": (600.0, 750.0)}
_DELAY_AIMS = {"clean": 490.0}


def _answered(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    p50, p95 = _DELAY_CEILINGS.get(name, (None, None))
    return (
        number(figures["answered"]),
        at_least(share(figures["answered"]), _ANSWERED_FLOORS.get(name)),
        at_most(percentile(figures["delay_ms"], 50), p50, aim=_DELAY_AIMS.get(name)),
        at_most(percentile(figures["delay_ms"], 95), p95),
        Cell(f"{share(figures['cuts']):.1f}"),
        Cell(f"{share(figures['again']):.1f}"),
    )


def _paused(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    first, known = share(figures["first"]), share(figures["known"])
    fixed = rows.get(FIXED)
    # An adaptive silence may cut no more than the fixed one, and half as often once it knows the caller.
    ceiling = share(fixed["first"] + fixed["known"]) if fixed is not None and name != FIXED else None
    return (
        number(figures["first"]),
        at_most(first, ceiling, 1),
        number(figures["known"]),
        at_most(known, None if ceiling is None else ceiling / 2, 1),
        Cell(f"{percentile(figures['delay_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['delay_ms'], 95):.0f}"),
    )


_POSITIONED_AIMS = {"letters, clean": 98.0, "single words, clean": 100.0}
_IN_NOISE = 99.0


def _positioned(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    answered = [figures[place] for place in PLACES]
    every = [each for part in answered for each in part]
    aim = _IN_NOISE if name.startswith("words") else _POSITIONED_AIMS.get(name)
    return (
        number(every),
        aimed_at_least(share(every), aim),
        *(Cell(f"{share(part):.1f}") for part in answered),
        Cell(f"{share(figures['again']):.1f}"),
        Cell(f"{len(figures['whole']) - sum(figures['whole']):.0f} of {len(figures['whole'])}"),
    )


def _beside(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    answered = rows[name]["answered"]
    return number(answered), Cell(f"{share(answered):.1f}")


def _disturbed(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    return (
        number(figures["stopped"]),
        Cell(f"{sum(figures['minutes']):.1f}"),
        at_most(share(figures["stopped"]), 2.0, 1),
    )


_STOP_CEILINGS = {"music on hold": 1.0, "music 20 dB": 1.0, "babble 20 dB": 1.0}
_NO_STOPS = {"echo 20 dB", "echo 28 dB", "echo 35 dB", "echo 45 dB"}


def _lectured(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    minutes, stops = sum(figures["minutes"]), sum(figures["stops"])
    ceiling = 0.0 if name in _NO_STOPS else _STOP_CEILINGS.get(name)
    return Cell(f"{minutes:.1f}"), Cell(f"{stops:.0f}"), at_most(stops / minutes, ceiling, 2)


_STOPPED_AIMS = {"clean": 97.0}
_STOPPED_FLOORS = {"clean": (95.0, 99.0), "echo 20 dB": (95.0, 99.0), "babble 20 dB": (92.0, 99.0)}


def _interrupted(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    met = len(figures["met"])
    within_500, within_700 = _STOPPED_FLOORS.get(name, (None, None))

    def within(kind: str, limit_ms: float) -> float:
        return 100 * sum(at <= limit_ms for at in figures[kind]) / met if met else float("nan")

    return (
        Cell(str(met)),
        at_least(within("sent_ms", 500), within_500, _STOPPED_AIMS.get(name)),
        at_least(within("sent_ms", 700), within_700),
        Cell(f"{percentile(figures['sent_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['sent_ms'], 95):.0f}"),
        Cell(f"{within('taken_ms', 500):.1f}"),
        Cell(f"{within('taken_ms', 700):.1f}"),
        Cell(f"{percentile(figures['taken_ms'], 50):.0f}"),
        Cell(f"{percentile(figures['taken_ms'], 95):.0f}"),
    )


def _resumed(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    return (
        number(figures["events"]),
        Cell(f"{sum(figures['stopped']):.0f}"),
        Cell(f"{share(figures['resumed']):.1f}"),
        Cell(f"{percentile(figures['seam_error_ms'], 50):.0f}"),
        below(percentile(figures["seam_error_ms"], 95), 40.0),
        Cell(f"{max(figures['seam_error_ms'], default=float('nan')):.0f}"),
    )


def _told(name: str, rows: Mapping[str, Figures]) -> Sequence[Cell]:
    figures = rows[name]
    errors = [abs(error) for error in figures["heard_error_ms"]]
    return (
        number(errors),
        Cell(f"{percentile(errors, 50):.0f}"),
        at_most(percentile(errors, 95), 40.0),
        Cell(f"{max(errors, default=float('nan')):.0f}"),
    )


TABLES = (
    Table(
        measure="answered",
        title="Utterances answered; ms from the true end of speech to response.create; per 100 utterances",
        columns=("line", "utterances", "answered %", "p50", "p95", "cut early", "answered again"),
        cells=_answered,
    ),
    Table(
        measure="positioned",
        title="Utterances answered by their place in a call of 14, %; answered again, per 100 utterances",
        columns=(
            "line",
            "utterances",
            "answered %",
            *PLACES,
            "answered again",
            "calls hung up before the last",
        ),
        cells=_positioned,
    ),
    Table(
        measure="paused",
        title="Utterances with a pause of 300-900 ms inside: cut in two, per 100; ms to response.create",
        columns=("end of speech", "first 3 of a call", "cut", "from the 5th on", "cut", "p50", "p95"),
        cells=_paused,
    ),
    Table(
        measure="disturbed",
        title="False stops of the bot, if only for a moment, per 100 events",
        columns=("event", "events", "minutes of bot speech", "stopped"),
        cells=_disturbed,
    ),
    Table(
        measure="beside",
        title="Sounds in the bot's silence that were answered, per 100",
        columns=("sound", "events", "answered"),
        cells=_beside,
    ),
    Table(
        measure="lectured",
        title="False stops of the bot, if only for a moment, per minute of its speech",
        columns=("line", "minutes of bot speech", "stops", "a minute"),
        cells=_lectured,
    ),
    Table(
        measure="interrupted",
        title="Real interruptions of 1 s and more: % within so many ms of the true onset; p50 and p95 in ms",
        columns=(
            "line",
            "interruptions",
            "sent 500",
            "sent 700",
            "p50",
            "p95",
            "at the carrier 500",
            "700",
            "p50",
            "p95",
        ),
        cells=_interrupted,
    ),
    Table(
        measure="resumed",
        title="False interruptions: played on, and ms lost or heard twice at the seam",
        columns=("line", "events", "stopped the bot", "played on %", "p50", "p95", "most"),
        cells=_resumed,
    ),
    Table(
        measure="interrupted",
        title="Heard ms told to the model against what the line played",
        columns=("line", "told", "p50", "p95", "most"),
        cells=_told,
    ),
    *(table for panel in PANELS for table in panel.TABLES),
)


def merged(parts: Sequence[Figures]) -> Figures:
    """Join the figures of several calls into one."""
    whole: Figures = {}
    for part in parts:
        for name, values in part.items():
            whole.setdefault(name, []).extend(values)
    return whole
