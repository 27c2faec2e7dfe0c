"""What a field may hold. Callers say anything, so whatever they said is checked here before it is kept.

What is pasted brings along signs that nobody sees (a no-break space, marks of direction, joiners, variation
selectors) or that look like others (full-width letters and digits). `cleaned` is the one place that knows
them: forms, the arguments of tools and what is stored go through it.
"""

import re
import unicodedata
import zoneinfo

from storage.errors import InvalidField

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_EMAIL_MAX = 254  # RFC 5321: a path of 256 with its two brackets
_EXTENSION = re.compile(r";ext=[0-9]{1,7}")  # RFC 3966: a link that dials it may stand as it is

# Spaces of every width, and what shows as one: the fillers of Hangul, the empty sign of Braille.
_SPACES = re.compile(r"[^\S\t\n\r\x20\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|[\u115f\u1160\u2800\u3164\uffa0]")
_WIDE_SIGNS = {0xFF00 + number: 0x20 + number for number in range(1, 0x5F)}
_WIDE = {wide: plain for wide, plain in _WIDE_SIGNS.items() if chr(plain).isalnum()}
# Letters of the scripts in which a joiner or a non-joiner between two of them is spelling: from Arabic to
# Sinhala, and from Khmer to Mongolian.
_JOINED = r"[\u0600-\u0dff\u1780-\u18af]"
_PICTURE = r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_IDEOGRAPH = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_UNSEEN = re.compile(
    rf"(?P<seen>(?<={_JOINED})[\u200c\u200d](?={_JOINED})"
    rf"|(?:(?<={_PICTURE})|(?<={_PICTURE}\ufe0f))\u200d(?={_PICTURE})"  # a family, a profession
    rf"|(?<={_PICTURE})[\ufe0e\ufe0f]|(?<=[#*0-9])\ufe0f(?=\u20e3)"  # in colours or not; a key
    rf"|(?<={_IDEOGRAPH})[\U000e0100-\U000e01ef]"  # the form of it that stands in a register
    r"|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)"  # a flag of a part of a country
    # All else that Unicode calls "default ignorable". Not U+202E: the text is read the other way round, so
    # without it there would stand what nobody saw.
    r"|[\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202d\u2060-\u206f\ufe00-\ufe0f\ufeff"
    r"\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_KEPT_UNSEEN = re.compile(r"[\u200c\u200d\U000e0020-\U000e007f]")


def cleaned(text: str) -> str:
    """Return the text without the signs that nobody sees, as NFC, with plain spaces, letters and digits.

    What belongs to the spelling stays: the joiners inside emoji and between letters of Arabic or Indic
    scripts, the variation selector of an emoji or an ideograph. Lines stay lines.
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text).translate(_WIDE))
    return _UNSEEN.sub(lambda found: found["seen"] or "", text)


def plain_digits(text: str) -> str:
    """Return the text cleaned, with the digits of any script as 0 to 9: for where a number is meant.

    Full-width signs between them are plain, too.
    """
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in cleaned(text).translate(_WIDE_SIGNS))


def one_line(field: str, value: str, *, longest: int) -> str:
    """Return the value cleaned, without surrounding space.

    Raises InvalidField if it is empty or holds other than printable characters.
    """
    value = cleaned(value).strip()
    if not value:
        raise InvalidField(field, "is empty")
    if not _KEPT_UNSEEN.sub("", value).isprintable():
        raise InvalidField(field, "must be one line of text")
    return at_most(field, value, longest=longest)


def words(field: str, value: str, *, longest: int) -> str:
    """Return the value, of any number of lines, cleaned and without surrounding space; it may be empty.

    Raises InvalidField if it is longer than that many characters.
    """
    return at_most(field, cleaned(value).strip(), longest=longest)


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
    value = one_line(field, address(value), longest=_EMAIL_MAX)
    if not _EMAIL.fullmatch(value):
        raise InvalidField(field, "is not a mail address; it should look like name@example.com")
    return value


def address(text: str) -> str:
    """Return a mail address as it is kept and looked for: cleaned, and its signs as a keyboard has them."""
    return unicodedata.normalize("NFKC", cleaned(text)).strip()


def e164(field: str, value: str) -> str:
    """Return a telephone number, which must be written as the carrier writes it."""
    if not _E164.fullmatch(value):
        raise InvalidField(field, "is not a number like +14155550100: a plus, the country code, digits only")
    return value


def callback(field: str, value: str) -> str:
    """Return a telephone number in E.164, which may have an extension: "+14155552671;ext=12"."""
    e164(field, _EXTENSION.sub("", value, count=1))
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
