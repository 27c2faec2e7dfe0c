"""Random wishes, and whether `office.language.wishes` says of them what a second reading says, or asks.

`python -m tests.office.wish_oracle 20000` compares that many.
"""

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from random import Random

from attrs import frozen

from office.language.wishes import Wish, parse
from storage.records import DayHours
from tests.office.wish_phrases import Case, case
from tests.office.wish_reader import ASK, answer
from tests.office.wish_reader_english import English
from tests.office.wish_reader_hebrew import Hebrew

# Kinds of `wish_phrases` that have two readings: they are asked about, and not counted.
UNSURE = frozenset({"en after next", "en midnight", "he midnight"})
SEED = 20261121
_SHOWN = 40


class DisagreementError(AssertionError):
    """The two read different days or times."""


def second(said: Case) -> str:
    """Return the second reading: date and minutes of the day, or "ask"."""
    reader = {"en": English, "he": Hebrew}[said.language](said.words, said.now.date())
    return answer(reader.read(), said.now, said.spans)


def first(said: Case) -> str:
    """Return what callers get; what names no single day is asked about."""

    def hours(date):
        return [DayHours(opens_minute=opens, closes_minute=closes) for opens, closes in said.spans(date)]

    wish = parse(said.words, said.now, said.language, hours)
    return f"{wish.date} {wish.from_minute} {wish.until_minute}" if isinstance(wish, Wish) else ASK


def compare(said: Case) -> str:
    """Return "read", "asked" or, of what both ask about, "unclear". Raises DisagreementError."""
    right, got = second(said), first(said)
    if got not in (right, ASK):
        raise DisagreementError(
            f"{said.words!r} ({said.language}, {said.now:%A %Y-%m-%d %H:%M}, "
            f"{said.spans(said.now.date())} today): {got} and not {right}"
        )
    return "unclear" if right == ASK else "asked" if got == ASK else "read"


def drawn(count: int, seed: int = SEED) -> list[Case]:
    """Draw so many cases; the same for the same seed."""
    random = Random(seed)
    return [case(random) for _ in range(count)]


@frozen(kw_only=True)
class Tally:
    """What came out, and which cases were read as different times."""

    outcomes: Counter[str]
    by_kind: Mapping[str, Counter[str]]
    wrong: Sequence[str]

    def asked(self) -> float:
        """Return which share of the phrases that name a time was asked about."""
        return asked_of(self.outcomes)


def asked_of(outcomes: Counter[str]) -> float:
    """Return which share was asked about, of what names a time."""
    return outcomes["asked"] / max(1, outcomes["asked"] + outcomes["read"])


def tally(cases: Iterable[Case]) -> Tally:
    """Compare all; what is of a kind of UNSURE counts only if it is wrong."""
    outcomes: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for said in cases:
        try:
            outcome = compare(said)
        except DisagreementError as disagreement:
            outcome = "wrong"
            wrong.append(str(disagreement))
        for kind in said.kinds:
            if not (said.kinds - {kind}) & UNSURE:
                by_kind[kind][outcome] += 1
        if not said.kinds & UNSURE:
            outcomes[outcome] += 1
    return Tally(outcomes=outcomes, by_kind=by_kind, wrong=wrong)


def main(count: int, seed: int) -> None:
    """Compare, and print what disagrees and of each kind how much is asked. Ends with 1 if any disagrees."""
    started = time.perf_counter()
    found = tally(drawn(count, seed))
    print(*found.wrong[:_SHOWN], sep="\n")
    for kind, outcomes in sorted(found.by_kind.items()):
        share = "unsure" if kind in UNSURE else f"{asked_of(outcomes):4.0%} asked"
        print(f"{kind:24}{share:14}", dict(outcomes))
    print(f"{kind:24}{'unsure' if kind in UNSURE else '':9}{asked_of(outcomes):4.0%} asked  {dict(outcomes)}")
    print(
        f"{count} wishes, {len(found.wrong)} disagreements, "
        f"{found.asked():.1%} asked of the kinds that are read; {time.perf_counter() - started:.0f} s"
    )
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
