"""How a command gets at a business: which file, which business in it, and whether it may write."""

import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
import trio

from office import numbers
from simulator.phone import CallFailed
from simulator.twilio_http import BadTwiml
from storage import businesses
from storage.database import look_at, open_database
from storage.errors import StorageError
from storage.records import Business
from web.configuration import ConfigurationError

T = TypeVar("T")


def _there(_context: click.Context, _parameter: click.Parameter, path: Path) -> Path:
    if not path.exists():
        raise click.BadParameter(
            f"there is no database at {path}: give another, or make it with `frontdesk business add`"
        )
    return path


_path = partial(
    click.option,
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default="frontdesk.db",
    show_default=True,
)
new_database = _path()  # is made if there is none
database = _path(callback=_there)
business = click.argument("business", metavar="BUSINESS")


def read(path: Path, business_ref: str, query: Callable[[sqlite3.Connection, Business], T]) -> T:
    """Return what the query finds for the business that `business_ref` means; a server may be running."""
    with user_errors_as_one_line(), look_at(path) as conn:
        return query(conn, the_business(conn, business_ref))


def write(path: Path, business_ref: str, job: Callable[[sqlite3.Connection, Business], T]) -> T:
    """Run the job for the business that `business_ref` means, in one transaction.

    Never beside a running server.
    """
    return write_file(path, lambda conn: job(conn, the_business(conn, business_ref)))


def write_file(path: Path, job: Callable[[sqlite3.Connection], T]) -> T:
    """Run the job in one transaction of the file, made new if there is none."""

    async def work() -> T:
        async with open_database(path) as opened:
            return await opened.write(job)

    return run(work)


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end, or until Ctrl-C; what the user can mend comes out as one line."""
    with user_errors_as_one_line():
        try:
            return trio.run(work)
        except BaseExceptionGroup as group:
            if group.subgroup(KeyboardInterrupt):
                raise click.Abort from None
            raise


@contextmanager
def user_errors_as_one_line() -> Iterator[None]:
    """Turn what the user can mend into one line, and exit code 1."""
    try:
        yield
    except (ConfigurationError, StorageError, CallFailed, BadTwiml, OSError) as error:
        raise click.ClickException(str(error)) from None


def the_business(conn: sqlite3.Connection, business_ref: str) -> Business:
    """Return the one business with that number, id or name, in any case.

    Raises click.BadParameter if none has it, or several.
    """
    known = businesses.every(conn)
    wanted = business_ref.strip()
    found = [
        business
        for business in known
        if wanted in (business.number, str(business.id)) or wanted.casefold() == business.name.casefold()
    ]
    if not found and wanted.startswith("+"):
        found = [business for business in known if business.number == number(wanted, "BUSINESS")]
    if len(found) == 1:
        return found[0]
    if found:
        problem = f"{wanted!r} means {len(found)} businesses; give the number of one of them"
    else:
        problem = f"there is no {wanted!r}; give a number, a name or an id"
    listed = ", ".join(f"{business.number} ({business.name}, {business.id})" for business in found or known)
    raise click.BadParameter(f"{problem}: {listed or 'none is added yet'}", param_hint="BUSINESS")


def number(text: str, hint: str) -> str:
    """Return the number in E.164. Raises click.BadParameter with the fix."""
    try:
        return numbers.business_number(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=hint) from None


def dialable(text: str, home: Business, hint: str) -> str:
    """Return a number that callers of that business may be put through to, in E.164.

    Raises click.BadParameter with the fix.
    """
    phone = number(text, hint)
    if not numbers.dialable(phone, home.number):
        problem = f"{phone} cannot be put through to; give an ordinary number of {home.number}'s country"
        raise click.BadParameter(problem, param_hint=hint)
    return phone


def textable(text: str, home_number: str, hint: str) -> str | None:
    """Return a number that gets a business's text messages, in E.164; None for none.

    Raises click.BadParameter with the fix.
    """
    if not text.strip():
        return None
    phone = number(text, hint)
    if problem := numbers.text_problem(phone, home_number):
        raise click.BadParameter(f"{phone} {problem}", param_hint=hint)
    return phone
