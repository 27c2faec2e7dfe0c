"""A row of the laboratory: which calls it places, what it measures, and by which settings."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from benchmarks.turns.measures import Account, Figures
from benchmarks.turns.recognition import Recognition
from benchmarks.turns.rooms import CLEAN, Setting
from benchmarks.turns.scene import Script, Speakers
from engine.settings import Settings


@frozen(kw_only=True)
class Row:
    """One row of a table."""

    name: str
    measure: str  # which table it belongs to
    script: Script
    figures: Callable[[Account], Figures]
    calls: int
    setting: Setting = CLEAN
    speakers: Speakers = "everybody"
    recognition: Recognition = "exact"
    changes: Mapping[str, Any] = field(factory=dict)  # to the settings

    def settings(self, base: Settings) -> Settings:
        """Return the settings of this row's calls: everybody's, but for what it compares with."""
        changes = {"transcription_model": None} if self.recognition == "none" else {}
        return evolve(base, **changes | self.changes)
