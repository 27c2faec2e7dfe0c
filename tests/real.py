"""Whole calls over real sockets.

`open_desk` is the real server with a real file, and both of its peers on loopback TCP, in real time.
`place_over_streams` is a call whose sockets are WebSockets over memory streams, for the virtual clock.
"""

import datetime as dt
import gc
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
import trio.testing
from attrs import define, field, frozen

from engine.call import run_call
from engine.peers.media_streams import MediaStreamsLink
from engine.peers.realtime_link import RealtimeLink
from engine.peers.websocket import over_stream
from engine.ports import Office
from office.grant import Grant
from office.office import open_office
from office.unwritten import Unwritten
from rehearsal.links import TransportLink, started
from rehearsal.rig import CALL_SID, HUMMED, STREAM_SID
from rehearsal.virtual_time import inline
from simulator.caller import Step
from simulator.carrier import Carrier
from simulator.model import Model
from simulator.model_script import ModelScript
from simulator.model_server import ModelServer, serve_model
from simulator.phone import CallReport, place_call
from simulator.timeline import Moment
from simulator.websocket import wrap_client_stream, wrap_server_stream
from storage import appointments, businesses, calls, leads
from storage.database import Database, open_database
from tests.booking import CALLER, NOW, NUMBER
from tests.office.support import PUBLIC_URL, TOKEN
from web import configuration, server

BUSINESS_ID = 1


@frozen(kw_only=True)
class Account:
    """What a call came to, whatever it was carried over: the value that is compared."""

    said: tuple[tuple[str, str], ...]  # who said what, in order
    heard_whole: tuple[bool, ...]  # of each thing that the bot said
    tools: tuple[tuple[str, str], ...]  # each call in order, and how it was answered
    results: tuple[Any, ...]  # what the model was told, in order
    lead: tuple[str | None, str | None]  # name and number
    appointments: tuple[tuple[str, str, str, bool], ...]  # start, notes, status, confirmation heard
    outcome: tuple[str | None, str]  # and its detail
    ended_by: str | None  # as the caller saw it
    close_code: int | None
    violations: tuple[str, ...]  # of both protocols


async def account(path: str | os.PathLike[str], call_sid: str, *, carrier: Carrier, model: Model) -> Account:
    """The account of a call: its rows in a file that nobody has open, and what the two peers saw."""

    def rows(conn: sqlite3.Connection) -> tuple[Any, ...]:
        call = calls.get(conn, BUSINESS_ID, call_sid)
        assert call is not None
        assert call.lead_id is not None
        return (
            call,
            leads.get(conn, BUSINESS_ID, call.lead_id),
            calls.events(conn, BUSINESS_ID, call_sid),
            appointments.for_call(conn, BUSINESS_ID, call_sid),
        )

    async with open_database(path) as database:
        call, lead, events, booked = await database.read(rows)
    speakers = {"user_said": "caller", "bot_said": "bot"}
    bot_said = [event.fields for event in events if event.kind == "bot_said"]
    statuses = {e.fields["call_id"]: e.fields["status"] for e in events if e.kind == "tool_answered"}
    called = [event.fields for event in events if event.kind == "tool_called"]
    return Account(
        said=tuple((speakers[e.kind], e.fields["text"]) for e in events if e.kind in speakers),
        heard_whole=tuple(said["heard_ms"] == said["audio_ms"] for said in bot_said),
        tools=tuple((tool["name"], statuses[tool["call_id"]]) for tool in called),
        results=tuple(result for _, result in sorted(model.outputs)),
        lead=(lead.full_name, lead.phone),
        appointments=tuple(
            (f"{row.starts_at:%FT%TZ}", row.notes, row.status, row.confirmed_heard) for row in booked
        ),
        outcome=(call.outcome, call.detail),
        ended_by=carrier.ended_by,
        close_code=carrier.close_code,
        violations=(*carrier.violations, *model.violations),
    )


async def add_business(path: str | os.PathLike[str]) -> None:
    """A new file with the one business that is rung: open Monday to Friday, 9 to 5, in Berlin."""
    add = partial(businesses.add, name="Demo Dental", number=NUMBER, timezone="Europe/Berlin", language="en")
    async with open_database(path) as database:
        await database.write(add)


@asynccontextmanager
async def open_booking_office(path: str | os.PathLike[str]) -> AsyncIterator[tuple[Database, Office]]:
    """The real office of that business on a Friday, for the virtual clock: no threads."""
    grant = Grant(call_sid=CALL_SID, business_id=BUSINESS_ID, caller_number=CALLER)
    async with open_database(path, run_sync=inline) as database:
        yield (
            database,
            await open_office(
                database, grant, call_sid=CALL_SID, now=lambda: NOW, unwritten=Unwritten(database=database)
            ),
        )


