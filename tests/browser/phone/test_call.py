"""A call from the browser, at the other end of its line."""

import json

import numpy as np
import pytest
import trio

from simulator import mulaw
from tests.browser.phone.conftest import murmur
from tests.browser.phone.exchange import TOKEN, WIRE

pytestmark = pytest.mark.real_time

_TALKED_FRAMES = 150
_SOUND = bytes(np.random.default_rng(2).integers(0, 256, 24_000, dtype=np.uint8))  # 3 s of mu-law


def test_a_call_begins_as_a_carrier_begins_it_and_sends_every_20_ms(telephone):
    peer = telephone.call()
    telephone.until(lambda: len(peer.of("media")) >= _TALKED_FRAMES)
    told = [each.message for each in peer.heard[: _TALKED_FRAMES + 2]]
    assert told[:2] == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        json.loads(WIRE.start(1, {"token": TOKEN})),
    ]
    assert told[2:] == [
        json.loads(WIRE.media(number + 2, number + 1, number * 20, peer.sound[number * 160 :][:160]))
        for number in range(_TALKED_FRAMES)
    ]
    first_s, *_, last_s = peer.at_s("media")[:_TALKED_FRAMES]
    assert abs((last_s - first_s) / (_TALKED_FRAMES - 1) - 0.02) < 0.001


def test_what_is_said_arrives(telephone):
    peer = telephone.call()
    telephone.until(lambda: len(peer.of("media")) >= _TALKED_FRAMES)
    heard = np.array(mulaw.decode(peer.sound[8_000:24_000])) / 32768
    # In pieces, because Chromium's device slips now and then by some milliseconds.
    assert np.median([_signal_to_noise_db(piece, murmur()) for piece in np.split(heard, 5)]) > 25


def test_what_is_played_is_what_was_sent(telephone):
    peer = telephone.dial()
    for piece in (_SOUND[:1], _SOUND[1:5_000], _SOUND[5_000:16_000]):
        telephone.beside.run(peer.play, piece)
    assert telephone.heard(16_000) == _SOUND[:16_000]


def test_marks_come_back_when_what_is_before_them_was_played(telephone):
    peer = telephone.dial()
    began_s = telephone.beside.run(_now_s)
    for name, audio in (("at once", b""), ("one", _SOUND[:8_000]), ("two", _SOUND[:4_000]), ("three", b"")):
        if audio:
            telephone.beside.run(peer.play, audio)
        telephone.beside.run(peer.mark, name)
    telephone.until(lambda: len(peer.of("mark")) == 4)
    assert [mark["name"] for mark in peer.of("mark")] == ["at once", "one", "two", "three"]
    late_s = np.array(peer.at_s("mark")) - began_s - [0, 1, 1.5, 1.5]
    assert (late_s > -0.02).all()
    assert (late_s < 0.2).all()


def test_a_clear_silences_at_once_and_sends_every_mark_back(telephone):
    peer = telephone.dial()
    telephone.beside.run(peer.play, _SOUND[:4_000])
    telephone.beside.run(peer.mark, "begun")
    telephone.beside.run(peer.play, _SOUND[4_000:])
    telephone.beside.run(peer.mark, "never played")
    telephone.beside.run(peer.mark, "nor this")
    telephone.until(lambda: peer.of("mark"))
    cleared_s = telephone.beside.run(_now_s)
    telephone.beside.run(peer.clear)
    telephone.until(lambda: len(peer.of("mark")) == 3)
    assert [mark["name"] for mark in peer.of("mark")] == ["begun", "never played", "nor this"]
    begun_s, *back_s = peer.at_s("mark")
    assert back_s[-1] - cleared_s < 0.1
    telephone.beside.run(peer.play, b"\x11" * 160)
    telephone.beside.run(peer.mark, "after")
    telephone.until(lambda: len(peer.of("mark")) == 4)
    heard = telephone.heard(4_160)
    assert heard == _SOUND[: len(heard) - 160] + b"\x11" * 160
    assert len(heard) - 4_160 <= 8_000 * (back_s[-1] - begun_s + 0.1)


async def _now_s():
    await trio.lowlevel.checkpoint()
    return trio.current_time()


def _signal_to_noise_db(heard, said):
    """Of sound at 8 kHz, against what was said at 48 kHz and wherever in it that was."""
    sparse = np.zeros(len(said))
    sparse[: 6 * len(heard) : 6] = heard
    alike = np.fft.irfft(np.fft.rfft(said) * np.conj(np.fft.rfft(sparse)), len(said))
    at = np.argmax(alike)
    # Between two samples, too: the three nearest together can take any place there.
    like = np.stack([said[at + off :][: 6 * len(heard) : 6] for off in (-1, 0, 1)], axis=1)
    signal = like @ np.linalg.lstsq(like, heard)[0]
    return 20 * np.log10(np.std(signal) / np.std(heard - signal))
