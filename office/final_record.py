"""A call's final record: one job, with what the call has left undone and what is still to be told.

The record itself must stand. What goes along with it is written each in a savepoint of its own: what is
refused there, by a check or by a bug of ours, is logged and costs nothing else. A disk that takes nothing
refuses the whole, which is tried again (`unwritten.py`).
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from attrs import frozen

from engine.account import CallEvent, OutputsHeard
from engine.ports import CallRecord
from office import afterwards, call_story
from office.desk import Desk
from office.entries import BotSaid
from office.language import claims
from office.tools.bookings import Bookings
from office.tools.calendar import Calendar
from office.tools.caller import Caller
from office.tools.offers import slot_start
from storage import appointments, businesses, calls, holds
from storage.errors import InvalidField, NotFound, WriteFailed
from storage.records import Business, Flag
from storage.writer import Request

log = logging.getLogger(__name__)

_Line = tuple[int, str, dict[str, Any]]


@frozen(kw_only=True, eq=False)
class FinalRecord:
    """A call as it is written down when it is over: a job for the writer."""

    desk: Desk
    bookings: Bookings
    calendar: Calendar
    caller: Caller
    record: CallRecord
    ended_at: dt.datetime

    def __call__(self, conn: sqlite3.Connection) -> bool:
        """Write it; return whether the business keeps its calls' audio now."""
        business_id, call_sid = self.desk.business.id, self.desk.call_sid
        lead_id = self.desk.begin(conn)
        if not self._written("its account", conn, partial(self._finish, account=list(self._account()))):
            self._finish(conn, account=[])
        release = partial(holds.release, business_id=business_id, call_sid=call_sid)
        self._written("what it held", conn, release)
        for message in self.caller.unwritten:
            self._written("a message", conn, _of(business_id, lead_id, message))
        self._written("what was heard", conn, self._confirm)
        self._written("what is wrong with it", conn, partial(self._flag, lead_id=lead_id))
        self._written("what is to be told", conn, self._tell)
        return self._business(conn).keeps_audio

    def _written(
        self, what: str, conn: sqlite3.Connection, job: Callable[[sqlite3.Connection], object]
    ) -> bool:
        """Write that much of it; False if it is refused. Raises what will pass: all is tried again then."""
        request = Request(job)
        request.attempt(conn)
        if request.error is None:
            return True
        if _passes(request.error):
            raise request.error
        if isinstance(request.error, InvalidField):  # why, but none of the words
            error = request.error
            log.error("call %s: %s is refused: %s %s", self.desk.call_sid, what, error.field, error.template)
        else:
            log.error("call %s: %s is not written", self.desk.call_sid, what, exc_info=request.error)
        return False

    def _account(self) -> Iterator[_Line]:
        yield from ((event.at_ms, event.kind, event.fields) for event in self.record.events)
        yield from ((self.record.duration_ms, kind, fields) for kind, fields in self.bookings.changes)

    def _finish(self, conn: sqlite3.Connection, account: Sequence[_Line]) -> None:
        desk, record = self.desk, self.record
        written = calls.finish(
            conn,
            desk.business.id,
            call_sid=desk.call_sid,
            outcome=record.outcome,
            detail=record.detail,
            ended_at=self.ended_at,
            duration_ms=record.duration_ms,
            events=account,
        )
        if not written:
            log.error("call %s: its account is lost: it has an outcome already", desk.call_sid)

    def _confirm(self, conn: sqlite3.Connection) -> None:
        # A booking counts as confirmed when the answer that spoke of it was heard to its end.
        told = (event.line for event in self.record.events)
        heard = {id_ for line in told if isinstance(line, OutputsHeard) for id_ in line.call_ids}
        last_on = {known.id: (call_id, known.starts_at) for call_id, known in self.calendar.booked.items()}
        for appointment_id, (call_id, starts_at) in last_on.items():
            if call_id in heard:
                appointments.mark_confirmed(conn, self.desk.business.id, appointment_id, starts_at)

    def _flag(self, conn: sqlite3.Connection, lead_id: int) -> None:
        flags = self._flags(conn, lead_id, self.record.events)
        calls.flag(conn, self.desk.business.id, self.desk.call_sid, flags)

    def _flags(self, conn: sqlite3.Connection, lead_id: int, events: Sequence[CallEvent]) -> list[Flag]:
        """Find what the owner must know: claims that are not so, and what is so and was not heard."""
        desk = self.desk
        known = appointments.every_of_lead(conn, desk.business.id, lead_id)
        now = [(desk.local(each.starts_at), each.status) for each in known]
        # What was booked and then moved in this call was true when it was said.
        meanwhile = [(desk.local(each.starts_at), each.status) for each in self.calendar.booked.values()]
        done = "; ".join(f"{wall:%Y-%m-%d %H:%M} {status}" for wall, status in now)
        # Of an earlier stream of the call those stand that are not so even now.
        before = calls.flags(conn, desk.business.id, desk.call_sid)
        said = [flag.said for flag in before if flag.kind == "said_not_done"]
        said += [entry.heard for entry in call_story.tell(events).entries if isinstance(entry, BotSaid)]
        language, today = desk.business.language, desk.local(desk.started_at).date()
        flags = [
            Flag(kind="said_not_done", said=claim.said, done=done)
            for text in said
            for claim in claims.unmatched(claims.claims(text, language, today), now + meanwhile)
        ]
        return flags + [
            Flag(kind="confirmation_not_heard", said="", done=slot_start(each.starts_at))
            for each in known
            if each.call_sid == desk.call_sid and each.status == "booked" and not each.confirmed_heard
        ]

    def _tell(self, conn: sqlite3.Connection) -> None:
        afterwards.put(conn, self._business(conn), self.desk.call_sid, self.desk.now())

    def _business(self, conn: sqlite3.Connection) -> Business:
        """Read it as it is now: the desk has it as it was when the call began."""
        business = businesses.by_id(conn, self.desk.business.id)
        if business is None:
            raise NotFound("business", str(self.desk.business.id))
        return business


def _of(
    business_id: int, lead_id: int, job: Callable[[sqlite3.Connection, int, int], object]
) -> Callable[[sqlite3.Connection], object]:
    return lambda conn: job(conn, business_id, lead_id)


def _passes(error: Exception) -> bool:
    """Say whether the same may be written later. What SQLite calls a plain error is one of ours."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR
    return isinstance(error, WriteFailed)
