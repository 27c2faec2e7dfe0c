import logging
from functools import partial

import pytest
import trio

from engine.errors import LinkClosed
from engine.ports import CallStart
from engine.switchboard import Switchboard
from office.grant import Grant
from simulator.transport import TransportClosed
from simulator.websocket import UpgradeRefused, connect_websocket
from tests.office.support import (
    CALL_SID,
    PUBLIC_URL,
    STREAM_SID,
    TOKEN,
    ScriptedUpgrade,
    connected,
    local,
    media,
    public,
    start,
)
from tests.web.door import door, get, post, readable, until
from web import configuration, signature
from web.app import Front
from web.door.listener import listening_socket, serve_connections
from web.origin import Origin
from web.server import hypercorn_config
from web.twilio.media import MEDIA_PATH, START_WITHIN_S, MediaMount, TwilioGate
from web.twilio.tokens import StreamTokens

GRANT = Grant(call_sid=CALL_SID, business_id=1, caller_number=None)


def refused_with(code):
    """What is done to a stream that does not begin as it must."""
    return ["accept", ("close", code)]


TAKEN = ["accept", "keep", ("close", 1000)]


class Desk:
    """A media mount whose calls are answered by `answer`, a stand-in for the engine."""

    def __init__(self, answer=None, configured=None, max_calls=2):
        self.calls = []
        self.answer = answer or self.hang_up
        self.tokens = StreamTokens(trio.current_time)
        self.switchboard = Switchboard(max_calls)
        self.origin = Origin(configured or local())
        self.mount = MediaMount(
            path=MEDIA_PATH,
            admit=TwilioGate(self.origin).admit,
            tokens=self.tokens,
            switchboard=self.switchboard,
            take_call=self.take_call,
        )

    def token(self):
        return self.tokens.issue(GRANT)

    async def take_call(self, link, start, grant):
        self.calls.append((start, grant))
        await self.answer(link)

    @staticmethod
    async def hang_up(link):
        await link.close()

    async def meet(self, *messages, **peer):
        """What is done to a peer that says all this and then waits."""
        upgrade = ScriptedUpgrade(**peer)
        upgrade.say(*messages)
        await self.mount(upgrade)
        return upgrade.done


async def echo(link):
    while True:
        await link.send(await link.receive())


# The handshake


async def test_a_stream_that_begins_as_twilios_do_becomes_a_call():
    desk = Desk()

    assert await desk.meet(connected(), start(desk.token())) == TAKEN
    assert desk.calls == [(CallStart(call_sid=CALL_SID, stream_sid=STREAM_SID), GRANT)]
    assert desk.switchboard.live == 0


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (["{"], "message: not JSON"),
        ([b"\x00"], "message: binary; must be text"),
        (["[]"], "message: must be an object"),
        ([media()], "CallerAudio came where Connected must come"),
        (["START"], "Started came where Connected must come"),
        ([connected(), connected()], "Connected came where Started must come"),
        ([connected(), media(), "START"], "CallerAudio came where Started must come"),
        ([connected(), '{"event":"dance"}'], "Ignored came where Started must come"),
        ([connected(), '{"event":"start"}'], "start: must be an object"),
        ([connected(), b""], "message: binary; must be text"),
    ],
)
async def test_a_stream_that_begins_otherwise_is_closed_with_a_logged_reason(messages, reason, caplog):
    desk = Desk()
    messages = [start(desk.token()) if message == "START" else message for message in messages]

    assert await desk.meet(*messages) == refused_with(1008)
    assert desk.calls == []
    assert [record.getMessage() for record in caplog.records] == [f"media: stream refused: {reason}"]


@pytest.mark.parametrize("messages", [[], [connected()]])
async def test_a_stream_must_start_in_time(messages, autojump_clock, caplog):
    desk = Desk()

    assert await desk.meet(*messages) == refused_with(1008)
    assert trio.current_time() == START_WITHIN_S
    assert [record.getMessage() for record in caplog.records] == [
        "media: stream refused: no start within 5 s"
    ]


