"""Log lines of what may happen a thousand times a second: one a minute."""

import math

import trio
from attrs import define, field

_EVERY_S = 60.0


@define
class Seldom:
    """Says whether it is time to say something again."""

    _last_s: float = field(default=-math.inf, init=False)

    def now(self) -> bool:
        """Say whether it was not said within the last minute; then it counts as said."""
        if trio.current_time() < self._last_s + _EVERY_S:
            return False
        self._last_s = trio.current_time()
        return True
