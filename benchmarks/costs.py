"""What a call costs.

    python -m benchmarks.costs

Four tables: CPU time of what happens for every frame and every audio delta; storage writes; CPU time of a
whole call-second with 1 and with 8 concurrent calls; and how long the caller waits. Nothing is judged: the
numbers are for the one who reads them.
"""

import trio

from benchmarks import pieces, waits, whole_calls, writes
from benchmarks.tables import show


def main() -> None:
    """Measure and print."""
    show("CPU time of the pieces, median of 15 rounds", ("piece", "us"), pieces.rows())
    show("A write to the database on this disk", ("write", "p50 ms", "p99 ms"), trio.run(writes.rows))
    show(
        "CPU time of the server for a second of a call, over sockets, median of 3 rounds",
        ("concurrent calls", "ms CPU per call-second"),
        trio.run(whole_calls.rows),
    )
    show("How long the caller waits", ("wait", "ms"), [*trio.run(waits.first_word), *waits.answer()])


if __name__ == "__main__":
    main()
