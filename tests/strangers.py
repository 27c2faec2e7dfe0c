"""Hostile connections by the thousand, from a process of their own: what `tests/siege.py` lets loose.

`python -m tests.strangers NUMBER WHERE KIND...` says when it begins, holds NUMBER connections of each kind
open until it is told to stop, and then prints how the answers began. WHERE is the path of a Unix socket, or a
port of the loopback with how many addresses they come from: `8080/one`, `8080/many`. They come within 10 s,
and come back 10 s after they were closed.
"""

import json
import signal
import sys
from collections import Counter
from math import inf

import trio
from attrs import frozen

from simulator.twilio_http import signature
from tests.office.support import PUBLIC_URL, TOKEN
from tests.web.door import PREFACE, get, h2c, post
from tests.web.sockets import UPGRADE

RAMP_S = 10.0
BACK_AFTER_S = 10.0


@frozen
class Kind:
    """What each of them sends at first, and how long it then waits before each further byte."""

    sent: bytes
    drip_s: float = inf


FORM = "Content-Type: application/x-www-form-urlencoded"
_SIGNED = f"X-Twilio-Signature: {signature(TOKEN, f'{PUBLIC_URL}/twilio/media', {})}"
KINDS = {
    "a body that never comes": Kind(post("/twilio/voice", 60_000, FORM)),
    "a body of one byte every 18 s": Kind(post("/twilio/voice", 60_000, FORM), drip_s=18),
    "HTTP/2's preface": Kind(PREFACE),
    "an upgrade to h2c": Kind(h2c("/healthz")),
    "half a head": Kind(b"GET /healthz HTTP/1.1\r\nHost: des"),
    "a connection kept alive": Kind(get("/healthz")),
    "a WebSocket without a start": Kind(get("/twilio/media", _SIGNED, *UPGRADE)),
}


async def knock(where: str, number: int) -> trio.SocketStream:
    """Open a connection; number 0 is never a stranger's."""
    if where.startswith("/"):
        return await trio.open_unix_socket(where)
    port, _, addresses = where.partition("/")
    address = (
        f"127.9.{number // 250}.{number % 250 + 1}"
        if addresses == "many"
        else f"127.8.0.{min(number, 1) + 1}"
    )
    return await trio.open_tcp_stream("127.0.0.1", int(port), local_address=address)


async def stranger(kind: Kind, where: str, number: int, wait_s: float, began: Counter[str]) -> None:
    """Hold a connection open for as long as it is let; come back when it was closed."""
    while True:
        await trio.sleep(wait_s)
        try:
            async with await knock(where, number) as stream:
                await stream.send_all(kind.sent)
                await _hold(kind, stream, began)
        except (OSError, trio.BrokenResourceError):
            pass
        wait_s = BACK_AFTER_S


async def _hold(kind: Kind, stream: trio.abc.Stream, began: Counter[str]) -> None:
    while True:
        with trio.move_on_after(kind.drip_s) as silent:
            data = await stream.receive_some()
            if not data:
                return
            began[data[:12].decode("latin-1")] += 1
        if silent.cancelled_caught:
            await stream.send_all(b"x")


async def main(number: int, where: str, kinds: list[str]) -> None:
    """Let them loose until SIGTERM."""
    began = Counter[str]()
    with trio.open_signal_receiver(signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            for each in range(number):
                for kind in kinds:
                    wait_s = RAMP_S * each / number
                    nursery.start_soon(stranger, KINDS[kind], where, each + 1, wait_s, began)
            print("let loose", flush=True)
            await anext(signals)
            nursery.cancel_scope.cancel()
    print(json.dumps(began))


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]), sys.argv[2], sys.argv[3:])
