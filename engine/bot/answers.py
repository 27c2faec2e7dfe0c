"""The model's answers: which one is playing, which wait, and what the model must know of each.

Theory of operation
-------------------

A model makes an answer several times faster than it can be heard. So three clocks run for each one, and
most mistakes of a voice agent are made by taking one for another: what was *generated*, what was *sent* to
the carrier, and what was *heard*. The ledger (`playback.py`) keeps the bytes of all three. Here is what
follows from them for the answer as a whole, and it has two lives (`states.py`).

Its **making** is what the model does:

    BEGUN --> ACTING (it has called a function) --> COMPLETED, BROKEN_OFF or FAILED

and `done` comes while the caller hears the first sentence. It says that no more audio will come. It does
not say that anything was said.

Its **life** is what the caller hears of it:

    EXPECTED --> WAITING --> PLAYING --> HEARD
        |           |        |     ^
        |           |        v     |
        |           |        PAUSED
        |           |        |  (either)
        v           v        v
      UNSAID     ABANDONED   CUT, or ABANDONED if nothing of it was heard

(One that is only expected can be abandoned as well; and one that said nothing, while its calls are withheld.)

An answer waits until the floor is free, plays alone, and is over when the ledger says that the caller heard
it, or when it was cut. Several may wait: a model that has called a tool speaks about its output in a
response of its own, while the sentence before it is still playing. Whatever comes of an answer that is cut
or abandoned is dropped.

After a cut the model believes that all it generated was heard. It must be told, or it goes on as if the
caller knew; and only the ledger can say. It goes item by item:

* heard to the end: nothing is said;
* heard in part: it is truncated there, at a figure that is never beyond what has come of it;
* not heard at all: it is deleted, as if it had never been.

Function calls and their outputs are never touched: they happened, whatever the caller heard. What was cut
before its first item began is corrected when the item does begin, and each item once.

Abandoned is more than cut. Nothing of the answer reached anybody, so what it was to answer is still to be
answered: its reasons stand again at the gate, and the outputs that it was to speak about are again
unspoken. An answer that does not go on is abandoned too, though some of it was heard; the model is asked
once more.

A pause is neither. The carrier's buffer is cleared and the figures stand still, but the answer keeps its
turn at the floor, its audio and its words, and what comes of it meanwhile is kept. If the interruption was
none, it plays on from the byte where the caller stopped hearing it. It does so under a new turn number:
every mark of the old one that is still on its way proves nothing.

Words are cut where the sound is. A transcript comes ahead of its audio and without times; `response.py`
places the words by the share of the sound that was heard. The account of the call holds the words that were
heard, and apart from them those that were not. Where it matters whether a certain sentence was heard to its
last word, as of the notice, only words count of which there is no doubt.

When an answer is over its audio is forgotten, because a call may be long; its figures stay. Also kept is
what it asked. People answer a question in a word, which would be a back-channel after anything else, and
dictate a number with long pauses; so the ear is told, frame by frame, whether a question stands and what is
expected. What is being dictated goes on when the bot begins too soon and is cut.
"""

from collections import deque
from math import inf

from engine.account import AnswerSent, BotSaid, FirstAudio, OutputsHeard, Resumed
from engine.actions import Action, AudioSent, Clear, Note, NoticeHeard, Play, Release, Say
from engine.audio import BYTES_PER_MS
from engine.bot.expected import Expected, asks
from engine.bot.playback import Ledger, Speech
from engine.bot.response import LETTERS_PER_MS, Response, Transcript
from engine.caller.turns import TurnContext
from engine.model import AudioDelta
from engine.prompt.notice import Notice
from engine.states import Answer, AnswerEvent, Reason

_FORESEEN_MS = 600  # people answer a question before its last word is out


