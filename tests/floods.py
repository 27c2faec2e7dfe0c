"""Strangers by the thousand while a call runs: `python -m tests.floods`, or `make floods`.

The real `serve`, in a process that may open 1,024 files, and a real call over sockets. Against it: 1,100
requests whose bodies never come, from 1,100 addresses; the same through the real HAProxy; and 60 attempts to
tunnel HTTP/2 through the real nginx. Meanwhile webhooks and health are asked for, the way the strangers come.
"""

import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import trio
from attrs import define, field, frozen

from simulator.model_server import serve_model
from simulator.phone import CallFailed, CallReport, place_call
from simulator.twilio_http import signature
from tests.booking import CALLER, NUMBER
from tests.office.support import PUBLIC_URL, TOKEN
from tests.real import add_business
from tests.test_stalled_peers import BYE, BYSTANDER, GREETING, HOURS
from tests.web.door import PREFACE, answer, h2c, post
from tests.web.proxies import HAPROXY, NGINX, haproxy, nginx

FILES = 1_024
HALVES, TUNNELS = 1_100, 60
ASKED_EVERY_S = 0.25
ANSWERED_WITHIN_S = 15.0  # then Twilio gives up

Knock = Callable[[int], Awaitable[trio.abc.Stream]]


@define
class Seen:
    """What came of one flood."""

    waited_s: list[float] = field(factory=list)  # for each answer to a webhook or for health
    wrong: list[str] = field(factory=list)
    files: list[int] = field(factory=list)  # that the server had open, each time that it was counted
    tunnels: list[int] = field(factory=list)  # the status that each attempt got
    report: CallReport | None = None

    def faults(self) -> list[str]:
        """What must not be, in words."""
        if self.report is None:
            return self.wrong
        carrier = self.report.carrier
        heard = carrier.played == GREETING.audio + HOURS.audio + BYE.audio
        checks = {
            "the caller did not hear every byte": heard,
            f"the call: {carrier.violations}": not carrier.violations,
            f"the bot's voice broke off: {len(carrier.heard)} stretches": len(carrier.heard) == 3,
            f"the server had {max(self.files)} files open": max(self.files) <= FILES - 64,
            f"an answer took {max(self.waited_s):.1f} s": max(self.waited_s) < ANSWERED_WITHIN_S,
            f"a tunnel was opened: {self.tunnels}": 101 not in self.tunnels,
        }
        return self.wrong + [fault for fault, fine in checks.items() if not fine]


@frozen
class Served:
    """The server, from outside."""

    port: int
    process: trio.Process

    @property
    def url(self) -> str:
        """Where it is, without a proxy."""
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def served(folder: Path, *, proxies: int) -> AsyncIterator[Served]:
    """The real `serve` for a business of this folder, and a model for its one call."""
    await add_business(folder / "frontdesk.db")
    async with trio.open_nursery() as nursery:
        model = await nursery.start(serve_model, BYSTANDER[1])
        environment = {
            "PATH": os.environ["PATH"],
            "FRONTDESK_REALTIME_URL": model.url,
            "OPENAI_API_KEY": "sk-simulated",
            "FRONTDESK_DETECTOR": "level",
            "FRONTDESK_PUBLIC_URL": PUBLIC_URL,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "FRONTDESK_PROXIES": str(proxies),
        }
        serve = f"exec {sys.executable} -m web serve --port 0 --database {folder}/frontdesk.db"
        command = ["bash", "-c", f"ulimit -n {FILES}; {serve}"]
        run = partial(trio.run_process, command, env=environment, stderr=subprocess.PIPE, check=False)
        process = await nursery.start(partial(run, stdout=subprocess.DEVNULL))
        said = b""
        while b"listening on http://127.0.0.1:" not in said or not said.endswith(b"\n"):
            said += await process.stderr.receive_some() or sys.exit(said.decode())
        nursery.start_soon(_drain, process.stderr)
        port = int(said.partition(b"listening on http://127.0.0.1:")[2].split()[0])
        yield Served(port, process)
        process.terminate()
        await process.wait()
        nursery.cancel_scope.cancel()


async def _drain(stream: trio.abc.ReceiveStream) -> None:
    async for _ in stream:
        pass


