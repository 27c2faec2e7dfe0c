"""How a call reads in the log: one line for each event of its account, nothing per frame.

The account itself (`CallEvent`s) is stored with the call; there the words stand as they were said.
In the log numbers are masked, because a log travels further than the business's own database. For the same
reason a line can be told without the words that callers, the bot and its tools said.
"""

import re
from collections.abc import Collection
from typing import Any

from attrs import asdict, evolve, frozen

from engine.account import Line, ToolAnswered, ToolCalled, TranscriptionRefused, fields_of

# Lines that somebody must look after; the others are INFO.
WARNINGS = (TranscriptionRefused,)

_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_WORDS = frozenset({"text", "message"})  # fields that hold what somebody said, or what may quote it


@frozen
class LogLine:
    """The log's line of one event. As a string it has the words; `wordless` is for a log that must not.

    Every number of seven digits or more is masked either way. `tools` are the names of the tools that there
    are: any other name of one was made up by the model, which may have put anything into it.
    """

    line: Line
    tools: Collection[str] = ()

    def __str__(self) -> str:
        return worded(self.line)

    def wordless(self) -> str:
        """Give the line with a count where words stood."""
        words: Any = {name: _counted(value) for name, value in fields_of(self.line).items() if name in _WORDS}
        if isinstance(self.line, ToolCalled | ToolAnswered) and self.line.name not in self.tools:
            words["name"] = "unknown"
        return worded(evolve(self.line, **words))


def worded(line: Line) -> str:
    """Say one event in a line, with every number of seven digits or more masked."""
    words = line.says.format(**asdict(line))
    if isinstance(line, ToolAnswered) and line.why is not None:
        words += f", not run: {line.why}"
    return _NUMBER.sub("[number]", words)


def _counted(text: str) -> str:
    return f"({len(text.split())} words)"
