"""A call's office as the model meets it: tools by name, arguments as JSON, one response after the other.

Between two responses the caller hears what the tools said, and answers.
"""

import datetime as dt
import json
from zoneinfo import ZoneInfo

from attrs import define, field

from engine import tools
from engine.tools import ToolCall
from office.grant import Grant
from office.language import spoken, wishes
from office.language.wish import Wish
from office.office import BusinessOffice, open_office
from office.unwritten import Unwritten
from storage import appointments, calls, leads
from storage.database import Database
from storage.records import Business
from tests.office.support import CALL_SID, CALLER

SATURDAY_NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TUESDAY = "2026-11-24"
TUESDAY_9 = "2026-11-24T08:00:00Z"  # 9 in Berlin
TUESDAY_930 = "2026-11-24T08:30:00Z"


@define
class Now:
    """The time, which stands still until a test moves it."""

    value: dt.datetime = SATURDAY_NOON

    def __call__(self):
        return self.value


def grant(business, caller=CALLER, call_sid=CALL_SID, **more):
    return Grant(call_sid=call_sid, business_id=business.id, caller_number=caller, **more)


def both(day, now=SATURDAY_NOON, language="en"):
    """What a tool is told of a day: as the caller says it, and the date, which this model knows as we do."""
    wish = wishes.parse(day, now, language)
    if not isinstance(wish, Wish):
        return {"said": day}
    said = spoken.plain_date("en", wish.date) if day == wish.date.isoformat() else day
    return {"said": said, "date_iso": wish.date.isoformat()}


@define(eq=False)
class Front:
    """One call. `asks` answers as `tools.run` does; each call comes in a response of its own."""

    office: BusinessOffice
    database: Database
    business: Business
    call_sid: str
    now: Now = field(factory=Now)
    responses: int = 0
    answered: dict[str, str] = field(factory=dict)
    outputs: list[tools.ToolOutput] = field(factory=list)

    async def asks(self, name, /, *, same_response=False, **arguments):
        """The result of the tool; `same_response` asks in the response of the call before."""
        if not same_response:
            self.responses += 1
            self.answered = {output.call_id: output.result.get("say", "") for output in self.outputs}
        tool = next(tool for tool in self.office.tools if tool.name == name)
        call = ToolCall(
            call_id=f"call_{len(self.outputs)}",
            response_id=f"response_{self.responses}",
            name=name,
            arguments=json.dumps(arguments),
            answered_calls=self.answered,
        )
        output = await tools.run(tool, call, deadline_ms=60_000)
        self.outputs.append(output)
        return output.result

    async def finds(self, day=TUESDAY, **more):
        """A search by both witnesses of a date, or of a caller's words."""
        now = self.now().astimezone(ZoneInfo(self.business.timezone))
        return await self.asks("find_available_slots", **both(day, now, self.business.language), **more)

    async def books(self, slot_start=TUESDAY_9, **more):
        return await self.asks("create_appointment", slot_start=slot_start, **more)

    async def does(self, function, *arguments, **more):
        """A storage function of this business, as one job."""
        return await self.database.write(lambda conn: function(conn, self.business.id, *arguments, **more))

    async def rows(self):
        """The call, its lead and the appointments made on it, as they are stored."""

        def read(conn):
            call = calls.get(conn, self.business.id, self.call_sid)
            lead = call and leads.get(conn, self.business.id, call.lead_id)
            return call, lead, appointments.for_call(conn, self.business.id, self.call_sid)

        return await self.database.read(read)


async def ring(
    database, business, now, *, caller=CALLER, call_sid=CALL_SID, unwritten=None, back=None, **more
):
    """A call is let in."""
    office = await open_office(
        database,
        grant(business, caller, call_sid, back=back),
        call_sid=call_sid,
        now=now,
        unwritten=unwritten or Unwritten(database=database),
        **more,
    )
    return Front(office, database, business, call_sid, now)


def refused(say):
    return {"status": "refused", "say": say}
