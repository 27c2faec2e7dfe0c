"""Who has the floor, and how the caller takes it from the bot.

Theory of operation
-------------------

Two may speak on a telephone line, and one of them is polite. The bot begins only on a free floor; the
caller begins whenever they like. So the floor has five states (`states.FLOOR`): nobody has it, the caller,
the caller who rests, the bot, or both. It is BOTH that most here is about, because most of what is heard
over the bot is no interruption: its own echo, a cough, a door, "mhm".

The ear (`caller/`) has taken out what it can by sound alone. What it says of the rest comes in two steps:

    the caller spoke over the bot for a while     BargeInPaused     the bot is silent at once
    they went on                                  BargeInReal       the bot is cut

Silence is cheap and can be taken back, a cut cannot. So the bot first pauses: the carrier's buffer is
cleared, and the ledger knows to the byte what was heard. Nothing else happens. The response that is being
generated goes on, its audio is kept, and the model is told nothing. That the bot is stopped, and nothing
decided, is said in one place: the life of its answer is `Answer.PAUSED`.

From there three ways lead on:

    BOTH, playing ---- speaks over ----> BOTH, paused ---- is real ----> CALLER       (the answer is cut)
                                           |      ^
                              caller ends  |      |  caller begins
                                           v      |
                                         BOT, paused ---- words, or none in time ---> FREE (the answer is cut)
                                           |
                                           +------------- it was nothing -----------> BOT  (it plays on)

The caller who stops early leaves a doubt. What they said was committed all the same, and its words decide
(`interruption.py`). What was not even an utterance was nothing.

When it was nothing the bot plays on from the byte where the caller stopped hearing it, as a new turn. If it
has been silent for too long, that would be in the middle of a sentence that nobody remembers. Then it is
cut after all, and the model, asked again, finds its own way back.

Three things may happen meanwhile. The caller may begin again: the floor is BOTH, still paused, and the
doubt is the same; as soon as that counts as an utterance, there is nothing left to doubt. They may press a
key: nobody does so by accident, so the bot is cut at once. And the call may begin to close, which leaves
nothing in doubt either.

The caller may also speak when there is nothing to interrupt: before the bot's first sound, or in a gap of
an answer that falters. What they say is then no interruption but a new turn, and what is on its way is out
of date. It is overtaken: abandoned, and asked for again with what they have said.

A caller who is silent, and likely to have finished, rests: what they have said is committed, and the floor is
neither theirs nor free. The model may be asked by then; but nothing begins on such a floor, and no call of a
tool is made. If they go on, what was asked for is given up, which is to overtake it; else the floor is free,
and what has come of the answer is heard at once.

Somebody may also speak on and on; what they say goes up in parts (`story.py`). What is decided where is not
in the code but in a table (`standing.py`).

The gate and the ending join in where a decision reaches them. To take the floor is to cancel the response
on its way, if there is one that can be cancelled; a final ending takes the caller's turn from them. A test
(`tests/engine/test_joint_states.py`) walks all joint states that a whole conversation can reach, names each
way between standings, and shows that none is without a way out.
"""

from math import inf

from attrs import asdict

