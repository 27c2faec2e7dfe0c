"""Which businesses calls reach from outside, noted for their owners beside the calls.

Nothing here is worth a call: to note one takes no time and cannot fail, and a task writes it later. Most
calls bring nothing new, and nothing is written then.
"""

import datetime as dt
import hashlib
import hmac
import logging
import sqlite3
from collections.abc import Callable
from functools import partial

import trio
from attrs import define, field

from storage import reached
from storage.database import Database
from storage.errors import StorageError
from web.configuration import Configuration

log = logging.getLogger(__name__)

TROUBLE_WAIT_S = 60.0


def setup_of(configuration: Configuration) -> str | None:
    """Return a fingerprint of what Twilio must be told right for a call to come in; None if none can.

    With another public URL or auth token it is another, and has to be tried again. The token, 128 random
    bits, is its key: who reads the file learns neither.
    """
    if configuration.public_url is None or configuration.auth_token is None:
        return None
    key = configuration.auth_token.reveal().encode()
    return hmac.new(key, configuration.public_url.encode(), hashlib.sha256).hexdigest()


@define(kw_only=True, eq=False)
class Reached:
    """What calls have shown of the way to this server. Anybody may `note`; one task runs it."""

    _setup: str | None
    _database: Database
    _now: Callable[[], dt.datetime]  # UTC
    _noted: set[tuple[int, bool]] = field(factory=set, init=False)
    _unwritten: list[Callable[[sqlite3.Connection], None]] = field(factory=list, init=False)
    _news: trio.Event = field(factory=trio.Event, init=False)

    def note(self, business_id: int, *, heard: bool = False) -> None:
        """Note that a signed call has come to the business, or that its caller hears the receptionist.

        Never waits. On a deployment that no call can reach it does nothing: what comes there comes from this
        machine.
        """
        if self._setup is None or (business_id, heard) in self._noted:
            return
        self._noted.add((business_id, heard))
        self._unwritten.append(
            partial(reached.note, business_id=business_id, setup=self._setup, now=self._now(), heard=heard)
        )
        self._news.set()

    async def run(self) -> None:
        """Write what is noted, until cancelled. What cannot be written is tried again."""
        while True:
            await self._news.wait()
            self._news = trio.Event()
            while self._unwritten:
                try:
                    await self._database.write(self._unwritten[0])
                except (sqlite3.Error, StorageError):
                    log.exception("that calls reach a business cannot be written yet")
                    await trio.sleep(TROUBLE_WAIT_S)
                else:
                    del self._unwritten[0]
