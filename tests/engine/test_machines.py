"""Faxes and modems are hung up on by their tones, and nobody else is."""

from math import pi, sin

import pytest

from engine.audio import level
from engine.caller.machines import BeepHeard, MachineHeard, MachineTones
from engine.outcome import Outcome
from engine.settings import FRAME_BYTES
from rehearsal.rig import place
from simulator.caller import Say, UntilClosed
from simulator.model_script import ModelScript, Reply
from simulator.mulaw import encode, silence
from simulator.tones import cough, murmur, noise

GREETING = Reply("Demo Dental, how can I help you today?", murmur(3_000, pitch=180))


def tone(ms, *hz, amplitude=3_000):
    waves = ([sin(2 * pi * f * n / 8_000) for n in range(ms * 8)] for f in hz)
    return encode([round(amplitude * sum(values) / len(hz)) for values in zip(*waves, strict=True)])


def heard(sound):
    return [event for event in listened_to(sound) if isinstance(event, MachineHeard)]


def listened_to(sound):
    tones = MachineTones()
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    return [event for frame in frames for event in tones.step(frame, level(frame))]


@pytest.mark.parametrize("off_hz", [-30, 0, 30])
@pytest.mark.parametrize("amplitude", [400, 3_000, 20_000])
def test_a_fax_and_a_modem_are_known_by_their_second_call_and_an_answering_one_by_its_first(
    off_hz, amplitude
):
    for hz, pause_ms in ((1_100, 3_000), (1_300, 1_700)):
        burst = tone(500, hz + off_hz, amplitude=amplitude)
        assert heard(burst + silence(pause_ms)) == []
        assert heard((burst + silence(pause_ms)) * 2) == [MachineHeard(hz)]
    assert heard(tone(2_600, 2_100 + off_hz, amplitude=amplitude)) == [MachineHeard(2_100)]


NOBODYS = {
    "a hum": murmur(8_000),
    "noise": noise(8_000, 2_000),
    "coughs": (cough() + silence(300)) * 10,
    "keys": (tone(600, 697, 1_209) + silence(300)) * 6,
    "dialling": tone(8_000, 425),
    "busy": (tone(480, 425) + silence(480)) * 6,
    "a call waiting": (tone(200, 440) + silence(3_000)) * 3,
    "a whistle": b"".join(tone(60, 900 + 40 * n) for n in range(40)),
    "a short beep": (tone(300, 1_100) + silence(1_000)) * 6,
    "an answering machine": silence(500) + tone(1_200, 1_000) + silence(1_000),
    "two notes": tone(3_000, 1_100, 1_650),
    "silence": silence(8_000),
}


@pytest.mark.parametrize("sound", NOBODYS)
def test_nothing_else_is_a_machine(sound):
    assert heard(NOBODYS[sound]) == []


@pytest.mark.parametrize("hz", [420, 800, 1_000, 1_380])
@pytest.mark.parametrize("ms", [200, 500, 2_000])
def test_a_pure_tone_as_long_as_a_beep_is_one_once_it_is_over(hz, ms):
    assert listened_to(murmur(500) + tone(ms, hz)) == []
    assert listened_to(murmur(500) + tone(ms, hz) + silence(200)) == [BeepHeard()]


@pytest.mark.parametrize(
    "sound",
    [
        tone(3_000, 425),
        tone(80, 1_000),
        tone(500, 2_600),
        murmur(3_000),
        noise(3_000, 2_000),
    ],
)
def test_nothing_else_is_a_beep(sound):
    assert listened_to(silence(200) + sound + silence(200)) == []


@pytest.mark.parametrize(
    "sound", [(tone(500, 1_100) + silence(3_000)) * 20, tone(3_300, 2_100) + noise(30_000, 2_000)]
)
async def test_a_fax_is_hung_up_on_within_15_s_and_costs_one_answer_at_most(autojump_clock, sound):
    placed = await place([Say("", sound), UntilClosed()], ModelScript(replies=[GREETING]))
    placed.assert_clean()
    assert placed.outcome is Outcome.MACHINE_CALLED
    assert placed.record.duration_ms <= 15_000
    assert placed.model.creates <= 1
