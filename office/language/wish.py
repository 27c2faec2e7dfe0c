"""What somebody wishes: a day and a time, or which days will do."""

import datetime as dt

from attrs import frozen

from office.language.named import DAY_MIN


@frozen(kw_only=True)
class Wish:
    """A day, and the part of it in which the appointment is to start: [from_minute, until_minute)."""

    date: dt.date
    from_minute: int = 0
    until_minute: int = DAY_MIN
    # Of "next week", and of "as soon as possible": the words would do for it, too.
    last: dt.date | None = None
    other_half: int | None = None  # twelve hours away: the words, and the hours, would do for it as well


@frozen(kw_only=True)
class Limits:
    """Which days will do, where none was named: "not Monday", "before Friday"."""

    not_weekdays: frozenset[int] = frozenset()  # 0 is Monday
    not_dates: frozenset[dt.date] = frozenset()
    since: dt.date | None = None  # the first
    until: dt.date | None = None  # the last

    @property
    def refuses(self) -> bool:
        """True if days were refused."""
        return bool(self.not_weekdays or self.not_dates)

    def allows(self, date: dt.date) -> bool:
        """Say whether that day will do."""
        return (
            date.weekday() not in self.not_weekdays
            and date not in self.not_dates
            and (self.since is None or date >= self.since)
            and (self.until is None or date <= self.until)
        )
