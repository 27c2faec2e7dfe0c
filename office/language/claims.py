"""What the bot said against what was done: sentences that state a booking, a move or a cancellation as done.

A voice model can say "you're booked" without having booked. So every sentence that the caller heard is looked
through for such a statement, and each is held against the call's appointments. Questions, offers, conditions
and denials are not statements: "shall I book you", "once you are booked", "nothing is booked". "Three" may be
3:00 and 15:00. A statement in a language other than English and Hebrew is not found.

A day or a time of which a word was not understood ("a week from Tuesday", "at midnight") counts as not named.
Such a statement contradicts no appointment; it is wrong only if there is none at all. "Tuesday at nine and
Wednesday at ten" are two statements.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product

from attrs import evolve, frozen

from office.language.claims_english import ENGLISH
from office.language.claims_hebrew import HEBREW
from office.language.grammar import Grammar
from office.language.named import BETWEEN, Named, plain
from office.language.phrases import Phrases
from office.language.spoken_dates import read
from office.language.time_words import half_read

_LANGUAGES: Mapping[str, Phrases] = {"en": ENGLISH, "he": HEBREW}
_SENTENCES = re.compile(r"[^.!?\n]+(?:[.:](?=\d)[^.!?\n]*)*[.!?]*")
_SAID_CHARS = 300
_HALF_DAY_MIN = 12 * 60


class Kind(StrEnum):
    """What is said to have been done."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"


@frozen(kw_only=True)
class Claim:
    """A statement, and the day and time that it names. None and empty: not named."""

    kind: Kind
    said: str  # the sentence
    weekday: int | None = None  # 0 is Monday
    day: int | None = None  # of the month
    month: int | None = None
    date: dt.date | None = None  # of "today" and "tomorrow"
    # Of the day, at which it may begin; two where nobody said which half of the day is meant.
    minutes: tuple[int, ...] = ()


def claims(text: str, language: str, today: dt.date) -> tuple[Claim, ...]:
    """Return the statements in what the caller heard on that day, in order; of a sentence one of each kind.

    If it names several appointments, there is one for each.
    """
    phrases = _LANGUAGES.get(language)
    if phrases is None:
        return ()
    return tuple(
        claim
        for sentence in _SENTENCES.findall(phrases.before_sentences(text))
        for claim in _of(sentence.strip(), phrases, today)
    )


def unmatched(made: Sequence[Claim], appointments: Sequence[tuple[dt.datetime, str]]) -> tuple[Claim, ...]:
    """Return the statements that no appointment bears out.

    An appointment is the wall time of its start and "booked" or "cancelled". One that was booked, moved and
    cancelled in the call belongs here in each of these states: each was true when it was said.
    """
    return tuple(claim for claim in made if not any(_bears_out(claim, *row) for row in appointments))


def _bears_out(claim: Claim, wall: dt.datetime, status: str) -> bool:
    return (
        (status == "cancelled") == (claim.kind is Kind.CANCELLED)
        and claim.weekday in (None, wall.weekday())
        and claim.day in (None, wall.day)
        and claim.month in (None, wall.month)
        and claim.date in (None, wall.date())
        and (not claim.minutes or wall.hour * 60 + wall.minute in claim.minutes)
    )


def _of(sentence: str, phrases: Phrases, today: dt.date) -> Iterator[Claim]:
    words = _stated(phrases.spelled_out(plain(sentence)), phrases)
    for kind in Kind:
        for pattern in phrases.done[kind.value]:
            found = next((m for m in pattern.finditer(words) if not _no_statement(words, m, phrases)), None)
            if found:
                named = _named(words, found, phrases, kind)
                if _says_enough(found, named):
                    each = _each_named(words, found, phrases, kind) or (named,)
                    yield from (_claim(kind, sentence, one, phrases.grammar, today) for one in each)
                    break


