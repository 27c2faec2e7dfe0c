"""One appointment: written in by hand, shown, moved, cancelled."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from quart import Response

from storage import appointments, booking, leads, services
from storage.booking import NotBookable
from storage.errors import InvalidField, NotFound, SlotTaken
from storage.records import Appointment
from web.pages import agenda, appointment_form
from web.pages.appointment_form import Attempt, Fields, Refusal, Wanted
from web.pages.routes import get, post
from web.pages.visit import Visit

_Refused = tuple[Attempt, NotBookable | SlotTaken]


async def new(visit: Visit) -> Response:
    """Show the form of a new appointment."""
    return await _form(visit, appointment_form.blank(visit))


async def add(visit: Visit) -> Response:
    """Write an appointment in."""
    fields = appointment_form.filled(visit.form)
    offered = await visit.read(services.offered)
    override_rules = "anyway" in visit.form
    try:
        wanted = appointment_form.wanted(fields, offered, visit.business, override_rules=override_rules)
        job = partial(_write_in, business_id=visit.business.id, wanted=wanted, now=visit.now)
        day = wanted.attempt.request.date.isoformat()
        return await visit.change("appointment", None, job, back=f"/appointments?on={day}")
    except InvalidField as error:
        return await _form(visit, fields, errors=visit.problem(error))
    except (NotBookable, SlotTaken) as error:
        return await _form(visit, fields, refused=(wanted.attempt, error))


def _write_in(conn: sqlite3.Connection, business_id: int, wanted: Wanted, now: dt.datetime) -> int:
    lead = leads.write_in(conn, business_id, full_name=wanted.full_name, phone=wanted.phone)
    made = booking.book_for_owner(
        conn,
        business_id,
        lead_id=lead.id,
        starts_at=wanted.attempt.starts_at,
        request=wanted.attempt.request,
        service_id=wanted.service_id,
        full_name=wanted.full_name,
        notes=wanted.notes,
        override_rules=wanted.attempt.override_rules,
        now=now,
    )
    return made.id


async def _form(
    visit: Visit, fields: Fields, *, errors: dict[str, str] | None = None, refused: _Refused | None = None
) -> Response:
    found = await visit.read(_found_form, visit, refused)
    status = 422 if errors or refused else 200
    return await visit.page(
        "appointment_new.html",
        status=status,
        errors=errors or {},
        fields=fields,
        ways=appointment_form.ways(fields, visit.business, visit.words),
        **found,
    )


def _found_form(
    conn: sqlite3.Connection, business_id: int, visit: Visit, refused: _Refused | None
) -> dict[str, Any]:
    return {
        "service_choices": [(service.id, service.name) for service in services.offered(conn, business_id)],
        "refusal": _refusal(conn, business_id, visit, refused),
    }


def _refusal(
    conn: sqlite3.Connection, business_id: int, visit: Visit, refused: _Refused | None
) -> Refusal | None:
    return appointment_form.refusal(conn, business_id, visit, *refused) if refused else None


async def show(visit: Visit, appointment_id: int) -> Response:
    """Show who comes when and for what, and the forms that change it."""
    return await _page(visit, appointment_id)


async def move(visit: Visit, appointment_id: int) -> Response:
    """Give it another time."""
    fields = appointment_form.filled(visit.form)
    known = await visit.read(_known, appointment_id)
    try:
        attempt = appointment_form.move(fields, known, visit.business, override_rules="anyway" in visit.form)
        job = partial(
            booking.move_for_owner, to=attempt.starts_at, now=visit.now, override_rules=attempt.override_rules
        )
        return await _change(visit, appointment_id, job)
    except InvalidField as error:
        return await _page(visit, appointment_id, fields, errors=visit.problem(error))
    except (NotBookable, SlotTaken) as error:
        return await _page(visit, appointment_id, fields, refused=(attempt, error))


async def cancel(visit: Visit, appointment_id: int) -> Response:
    """Give its time back."""
    return await _change(visit, appointment_id, appointments.cancel)


async def note(visit: Visit, appointment_id: int) -> Response:
    """Keep other notes with it."""
    notes = visit.form.get("notes", "")
    try:
        return await _change(visit, appointment_id, partial(appointments.note, notes=notes), kind="notes")
    except InvalidField as error:
        return await _page(visit, appointment_id, notes=notes, errors=visit.problem(error))


async def _change(
    visit: Visit, appointment_id: int, change: Callable[..., Any], *, kind: str = "appointment"
) -> Response:
    back = f"/appointments/{appointment_id}"
    job = partial(change, business_id=visit.business.id, appointment_id=appointment_id)
    try:
        return await visit.change(kind, str(appointment_id), job, back=back)
    except NotFound:  # or it is cancelled: by another click, or in a call
        await visit.read(_known, appointment_id)
        return visit.go(back, "gone")


def _known(conn: sqlite3.Connection, business_id: int, appointment_id: int) -> Appointment:
    known = appointments.get(conn, business_id, appointment_id)
    if known is None:
        raise NotFound("appointment", str(appointment_id))
    return known


async def _page(
    visit: Visit,
    appointment_id: int,
    fields: Fields | None = None,
    *,
    notes: str | None = None,
    errors: dict[str, str] | None = None,
    refused: _Refused | None = None,
) -> Response:
    found = await visit.read(_found, visit, appointment_id, refused)
    fields = fields or appointment_form.standing(found["entry"].starts)
    return await visit.page(
        "appointment.html",
        status=422 if errors or refused else 200,
        errors=errors or {},
        fields=fields,
        ways=appointment_form.ways(fields, visit.business, visit.words),
        notes=found["entry"].appointment.notes if notes is None else notes,
        **found,
    )


def _found(
    conn: sqlite3.Connection, business_id: int, visit: Visit, appointment_id: int, refused: _Refused | None
) -> dict[str, Any]:
    known = _known(conn, business_id, appointment_id)
    return {
        "entry": agenda.entry(conn, business_id, known, visit.business.timezone),
        "refusal": _refusal(conn, business_id, visit, refused),
    }


ROUTES = (
    get("/appointments/new", new),
    post("/appointments/new", add),
    get("/appointments/<int:appointment_id>", show),
    post("/appointments/<int:appointment_id>/move", move),
    post("/appointments/<int:appointment_id>/notes", note),
    post("/appointments/<int:appointment_id>/cancel", cancel),
)
