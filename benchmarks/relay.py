"""A bare relay between the carrier and the model: what nobody who carries a call can do without.

    python -m benchmarks.relay ws://HOST:PORT/v1/realtime?model=NAME

It parses Twilio's media and forwards it as `input_audio_buffer.append`, and the model's deltas back as media
with a mark. The model ends the turns. No ledger, no detector, no record, no deadline: it is the yardstick
that `benchmarks.one_core` measures Frontdesk by, on the same machine and in the same minutes. It is frozen:
a figure against another relay would be another figure.
"""

import json
import sys
from functools import partial
from itertools import count

import trio
from trio_websocket import ConnectionClosed, open_websocket_url, serve_websocket
from trio_websocket import WebSocketConnection as Socket
from trio_websocket import WebSocketRequest as Request

_PCMU = {"type": "audio/pcmu"}
_INPUT = {"format": _PCMU, "turn_detection": {"type": "server_vad"}}
_SESSION = {
    "type": "realtime",
    "instructions": "You answer the telephone.",
    "audio": {"input": _INPUT, "output": {"format": _PCMU}},
}


async def relay(request: Request, *, model_url: str) -> None:
    """Carry one call from its upgrade until either side has gone."""
    key = [(b"Authorization", b"Bearer sk-simulated")]
    carrier = await request.accept()
    async with open_websocket_url(model_url, extra_headers=key) as model, trio.open_nursery() as nursery:
        try:
            stream_sid = await _started(carrier)
            await model.send_message(json.dumps({"type": "session.update", "session": _SESSION}))
            nursery.start_soon(_down, model, carrier, stream_sid)
            await _up(carrier, model)
        except ConnectionClosed:
            pass
        nursery.cancel_scope.cancel()


async def _started(carrier: Socket) -> str:
    while (message := json.loads(await carrier.get_message()))["event"] != "start":
        pass
    return str(message["start"]["streamSid"])


async def _up(carrier: Socket, model: Socket) -> None:
    while (message := json.loads(await carrier.get_message()))["event"] != "stop":
        if message["event"] == "media":
            append = {"type": "input_audio_buffer.append", "audio": message["media"]["payload"]}
            await model.send_message(json.dumps(append))


async def _down(model: Socket, carrier: Socket, stream_sid: str) -> None:
    for number in count():
        event = json.loads(await model.get_message())
        if event["type"] == "response.output_audio.delta":
            media = {"event": "media", "streamSid": stream_sid, "media": {"payload": event["delta"]}}
            await carrier.send_message(json.dumps(media))
            mark = {"event": "mark", "streamSid": stream_sid, "mark": {"name": str(number)}}
            await carrier.send_message(json.dumps(mark))


async def _main(model_url: str) -> None:
    async with trio.open_nursery() as nursery:
        serve = partial(serve_websocket, partial(relay, model_url=model_url), "127.0.0.1", 0, None)
        server = await nursery.start(serve)
        print(f"ws://127.0.0.1:{server.port}/", flush=True)


if __name__ == "__main__":
    trio.run(_main, sys.argv[1])
