"""Both ends of a whole call: the real server with a scripted model, and the page that rings it."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import Factory, define, evolve, field, frozen
from playwright.sync_api import Page

from simulator.caller import Step
from simulator.model_script import ModelScript
from simulator.model_server import ModelServer, serve_model
from simulator.phone import place_call
from storage import appointments, businesses, calls, leads, owners, sessions
from storage.database import look_at, open_database
from storage.records import Appointment, Call, EventRow, Lead
from tests.booking import CALLER, NOW
from tests.browser.beside import Beside
from web import configuration, server

# One is rung from the page and one by Twilio, so that neither call meets what the other has booked or holds.
PAGES_ID, TWILIOS_ID = 1, 2
_NUMBERS = {PAGES_ID: "+15550100", TWILIOS_ID: "+15550101"}
_LOOKS, _LOOK_S = 1_000, 0.02
_GAP_FRAMES = 5  # that part one answer from the next; a stutter of the machine is shorter

# Notes, on the page's own clock, what passes between its scripts and its socket and player.
_LISTEN_IN = """
window.noted = { clicks: 0, callSid: null, spoken: [], clears_ms: [], played: [] };
addEventListener("click", ({ isTrusted }) => { noted.clicks += isTrusted; }, true);
const sends = {
  start: ({ start }) => { noted.callSid = start.callSid; },
  media: ({ media }) => { noted.spoken.push([performance.now(), atob(media.payload)]); },
};
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("message", ({ data }) => {
      if (JSON.parse(data).event === "clear") noted.clears_ms.push(performance.now());
    });
  }
  send(text) {
    const message = JSON.parse(text);
    sends[message.event]?.(message);
    super.send(text);
  }
};
window.AudioWorkletNode = class extends AudioWorkletNode {
  constructor(context, name, options) {
    super(context, name, options);
    if (name !== "phone-player") return;
    this.port.addEventListener("message", ({ data: { played } }) => {
      if (played) noted.played.push([performance.now(), String.fromCharCode(...played)]);
    });
  }
};
"""
_HEARD = r"() => noted.played.some(([, codes]) => /[^\x7f\xff]/.test(codes))"  # mu-law has two zeros


@frozen(kw_only=True)
class Left:
    """What a call left in the file, without what tells it from every other call."""

    said: tuple[tuple[str, str], ...]  # kind of event and text, in order
    tools: tuple[tuple[str, str], ...]  # name and status, in order
    call: Call
    lead: Lead
    appointments: tuple[Appointment, ...]


@define(eq=False, kw_only=True)
class RealDesk:
    """Where the server is, whose cookie lets its owner in, and what it has written."""

    url: str
    path: Path
    session: str
    model_server: ModelServer
    _scripts: deque[ModelScript]
    _calls: trio.Nursery
    carriers_violations: list[str] = field(default=Factory(list), init=False)  # of the calls by Twilio

    def script_of_next(self, script: ModelScript) -> None:
        """The next call that is answered meets this model. Scripts wait in line."""
        self._scripts.append(script)

    def ring(self, call_sid: str, steps: Sequence[Step], script: ModelScript) -> None:
        """Place a call by Twilio, which goes on by itself."""
        self.script_of_next(script)
        self._calls.start_soon(self._carry, call_sid, steps)

    async def outcome(self, call_sid: str) -> str:
        """How a call ended, as soon as its record is written."""
        for _ in range(_LOOKS):
            outcome: str | None = self._look(calls.outcome, call_sid)
            if outcome is not None:
                return outcome
            await trio.sleep(_LOOK_S)
        raise TimeoutError(f"{call_sid}: no record within {_LOOKS * _LOOK_S:g} s")

    def events(self, business_id: int, call_sid: str, kind: str) -> tuple[EventRow, ...]:
        """What of this kind stands in the account of a call that is over."""
        events: tuple[EventRow, ...] = self._look(calls.events, business_id, call_sid)
        return tuple(event for event in events if event.kind == kind)

    def left(self, business_id: int, call_sid: str) -> Left:
        """The rows of a call that is over."""
        call: Call = self._look(calls.get, business_id, call_sid)
        lead: Lead = self._look(leads.get, business_id, call.lead_id)
        events: tuple[EventRow, ...] = self._look(calls.events, business_id, call_sid)
        statuses = {e.fields["call_id"]: e.fields["status"] for e in events if e.kind == "tool_answered"}
        return Left(
            said=tuple((e.kind, e.fields["text"]) for e in events if e.kind in ("user_said", "bot_said")),
            tools=tuple(
                (e.fields["name"], statuses[e.fields["call_id"]]) for e in events if e.kind == "tool_called"
            ),
            call=evolve(call, call_sid="", lead_id=0, caller=None, duration_ms=0, test=False),
            lead=evolve(lead, id=0, phone=None, source="", last_call_sid="", created_at=NOW, updated_at=NOW),
            appointments=tuple(
                evolve(each, id=0, lead_id=0, call_sid="", test=False, created_at=NOW)
                for each in self._look(appointments.for_call, business_id, call_sid)
            ),
        )

    def _look(self, query: Callable[..., Any], *arguments: Any) -> Any:
        with look_at(self.path) as conn:
            return query(conn, *arguments)

    async def _carry(self, call_sid: str, steps: Sequence[Step]) -> None:
        number = _NUMBERS[TWILIOS_ID]
        report = await place_call(self.url, steps, called=number, caller=CALLER, call_sid=call_sid)
        assert report.carrier is not None
        self.carriers_violations += report.carrier.violations


def _people(conn: Any) -> str:
    for number in _NUMBERS.values():
        businesses.add(conn, name="Demo Dental", number=number, timezone="Europe/Berlin", language="en")
    owner = owners.add(conn, email="a@b.co", password_hash="$argon2id$", language="en")
    for business_id in _NUMBERS:
        owners.let_into(conn, owner.id, business_id)
    return sessions.begin(conn, owner.id, browser="", now=NOW)


@asynccontextmanager
async def open_real_desk(folder: Path, detector: str) -> AsyncIterator[RealDesk]:
    """Both businesses on a port of their own, open Monday to Friday from nine to five, on a Friday."""
    path, stop, scripts = folder / "frontdesk.db", trio.Event(), deque[ModelScript]()
    async with open_database(path) as database:
        session = await database.write(_people)
    async with trio.open_nursery() as models:
        model_server = await models.start(serve_model, scripts.popleft)
        environment = {
            "FRONTDESK_REALTIME_URL": model_server.url,
            "OPENAI_API_KEY": "sk-simulated",
            "FRONTDESK_DETECTOR": detector,
        }
        serve = partial(
            server.serve,
            configuration.load(environment),
            host="127.0.0.1",
            port=0,
            database=str(path),
            stop=stop.wait,
            now=lambda: NOW,
        )
        async with trio.open_nursery() as serving:
            host, port = await serving.start(serve)
            async with trio.open_nursery() as ringing:
                yield RealDesk(
                    url=f"http://{host}:{port}",
                    path=path,
                    session=session,
                    model_server=model_server,
                    scripts=scripts,
                    calls=ringing,
                )
                ringing.cancel_scope.cancel()
            stop.set()
        models.cancel_scope.cancel()


@frozen
class Frame:
    """A message of 20 ms between the page and its audio, and when it came, by the page's clock."""

    at_ms: float
    audio: bytes


