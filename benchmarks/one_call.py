"""One call of the load, from both of its ends, and how late each thing of it came through."""

import itertools
import json
import secrets
import time
from collections import deque
from collections.abc import Iterable

import trio
from attrs import Factory, define, field

from benchmarks.lean_socket import LeanSocket
from simulator import Carrier, ModelScript, Pause, Reply, Say, SessionMemory, TransportClosed, murmur
from simulator.conversation import Conversation
from simulator.events import Committed, Create, transcription_events
from simulator.generation import Generation
from simulator.mulaw import silence
from simulator.schema import Json

CYCLE_MS, SPEECH_MS, ANSWER_MS = 8_000, 2_000, 4_000
SERVER_VAD_MS = 600  # a model that ends the turns itself answers so long after the caller's last frame
_GREETING_MS = 3_000  # that the caller waits before the first cycle
_CYCLES = 500
_FRAME_MS, _FRAME_BYTES = 20, 160
WORDS = "Could you tell me when you are open on Thursday?"
_GREETING = Reply("Hello.", murmur(1_000, pitch=190))
_ANSWER = Reply(
    "We are open from nine to five, and on Thursday until eight in the evening.",
    murmur(ANSWER_MS, pitch=180),
)


@define
class Heard:
    """What came through, in milliseconds each: what is measured of the calls that go on."""

    first_ms: list[float] = Factory(list)  # from an answer's first delta to the carrier
    deltas_ms: list[float] = Factory(list)  # each of the others
    deltas_at_s: list[float] = Factory(list)  # when each of those was there, by the machine's clock
    decisions_ms: list[float] = Factory(list)  # from the caller's last frame of speech to `response.create`
    frames_ms: list[float] = Factory(list)  # each frame of speech, from the carrier to the model
    faults: list[str] = Factory(list)  # of calls that were not as they must be; known when they are over

    def clear(self) -> None:
        """Begin to measure anew."""
        for measured in (self.first_ms, self.deltas_ms, self.deltas_at_s, self.decisions_ms, self.frames_ms):
            measured.clear()


class Call:
    """One call: what was sent on either side, to know it again on the other."""

    def __init__(
        self, heard: Heard, socket: LeanSocket, speech: bytes, sid: str, parameters: dict[str, str]
    ) -> None:
        rest = Pause(CYCLE_MS - SPEECH_MS)
        cycles = [step for _ in range(_CYCLES) for step in (Say(WORDS, speech), rest)]
        socket.noted = self.told
        self._heard = heard
        self.model: Session | None = None
        self.carrier = Carrier(
            transport=socket,
            script=[Pause(_GREETING_MS), *cycles],
            call_sid=sid,
            stream_sid="MZ" + secrets.token_hex(16),
            parameters=parameters,
            acoustics=self._frame,
        )
        self._frames = {speech[at : at + _FRAME_BYTES] for at in range(0, len(speech), _FRAME_BYTES)}
        self._frames.discard(silence(_FRAME_MS))
        self._sent_s: dict[bytes, float] = {}  # the frames on their way up
        self._deltas: deque[tuple[float, int, bool]] = deque()  # on their way down: until which byte, first?
        self._bytes_out = self._bytes_in = 0

    def faults(self) -> Iterable[str]:
        """Give what was not as it must be."""
        yield from self.carrier.violations
        if self.carrier.ended_by is not None:
            yield f"the call ended: {self.carrier.ended_by} {self.carrier.close_code}"
        if self.carrier.clears_ms:
            yield "the bot was interrupted"
        if self.model is not None:
            yield from self.model.conversation.violations

    def _frame(self, frame: bytes, _played: bytes, timestamp_ms: int) -> bytes:
        if frame in self._frames:
            self._sent_s[frame] = trio.current_time()
        said = self.carrier.said
        if said and timestamp_ms == said[-1].until_ms - _FRAME_MS + SERVER_VAD_MS and self.model is not None:
            self.model.end_turn()
        return frame

    def arrived(self, audio: bytes) -> None:
        """Take what has come to the model."""
        now = trio.current_time()
        for at in range(0, len(audio), _FRAME_BYTES):
            sent_s = self._sent_s.pop(audio[at : at + _FRAME_BYTES], None)
            if sent_s is not None:
                self._heard.frames_ms.append((now - sent_s) * 1000)

    def decided(self) -> None:
        """Take a `response.create`."""
        if self.carrier.said:
            spoke_until_s = self.carrier.began_s + self.carrier.said[-1].until_ms / 1000
            self._heard.decisions_ms.append((trio.current_time() - spoke_until_s) * 1000)

    def answers(self, size: int, *, first: bool) -> None:
        """Note that a delta leaves the model now."""
        self._bytes_out += size
        self._deltas.append((trio.current_time(), self._bytes_out, first))

    def told(self, message: str) -> None:
        """Take what has come to the carrier."""
        if '"media"' not in message[:40]:
            return
        payload = json.loads(message)["media"]["payload"]
        self._bytes_in += _bytes_of(payload)
        while self._deltas and self._deltas[0][1] <= self._bytes_in:
            sent_s, _, first = self._deltas.popleft()
            late_ms = (trio.current_time() - sent_s) * 1000
            (self._heard.first_ms if first else self._heard.deltas_ms).append(late_ms)
            self._heard.deltas_at_s += [] if first else [time.monotonic()]


