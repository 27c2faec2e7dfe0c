"""Calls for a server in another process: both of its peers, lean, so that what is measured is the server.

The carrier and the model's session are the simulator's strict ones, over sockets that take little time of
their own. Every call is the same eight seconds over and over: the caller speaks for two, the bot answers for
four, and between them nobody says anything. The calls begin evenly through the eight seconds.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import httpx2
import trio
from attrs import define

from benchmarks.lean_socket import LeanSocket, accept, connect
from benchmarks.one_call import CYCLE_MS, SPEECH_MS, WORDS, Call, Heard, Session
from benchmarks.peers import CALLER, NUMBER
from simulator import speak
from simulator.mulaw import silence
from simulator.phone import VOICE_PATH
from simulator.twilio_http import Stream, verbs

_SETTLED_S = 4.0  # after the last call has begun
_OPENS_S = 10.0
_PATH = "/v1/realtime?model=gpt-realtime-2.1"


@define
class Load:
    """Where the model is, and how calls are placed."""

    model_url: str
    _speech: bytes
    _models: "trio.MemoryReceiveChannel[LeanSocket]"

    @asynccontextmanager
    async def calls(self, server: str, number: int) -> AsyncIterator[Heard]:
        """Keep so many calls going at the server while the block runs.

        `server` is an http URL that is rung as Twilio does it, or a ws URL that takes the stream as it is.
        The block begins when all have settled.
        """
        heard, calls = Heard(), []
        async with trio.open_nursery() as nursery:
            began = trio.current_time()
            for place in range(number):
                await trio.sleep_until(began + place * CYCLE_MS / 1000 / number)
                calls.append(await self._ring(server, heard, nursery))
            await trio.sleep(_SETTLED_S)
            heard.clear()
            yield heard
            nursery.cancel_scope.cancel()
        heard.faults += [fault for call in calls for fault in call.faults()]

    async def _ring(self, server: str, heard: Heard, nursery: trio.Nursery) -> Call:
        sid = "CA" + secrets.token_hex(16)
        stream = (
            await _webhook(server, sid)
            if server.startswith("http")
            else Stream(url=server, parameters={}, action=None)
        )
        with trio.fail_after(_OPENS_S):
            socket = await connect(urlsplit(server).netloc, urlsplit(stream.url).path)
            call = Call(heard, socket, self._speech, sid, dict(stream.parameters))
            nursery.start_soon(call.carrier.run)
            call.model = Session(await self._models.receive(), call, nursery)
        nursery.start_soon(call.model.run)
        return call


@asynccontextmanager
async def open_load() -> AsyncIterator[Load]:
    """Listen for the model's clients. Raises SpeechUnavailable without a synthesiser."""
    speech = await trio.to_thread.run_sync(speak, WORDS)
    models_in, models_out = trio.open_memory_channel[LeanSocket](0)

    async def take(stream: trio.SocketStream) -> None:
        await models_in.send(await accept(stream))
        await trio.sleep_forever()  # whoever takes it reads it; the listener would close it

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, take, 0, host="127.0.0.1"))
        port = listener.socket.getsockname()[1]
        spoken = speech[: SPEECH_MS * 8].ljust(SPEECH_MS * 8, silence(1)[:1])
        yield Load(f"ws://127.0.0.1:{port}{_PATH}", spoken, models_out)
        nursery.cancel_scope.cancel()


async def _webhook(server: str, sid: str) -> Stream:
    form = {"CallSid": sid, "From": CALLER, "To": NUMBER, "CallStatus": "ringing", "Direction": "inbound"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answered = await client.post(server + VOICE_PATH, data=form)
    return next(verb for verb in verbs(answered.text) if isinstance(verb, Stream))
