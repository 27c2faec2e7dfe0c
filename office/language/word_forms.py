"""Words as they are compared: by their letters, without endings, in Hebrew without what is put in front.

No dictionary: only that the forms in which callers and owners write one word have something in common.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

Forms = frozenset[str]  # of one word: all that it is found by

# Apostrophes and the like, and what parts thousands: they part no words.
_INSIDE = re.compile("['\u2018\u2019\u02bc`\"\u05f3\u05f4\u201d]|(?<=\\d)[,.](?=\\d{3})")
_HEBREW = re.compile("[\u05d0-\u05ea]")
_DOUBLED = re.compile("([\u05d5\u05d9])\\1")  # as written without vowel points
_FINAL = str.maketrans("םןץףך", "מנצפכ")  # letters look different at the end of a word
# What may stand in front of a word, and of how many letters that has to be.
_IN_FRONT = (
    *((letter, 2) for letter in "\u05d5בלה"),
    *((letters, 3) for letters in ("מ", "ש", "כ", "של", "שה", "מה", "וה", "וב", "ול", "כש", "לה", "בה")),
)
# The first ending that leaves so many letters goes.
_ENGLISH_ENDINGS = (("ation", 4), ("ance", 4), ("ment", 3), ("ing", 3), ("ed", 3), ("y", 5))
_HEBREW_ENDINGS = (("ימ", 2), ("ות", 2), ("ה", 3), ("ת", 3), ("\u05d9", 3))


def words(text: str) -> list[str]:
    """Return the words of a text without capitals, accents, vowel points and apostrophes."""
    joined = _INSIDE.sub("", unicodedata.normalize("NFKD", text.casefold()))
    letters = "".join(sign for sign in joined if unicodedata.category(sign) not in {"Mn", "Cf"})
    return re.findall(r"[^\W_]+", letters)


@lru_cache(maxsize=8_192)  # a fact is read again whenever somebody asks, at some 10 µs a word
def forms(word: str) -> Forms:
    """Return what a word is found by, as others say it."""
    if not _HEBREW.search(word):
        return frozenset({_english(word)})
    word = _hebrew(word)
    fronts = [
        front for front, least in _IN_FRONT if word.startswith(front) and len(word) - len(front) >= least
    ]
    bare = {word, *(word.removeprefix(front) for front in fronts)}
    return frozenset(bare | {_shortened(each, _HEBREW_ENDINGS) for each in bare})


@lru_cache(maxsize=8_192)
def own_forms(word: str) -> Forms:
    """Return the forms of a word that has nothing in front of it."""
    if not _HEBREW.search(word):
        return forms(word)
    word = _hebrew(word)
    return frozenset({word, _shortened(word, _HEBREW_ENDINGS)})


def _hebrew(word: str) -> str:
    return _DOUBLED.sub(r"\1", word).translate(_FINAL)


def _english(word: str) -> str:
    if len(word) > 3:
        word = re.sub(r"ies$", "y", word)
        word = re.sub(r"(?<=ss|sh|ch|.x)es$|(?<![sui])s$", "", word)
    word = _shortened(word, _ENGLISH_ENDINGS)
    word = re.sub(r"([^aeiou])\1$", r"\1", word)  # cancelling, canceling
    word = re.sub(r"(?<=..)our$", "or", word)  # colour, color
    return re.sub(r"(?<=...)e$", "", word)


def _shortened(word: str, endings: Iterable[tuple[str, int]]) -> str:
    for ending, letters in endings:
        if word.endswith(ending) and len(word) - len(ending) >= letters:
            return word.removesuffix(ending)
    return word
