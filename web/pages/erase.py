"""Erasing a caller, who has asked to be forgotten: looked at first, because nothing brings it back."""

import sqlite3
from pathlib import Path
from typing import Any

from quart import Response

from storage import erasure, leads
from storage.erasure import Erased
from storage.errors import InvalidField, WriteFailed
from web import numbers, recordings
from web.pages.routes import get, post
from web.pages.visit import Visit

_PATH = "/settings/erase"


async def ask_whom(visit: Visit) -> Response:
    """The form for the number."""
    return await visit.page("erase.html", phone="")


async def ask_again(visit: Visit) -> Response:
    """Show what would be erased, and ask."""
    typed = visit.form.get("phone", "")
    phone = numbers.said_number(typed, visit.business.number) or typed.strip()
    try:
        found = await visit.write(_would_erase, phone)
    except InvalidField as error:
        return await _refused(visit, error)
    return await visit.page("erase_caller.html", phone=phone, **found)


async def erase(visit: Visit) -> Response:
    """Erase it, with the recordings."""
    try:
        erased = await visit.write(_erase, visit.form.get("phone", ""), visit.deployment.recordings_folder)
    except InvalidField as error:
        return await _refused(visit, error)
    await visit.deployment.forget(erased.calls)
    return visit.go("/settings/data", "erased")


async def _refused(visit: Visit, error: InvalidField) -> Response:
    typed = visit.form.get("phone", "")
    return await visit.page("erase.html", status=422, errors=visit.problem(error), phone=typed)


def _would_erase(conn: sqlite3.Connection, business_id: int, phone: str) -> dict[str, Any]:
    """What erasing that caller would erase, by doing so and taking it back: so it can't say anything else."""
    lead = leads.of_phone(conn, business_id, phone)
    conn.execute("SAVEPOINT rehearsal")
    erased = erasure.erase_caller(conn, business_id, phone)
    conn.execute("ROLLBACK TO rehearsal")
    conn.execute("RELEASE rehearsal")
    return {"lead": lead, "erased": erased}


def _erase(conn: sqlite3.Connection, business_id: int, phone: str, folder: Path) -> Erased:
    erased = erasure.erase_caller(conn, business_id, phone)
    try:
        recordings.remove(folder, erased.calls)
    except OSError as error:
        raise WriteFailed(str(error)) from error
    return erased


ROUTES = (get(_PATH, ask_whom), post(_PATH, ask_again), post(f"{_PATH}/now", erase))
