"""The server: database > retention, outbox, reached > switchboard > web application > calls, nested."""

import datetime as dt
import gc
import logging
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio
from hypercorn.config import Config

from engine.caller.vad import DetectorMissing, open_detector
from engine.peers.websocket import ModelAddress
from engine.switchboard import Switchboard
from engine.tools import Tool
from office import afterwards, own_tools, recordings, retention
from office.live import LiveCalls
from office.office import TOOLS
from office.unwritten import Entry, Unwritten, keeping
from storage import owners, sessions
from storage.database import Database, open_database
from storage.errors import StorageError
from web.addresses import counted_customer
from web.answering import Answering
from web.app import Front, build_pages
from web.configuration import Configuration, ConfigurationError
from web.door import descriptors
from web.door.admission import Admission
from web.door.listener import Door, listening_socket, serve_connections
from web.health import Health
from web.metrics import Metrics, MetricsPage
from web.origin import Origin, check_exposure
from web.outbox import Outbox
from web.pages import render
from web.pages.deployment import Deployment
from web.pages.index import blueprints
from web.pages.phone_line import PHONE_PATH, PhoneGate
from web.pages.signin import WELCOME_PATH
from web.pages.site import Site
from web.reached import Reached, setup_of
from web.twilio.media import MEDIA_PATH, MediaMount, TwilioGate
from web.twilio.rest import TwilioAccount, account_of
from web.twilio.tokens import StreamTokens
from web.twilio.webhooks import Webhooks

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
DRAIN_S = 120.0
_CANCELLED_CALLS_S = 10.0  # for the records of calls that did not end by themselves
_LAST_WEBHOOK_S = 2.0  # Twilio asks how to go on right after a stream has ended
_GRACEFUL_S = 5.0
_SWITCH_S = 0.0005  # sys.setswitchinterval
MOST_OF_A_CUSTOMER = 64  # connections of one address; a browser keeps six

Stop = Callable[[], Awaitable[object]]  # returns when the server is to stop
Now = Callable[[], dt.datetime]
Say = Callable[[str], object]  # to whoever started the server: what must not stand in a log


# At once: a pipe or a file would keep it until the server stops.
_print_now: Say = partial(print, flush=True)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def serve_until_signal(
    configuration: Configuration, *, host: str, port: int, database: str, new: bool
) -> None:
    """Serve until SIGTERM or SIGINT, also one that comes before the server listens."""
    put_calls_first()
    descriptors.raise_limit(configuration.max_calls)
    with trio.open_signal_receiver(*SIGNALS) as signals:
        await serve(configuration, host=host, port=port, database=database, new=new, stop=signals.__anext__)


def put_calls_first() -> None:
    """Have what is not a call's own keep this process's calls waiting as little as Python allows.

    What pages need is loaded before there are calls. Then all that is loaded is taken out of the garbage
    collector's sight, for good: a full collection looks at every object while no call is heard, 40 ms for the
    modules alone (https://docs.python.org/3/library/gc.html#gc.freeze). And a thread that reads rows for a
    page gives way to a call ten times as soon as is usual.
    """
    render.load()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_S)


