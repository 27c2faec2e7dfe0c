"""The command line: `serve`, `call`, `replay`, `doctor`, `demo`; the others stand in `web/commands/`."""

import os
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click

from engine.caller.vad import DetectorMissing, open_detector
from office import recordings
from office.adjust import BadSetting, parse_settings
from office.recorded_call import BadRecording
from rehearsal import replay, scenario, turn_table, wav
from simulator import Moment, Step
from simulator.phone import CallReport, place_call
from web import configuration, demo, doctor, logs, server
from web.commands import access
from web.commands.business import business
from web.commands.diary import appointments, leads, slots
from web.commands.file import backup, restore
from web.commands.hours import hours
from web.commands.knowledge import facts, people, services
from web.commands.owner import owner
from web.commands.prompt import prompt
from web.configuration import Configuration


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="frontdesk")
def main() -> None:
    """An open telephone receptionist for small businesses."""


for command in (
    business,
    hours,
    services,
    facts,
    people,
    slots,
    appointments,
    leads,
    prompt,
    owner,
    backup,
    restore,
):
    main.add_command(command)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
@access.new_database
@click.option("--new", is_flag=True, help="Make the database, for the first start: there must be none yet.")
def serve(host: str, port: int, database: Path, new: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Answer calls until SIGTERM; live calls are then given two minutes to end."""
    configured = _configuration()
    logs.set_up(
        sys.stderr,
        secrets=configured.secrets,
        level=configured.log_level,
        words=configured.logs_words,
    )
    access.run(
        partial(server.serve_until_signal, configured, host=host, port=port, database=str(database), new=new)
    )


@main.command("doctor")
@access.new_database
def diagnose(database: Path) -> None:
    """Say what a real deployment still lacks; exit 1 if anything."""
    configured = _configuration()
    problems = access.run(partial(doctor.problems, configured, database))
    for problem in problems:
        click.echo(f"missing: {problem}")
    for tools in doctor.own_tools_of(configured):
        click.echo(tools)
    click.echo(doctor.REMINDER)
    if problems:
        sys.exit(1)
    click.echo("Everything else is in place.")


def _server_url(_context: click.Context, _parameter: click.Parameter, url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")  # as a look-up does
    except ValueError as error:
        raise click.BadParameter(f"{url!r} is not a URL ({error}); write http://HOST:PORT") from None
    if parts.scheme not in ("http", "https") or not host:
        raise click.BadParameter(f"{url!r} names no server; write http://HOST:PORT")
    return url


@main.command()
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    show_default=True,
    callback=_server_url,
    help="Where the server listens.",
)
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
    _print_report(access.run(ring))


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
    if report.carrier is None or report.spoken or report.spoken_after:
        raise click.ClickException("this call did not go well: the server's log says why")


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
    if changes:
        for line in replay.where_to_keep(settings):
            click.echo(line)


@main.command("demo")
@click.option("--keep", is_flag=True, help="Keep ./demo.db, and the server running, until interrupted.")
def play(keep: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Play a whole call on this machine: no key, no phone, no account."""
    demo.run(keep=keep)


def _configuration() -> Configuration:
    with access.user_errors_as_one_line():
        return configuration.load(os.environ)