@frozen
class Held:
    """What this process holds: its tasks by name, and its open files."""

    tasks: Counter[str]
    files: Counter[str]

    @classmethod
    def now(cls) -> "Held":
        """What it holds at this moment."""
        gc.collect()
        links = [str(Path(opened.path).readlink()) for opened in os.scandir("/proc/self/fd")]
        # Not the database's own: SQLite opens its log when the log is first asked for.
        return cls(Counter(_task_names()), Counter(link for link in links if "frontdesk.db" not in link))

    async def again(self) -> "Held":
        """What it holds as soon as that is the same once more, or else after 2 s.

        The last of a call, its record and the goodbyes of its sockets, comes after the caller has gone.
        """
        for _ in range(100):
            if Held.now() == self:
                break
            await trio.sleep(0.02)
        return Held.now()


def _task_names() -> Iterator[str]:
    tasks = [trio.lowlevel.current_root_task()]
    while tasks:
        task = tasks.pop()
        assert task is not None
        yield task.name
        tasks += [child for nursery in task.child_nurseries for child in nursery.child_tasks]


@frozen(kw_only=True)
class Call:
    """One call that is over."""

    report: CallReport
    model: Model
    line_s: Mapping[str, float]  # when each kind of thing first happened on the caller's line

    @property
    def carrier(self) -> Carrier:
        """The line, as the caller had it."""
        assert self.report.carrier is not None
        return self.report.carrier


@define(kw_only=True)
class Desk:
    """A running server, and how to ring it. All times are by the clock of Trio, in seconds."""

    path: Path
    url: str
    credentials: Mapping[str, str]
    model_server: ModelServer
    models_closed_s: list[float]
    hang_ups_s: Mapping[str, float]  # when each call was noted as ended
    _scripts: "_Scripts"
    _dialling: trio.Lock = field(factory=trio.Lock, init=False)

    @asynccontextmanager
    async def model_of_next(self, script: ModelScript) -> AsyncIterator[None]:
        """The next call that is answered, from whatever line, meets a model with this script."""
        async with self._dialling:
            self._scripts.expect(script)
            yield

    async def call(
        self, steps: Sequence[Step], script: ModelScript, later: Sequence[Sequence[Step]] = ()
    ) -> Call:
        """Ring, let caller and model follow their scripts, and return when the caller's line is closed.

        `later` are the caller's scripts on further streams of the call; there the model begins anew.
        """
        reports: list[CallReport] = []
        line_s: dict[str, float] = {}

        async def ring() -> None:
            reports.append(
                await place_call(
                    self.url,
                    steps,
                    called=NUMBER,
                    caller=CALLER,
                    on_event=lambda moment: _note_first(line_s, moment),
                    later=later,
                    **self.credentials,
                )
            )

        async with trio.open_nursery() as nursery:
            async with self._dialling:  # the model can't tell whose call it is but by the order
                self._scripts.expect(script)
                nursery.start_soon(ring)
                await self._scripts.taken.wait()
            model = self.model_server.models[-1]
        return Call(report=reports[0], model=model, line_s=line_s)

    async def account(self, call: Call) -> Account:
        """What the call came to. Only once the server has stopped, because it alone may open its file."""
        return await account(self.path, call.report.call_sid, carrier=call.carrier, model=call.model)


def _note_first(at_s: dict[str, float], moment: Moment) -> None:
    at_s.setdefault(moment.kind, trio.current_time())


@define
class _Scripts:
    """Gives every connection of the model server the script of the call that is being dialled."""

    taken: trio.Event = field(factory=trio.Event)
    _next: ModelScript = field(factory=ModelScript)

    def expect(self, script: ModelScript) -> None:
        self._next, self.taken = script, trio.Event()

    def take(self) -> ModelScript:
        self.taken.set()
        return self._next


