"""How an English caller names days and times."""

from tests.office.wish_vocabulary import (
    EN_MONTHS,
    EN_ORDINALS,
    EN_SHORT,
    EN_TEENS,
    EN_TENS,
    EN_UNITS,
    EN_WEEKDAYS,
    Drawn,
    named,
)

_LONG, _SHORT, _MONTHS = tuple(EN_WEEKDAYS), tuple(EN_SHORT), tuple(EN_MONTHS)
_NUMBERS = EN_UNITS | EN_TEENS | EN_TENS
_HOURS = tuple(range(1, 13))
_OCLOCK = ("", "", " o'clock")


def number(n: int) -> str:
    """Say a number up to 59."""
    if n in _NUMBERS.values():
        return named(_NUMBERS, n)
    return f"{named(EN_TENS, n - n % 10)}-{named(EN_UNITS, n % 10)}"


def _either(drawn: Drawn, n: int) -> str:
    return drawn.one((number(n), str(n)))


def _suffixed(n: int) -> str:
    ending = "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _ordinal(drawn: Drawn, n: int) -> str:
    if n in EN_ORDINALS.values():
        spoken = named(EN_ORDINALS, n)
    else:
        spoken = f"{named(EN_TENS, n - n % 10)}-{named(EN_ORDINALS, n % 10)}"
    return drawn.one((spoken, _suffixed(n)))


def _weekday(drawn: Drawn) -> str:
    return drawn.one((drawn.one(_LONG), drawn.one(_LONG), f"on {drawn.one(_LONG)}", drawn.one(_SHORT)))


def _weeks(drawn: Drawn) -> str:
    n = drawn.one((1, 2, 3, 4, 6))
    return drawn.one(("a week", "one week")) if n == 1 else f"{_either(drawn, n)} weeks"


def _count(drawn: Drawn) -> str:
    days = f"{_either(drawn, drawn.random.randrange(2, 11))} days"
    return drawn.one((_weeks(drawn), days, "a fortnight", _weeks(drawn)))


def _ahead(drawn: Drawn) -> str:
    months = drawn.one(("a month", f"{_either(drawn, drawn.one((2, 3)))} months"))
    return f"in {drawn.one((_count(drawn), _count(drawn), months))}"


def _from(drawn: Drawn) -> str:
    base = drawn.one((drawn.one(_LONG), drawn.one(_LONG), "tomorrow", "today"))
    return drawn.one(
        (
            f"{_count(drawn)} from {base}",
            f"{_count(drawn)} after {drawn.one(_LONG)}",
            f"a week on {drawn.one(_LONG)}",
            f"a week {drawn.one(('today', 'tomorrow'))}",
            f"{drawn.one(_LONG)} {drawn.one(('week', 'fortnight'))}",
        )
    )


def _weekday_in(drawn: Drawn) -> str:
    weeks = drawn.one(("two", "three", "2", "3"))
    return drawn.one((f"{drawn.one(_LONG)} in {weeks} weeks", f"in {weeks} weeks on {drawn.one(_LONG)}"))


def _date(drawn: Drawn) -> str:
    date = drawn.later()
    month, day = _MONTHS[date.month - 1], _ordinal(drawn, date.day)
    weekday = drawn.one((f"{_LONG[date.weekday()]} ", f"{drawn.one(_LONG)} ", ""))
    if weekday:
        return f"{weekday}the {day} of {month}"
    year = drawn.one(("", "", f" {date.year}"))
    return drawn.one(
        (f"the {day} of {month}{year}", f"{month} {_suffixed(date.day)}", f"{date.day} {month}{year}")
    )


def _written(drawn: Drawn) -> str:
    date = drawn.later()
    slashed = (f"{date.month}/{date.day}", f"{date.day}/{date.month}") if date.day > 12 else ()
    return drawn.one((date.isoformat(), *slashed))


def _nth(drawn: Drawn) -> str:
    nth = drawn.one(("first", "second", "third", "fourth", "1st", "2nd", "3rd"))
    the = drawn.one(("the ", ""))
    return f"{the}{nth} {drawn.one(_LONG)} {drawn.one(('of', 'in'))} {drawn.one(_MONTHS)}"


def _nth_next(drawn: Drawn) -> str:
    return f"the {drawn.one(('first', 'second', 'third'))} {drawn.one(_LONG)} of next month"


