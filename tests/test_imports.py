"""Which package may import what, read from the source of every file."""

import ast
import sys
from pathlib import Path

import pytest

from office.office import TOOLS

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "storage", "office", "rehearsal", "web", "simulator")
CHECKED = (*PACKAGES, "tests", "benchmarks")

# What each room may import of ours and, if it is listed, of others beside the standard library. `web` knows
# all of them, and nobody knows `web`.
ROOMS = {
    "engine": {"engine"},
    "storage": {"storage"},
    "simulator": {"simulator"},
    "office": {"engine", "storage", "office"},
    "rehearsal": {"engine", "storage", "office", "simulator", "rehearsal"},
    "web": set(PACKAGES),
    "tests": {*PACKAGES, "tests", "benchmarks"},
    "benchmarks": {*PACKAGES, "tests", "benchmarks"},
}
FOREIGN = {
    "engine": {"attrs", "cattrs", "trio"},
    "storage": {"attrs", "cattrs", "trio", "sqlite_utils"},
    "office": {"attrs", "cattrs", "trio", "phonenumbers"},
    "rehearsal": {"attrs", "cattrs", "trio"},
}
ONE_FILE_ONLY = {
    "engine/peers/websocket.py": {"trio_websocket"},
    "engine/caller/network.py": {"numpy", "onnxruntime"},
}
# They know the wires of the peers, and stand between them and the engine; the rehearsal's own peers are on
# the other end of the same wires.
KNOW_WIRES = ("engine/peers/", "rehearsal/", "web/", "tests/", "benchmarks/")
IMPURE = {"trio", "time", "random", "logging", "asyncio"}
CATCH_ALLS = {"engine/call.py", "engine/tools.py", "storage/writer.py", "web/door/listener.py"}

# The files of the engine that may touch tasks, clocks and logs. Every other one decides and computes:
# time and events come in as arguments, actions go out as values.
EDGES = {
    "engine/call.py",
    "engine/queue.py",
    "engine/peers/realtime_link.py",
    "engine/peers/websocket.py",
    "engine/switchboard.py",
    "engine/tools.py",
}
PURE_ELSEWHERE = {
    "office/call_story.py",
    "office/entries.py",
    "office/stored_account.py",
    "simulator/line.py",
    "simulator/mulaw.py",
    "simulator/tones.py",
    "storage/availability.py",
    "web/addresses.py",
    "web/door/admission.py",
    "web/door/deadlines.py",
    "web/pages/calendar_file.py",
    "web/pages/form_fields.py",
    "web/pages/labels.py",
    "web/pages/notices.py",
    "web/pages/picture.py",
    "web/pages/samples.py",
    "web/pages/week_form.py",
    "web/throttle.py",
}
PURE_ROOMS = ("engine/", "office/language/")


def violations(path: str, source: str) -> list[str]:
    """What this file does against the rules, one line each."""
    tree = ast.parse(source)
    found = [f"{path} imports {name}" for name in sorted(imported(tree)) if not may_import(path, name)]
    if path not in CATCH_ALLS and not path.startswith("tests/"):
        found += [f"{path}:{line} catches everything" for line in catch_alls(tree)]
    return found


def imported(tree: ast.AST) -> set[str]:
    """The top-level names of all modules that are imported anywhere in the tree, and of `engine.peers`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {
                "." * node.level + ".".join(filter(None, (node.module, alias.name))) for alias in node.names
            }
    return {
        "engine.peers" if name.startswith("engine.peers") else name.split(".")[0] or "." for name in names
    }


def may_import(path: str, name: str) -> bool:
    room = path.split("/")[0]
    if name in (".", "asyncio") or (name in IMPURE and is_pure(path)):
        return False
    if name == "engine.peers":
        return path.startswith(KNOW_WIRES)
    if name in ROOMS:
        return name in ROOMS[room]
    known = room not in FOREIGN or name in sys.stdlib_module_names
    return known or name in FOREIGN[room] or name in ONE_FILE_ONLY.get(path, ())


def is_pure(path: str) -> bool:
    return path in PURE_ELSEWHERE or (path.startswith(PURE_ROOMS) and path not in EDGES)


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


def test_the_engine_knows_no_tool_of_the_office_by_name():
    names = {tool.name for tool in TOOLS}
    engine = {path: source for path, source in sources().items() if path.startswith("engine/")}
    assert [(path, name) for path, source in engine.items() for name in names if name in source] == []


def arrows() -> dict[str, set[str]]:
    """Which files of ours each file imports, by their dotted names."""
    files = {path[:-3].replace("/", "."): source for path, source in sources().items()}
    ours = {name: source for name, source in files.items() if name.split(".")[0] in PACKAGES}
    found: dict[str, set[str]] = {}
    for name, source in ours.items():
        nodes = list(ast.walk(ast.parse(source)))
        named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                named |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        found[name] = named & ours.keys() - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """What is left when all that leads nowhere any more has been taken away, again and again."""
    left = dict(graph)
    while ends := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in ends:
            del left[name]
    return [sorted(left)] if left else []


def rooms_in(folder: str, graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The rooms and files of one folder, and which of them leads to which."""
    start = f"{folder}." if folder else ""
    found: dict[str, set[str]] = {}
    for name, targets in graph.items():
        if name.startswith(start):
            room = name[len(start) :].split(".")[0]
            inside = {target[len(start) :].split(".")[0] for target in targets if target.startswith(start)}
            found.setdefault(room, set()).update(inside - {room})
    return found


def test_no_file_and_no_room_leads_back_to_itself():
    graph = arrows()
    assert circles(graph) == []
    folders = {name.rpartition(".")[0] for name in graph}
    assert [folder for folder in folders if circles(rooms_in(folder, graph))] == []


def test_a_planted_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["a", "b", "c", "d"]]
    assert rooms_in("web", {"web.x": {"web.pages.a"}, "web.pages.b": {"web.x", "engine.c"}}) == {
        "x": {"pages"},
        "pages": {"x"},
    }


def test_no_room_is_more_than_a_third_of_the_house():
    lines = dict.fromkeys(PACKAGES, 0)
    for path, source in sources().items():
        if path.split("/")[0] in lines:
            lines[path.split("/")[0]] += source.count("\n")
    assert [room for room in PACKAGES if lines[room] > sum(lines.values()) / 3] == []


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
        ("engine/caller/vad.py", "import onnxruntime", "engine/caller/vad.py imports onnxruntime"),
        ("engine/caller/vad.py", "import trio_websocket", "engine/caller/vad.py imports trio_websocket"),
        ("engine/call.py", "from . import model", "engine/call.py imports ."),
        ("engine/call.py", "from engine.peers import realtime", "engine/call.py imports engine.peers"),
        ("office/desk.py", "from engine.peers.realtime import encode", "office/desk.py imports engine.peers"),
        ("office/desk.py", "import quart", "office/desk.py imports quart"),
        ("office/desk.py", "from web.twilio import twiml", "office/desk.py imports web"),
        ("office/language/wishes.py", "import trio", "office/language/wishes.py imports trio"),
        ("rehearsal/rig.py", "import web.server", "rehearsal/rig.py imports web"),
        ("rehearsal/sweep.py", "from tests import booking", "rehearsal/sweep.py imports tests"),
        ("rehearsal/rig.py", "import pytest", "rehearsal/rig.py imports pytest"),
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
        ("engine/peers/websocket.py", "import ssl, trio, trio_websocket\nfrom engine.peers import realtime"),
        ("engine/caller/network.py", "import onnxruntime"),
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
