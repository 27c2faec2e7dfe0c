"""The simulated peers, carrier and model, in a process of their own: what is measured is the server alone.

`open_peers` starts the process and speaks with it over its pipes, one line of JSON for a batch of calls
and one for what became of it.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import attrs
import trio
from attrs import Factory, define, frozen

from benchmarks.scripts import SCRIPTS, Planned
from simulator import ModelScript, ModelServer, Moment, place_call, serve_model

NUMBER, CALLER = "+15550100", "+15550123"
_LOOKS, _LOOK_S = 200, 0.01  # a model that was slow to connect learns late that nobody waits for it


@frozen(kw_only=True)
class Batch:
    """Calls to place, `at_once` of them at any time; `first` is the number of the first."""

    server: str
    script: str
    calls: int
    first: int = 0
    at_once: int = 1


@frozen(kw_only=True)
class Account:
    """What became of a batch."""

    violations: list[str]
    open_sessions: int  # at the model, after all calls were over
    call_s: list[float]  # of each media stream
    first_word_ms: list[float]  # from `start` to the bot's first audible byte, where it came


@frozen(kw_only=True)
class Peers:
    """The other process, from here."""

    model_url: str
    _process: trio.Process
    _answers: AsyncIterator[bytes]

    async def place(self, batch: Batch) -> Account:
        """Place the calls and wait for the end of all."""
        assert self._process.stdin is not None
        await self._process.stdin.send_all(json.dumps(attrs.asdict(batch)).encode() + b"\n")
        return Account(**json.loads(await anext(self._answers)))


@asynccontextmanager
async def open_peers() -> AsyncIterator[Peers]:
    """Start the peers; they end when the block does."""
    command = [sys.executable, "-m", "benchmarks.peers"]
    run = partial(
        trio.run_process,
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    async with trio.open_nursery() as nursery:
        process = await nursery.start(run)
        answers = _lines(process.stdout)
        yield Peers(model_url=(await anext(answers)).decode(), process=process, answers=answers)
        await process.stdin.aclose()


async def _lines(stream: trio.abc.ReceiveStream) -> AsyncIterator[bytes]:
    rest = b""
    async for some in stream:
        *lines, rest = (rest + some).split(b"\n")
        for line in lines:
            yield line


# The other process itself


@define
class _Exchange:
    """Plays both ends of the calls of one batch after the other."""

    next_model: ModelScript = Factory(ModelScript)  # all calls that connect at one time have the same script
    first_word_ms: list[float] = Factory(list)
    call_s: list[float] = Factory(list)
    violations: list[str] = Factory(list)

    async def place(self, batch: Batch, model_server: ModelServer) -> Account:
        self.first_word_ms, self.call_s, self.violations = [], [], []
        for first in range(batch.first, batch.first + batch.calls, batch.at_once):
            async with trio.open_nursery() as nursery:
                for number in range(first, min(first + batch.at_once, batch.first + batch.calls)):
                    nursery.start_soon(self._ring, batch.server, number, SCRIPTS[batch.script](number))
        await _sessions_end(model_server)
        self.violations += model_server.violations
        still_open = [model for model in model_server.models if model.closed is None]
        model_server.models[:] = still_open
        return Account(
            violations=self.violations,
            open_sessions=len(still_open),
            call_s=self.call_s,
            first_word_ms=self.first_word_ms,
        )

    async def _ring(self, server: str, number: int, planned: Planned) -> None:
        self.next_model = planned.model
        at_s: dict[str, float] = {}

        def note(moment: Moment) -> None:
            at_s.setdefault(moment.kind, trio.current_time())

        sid = call_sid(number)
        report = await place_call(
            server, planned.caller, called=NUMBER, caller=CALLER, call_sid=sid, on_event=note
        )
        if report.carrier is None:
            self.violations.append(f"{sid}: no media stream was opened")
            return
        self.violations += [f"{sid}: {problem}" for problem in report.carrier.violations]
        self.call_s.append(report.carrier.ended_ms / 1000)
        if "bot speaks" in at_s:
            self.first_word_ms.append((at_s["bot speaks"] - at_s["start"]) * 1000)


async def _sessions_end(model_server: ModelServer) -> None:
    for _ in range(_LOOKS):
        if all(model.closed is not None for model in model_server.models):
            return
        await trio.sleep(_LOOK_S)


def call_sid(number: int) -> str:
    """Return the sid of the call with that number; in the order of the numbers."""
    return f"CA{number:032x}"


async def _main() -> None:
    exchange = _Exchange()
    async with trio.open_nursery() as nursery:
        model_server = await nursery.start(serve_model, lambda: exchange.next_model)
        print(model_server.url, flush=True)
        async for line in trio.wrap_file(sys.stdin):
            account = await exchange.place(Batch(**json.loads(line)), model_server)
            print(json.dumps(attrs.asdict(account)), flush=True)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(_main)
