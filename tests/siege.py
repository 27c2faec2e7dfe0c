"""Strangers by the thousand while calls run: `python -m tests.siege`, the first part of `make siege`.

The real `serve`, in a process that may open 1,024 files, and one real call after the other. Against it 2,000
connections of each hostile kind at a time, for a minute: all from one address, each from an address of its
own, through the real HAProxy, and through the real nginx. Who is closed comes back. Meanwhile webhooks and
health are asked for, the way the strangers come. `--seconds`, `--number`, `--kind` and `--way` choose less.
"""

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
from tests.strangers import FORM, KINDS, knock
from tests.test_stalled_peers import BYE, BYSTANDER, GREETING, HOURS
from tests.web.door import answer, get, post
from tests.web.proxies import HAPROXY, NGINX, haproxy, nginx

FILES = 1_024
ASKED_EVERY_S = 0.25
ANSWERED_WITHIN_S = 15.0  # then Twilio gives up
HEALTH_WITHIN_S = 0.1  # of 99 in 100


@define
class Seen:
    """What came of one siege."""

    limit: int  # of the server's open files
    health_s: list[float] = field(factory=list)  # for each answer
    webhooks_s: list[float] = field(factory=list)
    wrong: list[str] = field(factory=list)
    files: list[int] = field(factory=list)  # that the server had open, each time that it was counted
    begins: dict[str, int] = field(factory=dict)  # what the strangers' answers began with
    calls: list[CallReport] = field(factory=list)

    def faults(self, health_within_s: float = HEALTH_WITHIN_S) -> list[str]:
        """What must not be, in words."""
        waited_s = max(self.health_s + self.webhooks_s)
        checks = {
            f"the server had {max(self.files)} files open": max(self.files) <= self.limit - 64,
            f"an answer took {waited_s:.1f} s": waited_s < ANSWERED_WITHIN_S,
            f"health took {p99(self.health_s):.2f} s": p99(self.health_s) < health_within_s,
        }
        for call in self.calls:
            carrier = call.carrier
            checks |= {
                "a caller did not hear every byte": carrier.played
                == GREETING.audio + HOURS.audio + BYE.audio,
                f"a call: {carrier.violations}": not carrier.violations,
                f"the bot's voice broke off: {len(carrier.heard)} stretches": len(carrier.heard) == 3,
            }
        return self.wrong + [fault for fault, fine in checks.items() if not fine]


