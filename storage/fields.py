"""What a field may hold. Callers say anything, so whatever they said is checked here before it is kept."""

import re
import zoneinfo

from storage.errors import InvalidField

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_EMAIL_MAX = 254  # RFC 5321: a path of 256 with its two brackets


def one_line(field: str, value: str, *, longest: int) -> str:
    """Return the value without surrounding space.

    Raises InvalidField if it is empty or holds other than printable characters.
    """
    value = value.strip()
    if not value:
        raise InvalidField(field, "is empty")
    if not value.isprintable():
        raise InvalidField(field, "must be one line of text")
    return at_most(field, value, longest=longest)


def at_most(field: str, value: str, *, longest: int) -> str:
    """Return the value. Raises InvalidField if it is longer than that many characters."""
    if len(value) > longest:
        raise InvalidField(
            field,
            "is {number} characters long; at most {most} are kept",
            {"number": len(value), "most": longest},
        )
    return value


def email(field: str, value: str) -> str:
    """Return a mail address, checked by its shape; only a message sent to it could show that it exists."""
    value = one_line(field, value, longest=_EMAIL_MAX)
    if not _EMAIL.fullmatch(value):
        raise InvalidField(field, "is not a mail address; it should look like name@example.com")
    return value


def e164(field: str, value: str) -> str:
    """Return a telephone number, which must be written as the carrier writes it."""
    if not _E164.fullmatch(value):
        raise InvalidField(field, "is not a number like +14155550100: a plus, the country code, digits only")
    return value


def language(field: str, value: str) -> str:
    """Return a language code of two or three letters, in lower case."""
    value = value.lower()
    if not _LANGUAGE.fullmatch(value):
        raise InvalidField(field, "is not a language code of two or three letters, such as en or he")
    return value


def timezone(field: str, value: str) -> str:
    """Return an IANA zone, which this machine must know."""
    try:
        zoneinfo.ZoneInfo(value)
    # The key is also a file name below the zone directory: "../x" is a ValueError, "Europe" a directory.
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidField(
            field, "{value!r} is not a zone name such as Europe/Berlin", {"value": value}
        ) from None
    return value


def between(field: str, value: int, least: int, most: int) -> int:
    """Return the value, which must lie between these two, both included."""
    if not least <= value <= most:
        raise InvalidField(
            field,
            "is {value}; it must be between {least} and {most}",
            {"value": value, "least": least, "most": most},
        )
    return value
