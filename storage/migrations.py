"""How a file gets the schema: a new one from schema.sql, an old one step by step.

A new file is never walked through the steps: it gets schema.sql whole, and every step is recorded as done.
"""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database, Migrations

from storage.errors import DatabaseUnusable


def initial(_: Database) -> None:
    """The schema as it was first released. A file that has it needs nothing."""


STEPS: tuple[Callable[[Database], None], ...] = (initial,)  # in order; add at the end, never change one

migrations = Migrations("frontdesk")
for _step in STEPS:
    migrations()(_step)


def bring_up_to_date(conn: sqlite3.Connection) -> None:
    """Create the schema in an empty file, or apply the steps that an older file lacks.

    All or nothing for a new file, each step all or nothing for an old one. Raises DatabaseUnusable for
    a file that another program or a newer Frontdesk wrote.
    """
    db = Database(conn, execute_plugins=False)
    if not conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        create(db, schema_text())
        return
    path = conn.execute("PRAGMA database_list").fetchone()["file"]
    applied = {step.name for step in migrations.applied(db)}
    if not applied:
        raise DatabaseUnusable(path, "not a Frontdesk database; give another file name")
    if newer := applied - {step.__name__ for step in STEPS}:
        raise DatabaseUnusable(path, f"written by a newer version of Frontdesk ({', '.join(sorted(newer))})")
    migrations.apply(db)


def create(db: Database, schema: str) -> None:
    """Apply a schema to an empty file, whole or not at all."""
    with db.atomic():  # executescript alone would leave the tables before a faulty statement behind
        db.executescript(schema)
        migrations.ensure_migrations_table(db)
        done_at = str(dt.datetime.now(dt.UTC))
        for step in migrations.pending(db):
            db.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                (migrations.name, step.name, done_at),
            )


def schema_text(package: Path = Path(__file__).parent) -> str:
    """The text of schema.sql: inside the package when installed, beside it in a source checkout."""
    installed = package / "schema.sql"
    return (installed if installed.exists() else package.parent / "schema.sql").read_text(encoding="utf-8")