def p99(values: Sequence[float]) -> float:
    """The value that 99 in 100 do not exceed."""
    return sorted(values)[len(values) * 99 // 100]


@frozen
class Served:
    """The server, from outside."""

    port: int
    process: trio.Process

    @property
    def url(self) -> str:
        """Where it is, without a proxy."""
        return f"http://127.0.0.1:{self.port}"

    def files(self) -> int:
        """How many files it has open."""
        return sum(1 for _ in os.scandir(f"/proc/{self.process.pid}/fd"))


@asynccontextmanager
async def served(folder: Path, *, proxies: int, files: int) -> AsyncIterator[Served]:
    """The real `serve` for a business of this folder, and a model for its calls."""
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
        command = ["bash", "-c", f"ulimit -n {files}; {serve}"]
        run = partial(trio.run_process, command, env=environment, stderr=subprocess.PIPE, check=False)
        process = await nursery.start(partial(run, stdout=subprocess.DEVNULL))
        said = b""
        while b"listening on http://127.0.0.1:" not in said or not said.endswith(b"\n"):
            said += await process.stderr.receive_some() or sys.exit(said.decode())
        seen = list[bytes]()
        nursery.start_soon(_drain, process.stderr, seen)
        port = int(said.partition(b"listening on http://127.0.0.1:")[2].split()[0])
        yield Served(port, process)
        process.terminate()
        await process.wait()
        nursery.cancel_scope.cancel()
    assert b"Traceback" not in b"".join(seen)


async def _drain(stream: trio.abc.ReceiveStream, seen: list[bytes]) -> None:
    async for data in stream:
        seen.append(data)


async def under(
    kinds: Sequence[str], way: "Way", folder: Path, *, number: int, seconds: float, files: int = FILES
) -> Seen:
    """Calls, and around them so many strangers of each kind, for at least so long."""
    seen = Seen(files)
    async with (
        served(folder, proxies=way.proxies, files=files) as desk,
        way.open(folder, desk.port) as where,
    ):
        await ask(where, seen)  # SQLite opens some of its files when it is first asked
        before = desk.files()
        command = [sys.executable, "-m", "tests.strangers", str(number), where, *kinds]
        async with trio.open_nursery() as nursery:
            let_loose = partial(trio.run_process, command, stdout=subprocess.PIPE)
            strangers = await nursery.start(let_loose)
            begun = await strangers.stdout.receive_some()
            assert begun.startswith(b"let loose"), begun
            nursery.start_soon(asks, where, seen)
            nursery.start_soon(counts, desk, seen)
            over_s = trio.current_time() + seconds
            while not seen.calls or trio.current_time() < over_s:
                await call(desk, seen)
            strangers.terminate()
            seen.begins = json.loads(b"".join([part async for part in strangers.stdout]))
            await strangers.wait()
            nursery.cancel_scope.cancel()
        for _ in range(150):
            if (more := desk.files() - before) <= 0:
                break
            await trio.sleep(0.1)
        else:
            seen.wrong.append(f"{more} files were not given back within 15 s")
    return seen


async def call(desk: Served, seen: Seen) -> None:
    """Place one call."""
    try:
        credentials = {"auth_token": TOKEN, "public_url": PUBLIC_URL}
        seen.calls.append(
            await place_call(desk.url, BYSTANDER[0], called=NUMBER, caller=CALLER, **credentials)
        )
    except CallFailed as failed:
        seen.wrong.append(f"a call: {failed}")
        await trio.sleep(1)


async def asks(where: str, seen: Seen) -> None:
    """Ask again and again."""
    while True:
        await ask(where, seen)
        await trio.sleep(ASKED_EVERY_S)


async def ask(where: str, seen: Seen) -> None:
    """Ask for health and for a webhook, each on a connection of its own."""
    for request, starts, waited_s in (
        (get("/healthz", "Connection: close"), b"", seen.health_s),
        (_webhook(), b"<?xml", seen.webhooks_s),
    ):
        began = trio.current_time()
        with trio.move_on_after(ANSWERED_WITHIN_S):
            async with await knock(where, 0) as stream:
                await stream.send_all(request)
                status, body = await answer(stream)
                if status != 200 or not body.startswith(starts):
                    seen.wrong.append(f"{request[:20]!r} was answered with {status} {body[:80]!r}")
        waited_s.append(trio.current_time() - began)


async def counts(desk: Served, seen: Seen) -> None:
    """Count the server's open files."""
    while True:
        seen.files.append(desk.files())
        await trio.sleep(0.05)


def _webhook() -> bytes:
    form = {"CallSid": "CA" + secrets.token_hex(16), "From": CALLER, "To": NUMBER, "CallStatus": "ringing"}
    body = urlencode(form).encode()
    signed = signature(TOKEN, f"{PUBLIC_URL}/twilio/voice", form)
    head = post("/twilio/voice", len(body), FORM, f"X-Twilio-Signature: {signed}", "Connection: close")
    return head + body


@asynccontextmanager
async def _straight(addresses: str, _folder: Path, port: int) -> AsyncIterator[str]:
    yield f"{port}/{addresses}"


@asynccontextmanager
async def _through(proxy: Callable[..., Any], folder: Path, port: int) -> AsyncIterator[str]:
    async with proxy(folder, port):
        yield str(folder / "outside")


@frozen
class Way:
    """How they come: an opened one says where to knock."""

    proxies: int  # of our own, as the server is told
    open: Callable[[Path, int], AbstractAsyncContextManager[str]]


WAYS: Mapping[str, Way] = {
    "from one address": Way(0, partial(_straight, "one")),
    "each from its own": Way(0, partial(_straight, "many")),
    "through HAProxy": Way(1, partial(_through, haproxy)),
    "through nginx": Way(1, partial(_through, nginx)),
}


async def main(kinds: Sequence[str], ways: Sequence[str], number: int, seconds: float) -> int:
    """Run these sieges; how many faults there were."""
    found = 0
    for way in ways:
        for kind in kinds:
            with tempfile.TemporaryDirectory() as folder:
                seen = await under([kind], WAYS[way], Path(folder), number=number, seconds=seconds)
            faults = seen.faults()
            found += len(faults)
            print(f"{number} times {kind}, {way}:")
            print(f"  {len(seen.calls)} calls; at most {max(seen.files)} of {FILES} files open")
            print(
                f"  asked {len(seen.health_s)} times: 99 in 100 for health answered in "
                f"{1_000 * p99(seen.health_s):.0f} ms, the slowest webhook in {max(seen.webhooks_s):.2f} s"
            )
            print(f"  the strangers got {seen.begins}")
            for fault in faults:
                print(f"  FAULT: {fault}")
    return found


if __name__ == "__main__":
    if HAPROXY is None or NGINX is None:
        sys.exit("make siege needs haproxy and nginx: apt-get install haproxy nginx-light")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--number", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    siege = partial(main, asked.kind or list(KINDS), asked.way or list(WAYS), asked.number, asked.seconds)
    sys.exit(min(trio.run(siege), 1))