async def serve(
    configuration: Configuration,
    *,
    host: str,
    port: int,
    database: str,
    new: bool = False,
    stop: Stop,
    drain_s: float = DRAIN_S,
    now: Now = _now,
    say: Say = _print_now,
    task_status: trio.TaskStatus[tuple[str, int]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Answer calls until `stop` returns, then let the live ones end; return once all is written.

    `now` dates the calls and decides which times are still to come, in UTC. While no owner exists `say` is
    given a link that makes the first. A database is made only if it is to be `new`, and only where there is
    none: one that is missing was lost, and to answer calls with an empty one would be to be in service for
    nobody. Reports the bound address.
    Raises ConfigurationError, OSError (the address is in use) or StorageError before it listens.
    """
    check_exposure(configuration, host)
    address = model_address(configuration)
    check_detector(configuration)
    tools = tools_of(configuration)
    with listening_socket(host, port) as listener:
        bound = listener.getsockname()[:2]
        folder = recordings.folder_of(database)
        switchboard = Switchboard(configuration.max_calls)
        metrics = Metrics(lambda: switchboard.live)
        live = LiveCalls()
        async with (
            open_database(database, new=new, run_sync=metrics.run_sync) as opened,
            _erasing(opened, folder, now, live),
            _sending(opened, configuration, now) as outbox,
            _noting(opened, configuration, now) as reached,
            keeping(opened, outbox.wake, switchboard.on_the_line) as unwritten,
            metrics.watching_the_loop(),
        ):
            left = partial(afterwards.put_of_interrupted, now=now())
            await _write(
                unwritten, Entry(what="what is left to be told of the last process's calls", job=left)
            )
            origin = Origin(configuration)
            tokens, phone_tokens = StreamTokens(trio.current_time), StreamTokens(trio.current_time)
            answering = Answering(
                database=opened,
                recordings_folder=folder,
                switchboard=switchboard,
                live=live,
                metrics=metrics,
                unwritten=unwritten,
                address=address,
                settings=configuration.settings,
                now=now,
                own_tools=tools,
                heard=partial(reached.note, heard=True),
            )
            webhooks = Webhooks(
                origin=origin,
                tokens=tokens,
                switchboard=switchboard,
                database=opened,
                transfer_over=partial(transfer_over, unwritten, now),
                refused=metrics.refused,
                reached=reached.note,
            )
            health = Health(configuration=configuration, switchboard=switchboard, database=opened, now=now)
            deployment = Deployment(
                configuration=configuration,
                database=opened,
                health=health,
                recordings_folder=folder,
                now=now,
                phone_tokens=phone_tokens,
                live=live,
                tools=(*TOOLS, *tools),
            )
            figures = MetricsPage(configuration=configuration, metrics=metrics)
            machines = [webhooks.blueprint(), health.blueprint(), figures.blueprint()]
            pages = build_pages([*machines, *blueprints(Site(deployment))])
            mount = partial(
                MediaMount, switchboard=switchboard, take_call=answering.take, refused=metrics.refused
            )
            media = (
                mount(path=MEDIA_PATH, admit=TwilioGate(origin).admit, tokens=tokens),
                mount(path=PHONE_PATH, admit=PhoneGate(deployment).admit, tokens=phone_tokens),
            )
            front = Front(origin=origin, media=media, pages=pages)
            async with trio.open_nursery() as nursery:
                shutdown = partial(_drain, stop, switchboard, live, media, drain_s)
                serving = partial(serve_connections, front, hypercorn_config(), listener)
                await nursery.start(partial(serving, door=_door(configuration), shutdown=shutdown))
                if configuration.model_problem:
                    log.warning("callers will hear an apology: %s", configuration.model_problem)
                log.info("listening on http://%s:%d (%s)", *bound, _exposure(configuration))
                await _welcome(unwritten, origin, f"{bound[0]}:{bound[1]}", now, say)
                task_status.started(bound)
    log.info("stopped")


async def transfer_over(
    unwritten: Unwritten, now: Now, call_sid: str, status: str | None, *, back: bool = False
) -> None:
    """Note how a transfer ended, and let what its call has left to be told go out."""
    job = partial(afterwards.transfer_over, call_sid=call_sid, status=status, now=now(), back=back)
    what = f"the end of the transfer of call {call_sid}"
    await _write(unwritten, Entry(what=what, job=job, call_sid=call_sid))


async def _write(unwritten: Unwritten, entry: Entry) -> None:
    """Have it written in the end. Even if it never can be, that keeps no telephone from being answered."""
    try:
        await unwritten.write(entry)
    except (sqlite3.Error, StorageError):
        log.exception("%s cannot be written", entry.what)


@asynccontextmanager
async def _erasing(
    database: Database, recordings_folder: Path, now: Now, live: LiveCalls
) -> AsyncIterator[None]:
    """Erase calls that their business keeps no longer, for as long as the body runs.

    What a process that was killed left unfinished goes before: nobody else has the database now.
    """
    await trio.to_thread.run_sync(recordings.sweep, recordings_folder)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(retention.run, database, recordings_folder, now, live)
        yield
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def _sending(database: Database, configuration: Configuration, now: Now) -> AsyncIterator[Outbox]:
    """Give an outbox that is sent for as long as the body runs; on leaving the last message is finished.

    Outside the calls, so that it outlives them, and inside the database, where their messages are.
    """
    outbox = Outbox(database=database, now=now)
    async with trio.open_nursery() as nursery:
        if account := account_of(configuration):
            nursery.start_soon(_send, outbox, account)
        elif configuration.auth_token is not None:  # without one this is a server to try things on
            log.warning("no text message is sent: TWILIO_ACCOUNT_SID is not set")
        yield outbox
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def _noting(database: Database, configuration: Configuration, now: Now) -> AsyncIterator[Reached]:
    """Write down which businesses calls reach, for as long as the body runs."""
    reached = Reached(setup=setup_of(configuration), database=database, now=now)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(reached.run)
        yield reached
        nursery.cancel_scope.cancel()


async def _send(outbox: Outbox, account: TwilioAccount) -> None:
    async with account.client() as client:
        await outbox.run(partial(account.send_text, client))


async def _welcome(unwritten: Unwritten, origin: Origin, address: str, now: Now, say: Say) -> None:
    """Print a link that lets the first owner in, while nobody can sign in."""

    def job(conn: sqlite3.Connection) -> str | None:
        return sessions.invite(conn, now()) if owners.none_yet(conn) else None

    async def tell(token: str | None) -> None:
        if token is None:
            return
        link = f"{origin.base_url(address)}{WELCOME_PATH}{token}"
        try:
            await trio.to_thread.run_sync(say, f"No owner yet. This link lets one in, once: {link}")
        except OSError:
            log.exception("no link for the first owner: it cannot be printed")

    await _write(unwritten, Entry(what="the link for the first owner", job=job, stands=tell))


def check_detector(configuration: Configuration) -> None:
    """Raise ConfigurationError if this deployment's detector can't be loaded."""
    try:
        open_detector(configuration.settings)
    except DetectorMissing as error:
        raise ConfigurationError(str(error)) from error


def tools_of(configuration: Configuration) -> list[Tool]:
    """Find this deployment's own tools. Raises ConfigurationError if a call can't have them all."""
    try:
        found = own_tools.found(configuration.tools)
    except own_tools.BadTool as error:
        raise ConfigurationError(str(error)) from error
    for source, tools in found.items():
        log.info("own tools: %s (%s)", ", ".join(tool.name for tool in tools), source)
    return [tool for tools in found.values() for tool in tools]


def model_address(configuration: Configuration) -> ModelAddress:
    """Return where this deployment's model is. Raises ConfigurationError if it can't be one."""
    try:
        return ModelAddress(
            url=configuration.realtime_url,
            model=configuration.realtime_model,
            key=configuration.api_key.reveal() if configuration.api_key else "",
            auth=configuration.realtime_auth,
        )
    except ValueError as error:
        raise ConfigurationError(f"the model's address cannot be used: {error}") from None


def _door(configuration: Configuration) -> Door:
    room = descriptors.connections(descriptors.limit_now(), configuration.max_calls)
    return Door(
        admission=Admission(most=room, most_a_customer=MOST_OF_A_CUSTOMER),
        customer_of=partial(counted_customer, proxies=configuration.proxies),
    )


def hypercorn_config() -> Config:
    """Configure how hypercorn speaks on each connection."""
    config = Config()
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")  # our handlers, so masked like every other line
    config.graceful_timeout = _GRACEFUL_S
    config.include_server_header = False
    return config


async def _drain(
    stop: Stop, switchboard: Switchboard, live: LiveCalls, media: Sequence[MediaMount], drain_s: float
) -> None:
    """Wait for `stop`, then until nobody is on the line. hypercorn stops listening when this returns."""
    await stop()
    switchboard.start_draining()
    if not switchboard.live and not any(mount.tokens.pending for mount in media):
        live.stop()
        return
    log.info("draining: %d live calls, at most %.0f s", switchboard.live, drain_s)
    with trio.move_on_after(drain_s):
        await switchboard.wait_empty()
    if switchboard.live:
        log.warning("cancelling %d calls that are still live", switchboard.live)
        for mount in media:
            mount.cancel_calls()
        with trio.move_on_after(_CANCELLED_CALLS_S):
            await switchboard.wait_empty()
    live.stop()
    await trio.sleep(min(_LAST_WEBHOOK_S, drain_s))


def _exposure(configuration: Configuration) -> str:
    if configuration.public_url is not None:
        return f"public as {configuration.public_url}"
    if configuration.auth_token is None:
        return "this machine only: TWILIO_AUTH_TOKEN is not set, so nothing is checked"
    return "this machine only: FRONTDESK_PUBLIC_URL is not set"
