"""Hebrew numbers, weekdays and months, and how number words become figures."""

import re

_ONES = (
    "אחת אחד, שתיים שתים שניים שנים, שלוש שלושה, ארבע ארבעה, חמש חמישה, שש שישה, שבע שבעה, שמונה, תשע תשעה"
)
_UNITS = {word: n for n, words in enumerate(_ONES.split(","), 1) for word in words.split()}
_TEN = {"עשר": 10, "עשרה": 10}
_TENS = {"עשרים": 20, "שלושים": 30, "ארבעים": 40, "חמישים": 50}
_NUMBERS = _UNITS | _TEN | _TENS
_DAYS = "שני ב', שלישי ג', רביעי ד', חמישי ה', שישי ו', שבת ש', ראשון א'"  # noqa: RUF001
_MONTHS = "ינואר, פברואר, מרץ מרס, אפריל, מאי, יוני, יולי, אוגוסט, ספטמבר, אוקטובר, נובמבר, דצמבר"
WEEKDAYS = {name: n for n, names in enumerate(_DAYS.split(",")) for name in names.split()}
MONTHS = {name: n for n, names in enumerate(_MONTHS.split(","), 1) for name in names.split()}
PREFIX = "[ובלמהכש]"
MONTH = "|".join(MONTHS)
PART = r"(?:בבוקר|לפני הצהריי?ם|לפנה\"צ|בצהריי?ם|אחרי? הצהריי?ם|אחה\"צ|בערב|בלילה)"
TIME_UNITS = "ימים|שבועות|חודשים|שעות|דקות|שניות|שנים"

_UNIT = "|".join(_UNITS)
_HYPHEN = re.compile(rf"(?<![א-ת])({PREFIX}{{1,2}})-(?=[\dא-ת])")
_APART = re.compile(r"(?<![א-ת])(?<!יום )([בלמ]) (?=\d)")
_TWO = {"יומיים": "2 ימים", "שבועיים": "2 שבועות", "חודשיים": "2 חודשים", "שעתיים": "2 שעות"}
_TWO_OF = re.compile(rf"(?<![א-ת])(?:שני|שתי) (?={TIME_UNITS})")
# Hours are feminine: who comes "לשלושה" comes with two others.
_SO_MANY = re.compile(
    r"(?<![א-ת])(?<!בין )ל(?:שניים|שנים|שלושה|ארבעה|חמישה|שישה|שבעה|תשעה)(?= (?:ב|מחר|היום|אנשים)|[,.!?]|$)"
)
_TEEN = re.compile(rf"\b({PREFIX}?)({_UNIT})[ -]עשרה?\b")
_COMPOUND = re.compile(rf"\b({PREFIX}?)({'|'.join(_TENS)}) ו({_UNIT})\b")  # noqa: RUF001
_CARDINAL = re.compile(rf"\b({PREFIX}?)({'|'.join(_NUMBERS)})\b")


# The evenings on which the Sabbath begins and ends. With an hour, its eve may be the Friday morning as well.
_NO_HOUR = rf"^(?!.*(?:[בל]שעה|(?<![א-ת])[בל]-?(?:\d|(?:{'|'.join(_NUMBERS)})(?![א-ת]))))"
_EVENINGS = (
    (re.compile(rf"{_NO_HOUR}(.*)(?<![א-ת])[בל]?ערב שבת(?![א-ת])"), r"\1יום שישי בערב"),  # noqa: RUF001
    (re.compile(r"(?<![א-ת])[בל]?ליל שבת(?![א-ת])"), "יום שישי בערב"),
    (re.compile(r"(?<![א-ת])[בל]?(?:מוצאי[ -]שבת|מוצ\"ש|מוצש)(?![א-ת])"), "יום שבת בערב"),
)


def digits(words: str) -> str:
    """Write the numbers of the words in figures: "בעשר וחצי" as "ב10 וחצי"."""
    words = re.sub(r"(?<![א-ת])([בהל]?)בקר(?![א-ת])", r"\1בוקר", words)  # noqa: RUF001
    words = re.sub(r"(אחה|לפנה)(?:''|)צ(?![א-ת])", r'\1"צ', words)
    for eve, evening in _EVENINGS:
        words = eve.sub(evening, words)
    words = re.sub(r"(?<![א-ת])(חוץ|פרט) [מל]-?(?=ה(?:בוקר|ערב|לילה|צהריי?ם)(?![א-ת]))", r"\1 ", words)
    words = _APART.sub(r"\1", _HYPHEN.sub(r"\1", words))
    for dual, counted in _TWO.items():
        words = words.replace(dual, counted)
    words = _SO_MANY.sub("לאנשים", _TWO_OF.sub("2 ", words))
    words = _TEEN.sub(lambda found: f"{found[1]}{10 + _UNITS[found[2]]}", words)
    words = _COMPOUND.sub(lambda found: f"{found[1]}{_TENS[found[2]] + _UNITS[found[3]]}", words)
    return _CARDINAL.sub(lambda found: f"{found[1]}{_NUMBERS[found[2]]}", words)