async def test_a_token_opens_one_stream():
    desk = Desk()
    token = desk.token()

    assert await desk.meet(connected(), start(token)) == TAKEN
    assert await desk.meet(connected(), start(token)) == refused_with(1008)
    assert len(desk.calls) == 1


async def test_what_else_was_issued_for_a_call_opens_nothing_once_it_has_ended():
    desk = Desk()
    once, again = desk.token(), desk.token()

    assert await desk.meet(connected(), start(once)) == TAKEN
    assert await desk.meet(connected(), start(again)) == refused_with(1008)
    assert len(desk.calls) == 1


async def test_a_token_opens_no_other_calls_stream_and_no_late_one(autojump_clock):
    desk = Desk()

    assert await desk.meet(connected(), start(desk.token(), "CA2")) == refused_with(1008)
    assert await desk.meet(connected(), start("")) == refused_with(1008)
    late = desk.token()
    await trio.sleep(30)
    assert await desk.meet(connected(), start(late)) == refused_with(1008)
    assert desk.calls == []


async def test_a_call_too_many_is_closed_and_may_come_again():
    desk = Desk(max_calls=1)

    with desk.switchboard.admit("CAother"):
        assert await desk.meet(connected(), start(desk.token())) == refused_with(1013)
    assert await desk.meet(connected(), start(desk.token())) == TAKEN


async def test_a_peer_that_leaves_before_its_stream_starts_is_no_fault(caplog):
    caplog.set_level(logging.INFO)
    desk, upgrade = Desk(), ScriptedUpgrade()
    upgrade.say(connected())
    upgrade.leave()
    await desk.mount(upgrade)

    assert upgrade.done == ["accept"]
    assert [record.levelname for record in caplog.records] == ["INFO"]


@pytest.mark.parametrize(
    "url",
    [
        "wss://desk.example.com/twilio/media",
        "wss://desk.example.com/twilio/media/",
        "https://desk.example.com/twilio/media",
        "https://desk.example.com/twilio/media/",
    ],
)
async def test_an_upgrade_signed_in_any_of_twilios_forms_is_accepted(url):
    desk = Desk(configured=public())
    headers = [(b"x-twilio-signature", signature.sign(TOKEN, url).encode())]

    assert (await desk.meet(connected(), start(desk.token()), headers=headers)) == TAKEN


@pytest.mark.parametrize(
    "signed", [b"", b"x", b"\xff\xfe", signature.sign("other", f"{PUBLIC_URL}/twilio/media").encode()]
)
async def test_an_upgrade_that_is_not_signed_is_never_accepted(signed):
    desk = Desk(configured=public())

    assert await desk.meet(headers=[(b"x-twilio-signature", signed)]) == [("refuse", 403)]


async def test_cancelling_the_calls_ends_each_of_them_and_nothing_else(nursery):
    desk = Desk(answer=echo)
    upgrade = ScriptedUpgrade()
    upgrade.say(connected(), start(desk.token()))
    nursery.start_soon(desk.mount, upgrade)
    await trio.testing.wait_all_tasks_blocked()
    assert desk.switchboard.live == 1

    desk.mount.cancel_calls()
    await desk.switchboard.wait_empty()
    assert desk.switchboard.live == 0


# Over real sockets


async def no_pages(_scope, receive, send):
    """The lifespan of an application that has nothing else."""
    for _ in range(2):
        await send({"type": f"{(await receive())['type']}.complete"})


@pytest.fixture
async def serve(nursery):
    async def serve(desk, behind=None):
        listener = listening_socket("127.0.0.1", 0)
        port = listener.getsockname()[1]
        front = Front(origin=desk.origin, media=[desk.mount], pages=no_pages)
        run = partial(serve_connections, front, hypercorn_config(), listener, door=behind or door())
        await nursery.start(partial(run, shutdown=trio.sleep_forever))
        return f"ws://127.0.0.1:{port}/twilio/media"

    return serve


async def end_of(socket):
    """The close code with which the server ends this socket."""
    while True:
        try:
            await socket.receive()
        except TransportClosed as closed:
            return closed.code


