"""What a real deployment still lacks, each with its fix."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import trio

from engine.caller.vad import DetectorMissing, open_detector
from office import numbers, own_tools
from web.configuration import Configuration
from web.door import descriptors

_REACHABLE_WITHIN_S = 3.0

REMINDER = (
    "note: on the number in the Twilio console, set the voice webhook to HTTP POST, and a voice fallback URL "
    "(a TwiML Bin with a few words, or your mobile) that answers while this server is down: nothing here can "
    "check either"
)


async def problems(configuration: Configuration, database: Path) -> list[str]:
    """Return one line for each thing that is missing, in the order in which to mend them.

    None if all is well.
    """
    found = []
    if configuration.auth_token is None:
        found.append("TWILIO_AUTH_TOKEN is not set: copy the auth token from the Twilio console")
    if configuration.account_sid is None:
        found.append(
            "TWILIO_ACCOUNT_SID is not set: copy the account SID from the Twilio console, "
            "or neither owners nor callers get a text message"
        )
    if configuration.public_url is None:
        found.append("FRONTDESK_PUBLIC_URL is not set: give the https address that Twilio is to ring")
    if problem := configuration.model_problem:
        found.append(f"{problem}: create a key at your model provider")
    if problem := await _unreachable(configuration.realtime_url):
        found.append(problem)
    if problem := _detector_problem(configuration):
        found.append(problem)
    if problem := _tools_problem(configuration):
        found.append(problem)
    if problem := descriptors.problem(descriptors.highest_limit(), configuration.max_calls):
        found.append(problem)
    return found + await trio.to_thread.run_sync(_database_problems, database)


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
        open_detector(configuration.settings)
    except DetectorMissing as error:
        return str(error)
    return None


def own_tools_of(configuration: Configuration) -> list[str]:
    """Write one line for each place that names tools of this deployment's own; none if one of them is bad."""
    if _tools_problem(configuration):
        return []
    return [
        f"note: calls have {', '.join(tool.name for tool in tools)} from {source}"
        for source, tools in own_tools.found(configuration.tools).items()
    ]


def _tools_problem(configuration: Configuration) -> str | None:
    try:
        own_tools.found(configuration.tools)
    except own_tools.BadTool as error:
        return str(error)
    return None


def _database_problems(path: Path) -> list[str]:
    add = f"frontdesk business add NAME --number +E164 --timezone ZONE --database {path}"
    if not path.exists():
        return [f"there is no database at {path}: make it with {add}"]
    try:
        # Read-only and beside the server, which may be running.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            known = conn.execute("SELECT id, name, number FROM businesses ORDER BY id").fetchall()
            found = [line for row in known for line in _number_problems(conn, *row)]
    except sqlite3.DatabaseError as error:
        return [f"the database at {path} cannot be read ({error}): give another --database"]
    return found if known else [f"the database at {path} has no business: add one with {add}"]


def _number_problems(conn: sqlite3.Connection, business_id: int, name: str, number: str) -> list[str]:
    """Say what is wrong with the numbers to which this business's calls and messages go."""
    if not conn.execute(
        "SELECT 1 FROM pragma_table_info('businesses') WHERE name = 'owner_phone'"
    ).fetchone():
        return []  # a file of an earlier version, which has none; the server brings it up to date
    (owner_phone,) = conn.execute(
        "SELECT owner_phone FROM businesses WHERE id = ?", (business_id,)
    ).fetchone()
    people = conn.execute(
        "SELECT name, phone FROM people WHERE business_id = ? ORDER BY position", (business_id,)
    )
    found = []
    if owner_phone is None:
        found.append(f"{name} has no owner's number: nobody is told of what callers left")
    elif problem := numbers.text_problem(owner_phone, number):
        found.append(f"{name}: the owner's number {numbers.masked(owner_phone)} {problem}")
    for person, phone in people:
        if not numbers.dialable(phone, number):
            shown = numbers.masked(phone)
            found.append(
                f"{name}: nobody can be put through to {person} ({shown}): give an ordinary number of the "
                "business's own country"
            )
    return found
