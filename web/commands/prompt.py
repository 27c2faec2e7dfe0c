"""`frontdesk prompt`: what the model would be told now."""

import datetime as dt
import sqlite3
from functools import partial
from pathlib import Path

import click

from engine.ports import Back
from engine.prompt import prompt as words
from office import numbers
from office.grant import Grant
from office.office import TOOLS, profile
from storage.records import Business
from web.commands import access


@click.command()
@access.business
@click.option("--from", "caller", metavar="NUMBER", help="Who rings; nobody given: a withheld number.")
@click.option("--transferred", is_flag=True, help="As for a caller who comes back because nobody answered.")
@access.database
def prompt(business: str, caller: str | None, transferred: bool, database: Path) -> None:  # noqa: FBT001 - click passes it by name
    """Print the prompt and the greeting with which a call to BUSINESS would begin at this moment."""
    number = access.number(caller, "--from") if caller is not None else ""
    tell = partial(
        told,
        caller=numbers.caller_number(number),
        back=Back.UNANSWERED if transferred else None,
        now=dt.datetime.now(dt.UTC),
    )
    click.echo("\n".join(access.read(database, business, tell)))


def told(
    conn: sqlite3.Connection, business: Business, *, caller: str | None, back: Back | None, now: dt.datetime
) -> list[str]:
    """Return the two texts, each under its heading."""
    grant = Grant(
        call_sid="",
        business_id=business.id,
        caller_number=caller,
        back=back,
    )
    known = profile(conn, business, grant, now)
    return ["# Prompt", words.instructions(known, TOOLS), "", "# Greeting", words.greeting(known)]
