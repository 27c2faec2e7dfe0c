"""The model: a Realtime server for one connection, driven by a script."""

from collections.abc import Iterable
from math import inf
from typing import Any

import trio
from attrs import define, field

from simulator.conversation import Conversation
from simulator.events import (
    Appended,
    Cancel,
    Committed,
    Create,
    error_event,
    transcription_delta,
    transcription_events,
)
from simulator.generation import Generation
from simulator.grammar import kind
from simulator.model_script import (
    BAD_KEY,
    DEFAULT_REPLY,
    EXPIRED,
    UNSCRIPTED,
    Abort,
    CloseNow,
    Fail,
    LiveTranscription,
    ModelScript,
    NoAnswer,
    Rejection,
    Reply,
    SessionMemory,
    Stall,
)
from simulator.schema import Json, Refused
from simulator.server_link import ServerLink, first_closed
from simulator.timeline import Moment, Observer, Timeline
from simulator.transport import Transport, TransportClosed

SESSION_MAX_S = 3_600.0


@define
class Model:
    """One session on one transport. `run` it, then read its account.

    `violations` holds every error that the client caused (but for the script's `allowed_errors`), and what a
    real server would let pass though a careful client must not do it.
    """

    transport: Transport
    script: ModelScript = field(factory=ModelScript)
    on_event: Observer | None = None
    rejection: Rejection | None = None  # what the handshake had wrong

    began_s: float = field(default=0.0, init=False)  # on Trio's clock
    conversation: Conversation = field(init=False)
    responses: list[Generation] = field(factory=list, init=False)
    closed: TransportClosed | None = field(default=None, init=False)  # how the client ended it
    _timeline: Timeline = field(init=False)
    _link: ServerLink = field(init=False)
    _nursery: trio.Nursery = field(init=False)
    _generating: trio.CancelScope = field(factory=trio.CancelScope, init=False)
    _deaf: bool = field(default=False, init=False)  # to `response.cancel`
    # What the deltas of live transcription have said, by item.
    _overheard: dict[str, int] = field(factory=dict, init=False)  # words, sent or on their way
    _told: dict[str, str] = field(factory=dict, init=False)
    _transcribed: set[str] = field(factory=set, init=False)
    _words: "trio.MemorySendChannel[tuple[str, str, float]]" = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.conversation = Conversation(self.script)
        self._timeline = Timeline(self.on_event)
        self._link = ServerLink(self.transport, lambda: self.conversation.new_id("event"))

    @property
    def violations(self) -> list[str]:
        """What the client did wrong, in order."""
        return self.conversation.violations

    @property
    def timeline(self) -> list[Moment]:
        """Every event in both directions in order ("<" from the client, ">" to it), audio left out."""
        return self._timeline.moments

    @property
    def session(self) -> Json:
        """The effective session."""
        return self.conversation.session

    @property
    def instructions(self) -> str:
        """The effective prompt."""
        return str(self.session["instructions"])

    @property
    def committed(self) -> list[bytes]:
        """The caller's audio, item by item."""
        return self.conversation.committed

    @property
    def outputs(self) -> list[tuple[str, Any]]:
        """The function outputs: call id, and the output as JSON."""
        return self.conversation.outputs

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The calls that were made and have no output yet."""
        return self.conversation.items.unanswered

    @property
    def truncated(self) -> dict[str, int]:
        """How many milliseconds of an item were kept, by item."""
        return self.conversation.truncated

    @property
    def deleted(self) -> list[str]:
        """The items that the client deleted."""
        return self.conversation.deleted

    @property
    def creates(self) -> int:
        """How many `response.create` were accepted."""
        return self.conversation.creates

    @property
    def sent(self) -> dict[str, bytes]:
        """The audio sent, by assistant item, in order."""
        return {key: bytes(audio) for response in self.responses for key, audio in response.sent.items()}

    async def run(self) -> None:
        """Serve the session until the client closes it, or the script does.

        Returns normally however the connection ends; after a `Stall`, only by cancellation. If cancelled, it
        leaves the transport open.
        """
        self.began_s = trio.current_time()
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self._link.write)
                await self._serve()
        except* TransportClosed as group:
            self.closed = first_closed(group)
        self._note("closed", str(self.closed))

    async def _serve(self) -> None:
        rejection = BAD_KEY if self.script.bad_key else self.rejection
        if rejection is not None:
            self._close_after_error(rejection, f"invalid_request_error.{rejection.code}")
            return
        await trio.sleep(self.script.slow_connect_ms / 1000)
        # Unbounded: what is not taken is small, and the script's own.
        self._words, words = trio.open_memory_channel[tuple[str, str, float]](inf)
        self._nursery.start_soon(self._tell, words)
        self._nursery.start_soon(self._expire)
        self._nursery.start_soon(self._link.keep_alive, self.violations)
        self._emit_all([{"type": "session.created", "session": self.session}])
        while True:
            self._take(await self.transport.receive())

    async def _expire(self) -> None:
        await trio.sleep(SESSION_MAX_S)
        self._close_after_error(EXPIRED, EXPIRED.message)

    def _take(self, message: str | bytes) -> None:
        self._note("<", kind(message))
        for output in self.conversation.receive(message):
            match output:
                case Create():
                    self._answer()
                case Cancel():
                    self._cancel()
                case Committed(transcribe=False):
                    pass
                case Committed():
                    self._nursery.start_soon(self._transcribe, output)
                case Appended(live=live):
                    self._overhear(output, live)
                case _:
                    self._emit_all([output])

    # -- responses --

    def _answer(self) -> None:
        taken = self.conversation.creates - 1
        reply = self.script.replies[taken] if taken < len(self.script.replies) else DEFAULT_REPLY
        match reply:  # Ignore: not even `response.created`
            case Reply() | NoAnswer() | Fail():
                self._generate(reply)
            case CloseNow() | Abort() | Stall():
                if reply.during is not None:
                    self._generate(reply.during)
                self._nursery.start_soon(self._strike, reply)

    def _generate(self, reply: Reply | NoAnswer | Fail) -> None:
        generation = Generation(
            reply=reply if isinstance(reply, Reply) else Reply(),
            new_id=self.conversation.new_id,
            add=self.conversation.items.add,
            session=self.session,
            memory=self._memory(),
        )
        self.responses.append(generation)
        self._deaf = isinstance(reply, NoAnswer) and reply.deaf
        self._generating = trio.CancelScope()
        self.conversation.active = generation.response_id
        self._emit_all(generation.created())
        if not isinstance(reply, NoAnswer):
            self._nursery.start_soon(self._play_out, generation, reply, self._generating)

    async def _play_out(self, generation: Generation, reply: Reply | Fail, scope: trio.CancelScope) -> None:
        began = trio.current_time()
        with scope:
            for step in generation.failure(reply) if isinstance(reply, Fail) else generation.steps():
                if isinstance(step, list):
                    self._emit_all(step)
                    continue
                await trio.sleep_until(began + step / 1000)
                # The scope may have been cancelled after the clock had already woken us.
                if scope.cancel_called:
                    return
            self._emit_all(self.conversation.response_over())

    def _cancel(self) -> None:
        if self._deaf:
            return
        self._generating.cancel()
        self._emit_all(self.responses[-1].cut())
        self._emit_all(self.conversation.response_over())

    async def _strike(self, fault: CloseNow | Abort | Stall) -> None:
        await trio.sleep(fault.after_ms / 1000)
        self._note("fault", type(fault).__name__)
        self._generating.cancel()
        match fault:
            case CloseNow():
                self._link.close(fault.code, fault.reason)
            case Abort():
                self.transport.abort()
            case Stall():
                self._link.silent = True
                self.transport.stall()

    async def _transcribe(self, committed: Committed) -> None:
        transcript = self._transcript(committed.number)
        after_ms = self.script.transcript_after_ms
        await trio.sleep((after_ms() if callable(after_ms) else after_ms) / 1000)
        told = self._told.get(committed.item_id, "")
        self._transcribed.add(committed.item_id)
        self._emit_all(transcription_events(committed.item_id, transcript, told))

    def _overhear(self, appended: Appended, live: LiveTranscription) -> None:
        """Let the words that are new with this audio be sent."""
        words = live.words(appended.audio)
        known = self._overheard.get(appended.item_id, 0)
        self._overheard[appended.item_id] = max(known, len(words))
        for word in words[known:]:
            self._words.send_nowait((appended.item_id, word, trio.current_time() + live.after_ms() / 1000))

    async def _tell(self, words: "trio.MemoryReceiveChannel[tuple[str, str, float]]") -> None:
        """Send each word when it is due, in their order."""
        async for item_id, word, due_s in words:
            await trio.sleep_until(due_s)
            if item_id in self._transcribed:  # that was all of it
                continue
            told = self._told.get(item_id, "")
            delta = f" {word}" if told else word
            self._told[item_id] = told + delta
            self._emit_all([transcription_delta(item_id, delta)])

    def _transcript(self, number: int) -> str | None:
        hears = self.script.hears
        if callable(hears):
            return hears(self.committed[number])
        return hears[number] if number < len(hears) else UNSCRIPTED

    def _memory(self) -> SessionMemory:
        names = {item.call_id: item.name for response in self.responses for item in response.items}
        return SessionMemory(tuple((names.get(call_id, "?"), output) for call_id, output in self.outputs))

    def _emit_all(self, events: Iterable[Json]) -> None:
        for event in events:
            if not event["type"].endswith(".delta"):
                self._note(">", event["type"])
            self._link.emit(event)

    def _close_after_error(self, why: Rejection, reason: str) -> None:
        self._emit_all([error_event(Refused(why.code, why.message), None)])
        self._link.close(why.close_code, reason)

    def _note(self, kind: str, detail: str = "") -> None:
        self._timeline.note((trio.current_time() - self.began_s) * 1000, kind, detail)
