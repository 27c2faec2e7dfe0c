"""Silence on the line: when the caller is asked whether they are there, and when the call is given up.

A line with sound on it is not given up, although no voice is heard in it: the caller is asked again, each
time after twice as long, until they are heard, the line is silent, or the longest call is over. But what
sounds for most of the time is music: who speaks rests. It is asked as a silent line is, and is nobody.

Who asks for a moment gets it: until they have said something else, each silence lasts as long as that takes.
"""

from math import inf

from attrs import define

from engine.settings import Settings


@define
class Silence:
    """Counts the time in which nobody speaks and nothing is under way. Milliseconds of the call's clock."""

    settings: Settings
    prompts: int = 0  # how often the caller was asked since they last gave a sign
    sound_ms: int = 0  # without a voice in it, since then or since it last kept the call going
    since_ms: float | None = None  # None: it is no silence
    waits: bool = False  # the caller has asked for a moment
    _present_ms: int = 0  # of sound in the present silence
    _patience: int = 1  # how many times as long as at first the next silence may last

    @property
    def sounding(self) -> bool:
        """True if there was so much sound that this is no silence."""
        return self.sound_ms >= self.settings.sound_min_ms

    def watch(self, now_ms: float, *, idle: bool) -> None:
        """Start or stop the clock: does nobody speak, and is nothing under way that will?"""
        if not idle:
            self.since_ms = None
        elif self.since_ms is None:
            self.since_ms, self._present_ms = now_ms, 0

    def broken(self, now_ms: float) -> None:
        """Start the time anew: the caller gave a sign."""
        self.prompts = self.sound_ms = 0
        self._patience = 1
        if self.since_ms is not None:
            self.since_ms, self._present_ms = now_ms, 0

    def sounded(self, ms: int) -> None:
        """Add so much sound on the line in which no voice was heard."""
        if self.since_ms is not None:
            self.sound_ms += ms
            self._present_ms += ms

    def music(self, now_ms: float) -> bool:
        """Say whether the present silence is one of music."""
        lasted_ms = 0.0 if self.since_ms is None else now_ms - self.since_ms
        return self._present_ms >= self.settings.music_share * lasted_ms > 0

    def due_ms(self) -> float:
        """Return when something must be said."""
        if self.since_ms is None:
            return inf
        settings = self.settings
        longest_ms = max(settings.silence_ms, settings.silence_max_ms)
        patience_ms = min(self._patience * settings.silence_ms, longest_ms)
        return self.since_ms + (max(patience_ms, settings.wait_ms) if self.waits else patience_ms)

    def ask_again(self, now_ms: float) -> bool:
        """End a silence that lasted. True if the caller is to be asked, False if they were often enough."""
        music, self.since_ms = self.music(now_ms), None
        if self.prompts >= self.settings.silence_prompts:
            if music or not self.sounding:
                return False
            self.sound_ms = 0
            self._patience *= 2
        self.prompts += 1
        return True
