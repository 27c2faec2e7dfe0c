"""Cells and tables: a figure as it is printed, and whether it reaches what it must."""

from collections.abc import Callable, Mapping, Sequence

from attrs import evolve, frozen

from benchmarks.turns.measures import Figures


@frozen
class Cell:
    """One figure as it is printed, and whether it misses its floor, or falls short of what is aimed at."""

    text: str
    missed: bool = False
    short: bool = False

    def __str__(self) -> str:
        return self.text + (" !" if self.missed else " *" if self.short else "")


@frozen(kw_only=True)
class Table:
    """One measure: its title, its columns, and how a row's figures become cells, seen beside the others."""

    measure: str  # whose rows it shows
    title: str
    columns: Sequence[str]
    cells: Callable[[str, Mapping[str, Figures]], Sequence[Cell]]
    lines: Sequence[str] = ()  # what the lines are; if nothing, the rows


def at_least(value: float, floor: float | None, aim: float | None = None) -> Cell:
    """Print a figure that misses its floor if it is less."""
    # A figure that could not be measured misses its floor, too.
    return evolve(aimed_at_least(value, aim), missed=floor is not None and not value >= floor)


def at_most(value: float, ceiling: float | None, digits: int = 0, aim: float | None = None) -> Cell:
    """Print a figure that misses its ceiling if it is more."""
    return evolve(aimed_at_most(value, aim, digits), missed=ceiling is not None and not value <= ceiling)


def below(value: float, ceiling: float) -> Cell:
    """Print a figure that must be less."""
    return Cell(f"{value:.0f}", missed=not value < ceiling)


def number(values: Sequence[float]) -> Cell:
    """Print how many there are."""
    return Cell(str(len(values)))


def aimed_at_least(value: float, aim: float | None, digits: int = 1) -> Cell:
    """Print a figure with what is aimed at behind it in brackets: it falls short if it is less."""
    return _aimed(value, aim, digits, reached=aim is None or value >= aim)


def aimed_at_most(value: float, aim: float | None, digits: int = 1) -> Cell:
    """Print a figure so that falls short if it is more."""
    return _aimed(value, aim, digits, reached=aim is None or value <= aim)


def _aimed(value: float, aim: float | None, digits: int, *, reached: bool) -> Cell:
    asked = "" if aim is None else f" ({aim:g})"
    return Cell(f"{value:.{digits}f}{asked}", short=not reached)
