"""A function's docstring begins with what the function does: with a verb, not with a clause or a noun.

A noun is what a class, a value and a property have, and a property of a truth may say "Whether".
"""

import ast
import re

import pytest

from tests.test_imports import PACKAGES, sources

# Words that open a clause, a noun or a place, and no sentence about what a function does.
OPENINGS = (
    "What|Whether|Who|Whom|Whose|How|When|Where|Which|Why|If|That|Whatever|"
    "The|An?|All|Every|Each|Both|Either|Neither|Some|Any|No|One|Two|Three|Half|Several|Another|"
    "Everybody|Everything|Somebody|Something|Nobody|Nothing|"
    "As|At|Before|Between|By|For|From|In|Inside|Instead|Of|On|Once|Over|Since|To|Until|Up|While|With|Without|"
    "It|Its|So|Such|Their|They|This|These|Those|False|True|Raises|Returns"
)
OPENS_WRONG = re.compile(rf"(?:{OPENINGS})\b")


def begin_wrong(source: str) -> list[str]:
    """Return the names of the functions whose docstring begins with no verb, in order of their lines.

    What a command says of itself is read by who types --help, and is none of them.
    """
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any(
            re.search(r"property\b|\.setter$|\.(command|group)\(", ast.unparse(each))
            for each in node.decorator_list
        )
        and OPENS_WRONG.match(ast.get_docstring(node) or "")
    ]


def test_every_docstring_begins_with_a_verb():
    read = {
        path: source for path, source in sources().items() if path.split("/")[0] in (*PACKAGES, "benchmarks")
    }
    assert {path: begin_wrong(source) for path, source in read.items() if begin_wrong(source)} == {}


@pytest.mark.parametrize(
    "docstring",
    ["What it costs.", "Whether it is open.", "The next frame.", "A fresh token.", "An end.", "So it goes."],
)
def test_a_clause_and_a_noun_are_found(docstring):
    assert begin_wrong(f'async def f():\n    """{docstring}"""') == ["f"]


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    """Return what it costs."""',
        'def f():\n    """Assert that all is well."""',
        'class F:\n    """The next frame."""',
        'class F:\n    @property\n    def is_open(self):\n        """Whether it is open."""',
        '@main.command("x")\ndef f():\n    """Everybody who may sign in."""',
        "def f():\n    pass",
    ],
)
def test_a_verb_a_value_and_a_command_are_not_found(source):
    assert begin_wrong(source) == []
