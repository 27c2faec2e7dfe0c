"""`frontdesk owner`."""

import datetime as dt
import re
from functools import partial

import pytest
import trio

from storage import owners, sessions
from storage.database import look_at, open_database
from tests.office.support import PUBLIC_URL
from tests.web.command_line import add, error, frontdesk

HASH = "$argon2id$of-no-password"


@pytest.fixture
def database(tmp_path):
    """A file with two businesses, and two owners."""
    path = tmp_path / "frontdesk.db"
    add(path)
    add(path, "+14155550101", name="Praxis")
    owner(path, "dana@example.com", into=[1, 2])
    owner(path, "admin@example.com", administrator=True)
    return path


def owner(path, email, into=(), **more):
    def job(conn):
        made = owners.add(conn, email=email, password_hash=HASH, language="en", **more)
        for business_id in into:
            owners.let_into(conn, made.id, business_id)

    async def work():
        async with open_database(path) as opened:
            await opened.write(job)

    trio.run(work)


def test_everybody_is_listed_with_what_they_see(database):
    owner(database, "rosa@example.com")

    assert frontdesk("owner", "list", "--database", database) == (
        0,
        "admin@example.com  (administrator)\ndana@example.com  (Praxis, Salon)\n"
        "rosa@example.com  (no business)\n",
    )


def test_a_file_without_owners_says_how_the_first_gets_in(tmp_path):
    add(tmp_path / "new.db")
    assert frontdesk("owner", "list", "--database", tmp_path / "new.db") == (
        0,
        "Nobody yet: the server prints a link that lets the first one in.\n",
    )


@pytest.mark.parametrize(
    ("environment", "base"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"FRONTDESK_PUBLIC_URL": PUBLIC_URL}, PUBLIC_URL),
    ],
)
def test_a_link_lets_that_owner_set_a_new_password(database, environment, base):
    code, output = frontdesk("owner", "link", "Dana@Example.com", "--database", database, **environment)

    link = re.fullmatch(re.escape(base) + r"/welcome/([\w-]{43})\n", output)
    assert (code, link is not None) == (0, True)
    with look_at(database) as conn:
        assert sessions.invited(conn, link[1], dt.datetime.now(dt.UTC)) == (None, 1)


def test_nobodys_address_gets_no_link(database):
    assert error(frontdesk("owner", "link", "rosa@example.com", "--database", database)) == (
        2,
        "EMAIL: nobody signs in as 'rosa@example.com'; `frontdesk owner list` shows who does",
    )


async def test_no_link_is_made_while_the_server_runs(database):
    async with open_database(database):
        run = partial(frontdesk, "owner", "link", "dana@example.com", "--database", database)
        code, problem = error(await trio.to_thread.run_sync(run))
    assert (code, "is in use by process" in problem) == (1, True)
