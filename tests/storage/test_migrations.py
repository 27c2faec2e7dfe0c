"""New files, files of earlier releases with their rows, and files that are none of ours."""

import datetime as dt
import json
import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from storage import changes, migrations
from storage.database import connect, open_database
from storage.errors import DatabaseUnusable, Overtaken
from tests.storage.conftest import add_business, everything, tables
from tests.storage.releases import (
    fill_release_before,
    fill_release_with_call_settings,
    fill_release_with_proofs,
    lay_out,
)

AT, LATER = "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"
ROWS = {
    "businesses": [
        (1, "Salon", "+14155550100", "Europe/Berlin", "en", 1, AT),
        (2, "Garage", "+14155550101", "Asia/Jerusalem", "he", 0, LATER),
    ],
    "weekly_hours": [(1, 0, 540, 1020), (2, 6, 0, 1440)],
    "leads": [
        (1, 1, "+14155550199", "Dana", "dana@example.com", "CA1", AT, LATER),
        (2, 1, None, None, None, "CA2", AT, AT),
    ],
    "calls": [
        (1, "CA1", 1, "+14155550199", AT, LATER, "completed", "said goodbye", 1000),
        (2, "CA2", 1, None, AT, None, "process_died", "the server stopped", None),
        (2, "CA3", None, None, AT, None, None, "", None),
    ],
    "call_events": [(1, "CA1", 0, 0, "connected", "{}")],
    "appointments": [
        (1, 1, 1, 1, "CA1", AT, LATER, AT, LATER, "short hair", "booked", 1, AT),
        (1, 2, 1, 1, "CA1", AT, LATER, AT, LATER, "", "cancelled", 0, AT),
    ],
}
NO_DETAILS = ("", "", "", None, 30, 120, 60)  # trade, greeting, rules, owner_phone, grid, notice, days ahead
NO_PAGES = (0, None)  # retention, feed token
NOTICES = {1: ("", "added"), 0: (None, "missing")}  # notice and its news, by whether calls are recorded


def migrated(rows):
    """What the rows of the first release are today."""
    return {
        "businesses": [
            (*row[:6], *NO_DETAILS, *NOTICES[row[5]], *NO_PAGES, row[6]) for row in rows["businesses"]
        ],
        "weekly_hours": [(row[0], 1, *row[1:]) for row in rows["weekly_hours"]],
        "leads": [(*row[:3], None, *row[3:5], "", "phone", *row[5:]) for row in rows["leads"]],
        "calls": [
            (*row[:6], "interrupted" if row[6] == "process_died" else row[6], *row[7:], None, None, 0, None)
            for row in rows["calls"]
        ],
        "call_events": rows["call_events"],
        "last_ids": [(1, "leads", 1), (2, "leads", 1), (1, "appointments", 2)],
        "appointments": [
            (*row[:4], "Dana", row[4], None, *row[5:12], 0, 0, row[12]) for row in rows["appointments"]
        ],
    }


def fill_first_release(conn):
    """A file as the first release left it."""
    lay_out(conn, "initial")
    for table, rows in ROWS.items():
        marks = ", ".join("?" * len(rows[0]))
        conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def kept(conn):
    """Every row of every table, by the names of its columns."""
    return {
        table: [dict(row) for row in conn.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        for table in tables(conn)
    }


def schema_of(conn):
    rows = conn.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    )
    return [(kind, name, " ".join(sql.split())) for kind, name, sql in rows]


def dump(conn, but="nothing"):
    return [line for line in conn.iterdump() if but not in line]


@pytest.fixture
def old(tmp_path):
    with closing(connect(tmp_path / "old.sqlite")) as old:
        yield old


