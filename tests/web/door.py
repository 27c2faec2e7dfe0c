"""A small application behind the real door, on a real socket: what the tests of the door knock at."""

import select
from contextlib import asynccontextmanager
from functools import partial

import trio
from attrs import define, field
from quart import Blueprint, Response, request

from tests.office.support import public
from web.addresses import counted_customer
from web.app import Front, build_pages
from web.door.admission import Admission
from web.door.deadlines import Deadlines
from web.door.listener import Door, listening_socket, serve_connections
from web.origin import Origin
from web.server import hypercorn_config

# What never passes in a test that does not ask for it, and what passes at once in one that does.
PATIENT = {"head_s": 60, "body_s": 60, "answer_s": 60, "stalled_s": 60, "linger_s": 60}
AT_ONCE_S = 0.05
WITHIN_S = 10  # what is to happen, on a busy machine too
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")  # and SETTINGS


def door(*, most=100, most_a_customer=100, proxies=0, **deadlines):
    """A door with these limits, and no deadline but those that are named."""
    return Door(
        admission=Admission(most=most, most_a_customer=most_a_customer),
        customer_of=partial(counted_customer, proxies=proxies),
        deadlines=Deadlines(**PATIENT | deadlines),
    )


@define
class House:
    """What listens, and what it has been asked."""

    port: int
    door: Door
    began: list[str] = field(factory=list)  # the handlers that have been entered
    ended: list[str] = field(factory=list)

    async def empty(self):
        """Return when no connection is open, but calls."""
        await until(lambda: not len(self.door.admission))

    async def knock(self, sent=b""):
        """A stream to the house, on which this has been sent."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        await stream.send_all(sent)
        return stream


def _views(house):
    views = Blueprint("views", __name__)

    @views.get("/now")
    async def now():
        await trio.lowlevel.checkpoint()
        return "now"

    @views.post("/echo")
    async def echo():
        house.began.append("echo")
        return Response(await request.get_data(), content_type="text/plain")

    @views.get("/never")
    async def never():
        house.began.append("never")
        try:
            await trio.sleep_forever()
        finally:
            house.ended.append("never")

    @views.get("/large")
    async def large():
        house.began.append("large")
        await trio.lowlevel.checkpoint()
        return Response(b"x" * 2**24, content_type="text/plain")

    @views.get("/drips")
    async def drips():
        house.began.append("drips")
        await trio.lowlevel.checkpoint()
        return Response(_drips(), content_type="text/event-stream")

    return views


async def _drips():
    while True:
        await trio.lowlevel.checkpoint()
        yield b"x" * 1024


@asynccontextmanager
async def open_house(behind=None, media=()):
    """A house that is left when all of its connections are."""
    behind = behind or door()
    with listening_socket("127.0.0.1", 0) as listener:
        house = House(port=listener.getsockname()[1], door=behind)
        front = Front(
            origin=Origin(public()),
            media=media,
            pages=build_pages([_views(house)], behind.deadlines),
            deadlines=behind.deadlines,
        )
        stop = trio.Event()
        config = hypercorn_config()
        config.graceful_timeout = 1
        async with trio.open_nursery() as nursery:
            serve = partial(serve_connections, front, config, listener, door=behind, shutdown=stop.wait)
            await nursery.start(serve)
            yield house
            stop.set()


def get(path="/now", *headers, version="1.1"):
    """The bytes of a request."""
    lines = [f"GET {path} HTTP/{version}", "Host: localhost", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def post(path="/echo", length=60_000, *headers):
    """The head of a request with a body that is still to come."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def h2c(path):
    """A request that asks to go over to HTTP/2 (RFC 7540 3.2)."""
    return get(
        path,
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
    )


async def answer(stream):
    """One answer with a Content-Length: its status and body."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += await _some(stream, read)
    head, _, body = read.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    while len(body) < int(headers["content-length"]):
        body += await _some(stream, read)
    return int(status.split()[1]), body


async def _some(stream, read):
    with trio.fail_after(WITHIN_S):
        data = await stream.receive_some()
    assert data, f"the connection was closed behind {read!r}"
    return data


async def until(happened):
    """Return when it has."""
    for _ in range(2_000):
        if happened():
            return
        await trio.sleep(0.005)
    raise AssertionError("it has not happened within 10 s")


def readable(peer):
    """Whether something has come from this peer, be it its end."""
    return bool(select.select([peer.fileno()], [], [], 0)[0])


async def all_of(stream):
    """Everything up to the end of the stream."""
    with trio.fail_after(WITHIN_S):
        return b"".join([part async for part in stream])