async def under(flood: "Flood", folder: Path) -> Seen:
    """A call, and from its first word on the flood; returns when the call is over."""
    seen, speaks, over = Seen(), trio.Event(), trio.Event()

    async def call(url: str) -> None:
        credentials = {"auth_token": TOKEN, "public_url": PUBLIC_URL}
        noted = {"on_event": lambda moment: speaks.set() if moment.kind == "bot speaks" else None}
        try:
            seen.report = await place_call(
                url, BYSTANDER[0], called=NUMBER, caller=CALLER, **credentials, **noted
            )
        except CallFailed as failed:
            seen.wrong.append(f"the call: {failed}")
        over.set()

    async with (
        served(folder, proxies=flood.proxies) as desk,
        flood.way(folder, desk.port) as knock,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(call, desk.url)
        await speaks.wait()
        nursery.start_soon(flood.send, knock, seen)
        nursery.start_soon(asks, knock, seen)
        nursery.start_soon(counts, desk.process.pid, seen)
        await over.wait()
        nursery.cancel_scope.cancel()
    return seen


async def asks(knock: Knock, seen: Seen) -> None:
    """Ask for health and for webhooks, again and again, each on a connection of its own."""
    while True:
        for request, starts in ((_health(), b""), (_webhook(), b"<?xml")):
            began = trio.current_time()
            with trio.move_on_after(ANSWERED_WITHIN_S):
                async with await knock(0) as stream:
                    await stream.send_all(request)
                    status, body = await answer(stream)
                    if status != 200 or not body.startswith(starts):
                        seen.wrong.append(f"{request[:20]!r} was answered with {status} {body[:80]!r}")
            seen.waited_s.append(trio.current_time() - began)
        await trio.sleep(ASKED_EVERY_S)


async def counts(pid: int, seen: Seen) -> None:
    """Count the server's open files."""
    while True:
        seen.files.append(sum(1 for _ in os.scandir(f"/proc/{pid}/fd")))
        await trio.sleep(0.05)


def _health() -> bytes:
    return b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"


def _webhook() -> bytes:
    form = {"CallSid": "CA" + secrets.token_hex(16), "From": CALLER, "To": NUMBER, "CallStatus": "ringing"}
    body = urlencode(form).encode()
    signed = signature(TOKEN, f"{PUBLIC_URL}/twilio/voice", form)
    typed = "Content-Type: application/x-www-form-urlencoded"
    head = post("/twilio/voice", len(body), typed, f"X-Twilio-Signature: {signed}", "Connection: close")
    return head + body


async def halves(knock: Knock, _seen: Seen) -> None:
    """Requests whose bodies do not come, held open."""
    held = []
    for number in range(1, HALVES + 1):
        held.append(await knock(number))
        await held[-1].send_all(
            post("/twilio/voice", 60_000, "Content-Type: application/x-www-form-urlencoded")
        )
    await trio.sleep_forever()


async def tunnels(knock: Knock, seen: Seen) -> None:
    """Attempts to go over to HTTP/2, in whose tunnel nginx would see no path."""
    for number in range(1, TUNNELS + 1):
        async with await knock(number) as stream:
            await stream.send_all(h2c("/healthz"))
            seen.tunnels.append((await answer(stream))[0])
            await stream.send_all(PREFACE)


@asynccontextmanager
async def straight(_folder: Path, port: int) -> AsyncIterator[Knock]:
    """No proxy: every connection comes from an address of its own."""

    async def knock(number: int) -> trio.SocketStream:
        address = f"127.9.{number // 250}.{number % 250 + 1}"
        return await trio.open_tcp_stream("127.0.0.1", port, local_address=address)

    yield knock


def through(proxy: Callable[..., Any]) -> Callable[[Path, int], Any]:
    """The way through this proxy."""

    @asynccontextmanager
    async def way(folder: Path, port: int) -> AsyncIterator[Knock]:
        async with proxy(folder, port) as knock:
            yield lambda _number: knock()

    return way


@frozen
class Flood:
    """What comes, by which way."""

    name: str
    proxies: int  # of our own, as the server is told
    way: Callable[[Path, int], Any]
    send: Callable[[Knock, Seen], Awaitable[None]]


FLOODS = (
    Flood(f"{HALVES} half requests, direct, each from an address of its own", 0, straight, halves),
    Flood(f"{HALVES} half requests through HAProxy", 1, through(haproxy), halves),
    Flood(f"{TUNNELS} attempts to tunnel HTTP/2 through nginx", 1, through(nginx), tunnels),
)


async def main() -> int:
    """Run all floods; how many faults there were."""
    found = 0
    for flood in FLOODS:
        with tempfile.TemporaryDirectory() as folder:
            seen = await under(flood, Path(folder))
        faults = seen.faults()
        found += len(faults)
        print(f"{flood.name}:")
        if not faults:
            print(f"  the call: {len(seen.report.carrier.played) / 8_000:.1f} s of speech heard whole")
        waited = sorted(seen.waited_s)
        print(
            f"  {len(waited)} webhooks and questions for health answered, the slowest in {waited[-1]:.2f} s"
        )
        print(f"  the server had at most {max(seen.files)} of {FILES} files open")
        if seen.tunnels:
            print(f"  answers to the attempts: {dict(Counter(seen.tunnels))}")
        for fault in faults:
            print(f"  FAULT: {fault}")
    return found


if __name__ == "__main__":
    if HAPROXY is None or NGINX is None:
        sys.exit("make floods needs haproxy and nginx: apt-get install haproxy nginx-light")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(min(trio.run(main), 1))
