"""What a real deployment still lacks, each with its fix."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import trio
from attrs import evolve

from engine.settings import DEFAULTS
from engine.vad import DetectorMissing, open_detector
from web.configuration import Configuration

_REACHABLE_WITHIN_S = 3.0

REMINDER = (
    "note: set a voice fallback URL on the number in the Twilio console (a TwiML Bin with a few words, or "
    "your mobile): it answers while this server is down, and nothing here can check it"
)


async def problems(configuration: Configuration, database: Path) -> list[str]:
    """One line for each thing that is missing, in the order in which to mend them; none if all is well."""
    found = []
    if configuration.auth_token is None:
        found.append("TWILIO_AUTH_TOKEN is not set: copy the auth token from the Twilio console")
    if configuration.public_url is None:
        found.append("FRONTDESK_PUBLIC_URL is not set: give the https address that Twilio is to ring")
    if problem := configuration.model_problem:
        found.append(f"{problem}: create a key at your model provider")
    if problem := await _unreachable(configuration.realtime_url):
        found.append(problem)
    if problem := _detector_problem(configuration):
        found.append(problem)
    if problem := await trio.to_thread.run_sync(_database_problem, database):
        found.append(problem)
    return found


async def _unreachable(url: str) -> str | None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "wss" else 80)
    try:
        with trio.fail_after(_REACHABLE_WITHIN_S):
            stream = await trio.open_tcp_stream(host, port)
    except (OSError, trio.TooSlowError):
        return f"the model is not reachable at {host}:{port}: check FRONTDESK_REALTIME_URL and the firewall"
    await stream.aclose()
    return None


def _detector_problem(configuration: Configuration) -> str | None:
    try:
        open_detector(evolve(DEFAULTS, detector=configuration.detector))
    except DetectorMissing as error:
        return str(error)
    return None


def _database_problem(path: Path) -> str | None:
    add = f"frontdesk business add NAME --number +E164 --timezone ZONE --database {path}"
    if not path.exists():
        return f"there is no database at {path}: make it with {add}"
    try:
        # Read-only and beside the server, which may be running.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            (count,) = conn.execute("SELECT count(*) FROM businesses").fetchone()
    except sqlite3.DatabaseError as error:
        return f"the database at {path} cannot be read ({error}): give another --database"
    return None if count else f"the database at {path} has no business: add one with {add}"
