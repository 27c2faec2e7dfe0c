"""Frames that come late are heard as they are; for lost ones there is silence of their length."""

import itertools

import pytest

from engine.caller.lateness import Lateness
from rehearsal.rig import HUMMED, place, rehearse
from simulator.caller import HangUp, Pause, Say, StopSending, UntilBotQuiet
from simulator.model_script import ModelScript, Reply
from simulator.tones import murmur

HELLO = Reply("Hello.", murmur(600, pitch=180))
YES = Reply("Yes.", murmur(600, pitch=200))
SAYS = Say("A sentence of two seconds.", murmur(2_000))


def lost(pieces):
    """What is lost before each of these pieces of 20 ms: the time at which it comes, and its timestamp."""
    lateness = Lateness()
    return [lateness.lost_ms(timestamp_ms, 20, now_ms) for now_ms, timestamp_ms in pieces]


def steady(frames, first=0):
    return [(20 * n, 20 * n) for n in range(first, first + frames)]


def test_what_stood_still_and_comes_in_a_burst_is_not_lost():
    burst = [(1_000, 20 * n) for n in range(10, 40)]
    assert lost(steady(10) + burst + steady(10, first=50)) == [0] * 40 + [200] + [0] * 9


def test_what_is_left_out_is_lost_also_out_of_a_burst():
    assert lost(steady(10) + steady(10, first=25)) == [0] * 10 + [300] + [0] * 9
    burst = [(1_000, 20 * n) for n in (*range(10, 20), *range(30, 50))]
    assert lost(steady(10) + burst) == [0] * 20 + [200] + [0] * 19


def test_silence_that_was_put_in_meanwhile_is_not_put_in_again():
    lateness = Lateness()
    lateness.lost_ms(0, 20, 0)
    lateness.put_in(750)
    assert lateness.lost_ms(1_000, 20, 1_000) == 230
    lateness.put_in(750)
    assert lateness.lost_ms(1_020, 20, 2_000) == 0


TIMES = {
    "none": itertools.repeat(0),
    "backwards": itertools.count(100_000, -20),
    "seconds": itertools.count(1_000, 1_000),
    "in between": itertools.cycle([0, 40_000]),
    "since 1970": itertools.count(10**12, 10**6),
    "a frame off": itertools.cycle([0, 40]),
}


@pytest.mark.parametrize("times", TIMES)
def test_wrong_times_put_in_hardly_anything(times):
    pieces = [(20 * n, next(TIMES[times])) for n in range(200)]
    assert sum(lost(pieces)) <= 200


# Whole calls

CALLER = [UntilBotQuiet(600), SAYS, Pause(2_500), HangUp()]


def stalling(every, ms):
    """A way on which each so many messages the line stands still for so long."""
    numbers = itertools.count(1)
    return lambda: float(ms) if next(numbers) % every == 0 else 0.0


@pytest.mark.parametrize("ms", [300, 450, 700])
async def test_a_line_that_stands_still_cuts_no_utterance_and_all_of_it_goes_up(autojump_clock, ms):
    placed = await rehearse(CALLER, ModelScript(replies=[HELLO, YES]), settings=HUMMED, up=stalling(60, ms))
    placed.assert_clean()
    (ended,) = placed.of("utterance_ended")
    assert (ended["speech_ms"], ended["silence_ms"]) == (2_000, 540)
    (committed,) = placed.model.committed
    assert SAYS.audio in committed


async def test_silence_stands_for_the_frames_that_a_carrier_leaves_out(autojump_clock):
    half = Say("Half of it.", SAYS.audio[:8_000])
    caller = [UntilBotQuiet(600), half, StopSending(300), half, Pause(2_000), HangUp()]
    placed = await place(caller, ModelScript(replies=[HELLO, YES]))
    (ended,) = placed.of("utterance_ended")
    assert ended["speech_ms"] == 2_300