@define
class Session:
    """One session of the model: it answers when it is asked, or by itself if it ends the turns."""

    _socket: LeanSocket
    _call: Call
    _nursery: trio.Nursery
    conversation: Conversation = field(factory=lambda: Conversation(ModelScript()))
    _turn: trio.Lock = Factory(trio.Lock)  # two tasks send
    _replies: "itertools.chain[Reply]" = field(
        factory=lambda: itertools.chain([_GREETING], itertools.repeat(_ANSWER))
    )

    async def run(self) -> None:
        """Serve it until the client has gone."""
        try:
            await self._send({"type": "session.created", "session": self.conversation.session})
            while True:
                await self._take(await self._socket.receive())
        except TransportClosed:
            return

    def end_turn(self) -> None:
        """Answer, if turns are this side's to end."""
        if self.conversation.session["audio"]["input"]["turn_detection"] is not None:
            self.conversation.pending.clear()
            self._nursery.start_soon(self._answer)

    async def _take(self, message: str) -> None:
        had = len(self.conversation.pending)
        for output in self.conversation.receive(message):
            match output:
                case Create():
                    self._call.decided()
                    self._nursery.start_soon(self._answer)
                case Committed(transcribe=True):
                    for event in transcription_events(output.item_id, WORDS):
                        await self._send(event)
                case dict():
                    await self._send(output)
                    if output["type"] == "session.updated":
                        self.end_turn()  # with a greeting
        self._call.arrived(bytes(self.conversation.pending[had:]))

    async def _answer(self) -> None:
        conversation, began = self.conversation, trio.current_time()
        generation = Generation(
            reply=next(self._replies),
            new_id=conversation.new_id,
            add=conversation.items.add,
            session=conversation.session,
            memory=SessionMemory(),
        )
        conversation.active = generation.response_id
        first = True
        for step in itertools.chain([generation.created()], generation.steps()):
            if isinstance(step, float):
                await trio.sleep_until(began + step / 1000)
                continue
            for event in step:
                if event["type"] == "response.output_audio.delta":
                    await self._send(event, delta=True, first=first)
                    first = False
                else:
                    await self._send(event)
        for event in conversation.response_over():
            await self._send(event)

    async def _send(self, event: Json, *, delta: bool = False, first: bool = False) -> None:
        async with self._turn:
            message = json.dumps({"event_id": self.conversation.new_id("event"), **event})
            if delta:
                self._call.answers(_bytes_of(event["delta"]), first=first)
            await self._socket.send(message)


def _bytes_of(base64_text: str) -> int:
    return len(base64_text) // 4 * 3 - base64_text.count("=", -2)
