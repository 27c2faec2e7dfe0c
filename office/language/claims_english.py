"""How English states that something is booked, moved or cancelled."""

import re

from office.language.grammars import ENGLISH as GRAMMAR
from office.language.phrases import Phrases

_SPELLED_OUT = (
    (re.compile(r"\b(can|could|is|are|was|has|have|had|do|does|did|would|should|must)n't\b"), r"\1 not"),
    (re.compile(r"\bcannot\b|\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\b(i|you|we|they|it|that|there|he|she)'ve\b"), r"\1 have"),
    (re.compile(r"\b(you|we|they)'re\b"), r"\1 are"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(it|that|there|he|she|everything|appointment|booking)'s\b"), r"\1 is"),
    (re.compile(r"\b(i|you|we|they|it|that|he|she)'ll\b"), r"\1 will"),
    (re.compile(r"\b(i|you|we|they|it|that|he|she)'d\b"), r"\1 would"),
    (re.compile(r"\b(it|that) is been\b"), r"\1 has been"),
    (re.compile(r"\b(?:(?:was|were) able to|managed to) (book|cancel)\b"), r"\1ed"),
    (re.compile(r"\b(?:(?:was|were) able to|managed to) ((?:re)?schedule|reserve|move|change)\b"), r"\1d"),
    (re.compile(r"\b(?:(?:was|were) able to|managed to) get you\b"), "got you"),
    (re.compile(r"\b(?:i|we) will see you\b"), "see you"),
    # Politeness around a statement is none of its conditions.
    (
        re.compile(
            r"\b(?:i|we) (?:can|am able to|am happy to|am pleased to|would like to|just want to) "
            r"(?:now |also |just )*(?:confirm|see|say|tell you)(?: (?:that|here))*"
        ),
        "",
    ),
    (re.compile(r"\bno (?:problem|worries|trouble)\b"), ""),
)
_NOW = (
    r"(?:(?:now|just|already|all|also|both|officially|successfully|indeed|still|gone ahead and|"
    r"went ahead and) )*"
)
_DONE = r"(?:booked|scheduled|confirmed|reserved|pencilled|penciled|arranged|fixed|signed up)"
_BOOK = r"(?:the|our) (?:calendar|diary|books?|schedule)"
_THING = (
    r"(?:appointment|booking|reservation|visit|check-?up|haircut|consultation|session|cleaning|treatment)"
)
_OWN = r"(?:your|the|this|that|an|another|a)"
_UP_TO_VERB = r"(?: (?!is\b|are\b|was\b|has\b|not\b|and\b)[\w:'-]+,?){0,9}"  # "for tuesday the 24th at three"
_MOVED = r"(?:moved|rescheduled|changed|shifted|switched|pushed|brought forward|put back)"
_CANCELLED = r"(?:cancell?ed|called off|removed|deleted|taken off)"
_BE = r"(?:is|has been|have been|got)"
_WHAT = rf"(?:you\b|it\b|this\b|that\b|{_OWN} (?:[\w:-]+ ){{0,6}}?{_THING}\b|everything\b)"
_KIN = (
    r"(?:son|daughter|child|wife|husband|partner|mother|mom|mum|father|dad|sister|brother|friend|niece|"
    r"nephew)"
)
_DAY = r"(?:today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_BEGINS = (
    r"^(?:(?:ok|okay|great|perfect|good|wonderful|lovely|alright|all right|done|all|right|yes|so|and|"
    r"excellent|thanks|thank you)[, -]+)*"
)

