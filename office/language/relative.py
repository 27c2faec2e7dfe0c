"""The words that count from today: "in three days", "a week on Tuesday", "שבוע הבא"."""

import re
from collections.abc import Mapping

from attrs import frozen

from office.language import spoken_dates_english, spoken_dates_hebrew, time_words_english, time_words_hebrew
from office.language.spoken_dates import Reading
from office.language.time_words import TimeWords

MONTH_DAYS = 0  # of a unit whose days differ


@frozen(kw_only=True)
class Relative:
    """The words of one language that count from today, as patterns for what `spoken_dates.read` left.

    A day that was named stands there as ■.
    """

    reading: Reading
    words: TimeWords
    week_begins: int  # 0 is Monday
    unit_days: Mapping[str, int]
    ahead: tuple[re.Pattern[str], ...]  # from today; groups: n, unit
    from_day: tuple[re.Pattern[str], ...]  # from the day named; groups as in `ahead`
    next_week: re.Pattern[str]
    week_after_next: re.Pattern[str]
    next_one: re.Pattern[str]  # "next" beside a day
    this_one: re.Pattern[str]
    coming: re.Pattern[str]  # beside a day; changes nothing
    soonest: re.Pattern[str]
    unsure: re.Pattern[str]  # in words or in figures: a time, a date or a range, nobody knows which
    unsure_alone: re.Pattern[str]  # so, if no day is named beside it


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


_DAYS = r"(?P<unit>days?|weeks?|fortnights?)"
_NO_COUNT_BEFORE = r"(?<!once )(?<!twice )(?<!times )(?<!in )(?<!for )(?<!for about )(?<!have )"
_N = r"(?:(?P<n>\d{1,6})|an?)"

ENGLISH = Relative(
    reading=spoken_dates_english.ENGLISH,
    words=time_words_english.ENGLISH,
    week_begins=0,
    unit_days={
        "day": 1,
        "days": 1,
        "week": 7,
        "weeks": 7,
        "fortnight": 14,
        "fortnights": 14,
        "month": MONTH_DAYS,
        "months": MONTH_DAYS,
    },
    ahead=_compiled(
        rf"\bin {_N} (?P<unit>days?|weeks?|fortnights?|months?)(?:'s?)?(?: time| from now)?\b(?! (?:or|"
        r"and)\b)",
        rf"\b{_N} (?P<unit>days?|weeks?|fortnights?|months?) from now\b",
    ),
    from_day=_compiled(
        rf"{_NO_COUNT_BEFORE}\b{_N} {_DAYS} (?:from|after|(?<!days )(?<!day )on) (?=(?:the |next |this )?■)",
        rf"{_NO_COUNT_BEFORE}\b(?:(?P<n>1)|a) (?P<unit>week|fortnight) (?=■)",
        r"(?<=■) (?P<n>)(?P<unit>week|fortnight)\b(?! (?:after|of|before|or|and)\b)",
    ),
    next_week=re.compile(
        r"(?<!in the )(?<!over the )(?<!within the )(?<!during the )(?<!of the )(?<!of )(?<!for the )"
        r"\b(?:some ?time |any ?time )?(?:the following week|next week)\b(?!'s)(?! (?:or|and|end)\b)"
        r"|(?<=■) of next week\b(?!'s)(?! (?:or|and|end)\b)"
    ),
    week_after_next=re.compile(r"(?<!of )(?<!of the )(?:\bthe )?\bweek after next\b"),
    next_one=re.compile(r"\bnext (?=■)"),
    this_one=re.compile(r"\bthis (?:coming )?(?=■)"),
    coming=re.compile(r"\b(?:the )?(?:coming|upcoming) (?=■)|(?<=■) coming\b(?! from)"),
    soonest=re.compile(
        r"\b(?:as soon as (?:possible|you can)|asap|right away|straight away|"
        r"(?:the )?(?:(?:very )?first|earliest|next) (?:available|free|possible|opening|slot|appointment)"
        r"(?: (?:slot|appointment|time|opening|one))?)\b"
    ),
    unsure=re.compile(
        r"\bat (?:about |around )?10 (?:to|till|til|until) [1-6]\b(?!:)"
        # From the one appointment to the other, not between them.
        r"|\b(?:change|move|reschedule|switch|shift|push|bring)\w*\b.* from (?:about )?\d\S*(?: [ap]m)? to \d"
    ),
    unsure_alone=re.compile(r"(?!)"),
)

_HE_DAYS = r"(?P<unit>יום|ימים|שבוע|שבועות)"
HEBREW = Relative(
    reading=spoken_dates_hebrew.HEBREW,
    words=time_words_hebrew.HEBREW,
    week_begins=6,
    unit_days={"יום": 1, "ימים": 1, "שבוע": 7, "שבועות": 7, "חודש": MONTH_DAYS, "חודשים": MONTH_DAYS},
    ahead=_compiled(
        r"(?<![א-ת])ב?עוד (?:(?P<n>\d{1,6}) )?(?P<unit>יום|ימים|שבוע|שבועות|חודש|"
        r"חודשים)(?: אחד)?(?![א-ת])(?! (?:או|וחצי))"
    ),
    from_day=_compiled(
        rf"(?<![א-ת])(?<!עוד )(?:(?P<n>\d{{1,6}}) )?(?<!עוד . ){_HE_DAYS} (?:(?:אחרי|לאחר) |מ-?)(?=■)"
    ),
    next_week=re.compile(r"(?<![א-ת])(?<!סוף )(?<!תחילת )(?<!אמצע )[בל]?שבוע הבא(?![א-ת])"),
    week_after_next=re.compile(r"(?<![א-ת])(?<!סוף )(?<!תחילת )(?<!אמצע )[בל]?שבוע שאחרי הבא(?![א-ת])"),
    next_one=re.compile(r"(?<=■) הבאה?(?![א-ת])"),
    this_one=re.compile(r"(?<=■) (?:הזה|הזאת)(?![א-ת])"),
    coming=re.compile(r"(?<=■) הקרובה?(?![א-ת])"),
    soonest=re.compile(
        r"בהקדם(?: האפשרי)?|כמה שיותר (?:מוקדם|מהר|מהיר)|הכי (?:מוקדם|מהר)(?: שאפשר| שיש| שניתן)?"
        r"|[לב]?(?:התור|השעה|תור)(?: ה(?:ראשון|ראשונה|פנוי|פנויה|קרוב|קרובה)){1,2}(?![א-ת])"
    ),
    unsure=re.compile(
        r"(?<![א-ת])[בל]?ה-?\d\d? ל-?\d|(?<![א-ת])ב(?:שלוש|ארבע|חמש|שש|שבע|שמונה|תשע) עשר(?![א-ת])"
    ),
    unsure_alone=re.compile(r"(?<![א-ת])ב-\d\d? ל-?\d|(?<![א-ת])ב\d\d? ל1[12]\b"),
)
