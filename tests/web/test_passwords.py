"""Passwords as they are kept."""

import pytest
import trio
import trio.testing
from argon2 import PasswordHasher

from storage.errors import InvalidField
from web.passwords import Checked, Passwords, TooBusy

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


COMPOSED, DECOMPOSED = "una contrase\u00f1a", "una contrasen\u0303a"


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
async def test_a_password_is_the_same_however_its_accents_are_typed(typed):
    passwords = Passwords(QUICK)
    kept = await passwords.hashed(typed)
    assert [await passwords.check(again, kept) for again in (COMPOSED, DECOMPOSED)] == [
        Checked(fits=True)
    ] * 2
    assert QUICK.verify(kept, COMPOSED)


async def test_one_that_was_hashed_as_it_was_typed_fits_so_and_is_to_be_hashed_anew():
    passwords = Passwords(QUICK)
    kept = QUICK.hash(DECOMPOSED)
    checked = await passwords.check(DECOMPOSED, kept)
    assert (checked.fits, QUICK.verify(checked.renewed, COMPOSED)) == (True, True)
    assert await passwords.check(COMPOSED, checked.renewed) == Checked(fits=True)
    assert await passwords.check("una contrasen\u0303o", kept) == Checked(fits=False)


async def test_signs_that_nobody_sees_are_a_part_of_a_password():
    passwords = Passwords(QUICK)
    assert not await passwords.fits(SENTENCE, await passwords.hashed(f"{SENTENCE}\u200b"))


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
