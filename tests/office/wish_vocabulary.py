"""The names of numbers, days and months, for the random wishes and for their second reader."""

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen(kw_only=True)
class Drawn:
    """What a phrase is drawn with: the chance, and the day on which it is said."""

    random: Random
    today: dt.date

    def one(self, of: Sequence[T]) -> T:
        """Draw one of them."""
        return self.random.choice(of)

    def later(self) -> dt.date:
        """Draw a date of the next ten months."""
        return self.today + dt.timedelta(days=self.random.randrange(1, 300))


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), first)}


EN_UNITS = _numbered("one two three four five six seven eight nine")
EN_TEENS = _numbered(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", first=10
)
EN_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
EN_ORDINALS = _numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
) | {"thirtieth": 30}
EN_WEEKDAYS = _numbered("Monday Tuesday Wednesday Thursday Friday Saturday Sunday", first=0)
EN_SHORT = _numbered("Mon Tue Wed Thu Fri Sat Sun", first=0) | {"Tues": 1, "Thurs": 3}
EN_MONTHS = _numbered("January February March April May June July August September October November December")

HE_HOURS = _numbered("אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר") | {
    "אחת עשרה": 11,
    "שתים עשרה": 12,
}
HE_COUNTS = _numbered("אחד שניים שלושה ארבעה חמישה שישה שבעה שמונה תשעה עשרה")
HE_TENS = {"עשרים": 20, "שלושים": 30, "ארבעים": 40, "חמישים": 50}
HE_WEEKDAYS = {"ראשון": 6, "שני": 0, "שלישי": 1, "רביעי": 2, "חמישי": 3, "שישי": 4, "שבת": 5}
HE_LETTERS = dict(zip("אבגדהו", (6, 0, 1, 2, 3, 4), strict=True))
HE_ORDINALS = {"ראשון": 1, "שני": 2, "שלישי": 3, "רביעי": 4, "אחרון": -1}
HE_MONTHS = _numbered("ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר")


def named(table: dict[str, int], number: int) -> str:
    """Return the first name that the number has."""
    return next(word for word, its in table.items() if its == number)
