"""Telephone numbers: which caller gave one, which is valid, and how one may be shown."""

import re

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# A withheld number may be a word typed on a keypad: ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED, UNKNOWN.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+86282452253", "+2562533", "+8656696"})


def caller_number(shown: str) -> str | None:
    """The caller's number, or None if it was withheld or is none (a word, a SIP address, nothing)."""
    return shown if _E164.fullmatch(shown) and shown not in _WITHHELD else None


def business_number(text: str) -> str:
    """The number in E.164. Raises ValueError with the fix if it is none that could be called."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{text!r} is not a telephone number; write it as +14155550100") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} has the wrong number of digits for its country; write it as +14155550100")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """The number for a log: its last two characters."""
    return f"…{number[-2:]}" if number else "(none)"
