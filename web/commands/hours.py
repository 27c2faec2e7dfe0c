"""`frontdesk hours`: when a business is open."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
from attrs import frozen

from storage import schedule
from storage.records import Business, ExceptionDay, WeeklyHours
from web.commands import access, week

S = TypeVar("S")
T = TypeVar("T")


@frozen(kw_only=True)
class Changes:
    """What is to become of a business's hours."""

    opened: tuple[tuple[WeeklyHours, ...], ...]  # each in place of what its weekdays had, in order
    closed: frozenset[int]  # weekdays
    exceptions: tuple[ExceptionDay, ...]
    usual: tuple[dt.date, ...]


@click.command()
@access.business
@click.option("--set", "opened", multiple=True, metavar="'DAYS TIMES'", help="As 'mon-fri 9:00-17:00'.")
@click.option("--closed", multiple=True, metavar="DAYS", help="Close these weekdays, as sat or sat-sun.")
@click.option("--on", "dated", type=(str, str), multiple=True, metavar="DATE TIMES", help="Or DATE closed.")
@click.option("--note", default="", help="Why, for the dates of --on.")
@click.option("--usual", multiple=True, metavar="DATE", help="Let this date follow its weekday again.")
@access.database
def hours(
    business: str,
    opened: tuple[str, ...],
    closed: tuple[str, ...],
    dated: tuple[tuple[str, str], ...],
    note: str,
    usual: tuple[str, ...],
    database: Path,
) -> None:
    """Show when BUSINESS is open, or change it; weekdays that are not named stay as they are.

    \b
    frontdesk hours Salon --set "mon-fri 9:00-12:30 13:30-17:00" --closed sat-sun
    frontdesk hours Salon --on 2026-12-24 9:00-12:00 --on 2026-12-25 closed --note Christmas
    """
    if note and not dated:
        raise click.UsageError("--note belongs to --on; give a date")
    changes = Changes(
        opened=tuple(_each("--set", week.parse_week, opened)),
        closed=frozenset(day for days in _each("--closed", week.parse_days, closed) for day in days),
        exceptions=tuple(_each("--on", lambda one: week.parse_exception(*one, note), dated)),
        usual=tuple(_each("--usual", week.parse_date, usual)),
    )
    now = dt.datetime.now(dt.UTC)
    if opened or closed or dated or usual:
        lines = access.write(database, business, partial(change, changes=changes, now=now))
    else:
        lines = access.read(database, business, partial(show, now=now))
    click.echo("\n".join(lines))


def _each(option: str, parse: Callable[[S], T], given: Sequence[S]) -> list[T]:
    try:
        return [parse(one) for one in given]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def change(conn: sqlite3.Connection, business: Business, changes: Changes, now: dt.datetime) -> list[str]:
    """Make the changes, all or none, and say what the hours are then."""
    weekly = schedule.weekly_hours(conn, business.id)
    for spans in changes.opened:
        named = {span.weekday for span in spans}
        weekly = (*(span for span in weekly if span.weekday not in named), *spans)
    weekly = tuple(span for span in weekly if span.weekday not in changes.closed)
    schedule.set_weekly_hours(conn, business.id, weekly)
    for day in changes.exceptions:
        schedule.set_exception(conn, business.id, day)
    for date in changes.usual:
        if not schedule.remove_exception(conn, business.id, date):
            raise click.BadParameter(f"{date} follows its weekday already", param_hint="--usual")
    return show(conn, business, now)


def show(conn: sqlite3.Connection, business: Business, now: dt.datetime) -> list[str]:
    """Return the week, and the dates from today on that do not follow it."""
    today = schedule.local(business.timezone, now).date()
    coming = schedule.exceptions(conn, business.id, today, dt.date.max)
    lines = [
        f"{business.name} ({business.timezone})",
        *week.week_lines(schedule.weekly_hours(conn, business.id)),
    ]
    return [*lines, "Other hours on:", *week.exception_lines(coming)] if coming else lines
