"""How Hebrew states that something is booked, moved or cancelled: in the past tense, or as a state."""

import re

from office.language.grammars import HEBREW as GRAMMAR
from office.language.phrases import Phrases

_THING = r"(?:ה?תור|ה?פגישה|ה?ביקור|ה?טיפול|ה?הזמנה|ה?בדיקה)"
_YOURS = r"(?: (?:שלכם|שלך|הזה|הזאת|החדש|החדשה))*"
_TO_YOU = r"(?:לכם|לך|אתכם|אותך|אותו|אותה|את)"
_ALREADY = r"(?: (?:כבר|עכשיו|גם|בהצלחה|אכן))*"
# Up to the verb of the sentence; a verb of a relative clause ("שנקבע") is none.
_UP_TO_VERB = r"(?: (?!לא |עוד |עדיין )[\w:.'/-]+,?){0,10}?"
_MOVED = "הועברה?|נדחתה|נדחה|הוקדם|הוקדמה|הוזזה?|שונה|שונתה|עבר|עברה"
_CANCELLED = "בוטלה?|מבוטלת?|נמחקה?"
_UNDONE = f"{_MOVED}|{_CANCELLED}"
_AND = "\u05d5?"  # a word may begin with "and"
_HOURS = "אחת|שתיים|שתים|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע|עשר"
_W, _END = r"(?<![א-ת])", r"(?![א-ת])"

_DONE = {
    "booked": (
        rf"{_W}{_AND}(?:קבעתי|קבענו|רשמתי|רשמנו|שריינתי|שריינו|שיבצתי|הזמנתי|סגרתי|הכנסתי|אישרתי){_ALREADY}"
        rf"(?: {_TO_YOU})?(?: ל?{_TO_YOU})? ?(?:{_THING}|(?P<vague>ל|ב|את))",
        rf"{_W}{_AND}(?:קבעתי|קבענו|שריינתי)(?P<vague>{_END})",
        rf"{_W}{_THING}{_YOURS}{_UP_TO_VERB}{_ALREADY} "
        rf"(?:נקבעה?|קבועה?|אושרה?|מאושרת?|נרשם|נרשמה|רשום|רשומה|שמורה?|נשמרה?|הוזמן|הוזמנה|סגורה?|ביומן){_END}",
        rf"{_W}נקבעה?{_ALREADY} (?:לכם|לך) (?:{_THING}|(?P<vague>ל|ב))",
        rf"{_W}(?:אתם|את|אתה){_ALREADY} (?:רשומים|רשום|רשומה|קבועים|קבועה?|משובצים|מסודרים){_END}",
        rf"{_W}יש{_ALREADY} (?:לכם|לך){_ALREADY} {_THING} (?P<vague>[בל]|היום|מחר)",
        # As the object of another verb, or with one behind it, it is what was cancelled or moved.
        rf"{_W}(?<!את ){_THING}(?: שלכם| שלך)+ (?!.*(?:{_UNDONE}){_END})"
        r"(?:(?:הוא|היא|מחכה לכם|מחכה לך) )?(?P<vague>ב|היום|מחר)",
        rf"^(?:(?:מעולה|מצוין|טוב|בסדר|יופי|אוקיי|אוקי|נהדר|סבבה|הנה|אז|זהו)[, -]+)*"
        rf"(?:(?:זה|הכול|הכל) )?(?P<state>נקבע|קבוע|קבענו){_END} ?(?P<vague>)",
        rf"{_W}(?:נתראה|נפגש|ניפגש|מחכים לכם|נחכה לכם)(?P<vague>{_END}(?=.*(?:\d|ב(?:שעה|{_HOURS}))))",
    ),
    "moved": (
        rf"{_W}{_AND}(?:העברתי|העברנו|דחיתי|דחינו|הקדמתי|הקדמנו|הזזתי|הזזנו|שיניתי|שינינו){_ALREADY}"
        rf"(?: {_TO_YOU})? ?(?:{_THING}|(?P<vague>ל|מ|ב)|(?:אותו|אותה|אתכם|אותך){_END})",
        rf"{_W}{_THING}{_YOURS}{_UP_TO_VERB}{_ALREADY} "
        rf"(?:{_MOVED}){_END}",
    ),
    "cancelled": (
        rf"{_W}{_AND}(?:ביטלתי|ביטלנו|מחקתי|מחקנו){_END}",
        rf"{_W}{_THING}{_YOURS}{_UP_TO_VERB}{_ALREADY} (?:{_CANCELLED}){_END}",
    ),
}


HEBREW = Phrases(
    grammar=GRAMMAR,
    before_sentences=lambda text: text,
    spelled_out=lambda words: words,
    done={kind: tuple(map(re.compile, patterns)) for kind, patterns in _DONE.items()},
    asks=re.compile(
        r"(?:(?:אז|טוב|רגע|סליחה|רק לוודא),? )*ש?"
        r"(?:האם|אפשר|תרצו|רוצים|רוצה|לקבוע|להעביר|לבטל|מתי|איזה|איזו|מה|למה|כמה|איך|מי|לאיזה|באיזה|באיזו|"
        r"יש|נוח|מתאים|אקבע|נקבע|בואו)(?![א-ת])"
    ),
    clause_ends=re.compile(r"[,;] ?|: | - |(?<![א-ת])אבל(?![א-ת])"),
    conditions=re.compile(
        r"(?<![א-ת])(?:אם|כש[א-ת]+|כאשר|ברגע ש|אחרי ש|לפני ש|עד ש|במידה|בתנאי|אילו|לו|כדי ש|לוודא|"
        r"אמרת|אמרתם|חשבתם|בודק[ת]?|לבדוק)"
    ),
    conditions_after=re.compile(r"(?<![א-ת])(?:אם|רק אחרי|רק אם|ברגע ש|בתנאי|במידה)(?![א-ת])"),
    denials=re.compile(
        r"(?<![א-ת])(?:לא|אין|השם|שום|אף|טרם|בלי|כמעט|אולי|אפשר|בואו|בוא|רוצים|רוצה|תרצו|צריך|כדאי|אצל מישהו|"
        r"מישהו|לקוח אחר|עוד לא|עדיין לא|נראה לי|מקווה)(?![א-ת])"
    ),
    advice=re.compile(
        rf"[,;] {_AND}(?:אז |רק )?(?:בבקשה|נא|אנא|כדאי|מומלץ|רצוי|תגיעו|תגיע|תגיעי|הגיעו|תבואו|אל תשכחו)"
    ),
    and_another=re.compile(r",? (?:וגם |\u05d5(?=[בל]?יום|[בל]?שבת|[בל]?מחר|היום))"),
    and_done=re.compile(
        r",? \u05d5(?=(?:קבעתי|קבענו|רשמתי|שריינתי|העברתי|העברנו|ביטלתי|ביטלנו|דחיתי|הקדמתי)(?![א-ת]))"
    ),
    moved_to=re.compile(
        rf"(?<![א-ת])(?P<to>ל(?:יום|שבת|ראשון|שני|שלישי|רביעי|חמישי|שישי|שעה|-?\d|היום|מחר|{_HOURS})"
        r"(?!.*(?<![א-ת])ליום).*)$"
    ),
)
