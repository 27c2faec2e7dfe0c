"""Who may sign in to the pages, and to which businesses. Plain functions of a connection.

Passwords come in hashed: hashing takes long, and a job of the writer must not.
"""

import sqlite3

from storage import fields
from storage.errors import InvalidField, NotFound
from storage.records import Business, Owner, from_row

_LANGUAGES = ("en", "he")


def none_yet(conn: sqlite3.Connection) -> bool:
    """Say whether nobody can sign in."""
    return conn.execute("SELECT 1 FROM owners LIMIT 1").fetchone() is None


def add(
    conn: sqlite3.Connection, *, email: str, password_hash: str, language: str, administrator: bool = False
) -> Owner:
    """Let somebody sign in. Raises InvalidField, also for an address that can sign in already."""
    email = fields.email("email", email)
    if by_email(conn, email) is not None:
        raise InvalidField("email", "can sign in already")
    row = conn.execute(
        "INSERT INTO owners (email, password_hash, language, administrator) VALUES (?, ?, ?, ?) RETURNING *",
        (email, password_hash, _language(language), administrator),
    ).fetchone()
    return from_row(Owner, row)


def every(conn: sqlite3.Connection) -> tuple[Owner, ...]:
    """Return everybody who may sign in, by address."""
    return tuple(from_row(Owner, row) for row in conn.execute("SELECT * FROM owners ORDER BY email"))


def by_email(conn: sqlite3.Connection, email: str) -> tuple[Owner, str] | None:
    """Return the owner with that address, in any case, and the hash of their password, or None."""
    row = conn.execute("SELECT * FROM owners WHERE email = ?", (fields.address(email),)).fetchone()
    return (from_row(Owner, row), row["password_hash"]) if row else None


def get(conn: sqlite3.Connection, owner_id: int) -> Owner | None:
    """Return the owner with that id, or None."""
    row = conn.execute("SELECT * FROM owners WHERE id = ?", (owner_id,)).fetchone()
    return row and from_row(Owner, row)


def set_password(conn: sqlite3.Connection, owner_id: int, password_hash: str) -> None:
    """Give an owner another password; the sessions stay as they are. Raises NotFound."""
    cursor = conn.execute("UPDATE owners SET password_hash = ? WHERE id = ?", (password_hash, owner_id))
    if cursor.rowcount == 0:
        raise NotFound("owner", str(owner_id))


def renew_hash(conn: sqlite3.Connection, owner_id: int, *, old: str, new: str) -> bool:
    """Keep another hash of the same password. False if the password has been changed since."""
    cursor = conn.execute(
        "UPDATE owners SET password_hash = ? WHERE id = ? AND password_hash = ?", (new, owner_id, old)
    )
    return cursor.rowcount == 1


def set_language(conn: sqlite3.Connection, owner_id: int, language: str) -> None:
    """Show an owner the pages in another language. Raises InvalidField."""
    conn.execute("UPDATE owners SET language = ? WHERE id = ?", (_language(language), owner_id))


def let_into(conn: sqlite3.Connection, owner_id: int, business_id: int) -> None:
    """Let an owner see and change a business; nothing if they may already."""
    conn.execute(
        "INSERT INTO owner_businesses (owner_id, business_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (owner_id, business_id),
    )


def take_from(conn: sqlite3.Connection, owner_id: int, business_id: int) -> bool:
    """Let an owner see a business no longer. False if they could not."""
    cursor = conn.execute(
        "DELETE FROM owner_businesses WHERE owner_id = ? AND business_id = ?", (owner_id, business_id)
    )
    return cursor.rowcount == 1


def businesses_of(conn: sqlite3.Connection, owner: Owner) -> tuple[Business, ...]:
    """Return the businesses that the owner may see, by name: for an administrator all of them."""
    where = "" if owner.administrator else _THEIRS
    rows = conn.execute(f"SELECT * FROM businesses {where} ORDER BY name, id", {"owner": owner.id})  # noqa: S608
    return tuple(from_row(Business, row) for row in rows)


def business(conn: sqlite3.Connection, owner: Owner, business_id: int) -> Business | None:
    """Return that business if the owner may see it, else None."""
    where = "WHERE id = :id" if owner.administrator else f"{_THEIRS} AND id = :id"
    row = conn.execute(
        f"SELECT * FROM businesses {where}",  # noqa: S608 - constants only
        {"owner": owner.id, "id": business_id},
    ).fetchone()
    return row and from_row(Business, row)


def of_business(conn: sqlite3.Connection, business_id: int) -> tuple[Owner, ...]:
    """Return who was let into the business, by address; not the administrators, who need not be."""
    rows = conn.execute(
        "SELECT owners.* FROM owners JOIN owner_businesses ON owner_id = owners.id"
        " WHERE business_id = ? ORDER BY email",
        (business_id,),
    )
    return tuple(from_row(Owner, row) for row in rows)


_THEIRS = "WHERE id IN (SELECT business_id FROM owner_businesses WHERE owner_id = :owner)"


def _language(value: str) -> str:
    if value not in _LANGUAGES:
        raise InvalidField("language", "is {value!r}; the pages speak {choices}", _choices(value))
    return value


def _choices(value: str) -> dict[str, object]:
    return {"value": value, "choices": ", ".join(_LANGUAGES)}
