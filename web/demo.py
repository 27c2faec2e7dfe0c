"""The demo: a whole call on this machine, with the real server between a simulated caller and model."""

import datetime as dt
import itertools
import logging
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import trio
from attrs import define, field

from engine import account
from engine.account import CallEvent
from engine.caller.vad import DetectorMissing, open_detector
from engine.log_lines import worded
from engine.settings import DEFAULTS
from rehearsal import scenario
from rehearsal.scenario import Voices
from simulator import ModelScript, ModelServer, Moment, serve_model
from simulator.phone import CallReport, place_call
from storage import businesses, calls
from storage.database import open_database
from web import configuration, server

NUMBER, CALLER = "+15550100", "+15550123"
_TIMEZONE = "America/New_York"
_KEPT_DATABASE = Path("demo.db")
_SATURDAY = 5
_RECORD_LOOKS, _RECORD_LOOK_S = 100, 0.05

_ABOUT = """\
A call to "Demo Dental", as it happens. The server, the turns, the interruption, the tools and the
calendar are real. The caller and the model follow a script: nothing is understood, no key is needed,
and nothing leaves this machine."""

_LINE = {
    "start": "rings, and is answered",
    "bot speaks": "the bot begins to speak",
    "clear": "the rest of the bot's sentence is dropped",
    "server closed": "hung up by the bot",
}

# What of the engine's account the demo shows as it stands; the rest is in a server's log.
_SHOWN = (
    *(account.UserSaid, account.BotPaused, account.BargeIn, account.Murmured),
    *(account.Resumed, account.ToolCalled, account.SilenceWarning, account.HangUp),
)


@define
class Narrator:
    """Prints what happens, each line with its second."""

    began: float = field(factory=trio.current_time)
    _results: int = field(default=0, init=False)

    def tell(self, who: str, what: str) -> None:
        """Print one line."""
        click.echo(f"{trio.current_time() - self.began:6.1f} s  {who:<7}{what}")

    def carrier_event(self, moment: Moment) -> None:
        """Tell what the caller does and hears."""
        if moment.kind == "says":
            self.tell("caller", f'"{moment.detail}"')
        elif moment.kind in _LINE:
            self.tell("line", _LINE[moment.kind])
        elif moment.kind == "violation":
            self.tell("line", f"the server broke the protocol: {moment.detail}")

    def tool_results(self, model_server: ModelServer) -> None:
        """Tell the results that have reached the model since the last time."""
        results = [output for model in model_server.models for _, output in model.outputs]
        for result in results[self._results :]:
            offered = ", ".join(slot["say"] for slot in result.get("slots", []))
            self.tell("desk", f"  result: {result.get('say') or offered or result['status']}")
        self._results = len(results)


class _Account(logging.Handler):
    """Shows the engine's account of the call."""

    def __init__(self, narrator: Narrator) -> None:
        super().__init__(logging.INFO)
        self._narrator = narrator

    def emit(self, record: logging.LogRecord) -> None:
        event: CallEvent | None = getattr(record, "call_event", None)
        if event is None:
            return
        if isinstance(event.line, account.BotSaid):
            self._narrator.tell("bot", _heard(event.line))
        elif isinstance(event.line, _SHOWN):
            self._narrator.tell("desk", worded(event.line))


def _heard(said: account.BotSaid) -> str:
    """Quote the bot's sentence as far as the caller heard it, told when the caller has."""
    if not said.unheard:
        return f'"{said.text}"'
    return (
        f'"{said.text}-" (cut off: {said.heard_ms / 1000:.1f} s of {said.audio_ms / 1000:.1f} s were heard)'
    )


def run(*, keep: bool, clock: trio.abc.Clock | None = None) -> None:
    """Play the demo call; with `keep`, leave ./demo.db and the server behind until interrupted.

    It takes as long as its call does by the clock, which is real time unless another is given.
    """
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as scratch:
        database = _KEPT_DATABASE if keep else Path(scratch) / "demo.db"
        trio.run(partial(_until_interrupted, database, keep=keep), clock=clock)


def _detector(voices: Voices) -> str:
    """Choose the neural one, if it can be loaded and there is a voice for it: a hum is none."""
    try:
        open_detector(DEFAULTS)
    except DetectorMissing:
        return "level"
    return "neural" if voices.spoken else "level"


async def _until_interrupted(database: Path, *, keep: bool) -> None:
    with trio.open_signal_receiver(*server.SIGNALS) as signals:
        async with trio.open_nursery() as nursery:

            async def interrupt() -> None:
                await anext(signals)
                nursery.cancel_scope.cancel()

            nursery.start_soon(interrupt)
            await _play(database, keep=keep)
            nursery.cancel_scope.cancel()


