"""The model's answers: which one is playing, which wait, and what the model must know of each.

An answer waits until the floor is free, plays alone, and is over when the ledger says that the caller
heard it, or when it was cut. After a cut the model is told what was heard of it, item by item: an
item heard in part is truncated there, an item not heard at all is deleted. Function calls and their
outputs are never touched: they happened, whatever the caller heard. The words of the call's account are cut
at the same place, by the same ledger.
"""

from collections import deque
from math import inf

from attrs import Factory, define

from engine.account import AnswerSent, BotSaid, Truncated
from engine.actions import Action, Note, Play, Say, ToModel
from engine.audio import BYTES_PER_MS
from engine.bot.playback import Answer, Ledger
from engine.bot.transcript import LETTERS_PER_MS, Transcript, asks
from engine.model import DeleteItem, TruncateItem
from engine.states import ONLY_WORDS, Reason

_FORESEEN_MS = 600  # people answer a question before its last word is out
_DOUBTFUL_MS = 500  # by so much the words may be off that the ledger reckons by the share of the sound


@define(eq=False)
class Response:
    """What is known of one response of the model."""

    id: str
    audio: Answer
    reasons: frozenset[Reason]  # what is to be said again if it fails
    served_calls: tuple[str, ...]  # the tool outputs that it speaks about
    asked_ms: float  # when the model was asked for it: it knows nothing of what was said later
    cut: bool  # no more of it will be heard
    done: bool = False
    completed: bool = False  # all of its words and all of its audio have come
    failed: bool = False  # it ended without an answer
    acts: bool = False  # it called a function
    words: dict[str, Transcript] = Factory(dict)  # of each of its message items, in order
    _told: set[str] = Factory(set)

    @property
    def only_words(self) -> bool:
        """Whether it is to call no tools."""
        return self.reasons == ONLY_WORDS

    def tell_heard(self, now_ms: float) -> list[Action]:
        """The messages that correct the model's memory of a cut answer; each item once."""
        told: list[Action] = []
        for item_id in self.words:
            if item_id in self._told:
                continue
            self._told.add(item_id)
            heard_ms, audio_ms = self.audio.heard_ms(item_id, now_ms), self.audio.received_ms(item_id)
            if heard_ms == 0:
                told.append(ToModel(DeleteItem(item_id, f"heard_{item_id}", unheard=True)))
            elif heard_ms < audio_ms or not self._whole(item_id):
                told.append(
                    ToModel(
                        TruncateItem(
                            item_id,
                            heard_ms,
                            self._part_heard(item_id, now_ms, LETTERS_PER_MS),
                            f"heard_{item_id}",
                        )
                    )
                )
                told.append(Note(Truncated(item=item_id, heard_ms=heard_ms, audio_ms=audio_ms)))
        return told

    def _whole(self, item_id: str) -> bool:
        """Whether all audio of the item has come: the next item has begun, or the response is over."""
        return self.done or self._followed(item_id)

    def _followed(self, item_id: str) -> bool:
        return self.audio.pieces[-1:] != [] and self.audio.pieces[-1].item_id != item_id

    def heard(self, now_ms: float) -> bool:
        """Say whether anything of it was heard: else it is as if it had not been."""
        return self.audio.heard_bytes(now_ms) > 0

    def had_spoken(self, at_ms: float, least_ms: float) -> bool:
        """Say whether so much of it had been heard by `at_ms`, or all of an answer that is shorter."""
        if self.completed:
            least_ms = min(least_ms, self.audio.received_bytes / BYTES_PER_MS)
        heard_ms = self.audio.heard_by_ms(at_ms)
        return heard_ms > 0 and heard_ms >= least_ms

    def spoken_ms(self, now_ms: float) -> tuple[int, int]:
        """How much of it was heard, and how much there was."""
        return self.audio.heard_bytes(now_ms) // BYTES_PER_MS, self.audio.received_bytes // BYTES_PER_MS

    def heard_text(self, now_ms: float, letters_per_ms: float) -> tuple[str, str]:
        """Its words as the caller heard them, and those that they did not hear."""
        heard, unheard = [], []
        for item_id, words in self.words.items():
            part = self._part_heard(item_id, now_ms, letters_per_ms)
            heard.append(part.strip())
            unheard.append(words.text[len(part) :].strip())
        return " ".join(filter(None, heard)), " ".join(filter(None, unheard))

    def _part_heard(self, item_id: str, now_ms: float, letters_per_ms: float) -> str:
        return self.words[item_id].heard(
            self.audio.heard_ms(item_id, now_ms),
            self.audio.received_ms(item_id),
            complete=self._whole(item_id),
            letters_per_ms=letters_per_ms,
        )

    def surely_heard_text(self, now_ms: float) -> str:
        """Those of its words of which there is no doubt: of what has not come whole, no word is certain."""
        heard = []
        for item_id, words in self.words.items():
            if not (self.completed or self._followed(item_id)):
                break
            heard_ms, audio_ms = self.audio.heard_ms(item_id, now_ms), self.audio.received_ms(item_id)
            if heard_ms < audio_ms:
                heard_ms -= _DOUBTFUL_MS
            heard.append(words.heard(heard_ms, audio_ms, complete=True, letters_per_ms=LETTERS_PER_MS))
        return " ".join(heard)


