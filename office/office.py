"""One business during one call: its facts, its tools, and the call's record.

The tools stand in `office/tools/`, a file for each thing that a caller wants.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import trio
from attrs import evolve

from engine.account import BotSaid, UserSaid
from engine.ports import Back, CallRecord, Profile
from engine.settings import Settings
from engine.tools import Tool, ToolCall
from office import adjust, recordings, stored_account
from office.desk import Desk
from office.final_record import FinalRecord
from office.grant import Grant
from office.language import spoken
from office.tools import bookings, calendar, caller, facts_and_transfer
from office.tools.bookings import Bookings
from office.tools.calendar import Calendar
from office.tools.caller import Caller
from office.tools.facts_and_transfer import MORE_FACTS, House
from office.tools.offers import Offers
from office.unwritten import Entry, Unwritten
from storage import (
    appointments,
    businesses,
    call_settings,
    calls,
    facts,
    fields,
    holds,
    leads,
    schedule,
    services,
)
from storage.database import Database
from storage.errors import WriteFailed
from storage.records import Business

log = logging.getLogger(__name__)

_DAYS_TOLD = dt.timedelta(days=7)  # of dates with other hours, in the prompt
_CALENDAR_DAYS = 5 * 7  # in the prompt: most callers want one of them
_RENEW_S = holds.HOLD_S / 3

# Who works which tools, in the order in which the model is told of them.
_WORK: Sequence[tuple[type[object], Sequence[Tool]]] = (
    (Calendar, calendar.TOOLS),
    (Caller, (caller.UPDATE_LEAD_DETAILS,)),
    (Bookings, bookings.TOOLS),
    (Caller, (caller.TAKE_MESSAGE,)),
    (House, facts_and_transfer.TOOLS),
)
TOOLS = tuple(tool for _, tools in _WORK for tool in tools)


async def open_office(
    database: Database,
    grant: Grant,
    *,
    call_sid: str,
    now: Callable[[], dt.datetime],
    unwritten: Unwritten,
    recordings_folder: Path | None = None,
    own_tools: Sequence[Tool] = (),
) -> "BusinessOffice":
    """Open the office of the business that the grant names, with its facts as they are now.

    Its final record goes to `unwritten`. Without a folder nothing is recorded, whatever the business wants.
    `own_tools` are a deployment's, beside `TOOLS`; each works on the call's Desk.
    """

    def look_up(conn: sqlite3.Connection) -> tuple[Business, Profile, dict[str, str]]:
        business = businesses.by_id(conn, grant.business_id)
        if business is None:
            raise LookupError(f"business {grant.business_id} is gone since its call was let in")
        return business, profile(conn, business, grant, now()), call_settings.of(conn, business.id)

    business, known, settings = await database.read(look_up)
    desk = Desk(
        database=database,
        business=business,
        caller=grant.caller_number,
        call_sid=call_sid,
        now=now,
        test=grant.test,
        again=grant.back is not None,
    )
    folder = recordings_folder if business.keeps_audio else None
    return BusinessOffice(
        desk, known, settings, unwritten=unwritten, recordings_folder=folder, own_tools=own_tools
    )


def profile(conn: sqlite3.Connection, business: Business, grant: Grant, now: dt.datetime) -> Profile:
    """Gather what the voice is told of the business and of who rings."""
    wall = schedule.local(business.timezone, now)
    language, today = business.language, wall.date()
    rules = schedule.schedule(conn, business.id, today, today + _DAYS_TOLD)
    lead = leads.of_phone(conn, business.id, grant.caller_number) if grant.caller_number else None
    offered = services.offered(conn, business.id)
    people = tuple(person.name for person in facts.people(conn, business.id))
    return Profile(
        name=business.name,
        language=language,
        now=spoken.now(language, wall),
        calendar=spoken.calendar(language, today, _CALENDAR_DAYS),
        hours=spoken.hours(language, rules.weekly, rules.exceptions, today),
        trade=business.trade,
        greeting=business.greeting,
        notice=business.notice,
        recorded=business.keeps_audio,
        services=tuple(spoken.service(language, service) for service in offered),
        facts=tuple(spoken.fact(language, fact) for fact in facts.all_facts(conn, business.id)),
        more_facts=MORE_FACTS.get(language, MORE_FACTS["en"]),
        rules=business.rules,
        people=people,
        keywords=(*people, *(service.name for service in offered)),  # names first: they are misheard most
        caller=spoken.caller(language, grant.caller_number, known=lead is not None),
        back=grant.back,
        before=tuple(_before(conn, business, grant.call_sid, today)) if grant.back is Back.CUT_OFF else (),
    )


def _before(conn: sqlite3.Connection, business: Business, call_sid: str, today: dt.date) -> Iterator[str]:
    """Say what a call has come to by its record: what was said and heard, then what was booked."""
    language = business.language
    for event in stored_account.read(calls.events(conn, business.id, call_sid)):
        match event.line:
            case UserSaid(text=text) if text:
                yield spoken.say(language, "before_caller", text=text)
            case BotSaid(text=text) if text:
                yield spoken.say(language, "before_bot", text=text)
    for known in appointments.for_call(conn, business.id, call_sid):
        if known.status == "booked":
            wall = schedule.local(business.timezone, known.starts_at)
            yield spoken.say(language, "before_booked", when=spoken.when(language, wall, today))


class BusinessOffice:
    """The engine's Office over the storage. Its tools answer only after COMMIT."""

    def __init__(
        self,
        desk: Desk,
        known: Profile,
        settings: Mapping[str, str],
        *,
        unwritten: Unwritten,
        recordings_folder: Path | None,
        own_tools: Sequence[Tool],
    ) -> None:
        self._desk = desk
        self._profile = known
        self._call_settings = settings
        self._unwritten = unwritten
        self._recordings_folder = recordings_folder
        self._calendar = Calendar(desk, Offers())
        self._bookings = Bookings(desk, self._calendar)
        self._caller = Caller(desk)
        workers: Sequence[object] = (self._calendar, self._bookings, self._caller, House(desk))
        at_work = {type(worker): worker for worker in workers}
        self._tools = (
            *(_cleaning(tool.of(at_work[kind])) for kind, tools in _WORK for tool in tools),
            *(_cleaning(tool.of(desk)) for tool in own_tools),
        )

    @property
    def profile(self) -> Profile:
        """The facts for the prompt, as they were when the call began."""
        return self._profile

    @property
    def tools(self) -> Sequence[Tool]:
        """What the model may ask of the business."""
        return self._tools

    def settings(self, base: Settings) -> Settings:
        """Return how this call is to behave: by the business's own settings, and otherwise by `base`.

        One that no call can run with is left out with a warning: a name that is gone must cost nobody a call.
        """
        settings, problems = adjust.fitting(self._call_settings, base)
        for problem in problems:
            log.warning(
                "call %s: business %s: setting left out: %s",
                self._desk.call_sid,
                self._desk.business.id,
                problem,
            )
        return evolve(settings, keep_audio=self._recordings_folder is not None)

    async def attend(self) -> None:
        """Find or create the caller's lead, note the call as begun, and renew its holds until it ends.

        A disk that cannot take it now costs no call: whichever job comes next writes the same rows.
        """
        await self._try(self._desk.begin)
        while True:
            await trio.sleep(_RENEW_S)
            await self._try(self._renew)

    async def _try(self, job: Callable[[sqlite3.Connection], object]) -> None:
        try:
            await self._desk.database.write(job)
        except WriteFailed as failure:
            log.error("call %s: not written: %s", self._desk.call_sid, failure)  # noqa: TRY400 (no bug)

    def _renew(self, conn: sqlite3.Connection) -> int:
        desk = self._desk
        return holds.renew(conn, desk.business.id, call_sid=desk.call_sid, now=desk.now())

    async def close_call(self, record: CallRecord) -> None:
        """Write the final record in one job, with what was not written yet and what is still to be told.

        Then the recording, if there is one and the business still wants it: whatever becomes of that, the
        record is written. A disk that takes nothing now costs neither: both are kept, and written later.
        """
        desk, sound = self._desk, record.recording
        job = FinalRecord(
            desk=desk,
            bookings=self._bookings,
            calendar=self._calendar,
            caller=self._caller,
            record=evolve(record, recording=None),
            ended_at=desk.now(),
        )
        entry = Entry(what=f"the record of call {desk.call_sid}", call_sid=desk.call_sid, job=job)
        if self._recordings_folder is not None and sound is not None:
            entry.stands = partial(self._keep_recording, self._recordings_folder, record)
            entry.sound_bytes = sound.size_bytes
        await self._unwritten.write(entry)

    async def _keep_recording(self, folder: Path, record: CallRecord, keeps_audio: bool) -> None:  # noqa: FBT001
        desk = self._desk
        if not keeps_audio:
            log.info("call %s is not kept: recording has been switched off", desk.call_sid)
            return
        await recordings.keep(
            folder, desk.database, desk.business.id, desk.call_sid, desk.business.language, record
        )


def _cleaning(tool: Tool) -> Tool:
    """Return the tool whose arguments come without the signs that nobody sees (`storage/fields.py`)."""

    async def run(arguments: Any, call: ToolCall) -> dict[str, Any]:
        given = {
            each.alias: getattr(arguments, each.name) for each in attrs.fields(type(arguments)) if each.init
        }
        texts = {name: fields.cleaned(value) for name, value in given.items() if isinstance(value, str)}
        return await tool.run(evolve(arguments, **texts), call)

    return evolve(tool, run=run)
