"""The account of a call as the engine writes it, from a script of who says what."""

from itertools import count
from typing import Any

from attrs import Factory, define, frozen

_WORD_MS = 320
_FIRST_GAP_MS, _GAP_STEP_MS, _GAPS = 640, 190, 5  # from a caller's end to the bot's first sound
_PAUSE_MS, _REAL_MS = 280, 500  # of speech over the bot
_SILENCE_MS = 500  # that ends an utterance
_ASKED_AFTER_MS = 8_000  # of silence
_BYTES_PER_MS = 8

Event = tuple[int, str, dict[str, Any]]


@frozen
class Caller:
    """What the caller says."""

    words: str


@frozen
class Bot:
    """What the bot says; if some was not heard, the caller's next words have cut it off."""

    words: str
    unheard: str = ""


@frozen
class Tool:
    """A tool, and what the model was told by it."""

    name: str
    said: str
    took_ms: int = 40


@frozen
class Keys:
    """Keys pressed and taken as an answer."""

    number: int


@frozen
class Silence:
    """Nobody says anything for so long that the bot asks."""


Said = Caller | Bot | Tool | Keys | Silence


def account(said: tuple[Said, ...], outcome: str, detail: str) -> tuple[Event, ...]:
    """The events of the call, each as (at_ms, kind, fields); the last is its end."""
    told = _Told()
    told.opening()
    for one in said:
        told.tell(one)
    told.note("hang_up", outcome=outcome, detail=detail, lead_captured=True)
    return tuple(told.events)


@define
class _Told:
    at_ms: int = 9
    events: list[Event] = Factory(list)
    interrupted: bool = False  # the caller has begun to speak over the bot
    asked_for: str = "greeting"
    turns: "count[int]" = Factory(lambda: count(1))
    tools: "count[int]" = Factory(lambda: count(1))

    def note(self, kind: str, **fields: Any) -> None:
        self.events.append((self.at_ms, kind, fields))

    def opening(self) -> None:
        self.note("call_started")
        self.note("model_connected")
        self.note("session_configured", voice="alloy", input_format="audio/pcmu", output_format="audio/pcmu")
        self.note("greeting")

    def tell(self, one: Said) -> None:
        match one:
            case Caller(words):
                self._caller(words)
            case Bot(words, unheard):
                self._bot(words, unheard)
            case Tool():
                self._tool(one)
            case Keys(number):
                self.at_ms += 2_000
                self.note("keypad", keys=number)
                self.asked_for = "keypad"
            case Silence():
                self.at_ms += _ASKED_AFTER_MS
                self.note("silence_warning", number=1)
                self.asked_for = "silence"

    def _caller(self, words: str) -> None:
        speech_ms = max(_ms(words), _REAL_MS)
        if self.interrupted:
            onset_ms = self.at_ms - _REAL_MS
        else:
            onset_ms = self.at_ms + 700
            self.at_ms = onset_ms + 80
            self.note("utterance_started", onset_ms=onset_ms)
        self.interrupted = False
        self.at_ms = onset_ms + speech_ms + _SILENCE_MS
        self.note(
            "utterance_ended",
            onset_ms=onset_ms,
            speech_ms=speech_ms,
            silence_ms=_SILENCE_MS,
            capped=False,
            doubtful=False,
        )
        self.note("user_said", text=words)
        self.asked_for = "utterance"

    def _bot(self, words: str, unheard: str) -> None:
        turn = next(self.turns)
        self.note("response_created", reasons=self.asked_for)
        self.at_ms += _FIRST_GAP_MS - _SILENCE_MS + turn * 3 % _GAPS * _GAP_STEP_MS
        self.note("first_audio", turn=turn)
        self.note("response_done", status="completed")
        heard_ms, audio_ms = _ms(words), _ms(words) + _ms(unheard)
        if unheard:
            self._cut(heard_ms, audio_ms)
        else:
            self.at_ms += heard_ms
        self.note("answer_sent", turn=turn, first=turn, last=turn, bytes=audio_ms * _BYTES_PER_MS)
        self.note("bot_said", text=words, unheard=unheard, heard_ms=heard_ms, audio_ms=audio_ms)

    def _cut(self, heard_ms: int, audio_ms: int) -> None:
        onset_ms = self.at_ms + max(heard_ms - _PAUSE_MS, 0)
        self.at_ms = onset_ms + 80
        self.note("utterance_started", onset_ms=onset_ms)
        self.at_ms = onset_ms + _PAUSE_MS
        self.note("barge_in_paused", speech_ms=_PAUSE_MS)
        self.at_ms = onset_ms + _REAL_MS
        self.note("barge_in", speech_ms=_REAL_MS, heard_ms=heard_ms, audio_ms=audio_ms)
        self.note("truncated", item="item_1", heard_ms=heard_ms, audio_ms=audio_ms)
        self.interrupted = True

    def _tool(self, tool: Tool) -> None:
        call_id = f"call_{next(self.tools):04}"
        self.note("response_created", reasons=self.asked_for)
        self.note("tool_called", name=tool.name, call_id=call_id)
        self.note("response_done", status="completed")
        self.at_ms += tool.took_ms
        self.note(
            "tool_answered",
            name=tool.name,
            call_id=call_id,
            status="ok",
            took_ms=tool.took_ms,
            said=tool.said,
        )
        self.asked_for = "tool outputs"


def _ms(words: str) -> int:
    return len(words.split()) * _WORD_MS
