"""The process that gets killed: it books, moves, cancels and holds as fast as it can.

It says what it is about to do, and again once it has been told that it is done; a line each, so that whoever
kills it knows what was acknowledged and what may have been under way.
"""

import datetime as dt
import os
import random
import sys
from functools import partial

import trio
from attrs import define, field

from storage import booking, businesses, schedule
from storage.availability import Request
from storage.booking import NotBookable
from storage.database import Database, open_database
from storage.records import WeeklyHours
from tests.storage.conftest import NOW, add_business, add_live_call

ASKERS = 4
MINUTE = dt.timedelta(minutes=1)
ALWAYS_OPEN = [WeeklyHours(weekday=day, opens_minute=0, closes_minute=1440) for day in range(7)]


@define
class Asker:
    """One call, and the appointments that it has made."""

    database: Database
    number: int
    round_number: int
    dice: random.Random
    lead_id: int = 0
    mine: dict[int, dt.datetime] = field(factory=dict)

    @property
    def call_sid(self) -> str:
        return f"CA{self.round_number}-{self.number}"

    async def work(self) -> None:
        """For ever. Times are few enough that the askers get in each other's way."""
        while True:
            wanted = NOW + 15 * MINUTE * self.dice.randrange(4 * 24 * 50)
            request = Request(date=wanted.date(), duration_min=15, buffer_after_min=self.dice.choice((0, 15)))
            try:
                await self.dice.choice((self.book, self.book, self.move, self.cancel, self.hold))(
                    wanted, request
                )
            except NotBookable:
                continue

    async def book(self, wanted: dt.datetime, request: Request) -> None:
        job = partial(booking.book, starts_at=wanted, request=request, lead_id=self.lead_id, **self._common)
        say("begin", "book", self.number, instant=wanted)
        made = (await self.database.write(job)).appointment
        self.mine[made.id] = made.starts_at
        say("done", "book", made.id, instant=made.starts_at)

    async def move(self, wanted: dt.datetime, request: Request) -> None:
        if self.mine:
            known, at = self.dice.choice([*self.mine.items()])
            job = partial(booking.reschedule, starts_at=at, to=wanted, lead_id=self.lead_id)
            say("begin", "move", known, instant=wanted)
            moved = await self.database.write(partial(job, **self._common))
            self.mine[known] = moved.starts_at
            say("done", "move", known, instant=moved.starts_at)

    async def cancel(self, _wanted: dt.datetime, _request: Request) -> None:
        if self.mine:
            known, at = self.dice.choice([*self.mine.items()])
            say("begin", "cancel", known, instant=at)
            job = partial(booking.cancel, business_id=1, lead_id=self.lead_id, starts_at=at)
            await self.database.write(job)
            del self.mine[known]
            say("done", "cancel", known, instant=at)

    async def hold(self, wanted: dt.datetime, request: Request) -> None:
        offer = await self.database.write(partial(booking.offer, request=request, **self._common))
        say("done", "hold", len(offer.slots), instant=wanted)

    @property
    def _common(self) -> dict[str, object]:
        return {"business_id": 1, "call_sid": self.call_sid, "now": NOW}


def say(stage: str, what: str, number: int, *, instant: dt.datetime) -> None:
    os.write(1, f"{stage} {what} {number} {instant:%Y-%m-%dT%H:%M:%SZ}\n".encode())


def prepare(conn, askers):
    if not businesses.by_id(conn, 1):
        add_business(conn)
        businesses.change(conn, 1, grid_min=15, notice_min=0)
        schedule.set_weekly_hours(conn, 1, ALWAYS_OPEN)
    for asker in askers:
        asker.lead_id = add_live_call(conn, 1, asker.call_sid, f"+1415555{asker.number:04}").id


async def main(path: str, round_number: int) -> None:
    async with open_database(path) as database:
        askers = [
            Asker(database, number, round_number, random.Random(f"{round_number} {number}"))
            for number in range(ASKERS)
        ]
        await database.write(lambda conn: prepare(conn, askers))
        async with trio.open_nursery() as nursery:
            for asker in askers:
                nursery.start_soon(asker.work)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]))
