"""Which words of an answer the caller has heard.

The model sends the words of an item in deltas that run ahead of its audio, and says nothing about when each
is spoken. Two things place them. Speech is even: the share of the letters heard is near the share of the
audio heard; while the audio is still coming, its length is reckoned by the speed at which the voice spoke
its earlier items. And no word is heard before it was known: what was heard by a certain byte had come as
text when that byte came.

By its own heard words it is also known whether the bot has asked something, and whether for something that
people say in groups: a number, a name, an address. That is all that a conversation has to go by: a tool that
waits for a name makes the bot ask for it. A wrong guess costs the caller a third of a second.
"""

import re
from bisect import bisect_right

from attrs import Factory, define

QUESTION_MARKS = "?\u061f\uff1f"  # those of Arabic and of the full-width scripts, too
_LONGEST_WORD = 25  # letters; without a space in so many, a script has none
_FIRST_IDEOGRAPH = "\u2e80"  # from here on scripts write their words without spaces
_DICTATED = re.compile(
    r"\b(?:names?|surname|numbers?|digits?|phone|spell(?:ed|ing)?|e-?mail|address|code)\b"
    r"|שם|שמך|שמכם|מספר|טלפון|ספרות|לאיית|איות|דוא|אימייל|מייל|כתובת|קוד",
    re.IGNORECASE,
)
_SENTENCE = re.compile(rf"[^.!{QUESTION_MARKS}]+[.!{QUESTION_MARKS}]*")
LETTERS_PER_MS = 0.015  # of spoken English; a voice shows its own speed with its first whole item


@define
class Transcript:
    """The words of one spoken item."""

    text: str = ""
    _came_ms: list[int] = Factory(list)  # of audio received when a delta came; it never falls
    _letters: list[int] = Factory(list)  # known since then

    def add(self, words: str, audio_ms: int) -> None:
        """Add the next words; `audio_ms` of the item's audio had come before them."""
        self.text += words
        self._came_ms.append(audio_ms)
        self._letters.append(len(self.text))

    def heard(self, heard_ms: int, audio_ms: int, *, complete: bool, letters_per_ms: float) -> str:
        """Return the words that were heard whole in the first `heard_ms` of `audio_ms`."""
        if heard_ms <= 0:
            return ""
        if complete and heard_ms >= audio_ms:
            return self.text
        speed = len(self.text) / audio_ms if complete else letters_per_ms
        return _whole_words(self.text, min(int(heard_ms * speed), self._known(heard_ms)))

    def _known(self, heard_ms: int) -> int:
        came = bisect_right(self._came_ms, heard_ms)
        return self._letters[came - 1] if came else 0


def _whole_words(text: str, letters: int) -> str:
    if letters >= len(text):
        return text
    for at in range(letters, max(-1, letters - _LONGEST_WORD), -1):
        if text[at].isspace() or text[at] >= _FIRST_IDEOGRAPH:
            return text[:at].rstrip()
    return "" if letters < _LONGEST_WORD else text[:letters]  # a script without spaces


def asks(text: str) -> bool:
    """Say whether it holds a question."""
    return any(mark in text for mark in QUESTION_MARKS)


def asks_to_dictate(heard: str) -> bool:
    """Say whether the last sentence that the caller heard asks for a number, a name or an address."""
    sentences = _SENTENCE.findall(heard.strip())
    return bool(sentences and _DICTATED.search(sentences[-1]))
