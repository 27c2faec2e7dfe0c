"""How a Hebrew caller names days and times."""

from tests.office.wish_vocabulary import (
    HE_COUNTS,
    HE_HOURS,
    HE_LETTERS,
    HE_MONTHS,
    HE_ORDINALS,
    HE_TENS,
    HE_WEEKDAYS,
    Drawn,
    named,
)

_DAYS, _LETTERS, _MONTHS = tuple(HE_WEEKDAYS), tuple(HE_LETTERS), tuple(HE_MONTHS)
_HOURS = tuple(HE_HOURS)
_SATURDAY_EVE = 4  # Friday


def _hour(drawn: Drawn) -> str:
    return drawn.one(_HOURS)


def _day(drawn: Drawn) -> str:
    return f"יום {drawn.one(_DAYS)}"


def _weekday(drawn: Drawn) -> str:
    letter = f"יום {drawn.one(_LETTERS)}"
    return drawn.one(
        (
            _day(drawn),
            f"ב{_day(drawn)}",
            f"ל{_day(drawn)}",
            letter,
            f"ב{letter}'",
            f"{letter}'",
            "שבת",
            "בשבת",
        )
    )


def _weeks(drawn: Drawn) -> str:
    n = drawn.one((3, 4, 6))
    return drawn.one(("שבוע", "שבועיים", "שבועיים", f"{drawn.one((named(HE_COUNTS, n), str(n)))} שבועות"))


def _count(drawn: Drawn) -> str:
    n = drawn.random.randrange(3, 11)
    days = drawn.one(("יומיים", f"{drawn.one((named(HE_COUNTS, n), str(n)))} ימים"))
    return drawn.one((_weeks(drawn), days))


def _ahead(drawn: Drawn) -> str:
    return f"{drawn.one(('בעוד', 'עוד'))} {drawn.one((_count(drawn), _count(drawn), 'חודש'))}"


def _from(drawn: Drawn) -> str:
    base = drawn.one((f"מ{_day(drawn)}", f"מ{_day(drawn)}", "ממחר", "מהיום", f"אחרי {_day(drawn)}"))
    return f"{_count(drawn)} {base}"


def _weekday_in(drawn: Drawn) -> str:
    weeks = f"{drawn.one(('בעוד', 'עוד'))} {_weeks(drawn)}"
    return drawn.one((f"{weeks} ב{_day(drawn)}", f"{_day(drawn)} {weeks}"))


def _date(drawn: Drawn) -> str:
    date = drawn.later()
    month = named(HE_MONTHS, date.month)
    weekday = drawn.one(("", named(HE_WEEKDAYS, date.weekday()), drawn.one(_DAYS)))
    if weekday:
        return f"יום {weekday} ה-{date.day} ב{month}"
    year = drawn.one(("", "", f" {date.year}"))
    spoken = f"ב{named(HE_COUNTS, date.day)} ב{month}" if date.day <= 10 else f"ב-{date.day} ב{month}"
    return drawn.one(
        (f"ב-{date.day} ב{month}{year}", f"{date.day} ב{month}", f"ה-{date.day} ב{month}", spoken)
    )


def _written(drawn: Drawn) -> str:
    date = drawn.later()
    dotted = (f"{date.day}.{date.month}", f"ב-{date.day}.{date.month}") if date.day > 12 else ()
    return drawn.one((date.isoformat(), *dotted))


def _nth(drawn: Drawn) -> str:
    nth = drawn.one([nth for nth in HE_ORDINALS if nth != "אחרון"])
    return f"{_day(drawn)} ה{nth} {drawn.one(('ב', 'של '))}{drawn.one(_MONTHS)}"


def _nth_next(drawn: Drawn) -> str:
    return f"{_day(drawn)} ה{drawn.one(('ראשון', 'שני', 'שלישי'))} בחודש הבא"


def _past(drawn: Drawn) -> str:
    past = drawn.one(("ורבע", "וחצי", "וחצי", "ועשרה", "ועשרים", "ועשרים וחמש", "וחמישה"))
    return f"ב{_hour(drawn)} {past}"


def _minutes_to(drawn: Drawn) -> str:
    minutes = drawn.one(("רבע", "עשרה", "חמישה", "עשרים"))
    return drawn.one((f"ב{minutes} ל{_hour(drawn)}", f"ב{_hour(drawn)} פחות {minutes}"))


def _spoken(drawn: Drawn) -> str:
    tens = drawn.one(tuple(HE_TENS))
    return f"ב{_hour(drawn)} {tens}{drawn.one(('', '', ' וחמש'))}"


def _colon(drawn: Drawn) -> str:
    hour, minute = drawn.random.randrange(1, 24), drawn.one((0, 5, 15, 20, 30, 45, 50))
    return f"{drawn.one(('ב-', 'בשעה '))}{hour}:{minute:02}"


def _hour_and_part(drawn: Drawn) -> str:
    hours, part = drawn.one(((range(6, 12), "בבוקר"), (range(1, 6), "אחר הצהריים"), (range(6, 11), "בערב")))
    hour = drawn.one(tuple(hours))
    return f"{drawn.one((f'ב{named(HE_HOURS, hour)}', f'ב-{hour}'))} {part}"


