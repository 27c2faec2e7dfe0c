"""The command line: `frontdesk serve`, `business add`, `call`, `replay`, `doctor`, `demo`."""

import os
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
import trio

from engine.vad import DetectorMissing, open_detector
from simulator import Moment, Step
from simulator.phone import CallFailed, CallReport, place_call
from simulator.twilio_http import BadTwiml
from storage import businesses
from storage.database import open_database
from storage.errors import StorageError
from storage.records import Business
from web import (
    configuration,
    demo,
    doctor,
    logs,
    numbers,
    recordings,
    replay,
    scenario,
    server,
    turn_table,
    wav,
)
from web.adjust import BadSetting, parse_settings
from web.configuration import Configuration, ConfigurationError
from web.recorded_call import BadRecording

T = TypeVar("T")

_database = click.option(
    "--database", type=click.Path(dir_okay=False, path_type=Path), default="frontdesk.db", show_default=True
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frontdesk")
def main() -> None:
    """An open telephone receptionist for small businesses."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
@_database
def serve(host: str, port: int, database: Path) -> None:
    """Answer calls until SIGTERM; live calls are then given two minutes to end."""
    configured = _configuration()
    logs.set_up(sys.stderr, secrets=configured.secrets)
    _run(partial(server.serve_until_signal, configured, host=host, port=port, database=str(database)))


@main.group()
def business() -> None:
    """The businesses that this receptionist answers for."""


@business.command()
@click.argument("name")
@click.option("--number", required=True, help="The business's Twilio number, as +14155550100.")
@click.option("--timezone", required=True, help="Its IANA time zone, as Europe/Berlin.")
@click.option("--language", default="en", show_default=True, help="What the voice speaks.")
@click.option("--keep-audio", is_flag=True, help="Keep what is said in its calls, for `frontdesk replay`.")
@_database
def add(name: str, number: str, timezone: str, language: str, keep_audio: bool, database: Path) -> None:  # noqa: FBT001 - click passes it by name
    """Add a business, open Monday to Friday from 9 to 5. Stop the server first."""
    try:
        e164 = numbers.business_number(number)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--number") from None
    job = partial(
        businesses.add,
        name=name,
        number=e164,
        timezone=timezone,
        language=language,
        keeps_audio=keep_audio,
    )
    added = _run(partial(_add, database, job))
    click.echo(f"Added {added.name} with {added.number} ({added.timezone}, {added.language}) to {database}.")
    if added.keeps_audio:
        click.echo(f"Its calls are recorded in {recordings.folder_of(database)}, until you remove them.")


async def _add(database: Path, job: Callable[[sqlite3.Connection], Business]) -> Business:
    async with open_database(database) as opened:
        return await opened.write(job)


@main.command("doctor")
@_database
def diagnose(database: Path) -> None:
    """Say what a real deployment still lacks; exit 1 if anything."""
    problems = _run(partial(doctor.problems, _configuration(), database))
    for problem in problems:
        click.echo(f"missing: {problem}")
    click.echo(doctor.REMINDER)
    if problems:
        sys.exit(1)
    click.echo("Everything else is in place.")


@main.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where the server listens.")
@click.option("--to", "called", required=True, help="The business's number.")
@click.option("--from", "caller", default="+15550123", show_default=True, help="The caller's number.")
@click.option(
    "--wav",
    "recording",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Say this recording: 8 kHz mono, 16-bit or mu-law.",
)
@click.option(
    "--scenario", "booking", type=click.Choice(["booking"]), help="Follow this script (the default)."
)
def call(url: str, called: str, caller: str, recording: Path | None, booking: str | None) -> None:
    """Ring a running server as Twilio would, and print the call as it happens."""
    if recording is not None and booking is not None:
        raise click.UsageError("give --wav or --scenario, not both")
    configured = _configuration()
    ring = partial(
        place_call,
        url,
        _recorded(recording) if recording else scenario.caller_steps(scenario.record_voices()),
        called=called,
        caller=caller,
        auth_token=configured.auth_token.reveal() if configured.auth_token else None,
        public_url=configured.public_url,
        on_event=_print_moment,
    )
    _print_report(_run(ring))


def _recorded(recording: Path) -> list[Step]:
    try:
        return scenario.recording_steps(recording.name, wav.read(recording.read_bytes()))
    except ValueError as error:
        raise click.BadParameter(f"{recording} {error}", param_hint="--wav") from None


def _print_moment(moment: Moment) -> None:
    what = f"{moment.kind}: {moment.detail}" if moment.detail else moment.kind
    click.echo(f"{moment.at_ms / 1000:6.1f} s  {what}")


def _print_report(report: CallReport) -> None:
    for words in (*report.spoken, *report.spoken_after):
        click.echo(f'Twilio was told to say: "{words}"')
    click.echo(f"Hung up by the {report.hung_up_by}.")


@main.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a setting of engine/settings.py, as in barge_in_min_ms=240.",
)
def run_again(file: Path, changes: tuple[str, ...]) -> None:
    """Run a recorded call again, with other settings if given, and print its turns beside the recorded."""
    try:
        recorded = recordings.read(file)
        settings = parse_settings(changes, replay.settings_of(recorded))
    except BadRecording as error:
        raise click.ClickException(f"{file}: {error}") from None
    except BadSetting as error:
        raise click.BadParameter(str(error), param_hint="--set") from None
    try:
        open_detector(settings)
    except DetectorMissing as error:
        raise click.ClickException(f"{error}; here: --set detector=level") from None
    for line in turn_table.table(recorded, replay.replay(recorded, settings)):
        click.echo(line)


@main.command("demo")
@click.option("--keep", is_flag=True, help="Keep ./demo.db, and the server running, until interrupted.")
def play(keep: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Play a whole call on this machine: no key, no phone, no account."""
    demo.run(keep=keep)


def _configuration() -> Configuration:
    try:
        return configuration.load(os.environ)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; what the user can mend comes out as one line."""
    try:
        return trio.run(work)
    except (ConfigurationError, StorageError, CallFailed, BadTwiml, OSError) as error:
        raise click.ClickException(str(error)) from None
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt):
            raise click.Abort from None
        raise
