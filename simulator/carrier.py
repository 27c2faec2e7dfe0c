"""The carrier: one telephone call as Twilio Media Streams carries it, with a scripted caller on the line."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Literal

import trio
from attrs import define, field

from simulator.caller import Caller, Die, GaveUp, HangUp, Press, Said, Send, StallReading, Step
from simulator.carrier_wire import BadMessage, Clear, Mark, Media, Outgoing, connected, parse
from simulator.line import FRAME_MS, Line
from simulator.timeline import Moment, Observer, Timeline
from simulator.transport import Transport, TransportClosed

# What really goes up in 20 ms: from the caller's sound, what the line played meanwhile, and when they began.
Acoustics = Callable[[bytes, bytes, int], bytes]
QUEUE_MAX_MS = 600_000  # Twilio drops what is queued beyond 10 minutes, with warning 31931
BACKLOG_MESSAGES = 500  # then inbound audio is dropped, as Twilio does with warning 31930
HANG_UP_S = 5.0  # a server that does not read cannot keep the caller on the line


@define(kw_only=True)
class Carrier:
    """One call on one transport. `run` it, then read its account.

    `violations` holds every message of the server that Twilio would have ignored, and every wait of the
    script that was in vain. Times are milliseconds since `run` began.
    """

    transport: Transport
    script: Sequence[Step]
    call_sid: str = "CA" + "0" * 32
    stream_sid: str = "MZ" + "0" * 32
    account_sid: str = "AC" + "0" * 32
    parameters: Mapping[str, str] = field(factory=dict)
    on_event: Observer | None = None
    acoustics: Acoustics | None = None  # the room and the line: noise, echo, loss

    began_s: float = field(default=0.0, init=False)  # on Trio's clock
    line: Line = field(factory=Line, init=False)
    said: list[Said] = field(factory=list, init=False)
    marks: list[tuple[int, str]] = field(factory=list, init=False)  # sent back, with the time
    clears_ms: list[int] = field(factory=list, init=False)
    violations: list[str] = field(factory=list, init=False)
    dropped_frames: int = field(default=0, init=False)
    ended_by: Literal["caller", "server", "cut"] | None = field(default=None, init=False)
    ended_ms: int = field(default=0, init=False)
    close_code: int | None = field(default=None, init=False)  # of the server's close

    _timeline: Timeline = field(init=False)
    _outgoing: Outgoing = field(init=False)
    _outbox: "trio.MemorySendChannel[str | bytes]" = field(init=False)
    _number: int = field(default=0, init=False)
    _chunk: int = field(default=0, init=False)
    _marks_changed: trio.Event = field(factory=trio.Event, init=False)
    _bot_was_playing: bool = field(default=False, init=False)
    _over: Callable[[], None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._timeline = Timeline(self.on_event)
        self._outgoing = Outgoing(self.account_sid, self.call_sid, self.stream_sid)

    @property
    def timeline(self) -> list[Moment]:
        """Everything that happened, in order."""
        return self._timeline.moments

    @property
    def heard(self) -> tuple[tuple[int, bytes], ...]:
        """The stretches of the bot's voice that the caller heard: when each began, and its bytes."""
        return self.line.stretches(self._account_ms())

    @property
    def played(self) -> bytes:
        """Every byte the caller heard, in order."""
        return self.line.played(self._account_ms())

    @property
    def closed_by_server_ms(self) -> int | None:
        """When the server ended the stream; None if it did not."""
        return self.ended_ms if self.ended_by == "server" else None

    async def run(self) -> None:
        """Carry the call until the caller hangs up or dies, or the server closes it.

        If cancelled it leaves the transport open: whoever opened it closes it.
        """
        self.began_s = trio.current_time()
        # Unbounded for marks and control; media stops at BACKLOG_MESSAGES.
        self._outbox, outbox = trio.open_memory_channel[str | bytes](10**9)
        async with trio.open_nursery() as nursery:
            self._over = nursery.cancel_scope.cancel
            self._emit(connected())
            self._emit(self._outgoing.start(self._next_number(), self.parameters))
            self._note("start", self.call_sid)
            nursery.start_soon(self._write, outbox)
            nursery.start_soon(self._read)
            nursery.start_soon(self._send_marks_back)
            await self._pace()

    async def _pace(self) -> None:
        """Tick the caller every 20 ms, by deadlines, so that lateness never adds up."""
        caller = Caller(self.script, self.line)
        tick_ms = 0
        while self.ended_by is None:
            # A frame leaves when it is complete: the frame of 0-20 ms at 20 ms.
            await trio.sleep_until(self.began_s + (tick_ms + FRAME_MS) / 1000)
            for action in caller.tick(tick_ms + FRAME_MS):
                self._act(action, tick_ms)
            self._note_bot()
            tick_ms += FRAME_MS
        if self.ended_by == "caller":
            await trio.sleep(HANG_UP_S)
            self.violations.append(f"the server did not read for {HANG_UP_S:g} s after the caller hung up")
            self.transport.abort()
        self._over()

    def _act(self, action: object, timestamp_ms: int) -> None:
        match action:
            case bytes():
                self._send_frame(action, timestamp_ms)
            case Said():
                self.said.append(action)
                self._note("says", action.text)
            case Press():
                self._note("presses", action.digit)
                self._emit(self._outgoing.dtmf(self._next_number(), action.digit))
            case Send():
                self._emit(action.message)
            case GaveUp():
                self._complain(action.problem)
            case StallReading():
                self._note("stalls")
                self.transport.stall()
            case HangUp():
                self._end("caller", "hangs up")
                self._emit(self._outgoing.stop(self._next_number()))
                self._outbox.close()
            case Die():
                self._end("cut", "line cut")
                self.transport.abort()

    def _send_frame(self, frame: bytes, timestamp_ms: int) -> None:
        self._chunk += 1
        if self.acoustics is not None:
            played = self.line.just_played(timestamp_ms + FRAME_MS)
            frame = self.acoustics(frame, played, timestamp_ms)
        if self._outbox.statistics().current_buffer_used >= BACKLOG_MESSAGES:
            self.dropped_frames += 1
            if self.dropped_frames == 1:
                self._complain("31930: the server does not read; inbound audio was dropped")
            return
        self._emit(self._outgoing.media(self._next_number(), self._chunk, timestamp_ms, frame))

    async def _write(self, outbox: "trio.MemoryReceiveChannel[str | bytes]") -> None:
        """Send what is in the outbox. No other task sends, so nothing can cut a message in half."""
        try:
            async for message in outbox:
                await self.transport.send(message)
            await self.transport.close()
            self._over()
        except TransportClosed as closed:
            self._closed(closed)

    async def _read(self) -> None:
        try:
            while True:
                message = await self.transport.receive()
                try:
                    self._obey(parse(message, self.stream_sid))
                except BadMessage as bad:
                    self._complain(bad.problem)
        except TransportClosed as closed:
            self._closed(closed)

    def _obey(self, message: Media | Mark | Clear) -> None:
        now_ms = self._now_ms()
        match message:
            case Media():
                self._play(message.audio, now_ms)
            case Mark():
                self.line.mark(message.name, now_ms)
                self._marks_changed.set()
            case Clear():
                names = self.line.clear(now_ms)
                self.clears_ms.append(round(now_ms))
                self._marks_changed.set()
                self._note("clear", f"{len(names)} marks")
                self._echo(names)
                self._note_bot()

    def _play(self, audio: bytes, now_ms: float) -> None:
        room = int(QUEUE_MAX_MS - self.line.queued_ms(now_ms)) * 8
        if len(audio) > room:
            self._complain("31931: more than 10 minutes of audio queued; the rest was dropped")
        self.line.play(audio[:room], now_ms)
        self._note_bot()

    async def _send_marks_back(self) -> None:
        while True:
            self._marks_changed = trio.Event()
            due_ms = self.line.next_ms()
            # A clear may take the mark we wait for away, and the next one may be due earlier.
            with trio.move_on_at(inf if due_ms is None else self.began_s + due_ms / 1000):
                await self._marks_changed.wait()
            self._echo(self.line.advance(self._now_ms()))

    def _echo(self, names: Sequence[str]) -> None:
        for name in names:
            if self.ended_by is None:
                self.marks.append((round(self._now_ms()), name))
                self._emit(self._outgoing.mark(self._next_number(), name))

    def _note_bot(self) -> None:
        """Write down that the bot began, or stopped, being audible."""
        now_ms = self._now_ms()
        playing = self.line.playing(now_ms)
        if playing != self._bot_was_playing:
            self._bot_was_playing = playing
            self._timeline.note(
                now_ms - (self.line.quiet_ms(now_ms) or 0), "bot speaks" if playing else "bot quiet"
            )

    def _closed(self, closed: TransportClosed) -> None:
        if self.ended_by is None:
            self.close_code = closed.code
            self._end("server", "server closed", str(closed))
        self._over()

    def _end(self, by: Literal["caller", "server", "cut"], kind: str, detail: str = "") -> None:
        self.ended_by, self.ended_ms = by, round(self._now_ms())
        self._note(kind, detail)

    def _complain(self, problem: str) -> None:
        self.violations.append(problem)
        self._note("violation", problem)

    def _note(self, kind: str, detail: str = "") -> None:
        self._timeline.note(self._now_ms(), kind, detail)

    def _emit(self, message: str | bytes) -> None:
        self._outbox.send_nowait(message)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _now_ms(self) -> float:
        return (trio.current_time() - self.began_s) * 1000

    def _account_ms(self) -> float:
        """Return until when the caller listened."""
        return self.ended_ms if self.ended_by is not None else self._now_ms()
