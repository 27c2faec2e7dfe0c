"""The keys that a caller presses: gathered until the number is complete.

The digits go to the model and nowhere else, because they may be those of a card.
"""

from math import inf

from attrs import define

from engine.settings import Settings

_MOST_KEYS = 64  # more than any number that a business asks for


@define
class Keypad:
    """One per call. Times are milliseconds of the call's clock."""

    settings: Settings
    due_ms: float = inf  # then the number is complete
    gathering: bool = False  # a number has begun and is not complete
    _keys: str = ""

    def press(self, key: str, now_ms: float) -> None:
        """Add one more key; `#` ends the number."""
        self.gathering = True
        if len(self._keys) < _MOST_KEYS:
            self._keys += key
        self.due_ms = now_ms if key == "#" else now_ms + self.settings.keypad_end_ms

    def take(self) -> str:
        """Return the keys that were pressed; the next one begins a new number."""
        keys, self._keys, self.due_ms, self.gathering = self._keys, "", inf, False
        return keys
