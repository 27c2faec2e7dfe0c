"""Names for the model that writes down what the caller says: those of a business, fit for the wire.

How many and how long they may be is said nowhere; both are kept small, because a list that is refused would
cost the call one more round trip as it begins.
"""

import unicodedata
from collections.abc import Iterable

_MOST = 50
_LONGEST_CHARS = 60  # a longer one is a sentence, and half of one would be a wrong name

# A dated name is the model's own with more behind it.
_TAKE_LISTS = ("gpt-live-transcribe", "gpt-transcribe")


def takes_lists(model: str) -> bool:
    """Say whether this model takes `languages` and `keywords`; the older ones take one `language` instead.

    By OpenAI's transcription guide, which names the two.
    """
    return any(model == name or model.startswith(f"{name}-") for name in _TAKE_LISTS)


def listed(names: Iterable[str]) -> list[str]:
    """Return the names that can be told, each once and as one line of text, in their order."""
    lines = dict[str, str]()
    for line in map(_line, names):
        if any(map(str.isalnum, line)) and len(line) <= _LONGEST_CHARS:
            lines.setdefault(line.casefold(), line)
    return list(lines.values())[:_MOST]


def _line(name: str) -> str:
    # Pasted marks of direction and of no width stand within words, so they are taken out without a gap.
    signs = (c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() else " " for c in signs).split())
