"""What a recogniser makes of the caller's words, and when: as good as it is, or as they are.

The words are the corpus's own. A word is heard if most of its time is in the audio; which words are heard
wrongly, or not at all, depends on the call and on when they were said, so that deltas and transcript agree.
"""

import random
from collections.abc import Callable, Sequence
from typing import Literal

import trio
from attrs import frozen

from benchmarks.turns.phrases import PHRASES
from simulator import Carrier, LiveTranscription, ModelScript, Reply, Said

# exact: every word, 300 ms after the commit. live: with deltas, and errors. late: so, without deltas.
# foreign: other words in another language. none: no transcription at all.
Recognition = Literal["exact", "live", "late", "foreign", "none"]
_DELTA_AFTER_MS, _COMPLETED_AFTER_MS = (250, 600), (300, 900)
_MISSING, _WRONG = 0.10, 0.05
_OVERLAP_MS = 100  # with so much of the caller in it, audio is recognised
_OTHER_WORDS = " ".join(PHRASES["en-us"]["plain"]).split()
Ear = Callable[[bytes], str | None]


@frozen(kw_only=True)
class Recogniser:
    """The recogniser of one call."""

    carrier: Carrier
    way_ms: float  # from the caller's mouth to here
    kind: Recognition = "exact"
    echo_is_heard: bool = False  # it finds words in the bot's echo, too
    seed: int = 0

    def script(self, replies: Sequence[Reply]) -> ModelScript:
        """Make the model of the call."""
        if self.kind in ("exact", "none"):
            return ModelScript(replies=replies, hears=self.exactly)
        source = random.Random(self.seed)
        live = LiveTranscription(self.words, lambda: source.uniform(*_DELTA_AFTER_MS))
        return ModelScript(
            replies=replies,
            hears=lambda audio: " ".join(self.words(audio)),
            transcript_after_ms=lambda: source.uniform(*_COMPLETED_AFTER_MS),
            live=live if self.kind in ("live", "foreign") else None,
        )

    def exactly(self, audio: bytes) -> str:
        """Return what was said, if the caller said something in what was just committed."""
        begin_ms, end_ms = self._span(audio)
        for said in self.carrier.said:
            if said.text and min(end_ms, said.until_ms) - max(begin_ms, said.at_ms) >= _OVERLAP_MS:
                return said.text
        played = any(
            began < end_ms and begin_ms < began + len(sound) / 8 for began, sound in self.carrier.heard
        )
        return "the bot's own words" if self.echo_is_heard and played else ""

    def words(self, audio: bytes) -> list[str]:
        """Return the words that are in what has come so far, as they are heard."""
        begin_ms, end_ms = self._span(audio)
        return [
            heard
            for said in self.carrier.said
            for word, middle_ms, number in _timed(said)
            if begin_ms <= middle_ms <= end_ms and (heard := self._misheard(word, said, number))
        ]

    def _span(self, audio: bytes) -> tuple[float, float]:
        end_ms = (trio.current_time() - self.carrier.began_s) * 1000 - self.way_ms
        return end_ms - len(audio) / 8, end_ms

    def _misheard(self, word: str, said: Said, number: int) -> str:
        chance = random.Random(f"{self.seed} {said.at_ms} {number}")
        drawn = chance.random()
        if drawn < _MISSING:
            return ""
        if drawn < _MISSING + _WRONG or self.kind == "foreign":
            return chance.choice(_OTHER_WORDS)
        return word


def _timed(said: Said) -> list[tuple[str, float, int]]:
    """Return each word with the middle of its time: as if every letter took as long as the others."""
    words, letters, timed = said.text.split(), 0, []
    a_letter_ms = (said.until_ms - said.at_ms) / max(1, sum(map(len, words)))
    for number, word in enumerate(words):
        timed.append((word, said.at_ms + a_letter_ms * (letters + len(word) / 2), number))
        letters += len(word)
    return timed
