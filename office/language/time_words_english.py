"""The words of time of English."""

import re

from office.language.figures_english import MONTH, WEEKDAY
from office.language.time_words import TimeWords

_HOLIDAYS = (
    r"christmas|xmas|easter|thanksgiving|new year(?:'?s)?|halloween|han(?:n)?uk+ah|chanuk+ah|passover|"
    r"pesach|purim|"
    r"suk+ot|rosh|yom|kippur|shavuot|simchat|ramadan|eid|diwali|valentine'?s?|memorial|labou?r day|"
    r"independence|"
    r"juneteenth|shab+at|shabbos|sabbath|lent|mardi|carnival|hogmanay|bank holiday|boxing|veterans|"
    r"presidents|eves?|"
    r"birthdays? (?:on|at)|(?:good|black|cyber|ash|palm|holy|fat|shrove|maundy|super) ■|nth\d?|erev|motzei"
)
_CLOCK = (
    r"o'? ?clock|[ap]m|noon|midday|midnight|halfway|quarters?|half(?! (?:price|off))|thirty|ish|utc|gmt|zulu|"
    r"[ecmp][sd]t|bst|cet|cest|ist|idt|(?:eastern|pacific|mountain|central|standard|daylight|israel|london|"
    r"new york|berlin|us) time|(?<=● )(?:[ecmp]t|eastern|pacific|mountain|central|local|\w+(?: \w+)? time)|"
    r"(?:america|europe|asia|africa|australia|us|pacific|atlantic)/\w+|(?<=● )(?:my|your|local|"
    r"our) time|time ?zones?"
)
_ORDINALS = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth|"
    r"last|next|previous|following|final|other (?=day|week|■)|penultimate"
)
_UNITS = (
    r"seconds?|minutes?|mins?|hours?|hrs?|half-hours?|days?|daytime|week(?:s|'s|days?|ends?|nights?|long)?|"
    r"fortnights?|months?|years?|centur\w+|workdays?|quarterly|semesters?|season|term"
)
_NEAR = (
    r"today|tonight|tomorrow|yesterday|tmrw?|tmw|tomoz|tomorow|tommorow|tommorrow|2morrow|2moro|2day|"
    r"overmorrow|"
    r"tonite"
)
_PARTS = (
    r"arvo|mornings?|(?:mid-?|late-?|early-?)?(?:morning|afternoon|evening)s?|midweek|nights?|overnight|"
    r"dawn|dusk|"
    r"sunrise|sunset|sundown|sunup|daybreak|daylight|nightfall|breakfast|brunch|lunch(?:time)?|"
    r"dinner(?:time)?|"
    r"supper|teatime|bedtime|noonish|springtime|summertime|wintertime|spring(?= |$)|summer|autumn|winter|"
    r"(?:in the|this|next|last) fall"
)
_MANY = (
    r"all(?= ■)|every(?! ?(?:one|body|thing))|each|daily|weekly|biweekly|monthly|yearly|annual(?:ly)?|"
    r"fortnightly|nightly|"
    r"hourly|recurring|regularly|alternat\w+|few|several|couple|dozen|hundred|zero|once a|twice a|times a"
)
_DIRECTIONS = (
    r"before|after|afterwards?|until|till?|til|since|onwards?|starting|beginning|past|beyond|within|"
    r"during|through|"
    r"thru|throughout|earliest|latest|earlier|later|early|late|lately|sooner|soon(?!er)|shortly|prior|"
    r"ahead|between|"
    r"ago|recent(?:ly)?|from(?= *[■●\d]| (?:the|next|this|then|now|on|at|about|please|if)\b|$)|"
    r"(?<=[■●] )from|over the|in the next|rest of|remainder|"
    r"by(?= *[■●\d]| (?:the (?:end|■|time)|then|next|this|end|now|at|on|please|if)\b|$)|"
    r"(?<=[■●] )by(?! (?:phone|the way|chance|my))|up to(?= *[■●])|around(?= (?:the )?[■●])|"
    r"(?<=●) (?:to|past|of)(?=\W*$)|(?<=[■●]) ?(?:-|/|to|through|and) ?(?=[■●])|"
    r"(?<=●),? or (?:\w+ ){0,2}(?=[■●])|"
    r"(?<=■),? or (?:\w+ ){0,2}(?=●)|starts?(?= [■●])|as of|backwards?|forwards?"
)
_ENDS = (
    r"towards?|(?<=at )opening|close to|near(?:ly|er)?|nearest|closing|opening time|clos(?:e|ing) of|"
    r"when (?:you|they|it) (?:guys )?"
    r"(?:open|close|finish|start)s?|another(?= ■)|super bowl|bowl ■|"
    r"ends?|(?:start|beginning|middle|top|close|turn|half|part) of|mid-?|mid(?:dle)?|eod|eow|eom|cob|"
    r"(?:same|usual|normal|regular|that|this) time(?! (?:works|is|suits|sounds|would))|"
    r"(?:same|usual|normal|regular) (?:day|date|hour|week|slot|one)|"
    r"(?:get|gets|getting) off|finish\w*|(?:school|class|work|shift) (?:ends|starts|finishes)|leap"
)
_NOT = (
    r"now|nowadays|not|never|no(?= |$)(?! (?:problem|idea))|none|nothing|\w+n't|dont|cant|wont|cannot|"
    r"isnt|doesnt|didnt|couldnt|"
    r"except(?:ing)?|excluding|exclude|without|unless|instead of|rather than|other than|apart from|"
    r"aside from|"
    r"besides|barring|but|neither|nor|avoid\w*|skip\w*|unable|impossible|busy|unavailable|away|abroad|"
    r"vacation|"
    r"holidays?|travell?ing|out of town|closed|occupied|(?:is|are) out|tied up|hate|"
    r"(?:week|time|i'm|□) off|(?:bad|hard|difficult|worse|worst) (?:for|day|time)|(?:is|are) (?:bad|"
    r"hard)|conflicts?|"
    r"(?:i'm|i am|we're|we are|fully|already|all|□) booked|working|at work|"
    r"(?:i|we|he|she|they|also|always|usually) (?:have to |must |got to )?(?:work|teach|study|fly|"
    r"travel)(?! (?:at|in|with|for)\b)|"
    r"have (?:work|school|class|a class|a meeting|another)"
)
_MINE = r"(?:appointment|appt|booking|reservation|slot|visit|session|time|off|free|nothing)"
_DEGREE = (
    r"(?:a bit |a little |already |also |all |far |just |pretty |quite |rather |really |so |too |very )*"
)
_EVENT = (
    r"(?:wedding|conference|airport|funeral|hospital|exam|meeting|party|match|game|trip|flight|interview)"
)
_WITHIN = (
    r"(?: (?!and\b|but\b|so\b|if\b|can\b|could\b|would\b|i\b|we\b|i'd\b|about\b|for\b|need\b|want\b)[\w'□-]+)"
)
_DONE = r"(?:done|pulled|out|cut|removed|fixed|filled|put in|taken|changed|colou?red)"
_KIDS = r"(?:the |my |our )?(?:kids?|children|sons?|daughters?|boys?|girls?|him|her|them)"
# A day that is over, one on which somebody leaves or celebrates, and the hour at which it has to be over.
_OTHERS_DAY = (
    r"(?:i|we|he|she|it|they|who) (?:(?:was|were) (?:just )?(?:in|there|here|with you|at|supposed|meant|"
    r"due|seen)|"
    r"saw|came|went|missed|broke|fell|lost|hurt|started|called|rang|phoned|visited|chipped|cracked|"
    rf"had (?:my|an?|the|his|her)(?: [\w'-]+){{1,3}} {_DONE}){_WITHIN}{{0,5}} (?=■)|"
    rf"(?:my|our|the|his|her|\w+'s) (?:{_EVENT}|birthday|anniversary|graduation|party|prom)(?: is|'s)"
    r"(?: on)? (?=■)|"
    r"(?:get|getting|gets) married (?:on )?(?=■)|"
    r"starts? (?:my|his|her|a|the|work|school)\b[\w' ]{0,16} (?:on )?(?=■)|"
    r"leav(?:e|es|ing)(?: (?:for|to) \w+| work| home| here| town)? (?:at |on )?(?=[■●])|"
    rf"(?:be|get|is|are|'s|'re|'m|all) (?:done|finished|out|over|gone){_WITHIN}{{0,3}} (?=●)|"
    rf"pick(?:ing)? (?:up )?{_KIDS}{_WITHIN}{{0,4}} (?=●)|doubt"
)
_REFUSED = (
    # "I have a thing on Tuesday", which "I have an appointment on Tuesday" is not.
    rf"(?:i|we)(?: have|'ve)(?: got)?(?: (?!{_MINE}\b|(?:can|could|is|are|may|would|will|want|need|and|"
    rf"do|been)\b)"
    rf"[\w'□-]+){{1,6}} (?=■)|(?<=■)(?: that| then)?,? (?:i|we)(?: have|"
    rf"'ve)(?: got)?(?! (?:\w+ ){{0,2}}{_MINE}\b)|"
    rf"(?:(?<=■)|is|are|was|looks|seems|'s) {_DEGREE}(?:full|taken|tricky|awkward|problematic|complicated|"
    r"(?:a )?(?:problem|no-?go|nightmare|mess|struggle|pain|write-?off)|gone|packed|rammed|hectic|"
    r"crazy|mad|tough|"
    r"tight|useless|rubbish|horrible|terrible|awful)|(?:is|are) off|"
    r"too (?:late|early|soon|far|busy|much|short|tight|long|hard|difficult)|nope|nah|no-go|clash\w*|"
    r"(?:scratch|forget|drop|ditch|strike|nix|scrap|rule|leave|count|cross|bar|minus|save|"
    r"skip)(?: about| out| off)?"
    r" (?=(?:the |that |for )?■)|(?:rule|leave|count|cross) ■+ (?:out|off)|(?:i|we) got plans|"
    r"(?:i'm|□|we're|we are|i'll be|i will be) (?:flying|driving|in (?:\w+ )?(?:court|exams?|class|"
    r"school|meetings?|"
    r"hospital|surgery)|on (?:call|duty|shift|leave)|overseas|out|stuck|swamped|slammed|snowed under|"
    r"meeting)|"
    rf"spoken for|at (?:an? |the |my )(?:\w+ )?{_EVENT}|my {_EVENT} is|(?:meetings|exams|classes|"
    rf"lectures) (?:all|the whole)"
)
_SPELLED = (
    "monday tuesday wednesday thursday friday saturday sunday tomorrow tonight yesterday morning "
    "afternoon evening "
    "midnight january february september october november december weekend fortnight"
)
_FILLERS = (
    r"with (?:dr|mr|mrs|ms|miss|doctor)?\.? ?[^\W\d]+|for (?:a|an|my|the|some|our|his|her) (?!birthday|"
    r"wedding)"
    r"(?:\w+[ -])?[\w-]+?(?= (?:at|please|if|●|with)|[,.;!?]|$| ●)|please|pls|thanks|thank you|"
    r"ok(?:ay)?|yes|yeah|yep|sure|hi|hello|hey|"
    r"so|well|um+|uh+|er+|then|maybe|perhaps|just|exactly|sharp|on the dot|about|around|roughly|"
    r"approximately|at|for|on|in|"
    r"the|a|an|i|i'd|i'll|i'm|we|we'd|you|me|us|my|it|that|that's|is|are|be|do|does|can|could|would|will|"
    r"shall|may|might|like|love|want|need|prefer|have|got|get|make|book|come|take|see|try|go|work|works|"
    r"suits?|fit|"
    r"there|any|anything|something|some|free|available|availability|open|hair-?cuts?|haircut|cut|trim|"
    r"shave|colou?r|massage|facial|manicure|pedicure|check-?up|"
    r"cleaning|filling|lesson|session|consultation|treatment|visit|exam|slots?|times?|appointments?|"
    r"appt|bookings?|"
    r"possible|if|or so|great|good|fine|best|perfect|ideal(?:ly)?|nice|better|how|what|to|up|down|one|"
    r"actually|say|let's|"
    r"by|s|d|ll|ve|instead|really|sometime|any ?time|schedule[d]?|reserve|move|moved|change|cancel|it's|"
    r"would be|of"
)


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d])(?:{'|'.join(words)})(?![^\W\d])")


_NAMED = (_CLOCK, _ORDINALS, _UNITS, _NEAR, _PARTS, _HOLIDAYS, rf"(?:{WEEKDAY})s?", MONTH)
ENGLISH = TimeWords(
    named=re.compile(rf"\d|½|¼|{_any(*_NAMED).pattern}"),
    bending=re.compile(f"{_any(_DIRECTIONS, _MANY, _ENDS).pattern}|[■●]z"),
    excluding=_any(_NOT, _REFUSED, _OTHERS_DAY),
    spelled=tuple(_SPELLED.split()),
    fillers=_any(_FILLERS),
)
