"""`frontdesk backup` and `restore`: a copy of the whole file, and the way back."""

from pathlib import Path

import click

from storage import backup as copies
from web.commands import access

_path = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=_path)
@access.database
def backup(target: Path, database: Path) -> None:
    """Copy the database to the new file TARGET; the server may be running. Recordings are not in it."""
    with access.user_errors_as_one_line():
        copies.backup(database, target)
    click.echo(f"Copied {database} to {target}.")


@click.command()
@click.argument("backup", type=_path)
@access.new_database
def restore(backup: Path, database: Path) -> None:
    """Put a copy from `frontdesk backup` in the place of the database. Stop the server first."""
    with access.user_errors_as_one_line():
        aside = copies.restore(backup, database)
    click.echo(f"Put {backup} in the place of {database}.")
    if aside is not None:
        click.echo(f"What was there is kept as {aside}.")
