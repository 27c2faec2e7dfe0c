"""The Python in docs/testing.md is run as it stands there, and calls go by the figures of docs/design.md."""

import re
from fnmatch import fnmatch

import pytest
from attrs import asdict

from engine.settings import DEFAULTS
from tests.test_imports import ROOT, sources

DOCUMENT = ROOT / "docs" / "testing.md"
DESIGN = " ".join(DOCUMENT.with_name("design.md").read_text(encoding="utf-8").split())
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


@pytest.mark.parametrize(
    "rule",
    [
        "An utterance counts from {utterance_min_ms} ms",
        "it begins at the latest {greeting_due_s:g} s after the",
        "A carrier that stops sending for {carrier_gap_ms} ms counts as silence",
        "stops it before the notice and {greeting_kept_s:g} s of it were",
        "goes up in parts of {utterance_max_s:g} s",
        "Who still speaks after {longest_turn_s:g} s is cut in on",
        "The silence that ends it is {utterance_end_ms} ms as a call begins",
        "between {utterance_end_min_ms} ms and a second",
        "is dictated it is at least {dictation_end_ms} ms",
        "pauses the bot at {barge_in_min_ms} ms of speech and is real at {barge_in_real_ms} ms",
        "a floor of {noisy_floor} (RMS",
        "no question stands, at {back_channel_max_ms} ms",
        "less than {back_channel_rest_s:g} s of the answer is left",
        "The first {guard_ms} ms of the bot's voice do not count",
        "two barge-ins are {barge_in_cooldown_ms} ms apart",
        "words within {transcript_due_ms} ms",
        "if that was no more than {resume_within_s:g} s ago",
        "{echo_return_db:g} dB down, within {echo_memory_ms} ms of it, is echo",
        "until none comes for {keypad_end_s:g} s",
        "Silence is asked about after {silence_s:g} s, twice",
        "An answer that does not come within {answer_due_s:g} s",
    ],
)
def test_calls_go_by_the_figures_that_the_design_names(rule):
    figures = asdict(DEFAULTS)
    seconds = {
        name.removesuffix("ms") + "s": figures[name] / 1_000 for name in figures if name.endswith("_ms")
    }
    assert rule.format(**figures, **seconds) in DESIGN


def test_every_file_that_the_documents_name_is_there():
    known = [f"/{path}" for path in sources()]
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {
        name for page in pages for name in re.findall(r"`([\w/*]+\.py)`", page.read_text(encoding="utf-8"))
    }
    assert [name for name in sorted(named) if not any(fnmatch(path, f"*/{name}") for path in known)] == []


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
        for _ in range(6):  # so that every sixth step meets it
            await trio.lowlevel.checkpoint()
        taken["text"] = message.text
"""


def test_the_documented_sweep_finds_a_message_that_is_taken_by_halves():
    assert WHOLE in the_tool()
    names = executed(the_tool().replace(WHOLE, HALVES))
    swept = names["sweep"](
        names["scenario"],
        check=names["never_half_taken"],
        strikes=["cancel"],
        thin_inside=6,
        thin_outside=10**6,
    )
    assert swept.faults
    assert all("taken {'name': 'Grace'}" in fault for fault in swept.faults)
