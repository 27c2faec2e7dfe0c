"""The other end of both sockets: a carrier with a caller on its line, and a Realtime server.

Both are strict. They behave as Twilio Media Streams and OpenAI's Realtime API do, and whatever the other
side does against the protocol stands in their `violations`. They import nothing of the engine or the
storage, so that a wrong wire shape cannot cancel out.

The caller's side, for a server that speaks Twilio's protocol on `theirs`:

    ours, theirs = memory_pair()
    carrier = Carrier(
        transport=ours,
        script=[
            UntilBotSpeaks(), UntilBotQuiet(500),            # the greeting
            Say("Are you open on Sunday?", murmur(1_500)),
            UntilBotSpeaks(), UntilBotQuiet(500),            # the answer
            HangUp(),
        ],
        parameters={"token": "..."},
    )
    await carrier.run()
    assert carrier.violations == []
    carrier.played      # every byte of the bot that the caller heard
    carrier.timeline    # what happened, with milliseconds

The model's side, for a client of the Realtime API on `theirs`:

    ours, theirs = memory_pair()
    model = Model(
        ours,
        ModelScript(
            replies=[
                Reply("Hello, how can I help?", murmur(1_200, pitch=190)),
                Reply(calls=(Call("find_available_slots", {"said": "on Monday", "date_iso": "2026-11-23"}),)),
                Reply("Ten or two?", murmur(900, pitch=190)),
                Reply(calls=(Call("create_appointment", book_the_first),)),
            ],
            hears=["Can I come on Monday?", "At ten."],
        ),
    )
    await model.run()

    def book_the_first(memory: SessionMemory) -> dict[str, str]:
        return {"slot_start": memory.last("find_available_slots")["slots"][0]["start"]}

The same peers over real sockets: `connect_websocket` gives a Carrier its transport, and
`server = await nursery.start(serve_model, script)` runs a Model for every connection to `server.url`.
"""

from simulator.caller import (
    Die,
    HangUp,
    HearFor,
    HearOut,
    Pause,
    Press,
    Said,
    Say,
    Send,
    StallReading,
    Step,
    StopSending,
    UntilBotQuiet,
    UntilBotSpeaks,
    UntilClosed,
)
from simulator.carrier import Carrier
from simulator.delay import delayed, evenly
from simulator.line import Line
from simulator.model import Model
from simulator.model_script import (
    Abort,
    Call,
    CloseNow,
    Fail,
    Ignore,
    Incomplete,
    LiveTranscription,
    ModelScript,
    NoAnswer,
    Reply,
    SessionMemory,
    Speech,
    Stall,
)
from simulator.model_server import ModelServer, serve_model
from simulator.phone import Answer, CallFailed, CallReport, place_call
from simulator.speech import SpeechUnavailable, speak, speak_all
from simulator.timeline import Moment
from simulator.tones import click, cough, murmur, noise
from simulator.transport import MemoryTransport, Transport, TransportClosed, memory_pair
from simulator.websocket import (
    UpgradeRefused,
    WebSocketTransport,
    connect_websocket,
    over_websocket,
    wrap_client_stream,
    wrap_server_stream,
)

__all__ = [
    "Abort",
    "Answer",
    "Call",
    "CallFailed",
    "CallReport",
    "Carrier",
    "CloseNow",
    "Die",
    "Fail",
    "HangUp",
    "HearFor",
    "HearOut",
    "Ignore",
    "Incomplete",
    "Line",
    "LiveTranscription",
    "MemoryTransport",
    "Model",
    "ModelScript",
    "ModelServer",
    "Moment",
    "NoAnswer",
    "Pause",
    "Press",
    "Reply",
    "Said",
    "Say",
    "Send",
    "SessionMemory",
    "Speech",
    "SpeechUnavailable",
    "Stall",
    "StallReading",
    "Step",
    "StopSending",
    "Transport",
    "TransportClosed",
    "UntilBotQuiet",
    "UntilBotSpeaks",
    "UntilClosed",
    "UpgradeRefused",
    "WebSocketTransport",
    "click",
    "connect_websocket",
    "cough",
    "delayed",
    "evenly",
    "memory_pair",
    "murmur",
    "noise",
    "over_websocket",
    "place_call",
    "serve_model",
    "speak",
    "speak_all",
    "wrap_client_stream",
    "wrap_server_stream",
]
