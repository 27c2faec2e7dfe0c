"""RFC 6455 as strangers speak it, over real sockets: what is served, and what is closed with which code."""

import logging
import random
from functools import partial

import pytest
import trio
import trio_websocket
import websockets.sync.client
import wsproto
from wsproto.events import AcceptConnection, CloseConnection, Message, Request, TextMessage

from engine.errors import LinkClosed
from tests.fuzz import ask, fuzz, head
from tests.web.door import AT_ONCE_S, WITHIN_S, all_of, answer, door, get, open_house, post, readable, until
from tests.web.sockets import (
    BINARY,
    CLOSE,
    CONT,
    KEY,
    MOST,
    PING,
    PONG,
    TEXT,
    UPGRADE,
    Echo,
    close,
    exchanged,
    frame,
    said_to,
    switched,
    text,
    upgrade,
)
from web.door.frames import Frames
from web.door.websocket import WebSocket

GOODBYE = (CLOSE, (1000).to_bytes(2, "big"))


@pytest.fixture(autouse=True)
def _no_traceback(caplog):
    """Nothing that a stranger sends is a fault of ours."""
    caplog.set_level(logging.INFO)
    yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def house():
    return open_house(media=[Echo()])


def echoed(message):
    return TEXT, repr(message).encode()


# What is served


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        ([text("hello")], [echoed("hello")]),
        ([text("")], [echoed("")]),
        ([frame(BINARY, b"\x00\xff")], [echoed(b"\x00\xff")]),
        ([frame(BINARY)], [echoed(b"")]),
        ([text("κόσμε \U0001f600")], [echoed("κόσμε \U0001f600")]),
        # In parts, of which some may be empty, and within a character
        ([text("he", fin=False), frame(CONT, b"llo")], [echoed("hello")]),
        ([text("", fin=False), frame(CONT, fin=False), frame(CONT)], [echoed("")]),
        ([frame(TEXT, b"\xce", fin=False), frame(CONT, b"\xba")], [echoed("κ")]),
        ([frame(BINARY, b"\xce", fin=False), frame(CONT, b"")], [echoed(b"\xce")]),
        (
            [text("a" * 30, fin=False), *[frame(CONT, b"a", fin=False)] * 500, frame(CONT)],
            [echoed("a" * 530)],
        ),
        # What may come between the parts
        (
            [text("he", fin=False), frame(PING, b"1"), frame(PONG, b"unasked"), frame(CONT, b"llo")],
            [(PONG, b"1"), echoed("hello")],
        ),
        # Control frames by themselves
        ([frame(PING)], [(PONG, b"")]),
        ([frame(PING, b"x" * 125)], [(PONG, b"x" * 125)]),
        ([frame(PING, b"1") + frame(PING, b"2")], [(PONG, b"1"), (PONG, b"2")]),
        ([frame(PONG, b"unasked"), text("on")], [echoed("on")]),
        # Many at once, and byte by byte
        ([text("1") + text("2") + text("3")], [echoed("1"), echoed("2"), echoed("3")]),
        ([bytes([byte]) for byte in text("he", fin=False) + frame(CONT, b"llo")], [echoed("hello")]),
        ([frame(TEXT, b"x", masked=True)], [echoed("x")]),
    ],
)
async def test_messages_and_what_may_come_between_them_are_answered(sent, answers):
    async with house() as desk:
        assert await exchanged(desk, sent, answers) == answers


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, MOST])
async def test_a_message_of_every_length_that_is_served_comes_whole(length):
    async with house() as desk:
        half = text("x" * (length // 2), fin=False) + frame(CONT, b"x" * (length - length // 2))
        for sent in (text("x" * length), half):
            answers = [echoed("x" * length)]
            assert await exchanged(desk, [sent], answers) == answers


async def test_a_peer_may_close_with_any_code_that_may_be_sent_and_gets_it_back():
    async with house() as desk:
        for code in (*range(1000, 1004), *range(1007, 1015), 3000, 3999, 4000, 4999):
            assert await said_to(desk, close(code, b"why")) == [(CLOSE, code.to_bytes(2, "big") + b"why")]
        assert await said_to(desk, frame(CLOSE)) == [(CLOSE, b"")]


async def test_a_close_may_come_within_a_message_and_nothing_counts_behind_it():
    async with house() as desk:
        assert await said_to(desk, text("he", fin=False), close(), frame(CONT, b"llo")) == [GOODBYE]
        assert await said_to(desk, close() + text("late") + b"\xff" * 100) == [GOODBYE]


# What is not


@pytest.mark.parametrize(
    "sent",
    [
        *(text("x", rsv=rsv) for rsv in (1, 2, 4, 7)),
        frame(PING, rsv=4),
        text("x", fin=False) + frame(CONT, b"x", rsv=4),
        *(frame(opcode) for opcode in (*range(3, 8), *range(11, 16))),
        frame(TEXT, b"x", masked=False),
        frame(PING, masked=False),
        frame(CLOSE, b"\x03\xe8", masked=False),
        *(frame(opcode, fin=False) for opcode in (CLOSE, PING, PONG)),
        *(frame(opcode, b"x" * 126) for opcode in (CLOSE, PING, PONG)),
        frame(CONT, b"x"),
        frame(CONT, b"x", fin=False),
        text("x", fin=False) + text("y"),
        text("x", fin=False) + frame(BINARY, b"y"),
        text("x", fin=False) + frame(CONT, b"y") + frame(CONT, b"z"),
        text("x", wide=2),
        text("x" * 125, wide=2),
        text("x", wide=8),
        text("x" * 126, wide=8),
        text("", fin=False) + frame(CONT, b"x", wide=8),
        frame(PING, b"x", wide=2),
        frame(CLOSE, b"\x03"),
        *(close(code) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)),
    ],
)
async def test_what_breaks_the_protocol_is_answered_with_1002(sent):
    async with house() as desk:
        assert [code_of(each) for each in await said_to(desk, sent)] == [1002]


@pytest.mark.parametrize(
    "sent",
    [
        frame(TEXT, b"\xff"),
        frame(TEXT, b"\xce"),
        frame(TEXT, b"\xc0\xaf"),  # overlong
        frame(TEXT, b"\xed\xa0\x80"),  # a surrogate
        frame(TEXT, b"\xf4\x90\x80\x80"),  # beyond U+10FFFF
        frame(TEXT, b"\xce", fin=False) + frame(CONT, b"\xff"),
        frame(TEXT, b"\xce", fin=False) + frame(CONT),
        frame(TEXT, b"fine \xff", fin=False),  # at once: the rest need not come
        text("fine", fin=False) + frame(CONT, b"\x80", fin=False),
        close(1000, b"\xff"),
    ],
)
async def test_text_that_is_not_utf_8_is_answered_with_1007(sent):
    async with house() as desk:
        assert [code_of(each) for each in await said_to(desk, sent)] == [1007]


@pytest.mark.parametrize(
    "sent",
    [
        text("x" * (MOST + 1)),
        frame(BINARY, length=MOST + 1),  # of which nothing need come
        frame(BINARY, length=2**62),
        frame(BINARY, length=2**64 - 1),
        text("x" * MOST, fin=False) + frame(CONT, b"x"),
        text("x", fin=False) + frame(CONT, length=MOST),
        *[text("x", fin=False) + frame(CONT, b"x" * 1_000, fin=False) * 66],
    ],
)
async def test_a_message_that_is_too_long_is_answered_with_1009(sent):
    async with house() as desk:
        assert [code_of(each) for each in await said_to(desk, sent)] == [1009]


@pytest.mark.parametrize("sent", [b"", b"\x81", text("half")[:-1], text("a part", fin=False)])
async def test_a_peer_that_leaves_in_the_middle_ends_its_own_socket_only(sent):
    echo = Echo()
    async with open_house(media=[echo]) as desk:
        async with await switched(desk) as stream:
            await stream.send_all(sent)
            await stream.send_eof()
            assert await all_of(stream) == b""
        await desk.empty()
        assert await exchanged(desk, [text("on")], [echoed("on")]) == [echoed("on")]


async def test_mutated_frames_end_a_socket_or_are_answered_and_never_more(caplog):
    async with house() as desk:
        assert await fuzz(desk.port, 300, random.Random(1)) == []


async def test_mutated_heads_are_answered_or_waited_for(caplog):
    async with house() as desk:
        assert await fuzz(desk.port, 300, random.Random(1), make=head, attempt=ask) == []


# The handshake


async def test_the_answer_is_the_one_of_the_rfc_and_nothing_is_compressed():
    offers = (
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol: a, b",
    )
    async with house() as desk, await desk.knock(upgrade(*offers)) as stream:
        head = (await stream.receive_some()).decode().lower()
    lines = head.split("\r\n")
    assert lines[0] == "http/1.1 101 switching protocols"
    assert "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=" in lines
    assert "sec-websocket-protocol: a" in lines
    assert "extensions" not in head


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (upgrade(headers=UPGRADE[:3]), 400),
        (upgrade(f"Sec-WebSocket-Key: {KEY}"), 400),
        (upgrade(headers=(*UPGRADE[:3], "Sec-WebSocket-Key: c2hvcnQ=")), 400),
        (upgrade(headers=(*UPGRADE[:3], "Sec-WebSocket-Key: \xff\xfe")), 400),
        (upgrade(headers=(*UPGRADE[:2], UPGRADE[3])), 400),
        (upgrade(headers=(*UPGRADE[:2], "Sec-WebSocket-Version: 8", UPGRADE[3])), 400),
        (upgrade("Sec-WebSocket-Protocol: \xe9,"), 400),
        (upgrade("Cookie: a\x01b"), 400),
        (upgrade(headers=("Connection: Upgrade", "Upgrade: websocket, h2c", *UPGRADE[2:])), 426),
        (get("/socket", *UPGRADE, version="1.0"), 505),
        (post("/socket", 0, *UPGRADE), 405),
        (get("/socket", *UPGRADE, "Content-Length: 1") + b"\x81", 400),
        (get("/socket", *UPGRADE, "Transfer-Encoding: chunked"), 400),
        (upgrade() + b"\x81", 400),
        (upgrade() + get(), 400),
        (upgrade(path="/other"), 404),
        (upgrade(path="http://localhost/socket"), 403),
    ],
)
async def test_a_request_that_cannot_become_a_websocket_is_answered_and_closed(request_, status):
    echo = Echo()
    async with open_house(media=[echo]) as desk:
        async with await desk.knock(request_) as stream:
            assert (await all_of(stream)).startswith(f"HTTP/1.1 {status} ".encode())
        await desk.empty()
    assert echo.accepted == []


