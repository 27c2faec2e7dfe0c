"""Names as people say and write them: whether two are the same, and what is no name at all.

A caller shows that an appointment is theirs by the name it stands under, and the model writes that name anew
in each call: with accents or without, with a title, spelt letter by letter. So two names are the same if
their letters are: accents, points, titles, apostrophes, hyphens, commas and the order of the words count for
nothing. But all letters count: a part of a name proves nothing, and what has no letters is nobody's.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, permutations

from office.name_words import ALSO_NAMES, APOSTROPHES, LETTERS, NO_NAMES, TITLES, TWO_LETTERS
from storage import fields

_MOST_WORDS = 6  # that are tried in every order


def same(said: str, known: str | None) -> bool:
    """Say whether both are the same name, whole."""
    if known is None:
        return False
    whole = [words for words in _readings(known) if words]
    return any(_same_letters(words, other) for words in _readings(said) for other in whole)


def shared(said: str, known: str) -> int:
    """Return how many words of a known name were said. Its titles do not count: Dr. Levi is not Dr. Cohen."""
    of_known = {word for reading in _readings(known) for word in reading}
    return len(of_known.intersection(_words(fields.cleaned(said))))


def is_nobody(name: str) -> bool:
    """Say whether it names nobody: it has no letters, or is a word that stands where nobody gave a name.

    Only the whole of it: "Null" is nobody, Jennifer Null and Mrs. Null are somebody.
    """
    letters = " ".join(_words(fields.cleaned(name)))
    return not letters or letters in _NO_NAMES


def somebody(name: str | None) -> str | None:
    """Return the name, or None for what names nobody."""
    return None if name is None or is_nobody(name) else name


def is_nothing(detail: str) -> bool:
    """Say whether such a word stands in place of a number or an address, or nothing at all."""
    return not any(sign.isdigit() for sign in detail) and is_nobody(detail)


def given(detail: str | None) -> str | None:
    """Return the detail, or None for what stands in its place where there was none: "N/A"."""
    return None if detail is None or is_nothing(detail) else detail


def _same_letters(said: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Say whether the words of both, each in some order, make the same row of letters.

    So a name is the same in one word or two: Jean-Luc and Jeanluc, Bat El and Batel.
    """
    ours, theirs = Counter(said) - Counter(known), Counter(known) - Counter(said)
    rest, other = tuple(ours.elements()), tuple(theirs.elements())
    if not rest and not other:
        return True
    if sorted("".join(rest)) != sorted("".join(other)) or max(len(rest), len(other)) > _MOST_WORDS:
        return False
    rows = {"".join(row) for row in permutations(other)}
    return any("".join(row) in rows for row in permutations(rest))


def _readings(name: str) -> Iterator[tuple[str, ...]]:
    """Give the words that it may be, without titles: umlauts both ways, and once what was spelt as well."""
    plain = APOSTROPHES.sub("", unicodedata.normalize("NFC", fields.cleaned(name)).casefold())
    for written in dict.fromkeys((plain, plain.translate(TWO_LETTERS))):
        parts = [_words(part) for part in re.split(r"[,;\u060c\u3001]", written)]
        words = [word for part in parts for word in _untitled(part, alone=sum(map(len, parts)) == 1)]
        joined, spelt = _joined(words)
        yield joined
        if spelt and (rest := _without_echo(joined, spelt)) != joined:
            yield rest


def _words(text: str) -> list[str]:
    """Return the runs of letters, folded: no accents and points, but the vowel signs that are letters."""
    marked = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold().translate(LETTERS))
    letters = "".join(sign if _is_letter(sign) else "" if _is_mark(sign) else " " for sign in marked)
    return letters.casefold().translate(LETTERS).split()


def _is_letter(sign: str) -> bool:
    """Say whether it is a letter, or a mark that is one: a vowel of India, the sound of a kana."""
    kind = unicodedata.category(sign)
    return kind[0] == "L" or (kind in ("Mn", "Mc") and not _is_mark(sign))


def _is_mark(sign: str) -> bool:
    """Say whether it is a point or an accent, by its place: those of Hebrew and Arabic, above or below.

    A variation selector has place 0, as vowel signs have; it was cleaned away before.
    """
    place = unicodedata.combining(sign)
    return 10 <= place <= 36 or place >= 200 or unicodedata.category(sign) == "Cf"


def _untitled(words: list[str], *, alone: bool) -> list[str]:
    """Return the words of one part of a name without its titles.

    What is a name too is a title only before another word.
    """
    if alone:
        return words
    before = range(len(words) - 1)
    return [
        word
        for place, word in enumerate(words)
        if word not in _TITLES and not (word in _ALSO_NAMES and place in before)
    ]


def _joined(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words with each row of single letters as one word, and which words those are."""
    joined, spelt = list[str](), list[str]()
    for is_letter, row in groupby(words, lambda word: len(word) == 1):
        run = list(row)
        joined += ["".join(run)] if is_letter else run
        spelt += ["".join(run)] if is_letter and len(run) > 1 else []
    return tuple(joined), tuple(spelt)


def _without_echo(words: tuple[str, ...], spelt: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without a spelling of what was said as a word, too: "Levi, L-E-V-I"."""
    for word in spelt:
        others = [*words]
        others.remove(word)
        if word in others or _same_letters(tuple(others), (word,)):
            words = tuple(others)
    return words


_TITLES, _ALSO_NAMES, _NO_NAMES = (
    frozenset(" ".join(_words(text)) for text in texts) for texts in (TITLES, ALSO_NAMES, NO_NAMES)
)
