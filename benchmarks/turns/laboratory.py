"""One call of one row, from its name and number alone."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from attrs import frozen

from benchmarks.turns import calls
from benchmarks.turns.corpus import Corpus
from benchmarks.turns.measures import Figures
from benchmarks.turns.recognition import Recogniser
from benchmarks.turns.row import Row
from benchmarks.turns.scene import cast
from engine.settings import Settings

HUNG_UP_ON = "hung up on"  # of every call: had the caller still something to say when the engine ended it?


@frozen(kw_only=True, eq=False)
class Laboratory:
    """What every call needs; the worker processes inherit it."""

    corpus: Corpus
    settings: Settings
    rows: Sequence[Row]

    def place(self, job: tuple[int, int]) -> Figures:
        """Carry one call of one row and measure it. The same job always gives the same figures."""
        row, number = self.rows[job[0]], job[1]
        # By name: a run of some rows gives each the figures that a run of all of them does.
        seed = crc32(f"{row.measure} {row.name} {number}".encode())
        source = np.random.default_rng(seed)
        who = cast(self.corpus, source, number, row.speakers)
        planned = row.script(who, source)
        room = row.setting.room(who, self.corpus.music, source)
        account = calls.carry(
            planned,
            row.settings(self.settings),
            ways=calls.delays(seed, row.setting.spread_ms, row.setting.stall_ms),
            acoustics=room,
            recogniser=lambda carrier: Recogniser(
                carrier=carrier,
                way_ms=calls.WAY_MS,
                kind=row.recognition,
                echo_is_heard=row.setting.echo_db is not None,
                seed=seed,
            ),
        )
        return row.figures(account) | {HUNG_UP_ON: [account.hung_up and account.unsaid > 0]}
