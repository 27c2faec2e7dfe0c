"""Whether words name a day: what the caller heard must have named the one that is booked.

Days are read as `claims.py` reads them, in the business's language and in English. Of words in a language
that is not read only the number of the day can be told, in figures: "martes 24 de noviembre".
"""

import datetime as dt
import re
from collections.abc import Iterator

from office.language.grammars import read_in
from office.language.named import Named, plain
from office.language.spoken_dates import read

# Between these one day is named. A date and its weekday may stand on both sides: both are of the day.
_PIECES = re.compile(r"[.!?;,\n](?!\d)|\b(?:or|and)\b|(?<![א-ת])או(?![א-ת])")
# Words without which hardly anything is said in the languages that are read, and which no other has.
_READ = re.compile(
    r"[א-ת]|\b(?:the|you|your|its?|does|that|this|have|what|which|when|would|how|with|please|sorry|time|hours?|right|"
    r"o'clock|half|quarter|one|two|three|four|five|seven|eight|nine|eleven|twelve)\b"
)


def names_day(text: str, day: dt.date, today: dt.date, language: str) -> bool | None:
    """Say whether the words name that day: its date, "today", "tomorrow", or if there is no date its weekday.

    Of words that name several days it need be one. Returns None for words of a language that is not read,
    unless they bear the number of the day.
    """
    words = plain(text)
    named = list(_named(words, language))
    if dates := [each for each in named if each.day is not None or each.in_days is not None]:
        return any(_is_date(each, day, today) for each in dates)
    if weekdays := {each.weekday for each in named if each.weekday is not None}:
        return day.weekday() in weekdays
    if not words or _READ.search(words):
        return False
    return True if re.search(rf"(?<![\d:.]){day.day}(?![\d:])", words) else None


def _named(words: str, language: str) -> Iterator[Named]:
    return (read(piece.strip(), grammar) for piece in _PIECES.split(words) for grammar in read_in(language))


def _is_date(named: Named, day: dt.date, today: dt.date) -> bool:
    if named.in_days is not None:
        return today + dt.timedelta(days=named.in_days) == day
    return named.day == day.day and named.month in (None, day.month) and named.year in (None, day.year)
