"""schema.sql itself: new files, old files, and the queries that must not walk through a table."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import appointments, businesses, calls, leads, migrations
from storage.database import connect
from storage.errors import DatabaseUnusable
from tests.storage.conftest import HOUR, MONDAY_9, add_business, add_live_call

TABLES = {"businesses", "weekly_hours", "leads", "calls", "call_events", "appointments"}
FIRST_RELEASE = Path(__file__).parent / "schemas" / "initial.sql"


def schema_of(conn):
    rows = conn.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    )
    return [(kind, name, " ".join(sql.split())) for kind, name, sql in rows]


@pytest.fixture
def old(tmp_path):
    with closing(connect(tmp_path / "old.sqlite")) as old:
        yield old


def test_a_fresh_file_equals_a_migrated_file_of_the_first_release(conn, old):
    """If schema.sql changed: add a step to storage/migrations.py, and leave initial.sql as it is."""
    db = Database(old, execute_plugins=False)
    db.executescript(FIRST_RELEASE.read_text(encoding="utf-8"))
    migrations.migrations.ensure_migrations_table(db)
    old.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('frontdesk', 'initial')")
    migrations.bring_up_to_date(old)
    assert schema_of(old) == schema_of(conn)


def test_bringing_a_current_file_up_to_date_changes_nothing(conn):
    add_business(conn)
    before = [*conn.iterdump()]
    migrations.bring_up_to_date(conn)
    assert [*conn.iterdump()] == before


def test_a_faulty_schema_leaves_an_empty_file(old):
    with pytest.raises(sqlite3.OperationalError):
        migrations.create(Database(old, execute_plugins=False), "CREATE TABLE a (x); CREATE TABEL b (x);")
    assert schema_of(old) == []


def test_another_programs_file_is_left_alone(old):
    old.execute("CREATE TABLE diary (day)")
    with pytest.raises(DatabaseUnusable, match=r"old\.sqlite: not a Frontdesk database"):
        migrations.bring_up_to_date(old)
    assert schema_of(old) == [("table", "diary", "CREATE TABLE diary (day)")]


def test_a_file_of_a_newer_version_is_left_alone(conn):
    conn.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('frontdesk', 'teleport')")
    with pytest.raises(DatabaseUnusable, match=r"newer version of Frontdesk \(teleport\)"):
        migrations.bring_up_to_date(conn)


def test_the_schema_is_found_in_a_checkout_and_in_an_installed_package(tmp_path):
    package = tmp_path / "storage"
    package.mkdir()
    shutil.copy(FIRST_RELEASE, tmp_path / "schema.sql")
    assert migrations.schema_text(package) == FIRST_RELEASE.read_text(encoding="utf-8")
    (package / "schema.sql").write_text("-- installed", encoding="utf-8")
    assert migrations.schema_text(package) == "-- installed"


def test_every_table_is_strict_and_every_key_begins_with_the_business(conn):
    assert {row["name"] for row in conn.execute("PRAGMA table_list") if row["strict"]} == TABLES
    for table in TABLES - {"businesses"}:
        first_of_key = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})") if row["pk"] == 1]
        assert (table, first_of_key) == (table, ["business_id"])
        for reference in conn.execute(f"PRAGMA foreign_key_list({table})"):
            if reference["seq"] == 0:
                theirs = "id" if reference["table"] == "businesses" else "business_id"
                assert (reference["from"], reference["to"]) == ("business_id", theirs)


def test_no_query_walks_through_a_whole_table(conn):
    business = add_business(conn)
    statements: list[str] = []
    conn.set_trace_callback(statements.append)
    lead = add_live_call(conn, business.id, "CA1")
    add_live_call(conn, business.id, "CA2", phone=None)
    leads.get(conn, business.id, lead.id)
    leads.update_details(conn, business.id, lead.id, full_name="Dana")
    businesses.by_number(conn, business.number)
    businesses.by_id(conn, business.id)
    businesses.set_weekly_hours(conn, business.id, businesses.weekly_hours(conn, business.id))
    appointments.book(
        conn, business.id, lead_id=lead.id, call_sid="CA1", starts_at=MONDAY_9, ends_at=MONDAY_9 + HOUR
    )
    appointments.busy(conn, business.id, MONDAY_9, MONDAY_9 + HOUR)
    appointments.for_call(conn, business.id, "CA1")
    appointments.mark_confirmed(conn, business.id, "CA1", MONDAY_9)
    finish = {
        "outcome": "completed",
        "detail": "",
        "ended_at": MONDAY_9,
        "duration_ms": 1,
        "events": [(0, "a", {})],
    }
    calls.finish(conn, business.id, call_sid="CA1", **finish)
    calls.get(conn, business.id, "CA1")
    calls.events(conn, business.id, "CA1")
    calls.outcome(conn, "CA1")
    calls.close_abandoned(conn)
    conn.set_trace_callback(None)
    asked = [sql for sql in statements if not sql.startswith("--")]  # lines of triggers come as comments
    assert len(asked) > 20
    plans = {sql: [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}
    walks = {step for plan in plans.values() for step in plan if step.startswith("SCAN")}
    assert walks == {"SCAN calls USING INDEX calls_live"}  # that index holds nothing but live calls


def test_the_overlap_check_looks_only_at_what_is_not_over(conn):
    plan = conn.execute(
        "EXPLAIN QUERY PLAN SELECT 1 FROM appointments WHERE business_id = 1 AND resource_id = 1"
        " AND status = 'booked' AND busy_end > 'a' AND busy_start < 'b'"
    ).fetchone()["detail"]
    assert "INDEX appointments_busy (business_id=? AND resource_id=? AND busy_end>?)" in plan
