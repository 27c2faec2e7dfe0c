"""A signed-in owner's browser, without a network: what the tests of the pages ask and click with."""

import datetime as dt
import html
import re
import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from attrs import define

from engine.switchboard import Switchboard
from office.live import LiveCalls
from storage import businesses, owners, sessions
from tests.office.support import local
from web.app import build_pages
from web.health import Health
from web.pages.deployment import Deployment
from web.pages.index import blueprints
from web.pages.site import Site
from web.twilio.tokens import StreamTokens

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)  # a Friday, 10:00 in Berlin
ORIGIN = {"Sec-Fetch-Site": "same-origin"}
_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$bm90YXBhc3N3b3Jk"  # of no password


@define
class Answer:
    """What came back."""

    status: int
    location: str | None
    body: str

    @property
    def text(self) -> str:
        """The words of the page, as they are read, on one line."""
        main = re.sub(r"<(script|style|title)\b.*?</\1>", " ", self.body, flags=re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


class Browser:
    """One owner's browser."""

    def __init__(self, client, token, business_id, cookie="frontdesk_session"):
        self._client, self._token, self.business_id = client, token, business_id
        self._cookie = cookie

    async def get(self, path):
        """A page, below the business's home unless it begins with //."""
        return await self._ask("GET", path)

    async def post(self, path, headers=ORIGIN, **form):
        """What a form does; several values of one name as a list."""
        typed = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return await self._ask("POST", path, headers=typed, data=urlencode(form, doseq=True))

    async def follow(self, answer):
        """The page that an answer redirects to."""
        assert answer.status == 303, answer.text
        return await self.get(f"/{answer.location.partition('#')[0]}")

    async def undo(self, answer):
        """Press Undo on the page that a form's answer leads to, and follow."""
        page = await self.follow(answer)
        action = re.search(r'action="(/b/\d+/undo/\d+)"', page.body)
        back = re.search(r'name="back" value="([^"]*)"', page.body)
        assert action, page.text
        assert back
        return await self.follow(await self.post(f"/{action[1]}", back=html.unescape(back[1])))

    async def _ask(self, method, path, **more):
        target = path[1:] if path.startswith("//") else f"/b/{self.business_id}{path}"
        headers = {"Cookie": f"{self._cookie}={self._token}", **more.pop("headers", {})}
        response = await self._client.open(target, method=method, headers=headers, **more)
        return Answer(
            response.status_code, response.headers.get("Location"), await response.get_data(as_text=True)
        )


def client_of(
    database,
    *,
    configured=None,
    now=lambda: NOW,
    recordings=Path("recordings"),
    switchboard=None,
    **more,
):
    """A client of the pages alone, signed in as nobody."""
    configured = configured or local()
    switchboard = switchboard or Switchboard(max_calls=1)
    health = Health(configuration=configured, switchboard=switchboard, database=database)
    deployment = Deployment(
        configuration=configured,
        database=database,
        health=health,
        recordings_folder=recordings,
        now=now,
        phone_tokens=StreamTokens(lambda: 0.0),
        live=LiveCalls(),
        **more,
    )
    return build_pages(blueprints(Site(deployment))).test_client()


async def sign_in(
    database,
    client,
    business_id,
    *,
    email="owner@example.com",
    language="en",
    administrator=False,
    cookie="frontdesk_session",
):
    """A browser of a new owner of that business."""

    def job(conn: sqlite3.Connection):
        owner = owners.add(
            conn, email=email, password_hash=_HASH, language=language, administrator=administrator
        )
        owners.let_into(conn, owner.id, business_id)
        return sessions.begin(conn, owner.id, browser="a test", now=NOW)

    return Browser(client, await database.write(job), business_id, cookie)


async def add_business(database, number="+14155550101", **more):
    """Another business, as its id."""
    fields = {"name": "Other", "timezone": "Europe/Berlin", "language": "en", **more}
    return (await database.write(partial(businesses.add, number=number, **fields))).id


PUBLIC_COOKIE = "__Host-frontdesk"
