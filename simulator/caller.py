"""The caller: a script of steps, performed frame by frame. Pure: stepped once every 20 ms.

`Caller.tick` says what the caller does in one frame's time: at most one frame of sound (20 ms of speech
or of silence), and whatever else happens at that moment. To wait for an answer, wait for it to begin and
then for it to end: `UntilBotSpeaks(100), UntilBotQuiet(500)`.
"""

from collections.abc import Callable, Iterator, Sequence

from attrs import define, field, frozen

from simulator.line import FRAME_BYTES, FRAME_MS, Line
from simulator.mulaw import silence

SILENT_FRAME = silence(FRAME_MS)
DIGITS = frozenset("0123456789*#ABCD")


@frozen
class Say:
    """Say something: `audio` is mu-law, sent frame by frame; `text` is for the record."""

    text: str
    audio: bytes


@frozen
class Pause:
    """Stay silent; the line goes on sending silence."""

    ms: int


@frozen
class UntilBotSpeaks:
    """Listen until the bot has been audible for `ms` without a break."""

    ms: int = 0
    timeout_ms: int = 30_000


@frozen
class UntilBotQuiet:
    """Listen until the bot, heard at least once since the call began, has been silent for `ms`."""

    ms: int = 500
    timeout_ms: int = 60_000


@frozen
class HearFor:
    """Listen until the bot has been audible for `ms` without a break; go on if it says nothing for long."""

    ms: int
    patience_ms: int = 3_000


@frozen
class HearOut:
    """Listen until the bot has spoken and been silent for `quiet_ms`; go on if it says nothing for long."""

    quiet_ms: int = 500
    patience_ms: int = 3_000


@frozen
class UntilClosed:
    """Stay on the line until the server ends the stream."""

    timeout_ms: int = 120_000


@frozen
class Press:
    """Press a key."""

    digit: str = field()

    @digit.validator
    def _known(self, attribute: object, value: str) -> None:
        if value not in DIGITS or len(value) != 1:
            raise ValueError(f"digit: {value!r} must be one of 0-9, *, #, A-D")


@frozen
class StopSending:
    """Send no media at all: a stalled line."""

    ms: int


@frozen
class Send:
    """Send the server a message as it is, for bad input."""

    message: str | bytes


@frozen
class HangUp:
    """Put the phone down: `stop`, then the socket is closed."""


@frozen
class Die:
    """Vanish: the socket dies without a word."""


@frozen
class StallReading:
    """Go on talking but read nothing any more, so that the server's sends back up."""


Step = (
    Say
    | Pause
    | UntilBotSpeaks
    | UntilBotQuiet
    | HearFor
    | HearOut
    | UntilClosed
    | Press
    | StopSending
    | Send
    | HangUp
    | Die
    | StallReading
)


@frozen
class Said:
    """A `Say` that began at `at_ms` and, if nothing ended the call, was over at `until_ms`."""

    at_ms: int
    until_ms: int
    text: str


@frozen
class GaveUp:
    """A wait that took too long."""

    problem: str


Action = bytes | Press | Send | HangUp | Die | StallReading | Said | GaveUp


@define
class Caller:
    """Performs a script beside `line`, what the caller hears. After the last step the caller hangs up."""

    _script: Sequence[Step]
    _line: Line
    _now_ms: int = field(default=0, init=False)
    _actions: list[Action] = field(factory=list, init=False)
    _frames: Iterator[None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._frames = self._perform()

    def tick(self, now_ms: int) -> tuple[Action, ...]:
        """Return what the caller does in the frame that begins now; nothing at all after the end."""
        self._now_ms, self._actions = now_ms, []
        next(self._frames, None)
        return tuple(self._actions)

    def _perform(self) -> Iterator[None]:
        for step in self._script:
            yield from self._step(step)
        self._actions.append(HangUp())

    def _step(self, step: Step) -> Iterator[None]:
        match step:
            case Say():
                yield from self._say(step)
            case Pause():
                yield from self._sound([SILENT_FRAME] * _frames_in(step.ms))
            case StopSending():
                yield from [None] * _frames_in(step.ms)
            case UntilBotSpeaks():
                yield from self._until(step, self._bot_speaks(step.ms))
            case UntilBotQuiet():
                yield from self._until(step, self._bot_is_quiet(step.ms))
            case HearFor() | HearOut():
                yield from self._hear(step)
            case UntilClosed():
                yield from self._until(step, lambda: False)
            case Press() | Send() | StallReading():
                self._actions.append(step)
            case HangUp() | Die():
                self._actions.append(step)
                yield from self._for_ever()

    def _say(self, step: Say) -> Iterator[None]:
        frames = [step.audio[at : at + FRAME_BYTES] for at in range(0, len(step.audio), FRAME_BYTES)]
        until_ms = self._now_ms + len(frames) * FRAME_MS
        self._actions.append(Said(self._now_ms, until_ms, step.text))
        yield from self._sound(frames)

    def _sound(self, frames: Sequence[bytes]) -> Iterator[None]:
        for frame in frames:
            self._actions.append(frame.ljust(FRAME_BYTES, SILENT_FRAME[:1]))
            yield

    def _until(
        self, step: UntilBotSpeaks | UntilBotQuiet | UntilClosed, reached: Callable[[], bool]
    ) -> Iterator[None]:
        deadline_ms = self._now_ms + step.timeout_ms
        while not reached():
            if self._now_ms >= deadline_ms:
                self._actions += [GaveUp(f"{step}: waited in vain"), HangUp()]
                yield from self._for_ever()
            yield from self._sound([SILENT_FRAME])

    def _hear(self, step: HearFor | HearOut) -> Iterator[None]:
        match step:
            case HearFor():
                yield from self._listen(self._bot_speaks(step.ms), step.patience_ms)
            case HearOut():
                yield from self._listen(self._bot_speaks(0), step.patience_ms)
                yield from self._listen(self._bot_is_quiet(step.quiet_ms), step.quiet_ms)

    def _listen(self, reached: Callable[[], bool], patience_ms: int) -> Iterator[None]:
        """Wait, but not longer than `patience_ms` while the bot is silent."""
        silent_ms = 0
        while not reached() and silent_ms < patience_ms:
            silent_ms = 0 if self._line.playing(self._now_ms) else silent_ms + FRAME_MS
            yield from self._sound([SILENT_FRAME])

    def _bot_speaks(self, ms: int) -> Callable[[], bool]:
        return lambda: self._line.playing(self._now_ms) and self._line.speaking_ms(self._now_ms) >= ms

    def _bot_is_quiet(self, ms: int) -> Callable[[], bool]:
        def reached() -> bool:
            quiet_ms = self._line.quiet_ms(self._now_ms)
            return quiet_ms is not None and not self._line.playing(self._now_ms) and quiet_ms >= ms

        return reached

    @staticmethod
    def _for_ever() -> Iterator[None]:
        while True:
            yield


def _frames_in(ms: int) -> int:
    return -(-ms // FRAME_MS)
