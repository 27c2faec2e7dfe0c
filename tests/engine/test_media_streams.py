import json
from base64 import b64encode
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.carrier import CallerAudio, ClearQueue, Dtmf, Ignored, Mark, MarkReached, Media, Stopped
from engine.errors import RemoteProtocolError
from engine.peers.media_streams import Connected, Started, encode, receive

# The messages as Twilio's documentation shows them.
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
START = {
    "event": "start",
    "sequenceNumber": "1",
    "streamSid": "MZ1",
    "start": {
        "streamSid": "MZ1",
        "accountSid": "AC1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "customParameters": {"token": "t0ken"},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    },
}
MEDIA = {
    "event": "media",
    "sequenceNumber": "2",
    "streamSid": "MZ1",
    "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "/38A"},
}
DTMF = {"event": "dtmf", "sequenceNumber": "5", "streamSid": "MZ1"} | {
    "dtmf": {"track": "inbound_track", "digit": "1"}
}
MARK = {"event": "mark", "sequenceNumber": "4", "streamSid": "MZ1", "mark": {"name": "1.160"}}
STOP = {"event": "stop", "sequenceNumber": "6", "streamSid": "MZ1"} | {
    "stop": {"accountSid": "AC1", "callSid": "CA1"}
}

STARTED = Started(stream_sid="MZ1", call_sid="CA1", account_sid="AC1", parameters={"token": "t0ken"})
EVERY_MESSAGE = [CONNECTED, START, MEDIA, DTMF, MARK, STOP]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def with_field(message, path, value):
    """The message with one field changed, or left out if the value is `...`."""
    changed = deepcopy(message)
    *parents, last = path.split(".")
    place = changed
    for name in parents:
        place = place[name]
    place[last] = value
    if value is ...:
        del place[last]
    return json.dumps(changed)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (CONNECTED, Connected()),
        (START, STARTED),
        (MEDIA, CallerAudio(payload=b"\xff\x7f\x00", timestamp_ms=5)),
        (DTMF, Dtmf(digit="1")),
        (MARK, MarkReached(name="1.160")),
        (STOP, Stopped()),
    ],
)
def test_documented_messages_become_events(message, event):
    assert receive(json.dumps(message)) == event


def test_a_timestamp_may_be_a_number():
    assert receive(with_field(MEDIA, "media.timestamp", 1240)) == CallerAudio(
        payload=b"\xff\x7f\x00", timestamp_ms=1240
    )


def test_a_start_without_parameters_has_none():
    assert receive(with_field(START, "start.customParameters", ...)).parameters == {}


def test_the_other_track_is_not_media_of_the_caller():
    assert receive(with_field(MEDIA, "media.track", "outbound")) == Ignored(kind="media")


def test_an_unknown_event_is_ignored_and_named():
    assert receive('{"event": "weather", "rain": [1]}') == Ignored(kind="weather")


