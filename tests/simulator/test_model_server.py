"""The model on a real socket of the loopback."""

from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from simulator.model_script import ModelScript, Reply, Stall
from simulator.model_server import rejected, serve_model
from simulator.tones import murmur
from simulator.transport import TransportClosed
from simulator.websocket import connect_websocket
from tests.simulator.support import Client

KEY = {"authorization": "Bearer sk-1"}
PATH = "/v1/realtime?model=gpt-realtime-2.1"


@asynccontextmanager
async def running(script, **fields):
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            server = await nursery.start(partial(serve_model, script, **fields))
            yield server
            nursery.cancel_scope.cancel()


async def test_a_client_talks_to_it_over_tcp():
    voice = murmur(300)
    async with running(ModelScript(replies=[Reply("Hi.", voice, first_delta_ms=0)])) as server:
        async with connect_websocket(f"{server.url}?model=m", KEY) as transport:
            client = Client(transport)
            await client.set_up()
            await client.send("response.create")
            await client.until("rate_limits.updated")
        assert client.audio() == voice
    assert server.violations == []
    assert server.models[0].closed.code == 1000


async def test_every_connection_is_a_session_with_a_script_of_its_own():
    scripts = iter([ModelScript(bad_key=True), ModelScript()])
    async with running(lambda: next(scripts)) as server:
        kinds = []
        for _ in range(2):
            async with connect_websocket(f"{server.url}?model=m", KEY) as transport:
                kinds.append((await Client(transport).next())["type"])
    assert kinds == ["error", "session.created"]
    assert len(server.models) == 2


async def test_a_wrong_key_is_refused_after_the_handshake():
    async with (
        running(ModelScript(), key="sk-2") as server,
        connect_websocket(f"{server.url}?model=m", KEY) as transport,
    ):
        event = await Client(transport).next()
        with pytest.raises(TransportClosed) as caught:
            await transport.receive()
    assert (event["error"]["code"], caught.value.code) == ("invalid_api_key", 3000)


async def test_a_stalled_session_makes_the_clients_sends_back_up():
    async with (
        running(ModelScript(replies=[Stall()])) as server,
        connect_websocket(f"{server.url}?model=m", KEY) as transport,
    ):
        client = Client(transport)
        await client.set_up()
        await client.send("response.create")
        with trio.move_on_after(0.3) as scope:
            while True:
                await client.append(b"\xff" * 65_536)
    assert scope.cancelled_caught


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        (PATH, KEY, None),
        (PATH, {"api-key": "sk-1"}, None),
        (PATH, {}, ("invalid_api_key", 3000)),
        (PATH, {"authorization": "Bearer sk-2"}, ("invalid_api_key", 3000)),
        (PATH, {"authorization": "sk-1"}, ("invalid_api_key", 3000)),
        ("/v1/realtime", KEY, ("missing_model", 4000)),
        (PATH, KEY | {"openai-beta": "realtime=v1"}, ("beta_api_shape_disabled", 4000)),
    ],
)
def test_the_handshake_is_judged_as_the_real_server_does(path, headers, expected):
    rejection = rejected(path, headers, "sk-1")
    assert (rejection and (rejection.code, rejection.close_code)) == expected
