"""Whether the process lives, and whether it could take a call right now and if not, why."""

import logging
import math
import sqlite3

import trio
from attrs import define, field
from quart import Blueprint, Response, jsonify

from engine.switchboard import Switchboard
from storage.database import Database
from storage.errors import StorageError
from web.configuration import Configuration

log = logging.getLogger(__name__)

_OK = "ok"
_DATABASE_WITHIN_S = 2.0
_PROBE_EVERY_S = 5.0  # whoever may ask how we are must not be able to keep the disk busy


@define(kw_only=True, eq=False)
class Health:
    """The two questions that a supervisor or a load balancer asks."""

    configuration: Configuration
    switchboard: Switchboard
    database: Database
    _probed_at: float = field(default=-math.inf, init=False)
    _problem: str | None = field(default=None, init=False)

    def blueprint(self) -> Blueprint:
        """The routes, ready to be registered."""
        routes = Blueprint("health", __name__)
        routes.add_url_rule("/healthz", "healthz", self.healthz)
        routes.add_url_rule("/readyz", "readyz", self.readyz)
        return routes

    async def healthz(self) -> Response:
        """The process answers."""
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    async def checks(self) -> dict[str, str]:
        """What a call needs, each with "ok" or why it is red."""
        return {
            "database": await self._database_problem() or _OK,
            "model": self.configuration.model_problem or _OK,
            "calls": "draining" if self.switchboard.draining else _OK,
        }

    async def problems(self) -> dict[str, str]:
        """What keeps a call from being answered right now; empty if nothing does."""
        return {part: said for part, said in (await self.checks()).items() if said != _OK}

    async def readyz(self) -> Response:
        """200 if a call would be taken and answered, else 503; the body says which part is red."""
        checks = await self.checks()
        response: Response = jsonify(checks)
        response.status_code = 200 if set(checks.values()) == {_OK} else 503
        return response

    async def _database_problem(self) -> str | None:
        """What keeps the last probe from being written; a new one is made every _PROBE_EVERY_S."""
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


def _probe(conn: sqlite3.Connection) -> None:
    # Asks for the table, then changes nothing and yet writes a page, as a booking does: on a full disk,
    # or one that has become read-only, that is what fails. Taking the lock alone would not.
    conn.execute("SELECT 1 FROM businesses LIMIT 1")
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    conn.execute(f"PRAGMA user_version = {int(version)}")
