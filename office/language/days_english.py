"""How English names days, and says which will not do."""

from office.language.figures_english import MONTH, MONTHS, OF_MONTH, WEEKDAY, WEEKDAYS
from office.language.grammar import MONTH_DAYS, DayGrammar, RefusalGrammar
from office.language.named import AFTER, AT_LATEST, BEFORE, FROM, REFUSED

# What can stand behind a day of the month. Of "the 2nd filling" and "5th and Main" it is asked.
_NO_RANGE = r"(?!,? ?(?:-|to|till|til|until|through|thru|or|and) ?(?:the )?\d)"
_ENDS_DAY = (
    r"(?=[^\w\s]|$| [^a-z]| (?:at|in|on|for|by|around|about|after|before|between|from|until|till|til|to|or|"
    r"please|pls|thanks|works?|suits?|sounds|looks|seems|would|will|could|can|should|is|was|has|if|then|with|"
    r"that|this|next|any|early|late|first|half|quarter|noon|midday|lunchtime|too|also|instead|maybe|perhaps|"
    r"not|but|i|we|i'd|i'll|because|as|so|when|free|open|available|mornings?|afternoons?|evenings?|nights?|"
    r"and (?=(?:i|i'd|we|you|the|it|that|at)\b))\b)"
)
# "Sun", "sat" and "wed" are days only where a day can end: not in "sun damage" or "Sun Lee".
_SHORT_DAY = (
    r"(?!(?:sun|sat|wed)\b(?!\.? ?(?:[,;!?/.:]|$|■|-? ?\d)|'s? |\.? (?:at|the|or|in the|after|before|from|"
    rf"between|around|about|by|until|till|to|next|this|please|pls|thanks|works?|is|would|if|for|with|first|"
    rf"half|quarter|noon|midday|lunchtime|mornings?|afternoons?|evenings?|nights?|(?:{WEEKDAY}|{MONTH}))\b))"
    r"(?!(?:(?<=the )|(?<=\bi )|(?<=\bwe )|(?<=\bhe ))(?:sun|sat|wed)\b)"
)
_UNITS = r"(?P<unit>days?|weeks?|fortnights?)"
_NO_COUNT_BEFORE = r"(?<!once )(?<!twice )(?<!times )(?<!in )(?<!for )(?<!for about )(?<!have )"
_N = r"(?:(?P<n>\d{1,6})|an?)"
_ANY = r"\b(?:any ?(?:time|day) |some ?time )?"

