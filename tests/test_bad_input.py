"""What no peer should send: it is refused or ignored with a reason, and the call, or the next one, is good.

First the model's socket, in memory and under the virtual clock; then the server's sockets, over TCP.
"""

import json
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import httpx2
import pytest
import trio
from attrs import define, evolve

from engine.outcome import Outcome
from engine.peers.realtime_link import RealtimeLink
from engine.tools import Tool
from rehearsal.links import TransportLink
from rehearsal.rig import CALL_SID, FakeOffice, NameArguments, place
from simulator.caller import HangUp, Say, Send, UntilBotQuiet, UntilBotSpeaks, UntilClosed
from simulator.model import Model
from simulator.model_script import Call, ModelScript, Reply
from simulator.tones import murmur
from simulator.transport import TransportClosed, memory_pair
from simulator.twilio_http import signature, verbs
from simulator.websocket import UpgradeRefused, connect_websocket, wrap_client_stream
from storage import calls
from storage.database import open_database
from tests import booking
from tests.office.support import PUBLIC_URL, TOKEN, connected, start
from tests.office.support import media as some_media
from tests.real import ModelOverStreams, add_business, open_booking_office, open_desk
from web.twilio import twiml

GREETING = Reply("Demo Dental, how can I help?", murmur(400, pitch=180))
NOTED = Reply("Thank you, Ada.", murmur(400, pitch=190))
BYE = Reply("Goodbye!", murmur(400, pitch=200), calls=(Call("end_call"),))
CALLER = [
    UntilBotSpeaks(100),
    UntilBotQuiet(300),
    Say("My name is Ada.", murmur(500)),
    UntilBotSpeaks(100),
    UntilBotQuiet(300),
    Say("Bye.", murmur(500)),
    UntilClosed(),
]
MODEL = ModelScript(
    replies=[GREETING, Reply(calls=(Call("note_name", {"full_name": "Ada"}),)), NOTED, BYE],
    hears=["My name is Ada.", "Bye."],
)
SAID = [
    ("bot", GREETING.text),
    ("caller", "My name is Ada."),
    ("bot", NOTED.text),
    ("caller", "Bye."),
    ("bot", BYE.text),
]
TOOLS = [("note_name", "ok"), ("end_call", "ok")]
PLAYED = GREETING.audio + NOTED.audio + BYE.audio


async def note_name(_arguments, _call):
    await trio.lowlevel.checkpoint()
    return {"status": "ok"}


def office():
    return FakeOffice(tools=[Tool(name="note_name", description="", arguments=NameArguments, run=note_name)])


def complaints(caplog):
    """What was logged as more than the account of a call. No traceback may be among it."""
    assert [record for record in caplog.records if record.exc_info] == []
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert {record.levelname for record in loud} <= {"WARNING"}
    return [record.getMessage() for record in loud]


# The model's socket: messages


class Meddled:
    """A model's link on which `nonsense` comes before every message of the session once it is configured."""

    def __init__(self, link, nonsense):
        self._link = link
        self._nonsense = nonsense
        self._next = []
        self.meddled = 0

    async def send(self, message):
        await self._link.send(message)

    async def receive(self):
        await trio.lowlevel.checkpoint()
        if not self._next:
            message = await self._link.receive()
            opening = json.loads(message)["type"] in ("session.created", "session.updated")
            self._next = [message] if opening else [self._nonsense, message]
            self.meddled += not opening
        return self._next.pop(0)


@define
class AtHand:
    """A model in memory whose link is wrapped on the engine's side."""

    nursery: trio.Nursery
    script: ModelScript
    wrap: Callable[[TransportLink], Any]
    model: Model | None = None
    link: Any = None

    @asynccontextmanager
    async def connect(self):
        ours, theirs = memory_pair()
        self.model = Model(theirs, self.script)
        self.nursery.start_soon(self.model.run)
        self.link = self.wrap(TransportLink(ours))
        try:
            yield RealtimeLink(self.link)
        finally:
            ours.abort()


def event(kind, **fields):
    return json.dumps({"type": kind, **fields})


