"""How English names days and times."""

import re

from office.language.asides_english import ASIDES
from office.language.figures_english import MONTH, MONTHS, WEEKDAY, WEEKDAYS, digits
from office.language.spoken_dates import AFTERNOON, EVENING, MIDDAY, MORNING, NIGHT, NOON, Reading

_ABOUT = r"about|around|roughly|approximately|approx|exactly|say"
_AT = (
    rf"at|by|after|before|from|between|(?:later|earlier|sooner) than|starting|past|{_ABOUT}|@|until|till|til"
)
_HOUR, _MINUTE = r"(?P<hour>\d\d?)", r"(?P<minute>[0-5]\d)"
_BEGINS = r"(?<![\d:.,$/-])"
_HALF_OF_DAY = r"(?:\s?(?:o'? ?clock\s)?(?:(?P<am>am)|(?P<pm>pm))\b)?"
# What is no verb and ends in s may be counted: "tomorrow 2 perms". Then it is no hour, and asked about.
_NOT_AN_HOUR = (
    r"(?!\d|[:./]\d|st\b|nd\b|rd\b|th\b|%|ish\b|h\b)"
    r"(?!,? ?-?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?|people|persons?|of|"
    r"dollars|"
    rf"euros|pounds|{MONTH})\b)"
    r"(?! (?!works\b|suits\b|sounds\b|is\b|was\b|as\b|does\b|has\b|looks\b|seems\b|please\b|thanks\b|"
    r"this\b|us\b|"
    r"always\b|perhaps\b|unless\b|onwards\b|plus\b|afterwards\b|yes\b|its\b)[a-z]{2,}s\b)"
)
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
_PERSON_FOR = (
    r"me|us|it|him|her|them|in|down|something|anything|slot|opening|booked|scheduled|set|confirmed|reserved|"
    r"appointment is|free"
)
_TO_THE_HOUR = r"(?P<to>to|before|of|till|til|until)"
# "At ten to nine" is 8:50; "at ten to twelve" may be a range.
_FIVE_TO = rf"\bat (?:{_ABOUT} )?(?P<minute>5|10) {_TO_THE_HOUR} (?P<hour>[1-4])\b(?![:.]\d)"
_TEN_TO = rf"\bat (?:{_ABOUT} )?(?P<minute>10) {_TO_THE_HOUR} (?P<hour>[1-9])\b(?![:.]\d)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


