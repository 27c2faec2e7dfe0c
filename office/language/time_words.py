"""Which words belong to time, so that one that the reading left over makes it ask again.

A wish that says more than was understood ("the Tuesday after Purim", "Monday, but not in the morning") means
another day or time than the words that were understood. Words that have nothing to do with time ("please",
"for a check-up", "with Dr. Levi") change nothing, and are not known here.
"""

import difflib
import re
from collections.abc import Sequence

from attrs import frozen

from office.language.named import ANOTHER_DAY, DAY, TIME

_ALIKE = 0.83  # "tusday" is 0.92 like "tuesday", "sandy" 0.73 like "sunday"
_SHORTEST_ALIKE = 6
_BEFORE_READ = re.compile(rf"\W{{0,2}}(?:\w+ ){{0,2}}[{DAY}{TIME}]")
_BEHIND_READ = re.compile(rf"[{DAY}{TIME}]\W{{0,2}}$")
_LETTERS = re.compile(r"[^\W\d_]+")


@frozen(kw_only=True)
class TimeWords:
    """The words of time of one language, as patterns for what a reading left (`Named.rest`)."""

    named: re.Pattern[str]  # days, times and their counts: "Friday", "3", "half", "week", "Easter"
    bending: re.Pattern[str]  # what makes of a day or a time another: "before", "every", "the end of"
    excluding: re.Pattern[str]  # "not", "except", "busy"
    spelled: tuple[str, ...]  # long words of time, also if they are spelled wrong
    fillers: re.Pattern[str]  # what is said around a time and cannot be a day


def unread(rest: str, vocabularies: Sequence[TimeWords]) -> bool:
    """Say whether what is left of a wish has a word of time."""
    return ANOTHER_DAY in rest or any(
        words.named.search(rest)
        or words.bending.search(rest)
        or words.excluding.search(rest)
        or _misspelled(rest, words.spelled)
        for words in vocabularies
    )


def half_read(rest: str, words: TimeWords) -> bool:
    """Say whether what is left of a statement names more of its day or its time.

    "Not" says nothing of either, nor does "before" away from them: "you will get a message before you come".
    """
    return (
        ANOTHER_DAY in rest
        or bool(words.named.search(rest))
        or any(
            _BEFORE_READ.match(rest, bending.end()) or _BEHIND_READ.search(rest[: bending.start()])
            for bending in words.bending.finditer(rest)
        )
    )


def only_fillers(rest: str, vocabularies: Sequence[TimeWords]) -> bool:
    """Say whether what is left holds no word that could be a day.

    "My birthday at three" is not today.
    """
    for words in vocabularies:
        rest = words.fillers.sub(" ", rest)
    return not _LETTERS.search(rest)


def _misspelled(rest: str, spelled: tuple[str, ...]) -> bool:
    return any(
        len(word) >= _SHORTEST_ALIKE and difflib.get_close_matches(word, spelled, 1, _ALIKE)
        for word in _LETTERS.findall(rest)
    )
