"""A process killed while it books, moves, cancels and holds, and what is in the file afterwards."""

import random

from tests.crash import Account, faults, killed

ROUNDS = 10


async def test_whatever_was_acknowledged_survives_kill_9(tmp_path):
    dice, account = random.Random(9), Account()
    for number in range(ROUNDS):
        account.take(killed(tmp_path / "frontdesk.db", number, dice.randrange(1, 100)))
        assert await faults(tmp_path / "frontdesk.db", account, number + 1) == []
    done = {what for stage, what in account.said if stage == "done"}
    assert done == {"book", "move", "cancel", "hold"}


def test_what_was_acknowledged_and_is_not_there_is_a_fault():
    account = Account()
    account.take(
        [
            "begin book 0 2026-11-23T09:00:00Z\n",
            "done book 1 2026-11-23T09:00:00Z\n",
            "done book 2 2026-11-23T10:00:00Z\n",
            "begin move 2 2026-11-23T11:00:00Z\n",
            "begin cancel 1 2026-11-23T09:0",
        ]
    )
    moved, stayed = {2: ("booked", "2026-11-23T11:00:00Z")}, {2: ("booked", "2026-11-23T10:00:00Z")}
    first = {1: ("booked", "2026-11-23T09:00:00Z")}
    assert account.lost(first | moved) == account.lost(first | stayed) == []
    assert account.lost(moved) == [
        "appointment 1 was acknowledged as ('booked', '2026-11-23T09:00:00Z') and is None"
    ]
    assert len(account.lost({1: ("cancelled", "2026-11-23T09:00:00Z")})) == 2
