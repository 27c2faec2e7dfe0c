"""The keys that a caller presses."""

from math import inf

from engine.caller.keypad import Keypad
from engine.settings import DEFAULTS


def pressed(*keys: str) -> Keypad:
    keypad = Keypad(DEFAULTS)
    for number, key in enumerate(keys):
        keypad.press(key, number * 300)
    return keypad


def test_a_number_is_complete_when_no_further_key_comes():
    keypad = pressed("1", "2", "3")
    assert (keypad.gathering, keypad.due_ms) == (True, 600 + DEFAULTS.keypad_end_ms)
    assert (keypad.take(), keypad.gathering, keypad.due_ms) == ("123", False, inf)


def test_the_hash_key_completes_it_at_once():
    assert pressed("4", "2", "#").due_ms == 600


def test_a_key_held_down_for_ever_fills_no_memory():
    assert len(pressed(*"7" * 10_000).take()) == 64
