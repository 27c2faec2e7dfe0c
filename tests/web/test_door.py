"""Connections as strangers make them, over real sockets: none is held longer than it may be."""

import logging
import os
import resource
import socket
from contextlib import contextmanager, suppress

import pytest
import trio

from tests.web.door import (
    AT_ONCE_S,
    PREFACE,
    all_of,
    answer,
    door,
    get,
    h2c,
    open_house,
    post,
    readable,
    until,
)

UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


@pytest.fixture(autouse=True)
def _no_traceback(caplog):
    """Nothing that a stranger sends is a fault of ours."""
    caplog.set_level(logging.INFO)
    yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


# What is asked once


@pytest.mark.parametrize(
    "request_",
    [get("/now", "Connection: close"), get("/now", "connection: Keep-Alive, Close"), get(version="1.0")],
)
async def test_a_connection_that_is_to_be_closed_is_closed_behind_its_answer(request_):
    async with open_house() as house, await house.knock(request_) as stream:
        assert await answer(stream) == (200, b"now")
        assert await all_of(stream) == b""


async def test_any_other_stays_open_for_the_next_request_and_those_sent_ahead_are_answered_in_order():
    async with open_house() as house, await house.knock(get()) as stream:
        assert await answer(stream) == (200, b"now")
        await stream.send_all(
            get("/nowhere") + get() + post(length=4) + b"body" + get("/now", "Connection: close")
        )
        read = await all_of(stream)
    assert [int(part[:3]) for part in read.split(b"HTTP/1.1 ")[1:]] == [404, 200, 200, 200]
    assert read.count(b"\r\n\r\nbody") == 1


@pytest.mark.parametrize(
    "half",
    [
        post("/nowhere"),
        post("/nowhere") + b"x" * 100,
        post("/now"),  # 405
        b"GET /now HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
        b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\nx\r\n" * 5_000,
        b"POST http://localhost/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\nx\r\n" * 5_000,
        post("/echo", 70_000),  # more than a form may have
    ],
)
async def test_an_answer_to_a_request_that_is_not_whole_is_the_end_of_its_connection(half):
    async with open_house(door(linger_s=AT_ONCE_S)) as house, await house.knock(half) as stream:
        read = await all_of(stream)
        assert read.startswith(b"HTTP/1.1 ")
        await house.empty()


async def test_an_answer_arrives_although_its_request_is_still_being_sent():
    async with open_house(door(linger_s=5)) as house, await house.knock(post("/echo", 2**22)) as stream:
        await stream.send_all(b"x" * 2**22)
        assert (await all_of(stream)).startswith(b"HTTP/1.1 413 ")


# Deadlines


@pytest.mark.parametrize("begun", [b"", b"GET /now HTTP/1.1\r\nHost: loc", b"\r\n", get() + b"GET"])
async def test_a_head_that_does_not_come_whole_in_time_is_the_end_of_its_connection(begun):
    async with open_house(door(head_s=AT_ONCE_S)) as house, await house.knock(begun) as stream:
        assert (await all_of(stream)).count(b"HTTP/1.1 200 ") == begun.count(
            b"/now HTTP/1.1\r\nHost: localhost"
        )


async def test_a_head_that_trickles_gets_no_more_time():
    async with open_house(door(head_s=AT_ONCE_S)) as house, await house.knock() as stream:
        with trio.move_on_after(5) as trickling:
            with suppress(trio.BrokenResourceError):
                while True:
                    await stream.send_all(b"G")
                    await trio.sleep(AT_ONCE_S / 5)
        assert not trickling.cancelled_caught


async def test_a_body_that_does_not_come_in_time_is_answered_so_and_closed():
    quick = door(body_s=AT_ONCE_S, linger_s=AT_ONCE_S)
    async with open_house(quick) as house, await house.knock(post() + b"x") as stream:
        assert (await all_of(stream)).startswith(b"HTTP/1.1 408 ")
        await house.empty()


async def test_a_handler_that_does_not_answer_in_time_is_cancelled_and_its_client_told(caplog):
    async with open_house(door(answer_s=AT_ONCE_S)) as house, await house.knock(get("/never")) as stream:
        assert (await all_of(stream)).startswith(b"HTTP/1.1 503 ")
        assert house.ended == ["never"]
    assert "/never: no answer within 0 s" in caplog.text


async def test_what_a_client_no_longer_waits_for_is_not_gone_on_with():
    async with open_house() as house:
        async with await house.knock(get("/never")):
            await until(lambda: house.began)
        await until(lambda: house.ended)