def _claim(kind: Kind, sentence: str, named: Named, grammar: Grammar, today: dt.date) -> Claim:
    said = sentence[:_SAID_CHARS]
    if not _read_whole(named, grammar):
        return Claim(kind=kind, said=said)
    # Beside another day it is of something else: "for Tuesday, and we will write to you tomorrow". And what
    # "was booked today" may be for any day.
    near = named.in_days is not None and (named.weekday, named.day) == (None, None)
    near = near and (named.in_days != 0 or bool(named.minutes))
    return Claim(
        kind=kind,
        said=said,
        weekday=named.weekday,
        day=named.day,
        month=named.month,
        date=today + dt.timedelta(days=named.in_days or 0) if near else None,
        minutes=_begins(named),
    )


def _begins(named: Named) -> tuple[int, ...]:
    """Return the minutes of the day at which it may begin: any "between nine and ten"."""
    if named.limit is None:
        return named.minutes
    # The nearest end is meant: "from nine to ten" is not from nine in the morning to ten at night.
    return tuple(
        minute
        for since, until in product(named.minutes, named.ends)
        if 0 < until - since < _HALF_DAY_MIN
        for minute in range(since, until)
    )


def _each_named(words: str, found: re.Match[str], phrases: Phrases, kind: Kind) -> tuple[Named, ...]:
    """Return the days and times of "for Tuesday at nine and Wednesday at ten"; none if not each is whole."""
    parts = phrases.and_another.split(words[found.start() :].partition(";")[0])
    if len(parts) < 2 or kind is Kind.MOVED:
        return ()
    each = [read(part, phrases.grammar) for part in parts]
    whole = all(_read_whole(one, phrases.grammar) and one.minutes and one.names_day for one in each)
    return tuple(each) if whole else ()


def _read_whole(named: Named, grammar: Grammar) -> bool:
    """Say whether the day and the time are all that was said of them. "Next Tuesday" is a Tuesday."""
    rest, days = named.rest, grammar.days
    for pattern in (days.next_one, days.this_one, days.coming, days.next_week):
        rest = pattern.sub("", rest)
    simple = named.limit in (None, BETWEEN) and named.nth is None and not named.or_another
    return simple and not half_read(rest, grammar.words)


def _stated(words: str, phrases: Phrases) -> str:
    """Return the part of a sentence that is no question.

    "You're booked for three, all right?" states before it asks.
    """
    if words.endswith((".", "!")):
        return words
    if phrases.asks.match(words):  # also one that the caller did not hear to its end
        return ""
    return words.rpartition(",")[0] if words.endswith("?") else words


def _no_statement(words: str, found: re.Match[str], phrases: Phrases) -> bool:
    before = words[: found.start()]
    clause = phrases.clause_ends.split(before)[-1]
    after = phrases.clause_ends.split(words[found.end() :])[0]
    return bool(
        phrases.conditions.search(before)
        or phrases.denials.search(f"{clause}{found[0]}")
        or phrases.conditions_after.search(after)
    )


def _named(words: str, found: re.Match[str], phrases: Phrases, kind: Kind) -> Named:
    """Return the day and time of the statement.

    If with the advice behind it not all is understood, it is read without that.
    """
    named = _named_in(words, found, phrases, kind)
    advice = phrases.advice.search(words, found.end())
    if advice is None or _read_whole(named, phrases.grammar):
        return named
    unadvised = _named_in(words[: advice.start()], found, phrases, kind)
    return unadvised if _is_named(unadvised) else named


def _named_in(words: str, found: re.Match[str], phrases: Phrases, kind: Kind) -> Named:
    """Return the day and time named after the verb, or else before it; of a move the new one."""
    said = phrases.and_done.split(words[found.start() :].partition(";")[0])[0]
    if kind is Kind.MOVED and (target := phrases.moved_to.search(said)):
        said = said[target.start("to") :]
    named = read(said, phrases.grammar)
    if not _is_named(named):
        return evolve(read(words, phrases.grammar), in_days=None)
    clause = phrases.clause_ends.split(said)[0]
    return evolve(named, in_days=read(clause, phrases.grammar).in_days)


def _is_named(named: Named) -> bool:
    return named.names_day or bool(named.minutes)


def _says_enough(found: re.Match[str], named: Named) -> bool:
    # "You're all set" may be about a message; "you're all set for Tuesday" is about an appointment.
    return "vague" not in found.re.groupindex or found["vague"] is None or _is_named(named)
