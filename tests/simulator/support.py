"""What the tests of the simulator share: a client of the model, and a server for the carrier."""

import base64
import json

import trio
from attrs import define, field

from simulator import mulaw
from simulator.model import Model
from simulator.model_script import ModelScript
from simulator.transport import memory_pair

PCMU = {"format": {"type": "audio/pcmu"}}
SESSION = {
    "type": "realtime",
    "output_modalities": ["audio"],
    "instructions": "Be brief.",
    "audio": {
        "input": {**PCMU, "transcription": {"model": "gpt-live-transcribe"}, "turn_detection": None},
        "output": {**PCMU, "voice": "alloy"},
    },
}
STREAM_SID = "MZ" + "0" * 32


def rms(audio: bytes) -> float:
    """The level of mu-law audio as root mean square on the 16-bit scale; 0.0 for none."""
    return (sum(level**2 for level in mulaw.decode(audio)) / max(len(audio), 1)) ** 0.5


@define
class Client:
    """A client of the Realtime API that keeps every event, with the time of its arrival."""

    transport: object
    events: list[dict] = field(factory=list)
    times_ms: list[int] = field(factory=list)

    async def send(self, kind: str, **fields) -> None:
        await self.transport.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> dict:
        event = json.loads(await self.transport.receive())
        self.events.append(event)
        self.times_ms.append(round(trio.current_time() * 1000))
        return event

    async def until(self, kind: str) -> dict:
        while (event := await self.next())["type"] != kind:
            pass
        return event

    async def set_up(self, session=SESSION) -> None:
        await self.until("session.created")
        await self.send("session.update", session=session)
        await self.until("session.updated")
        self.events.clear()

    async def append(self, audio: bytes) -> None:
        await self.send("input_audio_buffer.append", audio=base64.b64encode(audio).decode())

    async def create_item(self, item) -> None:
        await self.send("conversation.item.create", item=item)

    async def refused(self, kind: str, **fields) -> dict:
        """Send what must be refused; the error."""
        await self.send(kind, **fields)
        return (await self.until("error"))["error"]

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    def audio(self) -> bytes:
        deltas = [event["delta"] for event in self.events if event["type"] == "response.output_audio.delta"]
        return b"".join(map(base64.b64decode, deltas))


async def converse(script: ModelScript, talk) -> tuple[Model, Client]:
    """Run a model and `talk(client)` against it; close when it returns."""
    ours, theirs = memory_pair()
    model, client = Model(ours, script), Client(theirs)
    with trio.fail_after(7_200):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(model.run)
            await talk(client)
            await theirs.close()
            nursery.cancel_scope.deadline = trio.current_time() + 1
    return model, client


def media(audio: bytes) -> str:
    payload = base64.b64encode(audio).decode()
    return json.dumps({"event": "media", "streamSid": STREAM_SID, "media": {"payload": payload}})


def mark(name: str) -> str:
    return json.dumps({"event": "mark", "streamSid": STREAM_SID, "mark": {"name": name}})


def clear() -> str:
    return json.dumps({"event": "clear", "streamSid": STREAM_SID})
