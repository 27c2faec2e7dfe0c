"""Who can sign in to a business: its owners, and letting another one in."""

import sqlite3
from functools import partial
from typing import Any

from quart import Response, request

from storage import owners, sessions
from storage.errors import NotFound
from storage.records import Owner
from web.origin import Origin
from web.pages.routes import get, post
from web.pages.signin import WELCOME_PATH
from web.pages.visit import Visit

_PATH = "/settings/access"


async def show(visit: Visit) -> Response:
    """Show the owners."""
    return await _page(visit)


async def invite(visit: Visit) -> Response:
    """Show a link that lets one person in. On the page itself: nowhere else can it be had."""
    invited = partial(sessions.invite, now=visit.now, business_id=visit.business.id)
    token = await visit.deployment.database.write(invited)
    base = Origin(visit.deployment.configuration).base_url(request.host)
    return await _page(visit, link=f"{base}{WELCOME_PATH}{token}")


async def ask(visit: Visit, owner_id: int) -> Response:
    """Ask before access is taken away: it can't be given back but by a link."""
    return await visit.page("take_access.html", other=await visit.read(_other, visit, owner_id))


async def take(visit: Visit, owner_id: int) -> Response:
    """Take somebody's access to this business away."""
    await visit.write(_take, visit, owner_id)
    return visit.go(_PATH, "access_taken")


async def _page(visit: Visit, link: str | None = None) -> Response:
    found: dict[str, Any] = await visit.read(_found)
    return await visit.page("people_with_access.html", link=link, **found)


def _found(conn: sqlite3.Connection, business_id: int) -> dict[str, Any]:
    return {"people": owners.of_business(conn, business_id)}


def _other(conn: sqlite3.Connection, business_id: int, visit: Visit, owner_id: int) -> Owner:
    """Return another owner of this business. Raises NotFound, also for the one who asks."""
    there = (
        owner for owner in owners.of_business(conn, business_id) if owner.id == owner_id != visit.owner.id
    )
    if (found := next(there, None)) is None:
        raise NotFound("owner", str(owner_id))
    return found


def _take(conn: sqlite3.Connection, business_id: int, visit: Visit, owner_id: int) -> None:
    owners.take_from(conn, _other(conn, business_id, visit, owner_id).id, business_id)
    sessions.void_links(conn, business_id)  # they may have kept one that they made


ROUTES = (
    get(_PATH, show),
    post(f"{_PATH}/invite", invite),
    get(f"{_PATH}/<int:owner_id>/take", ask),
    post(f"{_PATH}/<int:owner_id>/take", take),
)
