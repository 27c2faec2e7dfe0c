"""The client's side of RFC 6455, byte by byte: frames that no library would send, and what comes back."""

import struct
from contextlib import suppress

import trio
from attrs import define, field

from engine.errors import LinkClosed
from tests.web.door import WITHIN_S, get

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # with its answer in RFC 6455 1.3
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    f"Sec-WebSocket-Key: {KEY}",
)
MASK = b"\x12\xe5\x80\xff"
MOST = 65_536


@define
class Echo:
    """What is mounted: it answers each message with what it took it for."""

    path: str = "/socket"
    most_bytes: int = MOST
    entered: bool = False
    accepted: list = field(factory=list)
    waiting: trio.Event | None = None  # before the upgrade is answered

    async def __call__(self, upgrade):
        self.entered = True
        if self.waiting is not None:
            await self.waiting.wait()
        try:
            link = await upgrade.accept(self.most_bytes)
            self.accepted.append(link)
            while True:
                await link.send(repr(await link.receive()))
        except LinkClosed:
            return


def upgrade(*more, path="/socket", headers=UPGRADE):
    """The request."""
    return get(path, *headers, *more)


def frame(opcode, payload=b"", *, fin=True, rsv=0, masked=True, length=None, wide=None):
    """One frame; `length` is what it claims, `wide` in how many bytes beside the seven bits."""
    length = len(payload) if length is None else length
    wide = (0 if length < 126 else 2 if length < 2**16 else 8) if wide is None else wide
    seven = {0: length, 2: 126, 8: 127}[wide]
    head = struct.pack("!BB", fin << 7 | rsv << 4 | opcode, masked << 7 | seven)
    head += {0: b"", 2: struct.pack("!H", length & 0xFFFF), 8: struct.pack("!Q", length)}[wide]
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def text(words, **more):
    """A text message, or a part of one."""
    return frame(TEXT, words.encode(), **more)


def close(code=1000, reason=b""):
    """A close frame."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


def frames(read):
    """What a server's bytes hold: opcode and payload of each frame, all of them whole and not masked."""
    found = []
    while read:
        first, length, read = read[0], read[1], read[2:]
        assert first & 0xF0 == 0x80, "neither fragments nor reserved bits are ours"
        if length >= 126:
            wide = 2 if length == 126 else 8
            length, read = int.from_bytes(read[:wide]), read[wide:]
        assert len(read) >= length, "half a frame"
        found.append((first & 0x0F, read[:length]))
        read = read[length:]
    return found


async def switched(house, *more):
    """A stream on which the server has switched."""
    stream = await house.knock(upgrade(*more))
    head = b""
    with trio.fail_after(WITHIN_S):
        while not head.endswith(b"\r\n\r\n"):
            head += await stream.receive_some(1)
    assert head.startswith(b"HTTP/1.1 101 "), head
    return stream


async def said_to(house, *sent):
    """The frames that come back until the server closes; each part is sent by itself."""
    async with await switched(house) as stream:
        for part in sent:
            await stream.send_all(part)
        return frames(await to_the_end(stream))


async def exchanged(house, sent, expected):
    """As many bytes of answers as are expected, before the socket is closed by both sides."""
    length = sum(len(frame(*answer, masked=False)) for answer in expected)
    async with await switched(house) as stream:
        for part in sent:
            await stream.send_all(part)
        read = b""
        with trio.fail_after(WITHIN_S):
            while len(read) < length:
                read += await stream.receive_some() or b"\x88\x00" * length
        await stream.send_all(close())
        assert frames(await to_the_end(stream)) == [(CLOSE, b"\x03\xe8")]
    return frames(read)


async def to_the_end(stream):
    """Everything up to the end of the stream, be it a reset."""
    read = b""
    with trio.fail_after(WITHIN_S):
        with suppress(trio.BrokenResourceError):
            async for part in stream:
                read += part
    return read
