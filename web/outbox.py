"""The task that sends what ended calls have left to be told.

The rows are written with a call's final record (office/afterwards.py) and read here, and the query for them
leaves out every call that is live: nothing is sent while its call runs.

At least once. Twilio's Messages API takes no idempotency key, so after a crash between its answer and our
COMMIT, or an answer that was lost, nobody knows whether the message went out. It is sent again then: a
reminder that comes twice is better than one that never comes.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Protocol

import trio
from attrs import define, field

from storage import businesses, outbox
from storage.database import Database
from storage.errors import StorageError
from storage.records import Outgoing
from web.twilio.rest import WITHIN_S, Refused, Sent, TryAgain, Verdict

log = logging.getLogger(__name__)

RETRY_AFTER_MIN = (1, 5, 15, 60, 240)
TOO_OLD = dt.timedelta(days=1)  # nobody is helped by the news of a week ago, all at once
_AT_ONCE = 20
_TROUBLE_WAIT_S = 60.0
_LONGEST_WAIT_S = 3_600.0  # the clock on the wall may be set while ours sleeps
_FINISH_WITHIN_S = WITHIN_S + 5.0  # a message that is under way when the server stops, and its status

_TOO_OLD = Refused("not sent within a day")
_CHANNEL_OFF = Refused("channel off")
_NO_BUSINESS = Refused("its business is gone")
_NO_OWNER_PHONE = Refused("the owner gets no texts any more")


class SendText(Protocol):
    """How one text message is sent."""

    async def __call__(self, *, sender: str, recipient: str, body: str) -> Verdict: ...


@define(kw_only=True, eq=False)
class Outbox:
    """What is due, sent one by one. Anybody may `wake` it; one task runs it."""

    _database: Database
    _now: Callable[[], dt.datetime]  # UTC
    _rung: trio.Event = field(factory=trio.Event, init=False)
    # What happened to messages whose row could not be written: it must not make us send them again.
    _unwritten: dict[tuple[int, int], tuple[Outgoing, Verdict]] = field(factory=dict, init=False)

    def wake(self) -> None:
        """Look again soon: a call has ended."""
        self._rung.set()

    async def run(self, send: SendText) -> None:
        """Send whatever is due, until cancelled. A message that is under way then is finished first."""
        while True:
            self._rung = trio.Event()
            wait_s = await self._send_what_is_due(send)
            with trio.move_on_after(wait_s):
                await self._rung.wait()

    async def _send_what_is_due(self, send: SendText) -> float:
        """Send it, and return for how many seconds there is nothing to do."""
        try:
            while due := await self._due():
                for outgoing in due:
                    # Rather a second late than sent twice: the row's new status belongs to the sending.
                    with trio.CancelScope(shield=True, deadline=trio.current_time() + _FINISH_WITHIN_S):
                        await self._deliver(outgoing, send)
                    await trio.lowlevel.checkpoint()
            next_due = await self._database.read(outbox.next_due)
        except (sqlite3.Error, StorageError):
            # One message at most is in doubt: until its end is written no other is begun.
            log.exception("outbox: the database is in trouble, and nothing is sent until it is not")
            return _TROUBLE_WAIT_S
        if next_due is None:
            return _LONGEST_WAIT_S
        return min(max((next_due - self._now()).total_seconds(), 0.0), _LONGEST_WAIT_S)

    async def _due(self) -> tuple[Outgoing, ...]:
        for outgoing, verdict in tuple(self._unwritten.values()):
            await self._note(outgoing, verdict)
        return await self._database.read(partial(outbox.due, now=self._now(), limit=_AT_ONCE))

    async def _deliver(self, outgoing: Outgoing, send: SendText) -> None:
        if not await self._database.read(partial(outbox.waits, outgoing=outgoing)):
            return  # erased or replaced while the ones before it were sent
        verdict = await self._attempt(outgoing, send)
        self._unwritten[outgoing.business_id, outgoing.id] = (outgoing, verdict)
        await self._note(outgoing, verdict)

    async def _attempt(self, outgoing: Outgoing, send: SendText) -> Verdict:
        if outgoing.channel != "sms":
            return _CHANNEL_OFF
        if self._now() - outgoing.due_at > TOO_OLD:
            return _TOO_OLD
        business = await self._database.read(partial(businesses.by_id, business_id=outgoing.business_id))
        if business is None:
            return _NO_BUSINESS
        # What an owner is told may have waited for hours: it goes to where they are reached now, if anywhere.
        recipient = business.owner_phone if outgoing.kind == "to_owner" else outgoing.recipient
        if recipient is None:
            return _NO_OWNER_PHONE
        return await send(sender=business.number, recipient=recipient, body=outgoing.body)

    async def _note(self, outgoing: Outgoing, verdict: Verdict) -> None:
        """Write what happened to the message. If that fails it is kept, and written the next time."""
        job = partial(_write, outgoing=outgoing, verdict=verdict, now=self._now())
        retry_at = await self._database.write(job)
        self._unwritten.pop((outgoing.business_id, outgoing.id), None)
        _tell(outgoing, verdict, retry_at)


def retry_at(attempts: int, now: dt.datetime) -> dt.datetime | None:
    """Return when to try a message again that failed now, after `attempts` failures before.

    None: never.
    """
    if attempts >= len(RETRY_AFTER_MIN):
        return None
    return now + dt.timedelta(minutes=RETRY_AFTER_MIN[attempts])


def _write(
    conn: sqlite3.Connection, *, outgoing: Outgoing, verdict: Verdict, now: dt.datetime
) -> dt.datetime | None:
    if isinstance(verdict, Sent):
        outbox.sent(conn, outgoing.business_id, outgoing.id)
        return None
    again = retry_at(outgoing.attempts, now) if isinstance(verdict, TryAgain) else None
    outbox.failed(conn, outgoing.business_id, outgoing.id, problem=verdict.reason, retry_at=again)
    return again


def _tell(outgoing: Outgoing, verdict: Verdict, again: dt.datetime | None) -> None:
    what = (
        f"outbox: {outgoing.kind} {outgoing.id} of business {outgoing.business_id}, call {outgoing.call_sid}"
    )
    if isinstance(verdict, Sent):
        log.info("%s sent", what)
    elif again is not None:
        log.warning("%s not sent, tried again at %s: %s", what, again.strftime("%H:%M"), verdict.reason)
    else:
        log.error("%s given up after %d attempts: %s", what, outgoing.attempts + 1, verdict.reason)
