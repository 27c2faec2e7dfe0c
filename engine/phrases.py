"""Tables of phrases, by language, and how they are looked for: all of them, whatever language a call is in.

A phrase stands for whole words; a star at either end lets the word go on there.
"""

import re
from collections.abc import Iterable, Mapping

Phrases = Mapping[str, Iterable[str]]  # by ISO 639-1


def pattern(table: Phrases, *, at_start: bool = False, at_end: bool = False) -> re.Pattern[str]:
    """Return what finds these phrases anywhere, or only where a text begins or ends."""
    listed = "|".join(_one(phrase) for phrases in table.values() for phrase in phrases)
    start, end = r"^\W*" if at_start else "", r"\W*$" if at_end else ""
    return re.compile(f"{start}(?:{listed}){end}", re.IGNORECASE)


def _one(phrase: str) -> str:
    begins = "" if phrase.startswith("*") else r"(?<!\w)"
    ends = "" if phrase.endswith("*") else r"(?!\w)"
    return begins + re.escape(phrase.strip("*")) + ends
