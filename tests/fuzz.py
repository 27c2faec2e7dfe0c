"""Frames and heads with errors in them: `python -m tests.fuzz 100000`, a part of `make siege`.

Each attempt is a connection of its own: some valid frames, some bytes of them changed, lost, doubled or put
in. What comes back must be whole frames, the last of them a close with a code that may be sent, and the
connection must then end; unless the mutation left half a frame, which is waited for until the client leaves.
Then a tenth as many heads with errors in them. Nothing of all that may leave a traceback.
"""

import logging
import random
import sys
from functools import partial

import trio

from tests.web.door import get, open_house, post
from tests.web.sockets import BINARY, CLOSE, CONT, PING, PONG, TEXT, Echo, close, frame, frames, upgrade

_WITHIN_S = 20.0
_AT_ONCE = 20


def valid(rng):
    """A conversation of a client that keeps to the rules."""
    payload = rng.randbytes(rng.choice((0, 1, 5, 125, 126, 300)))
    words = "κόσμε, hello ".encode()[: rng.choice((6, 11, 18))]
    kinds = (
        frame(TEXT, words.decode("utf-8", "ignore").encode()),
        frame(BINARY, payload),
        frame(PING, payload[:125]),
        frame(PONG, payload[:125]),
        frame(TEXT, words, fin=False) + frame(PING) + frame(CONT, b"o"),
        frame(BINARY, payload, fin=False) + frame(CONT, fin=False) + frame(CONT, payload),
    )
    return b"".join(rng.choices(kinds, k=rng.randint(1, 4))) + close()


def mutated(sent, rng):
    """The same with one to four errors, most of them where headers are."""
    sent = bytearray(sent)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(sent) if rng.random() < 0.5 else min(len(sent), 12))
        match rng.randrange(5):
            case 0:
                sent[at] ^= 1 << rng.randrange(8)
            case 1:
                sent[at] = rng.randrange(256)
            case 2:
                del sent[at : at + rng.randint(1, 8)]
            case 3:
                sent[at:at] = rng.randbytes(rng.randint(1, 8))
            case 4:
                sent[at:at] = sent[at : at + rng.randint(1, 20)]
        if not sent:
            break
    return bytes(sent)


def head(rng):
    """A request as it should be: for a WebSocket, or another, or one behind the other."""
    offers = (
        "Sec-WebSocket-Protocol: a, b",
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Origin: http://x",
    )
    plain = (get("/now"), get("/now", "Connection: close"), post("/echo", 4) + b"body")
    return rng.choice((*plain, upgrade(), upgrade(*offers), rng.choice(plain) + upgrade()))


async def ask(port, sent):
    """Send this as a request, and leave; what is wrong with the answer."""
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        read = await _answer(stream, sent)
    return None if read.startswith(b"HTTP/1.1 ") or not read else f"answered with {read[:40]}"


async def _answer(stream, sent):
    read = b""
    try:
        await stream.send_all(sent)
        await stream.send_eof()
        async for part in stream:
            read += part
    except trio.BrokenResourceError:
        pass  # it was closed while there was more to come
    return read


async def talk(port, sent):
    """Send this on a WebSocket, and leave; what is wrong with the answers."""
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(upgrade())
        read = b""
        while b"\r\n\r\n" not in read:
            read += await stream.receive_some() or b"\r\n\r\n"
        return judged(read.partition(b"\r\n\r\n")[2] + await _answer(stream, sent))


async def fuzz(port, number, rng, *, make=valid, attempt=talk):
    """Make so many attempts at the echo on this port; what went wrong, in words."""
    wrong, attempts = [], iter(mutated(make(rng), rng) for _ in range(number))

    async def attempt_on():
        for sent in attempts:
            with trio.move_on_after(_WITHIN_S) as patience:
                if fault := await attempt(port, sent):
                    wrong.append(f"{sent.hex()}: {fault}")
            if patience.cancelled_caught:
                wrong.append(f"{sent.hex()}: it hangs")

    async with trio.open_nursery() as nursery:
        for _ in range(_AT_ONCE):
            nursery.start_soon(attempt_on)
    return wrong


def judged(read):
    """What is wrong with a server's bytes, if anything."""
    try:
        found = frames(read)
    except (AssertionError, IndexError) as error:
        return f"{error} in {read.hex()}"
    closes = [payload for opcode, payload in found if opcode == CLOSE]
    if not closes:
        return None  # it waited for the rest
    if found[-1][0] != CLOSE or len(closes) > 1:
        return f"something behind a close in {read.hex()}"
    code = int.from_bytes(closes[0][:2] or b"\x03\xe8", "big")
    sendable = code in (*range(1000, 1004), *range(1007, 1015), *range(3000, 5000))
    return None if sendable else f"closed with {code}"


async def main(number):
    """Fuzz a house in this process; how many faults there were, tracebacks counted."""
    tracebacks = []

    class Tracebacks(logging.Handler):
        def emit(self, record):
            if record.exc_info:
                tracebacks.append(record.getMessage())

    logging.getLogger().addHandler(Tracebacks())
    async with open_house(media=[Echo()]) as house:
        wrong = await fuzz(house.port, number, random.Random(number))
        wrong += await fuzz(house.port, number // 10, random.Random(number), make=head, attempt=ask)
        await house.empty()
    for fault in (*wrong[:10], *tracebacks[:10]):
        print("FAULT:", fault)
    print(f"{number} sockets, {number // 10} heads: {len(wrong)} wrong answers, {len(tracebacks)} tracebacks")
    return len(wrong) + len(tracebacks)


if __name__ == "__main__":
    sys.exit(min(trio.run(partial(main, int(sys.argv[1]))), 1))
