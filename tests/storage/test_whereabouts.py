"""A database whose file is deleted, moved or replaced while it is open: nothing is promised or lost."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from storage import businesses
from storage.backup import restore
from storage.database import open_database
from storage.errors import DatabaseGone
from tests.storage.conftest import add_business


@pytest.fixture
def path(tmp_path):
    return tmp_path / "frontdesk.db"


def delete_all(path):
    for side in ("", "-wal", "-shm"):
        Path(f"{path}{side}").unlink()


def delete_file(path):
    path.unlink()


def move(path):
    path.rename(path.with_name("elsewhere.db"))


def move_folder(path):
    path.parent.rename(path.parent.with_name(f"{path.parent.name}-elsewhere"))


def replace(path):
    path.with_name("other.db").replace(path)


def delete_log(path):
    Path(f"{path}-wal").unlink()


def names(path):
    with closing(sqlite3.connect(path)) as conn:
        return [name for (name,) in conn.execute("SELECT name FROM businesses ORDER BY id")]


def beside(path, condition):
    return sorted(path.parent.glob(f"frontdesk.db.{condition}-*"))


def logs(path):
    return [file.name for file in path.parent.glob("*-wal")]


async def other(path):
    """Another database, as its server left it."""
    async with open_database(path.with_name("other.db")) as database:
        business = await database.write(add_business)
        await database.write(partial(businesses.change, business_id=business.id, name="Other"))


@pytest.mark.parametrize("act", [delete_all, delete_file, move, move_folder, replace, delete_log])
async def test_nothing_is_written_any_more_and_reading_goes_on(path, act):
    await other(path)
    async with open_database(path) as database:
        business = await database.write(add_business)
        assert not database.gone
        act(path)
        assert database.gone
        with pytest.raises(DatabaseGone) as refused:
            await database.write(partial(businesses.change, business_id=business.id, name="Praxis"))
        assert str(refused.value).startswith("nothing was written: the database file was deleted, moved or")
        assert await database.read(businesses.every) == (business,)


async def test_no_job_is_run_for_a_file_that_is_gone(path):
    """A job may remove a recording, which no rollback brings back."""
    ran = []
    async with open_database(path) as database:
        delete_file(path)
        with pytest.raises(DatabaseGone):
            await database.write(ran.append)
    assert ran == []


async def test_a_file_that_is_put_back_is_written_again(path):
    async with open_database(path) as database:
        await database.write(add_business)
        move(path)
        with pytest.raises(DatabaseGone):
            await database.write(partial(add_business, number="+14155550101"))
        path.with_name("elsewhere.db").rename(path)
        assert not database.gone
        await database.write(partial(add_business, number="+14155550101"))
    assert (names(path), beside(path, "rescued")) == (["Salon", "Salon"], [])


@pytest.mark.parametrize("act", [delete_all, delete_file, move])
async def test_what_a_deleted_file_held_is_left_beside_its_place_and_can_be_restored(path, act):
    async with open_database(path) as database:
        await database.write(add_business)
        act(path)
    (rescued,) = beside(path, "rescued")
    assert rescued.stat().st_mode & 0o777 == 0o600
    restore(rescued, path)
    async with open_database(path) as database:
        assert [business.name for business in await database.read(businesses.every)] == ["Salon"]


async def test_another_file_in_its_place_is_left_as_it_is_and_never_gets_our_log(path):
    await other(path)
    before = path.with_name("other.db").read_bytes()
    async with open_database(path) as database:
        await database.write(add_business)
        replace(path)
    assert path.read_bytes() == before
    assert names(path) == ["Other"]
    assert [names(copy) for copy in beside(path, "rescued")] == [["Salon"]]
    assert [file.name.endswith("-wal") for file in beside(path, "replaced")] == [True]


async def test_a_log_that_was_left_without_its_database_is_not_taken_for_a_backups(path):
    await other(path)
    async with open_database(path) as database:
        await database.write(add_business)
        move(path)
    assert logs(path) == ["frontdesk.db-wal"]
    aside = restore(path.with_name("other.db"), path)
    assert logs(path) == [aside.name]
    assert aside.name.startswith("frontdesk.db.replaced-")
    assert names(path) == ["Other"]


async def test_a_deleted_log_is_whole_again_once_the_file_is_closed(path):
    async with open_database(path) as database:
        await database.write(add_business)
        delete_log(path)
    assert (names(path), beside(path, "rescued")) == (["Salon"], [])