DAYS = DayGrammar(
    nth=rf"\b(?:the )?nth(?P<nth>[0-5]) (?P<weekday>{WEEKDAY}){OF_MONTH}(?!,? \d)",
    nth_of={str(n): n for n in range(6)},
    months_ahead_of={"this": 0, "next": 1, "following": 1, "coming": 1},
    dates=(
        r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)(?:t(?=\d\d:))?",
        rf"\b(?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month_name>{MONTH})\b(?!,? (?:the "
        r")?\d\d?(?:st|nd|rd|th))"
        r"(?:,? (?P<year>2[01]\d\d)\b)?",
        rf"\b(?P<month_name>{MONTH})\.?,? (?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?!:| ?[ap]m\b|"
        rf" ?o'? ?clock){_NO_RANGE}"
        r"(?:,? (?P<year>2[01]\d\d)\b)?",
        r"\b(?:the )?(?P<day>\d\d?)(?:st|nd|rd|th) (?:of |in )?(?:the )?"
        r"(?P<months_ahead>next|this|following|coming) month\b",
        rf"\b(?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)\b(?:(?: of the month\b)|{_ENDS_DAY})",
        # 24/12 and 12/24 are both the 24th of December; 5/6 may be either.
        r"(?<![\d/])(?!24/7(?![\d/]))(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d\d?)(?:/(?P<year>\d{4}|"
        r"\d\d))?(?![\d/])",
        r"(?<![\d/])(?P<month>\d\d?)/(?P<day>1[3-9]|2\d|3[01])(?:/(?P<year>\d{4}|\d\d))?(?![\d/])",
    ),
    month_of=MONTHS,
    weekdays=rf"\b{_SHORT_DAY}(?P<weekday>{WEEKDAY})(?:s|'s)?\b\.?",
    weekday_of=WEEKDAYS,
    near=(
        (r"\b(?:the )?day after tomorrow\b", 2),
        (r"\btomorrow\b(?:'s\b)?", 1),
        (r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b(?:'s\b)?", 0),
    ),
    another=r",? or (?:else |maybe |perhaps |even |on )?",
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
    ahead=(
        rf"\bin {_N} (?P<unit>days?|weeks?|fortnights?|months?)(?:'s?)?(?: time| from now)?\b(?! (?:or|"
        r"and)\b)",
        rf"\b{_N} (?P<unit>days?|weeks?|fortnights?|months?) from now\b",
    ),
    from_day=(
        rf"{_NO_COUNT_BEFORE}\b{_N} {_UNITS} (?:from|after|(?<!days )(?<!day )on) (?=(?:the |next |this )?■)",
        rf"{_NO_COUNT_BEFORE}\b(?:(?P<n>1)|a) (?P<unit>week|fortnight) (?=■)",
        r"(?<=■) (?P<n>)(?P<unit>week|fortnight)\b(?! (?:after|of|before|or|and)\b)",
    ),
    next_week=(
        r"(?<!in the )(?<!over the )(?<!within the )(?<!during the )(?<!of the )(?<!of )(?<!for the )"
        r"\b(?:some ?time |any ?time )?(?:the following week|next week)\b(?!'s)(?! (?:or|and|end)\b)"
        r"|(?<=■) of next week\b(?!'s)(?! (?:or|and|end)\b)"
    ),
    week_after_next=r"(?<!of )(?<!of the )(?:\bthe )?\bweek after next\b",
    next_one=r"\bnext (?=■)",
    this_one=r"\bthis (?:coming )?(?=■)",
    coming=r"\b(?:the )?(?:coming|upcoming) (?=■)|(?<=■) coming\b(?! from)",
    after_next=r"(?:\bthe )?(?<=■) after next\b(?! ?[a-z■])",
    weekend=r"\b(?:at |on |over )?this weekend\b",
    weekend_days=(5, 6),
    directions=(
        (AT_LATEST, rf"{_ANY}(?:by|until|till|no later than|not after) (?:the )?(?=■)"),
        (AFTER, rf"{_ANY}after (?:the )?(?=■)"),
        (
            FROM,
            rf"{_ANY}(?:starting(?: from| on)?|not before|not? (?:earlier|sooner) than) (?:the )?(?=■)"
            rf"|{_ANY}from (?:the )?(?=■+ on)|(?<=■) (?:or later|and later|onwards?|on|at the earliest)\b"
            r"(?! ?[a-z■●\d])",
        ),
        (BEFORE, rf"{_ANY}before (?:the )?(?=■)"),
    ),
    soonest=(
        r"\b(?:as soon as (?:possible|you can)|asap|right away|straight away|"
        r"(?:the )?(?:(?:very )?first|earliest|next) (?:available|free|possible|opening|slot|appointment)"
        r"(?: (?:slot|appointment|time|opening|one))?)\b"
    ),
)

_AND = r"(?:but|just|only|though|and|so|sorry|no|well|really),?"
_AFTER_I = r"(?:do|make|manage|come|have|be|get|attend|want|it|in|there|that|free|available|able|to)"
_NOT = (
    r"(?:(?<!if )(?<!why )(?<!or )(?:not|never)|except(?:ing)?(?: for| on)?|excluding|other than|apart from|"
    r"instead of|rather than|"
    r"(?:any ?(?:day|thing|time)|every ?day|all days?)(?: next week| this week)? (?:but|bar|except)(?: for)?|"
    r"(?:i|we|he|she)(?:'m| am|'re| are|'s| is)? (?:can't|cannot|can not|couldn't|could not|won't|don't|"
    rf"do not|unable|not|busy|away)(?: {_AFTER_I})*)"
)
_DOES_NOT = (
    r"(?:doesn't|does not|don't|do not|won't|will not|wouldn't|would not|isn't|is not|'s not|is no|'s no)"
)
# What is refused goes up to here. A day right behind a comma must say that it is wanted.
_CLAUSE_ENDS = (
    rf"(?=$|[.;!?]|,(?! (?:on )?(?:{WEEKDAY}|today|tomorrow)\b(?!(?:'s| is| works?| would| will| could| can|"
    r" suits?| please| sounds| looks| instead)\b(?! n)))| (?:and|or|nor|but|so|because|as|since|please|"
    r"though|if|then|thanks|i|we|maybe|perhaps|how|what)\b)"
)

REFUSALS = RefusalGrammar(
    before=rf"(?:{_AND} )*{_NOT} (?:on |in |for |at |the |a )*$",
    behind=(
        r",? (?:(?:really|just|also|unfortunately|sadly|i'm afraid) )*"
        rf"(?:(?:is )?no (?:good|use)(?: for (?:me|us))?|{_DOES_NOT} (?:really |so )?"
        r"(?:work(?: out)?|do|suit|possible|good|great|ok(?:ay)?|fine|convenient|ideal|an option|"
        r"be (?:good|possible|ok(?:ay)?|fine))"
        r"(?: for)?(?: me| us)?"
        rf"|(?:i|we) (?:can't|cannot|can not|couldn't)(?: (?:do|make|come)(?: it)?)?){_CLAUSE_ENDS}"
    ),
    too=r",? (?:or|and|nor)(?: not)? (?:on )?(?:the )?",
    but=rf"(?<={REFUSED}),? but\b",
    clause_end=_CLAUSE_ENDS,
)
