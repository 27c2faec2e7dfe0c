"""Endpointing: how long a silence of this caller means that they have finished.

People differ: one never rests in mid-sentence, another thinks for most of a second before every number. A
call begins with `utterance_end_ms`. From then on the silence stands above the longest pause of the caller's
last utterances, so that it follows them both ways: a pause is not taken for an end twice, and whoever makes
none waits no longer for an answer than they must. Up to what a call begins with it stands well above, because
that costs little: so the least can be short. Beyond, a little must do.

A pause is the caller's only once they are surely heard after it: a child or a television behind them goes on
and on, and its gaps would make everybody wait.

What is expected comes before that. A yes or a no is waited for no longer than anything at least; what is
dictated, a number, a name, an address, comes in pieces with a second and more between them.
"""

from collections import deque

from engine.settings import Settings

_UTTERANCES = 3  # that are remembered: more would cut less and make everybody wait longer
_MARGIN_MS, _WIDE_MARGIN_MS = 60, 160  # a pause much like the last ones must not end the utterance
_GAP_MS = 200  # between two words


class Pace:
    """The pauses of one caller; one per call."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._longest_ms = deque([settings.utterance_end_ms - _MARGIN_MS], maxlen=_UTTERANCES)
        self._pause_ms = 0  # the longest of the present utterance
        self._open_ms = 0  # the last one, until it is known whose it was

    def end_ms(self, *, dictating: bool, yes_or_no: bool) -> int:
        """Return the silence that now ends an utterance, by what it is expected to be."""
        settings = self.settings
        longest_ms = self._pause_ms if yes_or_no else max(self._pause_ms, *self._longest_ms)
        wide_ms = min(longest_ms + _WIDE_MARGIN_MS, settings.utterance_end_ms)
        wanted_ms = min(max(longest_ms + _MARGIN_MS, wide_ms), settings.utterance_end_max_ms)
        return max(settings.utterance_end_min_ms, wanted_ms, settings.dictation_end_ms if dictating else 0)

    def ends_within(self, silence_ms: int) -> bool:
        """Say whether this caller has lately made no pause nearly as long: this one may be the end."""
        return max(self._pause_ms, *self._longest_ms) + _MARGIN_MS <= silence_ms

    def goes_on(self, pause_ms: int, *, sure: bool) -> None:
        """Note a frame of speech after a silence of `pause_ms`; `sure`: loud enough to be the caller's.

        The pause counts whether or not it had ended an utterance.
        """
        if pause_ms > _GAP_MS:
            self._open_ms = pause_ms
        if sure:
            pause_ms, self._open_ms = max(pause_ms, self._open_ms), 0
            if pause_ms < self.settings.utterance_end_max_ms:
                self._pause_ms = max(self._pause_ms, pause_ms)

    def finished(self) -> None:
        """Close the utterance: its longest pause now counts as that of a whole one."""
        self._longest_ms.append(self._pause_ms)
        self._pause_ms = self._open_ms = 0
