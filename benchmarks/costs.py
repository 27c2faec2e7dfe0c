"""What the pieces of a call cost.

    python -m benchmarks.costs

Three tables: CPU time of what happens for every frame and every audio delta; storage writes; and how long
the caller waits. Whole calls are measured by `benchmarks.one_core`. Nothing is judged: the numbers are for
the one who reads them.
"""

import trio

from benchmarks import pieces, waits, writes
from benchmarks.tables import show


def main() -> None:
    """Measure and print."""
    show("CPU time of the pieces, median of 15 rounds", ("piece", "us"), pieces.rows())
    show("A write to the database on this disk", ("write", "p50 ms", "p99 ms"), trio.run(writes.rows))
    show("How long the caller waits", ("wait", "ms"), [*trio.run(waits.first_word), *waits.answer()])


if __name__ == "__main__":
    main()