async def test_a_peer_that_does_not_wait_for_its_answer_gets_no_websocket():
    echo = Echo(waiting=trio.Event())
    async with open_house(media=[echo]) as desk, await desk.knock(upgrade()) as stream:
        await until(lambda: echo.entered)
        await stream.send_all(text("early"))
        await trio.sleep(AT_ONCE_S)
        echo.waiting.set()
        assert (await all_of(stream)).startswith(b"HTTP/1.1 400 ")
    assert echo.accepted == []


async def test_an_upgrade_that_is_not_answered_in_time_gets_503(caplog):
    echo = Echo(waiting=trio.Event())
    async with (
        open_house(door(answer_s=AT_ONCE_S), media=[echo]) as desk,
        await desk.knock(upgrade()) as stream,
    ):
        assert (await all_of(stream)).startswith(b"HTTP/1.1 503 ")
    assert "/socket: no answer within 0 s" in caplog.text


async def test_a_connection_that_was_kept_alive_can_become_a_websocket():
    """As a reverse proxy may do it, which has a connection to us already."""
    async with house() as desk, await desk.knock(get()) as stream:
        assert await answer(stream) == (200, b"now")
        await stream.send_all(post(length=4) + b"body" + upgrade())
        assert await answer(stream) == (200, b"body")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 101 ")
        await stream.send_all(frame(PING, b"1") + close())
        assert (await all_of(stream)) == b"\x8a\x011\x88\x02\x03\xe8"


