"""Telephone numbers: which caller gave one, which is valid, and how one may be shown."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"\+?[0-9][0-9() .-]{5,}[0-9]")

# A withheld number may be a word typed on a keypad: ANONYMOUS, RESTRICTED, UNAVAILABLE, BLOCKED, UNKNOWN.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+86282452253", "+2562533", "+8656696"})

# What a call may be put through to. Premium and shared-cost numbers charge the caller's side by the minute,
# so whoever gets one onto a list earns by being called; what no numbering plan knows may be either.
_DIALABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.VOIP,
        PhoneNumberType.UAN,
    }
)
# Where the plan tells mobiles apart; in North America it does not.
_TEXTABLE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP})
_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


def caller_number(shown: str) -> str | None:
    """Return the caller's number; None if it was withheld or is none (a word, a SIP address, nothing)."""
    return shown if _E164.fullmatch(shown) and shown not in _WITHHELD else None


def business_number(text: str) -> str:
    """Return the number in E.164. Raises ValueError with the fix if it is none that could be called."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{text!r} is not a telephone number; write it as +14155550100") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} has the wrong number of digits for its country; write it as +14155550100")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialable(number: str, business_number: str) -> bool:
    """Say whether a call to this business may be put through to that number.

    Only to an ordinary number of the business's own country: an owner's list that was tampered with, or a
    slip of the pen, must not make the business pay for calls to the other end of the world. And not to the
    business itself: that would ring here.
    """
    parsed, home = _parsed(number, None), _region(business_number)
    return (
        parsed is not None
        and home is not None
        and number != business_number
        and phonenumbers.number_type(parsed) in _DIALABLE
        and phonenumbers.region_code_for_number(parsed) == home
    )


def text_problem(number: str, business_number: str) -> str | None:
    """Say why no text message from this business would arrive at that number; None if it may well."""
    parsed = _parsed(number, None)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return "is no telephone number: give it as +14155550100"
    if number == business_number:
        return "is the business's own, which this server answers: give a mobile's"
    if phonenumbers.number_type(parsed) not in _TEXTABLE:
        return "takes no text messages: give a mobile's"
    return None


def said_number(text: str, business_number: str) -> str | None:
    """Return a number that a caller said, in E.164; None if it cannot be one, and must be asked again.

    Without a country code it is a number of the business's country. Nobody has shown that it is the caller's,
    so nothing may be sent to it; a number that is dear to call back is none.
    """
    parsed = _parsed(text, _region(business_number))
    if parsed is None or phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    if phonenumbers.number_type(parsed) in _COSTLY:
        return None
    return caller_number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _region(number: str) -> str | None:
    """Return the country that a number in E.164 belongs to, if it is one country's."""
    parsed = _parsed(number, None)
    return phonenumbers.region_code_for_number(parsed) if parsed is not None else None


def without_numbers(text: str) -> str:
    """Cut every number in the text that is long enough to be a telephone's to its last two digits."""
    return _DIGITS.sub(lambda found: masked(found[0]), text)


def masked(number: str) -> str:
    """Return the number for a log: its last two characters."""
    return f"…{number[-2:]}" if number else "(none)"
