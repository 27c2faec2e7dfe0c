"""Endpointing: how long a silence of this caller means that they have finished.

People differ: one never rests in mid-sentence, another thinks for most of a second before every number. A
call begins with `utterance_end_ms`. From then on the silence stands a little above the longest pause of the
caller's last utterances, so that it follows them both ways: a pause is not taken for an end twice, and
whoever makes none waits no longer for an answer than they must.

What is expected comes before that. A yes or a no is waited for no longer than anything at least; what is
dictated, a number, a name, an address, comes in pieces with a second and more between them.
"""

from collections import deque

from engine.settings import Settings

_UTTERANCES = 3  # that are remembered: more would cut less and make everybody wait longer
_MARGIN_MS = 60  # a pause much like the last ones must not end the utterance


class Pace:
    """The pauses of one caller; one per call."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._longest_ms = deque([settings.utterance_end_ms - _MARGIN_MS], maxlen=_UTTERANCES)
        self._pause_ms = 0  # the longest of the present utterance

    def end_ms(self, *, dictating: bool, yes_or_no: bool) -> int:
        """Return the silence that now ends an utterance, by what it is expected to be."""
        settings = self.settings
        longest_ms = self._pause_ms if yes_or_no else max(self._pause_ms, *self._longest_ms)
        wanted_ms = min(settings.utterance_end_max_ms, longest_ms + _MARGIN_MS)
        return max(settings.utterance_end_min_ms, wanted_ms, settings.dictation_end_ms if dictating else 0)

    def ends_within(self, silence_ms: int) -> bool:
        """Say whether this caller has lately made no pause nearly as long: this one may be the end."""
        return max(self._pause_ms, *self._longest_ms) + _MARGIN_MS <= silence_ms

    def paused(self, pause_ms: int) -> None:
        """Note that the caller went on after a silence of `pause_ms`.

        It counts whether or not it had ended an utterance.
        """
        if pause_ms < self.settings.utterance_end_max_ms:
            self._pause_ms = max(self._pause_ms, pause_ms)

    def finished(self) -> None:
        """Close the utterance: its longest pause now counts as that of a whole one."""
        self._longest_ms.append(self._pause_ms)
        self._pause_ms = 0
