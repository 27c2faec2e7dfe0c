"""One contract for every transport: over memory channels, and with real WebSocket framing."""

from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import trio
import trio.testing

from simulator.transport import TransportClosed, memory_pair
from simulator.websocket import (
    UpgradeRefused,
    connect_websocket,
    over_websocket,
    wrap_client_stream,
    wrap_server_stream,
)


@asynccontextmanager
async def channels():
    yield memory_pair()


@asynccontextmanager
async def framed():
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        accepted = []

        async def accept():
            accepted.append(await wrap_server_stream(nursery, theirs))

        async with trio.open_nursery() as handshake:
            handshake.start_soon(accept)
            client = await wrap_client_stream(nursery, ours, "ws://desk/media?x=1", {"X-Token": "t"})
        yield client, accepted[0]
        nursery.cancel_scope.cancel()


both = pytest.mark.parametrize("pair", [channels, framed])


@both
async def test_text_and_bytes_arrive_in_order_both_ways(pair, autojump_clock):
    async with pair() as (one, other):
        await one.send("a")
        await one.send(b"\x00")
        await other.send("ü")
        assert [await other.receive(), await other.receive(), await one.receive()] == ["a", b"\x00", "ü"]


@both
async def test_a_close_arrives_behind_what_was_sent_with_code_and_reason(pair, autojump_clock):
    async with pair() as (one, other):
        await one.send("last")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.close, 3000, "why")
            assert await other.receive() == "last"
            for _ in range(2):
                with pytest.raises(TransportClosed) as caught:
                    await other.receive()
                assert (caught.value.code, caught.value.reason) == (3000, "why")
        with pytest.raises(TransportClosed):
            await other.send("too late")


@both
async def test_a_closed_end_refuses_and_can_be_closed_again(pair, autojump_clock):
    async with pair() as (one, _):
        await one.close()
        await one.close()
        with pytest.raises(TransportClosed):
            await one.send("x")
        with pytest.raises(TransportClosed):
            await one.receive()


@both
async def test_an_abort_is_seen_as_1006_by_both_ends(pair, autojump_clock):
    async with pair() as (one, other):
        one.abort()
        for end in (one, other):
            with pytest.raises(TransportClosed) as caught:
                await end.receive()
            assert caught.value.code == 1006


@both
async def test_a_waiting_receive_is_ended_by_the_others_abort(pair, autojump_clock):
    async with pair() as (one, other), trio.open_nursery() as nursery:
        caught = []

        async def wait():
            try:
                await other.receive()
            except TransportClosed as closed:
                caught.append(closed.code)

        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        one.abort()
        await trio.sleep(0.1)
        assert caught == [1006]


@both
async def test_a_stalled_end_never_reads_again(pair, autojump_clock):
    async with pair() as (one, other):
        received = []

        async def listen():
            while True:
                received.append(await other.receive())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            await one.send("before")
            await trio.sleep(0.1)
            other.stall()
            await one.send("after")
            await trio.sleep(10)
            nursery.cancel_scope.cancel()
        assert received == ["before"]


async def test_a_memory_pair_holds_no_more_than_its_capacity(autojump_clock):
    one, _other = memory_pair(capacity=3)
    sent = 0
    with trio.move_on_after(1):
        while True:
            await one.send("x")
            sent += 1
    assert sent == 3


async def test_the_server_sees_the_path_and_headers_of_the_handshake(autojump_clock):
    async with framed() as (_, server):
        assert (server.path, server.headers["x-token"]) == ("/media?x=1", "t")


async def test_an_unanswered_handshake_ends_after_five_seconds(autojump_clock):
    ours, _theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        with pytest.raises(TransportClosed, match="no WebSocket handshake"):
            await wrap_client_stream(nursery, ours, "ws://desk/")
        assert trio.current_time() == pytest.approx(5, abs=0.01)
        nursery.cancel_scope.cancel()


async def test_a_connection_opened_elsewhere_can_be_used(autojump_clock):
    async with framed() as (client, server):
        assert over_websocket(client._connection, client._stream).path == ""
        await over_websocket(client._connection, client._stream).send("x")
        assert await server.receive() == "x"


@asynccontextmanager
async def listening(serve):
    """`serve(stream)` for every TCP connection; yields the URL and the streams."""
    streams = []

    async def accept(stream):
        streams.append(stream)
        async with stream:
            await serve(stream)

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, accept, 0, host="127.0.0.1"))
        yield f"ws://127.0.0.1:{listener.socket.getsockname()[1]}/x", streams
        nursery.cancel_scope.cancel()


async def echo(stream):
    async with trio.open_nursery() as nursery:
        transport = await wrap_server_stream(nursery, stream)
        with suppress(TransportClosed):
            while True:
                message = await transport.receive()
                if message == "close first":
                    await transport.close(4000, "bye")
                await transport.send(message)
        nursery.cancel_scope.cancel()


async def test_a_message_goes_there_and_back_over_tcp():
    async with listening(echo) as (url, _), connect_websocket(url) as transport:
        await transport.send("hello")
        assert await transport.receive() == "hello"


async def test_the_socket_is_closed_also_when_the_server_closes_first():
    async with listening(echo) as (url, _):
        async with connect_websocket(url) as transport:
            await transport.send("close first")
            with pytest.raises(TransportClosed) as caught:
                await transport.receive()
        assert (caught.value.code, caught.value.reason) == (4000, "bye")
        assert transport._stream.socket.fileno() == -1


async def test_an_error_in_the_body_comes_out_as_it_is():
    async with listening(echo) as (url, _):
        with pytest.raises(KeyError):
            async with connect_websocket(url):
                raise KeyError("mine")


async def test_an_abort_over_tcp_resets_the_connection():
    async def wait_for_reset(stream):
        async with trio.open_nursery() as nursery:
            transport = await wrap_server_stream(nursery, stream)
            with pytest.raises(TransportClosed) as caught:
                await transport.receive()
            codes.append(caught.value.code)
            reset.set()
            nursery.cancel_scope.cancel()

    codes, reset = [], trio.Event()
    async with listening(wait_for_reset) as (url, _):
        async with connect_websocket(url) as transport:
            transport.abort()
        with trio.fail_after(2):
            await reset.wait()
    assert codes == [1006]


async def test_a_stalled_client_makes_the_servers_sends_back_up():
    async def flood(stream):
        nonlocal sent
        async with trio.open_nursery() as nursery:
            transport = await wrap_server_stream(nursery, stream)
            await transport.receive()
            with trio.move_on_after(0.3) as scope:
                while True:
                    await transport.send("x" * 65_536)
                    sent += 65_536
            stuck.append(scope.cancelled_caught)
            over.set()
            nursery.cancel_scope.cancel()

    sent, stuck, over = 0, [], trio.Event()
    async with listening(flood) as (url, _), connect_websocket(url) as transport:
        transport.stall()
        await transport.send("go")
        with trio.fail_after(2):
            await over.wait()
    assert stuck == [True]
    assert sent < 8 * 2**20


async def test_a_refused_upgrade_says_status_and_body():
    async def refuse(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nno way")

    async with listening(refuse) as (url, _):
        with pytest.raises(UpgradeRefused) as caught:
            async with connect_websocket(url):
                pass
        assert (caught.value.status, caught.value.body) == (403, "no way")


async def test_only_plain_websocket_urls_are_dialled():
    with pytest.raises(ValueError, match="must be ws://"):
        async with connect_websocket("https://127.0.0.1/"):
            pass
