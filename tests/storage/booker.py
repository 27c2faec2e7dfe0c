"""The process that gets killed: books as fast as it can, and says so once it is told that it has booked."""

import datetime as dt
import itertools
import os
import sys

import trio

from storage import appointments, businesses
from storage.database import open_database
from storage.errors import SlotTaken
from tests.storage.conftest import add_business, add_live_call

EPOCH = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
ASKERS = 4


async def book(db, call_sid, round_number):
    """Every asker wants every half hour, for an hour: most of them come too late."""
    for number in itertools.count(round_number * 100_000):
        start = EPOCH + number * dt.timedelta(minutes=30)
        end = start + dt.timedelta(hours=1)

        def job(conn, start=start, end=end):
            return appointments.book(conn, 1, lead_id=1, call_sid=call_sid, starts_at=start, ends_at=end)

        try:
            booking = await db.write(job)
        except SlotTaken:
            continue
        os.write(1, f"{booking.appointment.id} {booking.appointment.starts_at.isoformat()}\n".encode())


def prepare(conn, round_number):
    if not businesses.by_id(conn, 1):
        add_business(conn)
    for asker in range(ASKERS):
        add_live_call(conn, 1, f"CA{round_number}-{asker}")


async def main(path, round_number):
    async with open_database(path) as db:
        await db.write(lambda conn: prepare(conn, round_number))
        async with trio.open_nursery() as nursery:
            for asker in range(ASKERS):
                nursery.start_soon(book, db, f"CA{round_number}-{asker}", round_number)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]))