ENGLISH = Reading(
    digits=digits,
    asides=ASIDES,
    nth=re.compile(
        rf"\b(?:the )?nth(?P<nth>[1-4]) (?P<weekday>{WEEKDAY}) (?:of|in) (?P<month_name>{MONTH})\b(?!,? \d)"
    ),
    dates=_compiled(
        r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)(?:t(?=\d\d:))?",
        rf"\b(?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month_name>{MONTH})\b(?!,? (?:the "
        r")?\d\d?(?:st|nd|rd|th))"
        r"(?:,? (?P<year>2[01]\d\d)\b)?",
        rf"\b(?P<month_name>{MONTH})\.?,? (?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?!:| ?[ap]m\b|"
        rf" ?o'? ?clock){_NO_RANGE}"
        r"(?:,? (?P<year>2[01]\d\d)\b)?",
        rf"\b(?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)\b(?:(?: of the month\b)|{_ENDS_DAY})",
        # 24/12 and 12/24 are both the 24th of December; 5/6 may be either.
        r"(?<![\d/])(?!24/7(?![\d/]))(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d\d?)(?:/(?P<year>\d{4}|"
        r"\d\d))?(?![\d/])",
        r"(?<![\d/])(?P<month>\d\d?)/(?P<day>1[3-9]|2\d|3[01])(?:/(?P<year>\d{4}|\d\d))?(?![\d/])",
    ),
    month_of=MONTHS,
    weekdays=re.compile(rf"\b{_SHORT_DAY}(?P<weekday>{WEEKDAY})(?:s|'s)?\b\.?"),
    weekday_of=WEEKDAYS,
    near=(
        (re.compile(r"\b(?:the )?day after tomorrow\b"), 2),
        (re.compile(r"\btomorrow\b(?:'s\b)?"), 1),
        (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b(?:'s\b)?"), 0),
    ),
    another=re.compile(r",? or (?:else |maybe |perhaps |even |on )?"),
    times=_compiled(
        rf"\b(?P<half>half) (?:past )?{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"\b(?:a )?(?P<quarter>quarter) (?:past|after|{_TO_THE_HOUR}) {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>\d\d?)(?: minutes?)? past {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>5|10|20|25)(?: minutes?)? after {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>20|25|\d\d?(?= minutes)) (?:minutes )?{_TO_THE_HOUR} "
        rf"{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        _FIVE_TO + _HALF_OF_DAY,
        _TEN_TO + _HALF_OF_DAY,
        rf"{_BEGINS}{_HOUR}:{_MINUTE}(?::\d\d(?:[.]\d+)?)?(?![\d:]){_HALF_OF_DAY}(?: ?o'? ?clock\b)?",
        rf"{_BEGINS}{_HOUR}[. ]{_MINUTE}\s?(?:(?P<am>am)|(?P<pm>pm))\b",
        rf"{_BEGINS}{_HOUR}\s?(?:o'? ?clock\s)?(?:(?P<am>am)|(?P<pm>pm))\b",
        rf"{_BEGINS}{_HOUR}\s?o'? ?clock\b",
        rf"(?:\b(?:at|around|about|say) )?{_BEGINS}{_HOUR} ?-?ish\b",
        rf"{_BEGINS}\b(?P<hour>[89]|1\d|2[0-3])h(?P<minute>[0-5]\d)?\b",
        rf"{_BEGINS}\b(?P<hour>0\d)(?P<minute>[0-5]\d)(?: hours)?\b(?!\d|[:./-]\d)",
        r"(?:\bat |(?<=■) |(?<=■), )(?P<hour>1\d|2[0-3]|[1-9])(?P<minute>[0-5]\d)(?: "
        r"hours)?\b(?<!202\d)(?<!203\d)(?!\d|[:./-]\d)",
        rf"\b(?:{_AT}|for|to) {_HOUR}[. ]{_MINUTE}\b{_NOT_AN_HOUR}",
        rf"\b(?:{_AT}) {_HOUR}{_NOT_AN_HOUR}",
        # "For three" is a time where nothing that could be counted follows, and nobody is it for.
        rf"\bto {_HOUR}(?= on\b| in the\b| this\b| instead\b| please\b| ?■|[,.;!?]|$)",
        rf"\b(?:{_PERSON_FOR}) for {_HOUR}(?= on\b| in the\b| this\b| instead\b| please\b| ?■|[,.;!?]|$)",
        r"\bfor (?P<hour>[5-9]|1[0-2])(?= on ■| in the\b| this\b| ?■)",
        rf"(?:(?<=■)|(?<=morning)|(?<=evening)|(?<=afternoon)),? {_HOUR}(?:[. ]{_MINUTE})?\b{_NOT_AN_HOUR}",
        rf"{_BEGINS}{_HOUR}(?:[: ]{_MINUTE})? (?:in the (?:morning|afternoon|evening)|at night)\b",
        rf"(?:^|[,;] ){_HOUR}[. ]{_MINUTE}(?=,? (?:on )?■)",
        rf"(?:^|\b(?:take|have|do|like|want) the ){_HOUR} (?P<minute>15|[2-5]\d)(?=,? (?:please|"
        rf"thanks)\b|[.!]?$)",
        r"(?:^|[,;] )(?P<hour>[7-9]|1[0-2])(?=,? (?:on )?■|\s?-\s?\d)",
    ),
    ends=_compiled(
        rf"(?P<half>half) (?:past )?{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"(?:a )?(?P<quarter>quarter) (?:past|after|{_TO_THE_HOUR}) {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_HOUR}[:. ]{_MINUTE}\b{_NOT_AN_HOUR}{_HALF_OF_DAY}",
        rf"(?P<hour>0?\d|1[0-2])(?!\d){_NOT_AN_HOUR}{_HALF_OF_DAY}(?: ?o'? ?clock\b)?",
        rf"(?P<hour>1[3-9]|2[0-3])\b(?<!-..){_NOT_AN_HOUR}",
    ),
    after=re.compile(
        r"\b(?:any ?time )?(?:after|from|(?<!no )(?<!not )later than|not before|no(?:t)? (?:earlier|"
        r"sooner) than|starting(?: at| from)?|"
        rf"past)(?: (?:{_ABOUT}))? $"
    ),
    before=re.compile(
        r"\b(?:any ?time )?(?:before|until|till|til|by|up (?:to|until|till)|(?<!no )(?<!not )earlier than|"
        r"not after)"
        rf"(?: (?:{_ABOUT}))? $"
    ),
    at_latest=re.compile(rf"\bno(?:t)? later than(?: (?:{_ABOUT}))? $"),
    between=re.compile(rf"\bbetween(?: (?:{_ABOUT}))? $"),
    to=re.compile(r"(?:(?<! 5)(?<! 10) to |\s?-\s?| until | till | til )"),
    to_of_between=re.compile(r" ?(?:-|\b(?:to|and|until|till|til)\b) ?"),
    or_later=re.compile(r",? (?:or later|or after|and later|onwards?|and onwards?|at the earliest)\b"),
    or_earlier=re.compile(r",? (?:or earlier|or before|at the latest)\b"),
    parts=tuple(
        (part, re.compile(pattern))
        for part, pattern in (
            (
                MORNING,
                r"\b(?:in the )?mornings?\b|"
                r"(?<!the )\bfirst thing\b(?! (?:is|i|we|that|to|after|about|in the (?:afternoon|"
                r"evening))\b)",
            ),
            (AFTERNOON, r"\b(?:in the )?afternoons?\b"),
            (EVENING, r"\b(?:(?:in the )?evenings?|tonight)\b"),
            (NIGHT, r"\b(?:at )?nights?\b"),
            (MIDDAY, r"\b(?:(?:around|about) )?(?:noon|midday)\b"),
            (NOON, r"(?<!□ )(?<!i'm )\b(?:(?:(?:at|around|about) )?lunchtime|(?:at|around|about) lunch)\b"),
        )
    ),
)
