"""The map of the house in docs/README.md, a line a file: `python -m tests.house` writes it.

A file's line is the first sentence of its docstring.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "README.md"
ROOMS = ("engine", "office", "storage", "rehearsal", "web", "simulator", "benchmarks")
_BLOCK = re.compile(
    r"(?<=<!-- map: written by `python -m tests.house` -->\n).*?(?=<!-- end of map -->)", re.DOTALL
)
_SENTENCE = re.compile(r".*?[.?](?=\s|$)")


def house_map() -> str:
    """Every folder with its sentence, and below it its files with theirs."""
    folders = sorted({path.parent for room in ROOMS for path in (ROOT / room).rglob("*.py")}, key=_by_room)
    return "\n" + "\n".join(line for folder in folders for line in _lines(folder))


def _by_room(folder: Path) -> tuple[int, Path]:
    place = folder.relative_to(ROOT)
    return ROOMS.index(place.parts[0]), place


def _lines(folder: Path) -> Iterator[str]:
    yield f"**{folder.relative_to(ROOT).as_posix()}/** {sentence(folder / '__init__.py')}\n"
    for path in sorted(folder.glob("*.py")):
        if path.name != "__init__.py":
            yield f"- `{path.name}` {sentence(path)}"
    yield ""


def sentence(path: Path) -> str:
    """The first sentence of a module's docstring; nothing if it has none."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    found = _SENTENCE.match(" ".join(docstring.split("\n\n")[0].split()))
    return found[0] if found else ""


def written(text: str) -> str:
    """The document with the map of today in its place."""
    found, number = _BLOCK.subn(lambda _: house_map(), text)
    assert number == 1, "docs/README.md has lost the two marks around its map"
    return found


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
