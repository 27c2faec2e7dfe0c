"""A process killed with SIGKILL while it books, and what is in the file afterwards."""

import itertools
import subprocess
import sys
from pathlib import Path

from storage import calls
from storage.database import open_database
from tests.storage.booker import ASKERS

ROOT = Path(__file__).parents[2]


def book_until_killed(path, round_number, acknowledged):
    """What the process said it had booked; it is killed after that many."""
    command = [sys.executable, "-m", "tests.storage.booker", str(path), str(round_number)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        said += process.stdout.readlines()
    return {tuple(line.split()) for line in said}


def inspect(conn):
    rows = conn.execute(
        "SELECT id, starts_at, busy_start, busy_end FROM appointments ORDER BY busy_start"
    ).fetchall()
    return {
        "booked": {(str(row["id"]), row["starts_at"].replace("Z", "+00:00")) for row in rows},
        "overlaps": sum(a["busy_end"] > b["busy_start"] for a, b in itertools.pairwise(rows)),
        "quick_check": conn.execute("PRAGMA quick_check").fetchone()[0],
        "outcomes": [row[0] for row in conn.execute("SELECT outcome FROM calls")],
    }


async def test_whatever_was_acknowledged_survives_kill_9(tmp_path):
    path, said = tmp_path / "frontdesk.sqlite", set()
    for round_number, acknowledged in enumerate((1, 9, 33, 64)):
        said |= book_until_killed(path, round_number, acknowledged)
        async with open_database(path) as db:  # the lock died with its holder
            found = await db.read(inspect)
        assert said - found.pop("booked") == set()
        assert found == {
            "overlaps": 0,
            "quick_check": "ok",
            "outcomes": [calls.PROCESS_DIED] * ASKERS * (round_number + 1),
        }
    assert len(said) >= 1 + 9 + 33 + 64
