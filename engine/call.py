"""A call is a nursery.

    from_carrier  carrier -> inbox and events    blocks on nothing but the carrier's socket
    listen        frames -> turns -> model       and what the turns mean, to `converse`
    talk          opens the model's socket, then runs the tasks that need it
      converse      events -> actions            the only task that steps the conversation
      from_model    model -> events              never awaits a tool
      to_model      the only writer of the model's socket
    to_carrier    the only writer of the carrier's socket
    speak         one turn of the bot            under `turn.scope`, the barge-in scope
    work          one tool call                  beside the readers, with its deadline and its scope
    attend        what the office does beside the call, for as long as it lives
    hang_up       ends the call when somebody outside asks for it

Who else looks at the conversation only asks, and changes nothing: `listen`, before each frame, whether the
caller still counts and what the bot is doing. When all tasks are over its last lines go into the record.

Leaving the nursery is hanging up; leaving a turn's scope is being interrupted. Both writers are
outside every scope that can be cancelled while their socket lives on, because a send cancelled half
way corrupts a WebSocket's stream. Nothing here waits for a particular order of shutdown.

There is one boundary, in `run_call`. Its end is shielded, with deadlines: the line is closed, then the one
final record is written.
"""

import logging
from collections.abc import Callable
from math import inf

import trio
from attrs import Factory, asdict, define

from engine import log_lines, tools
from engine.account import (
    AudioDropped,
    CallEvent,
    CallStarted,
    HangUp,
    Line,
    MessagesIgnored,
    ModelConnected,
    ModelUsed,
    NoticeWasHeard,
    SessionConfigured,
    TranscriptionRefused,
)
from engine.actions import (
    Action,
    AudioSent,
    CancelTool,
    Clear,
    End,
    Event,
    ModelGone,
    ModelReady,
    Note,
    NoticeHeard,
    Play,
    Release,
    RunTool,
    Say,
    ToModel,
    ToolFinished,
)
from engine.audio import BYTES_PER_MS, SILENCE_BYTE
from engine.bot import tool_calls
from engine.caller.ear import Ear
from engine.caller.inbox import SILENT_FRAME, Inbox
from engine.caller.lateness import Lateness
from engine.caller.vad import open_detector
from engine.capabilities import check, instead, without_what_it_lacks
from engine.carrier import CallerAudio, ClearQueue, Dtmf, Mark, MarkReached, Media, Stopped
from engine.conversation.conversation import Conversation
from engine.conversation.parting import END_CALL
from engine.errors import CarrierFault, LinkClosed, ModelFault, RemoteProtocolError
from engine.model import AudioDelta, Capabilities, InputTranscribed, ModelCommand, ResponseDone, Session
from engine.outcome import Outcome
from engine.ports import CallRecord, CallStart, CarrierLink, ConnectModel, ModelLink, Office
from engine.prompt import prompt
from engine.queue import Queue
from engine.recording import Recording
from engine.settings import FRAME_MS, Settings
from engine.usage import Usage, total

log = logging.getLogger(__name__)

_IGNORED_LINES = 50  # of a call, in the log
# A deadline noticed so late: the process stood still. What came in time, but was not read, is heeded first.
_STOOD_STILL_S = 0.1
_CATCH_UP_S = 0.05


@define
class _Turn:
    """One answer on its way to the caller. Cancelling `scope` is the barge-in."""

    number: int
    scope: trio.CancelScope
    pieces: trio.MemorySendChannel[Say]


