"""What the caller has said or pressed, and since when: with what they may have answered the bot.

An utterance that has ended is an answer if there are words in its transcript, or if no transcript has come in
time: transcription may be slow, fail or be off, and nobody is to be asked for the same yes over and over for
that. A cough is none, because its transcript is empty. What paused the bot and stayed short is in doubt, and
only words make it an answer.

What they have said so far, and said last, also tells whether more is to come (`more_time.py`). The words of
an utterance may come while it goes on; some servers send them only when it is over, or not at all.

The server names the item of a commit in `input_audio_buffer.committed`, in the order of the commits. The
transcripts come out of order. Some servers write down word by word what is said, before it is committed and
its item named; others say nothing before all of it is there.

An utterance that rests is committed before it is known whether that was its end. If it goes on, it has more
than one item, all under its number.
"""

from collections import deque
from math import inf

from attrs import Factory, define

from engine.caller import more_time
from engine.settings import Settings

_MOST_CHARS = 4_000  # of words that come one by one
_MOST_KEPT = 64  # whatever else is asked of them, it is of the last few


@define(eq=False)
class Utterance:
    """One utterance or one key. Times are milliseconds of the call's clock."""

    number: int  # through the stream; a key counts as well
    began_ms: float
    ended_ms: float
    due_ms: float  # until then a transcript is waited for
    doubtful: bool
    item_id: str | None = None  # once the server has named it
    words: bool | None = None  # None: no transcript has come
    so_far: str = ""  # the words that have come, in the end all of them
    heard_ms: float = -inf  # when the last of them came
    murmur: bool = False  # "uh-huh": the bot played on over it

    @property
    def answers(self) -> bool:
        """Whether it is an answer, as far as is known."""
        return not self.murmur and (not self.doubtful if self.words is None else self.words)


@define
class Utterances:
    """Those of one call. Times are milliseconds of the call's clock."""

    settings: Settings
    live: bool = False  # words come while they are spoken
    _last: deque[Utterance] = Factory(lambda: deque(maxlen=_MOST_KEPT))
    _count: int = 0
    _unnamed: deque[Utterance] = Factory(deque)  # whose commits the server has not answered
    more_to_come: bool = False  # what they say is a part of something: a pause is no end
    whole_number: bool = False  # it holds all of one: nothing more is to come
    _rested: Utterance | None = None  # of what is said now all is committed
    _before: Utterance | None = None  # or so much, and it goes on
    _early: tuple[str, str, float] = ("", "", -inf)  # an item without a name yet, its words, and since when

    def committed(self, began_ms: float, now_ms: float, *, doubtful: bool) -> Utterance:
        """Return an utterance that has ended: added now that it was committed, or when it rested."""
        utterance = self._rested or self._add(began_ms, now_ms, doubtful=doubtful)
        self._rested = self._before = None
        self.whole_number = False
        return utterance

    def rested(self, began_ms: float, now_ms: float) -> None:
        """Add one that was committed, and is likely to have ended."""
        self._rested = self._add(began_ms, now_ms, doubtful=False)

    def go_on(self) -> None:
        """Take what rested for the beginning of what is said now."""
        self._rested, self._before = None, self._rested

    def _add(self, began_ms: float, now_ms: float, *, doubtful: bool) -> Utterance:
        number = self._next() if self._before is None else self._before.number
        utterance = Utterance(number, began_ms, now_ms, now_ms + self.settings.transcript_due_ms, doubtful)
        self._last.append(utterance)
        self._unnamed.append(utterance)
        return utterance

    def pressed(self, now_ms: float) -> None:
        """Add a key as an utterance: it needs no transcript."""
        self._last.append(Utterance(self._next(), now_ms, now_ms, now_ms, doubtful=False, words=True))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def named(self, item_id: str) -> None:
        """Give the oldest commit the item that the server has made of it."""
        if self._unnamed:
            utterance = self._unnamed.popleft()
            utterance.item_id = item_id
            if self._early[0] == item_id:
                _, utterance.so_far, utterance.heard_ms = self._early

    def refused(self) -> None:
        """Note that the server has refused the oldest commit: the model will never hear that utterance."""
        if self._unnamed:
            self._unnamed.popleft().words = False

    def hear(self, item_id: str, text: str, now_ms: float) -> tuple[Utterance | None, str]:
        """Add words to an item: return all of it so far, and the utterance, or None if it has no name yet."""
        utterance = self._of(item_id)
        if utterance is not None:
            utterance.so_far, utterance.heard_ms = (utterance.so_far + text)[:_MOST_CHARS], now_ms
            if utterance is self._rested or utterance is self._before:
                self._weigh("")
            return utterance, utterance.so_far
        self.live = self.live or bool(text.strip())
        before = self._early[1] if self._early[0] == item_id else ""
        so_far = (before + text)[:_MOST_CHARS]
        self._early = (item_id, so_far, now_ms)
        self._weigh(so_far)
        return None, so_far

    def _weigh(self, so_far: str) -> None:
        said = " ".join(each.so_far for each in (self._before, self._rested) if each is not None)
        self.more_to_come = more_time.more_to_come(f"{said} {so_far}".strip())
        self.whole_number = more_time.is_whole_number(f"{said} {so_far}")

    def _of(self, item_id: str) -> Utterance | None:
        return next((each for each in self._last if each.item_id == item_id), None)

    def transcribed(self, item_id: str, text: str | None) -> Utterance | None:
        """Give an utterance its transcript and return it; without text the transcription failed.

        What had been written down by then is all there is.
        Returns None for an unknown item.
        """
        utterance = self._of(item_id)
        if utterance is not None and text is None and not utterance.so_far.strip():
            utterance.due_ms = -inf
        elif utterance is not None:
            utterance.so_far = utterance.so_far if text is None else text
            utterance.words = bool(utterance.so_far.strip())
        if utterance is not None and utterance is self._rested:
            self._weigh("")
        elif utterance is not None and text is not None and utterance is not self._before:
            self.more_to_come = more_time.is_part_of_number(text.strip())
        return utterance

    def known_ms(self, by_ms: float) -> float:
        """Return until when a transcript is waited for of what had ended by `by_ms`; -infinity: none is."""
        waiting = (each.due_ms for each in self._last if each.ended_ms <= by_ms and each.words is None)
        return max(waiting, default=-inf)

    def last_answer_ms(self, by_ms: float) -> float:
        """Return when the last answer began, of those that had ended by `by_ms`; -infinity if none had."""
        answers = (each.began_ms for each in self._last if each.ended_ms <= by_ms and each.answers)
        return max(answers, default=-inf)
