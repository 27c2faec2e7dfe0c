"""An owner's own account: the language of the pages, the password, and where it is signed in."""

import sqlite3
from functools import partial
from typing import Any

from quart import Response

from storage import owners, sessions
from storage.errors import InvalidField, NotFound
from web.pages.browsers import browser_and_system
from web.pages.routes import get, post
from web.pages.visit import Visit
from web.pages.words import mark
from web.passwords import TooBusy

_PATH = "/settings/account"
_BUSY = mark("can't be looked at now, because many people are signing in; try again in a few seconds")


async def show(visit: Visit) -> Response:
    """Show the account as it is."""
    return await _page(visit, {})


async def save_language(visit: Visit) -> Response:
    """Show this owner the pages in another language."""
    job = partial(owners.set_language, owner_id=visit.owner.id, language=visit.form.get("language", ""))
    await visit.deployment.database.write(job)
    return visit.go(_PATH, "saved")


async def change_password(visit: Visit) -> Response:
    """Set another password, for whoever knows the present one; all other browsers are signed out."""
    try:
        await _check_current(visit)
        password_hash = await visit.deployment.passwords.hashed(visit.form.get("password", ""))
    except InvalidField as error:
        return await _page(visit, visit.problem(error))
    except TooBusy:
        return await _page(visit, {"password": visit.words.say(_BUSY)}, status=503)
    await visit.deployment.database.write(
        partial(_set_password, owner_id=visit.owner.id, kept=visit.session.id, password_hash=password_hash)
    )
    return visit.go(_PATH, "password_changed")


async def _check_current(visit: Visit) -> None:
    """Raise InvalidField for whoever does not know the present password, TooBusy."""
    known = await visit.deployment.database.read(partial(owners.by_email, email=visit.owner.email))
    current = visit.form.get("current_password", "")
    if not await visit.deployment.passwords.fits(current, known[1] if known else None):
        raise InvalidField("current_password", "is not your password")


async def sign_out(visit: Visit, session_id: int) -> Response:
    """End one of this owner's sessions."""
    ended = await visit.deployment.database.write(
        partial(sessions.end, owner_id=visit.owner.id, session_id=session_id)
    )
    if not ended:
        raise NotFound("session", str(session_id))
    return visit.go(f"{_PATH}#sessions", "signed_out")


async def sign_others_out(visit: Visit) -> Response:
    """End all of this owner's sessions but this one."""
    await visit.deployment.database.write(
        partial(sessions.end_others, owner_id=visit.owner.id, session_id=visit.session.id)
    )
    return visit.go(f"{_PATH}#sessions", "signed_out")


async def _page(visit: Visit, errors: dict[str, str], *, status: int = 422) -> Response:
    found = await visit.read(_found, visit)
    return await visit.page("your_account.html", status=status if errors else 200, errors=errors, **found)


def _found(conn: sqlite3.Connection, _business_id: int, visit: Visit) -> dict[str, Any]:
    there = sessions.of_owner(conn, visit.owner.id, visit.now)
    return {"sessions": [(session, browser_and_system(session.browser)) for session in there]}


def _set_password(conn: sqlite3.Connection, owner_id: int, kept: int, password_hash: str) -> None:
    owners.set_password(conn, owner_id, password_hash)
    sessions.end_others(conn, owner_id, kept)


ROUTES = (
    get(_PATH, show),
    post(f"{_PATH}/language", save_language),
    post(f"{_PATH}/password", change_password),
    post(f"{_PATH}/sessions/<int:session_id>/end", sign_out),
    post(f"{_PATH}/sessions/end-others", sign_others_out),
)
