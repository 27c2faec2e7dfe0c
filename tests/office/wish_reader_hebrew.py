"""The second reader's Hebrew: a recursive descent over the words of `wish_phrases_hebrew.py`."""

import datetime as dt
import re

from tests.office.wish_reader import (
    Minutes,
    Said,
    Time,
    UnreadError,
    Words,
    first_after,
    first_dated,
    months_ahead,
    next_week,
    nth_weekday,
    on_a_clock,
)
from tests.office.wish_vocabulary import (
    HE_COUNTS,
    HE_HOURS,
    HE_LETTERS,
    HE_MONTHS,
    HE_ORDINALS,
    HE_TENS,
    HE_WEEKDAYS,
)

_FILLERS = (  # noqa: SIM905 (reads as a list of phrases)
    "שלום; אפשר תור; אני רוצה תור; תספורת; יש לכם משהו; בוקר טוב; קוראים לי דנה כהן; בבקשה; אם אפשר; תודה; "
    'לתספורת; עם ד"ר לוי; בסדר; אפשר; מתאים'
).split("; ")
_TWICE = {"יומיים": (2, 1), "שבועיים": (2, 7), "שבוע": (1, 7), "חודש": (1, 0)}
_AND = "ו"  # noqa: RUF001 (before a word)
_UNITS = {"ימים": 1, "שבועות": 7}
_NOT_GOOD = ("אני לא יכול", "אני לא יכולה", "לא מתאים לי")
_PARTS = {"בבוקר": "morning", "בערב": "evening", "בצהריים": "noon"}
_TOKENS = re.compile(r"\d{4}-\d\d-\d\d|\d+:\d\d|\d+\.\d+|\d+|[^\W\d_]+(?:[\"'][א-ת]*)?")
SUNDAY, FRIDAY, SATURDAY = 6, 4, 5


