"""One process has the file, by whatever name it comes, and keeps SQLite's own locks whatever it does."""

import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio

from storage import businesses
from storage.backup import backup, restore
from storage.database import look_at, open_database
from storage.errors import DatabaseInUse
from tests.storage.conftest import add_business

LOOK_AND_LEAVE = """
import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
print(conn.execute("SELECT count(*) FROM businesses").fetchone()[0])
conn.close()
"""
OPEN = """
import sys, trio
from storage.database import open_database
from storage.errors import DatabaseInUse
async def main():
    async with open_database(sys.argv[1]):
        print("opened")
try:
    trio.run(main)
except DatabaseInUse as refused:
    print(refused)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "frontdesk.db"


def in_another_process(program, path):
    finished = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    return finished.stdout


def has_log(path):
    return Path(f"{path}-wal").exists()


def deleted_lock(path):
    Path(f"{path}.lock").unlink()
    return path


def hard_link(path):
    path.with_name("link.db").hardlink_to(path)
    return path.with_name("link.db")


def symlink(path):
    path.with_name("link.db").symlink_to(path)
    return path.with_name("link.db")


@pytest.mark.parametrize(
    ("by", "holder"),
    [
        (lambda path: path, "process {pid}"),
        (symlink, "process {pid}"),
        (deleted_lock, "another process"),
        (hard_link, "another process"),
    ],
    ids=["its name", "a symlink", "its name without a lock file", "a hard link"],
)
async def test_a_second_process_is_refused_by_whatever_name_it_comes(path, by, holder):
    async with open_database(path) as database:
        await database.write(add_business)
        name = by(path)
        said = await trio.to_thread.run_sync(in_another_process, OPEN, name)
        shown = name.resolve()
        assert said == f"{shown} is in use by {holder.format(pid=os.getpid())}; stop that first\n"
    async with open_database(name):
        pass


def looks(path):
    with look_at(path) as conn:
        businesses.every(conn)


def copies(path):
    backup(path, path.with_name("copy.db"))


def restores(path):
    async def write():
        async with open_database(path.with_name("other.db")) as database:
            await database.write(add_business)

    trio.run(write)
    restore(path.with_name("other.db"), path)


def opens(path):
    async def enter():
        async with open_database(path):
            pass

    trio.run(enter)


@pytest.mark.parametrize("by", [deleted_lock, hard_link])
@pytest.mark.parametrize("does", [looks, copies, restores, opens])
async def test_whatever_this_process_does_with_its_file_nobody_else_can_remove_the_log(path, does, by):
    """Who closes a file as its last user removes its log. Only SQLite's lock says that we use it."""
    async with open_database(path) as database:
        await database.write(add_business)
        with suppress(DatabaseInUse):
            await trio.to_thread.run_sync(does, by(path))
        assert await trio.to_thread.run_sync(in_another_process, LOOK_AND_LEAVE, path) == "1\n"
        assert has_log(path)
        await database.write(partial(add_business, number="+14155550101"))
    with look_at(path) as conn:
        assert len(businesses.every(conn)) == 2


async def test_a_descriptor_that_is_closed_beside_sqlite_would_cost_the_log(path):
    """What the test before this one is there for: it sees the harm."""
    async with open_database(path) as database:
        await database.write(add_business)
        path.read_bytes()
        await trio.to_thread.run_sync(in_another_process, LOOK_AND_LEAVE, path)
        assert not has_log(path)


async def test_a_servers_file_is_not_read_by_a_name_beside_which_its_log_is_not(path):
    async with open_database(path) as database:
        await database.write(add_business)
        link = hard_link(path)
        with pytest.raises(DatabaseInUse, match="in use by process"):
            looks(link)
        with pytest.raises(DatabaseInUse, match="in use by process"):
            copies(link)
        looks(path)
        copies(path)
    looks(link)
    with look_at(path.with_name("copy.db")) as conn:
        assert len(businesses.every(conn)) == 1