MOST_LINES = 50  # of ignored messages, in the log of one call
STRANGE = {"response_id": "resp_x", "item_id": "item_x", "delta": "/38A"}
DELTA = "response.output_audio.delta"
FORMAT = {"format": {"type": "audio/pcmu"}}
NONSENSE = {
    # Malformed: each is ignored with the field and the reason, and none of it is quoted.
    "nothing": ("", "message: not JSON"),
    "not JSON": ("{'type'", "message: not JSON"),
    "no object": ('["response.done"]', "message: must be an object"),
    "a binary frame": (b"\x00\xff", "message: binary; must be text"),
    "no type": ('{"event": "media"}', "type: must be a string"),
    "a type of a wrong type": (event(["error"]), "type: must be a string"),
    "a megabyte that is not JSON": ("x" * 1_000_000, "message: not JSON"),
    "a number without end": ('{"type": ' + "9" * 100_000 + "}", "message: not JSON"),
    "lists without end": ("[" * 100_000, "message: not JSON"),
    "an event without end": (
        '{"type": "response.done", "response": ' + '{"a": ' * 100_000,
        "message: not JSON",
    ),
    "audio of no response": (
        event(DELTA, **STRANGE | {"response_id": None}),
        "response_id: must be a string",
    ),
    "audio of a wrong type": (event(DELTA, **STRANGE | {"delta": [255]}), "delta: must be a string"),
    "audio that is no base64": (event(DELTA, **STRANGE | {"delta": "%%%"}), "delta: must be base64"),
    "half a character": (
        event("response.output_audio_transcript.delta", **STRANGE | {"delta": "\ud800"}),
        "delta: holds an unpaired surrogate",
    ),
    "a response without an id": (event("response.created", response={}), "id: must be a string"),
    "a call without arguments": (
        event(
            "response.output_item.done",
            response_id="r",
            item={"id": "i", "type": "function_call", "status": "completed", "call_id": "c", "name": "n"},
        ),
        "arguments: must be a string",
    ),
    "an error that is a word": (event("error", error="oops"), "error: must be an object"),
    # Well-formed and out of place: it changes nothing.
    "a type of the future": (event("response.dance", steps=[1, 2, 3]), None),
    "a megabyte of the future": (event("response.dance", steps="x" * 1_000_000), None),
    "an error about nothing": (event("error", error={"type": "server_error", "event_id": "event_x"}), None),
    "sound of a strange response": (event(DELTA, **STRANGE), None),
    "words of a strange response": (event("response.output_audio_transcript.delta", **STRANGE), None),
    "an item of a strange response": (
        event("response.output_item.added", response_id="resp_x", item={"id": "item_x", "type": "message"}),
        None,
    ),
    "a call by a strange response": (
        event(
            "response.output_item.done",
            response_id="resp_x",
            item={
                "id": "item_x",
                "type": "function_call",
                "status": "completed",
                "call_id": "call_x",
                "name": "end_call",
                "arguments": "{}",
            },
        ),
        None,
    ),
    "the end of a strange response": (
        event("response.done", response={"id": "resp_x", "status": "failed"}),
        None,
    ),
    "a second session": (event("session.created"), None),
    "another format in mid-call": (
        event("session.updated", session={"audio": {"input": FORMAT, "output": FORMAT | {"voice": "x"}}}),
        None,
    ),
}


@pytest.mark.parametrize(("nonsense", "complaint"), NONSENSE.values(), ids=NONSENSE.keys())
async def test_a_model_that_talks_nonsense_in_between_is_understood_all_the_same(
    nonsense, complaint, autojump_clock, caplog
):
    async with trio.open_nursery() as nursery:
        at_hand = AtHand(nursery, MODEL, partial(Meddled, nonsense=nonsense))
        placed = await place(CALLER, connect=at_hand.connect, office=office())
    placed.assert_clean()
    assert (placed.said(), placed.outcome) == (SAID, Outcome.COMPLETED)
    assert [(tool["name"], tool["status"]) for tool in placed.of("tool_answered")] == TOOLS
    assert (placed.carrier.played, at_hand.model.violations) == (PLAYED, [])
    assert at_hand.link.meddled > 30
    ignored = [f"{CALL_SID}: model message ignored: {complaint}"] if complaint else []
    assert complaints(caplog) == ignored * min(at_hand.link.meddled, MOST_LINES)


class Opening:
    """A model's link whose first word is `nonsense`."""

    def __init__(self, link, nonsense):
        self._link = link
        self._first = [nonsense]

    async def send(self, message):
        await self._link.send(message)

    async def receive(self):
        await trio.lowlevel.checkpoint()
        return self._first.pop() if self._first else await self._link.receive()


