"""`frontdesk services`, `facts` and `people`: what the owner has the voice know."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from office.language import spoken
from storage import facts as stored_facts
from storage import services as stored_services
from storage.records import Business, Person
from web.commands import access

_PAIR = (str, str)


@click.command()
@access.business
@click.option("--add", "name", help="Offer a service of that name; with --minutes.")
@click.option("--minutes", "duration_min", type=int, help="How long it takes.")
@click.option("--before", "buffer_before_min", type=int, default=0, help="Minutes kept free before it.")
@click.option("--after", "buffer_after_min", type=int, default=0, help="Minutes kept free after it.")
@click.option("--price", default="", help="As it is to be said: 'eighty dollars'.")
@click.option("--retire", metavar="NAME", help="No longer offer it; its appointments stay.")
@access.database
def services(
    business: str,
    name: str | None,
    duration_min: int | None,
    buffer_before_min: int,
    buffer_after_min: int,
    price: str,
    retire: str | None,
    database: Path,
) -> None:
    """Show, add or retire what can be booked at BUSINESS."""
    if (name is None) != (duration_min is None):
        raise click.UsageError("give --add NAME and --minutes N together")
    if name is None and (buffer_before_min or buffer_after_min or price):
        raise click.UsageError("--before, --after and --price belong to --add NAME")

    def change(conn: sqlite3.Connection, known: Business) -> list[str]:
        if retire is not None:
            _retire(conn, known, retire)
        if name is not None and duration_min is not None:
            stored_services.add(
                conn,
                known.id,
                name=name,
                duration_min=duration_min,
                buffer_before_min=buffer_before_min,
                buffer_after_min=buffer_after_min,
                price=price,
            )
        return service_lines(conn, known)

    if name is None and retire is None:
        lines = access.read(database, business, service_lines)
    else:
        lines = access.write(database, business, change)
    click.echo("\n".join(lines or ["Nothing is offered by name: callers say for how long they come."]))


def _retire(conn: sqlite3.Connection, business: Business, name: str) -> None:
    offered = stored_services.offered(conn, business.id)
    leaving = [service.id for service in offered if service.name.casefold() == name.strip().casefold()]
    if not leaving:
        raise _unknown("--retire", name, [service.name for service in offered])
    stored_services.retire(conn, business.id, leaving[0])


def service_lines(conn: sqlite3.Connection, business: Business) -> list[str]:
    """Return a line for each service that is offered, as it is said.

    The minutes kept free around it stand behind it.
    """
    return [
        spoken.service(business.language, service)
        + (f"  [{service.buffer_before_min} min before]" if service.buffer_before_min else "")
        + (f"  [{service.buffer_after_min} min after]" if service.buffer_after_min else "")
        for service in stored_services.offered(conn, business.id)
    ]


@click.command()
@access.business
@click.option("--set", "put", type=_PAIR, multiple=True, metavar="TOPIC TEXT", help="Say this of the topic.")
@click.option("--remove", multiple=True, metavar="TOPIC", help="Say nothing of the topic any more.")
@access.database
def facts(business: str, put: tuple[tuple[str, str], ...], remove: tuple[str, ...], database: Path) -> None:
    """Show or change what callers of BUSINESS are told when they ask."""

    def change(conn: sqlite3.Connection, known: Business) -> list[str]:
        for topic in remove:
            if not stored_facts.remove_fact(conn, known.id, topic.strip()):
                topics = [fact.topic for fact in stored_facts.all_facts(conn, known.id)]
                raise _unknown("--remove", topic, topics)
        for topic, text in put:
            stored_facts.put_fact(conn, known.id, topic=topic, text=text)
        return fact_lines(conn, known)

    if put or remove:
        lines = access.write(database, business, change)
    else:
        lines = access.read(database, business, fact_lines)
    click.echo("\n".join(lines or ["Nothing is written down."]))


def fact_lines(conn: sqlite3.Connection, business: Business) -> list[str]:
    """Return a line for each topic."""
    return [spoken.fact(business.language, fact) for fact in stored_facts.all_facts(conn, business.id)]


@click.command()
@access.business
@click.option("--add", "put", type=_PAIR, multiple=True, metavar="NAME NUMBER", help="Put last on the list.")
@click.option("--remove", multiple=True, metavar="NAME", help="Take off the list.")
@access.database
def people(business: str, put: tuple[tuple[str, str], ...], remove: tuple[str, ...], database: Path) -> None:
    """Show or change to whom callers of BUSINESS may be put through, the first choice first."""
    if put or remove:
        lines = access.write(database, business, partial(change_people, put=put, remove=remove))
    else:
        lines = access.read(database, business, people_lines)
    click.echo("\n".join(lines or ["Nobody: a caller who asks for a person can leave a message."]))


def change_people(
    conn: sqlite3.Connection, business: Business, put: tuple[tuple[str, str], ...], remove: tuple[str, ...]
) -> list[str]:
    """Take people off the list, then put others on; who is on it then."""
    known = list(stored_facts.people(conn, business.id))
    for name in remove:
        leaving = [person for person in known if person.name.casefold() == name.strip().casefold()]
        if not leaving:
            raise _unknown("--remove", name, [person.name for person in known])
        known.remove(leaving[0])
    known += [Person(name=name, phone=access.dialable(phone, business, "--add")) for name, phone in put]
    stored_facts.set_people(conn, business.id, known)
    return people_lines(conn, business)


def people_lines(conn: sqlite3.Connection, business: Business) -> list[str]:
    """Return a line for each person."""
    return [f"{person.name}  {person.phone}" for person in stored_facts.people(conn, business.id)]


def _unknown(hint: str, name: str, known: Sequence[str]) -> click.BadParameter:
    return click.BadParameter(f"there is no {name!r}, only: {', '.join(known) or 'nothing'}", param_hint=hint)