def _range(drawn: Drawn) -> str:
    since = drawn.random.randrange(8, 18)
    one, other = ((hour - 1) % 12 + 1 for hour in (since, since + drawn.one((1, 2, 3))))
    half = drawn.one(("", "", " וחצי"))
    return drawn.one(
        (
            f"בין {named(HE_HOURS, one)}{half} ל{named(HE_HOURS, other)}",
            f"מ{named(HE_HOURS, one)}{half} עד {named(HE_HOURS, other)}",
            f"מ-{one} עד {other}",
            f"בין {one} ל-{other}",
            f"בין {since}:30 ל-{since + 2}:00",
        )
    )


def _limit(drawn: Drawn) -> str:
    time = drawn.one((_hour(drawn), f"{_hour(drawn)} וחצי"))
    direction = drawn.one(("אחרי", "לפני", "עד", "אחרי השעה", "לפני השעה"))
    return f"{direction} {time}"


def _soon(drawn: Drawn) -> str:
    minutes = f"{drawn.one(('20', '45', 'עשרים', 'ארבעים'))} דקות"
    length = drawn.one(("שעה", "חצי שעה", "רבע שעה", "שעתיים", "שלוש שעות", "3 שעות", minutes))
    return drawn.one(("עכשיו", f"בעוד {length}", f"עוד {length}", f"בעוד {length}"))


def _but(drawn: Drawn) -> str:
    part = drawn.one(("בבוקר", "בערב", "אחר הצהריים"))
    return f"{drawn.one((_day(drawn), 'מחר'))}{drawn.one((' אבל לא', ', רק לא'))} {part}"


def _other_day(drawn: Drawn) -> str:
    no, yes = (f"יום {day}" for day in drawn.random.sample(_DAYS, 2))
    return drawn.one(
        (
            f"אני לא יכול ב{no}, {yes} בסדר",
            f"ב{no} אני לא יכולה, אפשר ב{yes}",
            f"לא {no} אלא {yes}",
            f"{no} לא מתאים לי, {yes} מתאים",
        )
    )


def _not_that(drawn: Drawn) -> str:
    return drawn.one(
        (
            f"לא ב{_day(drawn)}",
            f"כל יום חוץ מ{_day(drawn)}",
            f"חוץ מ{_day(drawn)}",
            f"{_day(drawn)} לא מתאים לי",
        )
    )


def _direction(drawn: Drawn) -> str:
    return f"{drawn.one(('לפני', 'אחרי', 'עד', 'לא לפני'))} {_day(drawn)}"


def _eve(drawn: Drawn) -> str:
    # On a Friday "ערב שבת" may be this evening's.
    eves = ("ערב שבת", "בערב שבת") if drawn.today.weekday() != _SATURDAY_EVE else ()
    return drawn.one((*eves, "מוצאי שבת", "במוצאי שבת"))


DAYS = {
    "near day": lambda drawn: drawn.one(("היום", "מחר", "מחרתיים", "למחר")),
    "weekday": _weekday,
    "next weekday": lambda drawn: f"{drawn.one(('', 'ב'))}{_day(drawn)} {drawn.one(('הבא', 'הקרוב'))}",
    "next week": lambda drawn: drawn.one(
        ("שבוע הבא", "בשבוע הבא", f"{_day(drawn)} בשבוע הבא", f"בשבוע הבא ב{_day(drawn)}")
    ),
    "count ahead": _ahead,
    "count from a day": _from,
    "weekday in weeks": _weekday_in,
    "date": _date,
    "written date": _written,
    "day of the month": lambda drawn: f"ב-{drawn.random.randrange(1, 32)} לחודש",
    "nth weekday": _nth,
    "nth of next month": _nth_next,
    "last weekday": lambda drawn: f"{_day(drawn)} האחרון {drawn.one(('ב', 'של '))}{drawn.one(_MONTHS)}",
}
TIMES = {
    "hour": lambda drawn: drawn.one(
        (f"ב{_hour(drawn)}", f"בשעה {_hour(drawn)}", f"ב-{drawn.random.randrange(1, 13)}")
    ),
    "minutes to": _minutes_to,
    "minutes past": _past,
    "hour and minutes": _spoken,
    "figures": _colon,
    "hour and part": _hour_and_part,
    "part of the day": lambda drawn: drawn.one(("בבוקר", "אחר הצהריים", "בערב", "בצהריים")),
    "range": _range,
    "limit": _limit,
}
WHOLE = {
    "soon": _soon,
    "not a part": _but,
    "not that but this": _other_day,
    "not a day": _not_that,
    "direction of a day": _direction,
    "midnight": lambda drawn: drawn.one(("מחר בחצות", "בחצות", f"ב{_day(drawn)} בחצות")),
    "eve": _eve,
}
NEVER_ALONE = frozenset({"range", "limit"})
GO_FIRST = frozenset({"hour", "minutes past", "figures", "range"})
BEFORE = (
    "שלום, ",
    "אפשר תור ",
    "אני רוצה תור ",
    "תספורת ",
    "יש לכם משהו ",
    "בוקר טוב, ",
    "קוראים לי דנה כהן, ",
)
BEHIND = (" בבקשה", " אם אפשר", ", תודה", " לתספורת", ' עם ד"ר לוי', "?")