@pytest.mark.parametrize("name", [name for name in NONSENSE if name != "an error about nothing"])
async def test_a_malformed_message_before_the_session_is_there_costs_no_call(name, autojump_clock, caplog):
    nonsense, complaint = NONSENSE[name]
    async with trio.open_nursery() as nursery:
        at_hand = AtHand(nursery, MODEL, partial(Opening, nonsense=nonsense))
        placed = await place(CALLER, connect=at_hand.connect, office=office())
    placed.assert_clean()
    assert (placed.said(), placed.outcome) == (SAID, Outcome.COMPLETED)
    assert complaints(caplog) == ([f"{CALL_SID}: model message ignored: {complaint}"] if complaint else [])


# The model's socket: what the model asks of a tool

ARGUMENTS = {
    "not JSON": ("{full_name", "arguments: not JSON; send one JSON object"),
    "no object": ('"Ada"', "arguments: send one JSON object"),
    "a wrong type": ('{"full_name": 7}', "arguments.full_name"),
    "too much": (json.dumps({"full_name": "x" * 20_000}), "arguments: longer than 16384 bytes"),
    "a number without end": ('{"full_name": ' + "9" * 16_000 + "}", "arguments: not JSON"),
    "lists without end": ("[" * 16_000, "arguments: not JSON"),
    "objects without end": ('{"a":' * 3_000, "arguments: not JSON"),
}


@pytest.mark.parametrize(("arguments", "refusal"), ARGUMENTS.values(), ids=ARGUMENTS.keys())
async def test_arguments_that_no_tool_can_take_are_refused_and_the_call_goes_on(
    arguments, refusal, autojump_clock, caplog
):
    asked = Reply(calls=(Call("note_name", arguments),))
    placed = await place(CALLER, evolve(MODEL, replies=[GREETING, asked, NOTED, BYE]), office=office())
    placed.assert_clean()
    assert (placed.said(), placed.outcome) == (SAID, Outcome.COMPLETED)
    (_, output), _ = placed.model.outputs
    assert (output["status"], refusal in output["say"]) == ("refused", True)
    assert complaints(caplog) == []


async def test_a_megabyte_of_words_is_kept_and_costs_nothing_else(tmp_path, autojump_clock, caplog):
    long = ("a word, " * 125_000).strip()
    model = ModelScript(replies=[evolve(GREETING, text=long), NOTED, BYE], hears=[long, "Bye."])
    path = tmp_path / "frontdesk.db"
    await add_business(path)
    async with open_booking_office(path) as (database, office):
        placed = await place(CALLER, model, office=office)
        events = await database.read(lambda conn: calls.events(conn, 1, CALL_SID))
    placed.assert_clean()
    said = [("bot", long), ("caller", long), ("bot", NOTED.text), ("caller", "Bye."), ("bot", BYE.text)]
    assert (placed.said(), placed.outcome) == (said, Outcome.COMPLETED)
    assert [event.fields for event in events] == [event.fields for event in placed.record.events]
    assert complaints(caplog) == []


# The model's socket: frames


def frame(opcode, payload, *, final=True):
    """A WebSocket frame as a server sends it."""
    length = len(payload)
    size = bytes([length]) if length < 126 else b"\x7f" + length.to_bytes(8, "big")
    return bytes([opcode | 0x80 * final]) + size + payload


