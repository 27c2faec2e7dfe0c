"""A process killed with SIGKILL at random moments while it books, moves, cancels and holds.

After each kill the file is opened as the server would open it, and everything that was acknowledged must be
there. `python -m tests.crash 300` does it 300 times on one file.
"""

import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import trio
from attrs import define, field

from storage import calls
from storage.database import open_database
from tests.storage.booker import ASKERS
from tests.storage.conftest import overlaps

ROOT = Path(__file__).parent.parent


@define
class Account:
    """What the killed processes said: what is so, and what might be so."""

    acknowledged: dict[int, tuple[str, str]] = field(factory=dict)  # appointment: its status and start
    possible: dict[int, tuple[str, str]] = field(factory=dict)  # what was under way when its process died
    said: Counter = field(factory=Counter)

    def take(self, lines: Iterable[str]) -> None:
        """The lines of one process, which is dead; the last may have been cut off."""
        self.possible = {}
        for line in lines:
            if not line.endswith("\n"):
                continue
            stage, what, number, instant = line.split()
            known, state = int(number), ("cancelled" if what == "cancel" else "booked", instant)
            self.said[stage, what] += 1
            if what == "hold":
                continue
            if stage == "done":
                self.acknowledged[known] = state
                self.possible.pop(known, None)
            elif what != "book":
                self.possible[known] = state

    def lost(self, rows: dict[int, tuple[str, str]]) -> list[str]:
        """What was acknowledged and is not in the table."""
        return [
            f"appointment {known} was acknowledged as {state} and is {rows.get(known)}"
            for known, state in self.acknowledged.items()
            if rows.get(known) not in (state, self.possible.get(known, state))
        ]


def killed(path: Path, round_number: int, lines: int, wait_s: float = 0.0) -> list[str]:
    """What a process said until it was killed: that many lines and that many seconds after it began."""
    command = [sys.executable, "-m", "tests.storage.booker", str(path), str(round_number)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(lines)]
        time.sleep(wait_s)
        process.kill()
        return said + process.stdout.readlines()


async def faults(path: Path, account: Account, rounds: int) -> list[str]:
    """Open the file as the server does, and say what is wrong in it, in words."""

    def inspect(conn):
        rows = conn.execute("SELECT id, status, starts_at FROM appointments").fetchall()
        outcomes = {row[0] for row in conn.execute("SELECT outcome FROM calls")}
        return account.lost({row["id"]: (row["status"], row["starts_at"]) for row in rows}) + [
            f"{what}: {found} instead of {due}"
            for what, found, due in (
                ("overlaps", overlaps(conn), 0),
                ("quick_check", conn.execute("PRAGMA quick_check").fetchone()[0], "ok"),
                ("broken references", len(conn.execute("PRAGMA foreign_key_check").fetchall()), 0),
                ("holds", conn.execute("SELECT count(*) FROM holds").fetchone()[0], 0),
                ("calls", conn.execute("SELECT count(*) FROM calls").fetchone()[0], ASKERS * rounds),
                ("outcomes", outcomes, {calls.INTERRUPTED}),
            )
            if found != due
        ]

    async with open_database(path) as database:  # the lock died with its holder
        found = await database.read(inspect)
        # What died under way is known now, whichever way it went.
        rows = await database.read(_rows_of(account.possible))
        account.acknowledged.update(rows)
    return found


def _rows_of(numbers):
    def query(conn):
        rows = (
            conn.execute("SELECT * FROM appointments WHERE id = ?", (number,)).fetchone()
            for number in numbers
        )
        return {row["id"]: (row["status"], row["starts_at"]) for row in rows if row}

    return query


def main(rounds: int) -> int:
    """Kill as many processes; return 1 if anything was ever wrong."""
    logging.getLogger("storage").setLevel(logging.ERROR)  # each opening warns of the calls that died
    dice, account = random.Random(rounds), Account()
    with tempfile.TemporaryDirectory(prefix="frontdesk-crash-") as folder:
        path = Path(folder) / "frontdesk.db"
        for number in range(rounds):
            account.take(killed(path, number, dice.randrange(1, 200), dice.uniform(0, 0.05)))
            if found := trio.run(faults, path, account, number + 1):
                print(f"round {number + 1}:", *found, sep="\n  ")
                return 1
            if (number + 1) % 25 == 0:
                print(f"{number + 1} killed, {_summary(account)}", flush=True)
    print(f"{rounds} kills: 0 acknowledged changes lost, 0 overlaps; {_summary(account)}")
    return 0


def _summary(account: Account) -> str:
    done = {what: count for (stage, what), count in sorted(account.said.items()) if stage == "done"}
    return ", ".join(f"{count} {what}" for what, count in done.items()) + " acknowledged"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