def test_a_file_of_the_first_release_becomes_like_a_new_one_and_keeps_its_rows(conn, old):
    """If schema.sql changed: add a step to storage/migrations.py, and leave initial.sql as it is."""
    fill_first_release(old)
    migrations.bring_up_to_date(old)
    assert schema_of(old) == schema_of(conn)
    assert {table: rows for table, rows in everything(old).items() if rows} == migrated(ROWS)
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []
    steps = [row["name"] for row in old.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert steps == [step.__name__ for step in migrations.STEPS]


def test_a_file_of_the_release_before_becomes_like_a_new_one_and_keeps_its_rows(conn, old):
    """If schema.sql changed: add a step to storage/migrations.py, and leave pages.sql as it is."""
    fill_release_before(old)
    before = kept(old)
    assert all(before.values())
    migrations.bring_up_to_date(old)
    assert schema_of(old) == schema_of(conn)
    notices = ((None, "missing"), ("", "added"), ("This call may be recorded.", ""))
    told = [{"notice": text, "notice_news": news} for text, news in notices]
    for row, now in zip(before["businesses"], told, strict=True):
        del row["disclosure"]
        row.update(now)
    (was,) = before["changes"]
    was["before"] = json.dumps({"businesses": [{"name": "Salon", "keeps_audio": 0, **told[0]}]})
    assert kept(old) == {**since(before), "call_settings": [], "reached": []}  # new tables
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []


def since(before):
    """What every release before the ids were counted becomes; nobody has noted what came later."""
    return {
        **before,
        "calls": [{**call, "dial_status": None} for call in before["calls"]],
        "changes": [{**change, "after": None} for change in before["changes"]],
        "last_ids": [
            {"business_id": 1, "of_table": table, "id": 1}
            for table in ("services", "leads", "appointments", "messages", "outbox", "changes")
        ],
        "proofs": [],
        "wrong_facts": [],
    }


def test_a_file_of_the_release_with_call_settings_becomes_like_a_new_one_and_keeps_its_rows(conn, old):
    """If schema.sql changed: add a step to storage/migrations.py, and leave call_settings.sql as it is."""
    fill_release_with_call_settings(old)
    before = kept(old)
    assert all(before.values())
    migrations.bring_up_to_date(old)
    assert schema_of(old) == schema_of(conn)
    assert kept(old) == since(before)
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_file_that_counted_wrong_facts_by_call_becomes_like_a_new_one_and_keeps_what_was_shown(conn, old):
    """If schema.sql changed: add a step to storage/migrations.py, and leave proofs.sql as it is."""
    fill_release_with_proofs(old)
    before = kept(old)
    assert all(before.values())
    migrations.bring_up_to_date(old)
    assert schema_of(old) == schema_of(conn)
    assert kept(old) == {**before, "proofs": before["proofs"][:1], "wrong_facts": []}
    assert old.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_change_of_the_release_before_is_not_taken_back_because_nobody_knows_what_came_since(old):
    fill_release_before(old)
    migrations.bring_up_to_date(old)
    before = everything(old)
    assert changes.get(old, 1, 1) is None
    with pytest.raises(Overtaken):
        changes.take_back(old, 1, 1, now=dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))
    assert everything(old) == before


def test_after_the_steps_references_are_checked_again_and_names_followed(old):
    fill_first_release(old)
    migrations.bring_up_to_date(old)
    assert [
        old.execute(f"PRAGMA {name}").fetchone()[0] for name in ("foreign_keys", "legacy_alter_table")
    ] == [1, 0]
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY constraint failed"):
        old.execute("DELETE FROM leads")


def test_an_old_file_that_cannot_be_brought_up_to_date_stays_as_it_is(old):
    fill_first_release(old)
    old.execute("PRAGMA foreign_keys = OFF")
    old.execute("INSERT INTO weekly_hours VALUES (77, 0, 540, 1020)")
    before = dump(old)
    with pytest.raises(
        sqlite3.IntegrityError, match="a row of weekly_hours refers to a row that is not there"
    ):
        migrations.bring_up_to_date(old)
    assert dump(old) == before
    assert not old.in_transaction


def test_a_column_that_no_step_has_dealt_with_is_not_lost_in_silence(old):
    fill_first_release(old)
    old.execute("ALTER TABLE leads ADD COLUMN shoe_size INTEGER")
    before = dump(old)
    with pytest.raises(sqlite3.OperationalError, match="table leads has no column named shoe_size"):
        migrations.bring_up_to_date(old)
    assert dump(old) == before


