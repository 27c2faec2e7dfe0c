"""The map in docs/README.md is of this house, and every file that the documents name is in it."""

import re

import pytest

from tests.house import DOCUMENT, ROOMS, ROOT, sentence, written

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FILES = [
    "/" + path.relative_to(ROOT).as_posix() + "/" * path.is_dir()
    for top in ROOT.iterdir()
    if not top.name.startswith(".")
    for path in (top, *top.rglob("*"))
]
MODULES = [re.sub(r"(/__main__)?\.py$", "", file).replace("/", ".") for file in FILES]
_FILE = re.compile(r"[`(]([\w./-]+\.(?:py|md|sql|tsv|toml|po|html|js|css|png))[`)#]")
_FOLDER = re.compile(rf"`((?:{'|'.join((*ROOMS, 'tests', 'docs'))})/(?:[\w-]+/)*)`")
_MODULE = re.compile(r"python -m ([\w.]+)")


def missing(text: str) -> list[str]:
    """The files, folders and modules that a text names and that are not there. The end of a path will do."""
    paths = [name.removeprefix("../") for name in (*_FILE.findall(text), *_FOLDER.findall(text))]
    return [
        *(name for name in paths if not any(file.endswith(f"/{name}") for file in FILES)),
        *(name for name in _MODULE.findall(text) if f".{name}" not in MODULES),
    ]


def test_the_map_is_of_this_house():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == written(text), "run `python -m tests.house`, which writes the map in docs/README.md"


def test_every_module_says_in_its_first_sentence_what_it_is():
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert [path.relative_to(ROOT).as_posix() for path in modules if not sentence(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document):
    assert missing(document.read_text(encoding="utf-8")) == []


def test_what_a_document_names_and_is_gone_is_found():
    there = "`engine/call.py`, `call.py`, [it](../README.md#what), `python -m benchmarks.turns`, `elsewhere/`"
    gone = "`engine/gone.py`, `gone.py`, `office/gone/`, [it](../gone.md#part), `python -m tests.gone`"
    assert missing(there) == []
    assert missing(gone) == ["engine/gone.py", "gone.py", "gone.md", "office/gone/", "tests.gone"]
