import datetime as dt
import logging
import os
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from functools import partial

import httpx2
import pytest
import trio
import trio.testing

from engine.audio import SILENCE_BYTE
from office import recordings
from office.language import spoken
from simulator import (
    HangUp,
    ModelScript,
    Reply,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
    murmur,
    serve_model,
)
from simulator.model_script import Call
from simulator.phone import place_call
from simulator.twilio_api import serve_twilio_api
from simulator.twilio_http import signature
from storage import businesses, call_settings, calls, leads, messages, owners
from storage.database import open_database
from storage.errors import DatabaseGone
from tests.office.support import CALLER, NUMBER, PUBLIC_URL, TOKEN, local, public
from web import configuration, server
from web.configuration import ConfigurationError
from web.door.listener import listening_socket
from web.twilio import twiml

GREETING = Reply("Hello, this is Salon.", murmur(300, pitch=190))


def answered_by(model_url, **more):
    return configuration.load({"FRONTDESK_REALTIME_URL": model_url, "OPENAI_API_KEY": "sk-simulated", **more})


@pytest.fixture
async def path(tmp_path):
    """The file of a business that is on no line yet."""
    add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")
    async with open_database(tmp_path / "frontdesk.db") as database:
        await database.write(add)
    return str(tmp_path / "frontdesk.db")


@asynccontextmanager
async def serving(path, configured, *, drain_s=0.5, say=lambda _: None):
    """A server in this process: its URL, and the event that stops it. Left when it has stopped."""
    stop = trio.Event()
    serve = partial(
        server.serve,
        configured,
        host="127.0.0.1",
        port=0,
        database=path,
        stop=stop.wait,
        drain_s=drain_s,
        say=say,
    )
    async with trio.open_nursery() as nursery:
        host, port = await nursery.start(serve)
        yield f"http://{host}:{port}", stop
        stop.set()


async def outcome(path, report):
    """How the call ended, as the file says."""
    async with open_database(path) as database:
        return await database.read(lambda conn: calls.outcome(conn, report.call_sid))


@pytest.fixture
async def model(nursery):
    return await nursery.start(serve_model, ModelScript(replies=[GREETING]))


async def ring(url, *steps, **more):
    return await place_call(url, steps, called=NUMBER, caller=CALLER, **more)


def at_first_word(act):
    """An observer of the caller that acts when the bot begins to speak."""

    def observe(moment):
        if moment.kind == "bot speaks":
            act()

    return observe


async def test_a_call_goes_through_the_whole_server_to_its_record(path, model):
    async with serving(path, answered_by(model.url)) as (url, _):
        report = await ring(url, UntilBotSpeaks(20), UntilBotQuiet(20), HangUp())

    assert (report.carrier.played, report.carrier.violations) == (GREETING.audio, [])
    assert model.violations == []
    assert await outcome(path, report) == "caller_hung_up"


async def test_a_call_behaves_as_server_and_business_set_it_and_a_name_that_is_gone_costs_none(path, model):
    async with open_database(path) as database:
        mine = {"silence_ms": "1000", "turn_end_ms": "500"}
        await database.write(lambda conn: call_settings.put(conn, 1, mine))
    configured = answered_by(model.url, FRONTDESK_SET="silence_prompts=0 silence_ms=60000")
    async with serving(path, configured) as (url, _):
        report = await ring(url, UntilBotSpeaks(20), UntilBotQuiet(20), UntilClosed(4_000), HangUp())

    assert report.carrier.played.startswith(GREETING.audio)
    assert await outcome(path, report) == "silence_timeout"


