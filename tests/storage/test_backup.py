"""Backups and the way back: what is copied, what is refused, and that nothing is ever overwritten."""

import os
import re
import sqlite3
import time
from contextlib import closing
from functools import partial

import pytest
import trio

from storage import businesses
from storage.backup import backup, restore
from storage.database import connect, open_database
from storage.errors import BackupFailed, DatabaseDamaged, DatabaseInUse, DatabaseUnusable
from storage.lock import locked
from tests.storage.conftest import add_business, add_live_call
from tests.storage.test_migrations import fill_first_release

ASIDE = r"\.(replaced|damaged)-\d{8}T\d{6}Z"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "front desk?#%.db"  # every one of these means something in a URI


def names(path):
    with closing(sqlite3.connect(path)) as conn:
        return [name for (name,) in conn.execute("SELECT name FROM businesses ORDER BY id")]


async def write(path, name):
    """A file with one business of that name, as a server leaves it."""
    async with open_database(path) as database:
        business = await database.write(add_business)
        await database.write(partial(businesses.change, business_id=business.id, name=name))


def damage(path):
    """Overwrite the beginning of the second page."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 64)


def contents(folder):
    """Every file but the locks, byte for byte."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".lock"}


async def test_a_backup_holds_what_was_acknowledged_before_it_while_the_server_writes(path, tmp_path):
    counts = []
    async with open_database(path) as database:
        business = await database.write(add_business)
        acknowledged = 0
        rung = trio.Event()

        async def ring():
            nonlocal acknowledged
            while True:
                sid, phone = f"CA{acknowledged}", f"+1415{acknowledged:07}"
                await database.write(
                    partial(add_live_call, business_id=business.id, call_sid=sid, phone=phone)
                )
                acknowledged += 1
                rung.set()

        async def copy(until_copied):
            await rung.wait()
            for number in range(3):
                before, target = acknowledged, tmp_path / f"copy{number}"
                await trio.to_thread.run_sync(backup, path, target)
                with closing(connect(target)) as conn:
                    (copied,) = conn.execute("SELECT count(*) FROM leads").fetchone()
                    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                counts.append((before, copied, acknowledged + 1))
            until_copied.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ring)
            nursery.start_soon(copy, nursery.cancel_scope)
    assert all(before <= copied <= after for before, copied, after in counts)
    assert counts[0][0] > 0


async def test_a_backup_is_one_file_for_its_owner_only_and_the_source_is_left_as_it_was(path, tmp_path):
    await write(path, "Salon")
    before = contents(tmp_path)
    backup(path, tmp_path / "copy")
    after = contents(tmp_path)
    assert after == {**before, "copy": after["copy"]}
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path / "copy") == ["Salon"]


async def test_a_backup_of_a_file_whose_server_was_killed_holds_what_is_only_in_its_log(path, tmp_path):
    await write(path, "Salon")
    with closing(connect(path)) as conn:
        conn.execute("UPDATE businesses SET name = 'only in the log'")
        for side in ("", "-wal"):
            (tmp_path / f"killed{side}").write_bytes((tmp_path / f"{path.name}{side}").read_bytes())
    backup(tmp_path / "killed", tmp_path / "copy")
    assert names(tmp_path / "copy") == ["only in the log"]


async def test_a_server_that_starts_during_a_backup_is_no_danger_to_it(path, tmp_path):
    """It has the lock, but no log yet: whoever took the file for unchanging would read torn pages."""
    await write(path, "Salon")
    with locked(path):
        backup(path, tmp_path / "copy")
        assert (tmp_path / f"{path.name}-shm").exists()  # the copier took part as any reader does
    assert names(tmp_path / "copy") == ["Salon"]


async def test_a_backup_never_takes_the_place_of_another_file(path, tmp_path):
    await write(path, "Salon")
    (tmp_path / "copy").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(BackupFailed, match="copy: is there already; give another name"):
        backup(path, tmp_path / "copy")
    with pytest.raises(BackupFailed, match="is there already"):
        backup(path, path)
    assert contents(tmp_path) == before


async def test_what_cannot_be_copied_is_refused_in_words_and_leaves_nothing(path, tmp_path):
    with pytest.raises(BackupFailed, match="there is no such file"):
        backup(path, tmp_path / "copy")
    await write(path, "Salon")
    with pytest.raises(BackupFailed, match="there is no such folder"):
        backup(path, tmp_path / "nowhere" / "copy")
    damage(path)
    before = contents(tmp_path)
    with pytest.raises(DatabaseDamaged):
        backup(path, tmp_path / "copy")
    assert contents(tmp_path) == before


