"""Which days and parts of the day will not do: "any day but Monday", "I can't do Monday, Tuesday is fine".

What is refused is blanked out, so that the day that remains is the one named. A refusal that goes on behind
its day ("not Monday morning") stays as it is, and is asked about.
"""

from office.language.grammar import Grammar, RefusalGrammar
from office.language.named import REFUSED, Named, Words
from office.language.spoken_days import each_day


def without_refused(left: Words, grammar: Grammar) -> Named:
    """Return the days and the part of the day that are refused, and nothing else; they are blanked out."""
    refusals, parts = grammar.refusals, grammar.times.parts
    weekdays, in_days, refused_part = set[int](), set[int](), None
    text, end = left.text, -1  # where the last refused day ends
    for found, is_weekday, value in each_day(text, grammar.days):
        begins = _refused_from(text, found.start(), found.end(), refusals, end)
        if begins is None or any(part.search(found[0]) for _, part in parts):
            continue  # "not this morning" is about a part of the day
        (weekdays if is_weekday else in_days).add(value)
        end = _blank(left, begins, found.end(), refusals)
    for name, pattern in parts:
        for found in pattern.finditer(left.text):
            begins = _refused_from(left.text, found.start(), found.end(), refusals, -1)
            if begins is not None and refused_part in (None, name):
                refused_part = name
                _blank(left, begins, found.end(), refusals)
    left.take_all(refusals.but, REFUSED)
    return Named(not_weekdays=frozenset(weekdays), not_in_days=frozenset(in_days), not_part=refused_part)


def _refused_from(text: str, start: int, end: int, refusals: RefusalGrammar, known_end: int) -> int | None:
    """Return where the refusal of what stands there begins; None if it is none."""
    if refusals.behind.match(text, end):
        return start
    if not refusals.clause_end.match(text, end):
        return None
    if known_end >= 0 and refusals.too.fullmatch(text, known_end, start):
        return known_end
    before = refusals.before.search(text[:start])
    return before.start() if before else None


def _blank(left: Words, start: int, end: int, refusals: RefusalGrammar) -> int:
    """Blank it out with what says so behind it, and return where it ends."""
    if behind := refusals.behind.match(left.text, end):
        end = behind.end()
    left.blank(start, end, REFUSED)
    return end
