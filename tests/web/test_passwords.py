"""Passwords as they are kept."""

import pytest
import trio
import trio.testing
from argon2 import PasswordHasher

from storage.errors import InvalidField
from web.passwords import Passwords, TooBusy

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SENTENCE = "a short sentence"


async def test_only_the_password_itself_fits_its_hash():
    passwords = Passwords(QUICK)
    kept = await passwords.hashed(SENTENCE)
    assert kept.startswith("$argon2id$")
    assert await passwords.fits(SENTENCE, kept)
    assert not await passwords.fits("another sentence", kept)
    assert not await passwords.fits(SENTENCE, None)
    assert not await passwords.fits(SENTENCE, "no hash")


@pytest.mark.parametrize("weak", ["", "123456789", "x" * 201, "a" * 12])
async def test_a_weak_password_is_refused(weak):
    with pytest.raises(InvalidField, match="password: "):
        await Passwords(QUICK).hashed(weak)


async def test_beyond_a_short_queue_nobody_is_kept_waiting():
    limiter = trio.CapacityLimiter(1)
    passwords = Passwords(QUICK, limiter)
    async with limiter, trio.open_nursery() as nursery:
        for _ in range(8):
            nursery.start_soon(passwords.fits, SENTENCE, None)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(TooBusy):
            await passwords.fits(SENTENCE, None)
        nursery.cancel_scope.cancel()
