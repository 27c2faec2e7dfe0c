"""A long story: what is said on and on goes up in parts, and is not answered before it is finished.

If it isn't for long (`longest_turn_ms`), or there are no words in a part, the bot cuts in: it takes the floor
as if they had finished, once, and says something short. Who goes on over that is a caller who speaks over the
bot, and who stops is answered with all that they have said.
"""

from attrs import define

from engine.caller.utterances import Utterance
from engine.settings import Settings


@define
class Story:
    """The part of what the caller says now that has gone up already."""

    _settings: Settings
    _in_parts_ms: int = 0  # so much of it is committed already, and goes on
    _part: Utterance | None = None  # the last part
    _cut_in: bool = False  # they speak on, but the floor was taken from them

    @property
    def goes_on(self) -> bool:
        """True if parts of it are with the model by now, so that it is to be answered whatever follows."""
        return self._cut_in or self._in_parts_ms > 0

    @property
    def too_long(self) -> bool:
        """True if somebody speaks for so long that the bot cuts in."""
        return self._in_parts_ms >= self._settings.longest_turn_ms

    def begin(self) -> None:
        """Note that the caller begins to speak."""
        self._in_parts_ms, self._part = 0, None

    def add(self, part: Utterance, ms: int) -> None:
        """Add a part of so much."""
        self._in_parts_ms += ms
        self._part = part

    def is_noise(self, utterance: Utterance) -> bool:
        """Say whether it is the last part, without a word in it: nobody speaks, and it goes on."""
        return utterance is self._part and not utterance.words

    def cut_in(self) -> None:
        """Note that the floor was taken from them."""
        self._in_parts_ms, self._cut_in = 0, True

    def rejoin(self) -> bool:
        """Give them the floor again, who are still at it. False if it was not taken from them."""
        cut_in, self._cut_in = self._cut_in, False
        return cut_in
