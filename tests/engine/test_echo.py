"""The echo guard: what the caller's line plays comes back quieter, and later."""

import pytest
from attrs import evolve

from engine.caller.echo import EchoGuard
from engine.settings import DEFAULTS

BOT = 3_000.0  # the bot's level; 14 dB below it is 598.6


def explained(guard: EchoGuard, levels: list[tuple[float, float]]) -> list[bool]:
    """What the guard says of each frame, given the caller's and the bot's level in it."""
    return [guard.explains(caller, bot) for caller, bot in levels]


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