_STATEMENTS = {
    "booked": (
        rf"\byou (?:are|have been|have got) {_NOW}"
        rf"(?:(?:{_DONE}|put down|on {_BOOK})\b(?! up\b| until\b)"
        rf"|(?P<vague>(?:set|down|in|good)(?=,? (?:for|on|at|{_DAY})\b)))",
        rf"\b(?:i|we) (?:have )?{_NOW}(?:got |had )?{_NOW}{_DONE} (?:in )?(?:{_WHAT}|{_DAY}\b)",
        rf"\band (?:have )?{_NOW}(?:booked|scheduled|reserved) (?:in )?{_WHAT}",
        rf"\b(?:i|we) (?:have )?{_NOW}(?:made|set up|added|created|put in|placed|entered) "
        rf"(?:you )?{_OWN} (?:\w+ ){{0,3}}?{_THING}\b",
        rf"\b(?:i|we) (?:have )?{_NOW}(?:put|got|have|added) you {_NOW}"
        rf"(?:(?:{_DONE}|down|in)\b(?! as\b)|(?P<vague>set|for|on)\b)",
        rf"\b{_OWN} (?:\w+ )?{_THING}{_UP_TO_VERB} {_BE} {_NOW}"
        rf"(?:{_DONE}|made|set|(?:in|on) {_BOOK})\b",
        rf"\b(?<!name )(?:it|that) {_BE} (?:(?:now|all|just|both) )*"
        rf"(?:{_DONE}|(?:in|on) {_BOOK})\b"
        r"(?! (?:up|by|out|solid|on|this|until)\b)",
        rf"\byour (?:{_DAY}|slot|time|place|spot)\b{_UP_TO_VERB} {_BE} {_NOW}{_DONE}\b",
        rf"\byour {_KIN} (?:is|has been) {_NOW}{_DONE}\b(?! up\b| until\b)",
        rf"\byou (?:now |already )?(?:have|have got) {_OWN} (?:\w+ ){{0,2}}?{_THING} "
        r"(?P<vague>on|for|at|today|tomorrow)\b",
        rf"\byour (?:\w+ )?{_THING} is (?:now )?(?P<vague>on|at|for|today|tomorrow)\b",
        rf"{_BEGINS}(?:all )?(?:{_DONE})(?=[,.!:]|$| (?:for|on|at|in|you|and|under|with)\b)",
        r"\b(?:see|expect|seeing|expecting) you (?P<vague>(?=.*\bat\b))",
    ),
    "moved": (
        rf"\b(?:i|we) (?:have )?{_NOW}{_MOVED} (?:(?P<vague>(?<=changed )(?:it|this|that)\b)|{_WHAT})",
        rf"\b(?:{_OWN} (?:\w+ )?{_THING}{_UP_TO_VERB}|it|that|everything) {_BE} {_NOW}{_MOVED}\b",
        rf"\byou (?:are|have been) {_NOW}{_MOVED}\b",
        rf"{_BEGINS}(?:moved|rescheduled|changed) (?:from|to)\b",
    ),
    "cancelled": (
        rf"\band (?:have )?{_NOW}{_CANCELLED} (?:{_WHAT}|{_DAY}\b)",
        rf"\b(?:i|we) (?:have )?{_NOW}{_CANCELLED} (?:{_WHAT}|{_DAY}\b)",
        rf"\b(?:i|we) (?:have )?{_NOW}taken (?:you|it|that|your \w+) (?:off|out)\b",
        rf"\b(?:{_OWN} (?:\w+ )?{_THING}{_UP_TO_VERB}|it|that) {_BE} {_NOW}"
        rf"(?:{_CANCELLED}|off {_BOOK})\b",
        rf"{_BEGINS}cancell?ed(?=[,.!:]|$| (?:for|on|at|as|it)\b)",
    ),
}


def _before_sentences(text: str) -> str:
    text = re.sub(r"\b([AaPp])\.\s?[Mm]\.(?=\s+[A-Z]|\s*$)", r"\1m.", text)
    return re.sub(r"\b([AaPp])\.\s?[Mm]\.", r"\1m", text)


def _spelled_out(words: str) -> str:
    for pattern, instead in _SPELLED_OUT:
        words = pattern.sub(instead, words)
    return " ".join(words.split())


ENGLISH = Phrases(
    grammar=GRAMMAR,
    before_sentences=_before_sentences,
    spelled_out=_spelled_out,
    done={kind: tuple(map(re.compile, patterns)) for kind, patterns in _STATEMENTS.items()},
    asks=re.compile(
        r"(?:(?:so|and|or|okay|ok|great|now|then|sorry|alright|(?:just )?to (?:check|confirm|be sure)),? )*"
        r"(?:shall|should|would|will|could|can|may|might|do|does|did|is|are|am|was|were|have|has|had|what|"
        r"which|when|where|who|why|how|if|once|want)\b"
    ),
    clause_ends=re.compile(r"[,;:] |[,;] ?| - | -- |\bbut\b|\band\b|\bso\b(?! that)|\bbecause\b"),
    conditions=re.compile(
        r"\b(?:if|once|when|whenever|unless|until|till|as soon as|whether|make sure|so that|provided|in case|"
        r"suppose|supposing|assuming|you (?:said|say|think|thought|told|mentioned|believe))\b"
        r"|\b(?:before|after)\b(?=[^,]*$)"
    ),
    conditions_after=re.compile(r"\b(?:if|once|unless|as soon as|only when|provided|until (?:you|we|i))\b"),
    denials=re.compile(
        r"\b(?:not|no|nothing|never|none|nobody|without|neither|nor|shall|should|would|could|can|may|might|"
        r"must|let|let us|will|want|wants|wanted|wish|like|need|needs|trying|try|going to|about to|ready to|"
        r"able to|please|to be|to have|someone|somebody|"
        r"almost|nearly|think|thought|believe|guess|hope|hoping|asked|asking|told|heard|says|maybe|perhaps|possibly|"
        r"other (?:caller|customer|client|patient|person)|slot|that time|this time|the time)\b"
    ),
    advice=re.compile(
        r"[,;] (?:and |so |but )?(?:please|just|kindly|remember|plan|try|we ask|be sure|make sure|allow|"
        r"bring|arrive|come|do|don't|note)\b"
    ),
    and_another=re.compile(
        rf",? and (?:also |then |again )?(?:your {_KIN} )?(?:for |on )?(?:the )?(?=(?:next |this )?{_DAY}\b)"
    ),
    and_done=re.compile(rf",? and (?:i |we )?(?:have )?{_NOW}(?=(?:{_DONE}|{_MOVED}|{_CANCELLED})\b)"),
    moved_to=re.compile(r"\bto (?P<to>.*)$"),
)
