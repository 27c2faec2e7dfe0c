"""Erasing somebody who has asked to be forgotten: looked at first, because nothing brings it back.

They are found by their number, by a call of theirs or by an appointment: not everybody has given a number. Of
some who have not no page is left that leads here, so those are listed.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from quart import Response

from office import numbers, recordings
from storage import appointments, calls, erasure, leads
from storage.erasure import Erased
from storage.errors import InvalidField, NotFound, WriteFailed
from web.pages.routes import get, post
from web.pages.visit import Visit

_PATH = "/settings/erase"
_MOST_LISTED = 500


@frozen(kw_only=True)
class _Whom:
    """Somebody who may be erased, and how."""

    name: str | None
    phone: str | None
    erase: Callable[[sqlite3.Connection, int], Erased]


_Find = Callable[[sqlite3.Connection, int], _Whom]


async def ask_whom(visit: Visit) -> Response:
    """Show the form for the number."""
    return await _form(visit)


async def ask_again(visit: Visit) -> Response:
    """Show what would be erased of a number, and ask."""
    typed = visit.form.get("phone", "")
    phone = numbers.typed_number(typed, visit.business.number) or typed.strip()
    try:
        found = await visit.write(_would_erase, partial(_of_number, phone=phone))
    except InvalidField as error:
        return await _refused(visit, error)
    return await visit.page("erase_caller.html", action=f"{_PATH}/now", back=_PATH, **found)


async def erase(visit: Visit) -> Response:
    """Erase all of a number, with the recordings."""
    whom = partial(_of_number, phone=visit.form.get("phone", ""))
    try:
        return await _erase(visit, whom, then="/settings/data")
    except InvalidField as error:
        return await _refused(visit, error)


async def _refused(visit: Visit, error: InvalidField) -> Response:
    return await _form(visit, status=422, errors=visit.problem(error))


async def _form(visit: Visit, **more: Any) -> Response:
    people = await visit.read(leads.without_number, _MOST_LISTED)
    return await visit.page("erase.html", phone=visit.form.get("phone", ""), people=people, **more)


async def ask_of_lead(visit: Visit, lead_id: int) -> Response:
    """Show what would be erased of somebody who is listed, and ask."""
    return await _ask_of(visit, partial(_of_lead, lead_id=lead_id), f"{_PATH}/{lead_id}", back=_PATH)


async def erase_of_lead(visit: Visit, lead_id: int) -> Response:
    """Erase somebody who is listed."""
    return await _erase_of(visit, partial(_of_lead, lead_id=lead_id), back=_PATH, then="/settings/data")


async def ask_of_call(visit: Visit, call_sid: str) -> Response:
    """Show what would be erased of who made a call, and ask."""
    call = f"/calls/{call_sid}"
    return await _ask_of(visit, partial(_of_call, call_sid=call_sid), f"{call}/erase", back=call)


async def erase_of_call(visit: Visit, call_sid: str) -> Response:
    """Erase who made a call."""
    whom = partial(_of_call, call_sid=call_sid)
    return await _erase_of(visit, whom, back=f"/calls/{call_sid}", then="/calls")


async def ask_of_appointment(visit: Visit, appointment_id: int) -> Response:
    """Show what would be erased of whose appointment it is, and ask."""
    whom = partial(_of_appointment, appointment_id=appointment_id)
    appointment = f"/appointments/{appointment_id}"
    return await _ask_of(visit, whom, f"{appointment}/erase", back=appointment)


async def erase_of_appointment(visit: Visit, appointment_id: int) -> Response:
    """Erase whose appointment it is."""
    whom = partial(_of_appointment, appointment_id=appointment_id)
    return await _erase_of(visit, whom, back=f"/appointments/{appointment_id}", then="/appointments")


async def _ask_of(visit: Visit, whom: _Find, action: str, *, back: str) -> Response:
    try:
        found = await visit.write(_would_erase, whom)
    except InvalidField:
        return await _on_the_line(visit, back)
    return await visit.page("erase_caller.html", action=action, back=back, **found)


async def _erase_of(visit: Visit, whom: _Find, *, back: str, then: str) -> Response:
    try:
        return await _erase(visit, whom, then=then)
    except InvalidField:
        return await _on_the_line(visit, back)


async def _on_the_line(visit: Visit, back: str) -> Response:
    return await visit.page("erase_caller.html", status=422, erased=None, back=back)


async def _erase(visit: Visit, whom: _Find, *, then: str) -> Response:
    erased = await visit.write(_erase_with_files, whom, visit.deployment.recordings_folder)
    await visit.deployment.forget(erased.calls)
    return visit.go(then, "erased")


def _of_number(conn: sqlite3.Connection, business_id: int, phone: str) -> _Whom:
    lead = leads.of_phone(conn, business_id, phone)
    erase = partial(erasure.erase_caller, phone=phone)
    return _Whom(name=lead.full_name if lead else None, phone=phone, erase=erase)


def _of_call(conn: sqlite3.Connection, business_id: int, call_sid: str) -> _Whom:
    call = calls.get(conn, business_id, call_sid)
    if call is None:
        raise NotFound("call", call_sid)
    if call.lead_id is not None:
        return _of_lead(conn, business_id, call.lead_id)
    erase = partial(erasure.erase_who_rang, call_sid=call_sid)
    return _Whom(name=None, phone=call.caller, erase=erase)


def _of_appointment(conn: sqlite3.Connection, business_id: int, appointment_id: int) -> _Whom:
    known = appointments.get(conn, business_id, appointment_id)
    if known is None:
        raise NotFound("appointment", str(appointment_id))
    whom = _of_lead(conn, business_id, known.lead_id)
    return evolve(whom, name=known.full_name or whom.name)


def _of_lead(conn: sqlite3.Connection, business_id: int, lead_id: int) -> _Whom:
    lead = leads.get(conn, business_id, lead_id)
    if lead is None:
        raise NotFound("lead", str(lead_id))
    erase = partial(erasure.erase_lead, lead_id=lead_id)
    return _Whom(name=lead.full_name, phone=lead.phone, erase=erase)


def _would_erase(conn: sqlite3.Connection, business_id: int, find: _Find) -> dict[str, Any]:
    """Say what erasing them would erase, by doing so and taking it back: so it can't say anything else."""
    whom = find(conn, business_id)
    conn.execute("SAVEPOINT rehearsal")
    erased = whom.erase(conn, business_id)
    conn.execute("ROLLBACK TO rehearsal")
    conn.execute("RELEASE rehearsal")
    return {"name": whom.name, "phone": whom.phone, "erased": erased}


def _erase_with_files(conn: sqlite3.Connection, business_id: int, find: _Find, folder: Path) -> Erased:
    erased = find(conn, business_id).erase(conn, business_id)
    try:
        recordings.remove(folder, erased.calls)
    except OSError as error:
        raise WriteFailed(str(error)) from error
    return erased


ROUTES = (
    get(_PATH, ask_whom),
    post(_PATH, ask_again),
    post(f"{_PATH}/now", erase),
    get(f"{_PATH}/<int:lead_id>", ask_of_lead),
    post(f"{_PATH}/<int:lead_id>", erase_of_lead),
    get("/calls/<call_sid>/erase", ask_of_call),
    post("/calls/<call_sid>/erase", erase_of_call),
    get("/appointments/<int:appointment_id>/erase", ask_of_appointment),
    post("/appointments/<int:appointment_id>/erase", erase_of_appointment),
)
