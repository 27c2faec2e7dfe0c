"""How Hebrew names days, and says which will not do. Its prepositions are letters before the word."""

from office.language.figures_hebrew import MONTH, MONTHS, PART, TIME_UNITS, WEEKDAYS
from office.language.grammar import MONTH_DAYS, DayGrammar, RefusalGrammar
from office.language.named import AFTER, AT_LATEST, BEFORE, FROM, REFUSED

_LONG_WEEKDAYS = "|".join(name for name in WEEKDAYS if "'" not in name and name != "שבת")
_LETTERS = {letter[0]: WEEKDAYS[letter] for letter in WEEKDAYS if "'" in letter}
_W, _END = r"(?<![א-ת])", r"(?![א-ת])"
_FROM_W = r"(?:(?<![א-ת])|(?<=[^א-ת]מ)|(?<=^מ))"
_WEEKDAY_BEGINS = r"(?:(?<![א-ת])[ובלהכש]{0,2}|(?<=[^א-ת]מ)|(?<=^מ))"
_SAID_FIRST = r"(?:(?<=, )|(?<=אולי )|(?<=אפשר )|(?<=כן )|(?<=רוצה )|^)"
_NTH = {
    "הראשון": 1,
    "הראשונה": 1,
    "השני": 2,
    "השנייה": 2,
    "השלישי": 3,
    "הרביעי": 4,
    "האחרון": 0,
    "האחרונה": 0,
}
_UNITS = r"(?P<unit>יום|ימים|שבוע|שבועות)"

DAYS = DayGrammar(
    nth=(
        rf"{_W}[בלה]{{0,2}}(?:יום )?(?P<weekday>{_LONG_WEEKDAYS}|שבת) (?P<nth>{'|'.join(_NTH)}) "
        rf"(?:[בש]ל? ?(?P<month_name>{MONTH})|[בלש]ל? ?ה?חודש (?P<months_ahead>הבא|הזה)|"
        rf"[בלש]ל? ?ה?חודש(?! [א-ת])){_END}"
    ),
    nth_of=_NTH,
    months_ahead_of={"הזה": 0, "הבא": 1},
    dates=(
        r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)(?:t(?=\d\d:))?",
        rf"{_W}[בל]?ה?(?<!\d)(?P<day>\d\d?) ?[בל]?(?P<month_name>{MONTH}){_END}(?:,? (?P<year>2[01]\d\d)\b)?",
        rf"{_W}[בל]?ה?(?<![\d./:])(?P<day>\d\d?)[./](?P<month>\d\d?)(?:[./](?P<year>\d{{4}}|\d\d))?(?![\d:])",
        rf"{_W}[בל]?ה?(?<!\d)(?P<day>\d\d?) [בל]ה?חודש (?P<months_ahead>הבא|הזה){_END}",
        rf"{_W}[בל]?ה?(?<!\d)(?P<day>\d\d?) (?:לחודש|בחודש){_END}(?! (?:הבא|הזה|הקודם|שעבר))",
        rf"{_W}[בל]?ה(?P<day>\d\d?)(?![\d:./])(?! (?:{TIME_UNITS}|[א-ת]+(?:ים|ות)(?![א-ת])))",
    ),
    month_of=MONTHS,
    # Without "יום" the name needs a preposition, or a part of the day behind it: "שני" is also "second".
    weekdays=(
        rf"{_WEEKDAY_BEGINS}(?:יום|ימי)-? ?(?P<weekday>{'|'.join(WEEKDAYS)}){_END}"
        rf"|{_WEEKDAY_BEGINS}יום (?P<letter>[{''.join(_LETTERS)}])(?![א-ת'\d])(?! ?\d)"
        rf"|(?<![א-ת])ו?[בל](?P<near>{_LONG_WEEKDAYS})(?![א-ת'])"  # noqa: RUF001
        rf"|(?<=אפשר )(?P<asked>שלישי|רביעי|חמישי|שישי)(?=\??$)"
        rf"|{_SAID_FIRST}(?P<bare>{_LONG_WEEKDAYS})(?= (?:הבא{_END}|הקרוב{_END}|{PART}{_END}|בשעה|ב\d))"
        rf"|(?<!ליל )(?<!כניסת )(?<!צאת )(?<!מוצאי ){_WEEKDAY_BEGINS}(?P<sabbath>שבת){_END}"
    ),
    weekday_of=WEEKDAYS | _LETTERS,
    near=(
        (rf"{_W}[לב]?מחרתיים{_END}", 2),
        (rf"{_FROM_W}ל?מחר{_END}", 1),
        (rf"{_FROM_W}(?<!על )(?<!שעות )ל?(?:היום|הערב|הלילה|הבוקר){_END}", 0),
    ),
    another=r",? או (?:אולי |גם )?",
    week_begins=6,
    unit_days={"יום": 1, "ימים": 1, "שבוע": 7, "שבועות": 7, "חודש": MONTH_DAYS, "חודשים": MONTH_DAYS},
    ahead=(
        r"(?<![א-ת])ב?עוד (?:(?P<n>\d{1,6}) )?(?P<unit>יום|ימים|שבוע|שבועות|חודש|"
        r"חודשים)(?: אחד)?(?![א-ת])(?! (?:או|וחצי))",
    ),
    from_day=(rf"(?<![א-ת])(?<!עוד )(?:(?P<n>\d{{1,6}}) )?(?<!עוד . ){_UNITS} (?:(?:אחרי|לאחר) |מ-?)(?=■)",),
    next_week=r"(?<![א-ת])(?<!סוף )(?<!תחילת )(?<!אמצע )[בל]?שבוע הבא(?![א-ת])",
    week_after_next=r"(?<![א-ת])(?<!סוף )(?<!תחילת )(?<!אמצע )[בל]?שבוע שאחרי הבא(?![א-ת])",
    next_one=r"(?<=■) הבאה?(?![א-ת])",
    this_one=r"(?<=■) (?:הזה|הזאת)(?![א-ת])",
    coming=r"(?<=■) הקרובה?(?![א-ת])",
    after_next=r"(?<=■) שאחרי הבא(?![א-ת])",
    weekend=r"(?!)",  # it begins on Thursday evening, on Friday or on Saturday
    weekend_days=(4, 5),
    directions=(
        (AT_LATEST, r"(?<![א-ת])(?:עד|לא אחרי|לא יאוחר מ-?) ?(?=■)"),
        (AFTER, r"(?<![א-ת])(?:אחרי|לאחר) (?=■)"),
        (FROM, r"(?<![א-ת])(?:החל מ-?|לא לפני) ?(?=■)|(?<=■) (?:והלאה|ואילך)(?![א-ת])"),
        (BEFORE, r"(?<![א-ת])לפני (?=■)"),
    ),
    soonest=(
        r"בהקדם(?: האפשרי)?|כמה שיותר (?:מוקדם|מהר|מהיר)|הכי (?:מוקדם|מהר)(?: שאפשר| שיש| שניתן)?"
        r"|[לב]?(?:התור|השעה|תור)(?: ה(?:ראשון|ראשונה|פנוי|פנויה|קרוב|קרובה)){1,2}(?![א-ת])"
    ),
)

