"""How Hebrew names days and times. Its prepositions are letters before the word: "בשלוש", "ליום שני"."""

import re

from web.named import AFTERNOON, EVENING, MORNING, NOON, Reading

_ONES = {
    1: "אחת אחד",
    2: "שתיים שתים שניים שנים",
    3: "שלוש שלושה",
    4: "ארבע ארבעה",
    5: "חמש חמישה",
    6: "שש שישה",
    7: "שבע שבעה",
    8: "שמונה",
    9: "תשע תשעה",
}
_UNITS = {word: n for n, words in _ONES.items() for word in words.split()}
_TEN = {"עשר": 10, "עשרה": 10}
_TENS = {"עשרים": 20, "שלושים": 30, "ארבעים": 40, "חמישים": 50}
_NUMBERS = _UNITS | _TEN | _TENS

_WEEKDAYS = {
    "ראשון": 6,
    "שני": 0,
    "שלישי": 1,
    "רביעי": 2,
    "חמישי": 3,
    "שישי": 4,
    "שבת": 5,
    "א'": 6,
    "ב'": 0,
    "ג'": 1,
    "ד'": 2,
    "ה'": 3,
    "ו'": 4,  # noqa: RUF001
    "ש'": 5,
}
_MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "ינואר",
            "פברואר",
            "מרץ מרס",
            "אפריל",
            "מאי",
            "יוני",
            "יולי",
            "אוגוסט",
            "ספטמבר",
            "אוקטובר",
            "נובמבר",
            "דצמבר",
        ),
        1,
    )
    for name in names.split()
}

_PREFIX = "[ובלמהכש]"
_UNIT, _MONTH = "|".join(_UNITS), "|".join(_MONTHS)
_HYPHEN = re.compile(rf"(?<![א-ת])({_PREFIX})-(?=[\dא-ת])")
_TEEN = re.compile(rf"\b({_PREFIX}?)({_UNIT})[ -]עשרה?\b")
_COMPOUND = re.compile(rf"\b({_PREFIX}?)({'|'.join(_TENS)}) ו({_UNIT})\b")  # noqa: RUF001
_CARDINAL = re.compile(rf"\b({_PREFIX}?)({'|'.join(_NUMBERS)})\b")

_LONG_WEEKDAYS = "|".join(name for name in _WEEKDAYS if "'" not in name and name != "שבת")
_NOT_AN_HOUR = (
    r"(?!\d|[:./]\d)"
    rf"(?! (?:דקות|דקה|שעות|ימים|יום|שבועות|חודשים|אנשים|שקל|שקלים|לחודש|[בל]?(?:{_MONTH}))(?![א-ת]))"
)
_ENDS_TIME = rf"(?=[,.;!?]|$| ב| אחר| עם| אצל| על| ל(?:פני|שם|{_MONTH})| ביום)"


_TWO = {"יומיים": "2 ימים", "שבועיים": "2 שבועות", "חודשיים": "2 חודשים"}


def _digits(words: str) -> str:
    words = _HYPHEN.sub(r"\1", words)
    for dual, counted in _TWO.items():
        words = words.replace(dual, counted)
    words = _TEEN.sub(lambda found: f"{found[1]}{10 + _UNITS[found[2]]}", words)
    words = _COMPOUND.sub(lambda found: f"{found[1]}{_TENS[found[2]] + _UNITS[found[3]]}", words)
    return _CARDINAL.sub(lambda found: f"{found[1]}{_NUMBERS[found[2]]}", words)


HEBREW = Reading(
    digits=_digits,
    # Without "יום" the name needs a preposition: "שני" alone is also "second", "ראשון" also "first".
    weekdays=re.compile(
        rf"(?<![א-ת])(?:{_PREFIX}?{_PREFIX}?(?:יום|ימי)-? ?(?P<weekday>{'|'.join(_WEEKDAYS)})(?![א-ת])"
        rf"|ו?[בל](?P<near>{_LONG_WEEKDAYS})(?![א-ת'])|{_PREFIX}?{_PREFIX}?(?P<sabbath>שבת)(?![א-ת]))"  # noqa: RUF001
    ),
    weekday_of=_WEEKDAYS,
    dates=tuple(
        map(
            re.compile,
            (
                r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
                rf"(?<!\d)(?P<day>\d\d?) ?[בל]?(?P<month_name>{_MONTH})(?![א-ת])"
                r"(?:,? (?P<year>2[01]\d\d)\b)?",
                r"(?<![\d./:])(?P<day>\d\d?)[./](?P<month>\d\d?)(?:[./](?P<year>\d{4}|\d\d))?(?![\d:])",
                r"(?<!\d)(?P<day>\d\d?) לחודש(?![א-ת])",
                r"(?<![א-ת])[בל]?ה(?P<day>\d\d?)(?![\d:./])",
            ),
        )
    ),
    month_of=_MONTHS,
    times=tuple(
        map(
            re.compile,
            (
                r"(?P<quarter>רבע) (?P<to>ל)(?P<hour>\d\d?)(?!\d)",
                r"(?<!בין )(?<![א-ת\d:])ב?(?P<minute>5|10|20|25)(?: דקות)? (?P<to>ל)(?P<hour>\d\d?)(?![\d:])",
                r"(?<![\d:./])(?P<hour>\d\d?):(?P<minute>\d\d)(?!\d)",
                r"(?<![\d:./])(?P<hour>\d\d?) ו(?:(?P<half>חצי)|(?P<quarter>רבע)|(?P<minute>[1-5]\d|5))"  # noqa: RUF001
                r"(?![א-ת\d])",
                rf"(?:[בלמ]?ה?שעה|בשעות|בין|אחרי|לפני|עד|סביב) ?ה?(?P<hour>\d\d?){_NOT_AN_HOUR}",
                rf"(?<![א-ת])[במ](?P<hour>\d\d?){_NOT_AN_HOUR}",
                rf"(?<![א-ת])ל(?P<hour>\d\d?){_NOT_AN_HOUR}{_ENDS_TIME}",
                r"(?<![א-ת\d:./])(?P<hour>\d\d?) (?:בבוקר|בצהריים|אחר הצהריים|אחה\"צ|בערב)",
            ),
        )
    ),
    parts=tuple(
        (part, re.compile(pattern))
        for part, pattern in (
            (AFTERNOON, r"אחר הצהריי?ם|אחרי הצהריי?ם|אחה\"צ"),
            (MORNING, r"(?<![א-ת])[בה]?בוקר(?![א-ת])"),
            (EVENING, r"(?<![א-ת])[בה]?(?:ערב|לילה)(?![א-ת])"),
            (NOON, r"(?<![א-ת])[בה]?צהריי?ם(?![א-ת])"),
        )
    ),
)