def test_bringing_a_current_file_up_to_date_changes_nothing(conn):
    add_business(conn)
    before = dump(conn)
    migrations.bring_up_to_date(conn)
    assert dump(conn) == before


def test_a_faulty_schema_leaves_an_empty_file(old):
    with pytest.raises(sqlite3.OperationalError):
        migrations.create(Database(old, execute_plugins=False), "CREATE TABLE a (x); CREATE TABEL b (x);")
    assert schema_of(old) == []


def test_a_process_that_dies_at_any_statement_of_the_steps_leaves_a_file_that_can_be_opened(old, tmp_path):
    fill_first_release(old)
    old.execute("PRAGMA cache_size = 1")  # so that pages go to the log long before the commit
    moments = []

    def look(_statement):
        moment = [(tmp_path / f"old.sqlite{side}").read_bytes() for side in ("", "-wal")]
        if moment not in moments:
            moments.append(moment)

    old.set_trace_callback(look)
    migrations.bring_up_to_date(old)
    old.set_trace_callback(None)
    whole = dump(old, but="_sqlite_migrations")
    was_old = []
    for number, (file, log) in enumerate(moments):
        (tmp_path / f"{number}").write_bytes(file)
        (tmp_path / f"{number}-wal").write_bytes(log)
        with closing(connect(tmp_path / f"{number}")) as conn:
            was_old.append("holds" not in tables(conn))
            migrations.bring_up_to_date(conn)
            assert dump(conn, but="_sqlite_migrations") == whole
            assert conn.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    assert len(moments) > 10
    assert was_old == [True] * (len(moments) - 1) + [False]  # one transaction


# The file itself, as the server opens it.


async def refused(path):
    """Why the file is not opened; it and everything beside it must stay as they are."""
    before = files(path)
    with pytest.raises(DatabaseUnusable) as error:
        async with open_database(path):
            pass
    after = files(path)
    after.pop(f"{path.name}.lock")
    assert after == before
    return error.value.problem


def files(path):
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


async def test_an_old_file_is_opened_with_its_rows(tmp_path):
    path = tmp_path / "old.sqlite"
    with closing(connect(path)) as old:
        fill_first_release(old)
    async with open_database(path) as database:
        rows = await database.read(everything)
    live = (
        2,
        "CA3",
        None,
        None,
        AT,
        None,
        "interrupted",
        "the server stopped while this call was live",
        None,
        None,
        None,
        0,
        None,
    )
    today = migrated(ROWS)
    assert {table: found for table, found in rows.items() if found} == {
        **today,
        "calls": [*today["calls"][:2], live],
    }


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
async def test_another_programs_file_is_not_touched(tmp_path, journal_mode):
    path = tmp_path / "diary.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as diary:
        diary.execute(f"PRAGMA journal_mode = {journal_mode}")
        diary.execute("CREATE TABLE diary (day)")
    assert await refused(path) == "not a Frontdesk database; give another file name"


async def test_another_programs_file_is_refused_also_while_that_writes_to_it(tmp_path):
    path = tmp_path / "diary.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as diary:
        diary.execute("CREATE TABLE diary (day)")
        diary.execute("BEGIN EXCLUSIVE")
        diary.execute("INSERT INTO diary VALUES ('Monday')")
        assert await refused(path) == "not a Frontdesk database; give another file name"
        diary.execute("COMMIT")


async def test_a_file_of_a_newer_version_is_not_touched(tmp_path):
    path = tmp_path / "newer.sqlite"
    with closing(connect(path)) as newer:
        migrations.bring_up_to_date(newer)
        newer.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('frontdesk', 'teleport')")
    assert await refused(path) == "written by a newer version of Frontdesk (teleport)"


@pytest.mark.parametrize("content", [b"Dear diary, today the telephone rang. " * 40, b"x"])
async def test_a_file_that_is_no_database_is_not_touched(tmp_path, content):
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    assert (await refused(path)).startswith("file is not a database, or its beginning is destroyed; move it")


async def test_an_empty_file_is_a_new_one(tmp_path):
    path = tmp_path / "new.sqlite"
    path.touch()
    async with open_database(path) as database:
        assert await database.write(add_business)
