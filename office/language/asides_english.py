"""English words that look like words of time and are none: "for two people", "may I", a number."""

import re

from office.language.figures_english import MONTH, WEEKDAY

# What people bring or ask for several of. What is not in the list and follows a number is asked about.
_COUNTED = (
    r"people|persons|adults|kids|children|girls|boys|babies|teens|guests|clients|customers|patients|men|"
    r"women|"
    r"ladies|friends|sons|daughters|dogs|cats|pets|cars|tyres|tires|of us|of them|haircuts|cuts|trims|"
    r"hairdos|"
    r"blow-?dries|colou?rs|highlights|nails|manicures|pedicures|massages|facials|fillings|crowns|teeth|"
    r"check-?ups|cleanings|x-rays|shots|vaccines|appointments|bookings|visits|sessions|treatments|services|"
    r"lessons|chairs|rooms|seats|spots|things|questions"
)
_NOUN_OF_ONE = r"one|person|appointment|appt|haircut|visit|thing|question|slot|moment|of (?:you|your|my|the)"
_NO_HOUR = r"(?<!at )(?<!by )(?<!around )(?<!after )(?<!before )(?<!about )(?<![\d:.-])"
_LENGTH = (
    r"(?:half an hour|half hour|(?:an|1) hour(?: and a half)?|\d+(?:\.\d)?[ -](?:minutes?|mins?|hours?|hrs?))"
)
_FOR_A_WHILE = (
    r"(?:long )?(?:appointment|appt|massage|session|slot|visit|treatment|consultation|consult|lesson|facial|"
    r"check-?up|haircut|cut|trim|meeting|call|class|cleaning|booking|one)"
)
_BENDS = (
    r"(?! ?(?:before|after|past|to|later|earlier|from|early|late|ago|of|till|til|until|or|prior|sooner)\b)"
)
# What is neither a name nor counted, beside the words that are flagged wherever they stand.
_TIME = (
    r"(?:on|in|at|the|this|and|or|to|not|never|except|but|before|after|until|till|since|from|by|every|"
    r"each|last|next|"
    r"first|second|third|previous|following|within|during|onwards|early|earlier|late|later|soon|ago|"
    r"beginning|end|"
    r"middle|instead|without|unless|few|several|half|quarter|daily|weekly|noon|midday|midnight|dawn|"
    r"eves?|utc|est|"
    rf"today|tonight|tomorrow|yesterday|works|busy|breakfast|lunch|dinner|christmas|easter|passover|"
    rf"(?:{WEEKDAY})s?|(?:minute|min|hour|hr|day|week|weekend|weekday|fortnight|month|year|morning|"
    r"afternoon|evening|night)s?)"
)
# Where what is counted has ended: "for ten with Chris" is no count, though a word behind it ends in s.
_STOPS = (
    r"(?:with|for|if|when|while|because|since|so|as|who|whose|which|that|where|using|near|under|via|about|"
    r"like|then|is|are|was|will|would|can|could|should|does|has|said|says|told|asked|please|thanks|"
    r"i|we|he|she|they|you|it|my|our|your|his|her|their|mr|mrs|ms|miss|dr|doctor)"
)
_KIN = (
    r"(?:daughter|son|wife|husband|mother|father|mom|mum|dad|sister|brother|friend|partner|girlfriend|"
    r"boyfriend|fianc[eé]e?|niece|nephew|aunt|uncle|grandma|grandmother|grandson|granddaughter|baby|dog|cat)"
)
_NAME = rf"(?:{MONTH})"
_NO_DATE_FOLLOWS = r"(?! (?:the )?\d)"