class Answers:
    """All answers of a call. Times are milliseconds of the call's clock."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._by_id: dict[str, Response] = {}
        self._letters_per_ms = LETTERS_PER_MS
        self.playing: Response | None = None
        self.waiting: deque[Response] = deque()

    @property
    def silent(self) -> bool:
        """Whether nothing plays and nothing waits to."""
        return self.playing is None and not self.waiting

    def get(self, response_id: str | None) -> Response | None:
        """The response of that id, if the gate let it in."""
        return self._by_id.get(response_id or "")

    def open(
        self,
        response_id: str,
        reasons: frozenset[Reason],
        served_calls: tuple[str, ...],
        *,
        asked_ms: float,
        cut: bool,
    ) -> None:
        """The model has begun a response; it may be one that was already cancelled."""
        self._by_id[response_id] = Response(
            response_id, self._ledger.open(), reasons, served_calls, asked_ms, cut
        )

    def asked_ms(self, response_id: str) -> float:
        """When the model was asked for that response."""
        return self._by_id[response_id].asked_ms

    def heard_calls(self, at_ms: float, *, least_ms: float) -> frozenset[str]:
        """The tool calls of whose outputs the caller had heard an answer speak by `at_ms`, for so long."""
        heard = (response for response in self._by_id.values() if response.had_spoken(at_ms, least_ms))
        return frozenset(call_id for response in heard for call_id in response.served_calls)

    def receive(self, response: Response, item_id: str, audio: bytes) -> list[Action]:
        """One audio delta: said if its answer plays, kept if it waits or was paused."""
        self._ledger.receive(response.audio, item_id, audio)
        response.words.setdefault(item_id, Transcript())
        if response is not self.playing:
            if response not in self.waiting:
                self.waiting.append(response)
            return []
        if response.audio.cleared:
            return []
        return [Say(response.audio.turn, audio, response.audio.received_bytes)]

    def begin_next(self) -> list[Action]:
        """Let the next waiting answer play, from its first byte."""
        self.playing = self.waiting.popleft()
        return self._play(self.playing)

    def play_on(self) -> list[Action]:
        """Let the paused answer play on, from the byte where the caller stopped hearing it."""
        if self.playing is None:
            return []
        self._ledger.play_on(self.playing.audio)
        return self._play(self.playing)

    def _play(self, response: Response) -> list[Action]:
        turn = response.audio.turn
        return [Play(turn), *(Say(turn, audio, end) for audio, end in response.audio.unsent())]

    def hear_words(self, response: Response, item_id: str, text: str) -> None:
        """Some words of an answer, as far as the audio has come."""
        if item_id in response.words:
            response.words[item_id].add(text, response.audio.received_ms(item_id))

    def heard_text(self, response: Response, now_ms: float) -> tuple[str, str]:
        """The words of an answer as the caller heard them, and those that they did not hear."""
        return response.heard_text(now_ms, self._letters_per_ms)

    def close(self, response: Response, now_ms: float) -> list[Action]:
        """The lines that close an answer's account. Its audio is forgotten: a call must not keep it all."""
        heard_ms, audio_ms = response.spoken_ms(now_ms)
        heard, unheard = self.heard_text(response, now_ms)
        if response.done and audio_ms and heard + unheard:
            self._letters_per_ms = len(heard + unheard) / audio_ms
        response.audio.forget_audio()
        sent = AnswerSent(
            turn=response.audio.turn,
            first=response.audio.first_chunk,
            last=response.audio.last_chunk,
            bytes=response.audio.sent_bytes,
            marked=response.audio.marked_bytes,
            mark_ms=response.audio.mark_ms,
            response=response.id,
        )
        said = BotSaid(
            text=heard,
            unheard=unheard,
            heard_ms=heard_ms,
            audio_ms=audio_ms,
            turn=response.audio.turn,
            response=response.id,
        )
        return [Note(sent), Note(said)]

    def heard_question(self, now_ms: float) -> bool:
        """Whether what the caller has heard of the playing answer, or nearly so, asks something."""
        if self.playing is None or not any(asks(words.text) for words in self.playing.words.values()):
            return False
        return asks(self.heard_text(self.playing, now_ms + _FORESEEN_MS)[0])

    def level(self, now_ms: float) -> float:
        """How loud the bot is in the caller's ear: RMS on the 16-bit scale of the frame that plays now."""
        return 0.0 if self.playing is None else self.playing.audio.level(now_ms)

    def sent(self, turn: int, byte_count: int, now_ms: float) -> bool:
        """The carrier's socket took a chunk. True if it is the first of its answer."""
        return self._ledger.sent(turn, byte_count, now_ms)

    def newest_chunk(self, turn: int) -> int:
        """The number, through the call, of the chunk of this turn that was sent last."""
        return self._ledger.answer(turn).last_chunk

    def mark_reached(self, name: str, now_ms: float) -> None:
        """A mark came back."""
        self._ledger.mark_reached(name, now_ms)

    def clear_playing(self, now_ms: float) -> int | None:
        """Stop the playing answer at what was heard by now; the turn to clear at the carrier."""
        if self.playing is None:
            return None
        self._ledger.clear(self.playing.audio.turn, now_ms)
        return self.playing.audio.turn

    def take_playing(self) -> Response | None:
        """The playing answer, which from now on does not play."""
        playing, self.playing = self.playing, None
        return playing

    def audible_until_ms(self) -> float:
        """Until when, by the clock, the caller hears what was sent so far; 0 if nothing plays."""
        return self.playing.audio.ends_ms() if self.playing is not None else 0.0

    def heard_until_ms(self, now_ms: float) -> float:
        """When all that has come will have been heard; 0 if nothing plays and nothing waits."""
        unsent = sum(response.audio.received_bytes for response in self.waiting)
        if self.playing is not None:
            unsent += self.playing.audio.received_bytes - self.playing.audio.sent_bytes
        if not unsent:
            return self.audible_until_ms()
        return max(now_ms, self.audible_until_ms()) + unsent / BYTES_PER_MS

    def withdraw(self, reason: Reason) -> None:
        """Nothing is for that reason any more."""
        for response in self._by_id.values():
            response.reasons -= {reason}

    def all_played_ms(self) -> float:
        """When the playing answer will have been heard whole; infinity while more of it is to come."""
        if self.playing is None or self.playing.audio.cleared or not self.playing.audio.all_sent:
            return inf
        return self.playing.audio.ends_ms()