@define(kw_only=True)
class _Call:
    """The state that the tasks of one call share."""

    carrier: CarrierLink
    connect_model: ConnectModel
    office: Office
    settings: Settings
    start: CallStart
    ended: Callable[[Outcome], None]
    noted: Callable[[CallEvent], None]
    began_at: float
    scope: trio.CancelScope = Factory(trio.CancelScope)
    tool_names: frozenset[str]  # of those that there are, and of hanging up
    conversation: Conversation
    ear: Ear
    inbox: Inbox
    lateness: Lateness = Factory(Lateness)
    capabilities: Capabilities = Factory(Capabilities)
    models: tuple[str, str | None] = ("", None)  # that answers, and that writes down what the caller says
    usage: Usage = Factory(Usage)
    used_by: dict[str, Usage] = Factory(dict)  # each response
    arrived: trio.Event = Factory(trio.Event)
    turn: _Turn | None = None
    work_scopes: dict[str, trio.CancelScope] = Factory(dict)  # of the tool calls that run
    outcome: Outcome | None = None
    detail: str = ""
    account: list[CallEvent] = Factory(list)
    lead_captured: bool = False
    ignored: int = 0
    recording: Recording | None = None
    events: Queue[Event] = Factory(lambda: Queue(ModelFault("the model floods us")))
    for_model: Queue[ModelCommand] = Factory(lambda: Queue(ModelFault("the model takes nothing any more")))
    for_carrier: Queue[Say | Clear] = Factory(
        lambda: Queue(CarrierFault("the carrier takes nothing any more"))
    )

    def now_ms(self) -> float:
        """Read the call's clock."""
        return (trio.current_time() - self.began_at) * 1000

    def note(self, line: Line) -> None:
        """Add one line to the call's account and to the log; the record bears the event as `call_event`."""
        event = CallEvent(at_ms=round(self.now_ms()), line=line)
        self.account.append(event)
        self.noted(event)
        level = logging.WARNING if isinstance(line, log_lines.WARNINGS) else logging.INFO
        said = (self.start.call_sid, event.at_ms / 1000, log_lines.LogLine(line, self.tool_names))
        log.log(level, "%s %.3f s: %s", *said, extra={"call_event": event})

    def ignore(self, peer: str, problem: RemoteProtocolError) -> None:
        """Log a message that its protocol does not allow, but do not let a peer fill the log with them."""
        self.ignored += 1
        if self.ignored <= _IGNORED_LINES:
            log.warning("%s: %s message ignored: %s", self.start.call_sid, peer, problem)

    def end(self, outcome: Outcome, detail: str) -> Outcome:
        """End the call. The first outcome stands; it is reported before the socket closes."""
        if self.outcome is None:
            self.outcome, self.detail = outcome, detail
            self.ended(outcome)
        self.scope.cancel()
        return self.outcome