def _last(drawn: Drawn) -> str:
    return f"the last {drawn.one(_LONG)} {drawn.one(('of', 'in'))} {drawn.one(_MONTHS)}"


def _minutes_to(drawn: Drawn) -> str:
    minutes, to = drawn.one(
        (
            (("five", "ten"), ("to",)),
            (("twenty", "twenty-five"), ("to", "till")),
            (("quarter", "a quarter"), ("to", "till", "of")),
        )
    )
    return f"at {drawn.one(minutes)} {drawn.one(to)} {number(drawn.one(_HOURS))}"


def _past(drawn: Drawn) -> str:
    minutes = drawn.one(("five", "ten", "twenty", "twenty-five", "quarter", "a quarter", "half"))
    past = drawn.one(("past", "after")) if minutes != "half" else "past"
    return f"at {minutes} {past} {number(drawn.one(_HOURS))}"


def _spoken(drawn: Drawn) -> str:
    minutes = drawn.one(("fifteen", "twenty", "thirty", "forty", "forty-five", "fifty", "oh five"))
    joined = " " if "-" in minutes or " " in minutes else drawn.one((" ", "-"))
    return f"at {number(drawn.one(_HOURS))}{joined}{minutes}"


def _colon(drawn: Drawn) -> str:
    minute = drawn.one((0, 5, 15, 20, 30, 45, 50))
    hour = drawn.one(tuple(range(1, 24)))
    return f"at {hour}:{minute:02}"


def _compact(drawn: Drawn) -> str:
    hour, minute = drawn.random.randrange(7, 20), drawn.one((0, 15, 30, 45))
    if drawn.random.random() < 0.5:
        return f"at {hour:02}{minute:02}"
    later = drawn.random.randrange(13, 21)
    return f"{later}h{minute:02}" if minute else f"{later}h"


def _half_of_day(drawn: Drawn) -> str:
    hour = drawn.one(_HOURS)
    figures = drawn.one((str(hour), f"{hour}:{drawn.one((15, 30, 45))}"))
    return drawn.one(
        (
            f"at {figures}{drawn.one(('am', 'pm', ' am', ' pm', ' a.m.', ' p.m.'))}",
            f"at {number(hour)} {drawn.one(('am', 'pm'))}",
        )
    )


def _hour_and_part(drawn: Drawn) -> str:
    hours, part = drawn.one(
        (
            (range(6, 12), "in the morning"),
            (range(1, 6), "in the afternoon"),
            (range(5, 11), "in the evening"),
        )
    )
    return f"at {_either(drawn, drawn.one(tuple(hours)))} {part}"


def _part(drawn: Drawn) -> str:
    part = drawn.one(("morning", "afternoon", "evening"))
    return drawn.one((f"in the {part}", f"in the {part}", "around noon"))


