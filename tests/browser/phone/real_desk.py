"""The real server with a scripted model behind it: what a browser rings, and beside it Twilio."""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import Factory, define, evolve, field, frozen

from simulator.caller import Step
from simulator.model_script import ModelScript
from simulator.model_server import ModelServer, serve_model
from simulator.phone import place_call
from storage import appointments, businesses, calls, leads, owners, sessions
from storage.database import look_at, open_database
from storage.records import Appointment, Call, CallEvent, Lead
from tests.booking import CALLER, NOW
from web import configuration, server

# One is rung from the page and one by Twilio, so that neither call meets what the other has booked or holds.
PAGES_ID, TWILIOS_ID = 1, 2
_NUMBERS = {PAGES_ID: "+15550100", TWILIOS_ID: "+15550101"}
_WITHIN_S, _LOOK_S = 75, 0.02
_TURNS = {"user_said": "text", "bot_said": "text", "tool_called": "name", "tool_answered": "status"}


@frozen(kw_only=True)
class Left:
    """What a call left in the file, without what tells it from every other call."""

    turns: tuple[tuple[str, str], ...]  # what was said and done, in order
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
    violations: list[str] = field(default=Factory(list), init=False)  # of Twilio's protocol

    def script_of_next(self, script: ModelScript) -> None:
        """The next call that is answered meets this model. Scripts wait in line."""
        self._scripts.append(script)

    async def until(self, happened: Callable[[], Any]) -> Any:
        """What it gives as soon as it is true."""
        with trio.fail_after(_WITHIN_S):
            while not (found := happened()):
                await trio.sleep(_LOOK_S)
        return found

    async def ring(self, call_sid: str, steps: Sequence[Step], script: ModelScript) -> None:
        """Place a call by Twilio, which goes on by itself; return when it has met its model."""
        met = len(self.model_server.models) + 1
        self.script_of_next(script)
        self._calls.start_soon(self._carry, call_sid, steps)
        await self.until(lambda: len(self.model_server.models) == met)

    def outcome(self, call_sid: str) -> str | None:
        """How a call ended; None while its record is not written."""
        with look_at(self.path) as conn:
            return calls.outcome(conn, call_sid)

    def events(self, business_id: int, call_sid: str) -> tuple[CallEvent, ...]:
        """The account of a call that is over."""
        with look_at(self.path) as conn:
            return calls.events(conn, business_id, call_sid)

    def left(self, business_id: int, call_sid: str) -> Left:
        """The rows of a call that is over."""
        with look_at(self.path) as conn:
            call = calls.get(conn, business_id, call_sid)
            assert call is not None
            assert call.lead_id is not None
            lead = leads.get(conn, business_id, call.lead_id)
            assert lead is not None
            booked = appointments.for_call(conn, business_id, call_sid)
        events = self.events(business_id, call_sid)
        return Left(
            turns=tuple((each.kind, each.fields[_TURNS[each.kind]]) for each in events if each.kind in _TURNS),
            call=evolve(call, call_sid="", lead_id=0, caller=None, duration_ms=0, test=False),
            lead=evolve(lead, id=0, phone=None, source="", last_call_sid="", created_at=NOW, updated_at=NOW),
            appointments=tuple(
                evolve(each, id=0, lead_id=0, call_sid="", test=False, created_at=NOW) for each in booked
            ),
        )

    async def _carry(self, call_sid: str, steps: Sequence[Step]) -> None:
        number = _NUMBERS[TWILIOS_ID]
        report = await place_call(self.url, steps, called=number, caller=CALLER, call_sid=call_sid)
        assert report.carrier is not None
        self.violations += report.carrier.violations


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
