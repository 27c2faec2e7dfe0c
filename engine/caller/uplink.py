"""What of the caller's audio goes up to the model, and when.

Between utterances nothing goes up, so the model never pays for silence. A ring keeps the last second:
when an utterance opens, its last 600 ms go up first, because the detector needs a moment to see a
start and the first syllable must not be lost. While the bot plays, frames are held and go up only
with a barge-in (or when the bot has finished); and what stood before the onset and was the bot's echo
goes up as silence. So the model never takes its own voice for the caller's.
"""

from collections import deque
from collections.abc import Sequence
from enum import Enum, auto

from attrs import frozen

from engine.audio import SILENCE_BYTE
from engine.caller.turns import (
    BargeInPaused,
    TurnEvent,
    UtteranceEnded,
    UtteranceGoesOn,
    UtterancePart,
    UtteranceRests,
    UtteranceSkipped,
    UtteranceStarted,
)
from engine.model import AppendAudio, CommitAudio, DiscardAudio
from engine.settings import FRAME_MS, Settings

UplinkCommand = AppendAudio | CommitAudio | DiscardAudio


@frozen
class _Heard:
    frame: bytes
    echo: bool


class _Route(Enum):
    IDLE = auto()
    HELD = auto()
    LIVE = auto()
    RESTS = auto()  # all of it is committed, unless it goes on


class Uplink:
    """`step` once per frame, with the turn events of that frame."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._route = _Route.IDLE
        # What was heard before anybody knew that somebody speaks. Echo is noted with each frame as it comes:
        # once the onset is known, the sound that the bot made at that time is no longer at hand.
        self._ring: deque[_Heard] = deque(maxlen=settings.ring_ms // FRAME_MS)
        self._pending: list[bytes] = []
        self._frames = 0
        self._went_up = False

    def step(
        self, frame: bytes, events: Sequence[TurnEvent], *, bot_playing: bool, echo: bool
    ) -> list[UplinkCommand]:
        """Take the next frame and return what is to go up now.

        Appends come in chunks, in order, each frame once.
        """
        self._ring.append(_Heard(frame, echo))
        self._frames += 1
        if self._route is not _Route.IDLE:
            self._pending.append(frame)
        # Events after the ring has the frame: an utterance that opens with it is to begin with it as well.
        actions: list[UplinkCommand] = []
        for event in events:
            actions += self._follow(event, bot_playing=bot_playing)
        # What still goes on once the bot is silent was no back-channel: it goes up whole, to be answered.
        if self._route is _Route.HELD and not bot_playing:
            self._route = _Route.LIVE
        if self._route is _Route.LIVE and len(self._pending) * FRAME_MS >= self._settings.uplink_chunk_ms:
            actions += self._flush()
        return actions

    def _follow(self, event: TurnEvent, *, bot_playing: bool) -> list[UplinkCommand]:
        match event:
            case UtteranceStarted(onset_ms):
                self._start(onset_ms, held=bot_playing)
            # Already with the pause: by the time the barge-in proves real the model has most of it.
            case BargeInPaused() if self._route is _Route.HELD:
                self._route = _Route.LIVE
            case UtterancePart():
                return self._commit_part()
            case UtteranceRests():
                self._route = _Route.RESTS
                return self._commit_part()
            case UtteranceGoesOn():
                self._route = _Route.LIVE
            case UtteranceEnded() if self._route is _Route.RESTS:
                self._pending.clear()
                return self._finish(CommitAudio())
            case UtteranceEnded():
                return self._finish(CommitAudio())
            case UtteranceSkipped():
                self._pending.clear()
                return self._finish(DiscardAudio())
        return []

    def _start(self, onset_ms: int, *, held: bool) -> None:
        since_onset = self._frames - onset_ms // FRAME_MS
        # In silence the lead counts back from now, because nothing but the start can be in it. Over the bot
        # it counts back from the onset, and is short: what stands there is mostly the bot's own echo.
        lead_ms = self._settings.barge_in_lead_ms if held else self._settings.utterance_lead_ms
        before = lead_ms // FRAME_MS if held else max(0, lead_ms // FRAME_MS - since_onset)
        self._route = _Route.HELD if held else _Route.LIVE
        self._went_up = False
        heard = list(self._ring)[-(before + since_onset) :]
        onset = len(heard) - since_onset
        # Echo before the onset becomes silence of the same length: dropped, it would move the times of the
        # item; sent, the model would take its own voice for the caller's. From the onset on the caller speaks
        # over it.
        self._pending = [_without_echo(one) if n < onset else one.frame for n, one in enumerate(heard)]

    def _flush(self) -> list[UplinkCommand]:
        audio = b"".join(self._pending)
        self._pending.clear()
        self._went_up = self._went_up or bool(audio)
        return [AppendAudio(audio)] if audio else []

    def _commit_part(self) -> list[UplinkCommand]:
        appended, went_up = self._flush(), self._went_up
        self._went_up = False
        return [*appended, CommitAudio()] if went_up else appended

    def _finish(self, last: CommitAudio | DiscardAudio) -> list[UplinkCommand]:
        appended = self._flush()
        self._route = _Route.IDLE
        self._ring.clear()  # what went up with this utterance must not go up with the next
        # Nothing has gone up of a back-channel over the bot: there is nothing to discard, and to commit an
        # empty buffer is an error at the server.
        return [*appended, last] if self._went_up else []


def _without_echo(heard: _Heard) -> bytes:
    return SILENCE_BYTE * len(heard.frame) if heard.echo else heard.frame
