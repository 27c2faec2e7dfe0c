"""What real rooms and real people do: a panel of rows and tables for each kind."""

from benchmarks.turns.panels import (
    ahead,
    bystanders,
    echoes,
    levels,
    listeners,
    machines,
    patience,
    pauses,
    short_words,
    tau,
)

PANELS = (bystanders, levels, echoes, short_words, pauses, ahead, patience, machines, listeners, tau)
