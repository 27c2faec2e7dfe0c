"""How English names days and times."""

import re

from web.named import AFTERNOON, EVENING, MORNING, NOON, Reading

_UNITS = tuple("one two three four five six seven eight nine".split())  # noqa: SIM905 (reads as a count)
_TEENS = tuple("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())  # noqa: SIM905
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_NUMBERS = {word: n for n, word in enumerate(_UNITS + _TEENS, 1)} | _TENS
_ORDINAL_UNITS = tuple("first second third fourth fifth sixth seventh eighth ninth".split())  # noqa: SIM905
_ORDINAL_TEENS = tuple(
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth".split()  # noqa: SIM905
)
_ORDINALS = {word: n for n, word in enumerate(_ORDINAL_UNITS + _ORDINAL_TEENS, 1)} | {
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
}

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}

_TENS_WORD, _UNIT, _MONTH = "|".join(_TENS), "|".join(_UNITS), "|".join(_MONTHS)
_COMPOUND = re.compile(rf"\b({_TENS_WORD})[ -]({_UNIT}|{'|'.join(_ORDINAL_UNITS)})\b")
_CARDINAL = re.compile(rf"\b({'|'.join(_NUMBERS)})\b")
# "The second" is a date, "the second appointment" and "one second" are none.
_ORDINAL = re.compile(
    rf"\b(the|{_MONTH}) ({'|'.join(_ORDINALS)})\b"
    r"(?! (?:appointment|one|time|option|half|slot|visit|available|free)\b)"
)
_NOON = re.compile(r"\b(at|for|to|until|till|before|after) (?:noon|midday)\b")
_OH = re.compile(r"\boh ([1-9])\b")

_AT = "at|by|after|before|from|between|around|about"
_HALF_OF_DAY = r"(?:\s?(?:(?P<am>am)|(?P<pm>pm))\b)?"
_NOT_AN_HOUR = (
    r"(?!\d|[:./]\d|st\b|nd\b|rd\b|th\b|%)"
    r"(?! ?(?:minutes?|hours?|days?|weeks?|months?|years?|people|persons|of|dollars|euros|pounds|"
    rf"{_MONTH})\b)"
)


def _digits(words: str) -> str:
    words = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", words)
    words = words.replace("a couple of ", "2 ")
    words = _NOON.sub(r"\1 12 pm", words)
    words = _COMPOUND.sub(_compound, words)
    words = _ORDINAL.sub(lambda found: f"{found[1]} {_ORDINALS[found[2]]}th", words)
    words = _CARDINAL.sub(lambda found: str(_NUMBERS[found[1]]), words)
    return _OH.sub(r"0\1", words)


def _compound(found: re.Match[str]) -> str:
    tens, unit = _TENS[found[1]], found[2]
    return str(tens + _NUMBERS[unit]) if unit in _NUMBERS else f"{tens + _ORDINALS[unit]}th"


ENGLISH = Reading(
    digits=_digits,
    weekdays=re.compile(rf"\b(?P<weekday>{'|'.join(_WEEKDAYS)})s?\b"),
    weekday_of={name: n for n, name in enumerate(_WEEKDAYS)},
    dates=tuple(
        map(
            re.compile,
            (
                r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
                rf"\b(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month_name>{_MONTH})\b"
                r"(?:,? (?P<year>2[01]\d\d)\b)?",
                rf"\b(?P<month_name>{_MONTH})\.? (?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?!:| ?[ap]m\b)"
                r"(?:,? (?P<year>2[01]\d\d)\b)?",
                r"\b(?P<day>\d\d?)(?:st|nd|rd|th)\b",
                # 24/12 and 12/24 are both the 24th of December; 5/6 is nobody knows what.
                r"(?<![\d/])(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d\d?)(?:/(?P<year>\d{4}|\d\d))?(?![\d/])",
                r"(?<![\d/])(?P<month>\d\d?)/(?P<day>1[3-9]|2\d|3[01])(?:/(?P<year>\d{4}|\d\d))?(?![\d/])",
            ),
        )
    ),
    month_of=_MONTHS,
    times=tuple(
        map(
            re.compile,
            (
                rf"\b(?P<half>half) (?:past )?(?P<hour>\d\d?)\b{_HALF_OF_DAY}",
                rf"\b(?P<quarter>quarter) (?:past|after|(?P<to>to|before)) (?P<hour>\d\d?)\b{_HALF_OF_DAY}",
                rf"\b(?P<minute>\d\d?)(?: minutes)? past (?P<hour>\d\d?)\b{_HALF_OF_DAY}",
                rf"(?<![\d:.-])(?P<hour>\d\d?):(?P<minute>\d\d)(?!\d){_HALF_OF_DAY}",
                r"(?<![\d:.-])(?P<hour>\d\d?)[. ](?P<minute>\d\d)\s?(?:(?P<am>am)|(?P<pm>pm))\b",
                r"(?<![\d:.-])(?P<hour>\d\d?)\s?(?:(?P<am>am)|(?P<pm>pm)|o'clock)\b",
                rf"\b(?:{_AT}|for|to) (?P<hour>\d\d?)[. ](?P<minute>[0-5]\d)\b"
                rf"{_NOT_AN_HOUR}",
                rf"\b(?:{_AT}|until|till) (?P<hour>\d\d?){_NOT_AN_HOUR}",
                # "For three" is a time where nothing that could be counted follows.
                r"\b(?:for|to) (?P<hour>\d\d?)(?= on\b| in the\b| this\b| today\b| tomorrow\b| "
                rf"(?:{'|'.join(_WEEKDAYS)})\b|[,.;!?]|$)",
                rf"\b(?:{'|'.join(_WEEKDAYS)}|today|tomorrow|morning|afternoon|evening),? (?P<hour>\d\d?)"
                rf"(?:[. ](?P<minute>[0-5]\d))?\b{_NOT_AN_HOUR}",
                r"(?P<hour>\d\d?)(?: (?P<minute>[0-5]\d))? in the (?:morning|afternoon|evening)",
            ),
        )
    ),
    parts=tuple(
        (part, re.compile(pattern))
        for part, pattern in (
            (MORNING, r"\bmornings?\b"),
            (AFTERNOON, r"\bafternoons?\b"),
            (EVENING, r"\b(?:evenings?|tonight|night)\b"),
            (NOON, r"\b(?:noon|midday|lunchtime)\b"),
        )
    ),
)
