"""A call from the browser, at the other end of its line."""

import json

import numpy as np

from simulator import mulaw
from tests.browser.phone.conftest import sweep
from tests.browser.phone.exchange import TOKEN, WIRE

TALKED_FRAMES = 150


def test_a_call_begins_as_a_carrier_begins_it_and_sends_every_20_ms(telephone):
    peer = telephone.call()
    telephone.until(lambda: len(peer.of("media")) >= TALKED_FRAMES)
    told = [each.message for each in peer.heard[: TALKED_FRAMES + 2]]
    assert told[:2] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        json.loads(WIRE.start(1, {"token": TOKEN})),
    ]
    frames = [peer.sound[at : at + 160] for at in range(0, TALKED_FRAMES * 160, 160)]
    assert told[2:] == [
        json.loads(WIRE.media(number + 2, number + 1, number * 20, frame))
        for number, frame in enumerate(frames)
    ]
    at_s = peer.at_s("media")
    gaps_ms = np.diff(at_s[:TALKED_FRAMES]) * 1000
    print(np.percentile(gaps_ms, [50, 95, 100]), at_s[TALKED_FRAMES - 1] - at_s[0])


def test_what_is_said_arrives(telephone):
    peer = telephone.call()
    telephone.until(lambda: len(peer.of("media")) >= TALKED_FRAMES)
    heard = np.array(mulaw.decode(peer.sound))[8_000:] / 32768
    said = sweep(8_000)
    from numpy.lib.stride_tricks import sliding_window_view
    c = np.correlate(said, heard[:12000], "valid")
    at = int(np.argmax(np.abs(c)))
    print(at, len(heard))
