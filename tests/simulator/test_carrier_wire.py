"""What Twilio would take, and what it would not."""

import base64
import json

import pytest

from simulator.carrier_wire import BadMessage, Clear, Mark, Media, Outgoing, connected, parse
from tests.simulator.support import STREAM_SID, clear, mark, media


def message(event="media", **fields):
    return json.dumps({"event": event, "streamSid": STREAM_SID, **fields})


def payload(audio=b"\xff" * 160):
    return base64.b64encode(audio).decode()


def test_the_three_messages_of_a_server_are_read():
    assert parse(media(b"abc"), STREAM_SID) == Media(b"abc")
    assert parse(mark("1.8000"), STREAM_SID) == Mark("1.8000")
    assert parse(clear(), STREAM_SID) == Clear()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{}", "31950: binary frame of 2 bytes; send text"),
        ("hello", "31951: not JSON: 'hello'"),
        ("[1]", "31951: not a JSON object: '[1]'"),
        (message("hangup"), "31951: unknown event 'hangup'"),
        (message("dtmf", dtmf={"digit": "1"}), "31951: unknown event 'dtmf'"),
        (json.dumps({"event": "clear"}), "31951: clear: missing streamSid"),
        (json.dumps({"event": "clear", "stream_sid": "x"}), "31951: clear: missing streamSid"),
        (json.dumps({"event": "clear", "streamSid": "MZother"}), "streamSid 'MZother' is not"),
        (message("clear", clear={}), "31951: clear: extra clear"),
        (message("mark", mark={}), "31951: mark.mark: missing name"),
        (message("mark", mark={"name": ""}), "mark.name must be a string with something in it"),
        (message("mark", mark={"name": 7}), "mark.name must be a string with something in it"),
        (message("mark", mark={"name": "a"}, sequenceNumber="1"), "31951: mark: extra sequenceNumber"),
        (message("mark", mark="a"), "31951: mark: its 'mark' is not an object"),
        (message("media", media={"payload": ""}), "media.payload must be a string with something in it"),
        (message("media", media={"payload": "*"}), "31951: media.payload is not base64"),
        (message("media", media={"payload": "/w=\n="}), "31951: media.payload is not base64"),
        (message("media", media={"payload": payload(), "track": "outbound"}), "media.media: extra track"),
        (message("media", media={"payload": payload(b"RIFF" + b"\0" * 40)}), "begins with a file header"),
    ],
)
def test_what_twilio_would_ignore_is_named(text, problem):
    with pytest.raises(BadMessage) as caught:
        parse(text, STREAM_SID)
    assert problem in caught.value.problem


def test_the_carriers_messages_have_twilios_exact_shapes():
    outgoing = Outgoing("AC1", "CA2", "MZ3")
    assert [
        json.loads(text)
        for text in (
            connected(),
            outgoing.start(1, {"token": "t"}),
            outgoing.media(2, 1, 5, b"\xff"),
            outgoing.mark(3, "m"),
            outgoing.dtmf(4, "#"),
            outgoing.stop(5),
        )
    ] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": "MZ3",
            "start": {
                "streamSid": "MZ3",
                "accountSid": "AC1",
                "callSid": "CA2",
                "tracks": ["inbound"],
                "customParameters": {"token": "t"},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        },
        {
            "event": "media",
            "sequenceNumber": "2",
            "streamSid": "MZ3",
            "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "/w=="},
        },
        {"event": "mark", "sequenceNumber": "3", "streamSid": "MZ3", "mark": {"name": "m"}},
        {
            "event": "dtmf",
            "sequenceNumber": "4",
            "streamSid": "MZ3",
            "dtmf": {"track": "inbound_track", "digit": "#"},
        },
        {
            "event": "stop",
            "sequenceNumber": "5",
            "streamSid": "MZ3",
            "stop": {"accountSid": "AC1", "callSid": "CA2"},
        },
    ]
