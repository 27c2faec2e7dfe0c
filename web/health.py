"""Whether the process lives, and whether it could take a call right now and if not, why.

What keeps this process from taking a call makes it not ready: whoever balances load or restarts it can do
something about that. What else is amiss, at Twilio, at the model or with texts, only stands in the answer.
"""

import datetime as dt
import errno
import logging
import math
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path

import trio
from attrs import define, field
from quart import Blueprint, Response, jsonify

from engine.switchboard import Switchboard
from storage import outbox, reached, trouble
from storage.database import Database
from storage.errors import DatabaseGone, StorageError
from web.configuration import Configuration
from web.reached import setup_of
from web.twilio.rest import account_of

log = logging.getLogger(__name__)

_OK = "ok"
_DATABASE_WITHIN_S = 2.0
_PROBE_EVERY_S = 5.0  # whoever may ask how we are must not be able to keep the disk busy
# Descriptors: the media socket, the model's, three webhooks, the recording, two readers of the database.
_OF_A_CALL = 8
_NOT_KNOWN = dict.fromkeys(("reached", "last_calls", "texts"), "not known")
_LAST_CALLS = 3
_TEXTS_LOOK_BACK = dt.timedelta(days=7)
_TEXT_WAITS = dt.timedelta(hours=1)


def descriptors_left() -> int | None:
    """Return how many files and sockets more this process may open; None where that cannot be told."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return None
    try:
        return most - sum(1 for _ in Path("/proc/self/fd").iterdir()) + 1  # one is this look's own
    except OSError as error:
        return 0 if error.errno in (errno.EMFILE, errno.ENFILE) else None


def descriptors_problem(left: int | None) -> str | None:
    """Say why so many descriptors are too few to take a call; None if they are enough."""
    return f"{left} left, a call takes {_OF_A_CALL}" if left is not None and left < _OF_A_CALL else None


@define(kw_only=True, eq=False)
class Health:
    """The two questions that a supervisor or a load balancer asks."""

    configuration: Configuration
    switchboard: Switchboard
    database: Database
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    _probed_at: float = field(default=-math.inf, init=False)
    _problem: str | None = field(default=None, init=False)
    _looked_at: float = field(default=-math.inf, init=False)
    _standing: dict[str, str] = field(default=_NOT_KNOWN, init=False)

    def blueprint(self) -> Blueprint:
        """Return the routes, ready to be registered."""
        routes = Blueprint("health", __name__)
        routes.add_url_rule("/healthz", "healthz", self.healthz)
        routes.add_url_rule("/readyz", "readyz", self.readyz)
        return routes

    async def healthz(self) -> Response:
        """Answer that the process lives."""
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    async def checks(self) -> dict[str, str]:
        """Return what this process can't take a call without, each with "ok" or why it is red."""
        return {
            "database": await self._database_problem() or _OK,
            "model": self.configuration.model_problem or _OK,
            "calls": "draining" if self.switchboard.draining else _OK,
            "descriptors": descriptors_problem(descriptors_left()) or _OK,
        }

    async def problems(self) -> dict[str, str]:
        """Return what keeps this process from taking a call right now; empty if nothing does."""
        return {part: said for part, said in (await self.checks()).items() if said != _OK}

    async def readyz(self) -> Response:
        """Answer 200 if this process could take a call, else 503, with what is amiss of each part.

        No business, number or caller is named: anybody may ask.
        """
        checks = await self.checks()
        response: Response = jsonify({**checks, **await self._stands()})
        response.status_code = 200 if set(checks.values()) == {_OK} else 503
        return response

    async def _database_problem(self) -> str | None:
        """Say what kept the last probe from being written; a new one is made every _PROBE_EVERY_S.

        That the file is in its place is looked for each time: what is written elsewhere nobody would find.
        """
        if self.database.gone:
            return DatabaseGone().reason
        if trio.current_time() - self._probed_at >= _PROBE_EVERY_S:
            self._probed_at = trio.current_time()
            self._problem = await self._probed()
        return self._problem

    async def _probed(self) -> str | None:
        try:
            with trio.fail_after(_DATABASE_WITHIN_S):
                await self.database.write(_probe)
        except trio.TooSlowError:
            return f"no write within {_DATABASE_WITHIN_S:.0f} s"
        except (sqlite3.Error, StorageError):
            log.exception("readyz: the database cannot be written")
            return "cannot be written"
        return None

    async def _stands(self) -> dict[str, str]:
        """Return what else is amiss, looked at every _PROBE_EVERY_S."""
        if trio.current_time() - self._looked_at >= _PROBE_EVERY_S:
            self._looked_at = trio.current_time()
            self._standing = await self._look()
        return self._standing

    async def _look(self) -> dict[str, str]:
        try:
            with trio.fail_after(_DATABASE_WITHIN_S):
                return await self.database.read(self._facts)
        except (trio.TooSlowError, sqlite3.Error, StorageError):
            log.exception("readyz: the database cannot be read")
            return _NOT_KNOWN

    def _facts(self, conn: sqlite3.Connection) -> dict[str, str]:
        outcomes = trouble.last_outcomes(conn, _LAST_CALLS)
        failed = sum(outcome in trouble.NOT_ANSWERED for outcome in outcomes)
        return {
            "reached": self._way_problem(conn) or _OK,
            "last_calls": f"{failed} of the last {len(outcomes)} failed" if failed else _OK,
            "texts": self._texts_problem(conn) or _OK,
        }

    def _way_problem(self, conn: sqlite3.Connection) -> str | None:
        setup = setup_of(self.configuration)
        if setup is None:
            return "TWILIO_AUTH_TOKEN or FRONTDESK_PUBLIC_URL is not set"
        return None if reached.any_business(conn, setup) else "no signed call has come in yet"

    def _texts_problem(self, conn: sqlite3.Connection) -> str | None:
        if account_of(self.configuration) is None:
            return "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set"
        now = self.now()
        unsent = outbox.unsent_in_all(conn, since=now - _TEXTS_LOOK_BACK, waited_since=now - _TEXT_WAITS)
        return f"{unsent} not sent" if unsent else None


def _probe(conn: sqlite3.Connection) -> None:
    # Asks for the table, then changes nothing and yet writes a page, as a booking does: on a full disk,
    # or one that has become read-only, that is what fails. Taking the lock alone would not.
    conn.execute("SELECT 1 FROM businesses LIMIT 1")
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    conn.execute(f"PRAGMA user_version = {int(version)}")