# The clients of others


async def test_the_client_of_trio_websocket_is_served():
    async with (
        house() as desk,
        trio_websocket.open_websocket_url(f"ws://127.0.0.1:{desk.port}/socket") as client,
    ):
        await client.send_message("hello")
        assert await client.get_message() == "'hello'"
        await client.ping(b"there?")
        await client.send_message(b"\x00" * 60_000)
        assert await client.get_message() == repr(b"\x00" * 60_000)


async def test_the_client_of_websockets_is_served():
    def talk(url):
        with websockets.sync.client.connect(url, proxy=None) as client:
            client.send(iter(["he", "", "llo"]))
            said = client.recv()
            assert client.ping().wait(WITHIN_S)
            client.send(b"\x00" * 60_000)
            return said, client.recv(), client.protocol.extensions

    async with house() as desk:
        said = await trio.to_thread.run_sync(talk, f"ws://127.0.0.1:{desk.port}/socket")
    assert said == ("'hello'", repr(b"\x00" * 60_000), [])


async def test_the_client_of_wsproto_is_served():
    client = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    events = []
    async with house() as desk, await desk.knock(client.send(Request("localhost", "/socket"))) as stream:
        with trio.fail_after(WITHIN_S):
            while not events or not isinstance(events[-1], CloseConnection):
                client.receive_data(await stream.receive_some())
                for event in client.events():
                    events.append(event)
                    if isinstance(event, AcceptConnection):
                        await stream.send_all(client.send(Message("hel", message_finished=False)))
                        await stream.send_all(client.send(Message("lo")))
                    elif isinstance(event, TextMessage):
                        await stream.send_all(client.send(CloseConnection(4000, "done")))
    assert [type(event) for event in events] == [AcceptConnection, TextMessage, CloseConnection]
    assert (events[1].data, events[2].code, events[2].reason) == ("'hello'", 4000, "done")


# Our end of it


class Line:
    """One end of a stream in memory that can be broken off, as a peer's."""

    def __init__(self, ends):
        self._ends = ends
        self.receive_some, self.send_all, self.send_eof = ends.receive_some, ends.send_all, ends.send_eof
        self.aborted = False

    def wait_in_each_send(self, wait):
        arrive = self._ends.send_stream.send_all_hook

        async def late():
            await wait()
            await arrive()

        self._ends.send_stream.send_all_hook = late

    def abort(self):
        self.aborted = True
        self.close()

    def close(self):
        self._ends.send_stream.close()
        self._ends.receive_stream.close()


