"""Presence: is there sound on the caller's line, although no voice is heard in it?

A caller whom the detector does not hear must not be hung up on as silent. So what stands out of the line's
own floor is counted, whatever it is. Steady noise is the floor, however loud.
"""

from math import inf

from attrs import frozen

from engine.caller.vad import NoiseFloor
from engine.settings import FRAME_MS, Settings

_TOLD_EVERY_MS = 200  # of sound: a word


@frozen
class LineSound:
    """So much sound, in all, since the last of these; no voice was heard in it."""

    ms: int


class Presence:
    """One per call; `step` once per frame, in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._floor = NoiseFloor(ceiling=inf)
        self._sound_ms = 0

    def step(self, level: float, *, counts: bool) -> list[LineSound]:
        """Add the level of the next frame; it `counts` if it is neither a voice nor the bot's own sound."""
        floor = self._floor.level
        self._floor.measure(level)
        if counts and level > max(self._settings.sound_level, self._settings.sound_over_floor * floor):
            self._sound_ms += FRAME_MS
        if self._sound_ms < _TOLD_EVERY_MS:
            return []
        self._sound_ms = 0
        return [LineSound(_TOLD_EVERY_MS)]