@frozen(kw_only=True)
class Noted:
    """What the page has noted of its call."""

    clicks: int
    call_sid: str
    spoken: tuple[Frame, ...]
    clears_ms: tuple[float, ...]
    played: tuple[Frame, ...]

    @property
    def answers(self) -> list[bytes]:
        """What was played, parted where for a while nothing was."""
        found, quiet = [b""], 0
        for frame in self.played:
            quiet = 0 if frame.audio else quiet + 1
            if quiet == _GAP_FRAMES and found[-1]:
                found.append(b"")
            found[-1] += frame.audio
        return [answer for answer in found if answer]

    @property
    def silences_ms(self) -> list[float]:
        """When, after each clear, the first 20 ms in which nothing was played were over."""
        silent_ms = [frame.at_ms for frame in self.played if not frame.audio]
        return [next(at_ms for at_ms in silent_ms if at_ms >= clear_ms) for clear_ms in self.clears_ms]


@frozen
class RealTelephone:
    """The page of the telephone, not yet in a call."""

    page: Page
    beside: Beside

    @classmethod
    def opened(cls, page: Page, beside: Beside) -> "RealTelephone":
        """Open it there, as the owner."""
        desk: RealDesk = beside.opened
        page.add_init_script(_LISTEN_IN)
        page.context.add_cookies([{"name": "frontdesk_session", "value": desk.session, "url": desk.url}])
        page.goto(f"{desk.url}/b/{PAGES_ID}/telephone?raw=1")
        return cls(page, beside)

    @property
    def desk(self) -> RealDesk:
        """The server that it rings. Its tasks run in another thread."""
        desk: RealDesk = self.beside.opened
        return desk

    def call(self, script: ModelScript) -> None:
        """Press Call, and wait until the first sound that is not silence was played."""
        self.desk.script_of_next(script)
        self.page.click("#call")
        self.page.wait_for_function(_HEARD)

    def outcome(self, call_sid: str) -> str:
        """How a call ended, as soon as its record is written."""
        return self.beside.run(self.desk.outcome, call_sid)

    def noted(self) -> Noted:
        """What it has noted until now."""
        told = self.page.evaluate("noted")

        def frames(name: str) -> tuple[Frame, ...]:
            return tuple(Frame(at_ms, audio.encode("latin-1")) for at_ms, audio in told[name])

        return Noted(
            clicks=told["clicks"],
            call_sid=told["callSid"],
            spoken=frames("spoken"),
            clears_ms=tuple(told["clears_ms"]),
            played=frames("played"),
        )
