"""Silence on the line: when the caller is asked whether they are there, and when the call is given up."""

from math import inf

from attrs import define

from engine.settings import Settings


@define
class Silence:
    """Counts the time in which nobody speaks and nothing is under way. Milliseconds of the call's clock."""

    settings: Settings
    prompts: int = 0  # how often the caller was asked since they last gave a sign
    _since_ms: float | None = None

    def watch(self, now_ms: float, *, idle: bool) -> None:
        """Whether nobody speaks, and nothing is under way that will."""
        if not idle:
            self._since_ms = None
        elif self._since_ms is None:
            self._since_ms = now_ms

    def broken(self, now_ms: float) -> None:
        """The caller gave a sign: the time starts anew."""
        self.prompts = 0
        if self._since_ms is not None:
            self._since_ms = now_ms

    def due_ms(self) -> float:
        """When something must be said."""
        return inf if self._since_ms is None else self._since_ms + self.settings.silence_ms

    def ask_again(self) -> bool:
        """The silence lasted: True if the caller is to be asked, False if they were asked often enough."""
        self._since_ms = None
        if self.prompts == self.settings.silence_prompts:
            return False
        self.prompts += 1
        return True
