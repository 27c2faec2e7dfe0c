"""How Hebrew names times of the day. Its prepositions are letters before the word: "בשלוש"."""

from office.language.figures_hebrew import MONTH, PART, TIME_UNITS
from office.language.grammar import TimeGrammar
from office.language.named import AFTERNOON, EVENING, MORNING, NIGHT, NOON

_W, _END = r"(?<![א-ת])", r"(?![א-ת])"
_HOUR, _MINUTE = r"(?P<hour>\d\d?)", r"(?P<minute>[0-5]\d)"
_NOT_AN_HOUR = (
    r"(?!\d|[:./]\d)"
    rf"(?! (?:דקה|{TIME_UNITS}|יום|אנשים|שקל|שקלים|לחודש|[בל]?(?:{MONTH})|"
    r"(?!ימי|ביום|בימי|בשבוע|אחרי|צהריים)[א-ת]{2,}(?:ים|"
    r"ות)(?<!צהריים)(?<!לפנות)(?<!להיות)(?<!בסביבות))(?![א-ת]))"
)
_ENDS_TIME = rf"(?=[,.;!?]|$| ב| אחר| עם| אצל| על| ל(?:פני|שם|{MONTH})| ביום)"
_AT = r"(?:(?:בסביבות|סביב|בערך) )?(?:[בלמ]?ה?שעה )?"
_PAST_THE_HOUR = r"ו(?:(?P<half>חצי)|(?P<quarter>רבע)|(?P<minute>[1-5]\d|5))(?:(?: דקות)?(?![א-ת\d]))"  # noqa: RUF001

TIMES = TimeGrammar(
    soon=(
        rf"{_W}ב?עוד (?:כ-?|בערך )?(?:(?P<half>חצי שעה)|(?P<quarter>רבע שעה)|(?:(?P<n>\d{{1,3}}) )?"
        rf"(?:(?P<hours>שעה|שעות)(?P<and_half> וחצי)?|(?P<minutes>דקה|דקות))){_END}"
        r"(?! (?:או|לפני|אחרי)| \u05d5)"
        rf"|{_W}(?<!עד )(?<!מ)(?P<now>עכשיו|(?:עכשיו )?(?:מיד|מייד|תכף|כרגע)){_END}"
    ),
    times=(
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
        rf"(?<![א-ת\d:./]){_AT}{_HOUR} (?={PART})",
    ),
    ends=(
        rf"(?P<quarter>רבע) (?P<to>ל){_HOUR}(?!\d)",
        rf"{_HOUR}:{_MINUTE}(?!\d)",
        rf"{_HOUR} {_PAST_THE_HOUR}",
        rf"(?P<hour>0?\d|1[0-2]){_NOT_AN_HOUR}",
        rf"(?P<hour>1[3-9]|2[0-3])(?<!-..){_NOT_AN_HOUR}",
    ),
    after=rf"{_W}(?:(?:אחרי|לאחר|מאז|החל מ|לא לפני)(?: ה?שעה)? ?[בה]?|מ(?:ה?שעה )?|החל מ(?:ה?שעה )?)$",
    before=rf"{_W}(?:לפני|עד|לא אחרי|לכל המאוחר)(?: ה?שעה)? ?[בה]?$",
    at_latest=rf"{_W}לא יאוחר מ(?: ה?שעה)? ?[בה]?$",
    between=rf"{_W}בין(?: ה?שעה| השעות)? ?[בה]?$",
    to=r"(?: ?- ?| עד )(?:ה?שעה )?[בה]?",
    to_of_between=r" ?(?:-|ועד ל?|עד ל?|ל|ו) ?-?(?:ה?שעה )?[בה]?",  # noqa: RUF001
    or_later=r"(?: או)? (?:ואילך|והלאה|או מאוחר יותר)(?![א-ת])",
    or_earlier=r" (?:או מוקדם יותר|לכל המאוחר)(?![א-ת])",
    parts=(
        (AFTERNOON, r"(?<![א-ת])(?:ב?שעות )?[בל]?אחרי? ה?צהריי?ם|אחה\"צ"),
        (MORNING, r"(?<![א-ת])לפני הצהריי?ם|לפנה\"צ|(?<![א-ת])(?:על |ב?שעות )?[בה]?בוקר(?![א-ת])"),
        (
            EVENING,
            r"(?<![א-ת])(?:ב?שעות )?[בה]?ערב(?![א-ת])(?! ?■)(?! (?:חג|ראש|פסח|יום|סוכות|שבועות|"
            r"כיפור|שבת|שישי))",
        ),
        (NIGHT, r"(?<![א-ת])[בה]?לילה(?![א-ת])"),
        (NOON, r"(?<![א-ת])[בה]?צהריי?ם(?![א-ת])"),
    ),
)