@asynccontextmanager
async def open_desk(
    folder: Path,
    *,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    signed: bool = False,
    variables: Mapping[str, str] = {},
    prepare: Callable[[Path], Awaitable[object]] | None = None,
) -> AsyncIterator[Desk]:
    """The real server on a port of its own, with a simulated model behind it. Left when it has stopped.

    `prepare` may write into the file before the server has it; `variables` are more of its environment.
    `signed`: it is a public deployment, where everything that Twilio sends bears a signature.
    """
    path = folder / "frontdesk.db"
    await add_business(path)
    if prepare is not None:
        await prepare(path)
    stop, scripts, models_closed_s = trio.Event(), _Scripts(), list[float]()

    def model_event(moment: Moment) -> None:
        if moment.kind == "closed":
            models_closed_s.append(trio.current_time())

    async with trio.open_nursery() as nursery:
        model_server = await nursery.start(partial(serve_model, scripts.take, on_event=model_event))
        environment = {
            "FRONTDESK_REALTIME_URL": model_server.url,
            "OPENAI_API_KEY": "sk-simulated",
            "FRONTDESK_DETECTOR": "level",
            **variables,
        }
        if signed:
            environment |= {
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_ACCOUNT_SID": "AC" + 32 * "0",
                "FRONTDESK_TWILIO_API_URL": "http://127.0.0.1:1",  # nothing here is to be sent
                "FRONTDESK_PUBLIC_URL": PUBLIC_URL,
            }
        serve = partial(
            server.serve,
            configuration.load(environment),
            host="127.0.0.1",
            port=0,
            database=str(path),
            stop=stop.wait,
            now=now,
        )
        async with trio.open_nursery() as serving:
            host, port = await serving.start(serve)
            with _hang_ups() as hang_ups_s:
                yield Desk(
                    path=path,
                    url=f"http://{host}:{port}",
                    credentials={"auth_token": TOKEN, "public_url": PUBLIC_URL} if signed else {},
                    model_server=model_server,
                    models_closed_s=models_closed_s,
                    hang_ups_s=hang_ups_s,
                    scripts=scripts,
                )
                await _nobody_on_the_line()
                stop.set()
        nursery.cancel_scope.cancel()


async def _nobody_on_the_line() -> None:
    """Wait until the last record is written: a server that is stopped before drains for two seconds."""
    for _ in range(100):
        if "web.door.listener._House._guarded" not in _task_names():
            break
        await trio.sleep(0.02)


class _HangUps(logging.Handler):
    """Notes when the engine says of a call that it has ended."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.at_s: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "call_event", None) and record.call_event.kind == "hang_up":
            self.at_s[record.getMessage().partition(" ")[0]] = trio.current_time()


@contextmanager
def _hang_ups() -> Iterator[dict[str, float]]:
    logger, hang_ups = logging.getLogger("engine.call"), _HangUps()
    level = logger.level
    logger.addHandler(hang_ups)
    logger.setLevel(logging.INFO)
    try:
        yield hang_ups.at_s
    finally:
        logger.setLevel(level)
        logger.removeHandler(hang_ups)


@define
class ModelOverStreams:
    """A simulated model whose socket is a WebSocket over memory streams."""

    nursery: trio.Nursery  # where it runs
    script: ModelScript
    models: list[Model] = field(factory=list, init=False)
    streams: list[trio.abc.Stream] = field(factory=list, init=False)  # its ends

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[RealtimeLink]:
        """The engine's way to it."""
        ours, theirs = trio.testing.memory_stream_pair()
        self.streams.append(theirs)
        self.nursery.start_soon(self._serve, theirs)
        headers = [(b"Authorization", b"Bearer sk-simulated")]
        async with over_stream(ours, "model.test", "/v1/realtime?model=m", headers) as link:
            yield RealtimeLink(link)

    async def _serve(self, stream: trio.abc.Stream) -> None:
        transport = await wrap_server_stream(self.nursery, stream)
        self.models.append(Model(transport, self.script))
        await self.models[-1].run()


async def place_over_streams(
    steps: Sequence[Step], script: ModelScript, *, office: Office
) -> tuple[Carrier, Model]:
    """Carry one call with WebSocket framing on both of its sockets.

    Returns only when every task of either side has ended by itself: a socket left open would hang it.
    """
    theirs, ours = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        model = ModelOverStreams(nursery, script)

        async def answer() -> None:
            link = TransportLink(await wrap_server_stream(nursery, ours))
            start = await started(link)
            line = MediaStreamsLink(link, start.stream_sid)
            await run_call(line, model.connect, office, HUMMED, start=start, ended=lambda _outcome: None)

        nursery.start_soon(answer)
        transport = await wrap_client_stream(nursery, theirs, "ws://frontdesk.test/twilio/media")
        carrier = Carrier(transport=transport, script=steps, call_sid=CALL_SID, stream_sid=STREAM_SID)
        await carrier.run()
        await transport.close()
    return carrier, model.models[0]
