"""One conversation, without any I/O: events in, actions out.

Who has the floor is in `floor.py`, the bot's half in `bot/`; keypad, silence and parting have a file each.
This joins them. Every event of a call passes through `handle`, in order; every timer is a deadline that
`deadline_ms` names and `tick` runs. So a conversation can be stepped through in a test, and nothing about it
depends on how tasks are scheduled.

At every moment somebody speaks, or a deadline is armed that makes someone speak or ends the call.
"""

from collections.abc import Callable, Iterable, Iterator
from math import inf
from operator import itemgetter
from typing import assert_never

from attrs import asdict, evolve

from engine.account import (
    Filler,
    Greeting,
    Keyed,
    ModelError,
    SilenceWarning,
    SoundUnheard,
    ToolCalled,
    VoiceRefused,
)
from engine.actions import Action, AudioSent, Event, ModelGone, ModelReady, Note, ToModel, ToolFinished
from engine.bot.answers import Answers
from engine.bot.asking import Asking, Effect, ModelFailed
from engine.bot.bot import Bot, ResponseOver
from engine.bot.tool_calls import ToolCalls
from engine.caller.keypad import Keypad
from engine.caller.machines import BeepHeard, MachineHeard
from engine.caller.more_time import asks_to_wait
from engine.caller.presence import LineSound
from engine.caller.turns import (
    BargeInPaused,
    BargeInReal,
    CallerEvidence,
    OtherVoice,
    TurnContext,
    TurnEvent,
    UtteranceCounts,
    UtteranceEnded,
    UtteranceGoesOn,
    UtterancePart,
    UtteranceRests,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.caller.utterances import Utterances
from engine.carrier import Dtmf, MarkReached
from engine.conversation.floor import FloorControl
from engine.conversation.noise import LineNoise
from engine.conversation.parting import END_CALL, Parting
from engine.conversation.recordings import Caller, Recordings
from engine.conversation.silence import Silence
from engine.conversation.standing import Cue
from engine.model import (
    COMMIT_ID,
    AnsweredInText,
    AudioDelta,
    ErrorReported,
    FunctionCalled,
    Ignored,
    InputCommitted,
    InputTranscribed,
    InputTranscriptionFailed,
    InputWords,
    ItemStarted,
    ModelEvent,
    ResponseCreated,
    ResponseDone,
    Tell,
    TranscriptDelta,
)
from engine.outcome import Outcome
from engine.ports import Profile
from engine.prompt import prompt
from engine.prompt.notice import Notice
from engine.settings import Settings
from engine.states import Answer, Ending, Gate, Reason
from engine.tools import Tool

_EPSILON_MS = 1e-6


class Conversation:
    """The whole state of one call's talk. Not a task, not a socket, not a clock."""

    def __init__(
        self, profile: Profile, settings: Settings, *, tools: Iterable[Tool] = (), now_ms: float
    ) -> None:
        self._profile = profile
        self._ready = False  # what the caller says before that gathers, and is answered with the greeting
        self._notice = Notice(prompt.notice(profile))
        self._utterances = Utterances(settings)
        self._tool_calls = ToolCalls(settings, tools)
        self._answers = Answers(self._notice)
        self._asking = Asking(settings, self._tool_calls)
        self._bot = Bot(settings, self._answers, self._asking, self._tool_calls, self._utterances)
        self._noise = LineNoise(settings)
        self._floor = FloorControl(
            settings, self._bot, self._answers, self._asking, self._utterances, self._noise
        )
        self._keypad = Keypad(settings)
        self._silence = Silence(settings)
        self._recordings = Recordings(settings, since_ms=now_ms)
        self._parting = Parting(
            settings, self._answers, self._asking, self._tool_calls, self._floor, self._keypad, now_ms=now_ms
        )

    # What tasks may ask at any time

    @property
    def closing(self) -> bool:
        """True once the call is on its way out; the caller may still take it back."""
        return self._parting.closing

    @property
    def deaf(self) -> bool:
        """True once what the caller says no longer counts."""
        return self._parting.final

    def gave_up(self, response_id: str) -> bool:
        """Say whether that was an answer of which nothing came: the caller went on, or it did not."""
        response = self._answers.get(response_id)
        return response is not None and response.speech.life is Answer.ABANDONED

    def turn_context(self, now_ms: float) -> TurnContext:
        """Return what the ear must know to understand the frame that comes now."""
        context = self._answers.context(now_ms)
        more = self._utterances.more_to_come or (context.dictating and not self._utterances.whole_number)
        murmurs = self._floor.caller_murmurs
        nothing_else = self._bot.may_be_asked and not self._keypad.gathering and not self.closing
        alone = self._floor.caller_may_rest and nothing_else and not self._recordings.suspected
        if (more, murmurs, alone) == (context.dictating, False, False):
            return context
        return evolve(context, dictating=more, murmurs=murmurs, alone=alone)

    def deadline_ms(self) -> float:
        """Return when `tick` has something to do, if no event comes before."""
        return min(due_ms for due_ms, _ in self._timers())

    # Input

    def handle(self, event: Event, now_ms: float) -> list[Action]:
        """Return what to do about the next event."""
        # First: by the clock an answer may be over before this event, and then nobody spoke over it.
        actions = self._floor.finish_played(now_ms)
        if self._parting.ending.state is not Ending.ENDED:
            actions += self._resolve(self._react(event, now_ms), now_ms)
        return [*actions, *self._settle(now_ms)]

    def tick(self, now_ms: float) -> list[Action]:
        """Return what to do about the first deadline, if it has come."""
        # One at a time: what is done about it may disarm the others.
        due_ms, act = min(self._timers(), key=itemgetter(0))
        due = due_ms <= now_ms + _EPSILON_MS and self._parting.ending.state is not Ending.ENDED
        acted = self._resolve(act(now_ms), now_ms) if due else []
        return [*acted, *self._settle(now_ms)]

    def leave(self, now_ms: float) -> list[Action]:
        """Return the last lines of the account, if the call ends while an answer plays or a tool waits."""
        return self._bot.leave(now_ms)

    def _resolve(self, effects: Iterable[Effect | ResponseOver], now_ms: float) -> list[Action]:
        # What the bot's half can't decide stands among its actions, in its place, and is decided here.
        actions: list[Action] = []
        for effect in effects:
            match effect:
                case ModelFailed(detail):
                    actions += self._parting.model_failed(detail, now_ms)
                case ResponseOver(response) if self.closing:
                    actions += self._parting.response_over(response, now_ms)
                case ResponseOver(response):
                    actions += self._resolve(self._bot.go_on(response), now_ms)
                case _:
                    actions.append(effect)
        return actions

    def _react(self, event: Event, now_ms: float) -> Iterable[Effect | ResponseOver]:
        match event:
            case ModelReady():
                return self._begin()
            case ModelGone(detail):  # an event like the others: the goodbye may need the model no more
                return [Note(ModelError(code="gone", message=detail)), ModelFailed(detail)]
            case AudioSent():
                return self._answers.audio_sent(event, now_ms)
            case MarkReached(name=name):
                self._answers.ledger.mark_reached(name, now_ms)
                return []
            case Dtmf(digit=digit):
                return self._on_key(digit, now_ms)
            case ToolFinished(output):
                # The output first: the model must have it before it is asked to speak about it.
                given = self._bot.tool_finished(output, now_ms)
                return [*given, *self._parting.tool_finished(output, now_ms)]
            case MachineHeard(hz=hz):
                return self._parting.on_machine(hz)
            case BeepHeard():
                self._recordings.beeps(now_ms)
                return []
        if isinstance(event, TurnEvent):
            return self._hear_caller(event, now_ms)
        return self._hear_model(event, now_ms)

    def _hear_caller(self, event: TurnEvent, now_ms: float) -> list[Action]:  # noqa: C901 (one arm an event)
        match event:
            case LineSound(ms=ms):
                self._silence.sounded(ms)
            case OtherVoice(speech_ms=speech_ms, own=own, loudness=loudness):
                return [Note(VoiceRefused(speech_ms=speech_ms, own=own, **asdict(loudness)))]
            case CallerEvidence():
                if not self._answers.audible(now_ms):  # else its echo is no evidence of anybody
                    self._silence.broken(now_ms)
            case _ if self._parting.final:  # the turns of somebody who is not heard any more
                pass
            case UtteranceStarted():
                greeted = self._ready and self._floor.free and self._bot.idle
                self._recordings.begins(now_ms, greeted=greeted)
                return self._floor.on_utterance_started(event)
            case UtteranceCounts():
                return self._floor.on_utterance_counts(now_ms)
            case UtterancePart():
                return self._floor.on_utterance_part(event, now_ms)
            case UtteranceRests():
                return self._floor.on_utterance_rests(event, now_ms)
            case UtteranceGoesOn():
                return self._floor.on_utterance_goes_on(now_ms)
            case UtteranceEnded():
                ended = self._floor.on_utterance_ended(event, now_ms)
                self._recordings.ends(now_ms)
                self._silence.broken(now_ms)  # whatever it was, somebody is there
                return ended
            case UtteranceSkipped():
                self._recordings.stops()
                return self._floor.on_utterance_skipped(event, now_ms)
            case BargeInPaused():
                return self._floor.on_barge_in_paused(event, now_ms)
            case BargeInReal():
                return self._floor.decide(Cue.IS_REAL, now_ms, event.speech_ms, event.loudness)
            case _:
                assert_never(event)
        return []

    def _hear_model(  # noqa: C901 (one arm an event)
        self, event: ModelEvent, now_ms: float
    ) -> Iterable[Effect | ResponseOver]:
        match event:
            case InputCommitted(item_id=item_id):  # commits are answered in order, and bear no id of ours
                self._utterances.named(item_id)
                return self._floor.on_named(now_ms)
            case InputWords(item_id=item_id, text=text):
                self._recordings.hear(item_id, text)
                if self._recordings.talks_over(now_ms) and not self._answers.audible(now_ms):
                    return self._parting.on_recording("an announcement that talks over the greeting")
                return self._floor.on_words(item_id, text, now_ms)
            case InputTranscribed():
                self._recordings.hear(event.item_id, event.text, whole=True)
                if event.text.strip():
                    self._silence.waits = asks_to_wait(event.text)
                return self._floor.on_transcribed(event, now_ms)
            case InputTranscriptionFailed(item_id=item_id):
                return self._floor.on_transcription_failed(item_id, now_ms)
            case ResponseCreated():
                return self._bot.on_response_created(event, now_ms)
            case ItemStarted():
                return self._bot.on_item_started(event, now_ms)
            case TranscriptDelta():
                return self._bot.on_words(event)
            case AnsweredInText():
                return self._bot.on_text(event)
            case AudioDelta():
                return self._bot.on_audio(event, now_ms)
            case FunctionCalled():
                return self._on_function_called(event, now_ms)
            case ResponseDone():
                return self._bot.on_response_done(event, now_ms)
            case ErrorReported():
                if event.command_id == COMMIT_ID:  # else the next item would be taken for this utterance's
                    self._utterances.refused()
                return self._bot.on_model_error(event, now_ms)
            case Ignored():
                pass
            case _:
                assert_never(event)
        return []

    def _begin(self) -> list[Action]:
        self._ready = True
        greeting = prompt.greeting(self._profile)
        return [Note(Greeting(text=greeting)), *self._asking.ask(greeting, Reason.GREETING)]

    def _on_key(self, digit: str, now_ms: float) -> list[Action]:
        self._silence.broken(now_ms)
        if self.deaf:
            return []
        self._keypad.press(digit, now_ms)
        self._utterances.pressed(now_ms)  # a key answers like a word
        return self._floor.decide(Cue.KEY, now_ms)

    def _on_function_called(self, event: FunctionCalled, now_ms: float) -> list[Action]:
        response = self._answers.get(event.response_id)
        if response is not None and self._floor.caller_rests and not response.given_up:
            self._bot.withhold(event, response, now_ms)
            return []
        call = None if response is None else self._bot.accept_call(event, response, now_ms)
        if response is None or call is None:
            return []
        # Noted before anything comes of it: the account tells what was called, and then what became of it.
        called = Note(ToolCalled(name=call.name, call_id=call.call_id, response=call.response_id))
        if call.name == END_CALL and not response.only_words:  # a filler hangs up on nobody
            return [called, *self._parting.on_end_call(response, call.call_id, now_ms)]
        return [called, *self._bot.run_tool(call, response, now_ms, closing=self.closing)]

    def _make_withheld(self, now_ms: float) -> list[Action]:
        """Let the calls be made that were kept until the caller had finished."""
        if self._floor.caller_rests or not self._bot.withholds:
            return []
        return [act for event in self._bot.take_withheld() for act in self._on_function_called(event, now_ms)]

    # What follows from any event

    def _settle(self, now_ms: float) -> list[Action]:
        if self._parting.ending.state is Ending.ENDED:
            return []
        # The order matters: what is over or decided makes room for what comes next, and only when all of that
        # has happened is it clear whether anybody is still to speak. What is not paused, held or awaited is
        # not asked: this runs on every event.
        actions = [
            *self._floor.finish_played(now_ms),
            *(self._floor.watch(now_ms) if self._answers.paused else ()),
            *self._make_withheld(now_ms),
            *(self._bot.run_held(now_ms) if self._tool_calls.held else ()),
            *(self._answers.listen_for_notice(now_ms) if self._notice.awaited else ()),
        ]
        if self._parting.closing:
            actions += self._parting.heed_caller(now_ms)
        if self._notice.awaited and not self.closing and self._notice.take_reminder():
            actions.append(ToModel(Tell("system", prompt.notice_again(self._notice.words))))
        if self._ready and not self.closing and (noisy := self._noise.take()) is not None:
            actions += [Note(noisy), ToModel(Tell("system", prompt.noisy_line()))]
        # Who is dialling a number is not talked to.
        begins = self._floor.free or self._floor.greeting_due_ms <= now_ms + _EPSILON_MS
        if begins and self._answers.waiting and not self._keypad.gathering:
            actions += self._floor.begin_answer(now_ms)
        # While the bot plays the next answer may already be asked for. While the caller speaks it may not:
        # they have not finished what it is to answer.
        greets = self._asking.greeting_wanted and not self._keypad.gathering
        rests = self._floor.caller_rests and not self._keypad.gathering
        done = greets or rests or (self._parting.caller_done and self._recordings.hold_ms == inf)
        if self._ready and done and self._parting.ending.state is not Ending.DRAINING:
            actions += [*self._doubt_recording(), *self._asking.create(now_ms, ahead=rests)]
        if self._parting.closing:  # last: an answer that has just begun to play is still to be heard
            actions += self._parting.end_if_over(now_ms)
        if self._tool_calls.running:
            nobody_speaks = self._floor.free and not self._keypad.gathering and not self.closing
            self._tool_calls.watch(now_ms, quiet=nobody_speaks and self._bot.quiet)
        idle = self._floor.free and self._bot.idle
        if idle is (self._silence.since_ms is None):  # it has changed
            self._silence.watch(now_ms, idle=idle)
        return actions

    def _doubt_recording(self) -> list[Action]:
        if self._recordings.caller is not Caller.SUSPECT or not self._asking.caller_waits:
            return []
        self._recordings.asked()
        return [ToModel(Tell("system", prompt.recording()))]

    # Time

    def _timers(self) -> Iterator[tuple[float, Callable[[float], Iterable[Effect]]]]:
        yield self._answers.all_played_ms(), self._floor.finish_played
        if self._parting.ending.state is not Ending.DRAINING:  # then nothing of the model is waited for
            yield self._asking.gate.due_ms(self._answers.audible_until_ms()), self._on_answer_overdue
        if not self._keypad.gathering:
            yield self._floor.greeting_due_ms, self._on_greeting_due
        # Of deadlines that come together the first in this order is done first.
        yield self._asking.gate.retry_ms, self._asking.retry
        if self._tool_calls.running:
            yield self._tool_calls.slow_ms(), self._tool_calls.note_slow
            yield self._bot.held_until_ms(), self._bot.run_held
        yield self._floor.due_ms, self._floor.on_no_transcript
        yield self._keypad.due_ms, self._on_number_complete
        yield from self._parting.timers()
        if self._silence.since_ms is not None and not self.closing:
            yield self._silence.due_ms(), self._on_silence
        if not self.closing:
            yield self._recordings.due_ms(self._silence.since_ms), self._on_recording
        if self._tool_calls.running and not self.closing:
            yield self._tool_calls.filler_ms(), self._on_slow_tool

    def _on_answer_overdue(self, now_ms: float) -> Iterable[Effect]:
        # No create may be sent until it ends, so there is nothing left to try.
        if self._asking.gate.state is Gate.CANCELLING:
            return [ModelFailed("the model did not end a cancelled answer")]
        return self._floor.overdue(now_ms)

    def _on_greeting_due(self, _now_ms: float) -> list[Action]:
        return []  # it begins as whatever may, once this is settled

    def _on_number_complete(self, _now_ms: float) -> list[Action]:
        keys = self._keypad.take()
        if self.deaf:
            return []
        # The digits go to the model alone: the account holds only how many there were.
        self._asking.want(Reason.KEYPAD)
        return [Note(Keyed(keys=len(keys))), ToModel(Tell("user", prompt.keypad(keys)))]

    def _on_silence(self, now_ms: float) -> list[Action]:
        # Kept from before: asking again starts the sound anew.
        sounding, sound_ms = self._silence.sounding, self._silence.sound_ms
        silent = Outcome.ONLY_MUSIC if self._silence.music(now_ms) else Outcome.SILENCE_TIMEOUT
        if not self._silence.ask_again(now_ms):
            return self._parting.take_leave(silent, now_ms)
        number = self._silence.prompts
        question = prompt.sound_prompt() if sounding else prompt.silence_prompt(number)
        if self._silence.waits:
            question = prompt.still_waiting()
        elif self._recordings.caller is Caller.SUSPECT:
            self._recordings.asked()
            question = prompt.recording()
        heard = [Note(SoundUnheard(sound_ms=sound_ms))] if sounding else []
        asked = self._asking.ask(question, Reason.SILENCE)
        return [*heard, Note(SilenceWarning(number=number)), *asked]

    def _on_recording(self, now_ms: float) -> list[Action]:
        if self._answers.audible(now_ms):  # a person would listen
            self._recordings.put_off(self._answers.audible_until_ms())
            return []
        detail = self._recordings.over()
        return self._parting.on_recording(detail) if detail else []

    def _on_slow_tool(self, _now_ms: float) -> list[Action]:
        self._tool_calls.excuse()  # once for each tool: the caller has been asked
        return [Note(Filler()), *self._asking.ask(prompt.filler(), Reason.FILLER)]
