"""Many callers, few times, and an owner who changes the hours: with the real writer, threads and file."""

import datetime as dt
import random
from collections import Counter
from functools import partial

import pytest
import trio
from attrs import define, field

from storage import appointments, booking, businesses, holds, schedule
from storage.availability import Why
from storage.booking import NotBookable
from storage.database import Database, open_database
from storage.errors import NotFound
from storage.records import DayHours, ExceptionDay, WeeklyHours
from tests.storage.conftest import MONDAY, NOW, add_business, add_live_call, book, overlaps, wish

CALLERS, ATTEMPTS = 32, 2_000
DAYS = [MONDAY + dt.timedelta(days=days) for days in range(3)]
NINE = 9 * 60


@define
class Rush:
    """What the callers were told."""

    database: Database
    business_id: int
    dice: random.Random
    attempts_left: int = ATTEMPTS
    acknowledged: dict[int, dt.datetime] = field(factory=dict)  # appointment: when it starts
    refused: Counter = field(factory=Counter)
    done: Counter = field(factory=Counter)

    async def call(self, number: int) -> None:
        caller = {"call_sid": f"CA{number}", "now": NOW}
        lead = await self._write(partial(add_live_call, call_sid=f"CA{number}", phone=f"+1415555{number:04}"))
        mine: dict[int, dt.datetime] = {}
        while self.attempts_left:
            self.attempts_left -= 1
            attempt = self.dice.choice((self._offered, self._wanted, self._wanted, self._move, self._cancel))
            try:
                self.done[await attempt(mine, lead.id, caller)] += 1
            except NotBookable as error:
                self.refused[error.refused.why] += 1
            self.acknowledged |= mine

    async def change_hours(self) -> None:
        """The owner, as long as anybody rings."""
        while self.attempts_left:
            closes, day = self.dice.randrange(12 * 60, 18 * 60, 15), self.dice.choice(DAYS)
            hours = [WeeklyHours(weekday=d, opens_minute=NINE, closes_minute=closes) for d in range(5)]
            shorter = ExceptionDay(date=day, hours=(DayHours(opens_minute=NINE, closes_minute=closes),))
            await self._write(partial(schedule.set_weekly_hours, hours=hours))
            await self._write(
                partial(schedule.set_exception, day=self.dice.choice((shorter, ExceptionDay(date=day))))
            )
            await self._write(partial(schedule.remove_exception, date=day))
            self.done["hours changed"] += 1

    async def _offered(self, mine, lead_id, caller):
        """Ask for a day, and take the first time offered; the others stay held."""
        request = wish(self.dice.choice(DAYS), self.dice.choice((15, 30)), buffer_after_min=15)
        offer = await self._write(partial(booking.offer, request=request, **caller))
        if offer.refused:
            raise NotBookable(offer.refused)
        slot = offer.slots[0]
        made = await self._write(
            partial(book, starts_at=slot.starts_at, request=request, lead_id=lead_id, **caller)
        )
        mine[made.appointment.id] = made.appointment.starts_at
        return "booked what was offered"

    async def _wanted(self, mine, lead_id, caller):
        """Hold nothing, and take a time of one's own."""
        await self._write(partial(holds.release, call_sid=caller["call_sid"]))
        asked = {
            "starts_at": self._some_time(),
            "request": wish(duration_min=30),
            "lead_id": lead_id,
            **caller,
        }
        made = await self._write(partial(book, **asked))
        mine[made.appointment.id] = made.appointment.starts_at
        return "booked"

    async def _move(self, mine, lead_id, caller):
        if not mine:
            return await self._wanted(mine, lead_id, caller)
        known, at = self.dice.choice([*mine.items()])
        asked = {"starts_at": at, "to": self._some_time(), "lead_id": lead_id}
        moved = await self._write(partial(booking.reschedule, **asked, **caller))
        assert moved.id == known
        mine[known] = moved.starts_at
        return "moved"

    async def _cancel(self, mine, lead_id, caller):
        if not mine:
            return await self._wanted(mine, lead_id, caller)
        known, at = self.dice.choice([*mine.items()])
        await self._write(partial(booking.cancel, lead_id=lead_id, starts_at=at))
        del mine[known], self.acknowledged[known]
        with pytest.raises(NotFound):
            await self._write(partial(booking.cancel, lead_id=lead_id, starts_at=at))
        return "cancelled"

    def _some_time(self):
        midnight = dt.datetime.combine(self.dice.choice(DAYS), dt.time(), dt.UTC)
        return midnight + dt.timedelta(minutes=self.dice.randrange(7 * 60, 18 * 60, 15))

    async def _write(self, job):
        return await self.database.write(partial(job, business_id=self.business_id))


async def test_two_thousand_attempts_of_32_callers_overlap_nowhere(tmp_path):
    async with open_database(tmp_path / "frontdesk.db") as database:
        business = await database.write(add_business)
        await database.write(partial(businesses.change, business_id=business.id, grid_min=15))
        rush = Rush(database, business.id, random.Random(4))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rush.change_hours)
            for number in range(CALLERS):
                nursery.start_soon(rush.call, number)

        since, until = NOW, NOW + dt.timedelta(days=30)
        kept = await database.read(
            partial(appointments.between, business_id=business.id, since=since, until=until)
        )
        assert {appointment.id: appointment.starts_at for appointment in kept} == rush.acknowledged
        assert await database.read(overlaps) == 0
    assert sum(rush.done.values()) - rush.done["hours changed"] + sum(rush.refused.values()) == ATTEMPTS
    assert {"booked", "booked what was offered", "moved", "cancelled", "hours changed"} <= set(rush.done)
    assert {Why.FULL, Why.OFF_GRID, Why.CLOSED_THAT_DATE} <= set(rush.refused)


def test_an_overlap_that_got_in_would_be_seen(conn):
    business_id = add_business(conn).id
    add_live_call(conn, business_id, "CA1")
    conn.execute("DROP TRIGGER appointments_no_overlap_update")
    for hour in (9, 10, 11):
        book(conn, business_id, dt.datetime(2026, 11, 23, hour, tzinfo=dt.UTC))
    assert overlaps(conn) == 0
    conn.execute("UPDATE appointments SET busy_start = '2026-11-23T10:59:59Z' WHERE id = 3")
    assert overlaps(conn) == 1
    conn.execute("UPDATE appointments SET status = 'cancelled' WHERE id = 2")
    assert overlaps(conn) == 0
    conn.execute("UPDATE appointments SET busy_end = '2026-11-23T12:00:00Z' WHERE id = 1")
    assert overlaps(conn) == 1