async def test_a_call_is_recorded_if_its_business_keeps_audio_and_from_the_notice_on(path, nursery):
    keeping = partial(
        businesses.add,
        name="Keeping",
        number="+14155550101",
        timezone="Europe/Berlin",
        language="en",
        keeps_audio=True,
        notice="This call is recorded.",
    )
    async with open_database(path) as database:
        await database.write(keeping)
    told = Reply("This call is recorded. Hello.", murmur(300, pitch=190))
    model = await nursery.start(serve_model, ModelScript(replies=[told]))
    heard_out = (UntilBotSpeaks(20), UntilBotQuiet(700), HangUp())
    async with serving(path, answered_by(model.url)) as (url, _):
        await ring(url, *heard_out)
        to_keeping = partial(place_call, url, called="+14155550101", caller=CALLER)
        await to_keeping([UntilBotSpeaks(20), HangUp()])
        report = await to_keeping(heard_out)

    (file,) = recordings.folder_of(path).iterdir()
    recorded = recordings.read(file)
    assert (file.name, recorded.call_sid) == (f"{report.call_sid}.jsonl", report.call_sid)
    assert b"".join(audio for _, _, audio in recorded.bot) == SILENCE_BYTE * len(told.audio)
    assert recorded.caller
    assert [event.kind for event in recorded.events].count("notice_heard") == 1
    assert recorded.events[-1].kind == "hang_up"
    assert CALLER[1:] not in file.read_text("ascii")


@pytest.mark.parametrize("typed", [PUBLIC_URL, "HTTPS://Desk.Example.com/"])
async def test_a_signed_call_goes_through_where_everything_is_checked(path, model, typed):
    signed = {"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": typed}
    async with serving(path, answered_by(model.url, **signed)) as (url, _):
        steps = [UntilBotSpeaks(20), HangUp()]
        report = await ring(url, *steps, auth_token=TOKEN, public_url=PUBLIC_URL)

    assert report.carrier.violations == []
    assert await outcome(path, report) == "caller_hung_up"


async def test_a_number_that_is_set_to_get_is_answered_with_the_fix_and_no_page(path):
    async with serving(path, local()) as (url, _), httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{url}/twilio/voice", params={"CallSid": "CA1", "To": NUMBER})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.text == "Set this webhook to HTTP POST in the Twilio console.\n"


async def test_a_caller_whose_model_is_dead_hears_an_apology(path):
    async with serving(path, answered_by("ws://127.0.0.1:1/v1/realtime")) as (url, _):
        report = await ring(url, UntilClosed())

    assert report.spoken_after == (twiml.ENGLISH.apology,)
    assert await outcome(path, report) == "model_failed"


async def test_stopping_lets_a_live_call_end_by_itself(path, model):
    async with serving(path, answered_by(model.url), drain_s=10) as (url, stop):
        steps = [UntilBotSpeaks(20), UntilBotQuiet(20), HangUp()]
        report = await ring(url, *steps, on_event=at_first_word(stop.set))

    assert report.carrier.played == GREETING.audio
    assert await outcome(path, report) == "caller_hung_up"


async def test_a_call_that_outlasts_the_drain_is_cancelled_and_apologised_for(path, model):
    async with serving(path, answered_by(model.url)) as (url, stop):
        report = await ring(url, UntilBotSpeaks(20), UntilClosed(), on_event=at_first_word(stop.set))

    assert report.carrier.close_code == 1000
    assert report.spoken_after == (twiml.ENGLISH.apology,)
    assert await outcome(path, report) == "server_stopped"


async def test_a_local_server_refuses_what_a_tunnel_brings_to_any_path(path):
    async with serving(path, local()) as (url, _), httpx2.AsyncClient(trust_env=False) as client:
        bare = await client.get(f"{url}/healthz")
        asked = [
            await client.request(method, url + page, headers=headers)
            for method, page in (("POST", "/twilio/voice"), ("GET", "/healthz"), ("GET", "/nowhere"))
            for headers in ({"X-Forwarded-For": "1.2.3.4"}, {"Host": "desk.example.com"})
        ]

    assert bare.status_code == 200
    assert [response.status_code for response in asked] == [403] * 6


OWNER = "+14155550177"
TEXTING = {"TWILIO_ACCOUNT_SID": "AC" + "a1" * 16, "TWILIO_AUTH_TOKEN": TOKEN}
TAKE_MESSAGE = Call("take_message", {"text": "Please ring back."})
TOLD = spoken.to_owner(
    "en",
    "Salon",
    spoken.Who(number=CALLER),
    [spoken.say("en", "owner_message", text=TAKE_MESSAGE.arguments["text"])],
)


@pytest.fixture
async def told_path(path):
    """The file of a business whose owner is to be told."""
    async with open_database(path) as database:
        await database.write(lambda conn: businesses.change(conn, 1, owner_phone=OWNER))
    return path


