"""Plain tables."""

from collections.abc import Iterable, Sequence

_GAP = 3


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the figures to the right."""
    lines = [tuple(columns), *map(tuple, rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    print(f"\n{title}\n")
    for first, *figures in lines:
        cells = [figure.rjust(width + _GAP) for figure, width in zip(figures, widths[1:], strict=True)]
        print(f"  {first.ljust(widths[0])}{''.join(cells)}", flush=True)