def _clocks(drawn: Drawn, since: int, until: int) -> tuple[str, str]:
    """Two times, in figures or words, as people say them on a clock of twelve hours."""

    def said(quarters: int, spoken: bool) -> str:
        hour, minute = (quarters // 4 - 1) % 12 + 1, quarters % 4 * 15
        if spoken:
            return number(hour) if not minute else f"half past {number(hour)}"
        return str(hour) if not minute else f"{hour}:{minute:02}"

    spoken = drawn.random.random() < 0.5
    return said(since, spoken), said(until, spoken)


def _range(drawn: Drawn) -> str:
    since = drawn.one(tuple(range(32, 72, 2)))
    until = since + drawn.one((2, 4, 8, 12))
    one, other = _clocks(drawn, since, until)
    joined = [f"between {one} and {other}", f"from {one} {drawn.one(('to', 'till', 'until'))} {other}"]
    return drawn.one((*joined, f"from {since // 4}:{since % 4 * 15:02} to {until // 4}:{until % 4 * 15:02}"))


def _figures(drawn: Drawn) -> str:
    since = drawn.one(tuple(range(32, 72, 4)))
    return "-".join(str((hour // 4 - 1) % 12 + 1) for hour in (since, since + drawn.one((4, 8, 16, 32))))


def _limit(drawn: Drawn) -> str:
    time = drawn.one(
        (number(drawn.one(_HOURS)), f"half past {number(drawn.one(_HOURS))}", "noon", "3:30", "4")
    )
    return drawn.one(
        (f"after {time}", f"before {time}", f"any time after {time}", f"by {time}", f"until {time}")
    )


def _soon(drawn: Drawn) -> str:
    minutes = f"{_either(drawn, drawn.one((10, 15, 20, 30, 45)))} minutes"
    hours = f"{_either(drawn, drawn.one((2, 3, 4)))} hours"
    return drawn.one(
        (
            "in an hour",
            "in half an hour",
            f"in {minutes}",
            f"in {hours}",
            "now",
            "right now",
            "half an hour from now",
        )
    )


def _but(drawn: Drawn) -> str:
    day = drawn.one((drawn.one(_LONG), "tomorrow"))
    not_in = drawn.one((" but not in the", ", just not in the", " except in the", ", not in the"))
    return f"{day}{not_in} {drawn.one(('morning', 'evening', 'afternoon'))}"


def _other_day(drawn: Drawn) -> str:
    no, yes = drawn.random.sample(_LONG, 2)
    return drawn.one(
        (
            f"I can't do {no}, {yes} is fine",
            f"I can't make {no}, {yes} works",
            f"{no} doesn't work, {yes} does",
            f"not {no} but {yes}",
        )
    )


def _not_that(drawn: Drawn) -> str:
    day = drawn.one(_LONG)
    return drawn.one((f"not {day}", f"any day but {day}", f"any day except {day}", f"anything but {day}"))


def _direction(drawn: Drawn) -> str:
    day = drawn.one((drawn.one(_LONG), f"the {_suffixed(drawn.random.randrange(1, 29))}"))
    return drawn.one((f"before {day}", f"after {day}", f"until {day}", f"any day after {day}", f"by {day}"))


def _midnight(drawn: Drawn) -> str:
    return drawn.one(("tomorrow at midnight", "midnight", f"{drawn.one(_LONG)} at midnight"))


DAYS = {
    "near day": lambda drawn: drawn.one(("today", "tomorrow", "the day after tomorrow")),
    "weekday": _weekday,
    "next weekday": lambda drawn: f"{drawn.one(('next', 'this', 'this coming'))} {drawn.one(_LONG)}",
    "next week": lambda drawn: drawn.one(
        ("next week", f"{drawn.one(_LONG)} next week", f"next week on {drawn.one(_LONG)}")
    ),
    "count ahead": _ahead,
    "count from a day": _from,
    "weekday in weeks": _weekday_in,
    "date": _date,
    "written date": _written,
    "day of the month": lambda drawn: f"the {_ordinal(drawn, drawn.random.randrange(1, 32))}",
    "nth weekday": _nth,
    "nth of next month": _nth_next,
    "last weekday": _last,
    "after next": lambda drawn: f"the {drawn.one(_LONG)} after next",
}
TIMES = {
    "hour": lambda drawn: f"at {_either(drawn, drawn.one(_HOURS))}{drawn.one(_OCLOCK)}",
    "minutes to": _minutes_to,
    "minutes past": _past,
    "hour and minutes": _spoken,
    "figures": _colon,
    "compact figures": _compact,
    "am or pm": _half_of_day,
    "hour and part": _hour_and_part,
    "part of the day": _part,
    "noon": lambda drawn: drawn.one(("at noon", "at midday")),
    "range": _range,
    "range in figures": _figures,
    "limit": _limit,
}
WHOLE = {
    "soon": _soon,
    "not a part": _but,
    "not that but this": _other_day,
    "not a day": _not_that,
    "direction of a day": _direction,
    "midnight": _midnight,
}
NEVER_ALONE = frozenset({"range", "range in figures", "limit", "compact figures"})
GO_FIRST = frozenset({"hour", "minutes past", "figures", "am or pm", "noon", "range", "hour and part"})
BEFORE = (
    "hi, ",
    "could I come ",
    "I'd like an appointment ",
    "do you have anything ",
    "a haircut ",
    "for a check-up ",
    "good morning, ",
    "how about ",
    "my name is Dana Cohen, ",
)
BEHIND = (
    " please",
    " if possible",
    ", thank you",
    " for a haircut",
    " with Dr. Levi",
    "?",
    " would be great",
)
