"""Every message of the pages, found in templates and code.

`python -m tests.web.pages.messages` prints those that the Hebrew catalog lacks, ready to be translated.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from office.office import TOOLS

ROOT = Path(__file__).parents[3]
LOCALE = ROOT / "web" / "pages" / "locale"
PLACES = (
    ("web/pages/templates", "**.html", "jinja2.ext:babel_extract", {"silent": "false"}),
    ("web", "**.py", "python", {}),
    ("storage", "**.py", "python", {}),
)
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": (1,), "InvalidField": (2,)}


def found() -> Catalog:
    """What the pages can say."""
    catalog = Catalog()
    for folder, pattern, method, options in PLACES:
        for name, _, message, *_ in extract_from_dir(
            ROOT / folder,
            method_map=[(pattern, method)],
            options_map={pattern: options},
            keywords=KEYWORDS,
        ):
            catalog.add(message, locations=[(f"{folder}/{name}", 1)])
    for tool in TOOLS:
        catalog.add(tool.label, locations=[("office/tools", 1)])
    return catalog


def translated(language: str) -> Catalog:
    """A catalog as it is in the tree."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A message's forms: one, or one for each number."""
    return (text,) if isinstance(text, str) else tuple(text)


def lacking(language: str) -> Iterator[Message]:
    """What a catalog does not translate."""
    known = translated(language)
    for message in found():
        there = known.get(message.id)
        if message.id and (there is None or there.fuzzy or not all(forms(there.string))):
            yield message


def places(text: str) -> set[str]:
    """The places that a message leaves for its values."""
    return set(re.findall(r"%\(\w+\)s|\{\w+(?:!r)?\}", text))


if __name__ == "__main__":
    untranslated = Catalog(locale="he")
    for one in lacking("he"):
        untranslated.add(one.id, locations=one.locations)
    write_po(sys.stdout.buffer, untranslated, width=0, omit_header=True, include_lineno=False)