@pytest.mark.parametrize("path", ["/large", "/drips"])
@pytest.mark.parametrize("behind", [b"", get() * 100])
async def test_a_client_that_does_not_take_its_answer_is_cut_off(path, behind):
    async with open_house(door(stalled_s=AT_ONCE_S)) as house, await house.knock(get(path) + behind):
        await until(lambda: house.began)
        with trio.fail_after(4):  # before the kernel would, if it did
            await house.empty()


async def test_a_slow_client_gets_the_whole_of_its_answer():
    async with open_house(door(stalled_s=0.5)) as house, await house.knock(get("/large")) as stream:
        read = 0
        while read < 2**24:
            read += len(await stream.receive_some(2**20))
            if read % 7 == 0:
                await trio.sleep(0.01)


# What is not spoken here


@pytest.mark.parametrize("behind", [b"", bytes.fromhex("00000401050000000182848641")])
async def test_http_2_is_refused_where_it_is_taken_for_granted(behind):
    async with open_house() as house, await house.knock(PREFACE + behind) as stream:
        read = await all_of(stream)
    assert read.startswith(b"HTTP/1.1 505 ")


async def test_an_upgrade_to_http_2_is_answered_in_http_1_and_what_follows_is_http_1():
    async with open_house() as house, await house.knock(h2c("/now")) as stream:
        assert await answer(stream) == (200, b"now")
        await stream.send_all(PREFACE)
        assert (await all_of(stream)).startswith(b"HTTP/1.1 505 ")


async def test_bytes_behind_an_upgrade_that_is_not_accepted_yet_are_refused(caplog):
    async with (
        open_house() as house,
        await house.knock(get("/twilio/media", KEY, *UPGRADE) + b"\x81") as stream,
    ):
        assert (await all_of(stream)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("version", ["Sec-WebSocket-Version: 12", "X: y"])
async def test_an_upgrade_that_is_none_is_answered_and_closed(version):
    headers = (KEY, *UPGRADE[:2], version)
    async with open_house() as house, await house.knock(get("/twilio/media", *headers)) as stream:
        assert (await all_of(stream)).startswith(b"HTTP/1.1 400 ")


# Too many


async def test_the_oldest_half_request_gives_way_to_whoever_comes(caplog):
    async with open_house(door(most=20)) as house:
        halves = [await house.knock(b"GET /now HTTP/1.1\r\n") for _ in range(30)]
        halves += [await house.knock(post()) for _ in range(30)]
        for _ in range(5):
            async with await house.knock(get("/now", "Connection: close")) as stream:
                assert await answer(stream) == (200, b"now")
        assert len(house.door.admission) <= 20
        assert caplog.text.count("too many connections") == 1
        for stream in halves:
            await trio.aclose_forcefully(stream)


async def test_without_a_descriptor_to_spare_the_oldest_gives_way_and_that_is_said_once(caplog):
    async with open_house() as house:
        idle = [await house.knock(get()) for _ in range(3)]
        for stream in idle:
            await answer(stream)
        with socket.socket() as one, socket.socket() as other:
            with no_more_descriptors():
                for newcomer in (one, other):
                    newcomer.connect(("127.0.0.1", house.port))
                    newcomer.sendall(get("/now", "Connection: close"))
                await until(lambda: readable(one) and readable(other))
            answers = [newcomer.recv(12) for newcomer in (one, other)]
        for stream in idle:
            await trio.aclose_forcefully(stream)
    assert answers == [b"HTTP/1.1 200"] * 2
    assert caplog.text.count("no connection can be accepted: Too many open files") == 1


@contextmanager
def no_more_descriptors():
    """This process can open nothing more, until something is closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_one_address_makes_way_for_itself_and_our_own_proxy_never_has_to():
    async with open_house(door(most_a_customer=5)) as house:
        streams = [await house.knock(post()) for _ in range(20)]
        async with await house.knock(get()) as stream:
            assert await answer(stream) == (200, b"now")
            assert len(house.door.admission) == 5
        for stream in streams:
            await trio.aclose_forcefully(stream)
    async with open_house(door(most_a_customer=5, proxies=1)) as house:
        streams = [await house.knock(get("/never")) for _ in range(20)]
        await until(lambda: len(house.began) == 20)
        assert len(house.door.admission) == 20
        for stream in streams:
            await trio.aclose_forcefully(stream)