@pytest.fixture
async def api(nursery):
    """Twilio's side of text messages, and an event that is set at the first."""
    asked = trio.Event()
    served = await nursery.start(partial(serve_twilio_api, on_request=lambda _: asked.set()))
    return served, asked


async def outgoing(path):
    query = "SELECT recipient, body, status FROM outbox ORDER BY id"
    async with open_database(path) as database:
        return await database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


async def test_what_a_call_left_is_told_when_it_has_ended_and_not_before(told_path, nursery, api):
    served, asked = api
    greeting = Reply(GREETING.text, GREETING.audio, calls=(TAKE_MESSAGE,))
    model = await nursery.start(serve_model, ModelScript(replies=[greeting, GREETING]))
    told_during_the_call = []
    configured = answered_by(model.url, **TEXTING, FRONTDESK_TWILIO_API_URL=served.url)

    async with serving(told_path, configured) as (url, _):
        steps = [UntilBotSpeaks(20), UntilBotQuiet(500), HangUp()]
        report = await ring(
            url, *steps, auth_token=TOKEN, on_event=lambda _: told_during_the_call.extend(served.requests)
        )
        with trio.fail_after(5):
            await asked.wait()

    assert (report.carrier.violations, told_during_the_call) == ([], [])
    assert [request.form for request in served.requests] == [{"From": NUMBER, "To": OWNER, "Body": TOLD}]
    assert await outgoing(told_path) == [(OWNER, TOLD, "sent")]


async def test_while_the_file_is_gone_nothing_is_promised_and_once_it_is_back_the_call_stands_in_it(
    told_path, nursery, api
):
    served, asked = api
    greeting = Reply(GREETING.text, GREETING.audio, calls=(TAKE_MESSAGE,))
    model = await nursery.start(serve_model, ModelScript(replies=[greeting, GREETING]))
    configured = answered_by(model.url, **TEXTING, FRONTDESK_TWILIO_API_URL=served.url)

    async with serving(told_path, configured) as (url, _), httpx2.AsyncClient(trust_env=False) as client:
        await trio.Path(told_path).rename(f"{told_path}.elsewhere")
        report = await ring(url, UntilBotSpeaks(20), UntilBotQuiet(500), HangUp(), auth_token=TOKEN)
        readiness = await client.get(f"{url}/readyz")
        await trio.Path(f"{told_path}.elsewhere").rename(told_path)
        with trio.fail_after(10):
            await asked.wait()

    assert model.models[0].outputs[0][1] == {"status": "refused", "say": spoken.say("en", "cannot_write")}
    assert (readiness.status_code, readiness.json()["database"]) == (503, DatabaseGone().reason)
    assert (report.carrier.violations, await outcome(told_path, report)) == ([], "caller_hung_up")
    assert await outgoing(told_path) == [(OWNER, TOLD, "sent")]


async def crashed(path, at):
    """Leave a call in the file as a process that died in it leaves it."""

    def write(conn):
        lead = leads.find_or_create(conn, 1, phone=CALLER, call_sid="CA1")
        calls.begin(conn, 1, call_sid="CA1", caller=CALLER, lead_id=lead.id, started_at=at)
        messages.take(conn, 1, lead_id=lead.id, call_sid="CA1", text=TAKE_MESSAGE.arguments["text"])

    async with open_database(path) as database:
        await database.write(write)


async def test_what_a_dead_process_left_is_told_when_the_next_one_starts(told_path, api):
    served, asked = api
    await crashed(told_path, dt.datetime.now(dt.UTC))
    configured = answered_by("ws://127.0.0.1:1", **TEXTING, FRONTDESK_TWILIO_API_URL=served.url)

    async with serving(told_path, configured):
        with trio.fail_after(5):
            await asked.wait()

    assert [request.form["Body"] for request in served.requests] == [TOLD]
    assert await outgoing(told_path) == [(OWNER, TOLD, "sent")]


