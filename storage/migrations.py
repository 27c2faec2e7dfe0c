"""How a file gets the schema: a new one from schema.sql, an old one through the steps that it lacks.

A step changes rows, and adds or renames columns only as far as they must be filled. Then every table is
rebuilt by schema.sql and its rows are copied over, so that an old file cannot differ from a new one, and
schema.sql is the only place that says what a table looks like.

A new file is never walked through the steps: it gets schema.sql whole, and every step is recorded as done.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from storage.errors import DatabaseUnusable


def initial(_: Database) -> None:
    """Leave the schema as it was first released: a file that has it needs nothing."""


def business(db: Database) -> None:
    """Give hours a resource and appointments a name; call a call that its process left interrupted."""
    db.execute("ALTER TABLE weekly_hours ADD COLUMN resource_id INTEGER NOT NULL DEFAULT 1")
    db.execute("ALTER TABLE appointments ADD COLUMN full_name TEXT")
    db.execute(
        "UPDATE appointments SET full_name = (SELECT full_name FROM leads"
        " WHERE leads.business_id = appointments.business_id AND leads.id = appointments.lead_id)"
    )
    db.execute("UPDATE calls SET outcome = 'interrupted' WHERE outcome = 'process_died'")


def pages(_: Database) -> None:
    """Add owners, their sessions and what they change; let calls be removed, or be tests.

    All of it starts empty.
    """


def notice(db: Database) -> None:
    """Rename the disclosure to notice, with a standard text: who records without one gets that.

    It is so also in what was kept of earlier changes: taking one back puts back a notice.
    """
    if "disclosure" not in _columns(db, "businesses"):  # a file of the first releases
        db.execute("ALTER TABLE businesses ADD COLUMN disclosure TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE businesses ADD COLUMN notice TEXT")
    db.execute("ALTER TABLE businesses ADD COLUMN notice_news TEXT NOT NULL DEFAULT ''")
    for row in db.execute("SELECT id, disclosure, keeps_audio FROM businesses").fetchall():
        values = (*_as_notice(row["disclosure"], row["keeps_audio"]), row["id"])
        db.execute("UPDATE businesses SET notice = ?, notice_news = ? WHERE id = ?", values)
    db.execute("ALTER TABLE businesses DROP COLUMN disclosure")
    if _columns(db, "changes"):
        _notice_of_changes(db)


def _notice_of_changes(db: Database) -> None:
    for row in db.execute("SELECT rowid, before FROM changes WHERE kind = 'business'").fetchall():
        before = json.loads(row["before"])
        for fields in before["businesses"]:
            told = _as_notice(fields.pop("disclosure"), fields["keeps_audio"])
            fields["notice"], fields["notice_news"] = told
        kept = json.dumps(before, ensure_ascii=False)
        db.execute("UPDATE changes SET before = ? WHERE rowid = ?", (kept, row["rowid"]))


def _as_notice(disclosure: str, keeps_audio: int) -> tuple[str | None, str]:
    """Return the notice of such a business, and what its owner is told of it."""
    if disclosure:
        return disclosure, ""
    return ("", "added") if keeps_audio else (None, "missing")


def reached(_: Database) -> None:
    """Keep which businesses calls reach. It starts empty: nobody noted how earlier calls came."""


def call_settings(_: Database) -> None:
    """Let a business set thresholds of its calls. None does at first."""


def dial_status(_: Database) -> None:
    """Let calls keep how their transfer ended. Nobody noted it of earlier ones."""


def ids_given_once(db: Database) -> None:
    """Count ids, so that none is given again, and let a change keep what it left.

    Of older changes nobody knows that, so none of them is taken back: what is there now may be a caller's.
    """
    db.execute(
        "CREATE TABLE last_ids (business_id INTEGER NOT NULL, of_table TEXT NOT NULL, id INTEGER NOT NULL)"
    )
    for table in ("services", "leads", "appointments", "messages", "outbox", "changes"):
        if _columns(db, table):
            db.execute(
                "INSERT INTO last_ids"  # noqa: S608 - constants only
                f" SELECT business_id, ?, max(id) FROM {table} GROUP BY business_id",
                (table,),
            )


def proofs(_: Database) -> None:
    """Let calls keep what their callers have shown to be theirs. No call is live while a file is changed."""


def wrong_facts(db: Database) -> None:
    """Count wrong facts by number and day, no longer by call. Those of earlier calls are forgotten."""
    if _columns(db, "proofs"):
        db.execute("DELETE FROM proofs WHERE appointment_id IS NULL")


# In order; add at the end, never change one.
STEPS: tuple[Callable[[Database], None], ...] = (
    initial,
    business,
    pages,
    notice,
    reached,
    call_settings,
    dial_status,
    ids_given_once,
    proofs,
    wrong_facts,
)

migrations = Migrations("frontdesk")
for _step in STEPS:
    migrations()(_step)

_OLD = "before_"  # what the tables are called while their rows are copied


def bring_up_to_date(conn: sqlite3.Connection) -> None:
    """Create the schema in an empty file, or bring an older file to it. All or nothing.

    Raises DatabaseUnusable for a file that another program or a newer Frontdesk wrote.
    """
    db = Database(conn, execute_plugins=False)
    if is_empty(conn):
        create(db, schema_text())
        return
    check_ours(conn)
    if migrations.pending(db):
        upgrade(db, schema_text())


def is_empty(conn: sqlite3.Connection) -> bool:
    """Say whether the file holds no schema at all, as a new one."""
    return conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def check_ours(conn: sqlite3.Connection) -> None:
    """Raise DatabaseUnusable for a file that another program or a newer Frontdesk wrote. Writes nothing."""
    path = conn.execute("PRAGMA database_list").fetchone()["file"]
    applied = {step.name for step in migrations.applied(Database(conn, execute_plugins=False))}
    if not applied:
        raise DatabaseUnusable(path, "not a Frontdesk database; give another file name")
    if newer := applied - {step.__name__ for step in STEPS}:
        raise DatabaseUnusable(path, f"written by a newer version of Frontdesk ({', '.join(sorted(newer))})")


def check_current(conn: sqlite3.Connection) -> None:
    """Raise DatabaseUnusable unless the file is ours and has every step. Writes nothing."""
    check_ours(conn)
    if migrations.pending(Database(conn, execute_plugins=False)):
        path = conn.execute("PRAGMA database_list").fetchone()["file"]
        raise DatabaseUnusable(
            path,
            "written by an older version of Frontdesk; start the server once, it brings the file up to date",
        )


def create(db: Database, schema: str) -> None:
    """Apply a schema to an empty file, whole or not at all."""
    with db.atomic():
        _execute_all(db.conn, schema)
        migrations.ensure_migrations_table(db)
        done_at = str(dt.datetime.now(dt.UTC))
        for step in migrations.pending(db):
            db.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                (migrations.name, step.name, done_at),
            )


def upgrade(db: Database, schema: str) -> None:
    """Apply the steps that an older file lacks, and rebuild its tables by the schema, with their rows."""
    with _tables_may_be_replaced(db.conn), db.atomic():
        migrations.apply(db)
        _rebuild(db, schema)
        if broken := db.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.IntegrityError(f"a row of {broken['table']} refers to a row that is not there")


@contextmanager
def _tables_may_be_replaced(conn: sqlite3.Connection) -> Iterator[None]:
    # Otherwise the references to a table follow it when it is renamed, and dropping it deletes what refers
    # to it: https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes".
    conn.execute("PRAGMA foreign_keys = OFF")
    conn.execute("PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        conn.execute("PRAGMA legacy_alter_table = OFF")
        conn.execute("PRAGMA foreign_keys = ON")


def _rebuild(db: Database, schema: str) -> None:
    old = _names(db, "table")
    for kind in ("trigger", "index"):
        for name in _names(db, kind):
            db.execute(f"DROP {kind} {name}")
    for name in old:
        db.execute(f"ALTER TABLE {name} RENAME TO {_OLD}{name}")
    _execute_all(db.conn, schema)
    for name in old:
        # All that the old table had: what schema.sql has no place for, a step must have moved or dropped.
        columns = ", ".join(_columns(db, f"{_OLD}{name}"))
        db.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {_OLD}{name} ORDER BY rowid")  # noqa: S608
        db.execute(f"DROP TABLE {_OLD}{name}")


def _execute_all(conn: sqlite3.Connection, schema: str) -> None:
    """Execute a schema, statement by statement, in the transaction that is open.

    sqlite3's executescript would commit it first; that of sqlite_utils asks after every character whether
    a statement is complete, which takes most of the time in which a file is made.
    """
    statement = ""
    for piece in schema.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):  # else it is a trigger, or the semicolon of a comment
            conn.execute(statement)
            statement = ""
    conn.execute(statement)  # nothing, or what fails because its end is missing


def _columns(db: Database, table: str) -> list[str]:
    """Return the columns of a table, in order; none if there is no such table."""
    return [column["name"] for column in db.execute(f"PRAGMA table_info({table})")]


def _names(db: Database, kind: str) -> list[str]:
    """Return what schema.sql made: neither SQLite's own nor the account of the steps."""
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND tbl_name <> '_sqlite_migrations'",
        (kind,),
    )
    return [row["name"] for row in rows]


def schema_text(package: Path = Path(__file__).parent) -> str:
    """Return the text of schema.sql: inside the package when installed, beside it in a source checkout."""
    installed = package / "schema.sql"
    return (installed if installed.exists() else package.parent / "schema.sql").read_text(encoding="utf-8")