_NOT = (
    r"(?<![א-ת])(?:(?:אני|אנחנו) )?(?:(?<!אם )(?<!למה )לא(?: (?:יכול|יכולה|יכולים|פנוי|פנויה|פנויים|רוצה|"
    r"רוצים|נוח|מתאים|אפשר|להגיע|לבוא|לי|לנו))*|אי אפשר|"
    r"(?:(?:כל|איזה) יום )?(?:חוץ מ?|פרט ל|מלבד|למעט)|במקום)"
)
_CLAUSE_ENDS = (
    r"(?=$|[.;!?]|,(?! (?:[בל]?יום |[בל])?(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת|מחר|היום)(?![א-ת])"
    r"(?! (?:מתאים|טוב|בסדר|אפשר|נוח|יכול|יהיה|כן|בבקשה|זה|עדיף)))|"
    r" (?:או|אבל|אלא|כי|בבקשה|אז|תודה|אולי|אני|אנחנו)(?![א-ת])| \u05d5)"
)

REFUSALS = RefusalGrammar(
    before=rf"(?:(?<![א-ת])(?:אבל|רק|אז|סליחה),? )*{_NOT} ?(?:ב|ל|מ)?(?:ה)?$",
    behind=(
        r",? (?:(?:אני|אנחנו) )?(?:ממש |כבר )?(?:עסוק|עסוקה|עסוקים|"
        r"לא (?:מתאים|מתאימה|טוב|טובה|נוח|אפשרי|בא בחשבון|מסתדר|מסתדרת|יכול|יכולה|יכולים|"
        rf"פנוי|פנויה|פנויים|אפשר)(?: לי| לנו)?){_CLAUSE_ENDS}"
    ),
    too=r",? (?:או|ו|וגם|ולא|וגם לא) ?",  # noqa: RUF001
    but=rf"(?<={REFUSED}),? (?:אבל|אלא)(?![א-ת])",
    clause_end=_CLAUSE_ENDS,
)
