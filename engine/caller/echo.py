"""The echo guard: is what comes from the caller's line only the bot's own sound, come back?

To any detector of voices the bot's echo is a voice. What tells the two apart is how loud it is: a phone sends
back what it plays at least `echo_return_db` quieter, and a caller who talks over the bot is louder than that.
The return loss is fixed, not learnt: a learnt one learns the caller.
"""

from collections import deque

from engine.settings import FRAME_MS, Settings


class EchoGuard:
    """One per call; ask it about every frame, in order: it counts frames and has no clock."""

    def __init__(self, settings: Settings) -> None:
        # Held, because between syllables every voice is quieter than the echo of another.
        self._caller: deque[float] = deque(maxlen=settings.level_hold_ms // FRAME_MS)
        # The echo of a frame comes later than the frame, by the way there and back and the room.
        self._bot: deque[float] = deque(maxlen=settings.echo_memory_ms // FRAME_MS)
        self._returned = 10 ** (-settings.echo_return_db / 20)

    def explains(self, level: float, bot_level: float) -> bool:
        """Say whether this frame is no louder than the bot's own sound coming back.

        Both levels are RMS on the 16-bit scale. `bot_level` is of what the caller's line plays in this frame
        (not of what is sent in it: audio is sent faster than it plays), and 0.0 if it plays nothing.
        """
        self._caller.append(level)
        self._bot.append(bot_level)
        loudest = max(self._bot)
        return loudest > 0 and max(self._caller) <= self._returned * loudest
