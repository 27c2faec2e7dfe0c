"""How Hebrew names days and times. Its prepositions are letters before the word: "בשלוש", "ליום שני"."""

import re

from office.language.asides_hebrew import ASIDES
from office.language.figures_hebrew import MONTH, MONTHS, TIME_UNITS, WEEKDAYS, digits
from office.language.spoken_dates import AFTERNOON, EVENING, MORNING, NIGHT, NOON, Reading

_LONG_WEEKDAYS = "|".join(name for name in WEEKDAYS if "'" not in name and name != "שבת")
_LETTERS = {letter[0]: WEEKDAYS[letter] for letter in WEEKDAYS if "'" in letter}
_W, _END = r"(?<![א-ת])", r"(?![א-ת])"
_FROM_W = r"(?:(?<![א-ת])|(?<=[^א-ת]מ)|(?<=^מ))"
_HOUR, _MINUTE = r"(?P<hour>\d\d?)", r"(?P<minute>[0-5]\d)"
_NOT_AN_HOUR = (
    r"(?!\d|[:./]\d)"
    rf"(?! (?:דקה|{TIME_UNITS}|יום|אנשים|שקל|שקלים|לחודש|[בל]?(?:{MONTH})|"
    r"(?!ימי|ביום|בימי|בשבוע|אחרי|צהריים)[א-ת]{2,}(?:ים|"
    r"ות)(?<!צהריים)(?<!לפנות)(?<!להיות)(?<!בסביבות))(?![א-ת]))"
)
_ENDS_TIME = rf"(?=[,.;!?]|$| ב| אחר| עם| אצל| על| ל(?:פני|שם|{MONTH})| ביום)"
_AT = r"(?:[בלמ]?ה?שעה )?"
_PART = r"(?:בבוקר|לפני הצהריי?ם|לפנה\"צ|בצהריי?ם|אחרי? הצהריי?ם|אחה\"צ|בערב|בלילה)"
_PAST_THE_HOUR = r"ו(?:(?P<half>חצי)|(?P<quarter>רבע)|(?P<minute>[1-5]\d|5))(?:(?: דקות)?(?![א-ת\d]))"  # noqa: RUF001
_WEEKDAY_BEGINS = r"(?:(?<![א-ת])[ובלהכש]{0,2}|(?<=[^א-ת]מ)|(?<=^מ))"
_SAID_FIRST = r"(?:(?<=, )|(?<=אולי )|(?<=אפשר )|(?<=כן )|(?<=רוצה )|^)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