def pair():
    """A WebSocket, its stream, and the peer's end."""
    ours, theirs = trio.testing.memory_stream_pair()
    line = Line(ours)
    return WebSocket(line, Frames(MOST)), line, theirs


def code_of(answered):
    opcode, payload = answered
    assert opcode == CLOSE
    return int.from_bytes(payload[:2], "big")


async def test_a_closed_socket_says_so_for_ever_and_always_yields():
    link, line, theirs = pair()
    await theirs.send_all(text("one") + close())
    assert await link.receive() == "one"

    for operation in (link.receive, partial(link.send, "x")) * 2:
        with trio.testing.assert_checkpoints(), pytest.raises(LinkClosed):
            await operation()
    await link.close()
    assert await theirs.receive_some() == b"\x88\x02\x03\xe8"
    assert not line.aborted


async def test_what_a_peer_said_before_it_broke_off_is_received():
    link, _, theirs = pair()
    await theirs.send_all(text("stop") + close(1001))
    await theirs.receive_stream.aclose()  # no answer reaches it
    assert await link.receive() == "stop"
    with pytest.raises(LinkClosed):
        await link.receive()


async def test_every_send_yields():
    link, _, _ = pair()
    with trio.testing.assert_checkpoints():
        await link.send("x")


async def test_closing_reads_what_the_peer_had_still_sent_and_waits_for_its_answer():
    link, line, theirs = pair()
    await theirs.send_all(text("late") * 50 + close(1000))
    await link.close(1011)
    await link.close()

    assert await theirs.receive_some() == b"\x88\x02\x03\xf3"
    assert not line.aborted


async def test_closing_waits_for_a_silent_peer_only_for_a_moment(autojump_clock):
    link, _, _ = pair()
    await link.close()
    assert trio.current_time() == 2.0


async def test_an_abort_drops_the_stream_at_once_and_wakes_whoever_waits(nursery):
    link, line, theirs = pair()
    told = []

    async def listen():
        with pytest.raises(LinkClosed):
            await link.receive()
        told.append("closed")

    nursery.start_soon(listen)
    await trio.testing.wait_all_tasks_blocked()
    link.abort()
    await trio.testing.wait_all_tasks_blocked()
    assert (told, line.aborted) == (["closed"], True)
    with pytest.raises(LinkClosed):
        await link.send("x")
    await link.close()
    assert await theirs.receive_some() == b""


async def test_a_send_that_is_given_up_half_way_breaks_the_socket(autojump_clock):
    link, line, _ = pair()
    line.wait_in_each_send(trio.sleep_forever)
    with trio.move_on_after(5):
        await link.send("x")
    assert line.aborted
    with trio.testing.assert_checkpoints(), pytest.raises(LinkClosed):
        await link.receive()


async def test_a_send_that_is_cancelled_before_it_begins_breaks_nothing():
    link, line, theirs = pair()
    with trio.CancelScope() as scope:
        scope.cancel()
        await link.send("never mind")
    assert not line.aborted
    await link.send("x")
    assert (await theirs.receive_some()).endswith(b"x")


async def test_pings_are_answered_while_something_is_being_sent_and_frames_never_mix(autojump_clock):
    link, line, theirs = pair()

    async def slowly():
        await trio.sleep(1)

    line.wait_in_each_send(slowly)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(link.send, "a long answer")
        nursery.start_soon(link.receive)
        await theirs.send_all(frame(PING, b"1") + frame(PING, b"2") + text("done"))
    assert await theirs.receive_some() == b"\x81\x0da long answer\x8a\x011\x8a\x012"


async def test_a_socket_that_is_given_up_wakes_whoever_waits_before_its_peer_sees_an_end():
    echo = Echo()
    async with open_house(door(linger_s=AT_ONCE_S), media=[echo]) as desk, await switched(desk) as stream:
        await until(lambda: echo.accepted)
        link = echo.accepted[0]
        link.lose()
        assert not readable(stream.socket)
        for operation in (link.receive, partial(link.send, "x")):
            with trio.testing.assert_checkpoints(), pytest.raises(LinkClosed):
                await operation()
        assert await all_of(stream) == b""
        await desk.empty()


async def test_over_tcp_an_abort_is_a_reset():
    echo = Echo()
    async with open_house(media=[echo]) as desk, await switched(desk) as stream:
        await until(lambda: echo.accepted)
        echo.accepted[0].abort()
        with trio.fail_after(WITHIN_S), pytest.raises(trio.BrokenResourceError) as broken:
            await stream.receive_some()
    assert isinstance(broken.value.__cause__, ConnectionResetError)
