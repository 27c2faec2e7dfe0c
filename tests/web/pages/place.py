"""The whole town behind the pages, and everything that can be asked of them: for sweeps over all routes."""

import re
import sqlite3
from typing import Any
from urllib.parse import urlencode

import trio
from argon2 import PasswordHasher
from attrs import evolve, frozen

from storage import owners, sessions
from storage.database import Database
from tests.browser.paths import PAGES, STREAMS, addresses
from tests.browser.town import NOW, Home, Town
from tests.office.support import FORM
from tests.storage.conftest import tables
from tests.web.pages.browser import ORIGIN
from tests.web.pages.markup import Markup
from web.passwords import Passwords

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_HOME = re.compile(r"/b/<[^>]*business_id>")
_ARGUMENT = re.compile(r"<(?:[^>]*:)?(\w+)>")

Post = tuple[str, tuple[tuple[str, str], ...]]  # path, fields


@frozen
class Place:
    """The town's file, and a client of the pages on it."""

    database: Database
    town: Town
    client: Any
    cookie: str = "frontdesk_session"

    async def ask(self, method, path, token=None, *, headers=ORIGIN, form=()):
        """What a browser with that session is answered."""
        cookie = {"Cookie": f"{self.cookie}={token}"} if token else {}
        sent = {"data": urlencode(form)} if method == "POST" else {}
        return await self.client.open(path, method=method, headers={**FORM, **headers, **cookie}, **sent)

    async def headers(self, path, token=None):
        """What stands above an answer, which need not end."""
        cookie = {"Cookie": f"{self.cookie}={token}"} if token else {}
        with trio.CancelScope() as asking:
            async with self.client.request(path, headers=cookie) as asked:
                await asked.send_complete()
                await asked.receive()
                asking.cancel()
        return asked.headers

    async def page(self, path, token=None):
        """A page's markup and its status."""
        answer = await self.ask("GET", path, token)
        return Markup(await answer.get_data(as_text=True)), answer.status_code

    def pages(self, home):
        """The addresses of all pages of that home."""
        return [address for path in PAGES for address in addresses(path, home)]

    async def posts(self, home) -> list[Post]:
        """What every button of every page of that home sends, and each route without a button for now."""
        found: dict[Post, None] = {}
        for address in self.pages(home):
            page, _ = await self.page(address, home.token)
            for form in page.forms:
                if form.method == "post" and form.action != "/logout":
                    found[form.action or address.partition("?")[0], form.fields] = None
        pressed = {path for path, _ in found}
        return [*found, *((path, ()) for path in self.paths("POST", home) if path not in pressed)]

    def paths(self, method, home, *, ending=False):
        """Every route of the app below that home, with ids that it has; perhaps only those that end."""
        rules = [rule.rule for rule in self.client.app.url_map.iter_rules() if method in rule.methods]
        endless = STREAMS if ending else ()
        below = [rule for rule in rules if _HOME.match(rule) and _HOME.sub("", rule) not in endless]
        return sorted(_filled(rule, home) for rule in below)

    async def stranger(self) -> tuple[int, Home]:
        """Another owner, of the business in which there is nothing: who it is, and their browser."""
        empty = self.town.empty

        def job(conn: sqlite3.Connection) -> tuple[int, str]:
            owner = owners.add(
                conn, email="a@stranger.example", password_hash="$argon2id$none", language="en"
            )
            owners.let_into(conn, owner.id, empty.business_id)
            return owner.id, sessions.begin(conn, owner.id, browser="a test", now=NOW)

        owner_id, token = await self.database.write(job)
        return owner_id, evolve(empty, token=token)


def _filled(rule: str, home: Home) -> str:
    ids = {"business_id": (str(home.business_id),), **home.ids}
    for name in _ARGUMENT.findall(rule):
        rule = _ARGUMENT.sub(ids[name][0], rule, count=1)
    return rule


def without(conn: sqlite3.Connection, *, business_id: int, owner_id: int) -> dict[str, list[tuple]]:
    """Every row of every table but those of this business and of this owner."""
    kept = {}
    for table in tables(conn):
        columns = {row["name"] for row in conn.execute(f"PRAGMA table_info({table})")}
        mine = [
            f"{column} IS NOT {value}"
            for column, value in _key(table, business_id, owner_id).items()
            if column in columns
        ]
        query = f"SELECT * FROM {table} WHERE {' AND '.join(mine)} ORDER BY rowid"
        kept[table] = [tuple(row) for row in conn.execute(query)]
    return kept


def _key(table: str, business_id: int, owner_id: int) -> dict[str, int]:
    if table == "businesses":
        return {"id": business_id}
    if table == "owners":
        return {"id": owner_id}
    return {"business_id": business_id, "owner_id": owner_id}
