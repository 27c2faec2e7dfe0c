"""The turn-taking laboratory: `python -m benchmarks.turns`.

Whole calls go through the engine in virtual time, with recorded and synthetic voices on a line with noise,
echo and delay; the tables say how well the engine understood when it was its turn. Ends with 1 if a figure
misses its floor.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice

from benchmarks.tables import show
from benchmarks.turns import corpus, tables
from benchmarks.turns.cells import Cell, Table
from benchmarks.turns.laboratory import HUNG_UP_ON, Laboratory
from benchmarks.turns.measures import Figures
from benchmarks.turns.row import Row
from benchmarks.turns.rows import rows
from office.adjust import BadSetting, parse_settings

_PROCESSES = 2

_laboratory: list[Laboratory] = []  # filled before the workers are forked


def _place(job: tuple[int, int]) -> Figures:
    return _laboratory[0].place(job)


def main() -> int:
    """Measure and print; the exit code."""
    wanted = _arguments()
    absent = corpus.missing()
    if absent:
        sys.exit(f"The laboratory lacks {', '.join(absent)}.\nRun: {corpus.INSTALL}")
    try:
        settings = parse_settings(wanted.set)
    except BadSetting as bad:
        sys.exit(f"--set {bad}")
    chosen = [row for row in rows() if not wanted.row or _names(row) & set(wanted.row)]
    if not chosen:
        sys.exit(f"--row: there is no {' or '.join(wanted.row)}; there are {', '.join(_all_names())}")
    began = time.monotonic()
    laboratory = Laboratory(
        corpus=corpus.load(wanted.half, {row.speakers for row in chosen}), settings=settings, rows=chosen
    )
    cells, hung_up_on = _show(_measured(laboratory, wanted.share))
    print(f"\n{wanted.half} half, detector {settings.detector}, {time.monotonic() - began:.0f} s.")
    return _sum_up(cells, hung_up_on)


def _names(row: Row) -> set[str]:
    return {row.measure, row.name, f"{row.measure}/{row.name}"}


def _all_names() -> list[str]:
    return sorted({row.measure for row in rows()}) + [f"{row.measure}/{row.name}" for row in rows()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("--half", choices=("held-out", "tuning"), default="held-out")
    parser.add_argument(
        "--row", action="append", metavar="NAME", help="table, row or table/row; may be repeated"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting")
    parser.add_argument("--share", type=float, default=1.0, help="of the calls: less is quicker")
    return parser.parse_args()


def _measured(laboratory: Laboratory, share: float) -> Iterator[tuple[Row, Figures]]:
    """Give each row with its figures, in order, as soon as its calls are over."""
    _laboratory[:] = [laboratory]
    placed = [max(1, round(row.calls * share)) for row in laboratory.rows]
    jobs = [(index, number) for index, calls in enumerate(placed) for number in range(calls)]
    with multiprocessing.get_context("fork").Pool(_PROCESSES) as pool:
        figures = pool.imap(_place, jobs)
        for row, calls in zip(laboratory.rows, placed, strict=True):
            yield row, tables.merged(list(islice(figures, calls)))


def _show(measured: Iterable[tuple[Row, Figures]]) -> tuple[list[Cell], dict[str, Sequence[float]]]:
    """Print every table once its rows are there; all cells, and by row which calls were hung up on."""
    cells: list[Cell] = []
    hung_up_on: dict[str, Sequence[float]] = {}
    for measure, group in groupby(measured, key=lambda pair: pair[0].measure):
        of_rows = {row.name: figures for row, figures in group}
        hung_up_on |= {f"{measure}/{name}": figures[HUNG_UP_ON] for name, figures in of_rows.items()}
        for table in tables.TABLES:
            if table.measure == measure:
                cells += _print(table, of_rows)
    return cells, hung_up_on


def _sum_up(cells: Sequence[Cell], hung_up_on: Mapping[str, Sequence[float]]) -> int:
    """Print what holds for all tables; the exit code."""
    every = [each for calls in hung_up_on.values() for each in calls]
    print(f"{sum(every):.0f} of {len(every)} calls were hung up on before the caller had said everything.")
    for name, calls in hung_up_on.items():
        if any(calls):
            print(f"  {name}: {sum(calls):.0f} of {len(calls)}")
    missed, short = sum(cell.missed for cell in cells), sum(cell.short for cell in cells)
    if missed:
        print(f"{missed} figures, marked !, miss their floor.")
    if short:
        print(f"{short} figures, marked *, fall short of what is aimed at, which stands behind them.")
    return 1 if missed else 0


def _print(table: Table, of_rows: Mapping[str, Figures]) -> list[Cell]:
    lines = [(name, table.cells(name, of_rows)) for name in table.lines or of_rows]
    show(table.title, table.columns, [(name, *map(str, cells)) for name, cells in lines])
    return [cell for _, cells in lines for cell in cells]


if __name__ == "__main__":
    sys.exit(main())