TEXT, PING = 1, 9
BREACHES = {
    "no such opcode": (frame(3, b"{}"), "closed with 1002 'Invalid opcode 0x3'"),
    "not UTF-8": (frame(TEXT, b"\xff\xfe"), "closed with 1007"),
    "a message inside a message": (frame(TEXT, b"{", final=False) + frame(TEXT, b"}"), "closed with 1002"),
    "a ping too long": (frame(PING, b"x" * 126), "closed with 1002"),
    "17 MiB": (frame(TEXT, b"x" * 17 * 2**20), "closed with 1009"),
    "no WebSocket at all": (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", "closed with 1002"),
}


@pytest.mark.parametrize(("raw", "reason"), BREACHES.values(), ids=BREACHES.keys())
async def test_a_model_that_breaks_the_websocket_ends_the_call_in_time_for_an_apology(
    raw, reason, autojump_clock, caplog
):
    async with trio.open_nursery() as nursery:
        at_hand = ModelOverStreams(nursery, MODEL)

        @nursery.start_soon
        async def breach():
            await trio.sleep(2)
            await at_hand.streams[0].send_all(raw)

        placed = await place([UntilClosed()], connect=at_hand.connect)
        nursery.cancel_scope.cancel()
    placed.assert_clean()
    assert placed.outcome is Outcome.MODEL_FAILED
    assert placed.record.detail.startswith(f"the model closed the connection: {reason}")
    assert placed.ended_s == pytest.approx(2.0)
    assert placed.carrier.played == GREETING.audio
    assert complaints(caplog) == []


# The server's sockets: a live line

SHORT_CALLER = [UntilBotSpeaks(100), UntilBotQuiet(100), HangUp()]


async def assert_good(desk):
    """A call that comes now is a good one."""
    call = await desk.call(SHORT_CALLER, ModelScript(replies=[GREETING]))
    assert (call.carrier.played, call.carrier.violations, call.model.violations) == (GREETING.audio, [], [])


def media(**fields):
    return json.dumps({"event": "media", "media": {"track": "inbound", "timestamp": "5"} | fields})


ON_THE_LINE = (
    ("", "message: not JSON"),
    ("{'event'", "message: not JSON"),
    ("x" * 65_536, "message: not JSON"),
    ("[" * 60_000, "message: not JSON"),
    (b"", "message: binary; must be text"),
    (b"\x00\xff", "message: binary; must be text"),
    ("null", "message: must be an object"),
    ("{}", "event: must be a string"),
    ('{"event": ["media"]}', "event: must be a string"),
    ('{"event": "media"}', "media: must be an object"),
    (media(), "payload: must be a string"),
    (media(payload="%%"), "payload: must be base64"),
    (media(payload="", timestamp=None), "timestamp: must be a whole number of at most 15 digits"),
    (media(payload="", timestamp="-5"), "timestamp: must be a whole number of at most 15 digits"),
    (media(payload=5, track=["inbound"]), "track: must be a string"),
    (media(payload=""), None),
    (media(payload="AAAA", track="outbound"), None),
    ('{"event": "dtmf", "dtmf": {"digit": "12"}}', "digit: must match [0-9A-D*#]"),
    ('{"event": "dtmf"}', "dtmf: must be an object"),
    ('{"event": "mark", "mark": {"name": 7}}', "name: must be a string"),
    ('{"event": "mark", "mark": {"name": "never set"}}', None),
    ('{"event": "mark", "mark": {"name": "99999999999999999999.-1"}}', None),
    ('{"event": "start"}', "start: must be an object"),
    (start("another token"), None),
    (connected(), None),
    ('{"event": "party", "streamSid": 7}', None),
)


async def test_a_line_that_carries_nonsense_in_between_carries_the_call_all_the_same(tmp_path, caplog):
    greeted, ask = CALLER[:2], CALLER[2:]
    model = evolve(
        MODEL,
        replies=[GREETING, Reply(calls=(Call("update_lead_details", {"full_name": "Ada"}),)), NOTED, BYE],
    )
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            call = await desk.call([*greeted, *(Send(sent) for sent, _ in ON_THE_LINE), *ask], model)
            await assert_good(desk)
        account = await desk.account(call)
    assert (list(account.said), account.outcome[0], account.lead[0]) == (SAID, "completed", "Ada")
    assert (call.carrier.played, account.violations) == (PLAYED, ())
    sid = call.report.call_sid
    assert complaints(caplog) == [
        f"{sid}: carrier message ignored: {reason}" for _, reason in ON_THE_LINE if reason
    ]


async def test_a_message_of_a_megabyte_costs_its_own_call_only(tmp_path, caplog):
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            too_much = [UntilBotSpeaks(100), Send("x" * 1_000_000), UntilClosed()]
            back = [HangUp()]  # their line broke, so they are asked where they were
            call = await desk.call(too_much, ModelScript(replies=[GREETING]), later=[back])
            await assert_good(desk)
        account = await desk.account(call)
    assert (account.ended_by, account.close_code, account.outcome[0]) == ("server", 1009, "caller_hung_up")
    assert len(call.report.carriers) == 2
    assert complaints(caplog) == []


# The server's sockets: who may open one


async def token(desk, call_sid):
    """A token as the voice webhook gives it for this call."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        form = {"CallSid": call_sid, "From": booking.CALLER, "To": booking.NUMBER}
        answer = await client.post(f"{desk.url}/twilio/voice", data=form)
    (stream,) = verbs(answer.text)
    return stream.parameters["token"]


@asynccontextmanager
async def line(desk, *messages):
    """A media socket on which all this is said."""
    async with connect_websocket(f"ws{desk.url.removeprefix('http')}/twilio/media") as socket:
        for message in messages:
            await socket.send(message)
        yield socket


async def close_code(socket):
    while True:
        try:
            await socket.receive()
        except TransportClosed as closed:
            return closed.code


async def test_a_stream_that_may_not_begin_is_closed_and_touches_no_live_call(tmp_path, caplog):
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            first = await token(desk, CALL_SID)
            async with line(desk, connected(), start(first, CALL_SID)) as live:
                await live.receive()
                refused = {}
                for name, messages in {
                    "media before start": [connected(), some_media()],
                    "a token used twice": [connected(), start(first, CALL_SID)],
                    "a token of another call": [connected(), start(await token(desk, "CAother"), CALL_SID)],
                    "no token": [connected(), start("", CALL_SID)],
                    "the same call once more": [connected(), start(await token(desk, CALL_SID), CALL_SID)],
                }.items():
                    async with line(desk, *messages) as second:
                        refused[name] = await close_code(second)
                await live.send('{"event": "stop"}')
                ended = await close_code(live)
            await assert_good(desk)
    assert (refused, ended) == (
        {
            "media before start": 1008,
            "a token used twice": 1008,
            "a token of another call": 1008,
            "no token": 1008,
            "the same call once more": 1013,
        },
        1000,
    )
    unknown = "media: stream refused: its token is unknown, used, expired, or another call's"
    assert complaints(caplog) == [
        "media: stream refused: CallerAudio came where Started must come",
        unknown,
        unknown,
        unknown,
        f"media: call {CALL_SID} not admitted: already on the line",
    ]


async def test_nothing_unsigned_or_odd_gets_into_a_public_server(tmp_path, caplog):
    call = {"CallSid": CALL_SID, "From": booking.CALLER, "To": booking.NUMBER}
    odd = {
        "unsigned": (call, {}),
        "signed by somebody else": (call, {"X-Twilio-Signature": "c29tZWJvZHkgZWxzZQ=="}),
        "for a number of no business": sign({**call, "To": "+15550199"}),
        "without a number": sign({"CallSid": CALL_SID}),
        "without a call": sign({"To": booking.NUMBER}),
    }
    with trio.fail_after(20):
        async with open_desk(tmp_path, signed=True) as desk:
            answers = {}
            async with httpx2.AsyncClient(trust_env=False) as client:
                for name, (form, headers) in odd.items():
                    answer = await client.post(f"{desk.url}/twilio/voice", data=form, headers=headers)
                    answers[name] = (answer.status_code, answer.text)
            with pytest.raises(UpgradeRefused) as refusal:
                async with line(desk):
                    pass
            await assert_good(desk)
    assert refusal.value.status == 403
    assert answers == {
        "unsigned": (403, "bad signature\n"),
        "signed by somebody else": (403, "bad signature\n"),
        "for a number of no business": (200, twiml.say_and_hang_up(twiml.ENGLISH.not_in_service)),
        "without a number": (400, "To is missing\n"),
        "without a call": (400, "CallSid is missing\n"),
    }
    unsigned = "webhook /twilio/voice refused: its signature does not fit its URL and form"
    assert complaints(caplog) == [
        unsigned,
        unsigned,
        f"voice: call {CALL_SID} refused: no business has …99",
        "media: upgrade refused: its signature does not fit FRONTDESK_PUBLIC_URL/twilio/media",
    ]


def sign(form):
    """A form, and the header that makes it Twilio's."""
    url = f"{PUBLIC_URL}/twilio/voice"
    return form, {"X-Twilio-Signature": signature(TOKEN, url, form)}


# The server's sockets: bytes

POST = b"POST /twilio/voice HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
GET_MEDIA = b"GET /twilio/media HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPGRADE = GET_MEDIA + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
BYTES = {
    "a target that is no path": (FORM.replace(b" /tw", b" http:/tw") + b"Content-Length: 0\r\n\r\n", 403),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", 400),
    "no HTTP": (b"hello\r\n\r\n", 400),
    "a header without end": (POST + b"X: " + b"x" * 200_000, 431),
    "a negative length": (FORM + b"Content-Length: -5\r\n\r\n", 400),
    "two lengths": (FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
    "a chunk of no length": (FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello", 400),
    "a megabyte announced": (FORM + b"Content-Length: 1000000\r\n\r\n", 413),
    "a length of 30 digits": (FORM + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", 400),
    "no host": (b"POST /twilio/voice HTTP/1.1\r\n\r\n", 400),
    "a path of odd bytes": (b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    "media without an upgrade": (GET_MEDIA + b"\r\n", 404),
    "an upgrade without a key": (UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n", 400),
    "an upgrade of an old version": (UPGRADE + KEY.replace(b"13", b"8") + b"\r\n", 400),
    "an upgrade elsewhere": ((UPGRADE + KEY).replace(b"/media", b"/other") + b"\r\n", 404),
}


async def connection(desk):
    host, port = desk.url.removeprefix("http://").split(":")
    return await trio.open_tcp_stream(host, int(port))


async def status_of(stream):
    """The status with which these bytes are answered; None if the server just hangs up."""
    answer = b""
    while b"\r\n" not in answer:
        more = await stream.receive_some()
        if not more:
            return None
        answer += more
    return int(answer.split()[1])


async def test_bytes_that_are_no_request_are_answered_and_the_server_goes_on(tmp_path, caplog):
    answers = {}
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk, AsyncExitStack() as streams:
            for name, (sent, _) in BYTES.items():
                stream = await streams.enter_async_context(await connection(desk))
                await stream.send_all(sent)
                answers[name] = await status_of(stream)
            await assert_good(desk)
    assert answers == {name: status for name, (_, status) in BYTES.items()}
    assert complaints(caplog) == []


# In hypercorn's own accept loop one such request is enough to end the whole server.
DEADLY = {
    "a subprotocol that is not ASCII": UPGRADE + KEY + b"Sec-WebSocket-Protocol: \xff\r\n\r\n",
    "a frame right behind the upgrade": UPGRADE + KEY + b"\r\n" + b"\x81\x82abcd" + b"\x1a\x1f",
}


@pytest.mark.parametrize("sent", DEADLY.values(), ids=DEADLY.keys())
async def test_a_request_that_hypercorn_chokes_on_costs_only_its_own_connection(sent, tmp_path):
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            for _ in range(20):
                async with await connection(desk) as stream:
                    await stream.send_all(sent)
                    with suppress(trio.BrokenResourceError):
                        await status_of(stream)
            await assert_good(desk)


async def test_clients_that_close_right_behind_the_head_of_an_answer_leave_nothing_in_the_log(
    tmp_path, caplog
):
    head = b"POST /twilio/voice HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            for _ in range(60):
                async with await connection(desk) as stream:
                    await stream.send_all(head)
                    await status_of(stream)
            await assert_good(desk)
    assert complaints(caplog) == []


CLIENT_BREACHES = {
    "a frame without a mask": b"\x81\x02{}",
    "not UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
    "no such opcode": b"\x83\x82\0\0\0\0{}",
    "a message inside a message": b"\x01\x81\0\0\0\0{\x81\x81\0\0\0\0}",
}


async def test_a_line_that_breaks_the_websocket_ends_its_own_call_only(tmp_path, caplog):
    with trio.fail_after(20):
        async with open_desk(tmp_path) as desk:
            url = f"ws{desk.url.removeprefix('http')}/twilio/media"
            for number, sent in enumerate(CLIENT_BREACHES.values()):
                call_sid = f"CA{number}"
                async with await connection(desk) as stream, trio.open_nursery() as nursery:
                    socket = await wrap_client_stream(nursery, stream, url)
                    await socket.send(connected())
                    await socket.send(start(await token(desk, call_sid), call_sid))
                    await socket.receive()
                    await stream.send_all(sent)
                    await close_code(socket)
            await assert_good(desk)
        async with open_database(desk.path) as database:
            ended = [
                await database.read(partial(calls.outcome, call_sid=f"CA{number}"))
                for number in range(len(CLIENT_BREACHES))
            ]
    assert ended == ["carrier_lost"] * len(CLIENT_BREACHES)
    assert complaints(caplog) == []
