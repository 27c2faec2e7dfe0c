"""Which of the things that an owner has written down a caller's words are about.

Words are compared, never parts of words ("cat" is not in "location"), and of words their letters: no accents,
apostrophes, hyphens or endings, British or American, in Hebrew without the letters that are put in front.
Where nothing fits wholly, that says nothing of the business: who asks has to be shown what there is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from office.language import topic_words
from office.language.word_forms import Forms, forms, own_forms, words

_PRICE = re.compile(
    r"[$\u20ac\u00a3\u20aa]|\d ?(?:eur|usd|gbp|ils|nis)\b|"
    r"\b(?:dollars?|euros?|pounds?|shekels?|free of charge|no charge)\b|שקל|ש[\u05f4\"]ח|דולר|אירו|יורו|חינם",
    re.IGNORECASE,
)
_MOST_WORDS = 300  # of one text: a fact has fewer, and nobody asks so much


@frozen
class Fit:
    """What of the things fits the words: `sure` if they can mean nothing else of what there is."""

    things: tuple[int, ...] = ()  # by their place
    sure: bool = False


@frozen
class _Words:
    said: tuple[Forms, ...]  # the words that say what it is about
    all: Forms  # what any word of it is found by

    def within(self, other: Forms) -> bool:
        return bool(self.said) and all(word & other for word in self.said)

    def shared(self, other: Forms) -> int:
        return sum(bool(word & other) for word in self.said)


def service(said: str, names: Sequence[str]) -> Fit:
    """Return which services, by their place among the names, are meant.

    One is, surely, if it is named, or if it alone has all the words; or if all of its own words were said,
    and no other has any of the others.
    """
    same = [place for place, name in enumerate(names) if name.casefold() == said.strip().casefold()]
    if same:
        return Fit(tuple(same), sure=True)
    known = [_read(name, _SAME) for name in names]
    asked = _without_generic(_read(said, _SAME), known)
    having_all = [place for place, name in enumerate(known) if asked.within(name.all)]
    alike = [place for place in having_all if known[place].within(asked.all)]
    for places in (alike, having_all):
        if places:
            return Fit(tuple(places), sure=len(places) == 1)
    said_whole = [place for place, name in enumerate(known) if name.within(asked.all)]
    sharing = [place for place, name in enumerate(known) if asked.shared(name.all)]
    if len(said_whole) == 1 and sharing == said_whole:
        return Fit(tuple(said_whole), sure=True)
    return Fit(tuple(sorted({*said_whole, *_most([asked.shared(name.all) for name in known])})))


def about(topic: str, things: Sequence[tuple[str, str]]) -> Fit:
    """Return which of the things, each a topic and a text, are about that topic.

    Sure are those that have all of its words in their topics, or else in topic and text. Otherwise it is
    those that have the most of its words. An empty topic, and "everything", is about all, surely.
    """
    asked = _read(topic, _TOPICS)
    if not asked.said or _asks_for_all(topic):
        return Fit(tuple(range(len(things))), sure=True)
    topics = [_read(thing, _TOPICS).all for thing, _ in things]
    wholes = [_read(f"{thing}. {text}", _TOPICS).all for thing, text in things]
    for pools in (topics, wholes):
        if places := [place for place, pool in enumerate(pools) if asked.within(pool)]:
            return Fit(tuple(places), sure=True)
    return Fit(tuple(_most([asked.shared(pool) for pool in wholes])))


def _asks_for_all(topic: str) -> bool:
    said = [own_forms(word) for word in words(topic.replace("at all", ""))[:_MOST_WORDS]]
    return any(word & _EVERYTHING for word in said) and all(word & (_EVERYTHING | _FILLERS) for word in said)


def named(topic: str, names: Sequence[str]) -> list[int]:
    """Return which of the names have the most words of the topic, but for words that any topic has."""
    said = _read(topic, _TOPICS).said
    special = tuple(word for word in said if not any(form.startswith("?") for form in word))
    asked = _Words(special, frozenset())
    return _most([asked.shared(_read(name, _SAME).all) for name in names])


def _most(shared: Sequence[int]) -> list[int]:
    most = max(shared, default=0)
    return [place for place, number in enumerate(shared) if number and number == most]


def names_a_price(text: str) -> bool:
    """Say whether a text names a price, or says that there is none to pay."""
    return _PRICE.search(text) is not None


def _without_generic(asked: _Words, known: Iterable[_Words]) -> _Words:
    """Leave out "treatment" and the like, if no service is called so."""
    called = frozenset().union(*(name.all for name in known))
    left = tuple(word for word in asked.said if word & called or not word & _GENERIC)
    return _Words(left or asked.said, asked.all)


def _read(text: str, groups: Mapping[str, str]) -> _Words:
    split = [part for word in words(text)[:_MOST_WORDS] for part in topic_words.TWO_WORDS.get(word, (word,))]
    pairs = [first + second for first, second in pairwise(split)]
    # Two words that stand in a table together are one: "how much" is not about "much".
    joined = {place for place, pair in enumerate(pairs) if any(form in groups for form in own_forms(pair))}
    every: list[Forms] = []
    telling: list[Forms] = []
    asking: list[Forms] = []
    for place, word in enumerate(split):
        beside = [pairs[at] for at in (place - 1, place) if 0 <= at < len(pairs)]
        found = _grouped(forms(word).union(*map(own_forms, beside)), groups)
        every.append(found)
        if place in joined:
            telling.append(_grouped(own_forms(pairs[place]), groups))
        elif place - 1 not in joined and not own_forms(word) & _FILLERS:
            (asking if word in _QUESTIONS else telling).append(found)
    return _Words(tuple(telling or asking or every), frozenset().union(*every))


def _grouped(found: Forms, groups: Mapping[str, str]) -> Forms:
    return found | {groups[form] for form in found if form in groups}


def _groups(lines: Iterable[str], sign: str) -> dict[str, str]:
    """Return the name of each word's line, by every form of the word."""
    return {
        form: f"{sign}{number}"
        for number, line in enumerate(lines)
        for word in line.split()
        for form in own_forms(word)
    }


_SAME = _groups(topic_words.SAME.split(";"), "=")
_TOPICS = {**_groups(topic_words.ASKED_ABOUT, "?"), **_SAME}
_GENERIC, _FILLERS, _EVERYTHING = (
    frozenset(form for word in line.split() for form in own_forms(word))
    for line in (topic_words.GENERIC, topic_words.FILLERS, topic_words.EVERYTHING)
)
_QUESTIONS = frozenset(topic_words.QUESTIONS.split())
