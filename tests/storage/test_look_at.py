"""A look at a file from outside, whoever has it."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from storage import businesses
from storage.database import connect, look_at, open_database
from storage.errors import DatabaseDamaged, DatabaseUnusable
from tests.storage.conftest import add_business


async def test_what_was_committed_is_seen_while_the_file_is_open(tmp_path):
    path = tmp_path / "frontdesk.db"
    async with open_database(path) as database:
        added = await database.write(add_business)
        with look_at(path) as conn:
            assert businesses.every(conn) == (added,)


async def test_one_look_sees_one_state(tmp_path):
    path = tmp_path / "frontdesk.db"
    async with open_database(path) as database:
        added = await database.write(add_business)
        with look_at(path) as conn:
            before = businesses.every(conn)
            await database.write(lambda conn: businesses.change(conn, added.id, name="Praxis"))
            assert businesses.every(conn) == before


async def test_what_a_killed_process_left_in_its_log_is_seen(tmp_path):
    path, left = tmp_path / "frontdesk.db", tmp_path / "left.db"
    async with open_database(path) as database:
        added = await database.write(add_business)
        for side in ("", "-wal"):
            shutil.copy(f"{path}{side}", f"{left}{side}")

    with look_at(left) as conn:
        assert businesses.every(conn) == (added,)


async def test_a_look_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "frontdesk.db"
    async with open_database(path) as database:
        await database.write(add_business)
    before = {
        file.name: file.read_bytes() for file in tmp_path.glob("frontdesk.db*") if file.suffix != ".lock"
    }

    with look_at(path) as conn, pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("DELETE FROM weekly_hours")
    after = {
        file.name: file.read_bytes() for file in tmp_path.glob("frontdesk.db*") if file.suffix != ".lock"
    }
    assert after == before


@pytest.mark.parametrize("content", ["", "eggs\n" * 500])
def test_what_is_no_database_of_ours_is_refused(tmp_path, content):
    path = tmp_path / "frontdesk.db"
    path.write_text(content, encoding="ascii")

    with pytest.raises(DatabaseUnusable), look_at(path):
        pass
    assert path.read_text(encoding="ascii") == content


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(DatabaseUnusable, match="there is no such file"), look_at(tmp_path / "frontdesk.db"):
        pass
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "frontdesk.db"
    async with open_database(path) as database:
        await database.write(add_business)
    with closing(connect(path)) as conn:
        page_bytes = conn.execute("PRAGMA page_size").fetchone()[0]
        root = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = 'weekly_hours'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * page_bytes)
        file.write(b"\xff" * page_bytes)

    with pytest.raises(DatabaseDamaged), look_at(path):
        pass