from engine.account import BotPaused, Murmured, UserSaid, UtteranceBegun, UtteranceIgnored, UtteranceOver
from engine.actions import Action, Note, ToModel
from engine.bot.answers import Answers
from engine.bot.asking import Asking, Effect
from engine.bot.bot import Bot
from engine.caller.turns import (
    BargeInPaused,
    Loudness,
    UtteranceEnded,
    UtterancePart,
    UtteranceRests,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.caller.utterances import Utterance, Utterances
from engine.conversation.greeting import Greeting
from engine.conversation.interruption import Interruption
from engine.conversation.noise import LineNoise
from engine.conversation.standing import BY_VOICE, RULES, Cue, Rule, Standing
from engine.conversation.story import Story
from engine.model import DeleteItem, InputTranscribed, Tell
from engine.prompt import prompt
from engine.settings import Settings
from engine.states import FLOOR, Doubt, Floor, FloorEvent, Reason, step

_UNKNOWN = Loudness()  # of what takes the floor, where it is not the caller's voice that does


class FloorControl:
    """One per call. Times are milliseconds of the call's clock."""

    def __init__(
        self,
        settings: Settings,
        bot: Bot,
        answers: Answers,
        asking: Asking,
        utterances: Utterances,
        noise: LineNoise,
    ) -> None:
        self._settings = settings
        self._noise = noise
        self._bot = bot
        self._answers = answers
        self._asking = asking
        self._utterances = utterances
        self._floor = Floor.FREE
        self._counts = False  # what the caller says now will be answered
        self._interruption = Interruption(settings)
        self._story = Story(settings)
        self._greeting = Greeting(settings, bot, answers)
        self._laugh: Utterance | None = None  # in the bot's silence: answered once there are words in it

    @property
    def standing(self) -> Standing:
        """Where the caller and the bot stand now."""
        return Standing(self._floor, self._answers.paused, self._interruption.doubt)

    @property
    def caller_speaks(self) -> bool:
        """True while the caller says something, alone or over the bot."""
        return self._floor in (Floor.CALLER, Floor.RESTS, Floor.BOTH)

    @property
    def caller_rests(self) -> bool:
        """True while the caller has likely finished: an answer is neither heard nor acted on yet."""
        return self._floor is Floor.RESTS

    @property
    def caller_may_rest(self) -> bool:
        """True while the caller alone speaks, and may be answered ahead."""
        return self.caller_has_floor and self._greeting.begun and not self._story.goes_on

    @property
    def caller_has_floor(self) -> bool:
        """True while the caller alone speaks, and will be answered."""
        return self._floor in (Floor.CALLER, Floor.RESTS) and self._counts

    @property
    def caller_murmurs(self) -> bool:
        """True while the words of the caller, who has stopped the bot, only agree."""
        return self._interruption.murmurs and self._floor is Floor.BOTH and self._answers.paused

    @property
    def free(self) -> bool:
        """True while nobody has the floor."""
        return self._floor is Floor.FREE

    @property
    def caller_done(self) -> bool:
        """True while the caller is not speaking, and nothing they said is in doubt."""
        return self._floor in (Floor.FREE, Floor.BOT) and not self._answers.paused

    @property
    def due_ms(self) -> float:
        """The time at which the transcript that is waited for is late."""
        return min(self._interruption.due_ms, inf if self._laugh is None else self._laugh.due_ms)

    # The bot's turns

    @property
    def greeting_due_ms(self) -> float:
        """When the greeting, which has come, begins although the caller speaks."""
        return self._greeting.due_ms if self._floor is Floor.CALLER else inf

    def begin_answer(self, now_ms: float) -> list[Action]:
        """Let the next answer play, on a free floor; or the greeting, when it is due."""
        self._greeting.begins(now_ms)
        self._floor = step(FLOOR, self._floor, FloorEvent.BOT_BEGINS)
        return self._answers.begin_next(now_ms)

    def finish_played(self, now_ms: float) -> list[Action]:
        """End the bot's turn if its answer was heard to the end."""
        finished = self._answers.finish_played(now_ms)
        if finished:
            self._floor = step(FLOOR, self._floor, FloorEvent.BOT_ENDS)
        return finished

    # The caller's turns

    def on_utterance_started(self, event: UtteranceStarted) -> list[Action]:
        """Begin the caller's turn."""
        # Not before it counts: a cough must not take back a call that is closing.
        self._counts = self._interruption.murmurs = False
        self._greeting.voice(event.onset_ms)
        self._story.begin()
        self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_BEGINS)
        return [Note(UtteranceBegun(onset_ms=event.onset_ms, **asdict(event.loudness)))]

    def on_utterance_counts(self, now_ms: float) -> list[Action]:
        """Let what the caller says be answered: it is enough by now."""
        self._counts = True
        # A model that falters leaves gaps in which nobody hears the bot. Who speaks there interrupts nothing,
        # and a pause would leave them waiting for a bot that is silent anyway.
        in_gap = self._floor is Floor.BOTH and not self._answers.paused and not self._answers.audible(now_ms)
        return self.decide(Cue.COUNTS_IN_GAP if in_gap else Cue.COUNTS, now_ms)

    def on_utterance_part(self, event: UtterancePart, now_ms: float) -> list[Action]:
        """Note what was committed of a caller who speaks on and on; if they never end, the bot cuts in."""
        rejoined = self._rejoin(now_ms)
        began_ms = now_ms - event.silence_ms - event.speech_ms
        utterance = self._utterances.committed(began_ms, now_ms, doubtful=False)
        self._story.add(utterance, event.silence_ms + event.speech_ms)
        cut_in = self._take_turn() if self._story.too_long else []
        return [*rejoined, Note(_over(event, utterance, capped=True)), *cut_in]

    def _take_turn(self) -> list[Action]:
        if self._floor is not Floor.CALLER:
            return []
        self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_ENDS)
        self._story.cut_in()
        self._asking.want(Reason.UTTERANCE)
        return [ToModel(Tell("system", prompt.cut_in()))]

    def _rejoin(self, now_ms: float) -> list[Action]:
        """Give the caller their turn again if the bot has cut in, and they are still at it."""
        if not self._story.rejoin():
            return []
        self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_BEGINS)
        return self.decide(Cue.COUNTS, now_ms)  # what has not begun is answered with all that they say

    def on_utterance_rests(self, event: UtteranceRests, now_ms: float) -> list[Action]:
        """Want an answer: the caller has likely finished, and what they said was committed."""
        began_ms = now_ms - event.silence_ms - event.speech_ms
        self._utterances.rested(began_ms, now_ms)
        if self._floor is Floor.CALLER and self.caller_may_rest:  # else something has happened meanwhile
            self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_RESTS)
            self._asking.want(Reason.UTTERANCE)
        return []

    def on_utterance_goes_on(self, now_ms: float) -> list[Action]:
        """Give up what was to answer the caller: they go on, and are answered when they have finished."""
        self._utterances.go_on()
        return self.decide(Cue.GOES_ON, now_ms)

    def on_utterance_ended(self, event: UtteranceEnded, now_ms: float) -> list[Action]:
        """End the caller's turn: it was committed, and is to be answered unless it is in doubt."""
        rejoined = self._rejoin(now_ms)
        # The ear says that it was short, in frames; by now, in events, the bot may have been cut already.
        # Then there is nothing left to doubt.
        self._noise.hear(event.loudness.floor)
        doubtful = event.doubtful and self._answers.paused and self.caller_speaks
        began_ms = now_ms - event.silence_ms - event.speech_ms  # its onset is in frame time, which may differ
        asked_ahead = self.caller_rests
        writes = self._settings.transcription_model is not None
        laughs = event.laughter and writes and not doubtful and not asked_ahead
        utterance = self._utterances.committed(began_ms, now_ms, doubtful=doubtful or laughs)
        if doubtful:
            self._interruption.ended(utterance)
        # A call that closed meanwhile has ended their turn: it was committed, and counts for nothing.
        if not self.caller_speaks:
            return []
        self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_ENDS)
        if not doubtful and not asked_ahead and not self._greeting.answers(event.speech_ms):
            self._laugh = utterance if laughs else None
            if not laughs:
                self._asking.want(Reason.UTTERANCE)
        return [*rejoined, Note(_over(event, utterance, doubtful=doubtful or laughs))]

    def on_utterance_skipped(self, event: UtteranceSkipped, now_ms: float) -> list[Action]:
        """End the caller's turn: what they did is not to be answered, but for its earlier parts."""
        in_parts = self._story.goes_on
        rejoined = self._rejoin(now_ms)
        if not self.caller_speaks:
            return []
        if in_parts:
            self._asking.want(Reason.UTTERANCE)
        if self._answers.paused:
            self._interruption.skipped()
        self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_ENDS)
        ignored = UtteranceIgnored(
            onset_ms=event.onset_ms,
            speech_ms=event.speech_ms,
            reason=event.reason,
            counted_ms=event.counted_ms,
            needed_ms=event.needed_ms,
            **asdict(event.loudness),
        )
        return [*rejoined, Note(ignored)]

    # Taking the floor from the bot

    def on_barge_in_paused(self, event: BargeInPaused, now_ms: float) -> list[Action]:
        """Stop the bot, if it has not finished in the meantime: the caller has spoken over it for a while."""
        rejoined = self._rejoin(now_ms)
        paused = self.decide(Cue.SPEAKS_OVER, now_ms)
        noted = [Note(BotPaused(speech_ms=event.speech_ms, **asdict(event.loudness)))] if paused else []
        return [*rejoined, *paused, *noted]

    def on_words(self, item_id: str, text: str, now_ms: float) -> list[Action]:
        """Take the next words of what the caller says: while they say it, or when they have."""
        utterance, so_far = self._utterances.hear(item_id, text, now_ms)
        if utterance is not None or self._interruption.doubt is Doubt.AWAITED:
            return self.on_named(now_ms)
        if not self._answers.paused:
            self._interruption.murmurs = False
            return []
        return self._decide_if(self._interruption.hear_over(so_far, counts=self._counts), now_ms)

    def on_named(self, now_ms: float) -> list[Action]:
        """Weigh the words so far of what is in doubt and is over, once its item is named."""
        if self._laugh is not None and self._laugh.so_far.strip():
            self._answer_laugh()
        return self._decide_if(self._interruption.weigh(now_ms), now_ms)

    def on_no_transcript(self, now_ms: float) -> list[Action]:
        """Decide about what is in doubt without its whole transcript: that is late."""
        if self._laugh is None or now_ms < self._laugh.due_ms:
            return self._decide_if(self._interruption.overdue(live=self._utterances.live), now_ms)
        if self._utterances.live:  # who writes down words as they come has heard none
            self._laugh = None
        else:
            self._answer_laugh()
        return []

    def _answer_laugh(self) -> None:
        self._laugh = None
        self._asking.want(Reason.UTTERANCE)

    def _decide_if(self, cue: Cue | None, now_ms: float) -> list[Action]:
        return [] if cue is None else self.decide(cue, now_ms)

    def on_transcribed(self, event: InputTranscribed, now_ms: float) -> list[Action]:
        """Note what the caller said, as text, once what follows from it is settled."""
        # First: it may close the account of a cut answer.
        utterance, settled = self._judge(event.item_id, event.text, now_ms)
        words = event.text.strip()
        if not words or (utterance is not None and utterance.murmur):
            return settled
        number = None if utterance is None else utterance.number
        return [*settled, Note(UserSaid(text=words, item=event.item_id, utterance=number))]

    def on_transcription_failed(self, item_id: str, now_ms: float) -> list[Action]:
        """Settle what waited for the words of an utterance: there will be none."""
        return self._judge(item_id, None, now_ms)[1]

    def _judge(self, item_id: str, text: str | None, now_ms: float) -> tuple[Utterance | None, list[Action]]:
        utterance = self._utterances.transcribed(item_id, text)
        if utterance is not None and text is not None and self._story.is_noise(utterance):
            return utterance, self._take_turn()
        if utterance is not None and utterance is self._laugh:
            if text is not None and not utterance.words:
                self._laugh = None
                return utterance, [_forget(item_id)]
            self._answer_laugh()
        if utterance is None or not self._interruption.concerns(utterance):
            return utterance, []
        cue = self._interruption.judge(utterance)
        if not utterance.words:
            return utterance, [_forget(item_id)]
        decided = self._decide_if(cue, now_ms)
        if cue is Cue.MORE_WORDS:
            self._asking.want(Reason.UTTERANCE)
        return utterance, decided

    def watch(self, now_ms: float) -> list[Action]:
        """Play on if the caller is silent and the bot stopped, once it is known that nothing was said."""
        # After some seconds nobody remembers the beginning of the sentence that would be finished.
        too_late = now_ms - self._interruption.paused_ms > self._settings.resume_within_ms
        return self.decide(Cue.SILENT_LONG if too_late else Cue.SILENT, now_ms)

    def close(self, now_ms: float) -> list[Action]:
        """End what the caller says now: the call begins to end, and it no longer counts."""
        settled = self.decide(Cue.CLOSING, now_ms)
        self._interruption.pass_over(None)
        self._story = Story(self._settings)
        self._laugh = None
        if self.caller_speaks:
            self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_ENDS)
        return settled

    def decide(
        self, cue: Cue, now_ms: float, speech_ms: int = 0, loudness: Loudness = _UNKNOWN
    ) -> list[Action]:
        """Do what the rules say about a cue; `speech_ms` and `loudness` are of what takes the floor."""
        if cue in BY_VOICE and self._greeting.undisturbed(now_ms):
            return []
        match RULES.get((cue, self.standing)):
            case Rule.PAUSE:
                return self._pause(now_ms)
            case Rule.TAKE:
                return self._take(now_ms, speech_ms, loudness)
            case Rule.PAUSE_AND_TAKE:
                return [*self._pause(now_ms), *self._take(now_ms, speech_ms, loudness)]
            case Rule.PLAY_ON:
                return self._play_on(now_ms)
            case Rule.OVERTAKE:
                return self._bot.overtake(now_ms)
            case Rule.GIVE_UP:
                self._floor = step(FLOOR, self._floor, FloorEvent.CALLER_GOES_ON)
                return self._bot.overtake(now_ms)
        return []

    def overdue(self, now_ms: float) -> list[Effect]:
        """Ask once more, or cut a stopped bot: the answer does not come, or not on."""
        # A stopped bot keeps nobody waiting for more of its answer: it is cut, and another is asked for.
        if self._answers.paused:
            return [*self.decide(Cue.CLOSING, now_ms)]
        had_turn = self._answers.playing is not None
        given_up = self._bot.give_up_answer(now_ms)
        # After the last try nothing is cut any more: the call ends.
        if had_turn and self._answers.playing is None:
            self._floor = step(FLOOR, self._floor, FloorEvent.BOT_ENDS)
        return given_up

    def _pause(self, now_ms: float) -> list[Action]:
        context = self._answers.context(now_ms)  # before: the bot foresees nothing once it is stopped
        heard_ms, _ = self._answers.progress_ms(now_ms)
        dictates = context.dictating and heard_ms < self._settings.dictated_over_ms
        self._interruption.begin(now_ms, asked=context.question or dictates)
        return self._answers.pause(now_ms)

    def _take(self, now_ms: float, speech_ms: int, loudness: Loudness) -> list[Action]:
        if self._interruption.doubt is not Doubt.NONE:  # what was in doubt is to be answered
            self._asking.want(Reason.UTTERANCE)
        said = self._heed()
        self._interruption.settle()
        # Before the bot is told: what it does next, it does on a floor that is no longer its own.
        self._floor = step(FLOOR, self._floor, FloorEvent.BOT_ENDS)
        return [*self._bot.interrupt(speech_ms, loudness, now_ms), *said]

    def _play_on(self, now_ms: float) -> list[Action]:
        self._interruption.settle()
        utterance, noted = self._interruption.utterance, list[Action]()
        if utterance is None or not utterance.murmur:
            self._noise.stop_for_nothing()
        elif self._answers.progress_ms(now_ms)[1] < self._settings.back_channel_rest_ms:
            self._asking.want(Reason.UTTERANCE)
            utterance, noted = None, self._heed()
        else:
            noted = [Note(_told(Murmured, utterance))]
        self._interruption.pass_over(utterance)
        number = None if utterance is None else utterance.number
        silent_ms = now_ms - self._interruption.paused_ms
        return [*noted, *self._answers.play_on(silent_ms, number, now_ms)]

    def _heed(self) -> list[Action]:
        """Take for an answer what only agrees: it is told with the words, if all of them have come."""
        utterance = self._interruption.heed()
        return [] if utterance is None or not utterance.words else [Note(_told(UserSaid, utterance))]


def _forget(item_id: str) -> Action:
    # A noise that stays in the conversation would be answered with the next create.
    return ToModel(DeleteItem(item_id, f"noise_{item_id}"))


def _told(kind: type[Murmured | UserSaid], utterance: Utterance) -> Murmured | UserSaid:
    return kind(text=utterance.so_far.strip(), item=utterance.item_id, utterance=utterance.number)


def _over(
    event: UtterancePart | UtteranceEnded,
    utterance: Utterance,
    *,
    capped: bool = False,
    doubtful: bool = False,
) -> UtteranceOver:
    return UtteranceOver(
        onset_ms=event.onset_ms,
        speech_ms=event.speech_ms,
        silence_ms=event.silence_ms,
        capped=capped,
        doubtful=doubtful,
        utterance=utterance.number,
        **asdict(event.loudness),
    )