async def _play(database: Path, *, keep: bool) -> None:
    click.echo(_ABOUT)
    voices = await trio.to_thread.run_sync(scenario.record_voices)
    if not voices.spoken:
        click.echo(
            "No speech synthesiser is installed, so both voices hum (pip install 'frontdesk[speech]')."
        )
    click.echo()
    dates = await _prepare(database)
    narrator = Narrator()
    welcome: list[str] = []
    async with _desk(database, voices, dates, narrator, say=welcome.append) as url:
        report = await place_call(
            url,
            scenario.caller_steps(voices),
            called=NUMBER,
            caller=CALLER,
            on_event=narrator.carrier_event,
        )
        _print_end(report)
        await _wait_for_record(database, report.call_sid)
        _print_rows(database, report.call_sid)
        if keep:
            _print_how_to_go_on(url, database, welcome)
            await trio.sleep_forever()


@asynccontextmanager
async def _desk(
    database: Path, voices: Voices, dates: Iterator[dt.date], narrator: Narrator, *, say: server.Say
) -> AsyncIterator[str]:
    """Run the real server with a scripted model behind it, both on loopback; give its URL."""
    stopped = trio.Event()
    async with trio.open_nursery() as nursery:

        def script() -> ModelScript:
            return scenario.model_script(voices, next(dates))

        def model_event(_moment: Moment) -> None:
            narrator.tool_results(model_server)

        model_server = await nursery.start(partial(serve_model, script, on_event=model_event))
        configured = configuration.load(
            {
                "FRONTDESK_REALTIME_URL": model_server.url,
                "OPENAI_API_KEY": "sk-simulated",
                "FRONTDESK_DETECTOR": _detector(voices),
            }
        )
        async with trio.open_nursery() as serving:
            serve = partial(
                server.serve,
                configured,
                host="127.0.0.1",
                port=0,
                database=str(database),
                stop=stopped.wait,
                say=say,
            )
            host, port = await serving.start(serve)
            with _account_shown_by(narrator):
                yield f"http://{host}:{port}"
            stopped.set()
        nursery.cancel_scope.cancel()


@contextmanager
def _account_shown_by(narrator: Narrator) -> Iterator[None]:
    logger, account = logging.getLogger("engine.call"), _Account(narrator)
    level = logger.level
    logger.addHandler(account)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(account)


async def _prepare(path: Path) -> Iterator[dt.date]:
    """Add the demo's business if it is new; weekdays on which nothing is booked yet."""
    add = partial(businesses.add, name="Demo Dental", number=NUMBER, timezone=_TIMEZONE, language="en")

    def prepare(conn: sqlite3.Connection) -> set[str]:
        if businesses.by_number(conn, NUMBER) is None:
            add(conn)
        return {row[0] for row in conn.execute("SELECT date(starts_at) FROM appointments")}

    async with open_database(path) as database:
        booked = await database.write(prepare)
    first = dt.datetime.now(ZoneInfo(_TIMEZONE)).date() + dt.timedelta(days=2)
    dates = (first + dt.timedelta(days=days) for days in itertools.count())
    return (date for date in dates if date.weekday() < _SATURDAY and date.isoformat() not in booked)


def _print_end(report: CallReport) -> None:
    carrier = report.carrier
    code = carrier and carrier.close_code
    click.echo(f"\nHung up by the {report.hung_up_by}; the media socket closed with code {code}.")
    for words in (*report.spoken, *report.spoken_after):
        click.echo(f'Twilio was told to say: "{words}"')


async def _wait_for_record(database: Path, call_sid: str) -> None:
    """Wait for the final record: the line closes before it is written."""
    with closing(_connect(database)) as conn:
        for _ in range(_RECORD_LOOKS):
            if calls.outcome(conn, call_sid) is not None:
                break
            await trio.sleep(_RECORD_LOOK_S)


def _connect(database: Path) -> sqlite3.Connection:
    """Open a look at the file from outside, as any other program could have it."""
    conn = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    return conn


def _print_rows(database: Path, call_sid: str) -> None:
    click.echo("\nWhat the call left in the database:")
    with closing(_connect(database)) as conn:
        for name, query in (
            ("lead", "SELECT full_name, phone FROM leads WHERE last_call_sid = ?"),
            (
                "appointment",
                "SELECT starts_at, ends_at, notes, status, confirmed_heard FROM appointments"
                " WHERE call_sid = ?",
            ),
            ("call", "SELECT call_sid, outcome, detail, duration_ms FROM calls WHERE call_sid = ?"),
            ("events", "SELECT count(*) AS lines FROM call_events WHERE call_sid = ?"),
        ):
            for row in conn.execute(query, (call_sid,)):
                click.echo(f"  {name:<12}{', '.join(f'{key} {row[key]}' for key in row.keys())}")  # noqa: SIM118


def _print_how_to_go_on(url: str, database: Path, welcome: Sequence[str]) -> None:
    click.echo(
        f"\nThe server goes on at {url} with {database}. Call it again from another terminal:\n"
        f"  {sys.argv[0]} call --url {url} --to {NUMBER} --scenario booking\n"
        f"The owner's pages are at {url}. {' '.join(welcome)}\n"
        "Ctrl-C ends it."
    )
