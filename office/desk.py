"""What the tools of one call share: the business, the caller, and the way to the rows."""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import Factory, field, frozen

from engine.tools import Refusal
from office.language import spoken
from storage import calls, leads
from storage.availability import Refused
from storage.database import Database
from storage.errors import InvalidField, WriteFailed
from storage.records import Business

log = logging.getLogger(__name__)

T = TypeVar("T")

Result = dict[str, object]


class CannotWrite(Refusal):
    """The disk takes nothing now."""


@frozen(kw_only=True, eq=False)
class Desk:
    """One business during one call. Bound to both at birth, so no argument of a tool can name another."""

    database: Database
    business: Business
    caller: str | None  # E.164; None: withheld
    call_sid: str
    now: Callable[[], dt.datetime]  # UTC
    test: bool = False  # an owner tries the receptionist
    again: bool = False  # by another stream: the caller is back in the same call
    started_at: dt.datetime = field(default=Factory(lambda desk: desk.now(), takes_self=True))

    def local(self, instant: dt.datetime) -> dt.datetime:
        """Return the instant as the business's clock shows it."""
        return instant.astimezone(ZoneInfo(self.business.timezone))

    @property
    def today(self) -> dt.date:
        """The business's date."""
        return self.local(self.now()).date()

    def say(self, name: str, /, **parameters: str) -> str:
        """Return the sentence of that name in the business's language."""
        return spoken.say(self.business.language, name, **parameters)

    def when(self, instant: dt.datetime) -> str:
        """Return a date and a time in words."""
        return spoken.when(self.business.language, self.local(instant), self.today)

    def choices(self, instants: Iterable[dt.datetime]) -> str:
        """Return times to choose from, in words."""
        walls = [self.local(instant) for instant in instants]
        return spoken.choices(self.business.language, walls, self.today)

    def refused(self, why: Refused) -> str:
        """Return in words why there is no such time."""
        return spoken.refused(self.business.language, why, self.today)

    def refusal(self, name: str, /, **parameters: str) -> Refusal:
        """Return the sentence of that name as a Refusal, to be raised."""
        return Refusal(self.say(name, **parameters))

    async def read(self, query: Callable[[sqlite3.Connection, int], T]) -> T:
        """Return what the query finds; it is called with a connection and the business's id.

        A query that is running is waited for, also when cancelled.
        """
        return await self.database.read(lambda conn: query(conn, self.business.id))

    async def write(self, job: Callable[[sqlite3.Connection, int, int], T]) -> T:
        """Run the job in a transaction, with the caller's lead; return its result once it is committed.

        Raises Refusal, in words for the caller, for a value that cannot be kept; CannotWrite for a disk that
        takes nothing. If cancelled, a job that is queued already still runs, whole.
        """
        try:
            with self.refusing_invalid():
                return await self.database.write(lambda conn: job(conn, self.business.id, self.begin(conn)))
        except WriteFailed as failure:
            log.error("call %s: %s", self.call_sid, failure)  # noqa: TRY400 (no bug)
            raise CannotWrite(self.say("cannot_write")) from None

    @contextmanager
    def refusing_invalid(self) -> Iterator[None]:
        """Raise Refusal, in words for the caller, for a value of theirs that cannot be kept."""
        try:
            yield
        except InvalidField as error:
            raise Refusal(spoken.invalid(self.business.language, error)) from None

    def begin(self, conn: sqlite3.Connection) -> int:
        """Begin this call if it is not begun, and return the caller's lead.

        Whichever job comes first writes both rows. So a tool never races the start of the call, and a first
        write that failed costs no booking.
        """
        source = "test" if self.test else "phone"
        lead = leads.find_or_create(
            conn, self.business.id, phone=self.caller, call_sid=self.call_sid, source=source
        )
        calls.begin(
            conn,
            self.business.id,
            call_sid=self.call_sid,
            caller=self.caller,
            lead_id=lead.id,
            started_at=self.started_at,
            test=self.test,
            again=self.again,
        )
        return lead.id