async def test_a_real_socket_carries_a_call_to_its_close(serve):
    said_all = trio.Event()

    async def answer(link):
        await link.send(await link.receive())
        await said_all.wait()
        await link.close()

    desk = Desk(answer)
    async with connect_websocket(await serve(desk)) as socket:
        await socket.send(connected())
        await socket.send(start(desk.token()))
        await socket.send("hello")
        # Frames that nobody reads any more must not turn the close into a broken line.
        for _ in range(50):
            await socket.send(media())
        said_all.set()
        assert await socket.receive() == "hello"
        assert await end_of(socket) == 1000


async def test_a_peer_that_vanishes_ends_the_link(serve):
    ended = trio.Event()

    async def answer(link):
        with pytest.raises(LinkClosed):
            await link.receive()
        ended.set()

    desk = Desk(answer)
    async with connect_websocket(await serve(desk)) as socket:
        await socket.send(connected())
        await socket.send(start(desk.token()))
        await socket.close()
        await ended.wait()


@pytest.mark.parametrize("configured", [public(), configuration.load({"TWILIO_AUTH_TOKEN": TOKEN})])
async def test_an_unsigned_upgrade_gets_403(serve, configured):
    with pytest.raises(UpgradeRefused) as refused:
        async with connect_websocket(await serve(Desk(configured=configured))):
            pass

    assert refused.value.status == 403


async def test_an_upgrade_through_a_tunnel_gets_403(serve):
    with pytest.raises(UpgradeRefused) as refused:
        async with connect_websocket(await serve(Desk()), {"X-Forwarded-For": "1.2.3.4"}):
            pass

    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("message", "code"), [(media(), 1008), (b"\x00\x01", 1008), ("x" * 65_536, 1008), ("x" * 1_000_000, 1009)]
)
async def test_a_bad_first_message_closes_the_socket(serve, message, code):
    async with connect_websocket(await serve(Desk())) as socket:
        await socket.send(message)
        assert await end_of(socket) == code


async def test_a_message_of_a_megabyte_ends_a_call_too(serve):
    desk = Desk(echo)
    async with connect_websocket(await serve(desk)) as socket:
        await socket.send(connected())
        await socket.send(start(desk.token()))
        await socket.send("x" * 1_000_000)
        assert await end_of(socket) == 1009


async def test_a_call_gives_way_to_nobody_and_takes_nobodys_place(serve):
    desk, behind = Desk(echo), door(most=3, most_a_customer=2)
    url = await serve(desk, behind)
    port = int(url.split(":")[2].split("/")[0])
    async with connect_websocket(url) as socket:
        await socket.send(connected())
        await socket.send(start(desk.token()))
        halves = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(20)]
        for stream in halves:
            await stream.send_all(post("/twilio/voice"))
        await until(lambda: sum(readable(stream.socket) for stream in halves) == 18)
        await socket.send("still here")
        assert await socket.receive() == "still here"
        assert (len(behind.admission), desk.switchboard.live) == (2, 1)
        for stream in halves:
            await trio.aclose_forcefully(stream)


async def test_no_socket_is_compressed_though_the_peer_offers_it(serve):
    port = int((await serve(Desk())).split(":")[2].split("/")[0])
    upgrade = get(
        MEDIA_PATH,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    )
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(upgrade)
        head = await stream.receive_some()

    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"extensions" not in head.lower()


def errors_in(caplog):
    return [(each.name, each.exc_info[0]) for each in caplog.records if each.levelno >= logging.ERROR]


async def test_a_crash_closes_1011_and_is_logged_once(serve, caplog):
    caplog.set_level(logging.INFO)

    async def answer(_link):
        async with trio.open_nursery():
            raise RuntimeError("a bug")

    desk = Desk(answer)
    async with connect_websocket(await serve(desk)) as socket:
        await socket.send(connected())
        await socket.send(start(desk.token()))
        assert await end_of(socket) == 1011
    await until(lambda: errors_in(caplog))
    assert errors_in(caplog) == [("web.door.listener", ExceptionGroup)]
    assert desk.switchboard.live == 0