async def test_without_an_account_nothing_is_sent_and_that_is_said_once(told_path, api, caplog):
    served, _ = api
    caplog.set_level(logging.INFO)
    await crashed(told_path, dt.datetime.now(dt.UTC))
    configured = answered_by(
        "ws://127.0.0.1:1", FRONTDESK_TWILIO_API_URL=served.url, TWILIO_AUTH_TOKEN="12345"
    )

    async with serving(told_path, configured):
        await trio.testing.wait_all_tasks_blocked(0.05)

    said = [line for record in caplog.records if "no text message" in (line := record.getMessage())]
    assert said == ["no text message is sent: TWILIO_ACCOUNT_SID is not set"]
    assert (served.requests, await outgoing(told_path)) == ([], [(OWNER, TOLD, "pending")])


async def test_after_a_transfer_the_owner_is_told_as_soon_as_the_line_is_free(told_path, api):
    served, asked = api
    configured = answered_by("ws://127.0.0.1:1", **TEXTING, FRONTDESK_TWILIO_API_URL=served.url)
    await crashed(told_path, dt.datetime.now(dt.UTC))

    def transfer(conn):
        calls.set_transfer(conn, 1, "CA1", OWNER)
        finish = partial(calls.finish, outcome="transferred", detail="", duration_ms=1, events=[])
        conn.execute("UPDATE calls SET outcome = NULL")
        finish(conn, 1, call_sid="CA1", ended_at=dt.datetime.now(dt.UTC))

    async with open_database(told_path) as database:
        await database.write(transfer)
    async with serving(told_path, configured) as (url, _), httpx2.AsyncClient(trust_env=False) as client:
        form = {"CallSid": "CA1", "DialCallStatus": "completed", "CallStatus": "in-progress"}
        signed = {"X-Twilio-Signature": signature(TOKEN, f"{url}/twilio/dialled", form)}
        answer = await client.post(f"{url}/twilio/dialled", data=form, headers=signed)
        assert (answer.status_code, answer.text) == (200, twiml.hang_up())
        with trio.fail_after(5):
            await asked.wait()

    assert await outgoing(told_path) == [(OWNER, TOLD, "sent")]


refused = partial(server.serve, stop=trio.sleep_forever)


async def test_an_exposed_server_refuses_to_start(path):
    with pytest.raises(ConfigurationError, match="loopback"):
        await refused(local(), host="0.0.0.0", port=0, database=path)
    unsigned = configuration.load({"FRONTDESK_PUBLIC_URL": PUBLIC_URL})
    with pytest.raises(ConfigurationError, match="TWILIO_AUTH_TOKEN"):
        await refused(unsigned, host="127.0.0.1", port=0, database=path)


async def test_an_address_in_use_is_refused_before_the_file_is_touched(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await refused(public(), host="127.0.0.1", port=port, database=str(tmp_path / "new.db"))

    assert list(tmp_path.iterdir()) == []


async def test_a_stalled_peer_breaks_its_own_connection():
    with listening_socket("127.0.0.1", 0) as listener:
        async with await trio.open_tcp_stream(*listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5_000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_process_stops_at_a_signal_with_exit_code_0(path, number):
    command = [sys.executable, "-m", "web", "serve", "--port", "0", "--database", path]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TWILIO", "FRONT"))
    }
    run = partial(trio.run_process, command, stderr=subprocess.PIPE, env=environment)

    async with trio.open_nursery() as nursery:
        process = await nursery.start(partial(run, stderr=subprocess.PIPE))
        lines = b""
        while b"listening on http://127.0.0.1:" not in lines:
            lines += await process.stderr.receive_some()
        process.send_signal(number)
        while more := await process.stderr.receive_some():
            lines += more
        assert await process.wait() == 0
    assert b"stopped" in lines
    assert b"Traceback" not in lines


async def test_while_nobody_can_sign_in_each_start_says_a_link_that_lets_the_first_owner_in(path, caplog):
    said = []
    async with serving(path, local(), say=said.append) as (url, _):
        link = said[0].rpartition(" ")[2]
        assert link.startswith(f"{url}/welcome/")
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(link)
        assert (page.status_code, "Welcome to Frontdesk" in page.text) == (200, True)
    assert link.rpartition("/")[2] not in caplog.text
    async with open_database(path) as database:
        add = partial(owners.add, email="a@b.co", password_hash="$argon2id$", language="en")
        await database.write(add)
    async with serving(path, local(), say=said.append):
        assert len(said) == 1