HEBREW = Reading(
    digits=digits,
    asides=ASIDES,
    nth=None,
    dates=_compiled(
        r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)(?:t(?=\d\d:))?",
        rf"{_W}[בל]?ה?(?<!\d)(?P<day>\d\d?) ?[בל]?(?P<month_name>{MONTH}){_END}(?:,? (?P<year>2[01]\d\d)\b)?",
        rf"{_W}[בל]?ה?(?<![\d./:])(?P<day>\d\d?)[./](?P<month>\d\d?)(?:[./](?P<year>\d{{4}}|\d\d))?(?![\d:])",
        rf"{_W}[בל]?ה?(?<!\d)(?P<day>\d\d?) (?:לחודש|בחודש){_END}(?! (?:הבא|הקודם|שעבר))",
        rf"{_W}[בל]?ה(?P<day>\d\d?)(?![\d:./])(?! (?:{TIME_UNITS}|[א-ת]+(?:ים|ות)(?![א-ת])))",
    ),
    month_of=MONTHS,
    # Without "יום" the name needs a preposition, or a part of the day behind it: "שני" is also "second".
    weekdays=re.compile(
        rf"{_WEEKDAY_BEGINS}(?:יום|ימי)-? ?(?P<weekday>{'|'.join(WEEKDAYS)}){_END}"
        rf"|{_WEEKDAY_BEGINS}יום (?P<letter>[{''.join(_LETTERS)}])(?![א-ת'\d])(?! ?\d)"
        rf"|(?<![א-ת])ו?[בל](?P<near>{_LONG_WEEKDAYS})(?![א-ת'])"  # noqa: RUF001
        rf"|(?<=אפשר )(?P<asked>שלישי|רביעי|חמישי|שישי)(?=\??$)"
        rf"|{_SAID_FIRST}(?P<bare>{_LONG_WEEKDAYS})(?= (?:הבא{_END}|הקרוב{_END}|{_PART}{_END}|בשעה|ב\d))"
        rf"|(?<!ליל )(?<!כניסת )(?<!צאת )(?<!מוצאי ){_WEEKDAY_BEGINS}(?P<sabbath>שבת){_END}"
    ),
    weekday_of=WEEKDAYS | _LETTERS,
    near=(
        (re.compile(rf"{_W}[לב]?מחרתיים{_END}"), 2),
        (re.compile(rf"{_FROM_W}ל?מחר{_END}"), 1),
        (re.compile(rf"{_FROM_W}(?<!על )(?<!שעות )ל?(?:היום|הערב|הלילה|הבוקר){_END}"), 0),
    ),
    another=re.compile(r",? או (?:אולי |גם )?"),
    times=_compiled(
        rf"{_W}[בל]?(?P<quarter>רבע) (?P<to>ל){_HOUR}(?!\d)",
        rf"{_W}[בל]?(?P<quarter>רבע) אחרי {_HOUR}(?!\d)",
        rf"(?<!בין )(?<![א-ת\d:])ב(?P<minute>5|10|20|25)(?: דקות)? (?P<to>ל){_HOUR}(?![\d:])",
        rf"(?<!בין )(?<![א-ת\d:])(?P<minute>20|25|\d\d?(?= דקות))(?: דקות)? (?P<to>ל){_HOUR}(?![\d:])",
        rf"(?<![\d:./]){_AT}{_HOUR} (?P<to>פחות) (?:(?P<quarter>רבע)|(?P<minute>5|10|20|25)(?: דקות)?){_END}",
        rf"(?<![\d:./]){_AT}{_HOUR}:{_MINUTE}(?::\d\d(?:[.]\d+)?)?(?![\d:])",
        rf"(?<![\d:./]){_AT}{_HOUR}[.](?P<minute>1[3-9]|[2-5]\d)(?!\d|[.]\d)",
        rf"(?<![\d:./]){_AT}{_HOUR} {_PAST_THE_HOUR}",
        rf"(?:{_W}ב|שעה |(?<=■) ){_HOUR} (?P<minute>[1-5]\d){_NOT_AN_HOUR}",
        r"(?:[בלמ]?ה?שעה|בשעות|בין|אחרי|לאחר|לפני|עד|סביב|בסביבות|"
        rf"בערך) ?(?:ה?שעה )?[בה]?{_HOUR}{_NOT_AN_HOUR}",
        rf"{_W}(?:בערך |בדיוק )?[במ]{_HOUR}{_NOT_AN_HOUR}",
        rf"{_W}ל(?P<hour>[5-9]|1\d|2[0-3]){_NOT_AN_HOUR}{_ENDS_TIME}",
        rf"(?:אות[ויהם]|התור|אותנו) ל{_HOUR}{_NOT_AN_HOUR}{_ENDS_TIME}",
        rf"{_W}(?:תור|לקבוע) ל{_HOUR}{_NOT_AN_HOUR}(?= ■)",
        rf"(?<![א-ת\d:./]){_AT}{_HOUR} (?={_PART})",
    ),
    ends=_compiled(
        rf"(?P<quarter>רבע) (?P<to>ל){_HOUR}(?!\d)",
        rf"{_HOUR}:{_MINUTE}(?!\d)",
        rf"{_HOUR} {_PAST_THE_HOUR}",
        rf"(?P<hour>0?\d|1[0-2]){_NOT_AN_HOUR}",
        rf"(?P<hour>1[3-9]|2[0-3])(?<!-..){_NOT_AN_HOUR}",
    ),
    after=re.compile(
        rf"{_W}(?:(?:אחרי|לאחר|מאז|החל מ|לא לפני)(?: ה?שעה)? ?[בה]?|מ(?:ה?שעה )?|החל מ(?:ה?שעה )?)$"
    ),
    before=re.compile(rf"{_W}(?:לפני|עד|לא אחרי|לכל המאוחר)(?: ה?שעה)? ?[בה]?$"),
    at_latest=re.compile(rf"{_W}לא יאוחר מ(?: ה?שעה)? ?[בה]?$"),
    between=re.compile(rf"{_W}בין(?: ה?שעה| השעות)? ?[בה]?$"),
    to=re.compile(r"(?: ?- ?| עד )(?:ה?שעה )?[בה]?"),
    to_of_between=re.compile(r" ?(?:-|ועד ל?|עד ל?|ל|ו) ?-?(?:ה?שעה )?[בה]?"),  # noqa: RUF001
    or_later=re.compile(r"(?: או)? (?:ואילך|והלאה|או מאוחר יותר)(?![א-ת])"),
    or_earlier=re.compile(r" (?:או מוקדם יותר|לכל המאוחר)(?![א-ת])"),
    parts=tuple(
        (part, re.compile(pattern))
        for part, pattern in (
            (AFTERNOON, r"(?<![א-ת])(?:ב?שעות )?[בל]?אחרי? ה?צהריי?ם|אחה\"צ"),
            (MORNING, r"(?<![א-ת])לפני הצהריי?ם|לפנה\"צ|(?<![א-ת])(?:על |ב?שעות )?[בה]?בוקר(?![א-ת])"),
            (
                EVENING,
                r"(?<![א-ת])(?:ב?שעות )?[בה]?ערב(?![א-ת])(?! ?■)(?! (?:חג|ראש|פסח|יום|סוכות|שבועות|"
                r"כיפור|שבת|שישי))",
            ),
            (NIGHT, r"(?<![א-ת])[בה]?לילה(?![א-ת])"),
            (NOON, r"(?<![א-ת])[בה]?צהריי?ם(?![א-ת])"),
        )
    ),
)