class Hebrew:
    """Reads one wish."""

    def __init__(self, text: str, today: dt.date) -> None:
        self.words = Words(words=_TOKENS.findall(text))
        self.today = today
        self.said = Said()

    def read(self) -> Said:
        """Return what was said. Raises UnreadError if a word is none of the reader's."""
        rules = (self._filler, self._excluded, self._bent, self._midnight, self._soon, self._eve, self._named)
        while self.words.next:
            if not self.words.attempt(*rules):
                raise UnreadError(self.words.words[self.words.at :])
        return self.said

    def _filler(self) -> bool | None:
        return any(self.words.phrase(filler) for filler in _FILLERS) or None

    def _named(self) -> bool | None:
        if (day := self.words.attempt(self._day)) is not None:
            if any(self.words.phrase(phrase) for phrase in _NOT_GOOD):
                self.said.not_on = True
            else:
                self.said.dates.extend(day)
            return True
        if (time := self.words.attempt(self._range, self._limit, self._at)) is not None:
            self.said.times.append(time)
            return True
        part = self._part()
        self.said.parts.extend([part] if part else [])
        return part is not None or None

    # What is not meant.

    def _excluded(self) -> bool | None:
        if self.words.phrase("אני לא יכול") or self.words.phrase("כל יום חוץ") or self.words.phrase("חוץ"):
            self.words.cut("מ")
        else:
            self.words.take("אבל", "רק")
            if not self.words.take("לא"):
                return None
            if part := self._part():
                self.said.parts_not.append(part)
                return True
        if self._weekday() is None:
            return None
        self.said.not_on = True
        if self.words.take("אלא"):
            self.said.dates.extend(self._day() or ())
        return True

    def _bent(self) -> bool | None:
        self.words.take("לא")
        if not self.words.take("לפני", "אחרי", "עד") or self._weekday() is None:
            return None
        self.said.unclear = True
        return True

    def _midnight(self) -> bool | None:
        if self.words.phrase("מחר בחצות"):
            self.said.dates.append(self.today + dt.timedelta(days=2))
            self.said.times.append(Time(form="at", minutes=(0,)))
            return True
        if not self.words.take("בחצות"):
            return None
        self.said.unclear = True
        return True

    # From now, and the evenings around the Sabbath.

    def _soon(self) -> bool | None:
        if self.words.take("עכשיו"):
            minutes: int | None = 0
        else:
            minutes = self._length() if self.words.take("בעוד", "עוד") else None
        if minutes is None:
            return None
        self.said.in_minutes = minutes
        return True

    def _length(self) -> int | None:
        for phrase, minutes in (("שעתיים", 120), ("חצי שעה", 30), ("רבע שעה", 15), ("שעה", 60)):
            if self.words.phrase(phrase):
                return minutes
        n = self._figure() or self._hour_word() or self._tens()
        unit = self.words.take("דקות", "שעות") if n else None
        return n * (60 if unit == "שעות" else 1) if n and unit else None

    def _eve(self) -> bool | None:
        self.words.cut("ב")
        eve = self.words.take("ערב", "מוצאי")
        if not eve or not self.words.take("שבת"):
            return None
        self.said.dates.append(first_after(self.today, FRIDAY if eve == "ערב" else SATURDAY))
        self.said.parts.append("evening")
        return True

    # Days. A list holds the one that is meant; None in it is one that no calendar has.

    def _day(self) -> list[dt.date | None] | None:
        return self.words.attempt(
            self._near, self._of_next_week, self._counted, self._of_weekday, self._dated
        )

    def _near(self) -> list[dt.date | None] | None:
        self.words.cut("ל")
        near = self.words.take("היום", "מחר", "מחרתיים")
        return [self._after(("היום", "מחר", "מחרתיים").index(near))] if near else None

    def _of_next_week(self) -> list[dt.date | None] | None:
        self.words.cut("ב")
        if not self.words.phrase("שבוע הבא"):
            return None
        weekday = self.words.attempt(self._weekday)
        self.said.whole_week |= weekday is None
        return [next_week(self.today, weekday, SUNDAY)]

    def _counted(self) -> list[dt.date | None] | None:
        ahead = self.words.take("בעוד", "עוד")
        count = self._count()
        if count is None:
            return None
        n, unit_days = count
        if ahead:
            weekday = self.words.attempt(self._weekday)
            if weekday is not None:
                return [first_after(self.today, weekday) + dt.timedelta(days=n * unit_days)]
            return [months_ahead(self.today, n) if unit_days == 0 else self._after(n * unit_days)]
        if not self.words.take("אחרי"):
            self.words.cut("מ")
        base = self.words.attempt(self._near, self._plain_weekday)
        return [base[0] + dt.timedelta(days=n * unit_days)] if base and base[0] else None

    def _count(self) -> tuple[int, int] | None:
        if twice := self.words.take(*_TWICE):
            return _TWICE[twice]
        n = self._figure() or self._counting()
        unit = self.words.take(*_UNITS) if n else None
        return (n, _UNITS[unit]) if n and unit else None

    def _of_weekday(self) -> list[dt.date | None] | None:
        weekday = self._weekday()
        if weekday is None:
            return None
        plain = first_after(self.today, weekday)
        if self.words.take("הבא") or self.words.phrase("בשבוע הבא"):
            return [next_week(self.today, weekday, SUNDAY)]
        if self.words.take("הקרוב"):
            return [plain]
        if (count := self.words.attempt(self._count_behind)) is not None:
            return [plain + dt.timedelta(days=count[0] * count[1])]
        if (dated := self.words.attempt(lambda: self._nth(weekday), self._dated_behind)) is not None:
            return [date if date and date.weekday() == weekday else None for date in dated]
        return [plain]

    def _count_behind(self) -> tuple[int, int] | None:
        return self._count() if self.words.take("בעוד", "עוד") else None

    def _nth(self, weekday: int) -> list[dt.date | None] | None:
        nth = self.words.take(*HE_ORDINALS) if self.words.cut("ה") else None
        if not nth:
            return None
        if self.words.phrase("בחודש הבא"):
            return [nth_weekday(self.today, HE_ORDINALS[nth], weekday, None)]
        if not self.words.take("של"):
            self.words.cut("ב")
        month = self.words.take(*HE_MONTHS)
        return [nth_weekday(self.today, HE_ORDINALS[nth], weekday, HE_MONTHS[month])] if month else None

    def _dated_behind(self) -> list[dt.date | None] | None:
        return self._dated() if self.words.next == "ה" else None

    def _dated(self) -> list[dt.date | None] | None:
        if iso := self.words.match(r"(\d{4})-(\d\d)-(\d\d)"):
            return [first_dated(self.today, int(iso[3]), int(iso[2]), int(iso[1]))]
        self.words.cut("בה")
        if dotted := self.words.match(r"(\d+)\.(\d|1[0-2])"):
            return [first_dated(self.today, int(dotted[1]), int(dotted[2]), None)]
        day = self._figure() or self._counting()
        if day and self.words.take("לחודש"):
            return [first_dated(self.today, day, None, None)]
        month = self.words.take(*HE_MONTHS) if day and self.words.cut("ב") else None
        if not day or not month:
            return None
        year = self.words.match(r"20\d\d")
        return [first_dated(self.today, day, HE_MONTHS[month], int(year[0]) if year else None)]

    def _plain_weekday(self) -> list[dt.date | None] | None:
        weekday = self._weekday()
        return None if weekday is None else [first_after(self.today, weekday)]

    def _weekday(self) -> int | None:
        self.words.cut("בל")
        if self.words.take("שבת"):
            return SATURDAY
        if not self.words.take("יום"):
            return None
        if letter := self.words.match("([אבגדהו])'?"):
            return HE_LETTERS[letter[1]]
        name = self.words.take(*HE_WEEKDAYS)
        return HE_WEEKDAYS[name] if name else None

    def _after(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    # Times.

    def _range(self) -> Time | None:
        between = self.words.take("בין")
        if not between and not self.words.cut("מ"):
            return None
        start = self._clock()
        to = start and (self.words.cut("ל") if between else self.words.take("עד"))
        end = self._clock() if to else None
        return Time(form="between", minutes=start, ends=end) if start and end else None

    def _limit(self) -> Time | None:
        direction = self.words.take("אחרי", "לפני", "עד")
        self.words.take("השעה")
        minutes = self._clock() if direction else None
        return Time(form="after" if direction == "אחרי" else "before", minutes=minutes) if minutes else None

    def _at(self) -> Time | None:
        if not self.words.take("בשעה") and not self.words.cut("ב"):
            return None
        minutes = self.words.attempt(self._to_the_hour, self._clock)
        return Time(form="at", minutes=minutes) if minutes else None

    def _to_the_hour(self) -> Minutes | None:
        minutes = self._little()
        hour = self._hour_word() if minutes and self.words.cut("ל") else None
        return on_a_clock((hour - 2) % 12 + 1, 60 - minutes) if minutes and hour else None

    def _clock(self) -> Minutes | None:
        if figures := self.words.match(r"(1?\d|2[0-3]):([0-5]\d)"):
            return on_a_clock(int(figures[1]), int(figures[2]))
        hour = self._figure() or self._hour_word()
        if not hour:
            return None
        if self.words.take("פחות"):
            less = self._little()
            return on_a_clock((hour - 2) % 12 + 1, 60 - less) if less else None
        minute = self.words.attempt(self._and_more, self._tens) or 0
        part = {"noon": "afternoon", None: None}.get(found := self._part(), found)
        return on_a_clock(hour, minute, part)

    def _and_more(self) -> int | None:
        return (30 if self.words.take("חצי") else self._little(both=True)) if self.words.cut(_AND) else None

    def _little(self, both: bool = False) -> int | None:
        """Read so many minutes, of which "five and twenty" are said only past the hour."""
        if self.words.take("רבע"):
            return 15
        if word := self.words.take("חמישה", "עשרה"):
            return HE_COUNTS[word]
        if both:
            return self._tens()
        return 20 if self.words.take("עשרים") else None

    def _part(self) -> str | None:
        if self.words.phrase("אחר הצהריים"):
            return "afternoon"
        part = self.words.take(*_PARTS)
        return _PARTS[part] if part else None

    # Numbers.

    def _figure(self) -> int | None:
        found = self.words.match(r"\d\d?")
        return int(found[0]) if found else None

    def _hour_word(self) -> int | None:
        for word in sorted(HE_HOURS, key=len, reverse=True):
            if self.words.phrase(word):
                return HE_HOURS[word]
        return None

    def _counting(self) -> int | None:
        word = self.words.take(*HE_COUNTS)
        return HE_COUNTS[word] if word else None

    def _tens(self) -> int | None:
        tens = self.words.take(*HE_TENS)
        if not tens:
            return None
        return HE_TENS[tens] + (5 if self.words.attempt(self._and_five) else 0)

    def _and_five(self) -> bool | None:
        return (self.words.cut(_AND) and self.words.take("חמש") is not None) or None
