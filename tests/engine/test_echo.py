"""The echo guard: what the caller's line plays comes back quieter, and later."""

from math import sin

import pytest
from attrs import evolve

from engine.caller.echo import EchoGuard
from engine.settings import DEFAULTS

BOT = 3_000.0  # the bot's level; 14 dB below it is 598.6
# Two people's syllables, a level a frame.
SYLLABLES = [400.0 + 4_000 * abs(sin(n * 0.37)) * abs(sin(n * 0.071)) for n in range(600)]
OTHERS = [200.0 + 3_000 * abs(sin(n * 0.29 + 1)) * abs(sin(n * 0.113)) for n in range(600)]


def explained(guard: EchoGuard, levels: list[tuple[float, float]], own: float = 0.0) -> list[bool]:
    """What the guard says of each frame, given the caller's and the bot's level in it."""
    return [guard.explains(caller, bot, own) for caller, bot in levels]


def test_a_silent_bot_explains_nothing_not_even_silence():
    assert explained(EchoGuard(DEFAULTS), [(0.0, 0.0), (50.0, 0.0), (3_000.0, 0.0)]) == [False] * 3


@pytest.mark.parametrize(("level", "echo"), [(0.0, True), (598.0, True), (599.0, False), (3_000.0, False)])
def test_the_return_loss_divides_echo_from_caller(level, echo):
    assert EchoGuard(DEFAULTS).explains(level, BOT) is echo


def test_the_return_loss_is_a_setting():
    assert not EchoGuard(evolve(DEFAULTS, echo_return_db=20.0)).explains(301.0, BOT)
    assert EchoGuard(evolve(DEFAULTS, echo_return_db=20.0)).explains(299.0, BOT)


def test_an_echo_is_explained_for_600_ms_after_the_bot_was_that_loud():
    guard = EchoGuard(DEFAULTS)
    guard.explains(0.0, BOT)
    assert explained(guard, [(500.0, 0.0)] * 31) == [True] * 29 + [False] * 2


def test_the_loudest_of_the_remembered_frames_counts():
    guard = EchoGuard(DEFAULTS)
    assert explained(guard, [(500.0, 1_000.0), (500.0, BOT), (500.0, 1_000.0)]) == [False, True, True]


def test_a_caller_is_not_an_echo_between_two_syllables():
    guard = EchoGuard(DEFAULTS)
    levels = [(1_500.0, BOT)] + [(300.0, BOT)] * 8
    assert explained(guard, levels) == [False] * 8 + [True]  # the frame that was loud counts for 160 ms


def returned(down_db: float, late: int, frames: range) -> list[tuple[float, float]]:
    """The bot's syllables come back so much quieter, so many frames later; nothing was played before."""
    gain = 10 ** (-down_db / 20)
    return [(gain * SYLLABLES[n - late] if n >= late else 0.0, SYLLABLES[n]) for n in frames]


def still(frames: int) -> list[tuple[float, float]]:
    return [(20.0, SYLLABLES[n]) for n in range(frames)]


@pytest.mark.parametrize("down_db", [10, 12, 15, 18])
@pytest.mark.parametrize("late", [8, 20, 40])
def test_a_loudspeaker_is_recognised_by_the_bots_shape_and_stays_so(down_db, late):
    guard = EchoGuard(DEFAULTS)
    verdicts = explained(guard, returned(down_db, late, range(600)))
    assert verdicts[:late] == [True] * late
    longest = max((len(run) for run in "".join("x."[each] for each in verdicts).split(".")), default=0)
    assert longest <= 13  # 280 ms of it would pause the bot


def test_over_a_line_that_stays_still_a_soft_caller_is_no_echo():
    guard = EchoGuard(DEFAULTS)
    soft = (300.0, BOT)  # 20 dB below the bot
    assert explained(guard, [soft]) == [True]
    explained(guard, still(200))
    assert explained(guard, [soft] * 10, own=300.0) == [False] * 10
    for loud_or_unknown in (1_600.0, 0.0):  # then it is somebody behind them
        assert explained(guard, [soft] * 10, own=loud_or_unknown) == [True] * 10


def test_a_line_that_was_still_for_a_moment_tells_nothing():
    guard = EchoGuard(DEFAULTS)
    explained(guard, still(100))
    assert explained(guard, [(300.0, BOT)], own=300.0) == [True]


def test_an_echo_over_a_line_that_was_still_brings_the_guard_back():
    guard = EchoGuard(DEFAULTS)
    explained(guard, still(200))
    verdicts = explained(guard, returned(18, 10, range(600)), own=300.0)
    assert verdicts[100:] == [True] * 500  # a second and a half of the shape, and of what stood before it
    assert explained(guard, [(300.0, BOT)]) == [True]


def test_nothing_is_learnt_from_a_caller_who_talks_over_the_bot():
    guard = EchoGuard(DEFAULTS)
    explained(guard, list(zip(OTHERS, SYLLABLES, strict=True)))
    for level, echo in ((598.0, True), (599.0, False)):
        assert explained(guard, [(0.0, BOT)] * 40 + [(level, BOT)])[-1] is echo


def test_a_caller_over_a_loudspeaker_is_heard_once_the_shape_is_theirs():
    guard = EchoGuard(DEFAULTS)
    explained(guard, returned(12, 10, range(400)))
    both = [
        (echo + 2 * other, bot)
        for (echo, bot), other in zip(returned(12, 10, range(400, 500)), OTHERS, strict=False)
    ]
    verdicts = explained(guard, both)
    assert False in verdicts[:40]