_PATTERNS = (
    # Telephone numbers.
    r"\b(?:number|phone|mobile|cell|whatsapp|reach me|call me|text me|ring me)\b[^a-z■]{0,12}(?:is|on|"
    r"at|back on|:)?"
    r"[^a-z■]{0,3}\+?\(?\d[\d ()-]{5,}\d\b",
    r"\+\d[\d ()-]{6,}\d\b",
    r"(?<![\d-])\(?\d{3}\)?[ -.]\d{3}[ -.]\d{4}\b",
    r"(?<![\d-])\d{3}-\d{4}(?!\d|-)",
    r"\b0\d{1,2}-?\d{7}\b",
    # Addresses. "At 12 Main Street" may be a time.
    rf"(?:\bat )?\b(?:1[3-9]|[2-9]\d|\d{{3,5}}) (?:(?!{_TIME}\b)(?!of\b|for\b|with\b)[a-z\d]+ ){{1,2}}"
    r"(?:street|avenue|ave|road|boulevard|blvd|lane)\b",
    r"(?<!the )\b\d{1,3}(?:st|nd|rd|th) (?:street|avenue|ave)\b(?! (?:parking|level))",
    # Greetings and other set words.
    r"(?:(?:^|[.!?,;] ?)|\b(?:hi|hello|hey|so|yes|well|oh|and),? )good (?:morning|afternoon|evening|day)\b",
    r"\bhave a (?:good|nice|great|lovely|wonderful) (?:day|one|morning|afternoon|evening|night|week|"
    r"weekend)\b",
    r"\b(?:i am|am i)\b",
    r"\bmay (?=(?:i|we|he|she|they|you|my|be|have)\b)|(?<=\bit )may\b",
    r"\bno (?:problem|worries|rush|hurry|preference|matter|need|thanks|thank you)\b|^no[,.!] ",
    r"\b(?:i )?(?:don't|do not|doesn't|wouldn't) (?:mind|matter|care)\b|\bnot (?:sure(?=[,.]|$)|"
    r"a problem|urgent)|\bwhy not\b",
    r"\bif (?:that's|that is|it's|it is)? ?not (?:a problem|too much trouble|too much)\b",
    r"\b(?:have|has)(?:n't| not| never) been\b|\bnever been\b",
    r"\bnot (?:a )?(?:new|existing|registered|customer|patient|client)\b",
    r"\bbut (?=(?:could|can|would|do|is|are|may|i'd|i would|i want|i need|maybe|please|how|what)\b)",
    rf"\bany ?day\b(?! (?:but|except|after|before|bar))|"
    r"\b(?:free|available|open|flexible|home|here) all day\b|"
    rf"\ball day\b(?! (?:but|except|after|before|on |this |next |today|tomorrow|{WEEKDAY}))|"
    r"\b(?:what|which|the only|the best|my only|"
    r"my best) day\b|"
    r"\b(?:my|a) day off\b",
    r"\b(?:any|some) ?time(?: (?:of|in|during) the day)?\b|\bany hour\b|\bwhat hours?\b",
    r"\blast[ -]minute\b|\blast name\b|\bfirst name\b",
    r"\b(?:my |the |a |our )?first (?:time|visit|appointment|booking|one|session|lesson)(?:r|s)?\b",
    r"\bsecond (?:opinion|hand|floor)\b|\b(?:a|1|just a) (?:second|minute|moment|sec)\b(?=[,.!?]|$| please)",
    rf"\bnext (?:to(?! (?:{WEEKDAY}|today|tomorrow|the \d))|door)\b|"
    r"\bto start with\b|\bstart with\b|\b(?:running|is it too) late\b|\bso late\b",
    r"\b(?:drop|stop|pop|swing) by\b|\bcome by(?= (?:in|at|on)\b|[,.?!]|$)",
    r"\b(?:winter|summer) (?:tires?|tyres?|wheels?)\b",
    r"\bas early as (?:possible|you can|you have)\b|\bthe (?:earlier|sooner) the better\b",
    r"(?<!at )\b(?:the|your) earliest(?: (?:possible|available))?(?: (?:appointment|slot|time|opening|"
    r"one|availability))?\b",
    # Names.
    rf"(?<!the )(?<!my )(?<!a )\b(?:dr|mr|mrs|ms|miss)\b\.? (?!{_TIME}\b)[^\W\d]+",
    rf"\b(?:{_KIN}|with|named|called|name is|name's|this is|"
    rf"i'm) {_NAME}\b(?!'?s? birthday){_NO_DATE_FOLLOWS}",
    rf"\b(?:named|called|name is|name's) (?:{WEEKDAY}|summer|autumn|dawn|eve)\b",
    # Lengths.
    rf"(?<!in )(?<!within )\b(?:for|takes?|lasting|need|needs) (?:about |around |up to )?{_LENGTH}\b{_BENDS}",
    rf"(?<!in )(?<!within )\b(?:an? )?{_LENGTH}[ -]{_FOR_A_WHILE}\b",
    rf"(?<=[,;] ){_LENGTH}(?: long)?$",
    # Counts.
    r"\b(?:this|that|the|which|another|either|any|every|no|only|just|a|new|good) 1(?=[,.!?]|$|"
    r" (?:please|for|with|is|would|will|works?|that|you|then)\b)",
    rf"{_NO_HOUR}\b1 (?:{_NOUN_OF_ONE})\b",
    rf"{_NO_HOUR}\b\d+ (?:(?:more|other|small|little|young|new|full) )?(?:{_COUNTED})\b",
    rf"\b(?:for|need|want|have|book|get|bring|bringing|with) \d+ (?!{_TIME}\b)(?!{_STOPS}\b)"
    rf"(?:(?!{_TIME}\b)(?!{_STOPS}\b)[a-z]+ ){{0,2}}?"
    rf"(?!{_STOPS}\b)(?!(?:thanks|please|pls|is|was|perhaps|as|does|us|{_TIME})\b)[a-z]{{3,}}s\b",
    r"\b(?:table|room|party|group) for \d\d?\b(?! ?(?:am|pm|o'? ?clock|ish)\b|:|[.]\d|-)",
    r"\b(?:party|group|family|table|total) of \d+\b",
    r"\b(?:room|chair|station|apartment|apt|unit|suite|floor|line|branch|no\.|studio|table|number|size|"
    r"#) ?\d{1,4}\b(?!:)",
    r"\b\d+[ -]years?[ -]olds?\b|\b(?:age|aged) \d+\b|\b(?:he|she)(?:'s| is) \d+(?=[,.]|$)",
    r"[$€£₪]\d+|\b\d+ ?(?:%|percent|dollars?|euros?|pounds?|shekels?|bucks|nis)(?!\w)",
)
ASIDES = tuple(map(re.compile, _PATTERNS))
