"""What can be booked at a business, and how long it takes. Plain functions of a connection."""

import sqlite3
from typing import Any

import attrs

from storage import fields, ids
from storage.errors import InvalidField, NotFound
from storage.records import Service, from_row

_NAME_MAX = 80
_PRICE_MAX = 80


def add(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    name: str,
    duration_min: int,
    buffer_before_min: int = 0,
    buffer_after_min: int = 0,
    price: str = "",
) -> Service:
    """Offer a service from now on. Raises InvalidField, also for a name that is offered already."""
    values = _checked(
        conn,
        business_id,
        name=name,
        duration_min=duration_min,
        buffer_before_min=buffer_before_min,
        buffer_after_min=buffer_after_min,
        price=price,
    )
    row = conn.execute(
        "INSERT INTO services"
        " (business_id, id, name, duration_min, buffer_before_min, buffer_after_min, price)"
        " VALUES (:business_id, :id, :name, :duration_min, :buffer_before_min, :buffer_after_min, :price)"
        " RETURNING *",
        {"business_id": business_id, "id": ids.new(conn, business_id, "services"), **values},
    ).fetchone()
    return from_row(Service, row)


def change(conn: sqlite3.Connection, business_id: int, service_id: int, **changes: Any) -> Service:
    """Change what is named of a service that is offered, and nothing else; what is booked keeps its length.

    Raises InvalidField as `add` does (then nothing is changed), NotFound if it is not offered.
    """
    known = get(conn, business_id, service_id)
    if known is None or not known.active:
        raise NotFound("service", str(service_id))
    as_it_is = attrs.asdict(known, filter=attrs.filters.exclude("id", "active"))
    values = _checked(conn, business_id, ignoring=service_id, **{**as_it_is, **changes})
    row = conn.execute(
        "UPDATE services SET name = :name, duration_min = :duration_min, price = :price,"
        " buffer_before_min = :buffer_before_min, buffer_after_min = :buffer_after_min"
        " WHERE business_id = :business_id AND id = :id RETURNING *",
        {"business_id": business_id, "id": service_id, **values},
    ).fetchone()
    return from_row(Service, row)


def _checked(
    conn: sqlite3.Connection,
    business_id: int,
    *,
    ignoring: int | None = None,
    name: str,
    duration_min: int,
    buffer_before_min: int,
    buffer_after_min: int,
    price: str,
) -> dict[str, Any]:
    """Return the fields as they are kept.

    Raises InvalidField, also for the name of another service than `ignoring`.
    """
    name = fields.one_line("name", name, longest=_NAME_MAX)
    if is_taken(conn, business_id, name, ignoring=ignoring):
        raise InvalidField("name", "is a service already; retire that one first")
    return {
        "name": name,
        "duration_min": fields.between("duration_min", duration_min, 5, 480),
        "buffer_before_min": fields.between("buffer_before_min", buffer_before_min, 0, 240),
        "buffer_after_min": fields.between("buffer_after_min", buffer_after_min, 0, 240),
        "price": fields.one_line("price", price, longest=_PRICE_MAX) if fields.cleaned(price).strip() else "",
    }


def is_taken(conn: sqlite3.Connection, business_id: int, name: str, *, ignoring: int | None = None) -> bool:
    """Say whether another service than `but` is offered by that name, in capitals or not."""
    others = (service for service in offered(conn, business_id) if service.id != ignoring)
    return name.casefold() in {other.name.casefold() for other in others}


def offered(conn: sqlite3.Connection, business_id: int) -> tuple[Service, ...]:
    """Return what can be booked now, in the order in which it was added."""
    rows = conn.execute(
        "SELECT * FROM services WHERE business_id = ? AND active = 1 ORDER BY id", (business_id,)
    )
    return tuple(from_row(Service, row) for row in rows)


def get(conn: sqlite3.Connection, business_id: int, service_id: int) -> Service | None:
    """Return the business's service with that id, offered or not; None if it has none."""
    row = conn.execute(
        "SELECT * FROM services WHERE business_id = ? AND id = ?", (business_id, service_id)
    ).fetchone()
    return row and from_row(Service, row)


def retire(conn: sqlite3.Connection, business_id: int, service_id: int) -> bool:
    """Stop offering a service; appointments keep it. Returns False if it was not offered."""
    cursor = conn.execute(
        "UPDATE services SET active = 0 WHERE business_id = ? AND id = ? AND active = 1",
        (business_id, service_id),
    )
    return cursor.rowcount == 1
