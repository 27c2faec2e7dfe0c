"""How noisy the caller's line is, as far as it troubles the call: by its floor, and by what stopped the bot.

The floor knows steady noise, the false stops know everything else: a television, a child, the bot's own echo.
"""

from engine.account import NoisyLine
from engine.settings import Settings


class LineNoise:
    """One per call. Once the line is known to be noisy, it stays so: people are told once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loud = self._floor = 0
        self._false_stops = 0
        self._told = False

    def hear(self, floor: int) -> None:
        """Take the line's floor beside an utterance, RMS on the 16-bit scale."""
        self._floor = max(self._floor, floor)
        self._loud += floor >= self._settings.noisy_floor

    def stop_for_nothing(self) -> None:
        """Count that the bot was stopped by what was nothing."""
        self._false_stops += 1

    def take(self) -> NoisyLine | None:
        """Return what there is to tell of it, once."""
        settings = self._settings
        noisy = self._loud >= settings.noisy_utterances or self._false_stops >= settings.noisy_stops
        if self._told or not noisy:
            return None
        self._told = True
        return NoisyLine(floor=self._floor, false_stops=self._false_stops)
