"""The Python in docs/testing.md is run as it stands there, by these tests and as a part of them."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "testing.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINES_MAX = 39  # of code; what a tool, a call and a sweep may cost


def blocks() -> list[str]:
    """The code blocks, each below as many empty lines as stand before it: a traceback names the true line."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return ["\n" * text.count("\n", 0, block.start(1)) + block[1] for block in _BLOCK.finditer(text)]


def executed(*sources: str) -> dict:
    """The names that these blocks leave behind, one after the other."""
    names = {"__name__": __name__}
    for source in sources:
        exec(compile(source, DOCUMENT, "exec"), names)
    return names


DOCUMENTED = {name: value for name, value in executed(*blocks()).items() if name.startswith("test_")}
globals().update(DOCUMENTED)  # pytest collects them with the others


def the_tool() -> str:
    (source,) = (source for source in blocks() if "take_message" in source)
    return source


def test_every_block_holds_a_test_that_is_run_here():
    assert len(DOCUMENTED) == sum(
        source.count("\ndef test_") + source.count("\nasync def test_") for source in blocks()
    )
    assert all("def test_" in source for source in blocks())


def test_a_tool_a_call_and_its_sweep_take_less_than_40_lines():
    lines = [line for line in the_tool().splitlines() if line.strip()]
    assert len(lines) <= _LINES_MAX


WHOLE = """
        taken.update(name=message.name, text=message.text)
"""
HALVES = """
        taken["name"] = message.name
        await trio.lowlevel.checkpoint()
        taken["text"] = message.text
"""


def test_the_documented_sweep_finds_a_message_that_is_taken_by_halves():
    assert WHOLE in the_tool()
    names = executed(the_tool().replace(WHOLE, HALVES))
    swept = names["sweep"](
        names["scenario"], check=names["never_half_taken"], strikes=["cancel"], thin_outside=10**6
    )
    assert swept.faults
    assert all("taken {'name': 'Grace'}" in fault for fault in swept.faults)
