"""`frontdesk owner`: who may sign in to the pages, and a way back in for who has lost the password."""

import datetime as dt
import os
import sqlite3
from functools import partial
from pathlib import Path

import click

from storage import owners, sessions
from storage.database import look_at
from storage.records import Owner
from web import configuration
from web.commands import access
from web.origin import Origin
from web.pages.signin import WELCOME_PATH

_HERE = "127.0.0.1:8080"  # where `frontdesk serve` listens if it is not told otherwise


@click.group()
def owner() -> None:
    """Who may sign in to the pages."""


@owner.command("list")
@access.database
def list_all(database: Path) -> None:
    """Everybody who may sign in, with the businesses that they see."""
    with access.user_errors_as_one_line(), look_at(database) as conn:
        lines = [f"{one.email}  ({_sees(conn, one)})" for one in owners.every(conn)]
    click.echo("\n".join(lines) or "Nobody yet: the server prints a link that lets the first one in.")


def _sees(conn: sqlite3.Connection, one: Owner) -> str:
    if one.administrator:
        return "administrator"
    return ", ".join(business.name for business in owners.businesses_of(conn, one)) or "no business"


@owner.command()
@click.argument("email")
@access.database
def link(email: str, database: Path) -> None:
    """Print a link by which EMAIL can set a new password, once, within three days. Stop the server first."""
    with access.user_errors_as_one_line():
        origin = Origin(configuration.load(os.environ))
    token = access.write_file(database, partial(_invite, email=email, now=dt.datetime.now(dt.UTC)))
    click.echo(f"{origin.base_url(_HERE)}{WELCOME_PATH}{token}")


def _invite(conn: sqlite3.Connection, email: str, now: dt.datetime) -> str:
    known = owners.by_email(conn, email)
    if known is None:
        problem = f"nobody signs in as {email!r}; `frontdesk owner list` shows who does"
        raise click.BadParameter(problem, param_hint="EMAIL")
    return sessions.invite(conn, now, owner_id=known[0].id)
