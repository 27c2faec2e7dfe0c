"""How English names times of the day."""

from office.language.figures_english import MONTH
from office.language.grammar import TimeGrammar
from office.language.named import AFTERNOON, EVENING, MIDDAY, MORNING, NIGHT, NOON

_ABOUT = r"about|around|roughly|approximately|approx|exactly|say"
_AT = rf"at|by|after|before|from|between|(?:later|earlier|sooner) than|starting|past|{_ABOUT}|until|till|til"
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
_PERSON_FOR = (
    r"me|us|it|him|her|them|in|down|something|anything|slot|opening|booked|scheduled|set|confirmed|reserved|"
    r"appointment is|free"
)
_TO_THE_HOUR = r"(?P<to>to|before|of|till|til|until)"
# "At ten to nine" is 8:50; "at ten to twelve" and "at five to seven" may be ranges.
_FIVE_TO = rf"\bat (?:{_ABOUT} )?(?P<minute>5) {_TO_THE_HOUR} (?P<hour>[1-4]|9|1[0-2])\b(?![:.]\d)"
_TEN_TO = rf"\bat (?:{_ABOUT} )?(?P<minute>10) {_TO_THE_HOUR} (?P<hour>[1-9])\b(?![:.]\d)"

TIMES = TimeGrammar(
    soon=(
        r"(?:\bin (?:about |around )?|\b(?=(?:half |an? |hours? |minutes? |and |\d+ )+from now))"
        r"(?:(?P<half>(?:a )?half (?:an |a )?hour)|(?P<quarter>a quarter of an hour)|"
        r"(?:an|a|(?P<n>\d{1,3})) (?:(?P<hours>hours?|hrs?)(?P<and_half> and a half)?|"
        r"(?P<minutes>minutes?|mins?)))"
        r"(?:'s?)?(?: time| from now)?\b(?! (?:or|and|before|after|from|to|of)\b)"
        r"|(?<!from )(?<!for )(?<!by )(?<!until )(?<!till )(?<!and )(?<!just )(?<!between )"
        r"\b(?P<now>(?:right |straight )?now)\b(?! (?:and|until|till|that|i|we|or|to)\b)"
    ),
    times=(
        rf"\b(?P<half>half) (?:past )?{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"\b(?:a )?(?P<quarter>quarter) (?:past|after|{_TO_THE_HOUR}) {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>\d\d?)(?: minutes?)? past {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>5|10|20|25)(?: minutes?)? after {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_BEGINS}\b(?P<minute>20|25|\d\d?(?= minutes)) (?:minutes )?{_TO_THE_HOUR} "
        rf"{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        _FIVE_TO + _HALF_OF_DAY,
        _TEN_TO + _HALF_OF_DAY,
        rf"(?:\b(?:at|around|about|say) )?{_BEGINS}{_HOUR}(?::{_MINUTE})? ?-?ish\b",
        rf"{_BEGINS}{_HOUR}:{_MINUTE}(?::\d\d(?:[.]\d+)?)?(?![\d:]){_HALF_OF_DAY}(?: ?o'? ?clock\b)?",
        rf"{_BEGINS}{_HOUR}[. ]{_MINUTE}\s?(?:(?P<am>am)|(?P<pm>pm))\b",
        rf"{_BEGINS}{_HOUR}\s?(?:o'? ?clock\s)?(?:(?P<am>am)|(?P<pm>pm))\b",
        rf"{_BEGINS}{_HOUR}\s?o'? ?clock\b",
        rf"(?:\bat )?{_BEGINS}{_HOUR}(?:[:. ]{_MINUTE})? (?:on the dot|sharp)\b",
        rf"{_BEGINS}\b(?P<hour>[89]|1\d|2[0-3])(?P<h>h)(?P<minute>[0-5]\d)?\b",
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
    ends=(
        rf"(?P<half>half) (?:past )?{_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"(?:a )?(?P<quarter>quarter) (?:past|after|{_TO_THE_HOUR}) {_HOUR}\b(?![:.]\d){_HALF_OF_DAY}",
        rf"{_HOUR}[:. ]{_MINUTE}\b{_NOT_AN_HOUR}{_HALF_OF_DAY}",
        rf"(?P<hour>0?\d|1[0-2])(?!\d){_NOT_AN_HOUR}{_HALF_OF_DAY}(?: ?o'? ?clock\b)?",
        rf"(?P<hour>1[3-9]|2[0-3])\b(?<!-..){_NOT_AN_HOUR}",
    ),
    after=(
        r"\b(?:any ?time )?(?:after|from|(?<!no )(?<!not )later than|(?:but )?not before|no(?:t)? (?:earlier|"
        r"sooner) than|starting(?: at| from)?|"
        rf"past)(?: (?:{_ABOUT}))? $"
    ),
    before=(
        r"\b(?:any ?time )?(?:before|until|till|til|by|up (?:to|until|till)|(?<!no )(?<!not )earlier than|"
        r"(?:but )?not after)"
        rf"(?: (?:{_ABOUT}))? $"
    ),
    at_latest=rf"\bno(?:t)? later than(?: (?:{_ABOUT}))? $",
    between=rf"\bbetween(?: (?:{_ABOUT}))? $",
    to=r"(?:(?<! 5)(?<! 10) to |\s?-\s?| until | till | til )",
    to_of_between=r" ?(?:-|\b(?:to|and|until|till|til)\b) ?",
    or_later=r",? (?:or later|or after|and later|(?:and )?onwards?|and up|plus|at the earliest)\b|\+(?!\w)",
    or_earlier=r",? (?:or earlier|or before|at the latest)\b",
    parts=(
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
    ),
)