class Answers:
    """All answers of a call. Times are milliseconds of the call's clock."""

    def __init__(self, notice: Notice) -> None:
        self.ledger = Ledger()
        self._notice = notice
        self.responses: dict[str, Response] = {}  # by id: those that the gate let in
        self._letters_per_ms = LETTERS_PER_MS
        # Where their lives have put them: what plays or is paused, and what waits, in order.
        self.playing: Response | None = None
        self.waiting: deque[Response] = deque()
        self._asked = False  # whether the last answer that was heard asked something
        self._expected = Expected.ANYTHING  # what it asked for

    @property
    def silent(self) -> bool:
        """True if nothing plays and nothing waits to."""
        return self.playing is None and not self.waiting

    @property
    def paused(self) -> bool:
        """True while the bot is stopped and nothing is decided."""
        return self.playing is not None and self.playing.speech.life is Answer.PAUSED

    @property
    def notice_awaited(self) -> bool:
        """True if the caller is still to hear the notice."""
        return self._notice.awaited

    # What the model makes of them

    def get(self, response_id: str | None) -> Response | None:
        """Return the response of that id, if the gate let it in."""
        return self.responses.get(response_id or "")

    def receive(self, response: Response, event: AudioDelta, now_ms: float) -> list[Action]:
        """Add one audio delta: said if its answer plays, kept if it waits or is paused."""
        speech = response.speech
        self.ledger.receive(speech, event.item_id, event.audio)
        response.words.setdefault(event.item_id, Transcript())
        # An answer stands in line from its first sound, not from its beginning: one that only calls a tool
        # would hold up the line for nothing.
        if speech.life is Answer.EXPECTED:
            self.ledger.move(speech, AnswerEvent.SOUNDS, now_ms)
            self.waiting.append(response)
        if speech.life is not Answer.PLAYING:
            return []  # it is in the ledger, and is said when the answer begins or plays on
        return [Say(speech.turn, event.audio, speech.received_bytes)]

    # What the caller hears of them

    def begin_next(self, now_ms: float) -> list[Action]:
        """Let the next waiting answer play, from its first byte."""
        self.playing = self.waiting.popleft()
        self.ledger.move(self.playing.speech, AnswerEvent.BEGINS, now_ms)
        return _play(self.playing.speech)

    def pause(self, now_ms: float) -> list[Action]:
        """Silence the playing answer; what it was, and what it has said, stays known."""
        # The ledger first: what was heard is reckoned by the clock, and the clear takes the rest away.
        if self.playing is None:
            return []
        self.ledger.move(self.playing.speech, AnswerEvent.PAUSES, now_ms)
        return [Clear(self.playing.speech.turn)]

    def play_on(self, silent_ms: float, utterance: int | None, now_ms: float) -> list[Action]:
        """Let the paused answer play on, from the byte where the caller stopped hearing it."""
        if self.playing is None:
            return []
        heard_ms, audio_ms = self.playing.spoken_ms(now_ms)  # before: from here on the clock runs again
        speech = self.playing.speech
        # As a new turn: the marks of the old one that come back now were cleared, and prove nothing.
        self.ledger.play_on(speech, now_ms)
        resumed = Resumed(
            turn=speech.turn,
            heard_ms=heard_ms,
            audio_ms=audio_ms,
            silent_ms=round(silent_ms),
            response=self.playing.id,
            utterance=utterance,
        )
        return [*_play(speech), Note(resumed)]

    def finish_played(self, now_ms: float) -> list[Action]:
        """Close the playing answer if it was heard to its end; else there is nothing to do."""
        playing = self.playing
        if playing is None or playing.speech.life is not Answer.PLAYING or not playing.speech.played(now_ms):
            return []
        self.ledger.move(playing.speech, AnswerEvent.ENDS, now_ms)
        closed = [Release(playing.speech.turn), *self._close(playing, now_ms)]
        if playing.whole and playing.served_calls:  # so what the tools found is known to the caller
            closed.append(Note(OutputsHeard(call_ids=list(playing.served_calls))))
        return closed

    def cut(self, response: Response, now_ms: float) -> list[Action]:
        """Cut the playing answer: the model is told what was heard, and the account."""
        told: list[Action] = []
        if not response.cut:  # else it was abandoned, and the model has been told
            self.ledger.move(response.speech, AnswerEvent.IS_CUT, now_ms)
            told = response.tell_heard(now_ms)
        return [*told, *self._close(response, now_ms)]

    def abandon(self, response: Response, now_ms: float) -> list[Action]:
        """Give up an answer of which what was heard does not count: the model is told so."""
        self.ledger.move(response.speech, AnswerEvent.IS_ABANDONED, now_ms)
        told = response.tell_heard(now_ms)
        if response is not self.playing:  # what was heard of that one is still to be told
            response.speech.forget_audio()
        return told

    def leave(self, now_ms: float) -> list[Action]:
        """Close the account of the answer that plays: the call ends here."""
        if self.playing is None:
            return []
        self.ledger.move(self.playing.speech, AnswerEvent.IS_CUT, now_ms)
        return self._close(self.playing, now_ms)

    def _close(self, response: Response, now_ms: float) -> list[Action]:
        """Take the playing answer off. Its audio is forgotten: a call must not keep it all."""
        found: list[Action] = []
        if self._notice.awaited:
            found = self.listen_for_notice(now_ms)  # its last word may have been heard since the last event
            self._notice.miss()
        self.playing = None
        speech = response.speech
        heard_ms, audio_ms = response.spoken_ms(now_ms)
        heard, unheard = response.heard_text(now_ms, self._letters_per_ms)
        if speech.heard_bytes(now_ms):  # one that nobody heard leaves the question before it standing
            self._asked = asks(heard)
            # Who goes on dictating over "thank you" is still dictating.
            if self._asked or not response.cut:
                self._expected = response.expects(heard)
        # A voice keeps its speed: the next answer is reckoned by it while its audio is still coming.
        if speech.complete and audio_ms and heard + unheard:
            self._letters_per_ms = len(heard + unheard) / audio_ms
        # A call of a quarter of an hour must not keep all its sound.
        speech.forget_audio()
        sent = AnswerSent(
            turn=speech.turn,
            first=speech.first_chunk,
            last=speech.last_chunk,
            bytes=speech.sent_bytes,
            marked=speech.marked_bytes,
            mark_ms=speech.mark_ms,
            response=response.id,
        )
        said = BotSaid(
            text=heard,
            unheard=unheard,
            heard_ms=heard_ms,
            audio_ms=audio_ms,
            turn=speech.turn,
            response=response.id,
        )
        return [*found, Note(sent), Note(said)]

    def listen_for_notice(self, now_ms: float) -> list[Action]:
        """Note the notice as heard as soon as its last word was."""
        if self.playing is None:
            return []
        # Only words that were surely heard: whether a caller was told that they are recorded is not guessed.
        heard = self._notice.listen(self.playing.surely_heard_text(now_ms))
        return [NoticeHeard(self._notice.words)] if heard else []

    def audio_sent(self, event: AudioSent, now_ms: float) -> list[Action]:
        """Account for a chunk that the carrier's socket took."""
        speech = self.ledger.sent(event.turn, event.byte_count, now_ms)
        if speech is None:  # only the first chunk has a line of its own
            return []
        response_id = None if self.playing is None else self.playing.id
        first = FirstAudio(
            turn=event.turn, first=speech.last_chunk, bytes=event.byte_count, response=response_id
        )
        return [Note(first)]

    # What others ask

    def context(self, now_ms: float) -> TurnContext:
        """Return what the ear must know to understand the frame that comes now."""
        # Between answers the last question stands: "yes" is said into the silence after it.
        playing, question, level = self.playing, self._asked, 0.0
        if playing is not None:
            level = playing.speech.level(now_ms)
            question = any(asks(words.text) for words in playing.words.values())
            # Asked is what the caller has heard, or nearly so.
            question = question and asks(playing.heard_text(now_ms + _FORESEEN_MS, self._letters_per_ms)[0])
        return TurnContext(
            bot_playing=self.audible(now_ms),
            bot_level=level,
            dictating=self._expected is Expected.DICTATION,
            yes_or_no=self._expected is Expected.YES_OR_NO,
            question=question,
        )

    def heard_of_calls(self, by_ms: float, least_ms: float) -> dict[str, str]:
        """Return the calls of whose outputs the caller had heard the bot speak by then, for so long.

        Each comes with the words that they had heard of the answers that spoke of it; without a transcript
        there are none.
        """
        heard: dict[str, str] = {}
        for response in self.responses.values():
            if response.served_calls and response.had_spoken(by_ms, least_ms):
                words = response.heard_text_by(by_ms, self._letters_per_ms)
                for call_id in response.served_calls:
                    heard[call_id] = f"{heard.get(call_id, '')} {words}".strip()
        return heard

    def audible(self, now_ms: float) -> bool:
        """Say whether, by the clock, the caller hears the bot; not in the gaps of an answer that falters."""
        return now_ms < self.audible_until_ms() and not self.paused

    def audible_until_ms(self) -> float:
        """Return until when, by the clock, the caller hears what was sent so far; 0 if nothing plays."""
        return self.playing.speech.ends_ms() if self.playing is not None else 0.0

    def heard_until_ms(self, now_ms: float) -> float:
        """Return when all that has come will have been heard; 0 if nothing plays and nothing waits."""
        # What is not sent yet will take as long as it is, behind all that is.
        # Who ends the call waits until all of this has been said.
        unsent = sum(response.speech.received_bytes for response in self.waiting)
        if self.playing is not None:
            unsent += self.playing.speech.received_bytes - self.playing.speech.sent_bytes
        if not unsent:
            return self.audible_until_ms()
        return max(now_ms, self.audible_until_ms()) + unsent / BYTES_PER_MS

    def progress_ms(self, now_ms: float) -> tuple[float, float]:
        """Return how much the caller has heard of the playing answer, and how much they are still to hear.

        That is infinity while more of it is to come, or another waits behind it.
        """
        if self.playing is None:
            return 0.0, 0.0
        heard_ms, audio_ms = self.playing.spoken_ms(now_ms)
        known = self.playing.speech.complete and not self.waiting
        return heard_ms, audio_ms - heard_ms if known else inf

    def all_played_ms(self) -> float:
        """Return when the playing answer will have been heard whole; infinity while more of it is to come."""
        if self.playing is None:
            return inf
        speech = self.playing.speech
        return speech.ends_ms() if speech.life is Answer.PLAYING and speech.all_sent else inf

    def withdraw(self, reason: Reason) -> None:
        """Let no answer be for that reason any more."""
        for response in self.responses.values():  # also those that are over: a late one may still stand again
            response.reasons -= {reason}


def _play(speech: Speech) -> list[Action]:
    return [Play(speech.turn), *(Say(speech.turn, audio, end) for audio, end in speech.unsent())]
