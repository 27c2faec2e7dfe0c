"""Tools of a deployment's own, found and checked as the server starts.

An entry point of the group `frontdesk.tools`, or FRONTDESK_TOOLS, names one Tool or a list of them. They are
values that are made once, before any call: their `run` gets the Desk of the call in which it runs, then the
arguments and the ToolCall. So whatever is wrong with them is found here, where it costs nobody a call; and
nothing of theirs runs in a call but `run`, and that as our own tools do (`engine.tools.run`).
"""

import inspect
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

import attrs

from engine.conversation.parting import END_CALL
from engine.tools import Tool, declaration
from office.office import TOOLS

GROUP = "frontdesk.tools"
VARIABLE = "FRONTDESK_TOOLS"
OURS = frozenset({END_CALL, *(tool.name for tool in TOOLS)})
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what a model's server takes for a function's name


class BadTool(Exception):
    """A tool that no call can have; the text says where it is named, what is wrong, and the fix."""


def found(named: Iterable[str]) -> dict[str, tuple[Tool, ...]]:
    """Find every tool of this deployment, by where it is named: first the variable's MODULE:NAMEs, in order.

    MODULE alone stands for its TOOLS. Imports what is named. Raises BadTool for what cannot be imported or
    used, and what else a module raises as it is imported, with a note of who named it.
    """
    points = {
        f"{VARIABLE}={name}": EntryPoint(name, name if ":" in name else f"{name}:TOOLS", GROUP)
        for name in named
    }
    points |= {f"the entry point {point.name} = {point.value}": point for point in entry_points(group=GROUP)}
    tools: dict[str, tuple[Tool, ...]] = {}
    for source, point in points.items():
        taken = {*OURS, *(tool.name for others in tools.values() for tool in others)}
        tools[source] = checked(source, _loaded(source, point), taken)
    return tools


def _loaded(source: str, point: EntryPoint) -> object:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise BadTool(f"{source} cannot be loaded ({error}): install it, or take it out") from error
    except Exception as error:
        error.add_note(f"{source} names this module: mend it, or take it out")
        raise


def checked(source: str, named: object, taken: Iterable[str] = OURS) -> tuple[Tool, ...]:
    """Check the tools in what is named there: each has a name that is not taken. Raises BadTool."""
    tools = (named,) if isinstance(named, Tool) else named
    if not isinstance(tools, Sequence):
        raise BadTool(f"{source} is no tool: name an engine.tools.Tool, or a list of them")
    names = set(taken)
    for tool in tools:
        if not isinstance(tool, Tool):
            raise BadTool(f"{source} has {tool!r} among its tools: make it an engine.tools.Tool")
        if problem := _problem(tool, names):
            raise BadTool(f"{source}: the tool {tool.name!r} {problem}")
        names.add(tool.name)
    return tuple(tools)


def _problem(tool: Tool, taken: set[str]) -> str | None:
    if not _NAME.fullmatch(tool.name):
        return "cannot be called so: take 1 to 64 letters, digits, _ and - for its name"
    if tool.name in taken:
        return "has a name that another tool has: give it one of its own"
    if not tool.description:
        return "has no description: tell the model in a sentence what it does"
    if not (isinstance(tool.arguments, type) and attrs.has(tool.arguments)):
        return "has arguments that are no attrs class: decorate the class with attrs.frozen"
    try:
        declaration(tool)
    except (KeyError, TypeError, ValueError, NameError) as error:
        return f"has an argument of a type that is not sent ({error}): str, int, float, bool, or one | None"
    try:
        inspect.signature(tool.run).bind("the desk", "the arguments", "the call")
    except (TypeError, ValueError) as error:
        return f"cannot be run ({error}): write async def run(desk, arguments, call)"
    return None
