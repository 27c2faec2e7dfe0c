"""Which day and time words name: "Tuesday the 24th at half past ten", "יום שלישי ב-24 בעשר וחצי".

Only what is said is returned. What "tomorrow" means is `wishes.py`'s to know, and whether a claim is true is
`claims.py`'s.

Every word that was read is blanked out, and what is left comes back as `Named.rest`. So whoever uses the
reading can see whether a word of time was not understood (`time_words.py`), and need not believe the others.
"""

from attrs import evolve

from office.language.grammar import Grammar, TimeGrammar
from office.language.named import ASIDE, TIME, Named, Words
from office.language.refusals import without_refused
from office.language.spoken_days import read_days
from office.language.spoken_times import read_soon, read_time


def read(words: str, grammar: Grammar) -> Named:
    """Read what the words (from `plain`) name.

    Of several days, and of several times, the first is taken, and the others stay in `rest`.
    """
    left = Words(grammar.figures(words))
    for pattern in grammar.asides:
        left.take_all(pattern, ASIDE)
    refused = without_refused(left, grammar)
    parts = _parts(left.text, grammar.times)
    part = parts[0] if parts else None
    named = read_soon(evolve(refused, part=part), left, grammar.times)
    named = read_time(read_days(named, left, grammar.days), left, grammar.times)
    for name, pattern in grammar.times.parts:
        if name == part:
            left.take_all(pattern, TIME)
    return evolve(named, or_another=named.or_another or len(parts) > 1, rest=left.text)


def _parts(text: str, times: TimeGrammar) -> list[str]:
    unread, found = Words(text), []
    for name, pattern in times.parts:
        if pattern.search(unread.text):
            found.append(name)
            unread.take_all(pattern, TIME)  # there is a "noon" in the Hebrew "after noon"
    return found
