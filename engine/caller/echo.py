"""The echo guard: is what comes from the caller's line only the bot's own sound, come back?

To any detector of voices the bot's echo is a voice. What tells the two apart is how loud it is: a phone sends
back what it plays so much quieter, and a caller who talks over the bot is louder than that. How much, differs
from phone to phone, and it is measured on each call, but never learnt from the caller:

- Most phones return 14 dB less or quieter: there a call begins.
- A handset returns nearly nothing. Where the line stayed still over the bot for long enough, little is a
  voice.
- What is the bot's echo has the bot's shape: the line rises and falls as the bot did some time before, and
  no caller speaks so. An echo that is so recognised is measured at once, its loss and its delay. What such
  a loud echo would explain, and has not the shape, is the caller: the guard goes back to where it began.
"""

from collections import deque
from collections.abc import Iterable
from itertools import accumulate, islice
from math import sqrt
from operator import mul

from engine.settings import FRAME_MS, Settings

_SOFT = 1.8  # of what the guard takes for echo as a call begins: who is louder needs no lower one
_SHAPE = 75  # frames that are compared with the bot's
_TOLD = (
    15  # of them with sound: what is shorter may rise with the bot by chance, and nothing is learnt from it
)
_EVERY, _SELDOM = 5, 25  # frames
_REST = 30  # frames: the bot rests, too, and so long never


class EchoGuard:
    """One per call; ask it about every frame, in order: it counts frames and has no clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Held, because between syllables every voice is quieter than the echo of another.
        self._caller: deque[float] = deque(maxlen=settings.level_hold_ms // FRAME_MS)
        # The echo of a frame comes later than the frame, by the way there and back and the room.
        self._memory = settings.echo_memory_ms // FRAME_MS
        self._latest = settings.echo_latest_ms // FRAME_MS
        # Roots of the levels: else one loud syllable would be all of a shape.
        self._line: deque[float] = deque([0.0] * _SHAPE, maxlen=_SHAPE)
        self._bot: deque[float] = deque([0.0] * (_SHAPE + self._latest), maxlen=_SHAPE + self._latest)
        self._usual = self._returned = _ratio(settings.echo_return_db)
        self._least, self._loudest = (
            _ratio(settings.echo_return_most_db),
            _ratio(settings.echo_return_least_db),
        )
        self._alike = False
        self._late = 0  # frames, of an echo that was measured
        self._quiet_ms = 0  # on the line, over the bot
        self._still = 0  # frames of it, in a row
        self._sounding = 0  # frames, since the bot began

    def explains(self, level: float, bot_level: float, own_level: float = 0.0) -> bool:
        """Say whether this frame is no louder than the bot's own sound coming back.

        Both levels are RMS on the 16-bit scale. `bot_level` is of what the caller's line plays in this frame
        (not of what is sent in it: audio is sent faster than it plays), and 0.0 if it plays nothing.
        `own_level` is the caller's, 0.0 if it is not known: only for a soft caller is the guard lowered.
        """
        self._caller.append(level)
        self._line.append(sqrt(level))
        self._bot.append(sqrt(bot_level))
        loudest = max(islice(self._bot, len(self._bot) - self._memory, None)) ** 2
        if not loudest:
            self._sounding, self._alike = 0, False
            return False
        self._sounding += 1
        held = max(self._caller)
        ratio = held / loudest
        soft = 0 < own_level < _SOFT * self._usual * loudest
        returned = self._returned if soft else max(self._returned, self._usual)
        if held <= self._settings.speech_level:
            self._alike = False
            self._follow_quiet(bot_level)
            return ratio <= returned
        self._still = 0
        if self._alike or bot_level:
            urgent = self._alike or ratio > min(self._usual, self._returned)
            if self._sounding % (_EVERY if urgent else _SELDOM) == 0:
                self._compare(ratio)
        return self._alike or ratio <= returned

    def _follow_quiet(self, bot_level: float) -> None:
        """Note a frame in which nothing came back; it tells something if an echo would have had the time."""
        self._still += 1
        if not bot_level or self._sounding <= self._latest or self._still <= _REST:
            return
        self._quiet_ms += FRAME_MS
        if self._quiet_ms == self._settings.echo_quiet_ms:
            self._believe(self._least)

    def _compare(self, ratio: float) -> None:
        """Compare the line's shape with the bot's; an echo that is found is measured at once.

        What a measured echo would explain, and has not its shape, is the caller.
        """
        likeness, gain, late = self._likest(self._around(self._late))
        if likeness < self._settings.echo_likeness:
            _, _, near = self._likest(range(0, self._latest + 1, 2))
            likeness, gain, late = self._likest(self._around(near))
        self._alike = likeness >= self._settings.echo_likeness and gain <= self._loudest
        told = list(self._line)[-min(_SHAPE, self._sounding) :]
        if sum(root > max(told) / 3 for root in told) < _TOLD:
            return
        if self._alike:
            self._late, self._quiet_ms = late, 0
            self._believe(gain / _ratio(self._settings.echo_margin_db))
        elif likeness < self._settings.echo_unlikeness and ratio > self._usual:
            self._returned = min(self._returned, self._usual)

    def _believe(self, returned: float) -> None:
        self._returned = min(1.0, max(self._least, returned))
        self._memory = self._latest

    def _around(self, late: int) -> range:
        return range(max(0, late - 1), min(self._latest, late + 1) + 1)

    def _likest(self, lates: Iterable[int]) -> tuple[float, float, int]:
        """Return the best correlation of the line with the bot so many frames before, the gain, and these."""
        frames = min(_SHAPE, self._sounding)  # what was before the bot began is the caller's
        line, bot = list(self._line)[-frames:], list(self._bot)
        line_sum, line_power = sum(line), sum(map(mul, line, line))
        sums, powers = [0.0, *accumulate(bot)], [0.0, *accumulate(map(mul, bot, bot))]
        found = []
        for late in lates:
            end = len(bot) - late
            begin = end - frames
            bot_sum, bot_power = sums[end] - sums[begin], powers[end] - powers[begin]
            varied = (frames * bot_power - bot_sum**2) * (frames * line_power - line_sum**2)
            both = frames * sum(map(mul, bot[begin:end], line)) - bot_sum * line_sum
            found.append((both / sqrt(varied), line_power / bot_power, late) if varied > 0 else (0.0, 0.0, 0))
        return max(found)


def _ratio(down_db: float) -> float:
    return float(10 ** (-down_db / 20))
