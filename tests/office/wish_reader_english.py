"""The second reader's English: a recursive descent over the words of `wish_phrases_english.py`."""

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
    EN_MONTHS,
    EN_ORDINALS,
    EN_SHORT,
    EN_TEENS,
    EN_TENS,
    EN_UNITS,
    EN_WEEKDAYS,
)

_WEEKDAYS = {name.lower(): day for name, day in (EN_WEEKDAYS | EN_SHORT).items()}
_MONTHS = {name.lower(): month for name, month in EN_MONTHS.items()}
_BELOW_20 = EN_UNITS | EN_TEENS
_UNITS = {
    "day": 1,
    "days": 1,
    "week": 7,
    "weeks": 7,
    "fortnight": 14,
    "month": 0,
    "months": 0,
}  # 0: its days differ
_FILLERS = (  # noqa: SIM905 (reads as a list of phrases)
    "hi; could i come; i'd like an appointment; do you have anything; a haircut; for a check up; "
    "good morning; how about; my name is dana cohen; please; if possible; thank you; for a haircut; "
    "with dr levi; would be great; is fine; works; does"
).split("; ")
_TOKENS = re.compile(
    r"\d{4}-\d\d-\d\d|\d+:\d\d|\d+/\d+|\d+h\d*|\d+(?:st|nd|rd|th)|\d+|[^\W\d_]+(?:'[a-z]+)?|-"
)
_NOT_ON = ("any day but", "any day except", "anything but", "i can't do", "i can't make")
MONDAY = 0


def tokens(text: str) -> list[str]:
    """Split into words, figures and hyphens between figures."""
    text = re.sub(r"\b([ap])\.m\b\.?", r"\1m", text.lower().replace("o'clock", "oclock"))
    return _TOKENS.findall(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text))


