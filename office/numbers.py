"""Telephone numbers: which caller gave one, which is valid, and how one may be shown."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from storage import fields

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"\+?[0-9][0-9() .-]{5,}[0-9]")
# What is told of a number, and nothing else: the library would read a number out of any words around it, and
# take the end of one that is half words for a whole one ("oh five four 123 4567").
_WRITTEN = re.compile(
    r"(?:tel:)?\s*(?P<number>[+\uff0b]?[0-9() ./\u2010-\u2015\u2212\u05be-]+)", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"[\s,.;/(-]*(?:\b|(?<=[0-9]))(?:;?ext=|ext(?:ensio)?n?|x|#|\u05e9\u05dc\u05d5\u05d7\u05d4|poste|anexo|interno|apparat|durchwahl)"
    r"[\s.:#)-]*(?P<digits>[0-9]{1,7})\)?\s*$",
    re.IGNORECASE,
)
_NORTH_AMERICA = 1
_COUNTED = "01234567890" * 2

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
    number = _parsed(fields.plain_digits(text), None)
    if number is None:
        raise ValueError(f"{text!r} is not a telephone number; write it as +14155550100")
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} has the wrong number of digits for its country; write it as +14155550100")
    return _e164(number)


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


def typed_number(text: str, business_number: str) -> str | None:
    """Return a number that somebody typed, in E.164 and without its extension; None if it cannot be one.

    Without a country code it is a number of the business's country. Of what may be it is as generous as
    whoever rings: a number that no plan knows can be blocked.
    """
    parsed = _whole(_split(text)[0], business_number)
    return caller_number(_e164(parsed)) if parsed is not None else None


def said_number(text: str, business_number: str) -> str | None:
    """Return a number that a caller said, as `typed_number` does; None also for one that rings nowhere.

    Nobody has shown that it is the caller's, so nothing may be sent to it; a number that is dear to call back
    is none.
    """
    parsed = _whole(_split(text)[0], business_number)
    if parsed is None or phonenumbers.number_type(parsed) in _COSTLY or _rings_nowhere(parsed):
        return None
    return caller_number(_e164(parsed))


def callback_number(text: str, business_number: str) -> str | None:
    """Return a number that a caller said, with its extension as RFC 3966 has it: "+14155552671;ext=12"."""
    number, extension = said_number(text, business_number), _split(text)[1]
    return f"{number};ext={extension}" if number and extension else number


def _split(text: str) -> tuple[str, str]:
    """Return the number and the digits of its extension; '' if it has none."""
    plain = fields.plain_digits(text)
    found = _EXTENSION.search(plain)
    return (plain[: found.start()], found["digits"]) if found else (plain, "")


def _whole(text: str, business_number: str) -> PhoneNumber | None:
    """Return the number if the text is one, with the digits that a number of its country has."""
    written = _WRITTEN.fullmatch(text.strip())
    parsed = _parsed(written["number"], _region(business_number)) if written else None
    if parsed is None or phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    return parsed


def _rings_nowhere(number: PhoneNumber) -> bool:
    """Say whether it is a number that people or models make up: "0000000000", "1234567890", "555 000 0000".

    North America's plan is known whole. Elsewhere ranges are given out faster than the library hears of them,
    and a true number must not be called none: there it is one that no plan knows and that is counted or one
    digit again and again.
    """
    if phonenumbers.is_valid_number(number):
        return False
    digits = phonenumbers.national_significant_number(number)
    counted = digits in _COUNTED or digits in _COUNTED[::-1]
    return number.country_code == _NORTH_AMERICA or counted or len(set(digits[3:])) == 1


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


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
