"""English numbers, weekdays and months, and how number words become figures."""

import re

_UNITS = tuple("one two three four five six seven eight nine".split())  # noqa: SIM905 (reads as a count)
_TEENS = tuple("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())  # noqa: SIM905
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)  # noqa: SIM905
)
_NUMBERS = {word: n for n, word in enumerate(_UNITS + _TEENS, 1)} | _TENS
_ORDINAL_UNITS = tuple("first second third fourth fifth sixth seventh eighth ninth".split())  # noqa: SIM905
_ORDINAL_TEENS = tuple(
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth".split()  # noqa: SIM905
)
_ORDINALS = {word: n for n, word in enumerate(_ORDINAL_UNITS + _ORDINAL_TEENS, 1)}
_ORDINALS |= {"nineteenth": 19, "twentieth": 20, "thirtieth": 30}

_DAYS = (
    "monday mon, tuesday tues tue, wednesday weds wed, thursday thurs thur thu, friday fri, saturday sat, "
    "sunday sun"
)
_MONTHS = (
    "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, "
    "september sept sep, october oct, november nov, december dec"
)
WEEKDAYS = {name: n for n, names in enumerate(_DAYS.split(",")) for name in names.split()}
MONTHS = {name: n for n, names in enumerate(_MONTHS.split(","), 1) for name in names.split()}
WEEKDAY, MONTH = "|".join(WEEKDAYS), "|".join(MONTHS)
_TENS_WORD, _UNIT = "|".join(_TENS), "|".join(_UNITS)
_NUMBER, _ORDINAL = "|".join(_NUMBERS), "|".join(_ORDINALS)

_COMPOUND = re.compile(rf"\b({_TENS_WORD})[ -]({_UNIT}|{'|'.join(_ORDINAL_UNITS)})\b")
_CARDINAL = re.compile(rf"\b({_NUMBER})\b")
_ISH = re.compile(rf"\b({_NUMBER})-?ish\b")
# "The second" is a date where a date can end. "The second Tuesday" and "the second chair" are none.
_ENDS_DATE = (
    rf"(?=,? (?:of|at|in|on|for|by|around|after|before|between|from|please|works?|would|is|if|then|{MONTH})\b"
    r"|[,.;!?]|$)"
)
# "The first is on Tuesday" is the first of several, or the date: it is asked.
_IS_ON = rf"(?! (?:is|will be|being)? ?(?:on |for |this |next )*(?:{WEEKDAY}|today|tomorrow)\b)"
_DATE = re.compile(
    rf"\b(?:(the|{MONTH}),? ({_ORDINAL})\b{_ENDS_DATE}{_IS_ON}|({_ORDINAL})(?= of (?:{MONTH})\b))"
)
_DATE_AGAIN = re.compile(rf"\b({WEEKDAY}),? ({_ORDINAL})\b{_ENDS_DATE}")
# Of what month "the second Tuesday" is.
OF_MONTH = (
    rf"(?:(?:,? (?:of|in)(?: the month of)? (?P<month_name>{MONTH}))|(?:,? (?:of|in))? (?:the )?"
    r"(?P<months_ahead>next|this|following|coming) month|,? (?:of|in) the month)\b"
)
_NTH = re.compile(
    rf"\b(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)(?= (?:{WEEKDAY}){OF_MONTH})"
)
_NOON = re.compile(r"\b(at|for|to|until|till|before|after|by|between|from|than|and|to) (?:noon|midday)\b")
_OH = re.compile(r"\b(?:oh|o) ([1-9])\b")
# "Nine-thirty" is a time, and so is "9-45"; "nine-ten" may be two.
_CLOCK = re.compile(r"(?<![\d-])(\d\d?)-(?=(?:fifteen|twenty|thirty|forty|fifty|2[5-9]|[345]\d)\b(?!-))")


def digits(words: str) -> str:
    """Write the numbers of the words in figures: "nine-thirty" as "9:30", "the first" as "the 1th"."""
    words = re.sub(r" ?@ ?", " at ", words)
    words = re.sub(r"(?<![a-z])([ap])\.? ?m\b\.?(?!')", r"\1m", words)
    words = re.sub(r"(?<=\d)([ap])\b", r"\1m", words)
    words = re.sub(r"\b(half|quarter)-(?=past|to|till?|after|before|of)", r"\1 ", words)
    words = re.sub(r"\b(months?) from today\b", r"\1 from now", words)
    words = re.sub(r"\b(weeks|days|fortnights) (?=(?:today|tomorrow)\b)", r"\1 from ", words)
    words = re.sub(r"\ba couple (?:of )?", "2 ", words)
    words = re.sub(r"\b(?:12|twelve) (?:noon|midday)\b", "12 pm", words)
    words = _NOON.sub(r"\1 12 pm", words)
    words = _NTH.sub(lambda found: f"nth{_nth(found[1])}", words)
    words = _COMPOUND.sub(_compound, words)
    words = _ISH.sub(lambda found: f"{_NUMBERS[found[1]]}ish", words)
    for date in (_DATE, _DATE_AGAIN):
        words = date.sub(_date, words)
    words = re.sub(rf"\b({_UNIT}|{'|'.join(_TEENS)})-", lambda found: f"{_NUMBERS[found[1]]}-", words)
    words = re.sub(r"(?<=\d)-oh-(?=[a-z\d])", " oh ", words)
    words = _CLOCK.sub(r"\1:", words)
    words = _CARDINAL.sub(lambda found: str(_NUMBERS[found[1]]), words)
    return _OH.sub(r"0\1", words)


def _compound(found: re.Match[str]) -> str:
    tens, unit = _TENS[found[1]], found[2]
    return str(tens + _NUMBERS[unit]) if unit in _NUMBERS else f"{tens + _ORDINALS[unit]}th"


def _date(found: re.Match[str]) -> str:
    before, ordinal = (found[1], found[2]) if found[1] else ("", found[3])
    return f"{before} {_ORDINALS[ordinal]}th".lstrip()


def _nth(word: str) -> int:
    return 0 if word == "last" else _ORDINALS.get(word) or int(word[0])