async def run_call(
    carrier_link: CarrierLink,
    connect_model: ConnectModel,
    office: Office,
    settings: Settings,
    *,
    start: CallStart,
    ended: Callable[[Outcome], None],
    noted: Callable[[CallEvent], None] = lambda _event: None,
    hung_up: trio.Event | None = None,
) -> Outcome:
    """Run one call from its `start` message to its end, and return how it ended.

    Owns the model's socket and closes both. `ended` is told the outcome before the carrier's socket
    closes, because the carrier asks what to do next as soon as it does. `noted` is told each line of the
    account as it is written, and neither waits nor raises; setting `hung_up` ends the call. Whatever
    happens, exactly one final record goes to `office.close_call`, shielded, for at most
    `settings.final_write_ms`. A fault ends the call with an outcome and a logged line; only cancellation from
    outside, and a failing final write, leave this function as exceptions.
    """
    call = _Call(
        carrier=carrier_link,
        connect_model=connect_model,
        office=office,
        settings=settings,
        start=start,
        ended=ended,
        noted=noted,
        began_at=trio.current_time(),
        tool_names=frozenset({END_CALL, *(tool.name for tool in office.tools)}),
        conversation=Conversation(office.profile, settings, tools=office.tools, now_ms=0.0),
        ear=Ear(settings, open_detector(settings)),
        inbox=Inbox(settings.backlog_ms // FRAME_MS),
        recording=Recording(settings=settings) if settings.keep_audio else None,
    )
    try:
        call.note(CallStarted())
        with call.scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(office.attend)  # the lead: beside the greeting, never before it
                for task in (from_carrier, listen, to_carrier, talk):
                    nursery.start_soon(task, call)
                if hung_up is not None:
                    nursery.start_soon(hang_up, call, hung_up)
    except* ModelFault as faults:
        call.end(Outcome.MODEL_FAILED, str(_first(faults)))
    except* CarrierFault as faults:
        call.end(Outcome.CARRIER_LOST, str(_first(faults)))
    except* Exception as errors:
        log.error("%s failed", start.call_sid, exc_info=errors)  # noqa: TRY400 (the group is the traceback)
        call.end(Outcome.INTERNAL_ERROR, type(_first(errors)).__name__)
    finally:
        record = _final_record(call)
        try:
            with trio.move_on_after(settings.line_close_ms / 1000, shield=True):
                await carrier_link.close()
        finally:
            with trio.move_on_after(settings.final_write_ms / 1000, shield=True) as patience:
                await office.close_call(record)
            if patience.cancelled_caught:
                log.error("%s: the final write took too long", start.call_sid)
    return Outcome(record.outcome)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _final_record(call: _Call) -> CallRecord:
    outcome = call.end(Outcome.SERVER_STOPPED, "the call was cancelled from outside")
    for action in call.conversation.leave(call.now_ms()):
        match action:
            case Note(line):
                call.note(line)
            case NoticeHeard(text):
                _notice_heard(call, text)
    if call.inbox.dropped:
        call.note(AudioDropped(frames=call.inbox.dropped))
    if call.ignored:
        call.note(MessagesIgnored(number=call.ignored))
    if call.usage != Usage():
        model, transcription_model = call.models
        given_up = [used for response, used in call.used_by.items() if call.conversation.gave_up(response)]
        for_nothing = Usage(
            given_up_in=sum(used.tokens_in for used in given_up),
            given_up_out=sum(used.tokens_out for used in given_up),
        )
        used = asdict(total(call.usage, for_nothing))
        call.note(ModelUsed(model=model, transcription_model=transcription_model, **used))
    call.note(HangUp(outcome=outcome.value, detail=call.detail, lead_captured=call.lead_captured))
    return CallRecord(
        outcome=outcome.value,
        detail=call.detail,
        duration_ms=call.account[-1].at_ms,
        events=tuple(call.account),
        recording=call.recording,
    )


# The caller's side


async def from_carrier(call: _Call) -> None:
    """Read the carrier's socket. Blocks on nothing else; ends the call when the line is gone."""
    limit_s = call.settings.carrier_silent_ms / 1000
    with trio.move_on_after(limit_s) as patience:
        while True:
            try:
                event = await call.carrier.receive()
            except RemoteProtocolError as problem:
                call.ignore("carrier", problem)
                continue
            except LinkClosed:
                call.end(Outcome.CARRIER_LOST, "the carrier's socket closed without a stop")
                return
            match event:
                case CallerAudio(payload=payload, timestamp_ms=timestamp_ms):
                    patience.deadline = trio.current_time() + limit_s
                    audio = _with_what_was_lost(call, payload, timestamp_ms)
                    call.inbox.put(audio)
                    if call.recording is not None:
                        call.recording.heard(call.now_ms(), audio)
                    call.arrived.set()
                case Stopped():
                    call.end(Outcome.CALLER_HUNG_UP, "the carrier said stop")
                    return
                case MarkReached() | Dtmf():
                    call.events.put(event)
    call.end(Outcome.CARRIER_LOST, f"no audio from the carrier for {limit_s:g} s")


def _with_what_was_lost(call: _Call, payload: bytes, timestamp_ms: int) -> bytes:
    lost_ms = call.lateness.lost_ms(timestamp_ms, len(payload) // BYTES_PER_MS, call.now_ms())
    return SILENCE_BYTE * (lost_ms * BYTES_PER_MS) + payload


async def hang_up(call: _Call, asked: trio.Event) -> None:
    """End the call when it is asked for from outside."""
    await asked.wait()
    call.end(Outcome.OWNER_HUNG_UP, "hung up from the owner's page")


async def listen(call: _Call) -> None:
    """Turn frames into turns: what goes up to the model, and what the conversation is told."""
    while True:
        frame = call.inbox.take()
        if frame is not None:
            _listen_to(call, frame)
            await trio.lowlevel.checkpoint()  # a burst must not hold up the other calls
            continue
        call.arrived = trio.Event()
        with trio.move_on_after(call.settings.carrier_gap_ms / 1000) as gap:
            await call.arrived.wait()
        if gap.cancelled_caught:  # a carrier that stops sending must not hold an utterance open
            call.lateness.put_in(call.settings.carrier_gap_ms)
            for _ in range(call.settings.carrier_gap_ms // FRAME_MS):
                _listen_to(call, SILENT_FRAME)


def _listen_to(call: _Call, frame: bytes) -> None:
    if call.conversation.deaf:
        return
    commands, events = call.ear.listen(frame, call.conversation.turn_context(call.now_ms()))
    for command in commands:
        call.for_model.put(command)
    for event in events:
        call.events.put(event)


async def to_carrier(call: _Call) -> None:
    """Write to the carrier's socket, alone. A send that is given up is the end of the line."""
    limit_s = call.settings.carrier_stalled_ms / 1000
    try:
        async for command in call.for_carrier.items:
            with trio.move_on_after(limit_s) as patience:
                await _send_carrier(call, command)
            if patience.cancelled_caught:
                call.end(Outcome.CARRIER_LOST, f"the carrier took nothing for {limit_s:g} s")
                call.carrier.abort()
                return
    except LinkClosed:
        call.end(Outcome.CARRIER_LOST, "the carrier's socket closed while the bot spoke")


async def _send_carrier(call: _Call, command: Say | Clear) -> None:
    match command:
        case Clear():
            await call.carrier.send(ClearQueue())
        case Say(turn, audio, offset):
            await call.carrier.send(Media(audio))
            call.events.put(AudioSent(turn, len(audio)))
            await call.carrier.send(Mark(f"{turn}.{offset}"))


# The model's side


async def talk(call: _Call) -> None:
    """Open the model, then converse until the call ends. A model that is not ready in time is a fault."""
    with trio.move_on_after(call.settings.model_ready_ms / 1000) as patience:
        async with call.connect_model() as link:
            call.note(ModelConnected())
            session = await link.configure(_session(call))
            check(session)
            settings = without_what_it_lacks(call.settings, session.capabilities)
            call.capabilities = session.capabilities
            call.models = session.model, session.transcription_model
            call.ear.adopt(settings)
            if call.recording is not None:
                call.recording.settings = settings
            if session.transcription_refused is not None:
                call.note(TranscriptionRefused(code=session.transcription_refused))
            call.note(
                SessionConfigured(
                    voice=session.voice,
                    input_format=session.input_format,
                    output_format=session.output_format,
                    detector=settings.detector,
                    thresholds=settings.thresholds(),
                )
            )
            patience.deadline = inf
            async with trio.open_nursery() as nursery:
                nursery.start_soon(from_model, call, link)
                nursery.start_soon(to_model, call, link)
                await converse(call, nursery)
    raise ModelFault(f"the model was not ready within {call.settings.model_ready_ms} ms")


def _session(call: _Call) -> Session:
    office, settings = call.office, call.settings
    return Session(
        name=call.start.call_sid,
        instructions=prompt.instructions(office.profile, office.tools),
        tools=(*map(tools.declaration, office.tools), _END_CALL),
        language=office.profile.language,
        voice=settings.voice,
        max_output_tokens=settings.max_output_tokens,
        transcription_model=settings.transcription_model,
        keywords=office.profile.keywords,
        noise_reduction=settings.noise_reduction,
    )


async def from_model(call: _Call, link: ModelLink) -> None:
    """Read the model's socket. Blocks on nothing else."""
    while True:
        try:
            event = await link.receive()
            match event:
                case AudioDelta() if call.recording is not None:
                    call.recording.answered(call.now_ms(), event.response_id, event.audio)
                case ResponseDone(response_id=response_id, usage=Usage() as used):
                    call.usage = total(call.usage, used)  # whoever asked for it: it is on the bill
                    call.used_by[response_id] = used
                case InputTranscribed(usage=Usage() as used):
                    call.usage = total(call.usage, used)
            call.events.put(event)
        except RemoteProtocolError as problem:
            call.ignore("model", problem)
        except LinkClosed as closed:
            # An event like the others: the call may be able to do without the model.
            call.events.put(ModelGone(f"the model closed the connection: {closed}"))
            return


async def to_model(call: _Call, link: ModelLink) -> None:
    """Write to the model's socket, alone."""
    async for command in call.for_model.items:
        try:
            for possible in instead(command, call.capabilities):
                await link.send(possible)
        except LinkClosed:
            return  # `from_model` sees it too, and knows the reason


async def converse(call: _Call, nursery: trio.Nursery) -> None:
    """Step the conversation: the next event, or the next deadline if that comes first."""
    call.events.put(ModelReady())
    caught_up_s = -inf
    while True:
        event: Event | None = None
        due_s = call.began_at + call.conversation.deadline_ms() / 1000
        with trio.move_on_at(max(due_s, caught_up_s)):
            event = await call.events.items.receive()
        now_s = trio.current_time()
        if event is not None:
            actions = call.conversation.handle(event, call.now_ms())
        elif caught_up_s < due_s < now_s - _STOOD_STILL_S:
            caught_up_s = now_s + _CATCH_UP_S
            continue
        else:
            actions = call.conversation.tick(call.now_ms())
        for action in actions:
            _perform(call, nursery, action)


def _perform(  # noqa: C901 (one arm an action)
    call: _Call, nursery: trio.Nursery, action: Action
) -> None:
    match action:
        case ToModel(command):
            call.for_model.put(command)
        case Play(number):
            pieces_in, pieces_out = trio.open_memory_channel[Say](inf)
            call.turn = _Turn(number, trio.CancelScope(), pieces_in)
            nursery.start_soon(speak, call, call.turn, pieces_out)
        case Say() if call.turn is not None:
            call.turn.pieces.send_nowait(action)
        case Release() if call.turn is not None:
            call.turn.pieces.close()
        case Clear() if call.turn is not None:
            _clear(call, call.turn, action)
        case RunTool(tool_call):
            call.work_scopes[tool_call.call_id] = trio.CancelScope()
            nursery.start_soon(work, call, tool_call)
        case CancelTool(call_id) if call_id in call.work_scopes:
            call.work_scopes[call_id].cancel()
        case Note(line):
            call.note(line)
        case NoticeHeard(text):
            _notice_heard(call, text)
        case End(outcome, detail):
            call.end(outcome, detail)


def _clear(call: _Call, turn: _Turn, clear: Clear) -> None:
    turn.pieces.close()
    turn.scope.cancel()
    # What waits of the turn is not sent any more: it must not keep the clear waiting, or out of a full queue.
    # What the writer has taken by now, one piece at most, goes out before the clear, which takes it back.
    waiting = call.for_carrier.take_all()
    for command in [*(command for command in waiting if isinstance(command, Clear)), clear]:
        call.for_carrier.put(command)


def _notice_heard(call: _Call, text: str) -> None:
    call.note(NoticeWasHeard(text=text))
    if call.recording is not None:
        call.recording.begin(call.now_ms())


async def speak(call: _Call, turn: _Turn, pieces: trio.MemoryReceiveChannel[Say]) -> None:
    """Speak one turn, until the ledger says that it was heard or the caller barges in."""
    # `pieces` stays open when this is cancelled: `converse` may have one more action to perform, and a
    # broken channel would turn the end of a call into a fault.
    with turn.scope:
        async for piece in pieces:
            await call.for_carrier.wait_put(piece)


async def work(call: _Call, tool_call: tools.ToolCall) -> None:
    """Run one tool call; its account has exactly one answer, also when the call ends under it."""
    began_ms = call.now_ms()
    output = tools.ToolOutput(call_id=tool_call.call_id, name=tool_call.name, status="cancelled", result={})
    tool = next((tool for tool in call.office.tools if tool.name == tool_call.name), None)
    try:
        output = await tools.run(
            tool,
            tool_call,
            deadline_ms=call.settings.tool_deadline_ms,
            scope=call.work_scopes[tool_call.call_id],
        )
        if tool is not None and output.status == "ok":
            call.lead_captured = call.lead_captured or tool.captures_lead
        call.events.put(ToolFinished(output))
    finally:
        del call.work_scopes[tool_call.call_id]
        call.note(tool_calls.answered(output, took_ms=call.now_ms() - began_ms))


_END_CALL = {
    "type": "function",
    "name": END_CALL,
    "description": "Hang up. Call it in the same answer in which you say goodbye, when the caller is done.",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
}
