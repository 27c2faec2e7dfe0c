import gc
import logging
import os
import socket
import sys
from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from functools import partial
from hashlib import sha1

import pytest
import trio
import trio.testing
from trio_websocket import ConnectionClosed, wrap_server_stream

from engine.errors import LinkClosed, ModelFault
from engine.peers.websocket import ModelAddress, open_socket, over_stream

KEY = "sk-canary-8817"


def address(url, *, key=KEY, auth="bearer"):
    return ModelAddress(url=url, model="gpt-realtime-2.1", key=key, auth=auth)


async def accept(stream, behave):
    """A WebSocket server on this stream that does what `behave` says, then closes."""
    async with stream, trio.open_nursery() as nursery:
        request = await wrap_server_stream(nursery, stream)
        websocket = await request.accept()
        with suppress(ConnectionClosed):
            await behave(websocket)
        with trio.move_on_after(1):
            await websocket.aclose()
        nursery.cancel_scope.cancel()


async def until_closed(websocket):
    while True:
        await websocket.get_message()


async def echo(websocket):
    while True:
        await websocket.send_message(await websocket.get_message())


async def handshake(stream):
    """Answer the upgrade by hand, for peers that misbehave after it."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += await stream.receive_some()
    (key,) = (line[19:] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    accepted = b64encode(sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    await stream.send_all(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )


async def mute(stream):
    """Accepts the upgrade, then neither reads nor says anything, and never hangs up."""
    await handshake(stream)
    await trio.sleep_forever()


@asynccontextmanager
async def linked(peer):
    """A link over memory streams to a peer that runs `peer(stream)`."""
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(peer, theirs)
        async with over_stream(ours, "model.test", "/v1/realtime?model=m", []) as link:
            yield link
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def listening(serve):
    """The URL of a TCP peer on the loopback address that runs `serve(stream)` for every connection."""
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
        port = listeners[0].socket.getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/realtime"
        nursery.cancel_scope.cancel()


def open_files():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


# The address.


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("wss://api.openai.com/v1/realtime", "/v1/realtime?model=gpt-realtime-2.1"),
        ("ws://127.0.0.1:9000", "/?model=gpt-realtime-2.1"),
        ("wss://x.test/v1?intent=a%20b&c=", "/v1?intent=a%20b&c=&model=gpt-realtime-2.1"),
    ],
)
def test_the_model_joins_the_query_of_the_url(url, resource):
    assert address(url).resource == resource


def test_a_model_name_cannot_break_out_of_the_query():
    strange = ModelAddress(url="ws://x.test/v1", model="a&b c", key="")
    assert strange.resource == "/v1?model=a%26b+c"


@pytest.mark.parametrize(
    ("auth", "key", "headers"),
    [
        ("bearer", KEY, [(b"Authorization", b"Bearer " + KEY.encode())]),
        ("api-key", KEY, [(b"api-key", KEY.encode())]),
        ("bearer", "", []),
    ],
)
def test_the_key_goes_into_one_header(auth, key, headers):
    assert address("ws://x.test/", key=key, auth=auth).headers == headers


@pytest.mark.parametrize(
    "url", ["https://x.test/", "x.test", "wss:///v1", "ws://x.test/a b", "ws://x.test/\n", "ws://ü.test/"]
)
def test_an_impossible_url_is_refused_at_once(url):
    with pytest.raises(ValueError, match=r"^url: must look like wss://host/path"):
        address(url)


def test_an_impossible_port_is_refused_at_once():
    with pytest.raises(ValueError, match=r"^url: the port"):
        address("ws://x.test:70000/")


@pytest.mark.parametrize("key", [KEY + "\n", "sk canary-8817", "sk-canary-8817é"])
def test_a_key_that_would_break_the_header_is_refused_without_being_quoted(key):
    with pytest.raises(ValueError, match=r"^key: ") as refusal:
        address("ws://x.test/", key=key)
    assert "canary" not in str(refusal.value)


def test_the_key_is_not_in_the_repr():
    assert KEY not in repr(address("ws://x.test/"))


# The link, over memory streams.


async def test_messages_go_both_ways_and_binary_stays_binary():
    async def behave(websocket):
        await websocket.send_message(b"\x00\xff")
        await echo(websocket)

    async with linked(partial(accept, behave=behave)) as link:
        await link.send("שלום")
        assert [await link.receive(), await link.receive()] == [b"\x00\xff", "שלום"]


async def test_a_large_message_arrives_whole():
    async with linked(partial(accept, behave=lambda websocket: websocket.send_message("x" * 2**21))) as link:
        assert len(await link.receive()) == 2**21


async def test_pings_are_answered():
    async def behave(websocket):
        await websocket.ping(b"1234")
        await websocket.send_message("ponged")

    async with linked(partial(accept, behave=behave)) as link:
        assert await link.receive() == "ponged"


async def test_a_cancelled_receive_loses_nothing(autojump_clock):
    async def behave(websocket):
        await trio.sleep(2)
        await websocket.send_message("late")

    async with linked(partial(accept, behave=behave)) as link:
        with trio.move_on_after(1) as scope:
            await link.receive()
        assert (scope.cancelled_caught, await link.receive()) == (True, "late")


async def test_leaving_closes_the_websocket_properly():
    closes = []

    async def behave(websocket):
        try:
            await until_closed(websocket)
        finally:
            closes.append(websocket.closed.code)

    async with trio.open_nursery() as nursery:
        ours, theirs = trio.testing.memory_stream_pair()
        nursery.start_soon(accept, theirs, behave)
        async with over_stream(ours, "model.test", "/", []):
            pass
    assert closes == [1000]


async def test_what_the_server_said_before_it_closed_is_still_received():
    async def behave(websocket):
        await websocket.send_message("last words")
        await websocket.aclose(3000, "invalid_request_error.invalid_api_key")

    closed = "closed with 3000 'invalid_request_error.invalid_api_key'"
    async with linked(partial(accept, behave=behave)) as link:
        assert await link.receive() == "last words"
        for _ in range(2):
            with pytest.raises(LinkClosed) as end:
                await link.receive()
            assert str(end.value) == closed
        with pytest.raises(LinkClosed) as end:
            await link.send("too late")
        assert str(end.value) == closed


async def test_a_server_that_just_vanishes_closes_the_link():
    async def vanish(stream):
        await handshake(stream)
        await stream.aclose()

    async with linked(vanish) as link:
        with pytest.raises(LinkClosed, match="closed with 1006"):
            await link.receive()
        with pytest.raises(LinkClosed, match="closed with 1006"):
            await link.send("anyone?")


async def test_a_breach_of_the_websocket_protocol_closes_the_link():
    async def breach(stream):
        await handshake(stream)
        await stream.send_all(b"\x83\x00")  # a frame with an opcode that does not exist
        await trio.sleep_forever()

    async with linked(breach) as link:
        with pytest.raises(LinkClosed, match="closed with 1002 'Invalid opcode 0x3'"):
            await link.receive()
        with pytest.raises(LinkClosed, match="closed with 1002 'Invalid opcode 0x3'"):
            await link.send("anyone?")


async def test_a_mute_server_delays_the_end_by_one_second(autojump_clock):
    async with linked(mute):
        left_at = trio.current_time()
    assert trio.current_time() - left_at == pytest.approx(1.0)


async def test_a_cancelled_block_is_left_at_once(autojump_clock):
    with trio.CancelScope() as scope:
        async with linked(mute) as link:
            scope.cancel()
            await link.receive()
    assert (scope.cancelled_caught, trio.current_time()) == (True, 0)


async def test_nothing_runs_after_a_cancelled_block(autojump_clock):
    ours, theirs = trio.testing.memory_stream_pair()
    after = False
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mute, theirs)
        with trio.CancelScope() as scope:
            async with over_stream(ours, "model.test", "/", []) as link:
                scope.cancel()
                await link.receive()
            after = True
        nursery.cancel_scope.cancel()
    assert (scope.cancelled_caught, after) == (True, False)


async def test_cancelling_while_it_closes_ends_the_closing(autojump_clock):
    with trio.move_on_after(0.25) as scope:
        async with linked(mute):
            pass
    assert (scope.cancelled_caught, trio.current_time()) == (True, 0.25)


async def test_an_error_of_the_block_comes_out_bare_with_its_cause():
    cause = KeyError("cause")
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(accept, theirs, until_closed)
        with pytest.raises(ModelFault) as fault:
            async with over_stream(ours, "model.test", "/", []):
                raise ModelFault("flooded") from cause
    assert (fault.value.__cause__, fault.value.__context__) == (cause, None)


async def test_a_group_of_the_block_is_not_wrapped_again():
    group = ExceptionGroup("of the call", [ValueError("a"), LinkClosed("b")])
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(accept, theirs, until_closed)
        with pytest.RaisesGroup(ValueError, LinkClosed) as raised:
            async with over_stream(ours, "model.test", "/", []):
                raise group
    assert raised.value is group


async def fail_when_cancelled(stream):
    with trio.CancelScope() as scope:
        async with over_stream(stream, "model.test", "/", []) as link:
            scope.cancel()
            try:
                await link.receive()
            finally:
                raise ModelFault("while leaving")


async def test_a_cancelled_block_that_fails_raises_its_failure_alone(autojump_clock):
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mute, theirs)
        with pytest.raises(ModelFault, match="while leaving"):
            await fail_when_cancelled(ours)
        nursery.cancel_scope.cancel()


async def nursery_fails_when_cancelled(stream):
    with trio.CancelScope() as scope:
        async with over_stream(stream, "model.test", "/", []) as link, trio.open_nursery() as nursery:

            @nursery.start_soon
            async def fail():
                try:
                    await trio.sleep_forever()
                finally:
                    raise ModelFault("while leaving")

            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            await link.receive()


async def test_a_failure_beside_a_cancelled_receive_is_not_lost():
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mute, theirs)
        with pytest.RaisesGroup(ModelFault):
            await nursery_fails_when_cancelled(ours)
        nursery.cancel_scope.cancel()


async def test_a_ping_that_crosses_our_close_does_no_harm(caplog):
    # trio-websocket 0.12.2 answers it after its own close frame, which wsproto forbids.
    caplog.set_level(logging.DEBUG, logger="engine.peers.websocket")

    async def ping_late(stream):
        await handshake(stream)
        await stream.receive_some()  # our close frame
        await stream.send_all(b"\x89\x00")
        await trio.sleep_forever()

    async with linked(ping_late):
        pass
    assert [record.getMessage()[:43] for record in caplog.records] == [
        "the model's socket broke while closing: Loc"
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope", "answered with HTTP 404"),
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", "answered with HTTP 429"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "answered with HTTP 200"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "model.test does not speak WebSocket"),
        (b"", "closed the connection during the handshake"),
    ],
)
async def test_a_peer_that_is_no_such_server_is_a_fault_at_once(answer, reason, autojump_clock):
    async def serve(stream):
        await stream.receive_some()
        if answer:
            await stream.send_all(answer)
        await stream.aclose()

    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, theirs)
        with pytest.raises(ModelFault, match=reason):
            async with over_stream(ours, "model.test", "/", []):
                pytest.fail("there is no link")
    assert trio.current_time() == 0


# The connection, over TCP on the loopback address.


async def test_the_server_sees_our_request_and_nothing_that_it_refuses():
    requests = []

    async def serve(stream):
        async with trio.open_nursery() as nursery:
            request = await wrap_server_stream(nursery, stream)
            requests.append(request)
            with suppress(ConnectionClosed):
                await until_closed(await request.accept())

    async with (
        listening(serve) as url,
        open_socket(address(f"{url}?intent=test"), deadline_ms=3_000) as link,
    ):
        await link.send("hello")
    (request,) = requests
    assert request.path == "/v1/realtime?intent=test&model=gpt-realtime-2.1"
    headers = {name.lower(): value for name, value in request.headers}
    assert headers[b"authorization"] == b"Bearer " + KEY.encode()
    assert headers.keys().isdisjoint({b"openai-beta", b"sec-websocket-extensions"})


async def test_it_is_a_connect_model_when_its_arguments_are_bound():
    async with listening(partial(accept, behave=echo)) as url:
        connect_model = partial(open_socket, address(url), deadline_ms=3_000)
        for _ in range(2):
            async with connect_model() as link:
                await link.send("x")
                assert await link.receive() == "x"


async def test_no_socket_is_left_open_after_we_close():
    before = open_files()
    async with (
        listening(partial(accept, behave=until_closed)) as url,
        open_socket(address(url), deadline_ms=3_000),
    ):
        assert open_files() > before
    assert open_files() == before


async def test_no_socket_is_left_open_after_the_server_closes():
    before = open_files()

    async def close(websocket):
        await websocket.aclose(1001, "session expired")

    async with listening(partial(accept, behave=close)) as url:
        async with open_socket(address(url), deadline_ms=3_000) as link:
            with pytest.raises(LinkClosed, match="1001 'session expired'"):
                await link.receive()
        assert open_files() == before + 1  # the listener's
    assert open_files() == before


async def test_no_socket_is_left_open_after_a_cancelled_or_failed_block():
    before = open_files()
    async with listening(partial(accept, behave=until_closed)) as url:
        with trio.CancelScope() as scope:
            async with open_socket(address(url), deadline_ms=3_000) as link:
                scope.cancel()
                await link.receive()
        with pytest.raises(ModelFault):
            async with open_socket(address(url), deadline_ms=3_000):
                raise ModelFault("flooded")
    assert open_files() == before


class RememberingSockets(trio.abc.SocketFactory):
    def __init__(self):
        self.made = []

    def socket(self, family, type, proto):  # noqa: A002
        self.made.append(trio.socket.from_stdlib_socket(socket.socket(family, type, proto)))
        return self.made[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
async def test_a_stalled_peer_breaks_the_socket_within_five_seconds():
    sockets = RememberingSockets()
    async with listening(partial(accept, behave=until_closed)) as url:
        trio.socket.set_custom_socket_factory(sockets)
        async with open_socket(address(url), deadline_ms=3_000):
            (made,) = sockets.made
            assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5_000
            assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


async def test_a_server_that_never_answers_the_handshake_is_a_fault_at_the_deadline(autojump_clock):
    before = open_files()

    async def say_nothing(_stream):
        await trio.sleep_forever()

    async with listening(say_nothing) as url:
        with pytest.raises(ModelFault, match=r"127\.0\.0\.1.* in time"):
            async with open_socket(address(url), deadline_ms=3_000):
                pytest.fail("there is no link")
        assert trio.current_time() == pytest.approx(3.0)
    assert open_files() == before


async def test_the_deadline_is_for_opening_only(autojump_clock):
    async with (
        listening(partial(accept, behave=echo)) as url,
        open_socket(address(url), deadline_ms=3_000) as link,
    ):
        await trio.sleep(60)
        await link.send("still here")
        assert await link.receive() == "still here"


async def test_a_refused_port_is_a_fault():
    with socket.socket() as bound:  # bound but not listening: nobody else can answer there
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(ModelFault, match=r"^cannot reach 127\.0\.0\.1: .*refused"):
            async with open_socket(address(f"ws://127.0.0.1:{bound.getsockname()[1]}/"), deadline_ms=3_000):
                pytest.fail("there is no link")


class NoNames(trio.abc.HostnameResolver):
    async def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def getnameinfo(self, sockaddr, flags):
        raise NotImplementedError


async def test_an_unknown_name_is_a_fault():
    trio.socket.set_custom_hostname_resolver(NoNames())
    with pytest.raises(ModelFault, match=r"^cannot reach model\.test: .*not known"):
        async with open_socket(address("wss://model.test/"), deadline_ms=3_000):
            pytest.fail("there is no link")


async def test_a_server_without_tls_is_a_fault():
    before = open_files()

    async def speak_plainly(stream):
        await stream.send_all(b"220 mail.test ESMTP\r\n")
        await trio.sleep_forever()

    async with listening(speak_plainly) as url:
        with pytest.raises(ModelFault, match=r"^no TLS with 127\.0\.0\.1"):
            async with open_socket(address(url.replace("ws://", "wss://")), deadline_ms=3_000):
                pytest.fail("there is no link")
    assert open_files() == before


async def test_the_key_never_reaches_a_log_or_an_error(caplog):
    caplog.set_level(logging.DEBUG)

    async def reject(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        await stream.aclose()

    faults = []
    async with listening(reject) as url:
        for auth in ("bearer", "api-key"):
            with pytest.raises(ModelFault) as fault:
                async with open_socket(address(url, auth=auth), deadline_ms=3_000):
                    pytest.fail("there is no link")
            faults.append(repr(fault.value))
    assert "401" in faults[0]
    assert KEY not in caplog.text + "".join(faults)
