"""One response of the model: its words, and which of them the caller has heard.

The model sends the words of an item in deltas that run ahead of its audio, and says nothing about when each
is spoken. Two things place them. Speech is even: the share of the letters heard is near the share of the
audio heard; while the audio is still coming, its length is reckoned by the speed at which the voice spoke
its earlier items. And no word is heard before it was known: what was heard by a certain byte had come as
text when that byte came.

By its own heard words, or by what a tool gave it to say, it is also known what the caller is expected to
answer (`expected.py`). A wrong guess costs the caller a second.
"""

from bisect import bisect_right

from attrs import Factory, define

from engine.account import Truncated
from engine.actions import Action, Note, ToModel
from engine.audio import BYTES_PER_MS
from engine.bot.expected import Expected, expected
from engine.bot.playback import Speech
from engine.model import DeleteItem, TruncateItem
from engine.states import CUT_OFF, ONLY_WORDS, Answer, Making, Reason

_DOUBTFUL_MS = 500  # by so much the words may be off that the ledger reckons by the share of the sound
_LONGEST_WORD = 25  # letters; without a space in so many, a script has none
_FIRST_IDEOGRAPH = "\u2e80"  # from here on scripts write their words without spaces
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


@define(eq=False)
class Response:
    """One response of the model, and all that is known of it."""

    id: str
    speech: Speech
    reasons: frozenset[Reason]  # what is to be said again if it fails
    served_calls: tuple[str, ...]  # the tool outputs that it speaks about
    asked_ms: float  # when the model was asked for it: it knows nothing of what was said later
    ahead: bool = False  # of the end of what it answers
    in_text: bool = False  # the model has written something, which nobody hears
    asks_to_dictate: bool = False  # a tool has it ask for a number, a name or an address
    words: dict[str, Transcript] = Factory(dict)  # of each of its message items, in order
    unmade: list[str] = Factory(list)  # the items of its calls that were not made, or not yet
    _told: set[str] = Factory(set)

    @property
    def cut(self) -> bool:
        """True once no more of it will be heard."""
        return self.speech.life in CUT_OFF

    @property
    def given_up(self) -> bool:
        """True if it was asked for ahead, and the caller went on: as if it had never been."""
        return self.ahead and self.speech.life is Answer.ABANDONED

    @property
    def only_words(self) -> bool:
        """True if it is to call no tools."""
        return self.reasons == ONLY_WORDS

    @property
    def whole(self) -> bool:
        """True once all of its words have come, and it has some."""
        return self.speech.made is Making.COMPLETED and self.speech.received_bytes > 0

    def tell_heard(self, now_ms: float) -> list[Action]:
        """Correct the model's memory of a cut answer; each item once.

        Calls that were made are never touched: they happened, whatever the caller heard.
        """
        told: list[Action] = []
        for item_id in self.unmade if self.given_up else ():
            if item_id not in self._told:
                self._told.add(item_id)
                told.append(ToModel(DeleteItem(item_id, f"unmade_{item_id}")))
        for item_id in self.words:
            if item_id in self._told:  # a second figure would contradict the first
                continue
            self._told.add(item_id)
            heard_ms, audio_ms = self.speech.heard_ms(item_id, now_ms), self.speech.received_ms(item_id)
            if heard_ms == 0:  # a truncation at 0 would leave an empty message behind
                told.append(ToModel(DeleteItem(item_id, f"heard_{item_id}", unheard=True)))
            elif heard_ms < audio_ms or not self._whole(item_id):  # more of it may be on its way
                told.append(
                    ToModel(
                        TruncateItem(
                            item_id,
                            heard_ms,
                            self._part(item_id, heard_ms, LETTERS_PER_MS),
                            f"heard_{item_id}",
                        )
                    )
                )
                told.append(Note(Truncated(item=item_id, heard_ms=heard_ms, audio_ms=audio_ms)))
        return told

    def hear(self, item_id: str, text: str) -> None:
        """Add the next words of an item, as far as the audio has come."""
        if item_id in self.words:
            # By what had come by now: no word is heard before it was known.
            self.words[item_id].add(text, self.speech.received_ms(item_id))

    def _whole(self, item_id: str) -> bool:
        """Say whether all audio of the item has come: the next item has begun, or the response is over."""
        return self.speech.complete or self._followed(item_id)

    def _followed(self, item_id: str) -> bool:
        return self.speech.pieces[-1:] != [] and self.speech.pieces[-1].item_id != item_id

    def had_spoken(self, at_ms: float, least_ms: float) -> bool:
        """Say whether so much of it had been heard by `at_ms`, or all of an answer that is shorter."""
        if self.speech.made is Making.COMPLETED:  # a short answer can't be heard for longer than it is
            least_ms = min(least_ms, self.speech.received_bytes / BYTES_PER_MS)
        heard_ms = self.speech.heard_by_ms(at_ms)
        return heard_ms > 0 and heard_ms >= least_ms

    def spoken_ms(self, now_ms: float) -> tuple[int, int]:
        """Return how many milliseconds of it were heard, and how many there are."""
        return self.speech.heard_bytes(now_ms) // BYTES_PER_MS, self.speech.received_bytes // BYTES_PER_MS

    def heard_text(self, now_ms: float, letters_per_ms: float) -> tuple[str, str]:
        """Return its words as the caller heard them, and those that they did not hear."""
        heard, unheard = [], []
        for item_id, words in self.words.items():
            part = self._part(item_id, self.speech.heard_ms(item_id, now_ms), letters_per_ms)
            heard.append(part.strip())
            unheard.append(words.text[len(part) :].strip())
        return " ".join(filter(None, heard)), " ".join(filter(None, unheard))

    def heard_text_by(self, at_ms: float, letters_per_ms: float) -> str:
        """Return its words as the caller had heard them by `at_ms`, which is now or before."""
        by_ms = self.speech.item_heard_by_ms
        heard = (self._part(item_id, by_ms(item_id, at_ms), letters_per_ms).strip() for item_id in self.words)
        return " ".join(filter(None, heard))

    def expects(self, heard: str) -> Expected:
        """Return what the caller is expected to answer who has heard these words of it."""
        if self.asks_to_dictate and not self.cut:
            return Expected.DICTATION
        return expected(heard)

    def _part(self, item_id: str, heard_ms: int, letters_per_ms: float) -> str:
        return self.words[item_id].heard(
            heard_ms,
            self.speech.received_ms(item_id),
            complete=self._whole(item_id),
            letters_per_ms=letters_per_ms,
        )

    def surely_heard_text(self, now_ms: float) -> str:
        """Return the words heard beyond doubt: of what has not come whole, no word is certain."""
        heard = []
        for item_id, words in self.words.items():
            if not (self.speech.made is Making.COMPLETED or self._followed(item_id)):
                break  # its words may still change place: their share of the sound is not known yet
            heard_ms, audio_ms = self.speech.heard_ms(item_id, now_ms), self.speech.received_ms(item_id)
            if heard_ms < audio_ms:
                heard_ms -= _DOUBTFUL_MS
            heard.append(words.heard(heard_ms, audio_ms, complete=True, letters_per_ms=LETTERS_PER_MS))
        return " ".join(heard)