def test_a_token_and_audio_stay_out_of_what_is_logged():
    assert "t0ken" not in repr(STARTED)
    assert repr(CallerAudio(payload=b"\xff", timestamp_ms=0)) == "CallerAudio(timestamp_ms=0)"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (b'{"event": "stop"}', "message"),
        ("", "message"),
        ("{", "message"),
        ("[]", "message"),
        ('"stop"', "message"),
        ("[" * 60_000, "message"),
        ("1" * 5_000, "message"),
        (json.dumps({"event": "stop", "pad": "x" * 65_536}), "message"),
        ("{}", "event"),
        ('{"event": 1}', "event"),
        ('{"event": "\\ud800"}', "event"),
        (with_field(START, "start", ...), "start"),
        (with_field(START, "start", []), "start"),
        (with_field(START, "start.streamSid", ...), "streamSid"),
        (with_field(START, "start.streamSid", 'MZ"'), "streamSid"),
        (with_field(START, "start.streamSid", "MZ1\n"), "streamSid"),
        (with_field(START, "start.streamSid", "M" * 65), "streamSid"),
        (with_field(START, "start.callSid", ""), "callSid"),
        (with_field(START, "start.accountSid", None), "accountSid"),
        (with_field(START, "start.customParameters", "token"), "customParameters"),
        (with_field(START, "start.customParameters", {"token": 1}), "customParameters"),
        (with_field(START, "start.mediaFormat", ...), "mediaFormat"),
        (with_field(START, "start.mediaFormat.encoding", "audio/x-alaw"), "mediaFormat"),
        (with_field(START, "start.mediaFormat.sampleRate", 16000), "mediaFormat"),
        (with_field(START, "start.mediaFormat.channels", 2), "mediaFormat"),
        (with_field(MEDIA, "media", "inbound"), "media"),
        (with_field(MEDIA, "media.track", ...), "track"),
        (with_field(MEDIA, "media.payload", ...), "payload"),
        (with_field(MEDIA, "media.payload", 7), "payload"),
        (with_field(MEDIA, "media.payload", "/38"), "payload"),
        (with_field(MEDIA, "media.payload", "/3 8A"), "payload"),
        (with_field(MEDIA, "media.payload", "é"), "payload"),
        (with_field(MEDIA, "media.timestamp", ...), "timestamp"),
        (with_field(MEDIA, "media.timestamp", "-5"), "timestamp"),
        (with_field(MEDIA, "media.timestamp", -5), "timestamp"),
        (with_field(MEDIA, "media.timestamp", "\u0665"), "timestamp"),
        (with_field(MEDIA, "media.timestamp", 5.0), "timestamp"),
        (with_field(MEDIA, "media.timestamp", True), "timestamp"),
        (with_field(MEDIA, "media.timestamp", "9" * 16), "timestamp"),
        (with_field(DTMF, "dtmf.digit", "11"), "digit"),
        (with_field(DTMF, "dtmf.digit", "x"), "digit"),
        (with_field(DTMF, "dtmf.digit", 1), "digit"),
        (with_field(MARK, "mark", ...), "mark"),
        (with_field(MARK, "mark.name", ...), "name"),
    ],
)
def test_a_malformed_message_is_refused_by_the_name_of_its_field(message, field):
    with pytest.raises(RemoteProtocolError) as refusal:
        receive(message)
    assert refusal.value.field == field


def test_a_refusal_never_quotes_what_was_sent():
    with pytest.raises(RemoteProtocolError) as refusal:
        receive(with_field(START, "start.callSid", "+15550123"))
    assert "5550123" not in str(refusal.value)


@given(st.text() | st.binary() | json_values.map(json.dumps))
def test_arbitrary_messages_raise_nothing_else(message):
    with suppress(RemoteProtocolError):
        receive(message)


@given(st.sampled_from(EVERY_MESSAGE), st.data())
def test_arbitrary_values_in_documented_messages_raise_nothing_else(message, data):
    changed = deepcopy(message)
    name = data.draw(st.sampled_from(sorted(changed.keys() - {"event"})))
    place = changed[name] if isinstance(changed[name], dict) and data.draw(st.booleans()) else changed
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)
    with suppress(RemoteProtocolError):
        receive(json.dumps(changed))


@given(st.binary())
def test_audio_survives_the_way_out_and_in(audio):
    message = json.loads(encode(Media(audio), "MZ1"))
    assert message == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": b64encode(audio).decode()},
    }
    inbound = {"track": "inbound", "timestamp": "0", "payload": message["media"]["payload"]}
    assert receive(json.dumps({"event": "media", "media": inbound})) == CallerAudio(
        payload=audio, timestamp_ms=0
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_mark_comes_back_under_its_name(name):
    message = encode(Mark(name), "MZ1")
    assert json.loads(message) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": name}}
    assert receive(message) == MarkReached(name=name)


def test_clear_has_no_fields_of_its_own():
    assert json.loads(encode(ClearQueue(), "MZ1")) == {"event": "clear", "streamSid": "MZ1"}
