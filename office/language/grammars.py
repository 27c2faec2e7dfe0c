"""How each language that is understood names days and times."""

from office.language import (
    days_english,
    days_hebrew,
    figures_english,
    figures_hebrew,
    time_words_english,
    time_words_hebrew,
    times_english,
    times_hebrew,
)
from office.language.asides_english import ASIDES as ENGLISH_ASIDES
from office.language.asides_hebrew import ASIDES as HEBREW_ASIDES
from office.language.grammar import Grammar

ENGLISH = Grammar(
    figures=figures_english.digits,
    asides=ENGLISH_ASIDES,
    days=days_english.DAYS,
    times=times_english.TIMES,
    refusals=days_english.REFUSALS,
    words=time_words_english.ENGLISH,
    unsure=(
        r"\bat (?:about |around )?10 (?:to|till|til|until) [1-6]\b(?!:)"
        # From the one appointment to the other, not between them.
        r"|\b(?:change|move|reschedule|switch|shift|push|bring)\w*\b.* from (?:about )?\d\S*(?: [ap]m)? to \d"
    ),
    unsure_alone=r"(?!)",
)

HEBREW = Grammar(
    figures=figures_hebrew.digits,
    asides=HEBREW_ASIDES,
    days=days_hebrew.DAYS,
    times=times_hebrew.TIMES,
    refusals=days_hebrew.REFUSALS,
    words=time_words_hebrew.HEBREW,
    unsure=r"(?<![א-ת])[בל]?ה-?\d\d? ל-?\d|(?<![א-ת])ב(?:שלוש|ארבע|חמש|שש|שבע|שמונה|תשע) עשר(?![א-ת])",
    unsure_alone=r"(?<![א-ת])ב-\d\d? ל-?\d|(?<![א-ת])ב\d\d? ל1[12]\b",
)


def read_in(language: str) -> tuple[Grammar, ...]:
    """Return the grammars of a business of that language: its own, and English as models speak it."""
    return (HEBREW, ENGLISH) if language == "he" else (ENGLISH,)