async def test_a_restored_file_is_the_backup_and_the_one_before_it_is_kept_with_its_log(path, tmp_path):
    await write(path, "before")
    backup(path, tmp_path / "copy")
    conn = connect(path)
    conn.execute("UPDATE businesses SET name = 'after'")
    log = (tmp_path / f"{path.name}-wal").read_bytes()
    dead = path.read_bytes()  # as if the process died here, its log beside it
    conn.close()
    path.write_bytes(dead)
    (tmp_path / f"{path.name}-wal").write_bytes(log)

    aside = restore(tmp_path / "copy", path)

    assert re.fullmatch(re.escape(str(path)) + ASIDE, str(aside))
    assert ".replaced-" in aside.name
    assert (names(path), names(aside)) == (["before"], ["after"])
    async with open_database(path) as database:
        assert [business.name for business in await database.read(businesses.every)] == ["before"]


async def test_a_damaged_file_is_kept_as_it_is_under_a_name_that_says_so(path, tmp_path):
    await write(path, "Salon")
    backup(path, tmp_path / "copy")
    damage(path)
    before = path.read_bytes()
    aside = restore(tmp_path / "copy", path)
    assert ".damaged-" in aside.name
    assert (aside.read_bytes(), names(path)) == (before, ["Salon"])


async def test_a_backup_is_put_where_nothing_was(path, tmp_path):
    await write(path, "Salon")
    assert restore(path, tmp_path / "new") is None
    assert names(tmp_path / "new") == ["Salon"]


async def test_nothing_is_restored_while_the_server_has_the_file(path, tmp_path):
    await write(path, "before")
    backup(path, tmp_path / "copy")
    async with open_database(path) as database:
        with pytest.raises(DatabaseInUse, match=f"in use by process {os.getpid()}"):
            restore(tmp_path / "copy", path)
        await database.write(partial(businesses.change, business_id=1, name="after"))
    assert names(path) == ["after"]


def foreign(path):
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE diary (day)")


def newer(path):
    with closing(connect(path)) as conn:
        fill_first_release(conn)
        conn.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('frontdesk', 'teleport')")


def faulty(path):
    trio.run(write, path, "Salon")
    damage(path)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda path: None, BackupFailed, "holds nothing"),
        (lambda path: path.touch(), BackupFailed, "holds nothing"),
        (lambda path: path.write_text("Dear diary, " * 99), DatabaseUnusable, "file is not a database"),
        (foreign, DatabaseUnusable, "not a Frontdesk database"),
        (newer, DatabaseUnusable, r"newer version of Frontdesk \(teleport\)"),
        (faulty, DatabaseDamaged, "is damaged"),
    ],
    ids=["missing", "empty", "text", "foreign", "newer", "damaged"],
)
def test_what_is_no_good_backup_changes_nothing(path, tmp_path, make, error, words):
    trio.run(write, path, "Salon")
    make(tmp_path / "copy")
    before = contents(tmp_path)
    with pytest.raises(error, match=words):
        restore(tmp_path / "copy", path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "make", [foreign, lambda path: path.write_text("Dear diary, " * 99)], ids=["foreign", "text"]
)
def test_a_file_that_is_not_ours_is_not_moved_out_of_the_way(path, tmp_path, make):
    trio.run(write, tmp_path / "copy", "Salon")
    make(path)
    before = contents(tmp_path)
    with pytest.raises(DatabaseUnusable):
        restore(tmp_path / "copy", path)
    assert contents(tmp_path) == before


async def test_a_backup_of_the_first_release_is_brought_up_to_date_when_it_is_opened(path, tmp_path):
    with closing(connect(tmp_path / "copy")) as conn:
        fill_first_release(conn)
    restore(tmp_path / "copy", path)
    async with open_database(path) as database:
        assert [business.name for business in await database.read(businesses.every)] == ["Salon", "Garage"]


async def test_a_copy_that_a_killed_process_left_unfinished_goes_with_the_next_and_one_under_way_stays(
    path, tmp_path
):
    await write(path, "Salon")
    long_ago = time.time() - 3_700
    for name in ("killed", "under way"):
        left = tmp_path / f".{name}.unfinished-abcdefgh"
        left.mkdir()
        (left / "copy").touch()
        if name == "killed":
            os.utime(left, (long_ago, long_ago))
    backup(path, tmp_path / "copy")
    assert [left.name for left in tmp_path.glob(".*unfinished*")] == [".under way.unfinished-abcdefgh"]
