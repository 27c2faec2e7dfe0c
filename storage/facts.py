"""What callers ask about, and the people they may be put through to. Plain functions of a connection."""

import sqlite3
from collections.abc import Sequence

from storage import fields
from storage.errors import InvalidField
from storage.records import Fact, Person, from_row

_TOPIC_MAX, _TEXT_MAX = 80, 500
_NAME_MAX = 80
_PEOPLE_MAX = 10


def all_facts(conn: sqlite3.Connection, business_id: int) -> tuple[Fact, ...]:
    """Return everything that the owner has written down, by topic."""
    rows = conn.execute("SELECT * FROM facts WHERE business_id = ? ORDER BY topic", (business_id,))
    return tuple(from_row(Fact, row) for row in rows)


def put_fact(conn: sqlite3.Connection, business_id: int, *, topic: str, text: str) -> None:
    """Write down what is to be said about a topic, in place of what was. Raises InvalidField."""
    conn.execute(
        "INSERT INTO facts (business_id, topic, text) VALUES (?, ?, ?)"
        " ON CONFLICT (business_id, topic) DO UPDATE SET text = excluded.text",
        (
            business_id,
            fields.one_line("topic", topic, longest=_TOPIC_MAX),
            fields.one_line("text", text, longest=_TEXT_MAX),
        ),
    )


def remove_fact(conn: sqlite3.Connection, business_id: int, topic: str) -> bool:
    """Forget a topic. False if there was none."""
    cursor = conn.execute("DELETE FROM facts WHERE business_id = ? AND topic = ?", (business_id, topic))
    return cursor.rowcount == 1


def people(conn: sqlite3.Connection, business_id: int) -> tuple[Person, ...]:
    """Return the people whom a caller may be put through to, the first choice first."""
    rows = conn.execute("SELECT * FROM people WHERE business_id = ? ORDER BY position", (business_id,))
    return tuple(from_row(Person, row) for row in rows)


def set_people(conn: sqlite3.Connection, business_id: int, people: Sequence[Person]) -> None:
    """Replace the whole list. Raises InvalidField."""
    if len(people) > _PEOPLE_MAX:
        raise InvalidField(
            "people", "are {number}; at most {most} are kept", {"number": len(people), "most": _PEOPLE_MAX}
        )
    names = [fields.one_line("name", person.name, longest=_NAME_MAX) for person in people]
    if len({name.casefold() for name in names}) < len(names):
        raise InvalidField("name", "stands twice in the list; callers ask for a name")
    phones = [fields.e164("phone", person.phone) for person in people]
    conn.execute("DELETE FROM people WHERE business_id = ?", (business_id,))
    conn.executemany(
        "INSERT INTO people (business_id, name, phone, position) VALUES (?, ?, ?, ?)",
        [
            (business_id, name, phone, position)
            for position, (name, phone) in enumerate(zip(names, phones, strict=True))
        ],
    )
