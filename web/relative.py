"""The words that count from today: "tomorrow", "in three days", "שבוע הבא"."""

import re

from attrs import frozen

from web import named_english, named_hebrew
from web.named import Reading


@frozen(kw_only=True)
class Relative:
    """The words of one language that count from today."""

    reading: Reading
    week_begins: int  # 0 is Monday
    days: tuple[tuple[re.Pattern[str], int], ...]
    soonest: re.Pattern[str]
    ahead: re.Pattern[str]  # groups: n, and week or month
    week_from: re.Pattern[str]  # "a week from Sunday"
    next_week: re.Pattern[str]
    week_after_next: re.Pattern[str]
    next_one: re.Pattern[str]  # "next" beside a weekday
    this_one: re.Pattern[str]
    past: re.Pattern[str]
    after: re.Pattern[str]  # before a time: from then on
    before: re.Pattern[str]  # before a time: until then
    to: re.Pattern[str]  # before the second time of a range
    at: str  # before a time that is one


def _compiled(*pairs: tuple[str, int]) -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(pattern), days) for pattern, days in pairs)


ENGLISH = Relative(
    reading=named_english.ENGLISH,
    week_begins=0,
    days=_compiled(
        (r"\bday after tomorrow\b", 2),
        (r"\btomorrow\b", 1),
        (
            r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b",
            0,
        ),
    ),
    soonest=re.compile(
        r"\b(?:as soon as possible|asap|right away|"
        r"(?:first|earliest|next) (?:available|free|possible|opening|slot|appointment))\b"
    ),
    ahead=re.compile(
        r"\b(?:in |within |(?=.* from now))(?:(?P<n>\d+)|an?) "
        r"(?:days?|(?P<week>weeks?)|(?P<month>months?))\b"
    ),
    week_from=re.compile(r"\b(?:a|1) week (?:from|after)\b|\b(?:today|tomorrow|\w+day) week\b"),
    next_week=re.compile(r"\b(?:next week|the following week)\b"),
    week_after_next=re.compile(r"\bweek after next\b"),
    next_one=re.compile(r"\bnext (?:\w+day)s?\b"),
    this_one=re.compile(r"\bthis \w+day\b"),
    past=re.compile(r"\byesterday\b|\blast (?:week|month|\w+day)\b"),
    after=re.compile(r"\b(?:after|from|between|later than|not before) \d"),
    before=re.compile(r"\b(?:before|until|till|by|earlier than|no later than|not after) \d"),
    to=re.compile(r"(?:\b(?:before|until|till|by|to|and)|-) ?\d"),
    at="at",
)
HEBREW = Relative(
    reading=named_hebrew.HEBREW,
    week_begins=6,
    days=_compiled(
        (r"(?<![א-ת])[לב]?מחרתיים", 2),
        (r"(?<![א-ת])ל?מחר(?![א-ת])", 1),
        (
            r"(?<![א-ת])ל?(?:היום|הערב|הלילה|הבוקר)(?![א-ת])",
            0,
        ),
    ),
    soonest=re.compile(
        r"בהקדם|כמה שיותר (?:מוקדם|מהר|מהיר)|הכי (?:מוקדם|מהר)"
        r"|(?:התור|השעה) ה(?:ראשון|ראשונה|פנוי|פנויה|קרוב|קרובה)"
    ),
    ahead=re.compile(
        r"(?<![א-ת])ב?עוד (?:(?P<n>\d+) )?"
        r"(?:יום|ימים|(?P<week>שבוע|שבועות)|(?P<month>חודש|חודשים))"
        r"(?![א-ת])"
    ),
    week_from=re.compile(r"עוד שבוע מ|שבוע אחרי"),
    next_week=re.compile(r"שבוע הבא"),
    week_after_next=re.compile(r"שבוע שאחרי הבא"),
    next_one=re.compile(r"(?<![א-ת])הבאה?(?![א-ת])"),
    this_one=re.compile(r"(?<![א-ת])ה(?:זה|זאת)(?![א-ת])"),
    past=re.compile(r"(?<![א-ת])(?:אתמול|שלשום|שעברה?)(?![א-ת])"),
    after=re.compile(
        r"(?<![א-ת])(?:אחרי|בין|מאז|החל מ|לא לפני)(?: ה?שעה)? ?[בה]?\d|(?<![א-ת])מ(?:שעה |השעה )?\d"
    ),
    before=re.compile(r"(?<![א-ת])(?:לפני|עד|לא אחרי)(?: ה?שעה)? ?[בה]?\d"),
    to=re.compile(r"(?<![א-ת])(?:לפני|עד|ל)(?: ?ה?שעה)? ?[בה]?\d"),
    at="בשעה",
)
