"""`frontdesk backup` and `restore`, and every command while a server has the file."""

import os
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlite_utils import Database

from storage import migrations
from storage.errors import DatabaseGone
from tests.office.support import NUMBER
from tests.storage.releases import SCHEMAS
from tests.web.command_line import add, error, frontdesk

NOBODY_THERE = "ws://127.0.0.1:1/v1/realtime"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


def command(*arguments):
    return [sys.executable, "-m", "web", *(str(word) for word in arguments)]


def environment():
    ours = ("TWILIO", "FRONTDESK", "OPENAI", "PYTHONUNBUFFERED")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"FRONTDESK_REALTIME_URL": NOBODY_THERE, "FRONTDESK_DETECTOR": "level"}


def run(*words):
    """The real command, to its end: its exit code, what it printed, and its errors."""
    finished = subprocess.run(
        command(*words), env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return finished.returncode, finished.stdout, finished.stderr


@contextmanager
def serving(database, *more, stdout=None):
    """A server in a process of its own, with no model behind it; the process and its URL."""
    with subprocess.Popen(
        command("serve", "--port", "0", "--database", database, *more),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            lines = iter(process.stderr.readline, "")
            found = next(filter(None, (re.search(r"listening on (http://\S+)", line) for line in lines)))
            yield process, found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()


@pytest.fixture(scope="module")
def server(folder):
    """The file that a running server has, its URL, and the server's process id."""
    database = folder / "frontdesk.db"
    add(database)
    frontdesk("people", "Salon", "--add", "Dana", "+14155550144", "--database", database)
    with serving(database) as (process, url):
        # As long as there is no owner, it writes a link for the first one as it starts.
        until(lambda: any('INTO "links"' in row for row in rows(database)))
        yield database, url, process.pid


def until(look):
    """What is found as soon as anything is, within five seconds."""
    for _ in range(100):
        if found := look():
            return found
        time.sleep(0.05)
    return look()


def rows(database):
    with closing(sqlite3.connect(database)) as conn:
        return list(conn.iterdump())


READING = {
    ("business", "list"): "  1  +14155550100     Salon  (Europe/Berlin, en)\n",
    ("business", "show", "Salon"): "Salon (1)\n",
    ("hours", "Salon"): "Salon (Europe/Berlin)\nMonday     9:00-17:00\n",
    ("services", "Salon"): "Nothing is offered by name",
    ("facts", "Salon"): "Nothing is written down.\n",
    ("people", "Salon"): "Dana  +14155550144\n",
    ("slots", "Salon", "2001-01-01"): "That time has passed already.\n",
    ("leads", "Salon"): "",  # the server takes calls
    ("appointments", "Salon"): "Nothing is booked from ",
    ("prompt", "Salon"): "# Prompt\nYou are the receptionist of Salon",
}

WRITING = [
    ("business", "add", "Praxis", "--number", "+14155550101", "--timezone", "Europe/Berlin"),
    ("business", "set", "Salon", "--grid", "15"),
    ("hours", "Salon", "--set", "sat 9-12"),
    ("hours", "Salon", "--closed", "mon"),
    ("hours", "Salon", "--on", "2999-12-24", "closed"),
    ("hours", "Salon", "--usual", "2999-12-24"),
    ("services", "Salon", "--add", "cut", "--minutes", "30"),
    ("services", "Salon", "--retire", "cut"),
    ("facts", "Salon", "--set", "Parking", "behind the house"),
    ("facts", "Salon", "--remove", "Parking"),
    ("people", "Salon", "--add", "Sue", "+14155550145"),
    ("people", "Salon", "--remove", "Dana"),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_whoever_only_looks_may_look_while_the_server_runs(server, words):
    database, _, _ = server

    code, output = frontdesk(*words, "--database", database)
    assert (code, output[: len(READING[words])]) == (0, READING[words])


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_nothing_is_written_while_the_server_runs(server, words):
    database, _, pid = server
    before = rows(database)

    assert error(frontdesk(*words, "--database", database)) == (
        1,
        f"{database} is in use by process {pid}; stop that first",
    )
    assert rows(database) == before


def test_the_real_command_obeys_the_lock(server):
    database, _, pid = server
    people = ("people", "Salon", "--database", database)

    assert run(*people) == (0, "Dana  +14155550144\n", "")
    refusal = f"Error: {database} is in use by process {pid}; stop that first\n"
    assert run(*people, "--remove", "Dana") == (1, "", refusal)
    assert run(*people) == (0, "Dana  +14155550144\n", "")


@pytest.fixture
def hello(tmp_path):
    """A very short recording."""
    header = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16, b"data", 4)
    (tmp_path / "hello.wav").write_bytes(b"RIFF" + struct.pack("<I", 44) + b"WAVE" + header + bytes(4))
    return tmp_path / "hello.wav"


@pytest.mark.parametrize(
    ("called", "said"),
    [
        ("+14155550109", "This number is not in service. Goodbye."),
        (NUMBER, "We are sorry, something went wrong"),
    ],
)
def test_a_call_that_only_hears_an_apology_is_a_failure(server, hello, called, said):
    code, output = frontdesk("call", "--url", server[1], "--to", called, "--wav", hello)

    assert f'Twilio was told to say: "{said}' in output
    assert output.endswith("Error: this call did not go well: the server's log says why\n")
    assert code == 1


def test_a_server_makes_a_database_only_when_it_is_told_to_and_only_where_there_is_none(tmp_path):
    database = tmp_path / "frontdesk.db"
    serve = ("serve", "--port", "0", "--database", database)
    missing = (
        f"Error: {database}: there is no database; put it back, or a backup in its place with `frontdesk "
        "restore`, or have a new one made by `frontdesk serve --new`\n"
    )
    assert run(*serve) == (1, "", missing)
    assert list(tmp_path.iterdir()) == []
    database.touch()
    assert run(*serve) == (1, "", missing)
    assert database.stat().st_size == 0

    with serving(database, "--new"):
        pass
    add(database)
    before = rows(database)
    there = f"Error: {database}: is there already; start without --new\n"
    assert run(*serve, "--new") == (1, "", there)
    assert rows(database) == before
    with serving(database):
        pass


def test_no_new_database_is_made_where_the_log_of_another_is_left(tmp_path):
    database, log = tmp_path / "frontdesk.db", tmp_path / "frontdesk.db-wal"
    log.write_bytes(b"what was written last")
    left = (
        f"{database}: only its log is left, with what was written last; put the database back beside it, or "
        "a backup in its place with `frontdesk restore`, which keeps the log under another name"
    )
    assert error(add(database)) == (1, left)
    serve = ("serve", "--new", "--port", "0", "--database", database)
    assert run(*serve) == (1, "", f"Error: {left}\n")
    assert list(tmp_path.iterdir()) == [log]


def test_the_link_for_the_first_owner_is_there_while_the_server_runs_wherever_it_is_printed_to(tmp_path):
    database, printed = tmp_path / "frontdesk.db", tmp_path / "printed"
    add(database)
    with printed.open("w") as file, serving(database, stdout=file) as (_, url):
        text = until(printed.read_text)
        assert text.startswith(f"No owner yet. This link lets one in, once: {url}/welcome/")
    with serving(database, stdout=subprocess.PIPE) as (process, url):
        assert f" {url}/welcome/" in process.stdout.readline()


def test_a_link_that_cannot_be_printed_keeps_no_telephone_from_being_answered(tmp_path, hello):
    database = tmp_path / "frontdesk.db"
    add(database)
    with Path("/dev/full").open("w") as full, serving(database, stdout=full) as (_, url):
        output = frontdesk("call", "--url", url, "--to", NUMBER, "--wav", hello)[1]
    assert "We are sorry, something went wrong" in output


def test_a_backup_is_taken_from_a_running_server_and_restored_once_it_has_stopped(tmp_path):
    database, copy = tmp_path / "frontdesk.db", tmp_path / "copy.db"
    add(database)
    with serving(database) as (process, _):
        assert frontdesk("backup", copy, "--database", database) == (0, f"Copied {database} to {copy}.\n")
        refusal = (1, f"{database} is in use by process {process.pid}; stop that first")
        assert error(frontdesk("restore", copy, "--database", database)) == refusal
    saved = rows(copy)
    frontdesk("business", "set", "Salon", "--name", "Praxis", "--database", database)
    changed = rows(database)

    code, output = frontdesk("restore", copy, "--database", database)
    first, second = output.splitlines()
    assert (code, first) == (0, f"Put {copy} in the place of {database}.")
    aside = next(tmp_path.glob("frontdesk.db.replaced-*"))
    assert second == f"What was there is kept as {aside}."
    assert (rows(database), rows(aside)) == (saved, changed)


def test_a_server_whose_database_is_deleted_says_so_and_leaves_all_that_it_had(tmp_path):
    database = tmp_path / "frontdesk.db"
    add(database)
    with serving(database) as (process, url):
        for file in tmp_path.glob("frontdesk.db*"):
            file.unlink()
        readiness = httpx2.get(f"{url}/readyz", trust_env=False)
        process.terminate()
        log = process.stderr.read()
        assert process.wait() == 0
    assert (readiness.status_code, readiness.json()["database"]) == (503, DatabaseGone().reason)
    (rescued,) = tmp_path.glob("frontdesk.db.rescued-*")
    assert f"{database} is not in its place; what it held is kept as {rescued}" in log

    assert frontdesk("restore", rescued, "--database", database)[0] == 0
    assert frontdesk("business", "list", "--database", database) == (0, READING["business", "list"])


def test_a_backup_never_replaces_a_file(tmp_path):
    database, copy = tmp_path / "frontdesk.db", tmp_path / "copy.db"
    add(database)
    copy.write_text("precious", encoding="ascii")

    assert error(frontdesk("backup", copy, "--database", database)) == (
        1,
        f"{copy}: is there already; give another name",
    )
    assert copy.read_text(encoding="ascii") == "precious"


def test_a_backup_that_is_none_is_not_restored(tmp_path):
    database, copy = tmp_path / "frontdesk.db", tmp_path / "copy.db"
    add(database)
    before = rows(database)
    copy.write_text("not a database " * 100, encoding="ascii")

    code, problem = error(frontdesk("restore", copy, "--database", database))
    assert (code, problem.startswith(f"{copy}: file is not a database")) == (1, True)
    assert rows(database) == before


def test_a_backup_is_restored_where_nothing_was(tmp_path):
    database, copy = tmp_path / "frontdesk.db", tmp_path / "copy.db"
    add(database)
    frontdesk("backup", copy, "--database", database)
    database.unlink()

    assert frontdesk("restore", copy, "--database", database) == (
        0,
        f"Put {copy} in the place of {database}.\n",
    )
    assert frontdesk("business", "list", "--database", database)[0] == 0


def test_a_file_of_an_earlier_release_is_looked_at_only_once_it_is_brought_up_to_date(tmp_path):
    database = tmp_path / "frontdesk.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.row_factory = sqlite3.Row
        old = Database(conn, execute_plugins=False)
        old.executescript((SCHEMAS / "initial.sql").read_text(encoding="utf-8"))
        migrations.migrations.ensure_migrations_table(old)
        old["_sqlite_migrations"].insert(
            {"migration_set": "frontdesk", "name": "initial", "applied_at": "2026-11-20"}
        )
    before = database.read_bytes()

    assert error(frontdesk("business", "list", "--database", database)) == (
        1,
        f"{database}: written by an older version of Frontdesk; start the server once, it brings the file up "
        "to date",
    )
    assert database.read_bytes() == before
    assert add(database)[0] == 0  # whatever writes brings it up to date as well
    assert frontdesk("business", "list", "--database", database)[0] == 0
