"""Passwords, hashed slowly in a thread: a third of a second each, one at a time, beside the calls.

One password can be typed in several ways that look alike: an accent as a part of its letter or as a sign of
its own, which depends on the keyboard. It is hashed in one form, NFC (RFC 8265, NIST SP 800-63B). What was
hashed as it was typed, by an earlier release, still fits as it was typed, and is then to be hashed anew.
"""

import re
import unicodedata

import trio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from attrs import field, frozen

from storage.errors import InvalidField

SHORTEST, LONGEST = 10, 200  # characters; NIST SP 800-63B asks for 8 at least and no rules on their kind
_MOST_WAITING = 8
_NOTHING_BUT_ONE_SIGN = re.compile(r"(.)\1*", re.DOTALL)


class TooBusy(Exception):
    """So many passwords are being looked at that one more would have to wait for seconds."""


@frozen(kw_only=True)
class Checked:
    """Whether it was that password, and which hash is to be kept from now on; None: the one that is."""

    fits: bool
    renewed: str | None = None


@frozen
class Passwords:
    """The one place where passwords are hashed and checked.

    argon2id with the library's defaults (RFC 9106, low memory: 64 MiB). The thread runs without Python's
    lock, so calls are not disturbed.
    """

    _hasher: PasswordHasher = field(factory=PasswordHasher)
    _limiter: trio.CapacityLimiter = field(factory=lambda: trio.CapacityLimiter(1))

    async def hashed(self, password: str) -> str:
        """Return the password as it is kept. Raises InvalidField for one that is too weak, TooBusy.

        A hash that is being made is waited for, also when cancelled.
        """
        password = unicodedata.normalize("NFC", password)
        if not SHORTEST <= len(password) <= LONGEST:
            problem = "must have {least} to {most} characters; a short sentence is a good one"
            raise InvalidField("password", problem, {"least": SHORTEST, "most": LONGEST})
        if _NOTHING_BUT_ONE_SIGN.fullmatch(password):
            raise InvalidField("password", "is one sign again and again; a short sentence is a good one")
        self._check_queue()
        return await trio.to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Say whether it is that password, as `check` does."""
        return (await self.check(password, password_hash)).fits

    async def check(self, password: str, password_hash: str | None) -> Checked:
        """Say whether it is that password. Raises TooBusy.

        Without a hash nothing fits, and it takes as long. A check that runs is waited for, also when
        cancelled.
        """
        self._check_queue()
        return await trio.to_thread.run_sync(self._check, password, password_hash, limiter=self._limiter)

    def _check(self, typed: str, password_hash: str | None) -> Checked:
        composed = unicodedata.normalize("NFC", typed)
        if self._is(composed, password_hash):
            return Checked(fits=True)
        if typed != composed and self._is(typed, password_hash):
            return Checked(fits=True, renewed=self._hasher.hash(composed))
        return Checked(fits=False)

    def _is(self, password: str, password_hash: str | None) -> bool:
        if password_hash is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _check_queue(self) -> None:
        if self._limiter.statistics().tasks_waiting >= _MOST_WAITING:
            raise TooBusy
