"""`frontdesk business`: whom this receptionist answers for."""

import os
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from engine.settings import Settings
from office import adjust, recordings
from storage import businesses, call_settings, schedule
from storage.database import look_at
from storage.records import Business
from web import configuration
from web.commands import access, knowledge, notice_options, week


@click.group()
def business() -> None:
    """The businesses that this receptionist answers for."""


@business.command()
@click.argument("name")
@click.option("--number", required=True, help="The business's Twilio number, as +14155550100.")
@click.option("--timezone", required=True, help="Its IANA time zone, as Europe/Berlin.")
@click.option("--language", default="en", show_default=True, help="What the voice speaks.")
@click.option("--owner-phone", default="", help="The mobile that gets a text message after each call.")
@click.option("--keep-audio", is_flag=True, help="Keep what is said in its calls, for `frontdesk replay`.")
@notice_options.options
@access.new_database
def add(
    name: str,
    number: str,
    timezone: str,
    language: str,
    owner_phone: str,
    keep_audio: bool,  # noqa: FBT001 - click passes it by name
    notice: str | None,
    no_notice: bool,  # noqa: FBT001 - click passes it by name
    database: Path,
) -> None:
    """Add a business, open Monday to Friday from 9 to 5. Stop the server first."""
    e164 = access.number(number, "--number")
    owner = access.textable(owner_phone, e164, "--owner-phone")
    if keep_audio and no_notice:
        raise click.UsageError("--keep-audio needs a notice that says so: leave out --no-notice")
    told = notice_options.given(notice, none=no_notice)
    with access.user_errors_as_one_line():
        # Before the file is opened, which makes it.
        values = businesses.checked(name=name, timezone=timezone, language=language, **told)
    made = not database.exists()
    added = access.write_file(
        database, partial(_add, number=e164, keeps_audio=keep_audio, owner_phone=owner, values=values)
    )
    if made:
        click.echo(f"Made a new database: {database}.")
    click.echo(f"Added {added.name} with {added.number} ({added.timezone}, {added.language}) to {database}.")
    if added.keeps_audio:
        click.echo(f"Its calls are recorded in {recordings.folder_of(database)}, until you remove them.")


def _add(
    conn: sqlite3.Connection,
    number: str,
    keeps_audio: bool,  # noqa: FBT001 - passed by name
    owner_phone: str | None,
    values: dict[str, Any],
) -> Business:
    added = businesses.add(conn, number=number, keeps_audio=keeps_audio, **values)
    return businesses.change(conn, added.id, owner_phone=owner_phone)


@business.command("list")
@access.database
def list_all(database: Path) -> None:
    """Every business in the file, in the order in which they were added."""
    with access.user_errors_as_one_line(), look_at(database) as conn:
        known = businesses.every(conn)
    for one in known:
        click.echo(f"{one.id:>3}  {one.number:<16} {one.name}  ({one.timezone}, {one.language})")
    if not known:
        click.echo("None is added yet.")


@business.command()
@access.business
@access.database
def show(business: str, database: Path) -> None:
    """All that is set for BUSINESS."""
    click.echo("\n".join(access.read(database, business, shown)))


def shown(conn: sqlite3.Connection, business: Business) -> list[str]:
    """Return what is set for the business, a line or a few for each thing."""
    lists = {
        "hours": week.week_lines(schedule.weekly_hours(conn, business.id)),
        "services": knowledge.service_lines(conn, business),
        "facts": knowledge.fact_lines(conn, business),
        "people": knowledge.people_lines(conn, business),
        "rules": business.rules.splitlines(),
        "settings": [f"{name}={value}" for name, value in call_settings.of(conn, business.id).items()],
    }
    return [
        f"{business.name} ({business.id})",
        f"number       {business.number}",
        f"timezone     {business.timezone}",
        f"language     {business.language}",
        f"trade        {business.trade or '-'}",
        f"greeting     {business.greeting or '(the usual)'}",
        f"notice       {notice_options.shown(business)}",
        f"owner-phone  {business.owner_phone or '- (nobody is told of what callers leave)'}",
        f"grid         {business.grid_min} minutes",
        f"min-notice   {business.notice_min} minutes",
        f"days-ahead   {business.days_ahead}",
        f"keep-audio   {'yes' if business.keeps_audio else 'no'}",
        *(
            line
            for heading, entries in lists.items()
            for line in (heading, *(f"  {entry}" for entry in entries or ["-"]))
        ),
    ]


@business.command("set")
@access.business
@click.option("--name")
@click.option("--timezone", help="Its IANA time zone, as Europe/Berlin.")
@click.option("--language", help="What the voice speaks, as en or he.")
@click.option("--trade", help="What it is: 'a dental practice'.")
@click.option("--greeting", help="What callers hear after the notice; '' for the usual greeting.")
@notice_options.options
@click.option("--rules", help="What else the voice must keep to, a line each.")
@click.option("--owner-phone", help="The mobile that gets a text message after each call; '' for none.")
@click.option("--grid", "grid_min", type=int, help="Starts are this many minutes apart: 15, 30, 45 or 60.")
@click.option("--min-notice", "notice_min", type=int, help="Minutes ahead that a booking must be made.")
@click.option("--days-ahead", type=int, help="How many days ahead can be booked.")
@click.option("--keep-audio/--no-keep-audio", "keeps_audio", default=None, help="Record its calls, or not.")
@click.option(
    "settings",
    "--setting",
    multiple=True,
    metavar="NAME=VALUE",
    help="How its calls behave, as in barge_in_min_ms=300; NAME= for the server's own.",
)
@access.database
def change(
    business: str,
    database: Path,
    notice: str | None,
    no_notice: bool,  # noqa: FBT001 - click passes it by name
    settings: tuple[str, ...],
    **given: Any,
) -> None:
    """Change what is named for BUSINESS; its number stays. Stop the server first."""
    changes = {name: value for name, value in given.items() if value is not None}
    changes |= notice_options.given(notice, none=no_notice)
    if not changes and not settings:
        raise click.UsageError("give at least one option; `frontdesk business set --help` lists them")
    with access.user_errors_as_one_line():
        base = configuration.load(os.environ).settings
    job = partial(_change, changes=changes, settings=settings, base=base)
    click.echo("\n".join(access.write(database, business, job)))


def _change(
    conn: sqlite3.Connection,
    business: Business,
    changes: dict[str, Any],
    settings: Sequence[str],
    base: Settings,
) -> list[str]:
    if settings:
        _set(conn, business, settings, base)
    if "owner_phone" in changes:
        owner = access.textable(changes["owner_phone"], business.number, "--owner-phone")
        changes = changes | {"owner_phone": owner}
    return shown(conn, businesses.change(conn, business.id, **changes))


def _set(conn: sqlite3.Connection, business: Business, settings: Sequence[str], base: Settings) -> None:
    """Put these in the place of what was set under their names; an empty value takes a name away."""
    given = {name: text for name, _, text in (setting.partition("=") for setting in settings)}
    named = {**call_settings.of(conn, business.id), **given}
    pairs = [f"{name}={text}" for name, text in named.items() if text or name not in given]
    pairs += [setting for setting in settings if "=" not in setting]  # which are refused
    try:
        call_settings.put(conn, business.id, adjust.kept(pairs, adjust.of_business(pairs, base)))
    except adjust.BadSetting as problem:
        raise click.BadParameter(str(problem), param_hint="--setting") from None
