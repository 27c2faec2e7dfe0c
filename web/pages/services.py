"""What can be booked: the list, one service to change, and where to begin when there is none."""

import sqlite3
from typing import Any

from quart import Response

from storage import services
from storage.errors import InvalidField, NotFound
from storage.records import Service
from web.pages import form_fields
from web.pages.requests import Form
from web.pages.routes import get, post
from web.pages.samples import TRADES, Trade
from web.pages.visit import Visit

_MINUTES = ("duration_min", "buffer_before_min", "buffer_after_min")
_NEW = {"name": "", "price": "", "duration_min": "30", "buffer_before_min": "0", "buffer_after_min": "0"}


async def show(visit: Visit) -> Response:
    """Show what is offered, and a form for one more."""
    return await _list(visit, _NEW)


async def add(visit: Visit) -> Response:
    """Offer one more."""

    def job(conn: sqlite3.Connection) -> int:
        return services.add(conn, visit.business.id, **fields).id

    try:
        fields = _fields(visit.form)
        return await visit.change("service", None, job, back="/services")
    except InvalidField as error:
        return await _list(visit, _typed(visit.form), error)


async def add_samples(visit: Visit) -> Response:
    """Offer what a trade usually does; nothing where something is offered already."""
    trade = TRADES.get(visit.form.get("trade", ""))
    if trade is None:
        raise NotFound("trade", visit.form.get("trade", ""))
    added = await visit.write(_begin_with, trade, visit.business.language)
    return visit.go("/services", "services_added" if added else "unchanged")


async def show_one(visit: Visit, service_id: int) -> Response:
    """Show one service, to change it."""
    return await _one(visit, service_id)


async def save_one(visit: Visit, service_id: int) -> Response:
    """Change it; what is booked keeps its length."""
    try:
        fields = _fields(visit.form)
        return await visit.change(
            "service",
            str(service_id),
            lambda conn: services.change(conn, visit.business.id, service_id, **fields),
            back="/services",
        )
    except InvalidField as error:
        return await _one(visit, service_id, error)


async def retire(visit: Visit, service_id: int) -> Response:
    """Stop offering it; its appointments stay."""

    def job(conn: sqlite3.Connection) -> None:
        _offered(conn, visit.business.id, service_id)
        services.retire(conn, visit.business.id, service_id)

    return await visit.change("service", str(service_id), job, back="/services")


def _typed(form: Form) -> dict[str, str]:
    return {name: form.get(name, "") for name in _NEW}


def _fields(form: Form) -> dict[str, Any]:
    minutes = {name: form_fields.whole_number(name, form.get(name, "")) for name in _MINUTES}
    return {"name": form.get("name", ""), "price": form.get("price", ""), **minutes}


def _begin_with(conn: sqlite3.Connection, business_id: int, trade: Trade, language: str) -> int:
    """Add what such a business usually offers, and return how many those were; none if it has services."""
    if services.offered(conn, business_id):
        return 0
    for sample in trade.services:
        services.add(
            conn,
            business_id,
            name=sample.name(language),
            duration_min=sample.duration_min,
            buffer_after_min=sample.buffer_after_min,
        )
    return len(trade.services)


def _offered(conn: sqlite3.Connection, business_id: int, service_id: int) -> Service:
    """Return a service that is offered. Raises NotFound, also for one that no longer is."""
    known = services.get(conn, business_id, service_id)
    if known is None or not known.active:
        raise NotFound("service", str(service_id))
    return known


async def _list(visit: Visit, one: Any, error: InvalidField | None = None) -> Response:
    return await visit.page(
        "services.html",
        status=422 if error else 200,
        errors=visit.problem(error) if error else {},
        services=await visit.read(services.offered),
        one=one,
        trades=TRADES,
    )


async def _one(visit: Visit, service_id: int, error: InvalidField | None = None) -> Response:
    known = await visit.read(_offered, service_id)
    return await visit.page(
        "service.html",
        status=422 if error else 200,
        errors=visit.problem(error) if error else {},
        service=known,
        one=_typed(visit.form) if error else known,
    )


ROUTES = (
    get("/services", show),
    post("/services", add),
    post("/services/samples", add_samples),
    get("/services/<int:service_id>", show_one),
    post("/services/<int:service_id>", save_one),
    post("/services/<int:service_id>/retire", retire),
)
