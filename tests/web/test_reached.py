"""Which businesses calls reach, noted beside the calls."""

import datetime as dt
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from rehearsal.virtual_time import inline
from storage import reached
from storage.database import open_database
from storage.records import Reached as Row
from tests.office.full_disk import FullDisk
from tests.office.support import PUBLIC_URL, TOKEN, local, public
from tests.storage.conftest import add_business
from web import configuration
from web.reached import TROUBLE_WAIT_S, Reached, setup_of

START = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SETUP = setup_of(public())


def now():
    return START + dt.timedelta(seconds=trio.current_time())


@pytest.fixture
async def database(tmp_path):
    """A real file whose code runs inline, so that the virtual clock counts."""
    async with open_database(tmp_path / "frontdesk.db", run_sync=inline) as opened:
        await opened.write(add_business)
        yield opened


@asynccontextmanager
async def noting(database, setup=SETUP):
    async with trio.open_nursery() as nursery:
        noted = Reached(setup=setup, database=database, now=now)
        nursery.start_soon(noted.run)
        yield noted
        nursery.cancel_scope.cancel()


async def known(database):
    await trio.testing.wait_all_tasks_blocked()
    return await database.read(lambda conn: reached.get(conn, 1, SETUP))


async def test_that_calls_come_and_are_heard_is_written_once(database, autojump_clock):
    async with noting(database) as noted:
        noted.note(1)
        assert await known(database) == Row(came_at=START, heard_at=None)
        await trio.sleep(60)
        for _ in range(2):
            noted.note(1)
            noted.note(1, heard=True)
        assert await known(database) == Row(came_at=START, heard_at=now())


async def test_what_only_this_machine_can_reach_is_reached_by_nobody(database, autojump_clock):
    async with noting(database, setup_of(local())) as noted:
        noted.note(1, heard=True)
        assert await known(database) is None


async def test_a_disk_that_takes_nothing_delays_what_is_noted_and_changes_no_time(
    database, autojump_clock, caplog
):
    disk = FullDisk(database)
    async with noting(disk) as noted:
        noted.note(1)
        noted.note(1, heard=True)
        assert await known(database) is None
        disk.full = False
        await trio.sleep(TROUBLE_WAIT_S + 1)
        assert await known(database) == Row(came_at=START, heard_at=START)
    assert [record.getMessage() for record in caplog.records] == [
        "that calls reach a business cannot be written yet"
    ]


def test_the_setup_is_another_with_another_address_or_token_and_holds_neither():
    def of(**changes):
        environment = {"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": PUBLIC_URL, **changes}
        return setup_of(configuration.load(environment))

    setups = [of(), of(TWILIO_AUTH_TOKEN="f" * 32), of(FRONTDESK_PUBLIC_URL="https://other.example.com")]
    assert [len(setup) for setup in setups] == [64] * 3
    assert len(set(setups)) == 3
    assert setups[0] == of(OPENAI_API_KEY="sk-another") == SETUP
    assert [of(TWILIO_AUTH_TOKEN=""), of(FRONTDESK_PUBLIC_URL="")] == [None, None]