class English:
    """Reads one wish."""

    def __init__(self, text: str, today: dt.date) -> None:
        self.words = Words(words=tokens(text))
        self.today = today
        self.said = Said()

    def read(self) -> Said:
        """Return what was said. Raises UnreadError if a word is none of the reader's."""
        while self.words.next:
            if not self.words.attempt(
                self._filler, self._excluded, self._bent, self._midnight, self._soon, self._named
            ):
                raise UnreadError(self.words.words[self.words.at :])
        return self.said

    def _filler(self) -> bool | None:
        return any(self.words.phrase(filler) for filler in _FILLERS) or None

    def _named(self) -> bool | None:
        if (date := self.words.attempt(self._day)) is not None:
            if self.words.phrase("doesn't work"):
                self.said.not_on = True
            else:
                self.said.dates.extend(date)
            return True
        if (time := self.words.attempt(self._range, self._limit, self._clock_at)) is not None:
            self.said.times.append(time)
            return True
        part = self.words.attempt(self._part)
        self.said.parts.extend([part] if part else [])
        return part is not None or None

    # What is not meant.

    def _excluded(self) -> bool | None:
        self.words.take("but")
        self.words.take("just")
        if self.words.take("not", "except"):
            if part := self.words.attempt(self._part):
                self.said.parts_not.append(part)
                return True
        elif not any(self.words.phrase(phrase) for phrase in _NOT_ON):
            return None
        if self.words.attempt(self._day) is None:
            return None
        self.said.not_on = True
        if self.words.take("but"):
            self.said.dates.extend(self._day() or ())
        return True

    def _bent(self) -> bool | None:
        """Read a direction of a day: which day it is, nobody knows."""
        self.words.phrase("any day")
        if not self.words.take("before", "after", "until", "by") or self.words.attempt(self._day) is None:
            return None
        self.said.unclear = True
        return True

    def _midnight(self) -> bool | None:
        """Read a midnight: tomorrow's is the end of tomorrow; of another day's nobody knows which end."""
        if self.words.phrase("tomorrow at midnight"):
            self.said.dates.append(self._ahead(2, 1))
            self.said.times.append(Time(form="at", minutes=(0,)))
            return True
        self.words.take("at")
        if not self.words.take("midnight"):
            return None
        self.said.unclear = True
        return True

    # From now.

    def _soon(self) -> bool | None:
        minutes = self.words.attempt(self._now, self._in_a_while)
        if minutes is None:
            return None
        self.said.in_minutes = minutes
        return True

    def _now(self) -> int | None:
        self.words.take("right")
        return 0 if self.words.take("now") else None

    def _in_a_while(self) -> int | None:
        if self.words.phrase("half an hour from now") or self.words.phrase("in half an hour"):
            return 30
        if self.words.phrase("in an hour"):
            return 60
        n = self._number() if self.words.take("in") else None
        unit = self.words.take("minutes", "hours") if n is not None else None
        return n * (60 if unit == "hours" else 1) if n is not None and unit else None

    # Days. A list holds the one that is meant; None in it is one that no calendar has.

    def _day(self) -> list[dt.date | None] | None:
        return self.words.attempt(
            self._near, self._of_next_week, self._counted, self._nth, self._of_weekday, self._dated
        )

    def _near(self) -> list[dt.date | None] | None:
        if self.words.phrase("the day after tomorrow"):
            return [self._ahead(2, 1)]
        near = self.words.take("today", "tomorrow")
        return [self._ahead(("today", "tomorrow").index(near), 1)] if near else None

    def _of_next_week(self) -> list[dt.date | None] | None:
        if not self.words.phrase("next week"):
            return None
        weekday = self._weekday()
        self.said.whole_week |= weekday is None
        return [next_week(self.today, weekday, MONDAY)]

    def _counted(self) -> list[dt.date | None] | None:
        ahead = self.words.take("in")
        count = self._count()
        if count is None:
            return None
        n, unit = count
        if ahead:
            weekday = self.words.attempt(self._on_weekday)
            return [
                self._ahead(n, unit)
                if weekday is None
                else first_after(self.today, weekday) + self._days(n * 7)
            ]
        self.words.take("from", "after", "on")
        base = self._near() or self._plain_weekday()
        if not base or not base[0]:
            return None
        return [months_ahead(base[0], n) if unit == 0 else base[0] + self._days(n * unit)]

    def _count(self) -> tuple[int, int] | None:
        n = 1 if self.words.take("a") else self._number()
        unit = self.words.take(*_UNITS) if n is not None else None
        return (n, _UNITS[unit]) if n is not None and unit else None

    def _ahead(self, n: int, unit_days: int) -> dt.date:
        return months_ahead(self.today, n) if unit_days == 0 else self.today + self._days(n * unit_days)

    def _nth(self) -> list[dt.date | None] | None:
        self.words.take("the")
        nth = -1 if self.words.take("last") else self._ordinal()
        weekday = self._weekday() if nth is not None else None
        if nth is None or weekday is None or not self.words.take("of", "in"):
            return None
        if self.words.phrase("next month"):
            return [nth_weekday(self.today, nth, weekday, None)]
        month = self.words.take(*_MONTHS)
        return [nth_weekday(self.today, nth, weekday, _MONTHS[month])] if month else None

    def _of_weekday(self) -> list[dt.date | None] | None:
        which = self.words.take("next", "this", "the")
        self.words.take("coming")
        weekday = self._weekday()
        if weekday is None:
            return None
        plain = first_after(self.today, weekday)
        if which == "next":
            return [next_week(self.today, weekday, MONDAY)]
        if which == "this":
            return [self.today if weekday == self.today.weekday() else plain]
        if which == "the":
            return [plain + self._days(7)] if self.words.phrase("after next") else None
        if self.words.phrase("next week"):
            return [next_week(self.today, weekday, MONDAY)]
        if weeks := self.words.attempt(self._weeks_behind):
            return [plain + self._days(7 * weeks)]
        if (dated := self.words.attempt(self._dated)) is not None:
            return [date if date and date.weekday() == weekday else None for date in dated]
        return [plain]

    def _weeks_behind(self) -> int | None:
        if unit := self.words.take("week", "fortnight"):
            return _UNITS[unit] // 7
        n = self._number() if self.words.take("in") else None
        return n if n is not None and self.words.take("weeks") else None

    def _dated(self) -> list[dt.date | None] | None:
        if iso := self.words.match(r"(\d{4})-(\d\d)-(\d\d)"):
            return [first_dated(self.today, int(iso[3]), int(iso[2]), int(iso[1]))]
        if slashed := self.words.match(r"(\d\d?)/(1[3-9]|2\d|3[01])|(1[3-9]|2\d|3[01])/(\d\d?)"):
            month, day = int(slashed[1] or slashed[4]), int(slashed[2] or slashed[3])
            return [first_dated(self.today, day, month, None)]
        the = self.words.take("the")
        if month_first := self.words.take(*_MONTHS):
            ordinal = self._ordinal()
            return None if ordinal is None else [first_dated(self.today, ordinal, _MONTHS[month_first], None)]
        day = self._ordinal() if the else self._number()
        if day is None:
            return None
        self.words.take("of")
        month = self.words.take(*_MONTHS)
        if not month:
            return [first_dated(self.today, day, None, None)] if the else None
        year = self.words.match(r"20\d\d")
        return [first_dated(self.today, day, _MONTHS[month], int(year[0]) if year else None)]

    def _plain_weekday(self) -> list[dt.date | None] | None:
        weekday = self._weekday()
        return None if weekday is None else [first_after(self.today, weekday)]

    def _on_weekday(self) -> int | None:
        return self._weekday() if self.words.next == "on" else None

    def _weekday(self) -> int | None:
        self.words.take("on")
        name = self.words.take(*_WEEKDAYS)
        return _WEEKDAYS[name] if name else None

    def _days(self, n: int) -> dt.timedelta:
        return dt.timedelta(days=n)

    # Times.

    def _range(self) -> Time | None:
        begins = self.words.take("between", "from")
        start = self._clock()
        to = start is not None and self.words.take(
            *{"between": ("and",), "from": ("to", "till", "until")}.get(begins or "", ("-",))
        )
        end = self._clock() if to else None
        return Time(form="between", minutes=start, ends=end) if start and end else None

    def _limit(self) -> Time | None:
        self.words.phrase("any time")
        direction = self.words.take("after", "before", "by", "until")
        minutes = self._clock() if direction else None
        return Time(form="after" if direction == "after" else "before", minutes=minutes) if minutes else None

    def _clock_at(self) -> Time | None:
        at = self.words.take("at")
        minutes = self.words.attempt(self._to_the_hour) if at else None
        if minutes is None:
            minutes = self.words.attempt(self._clock) if at or "h" in self.words.next else None
        return Time(form="at", minutes=minutes) if minutes else None

    def _to_the_hour(self) -> Minutes | None:
        minutes = self._quarter() or self._number()
        hour = self._number() if minutes and self.words.take("to", "till", "of") else None
        return on_a_clock((hour - 2) % 12 + 1, 60 - minutes) if minutes and hour else None

    def _clock(self) -> Minutes | None:
        if self.words.take("noon", "midday"):
            return (720,)
        return self.words.attempt(self._past_the_hour, self._compact, self._hour)

    def _past_the_hour(self) -> Minutes | None:
        minutes = 30 if self.words.take("half") else self._quarter() or self._number()
        hour = self._number() if minutes and self.words.take("past", "after") else None
        return on_a_clock(hour, minutes) if minutes and hour else None

    def _compact(self) -> Minutes | None:
        found = self.words.match(r"(\d\d)(\d\d)") or self.words.match(r"(\d\d)h(\d*)")
        return on_a_clock(int(found[1]), int(found[2] or 0), exact=True) if found else None

    def _hour(self) -> Minutes | None:
        if figures := self.words.match(r"(1?\d|2[0-3]):([0-5]\d)"):
            hour, minute = int(figures[1]), int(figures[2])
        else:
            n = self._digits_or_word()
            if n is None:
                return None
            hour, minute = n, self.words.attempt(self._minutes_behind) or 0
        self.words.take("oclock")
        half = self.words.take("am", "pm") or self.words.attempt(self._part)
        return on_a_clock(hour, minute, half)

    def _minutes_behind(self) -> int | None:
        if self.words.take("oh"):
            unit = self.words.take(*EN_UNITS)
            return EN_UNITS[unit] if unit else None
        n = self._number() if not self.words.next.isdigit() else None
        return n if n is not None and n >= 10 else None

    def _quarter(self) -> int | None:
        self.words.take("a")
        return 15 if self.words.take("quarter") else None

    def _part(self) -> str | None:
        if self.words.phrase("around noon"):
            return "noon"
        return self.words.take("morning", "afternoon", "evening") if self.words.phrase("in the") else None

    # Numbers.

    def _digits_or_word(self) -> int | None:
        if digits := self.words.match(r"\d\d?"):
            return int(digits[0])
        word = self.words.take(*_BELOW_20)
        return _BELOW_20[word] if word else None

    def _number(self) -> int | None:
        if tens := self.words.take(*EN_TENS):
            unit = self.words.take(*EN_UNITS)
            return EN_TENS[tens] + (EN_UNITS[unit] if unit else 0)
        return self._digits_or_word()

    def _ordinal(self) -> int | None:
        if figures := self.words.match(r"(\d+)(?:st|nd|rd|th)"):
            return int(figures[1])
        if tens := self.words.take(*EN_TENS):
            unit = self.words.take(*EN_ORDINALS)
            return EN_TENS[tens] + EN_ORDINALS[unit] if unit else None
        word = self.words.take(*EN_ORDINALS)
        return EN_ORDINALS[word] if word else None
