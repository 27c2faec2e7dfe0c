"""Tools: what the model may ask the office to do, and how one request is run.

A tool's arguments are an attrs class. Its fields are the JSON schema that the model sees, and cattrs
structures the model's JSON into it, refusing what does not fit: the caller may say anything to the
model, so the model may say anything to us. A name that is a word of Python's ends in an underscore here,
and without it in JSON: `from_` is "from".
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs
import trio
from attrs import Factory, evolve, frozen
from cattrs.gen import make_dict_structure_fn, override

from engine.errors import ArgumentsRefused
from engine.outcome import Outcome

log = logging.getLogger(__name__)

_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_MAX_ARGUMENTS_BYTES = 16_384
_CANCELLED = "The caller spoke, so this was stopped before it was done. Nothing is confirmed."

Status = Literal["ok", "refused", "error", "timeout", "cancelled"]


@frozen(kw_only=True)
class ToolCall:
    """One request of the model: `response.output_item.done` with a completed function call."""

    call_id: str
    response_id: str
    name: str
    arguments: str  # JSON, as the model wrote it
    # Of whose outputs the caller had heard the bot speak, and had said something since, when the model was
    # asked for the response that makes this call; with the words that they had heard of that before they
    # answered. Only for a tool that needs an answer.
    answered_calls: Mapping[str, str] = Factory(dict)


@frozen(kw_only=True)
class ToolOutput:
    """What goes back to the model for one executed call_id, exactly once."""

    call_id: str
    name: str
    status: Status
    result: dict[str, Any]


class Refusal(Exception):
    """Raised by a tool that will not do what was asked; its text is a sentence the model can say."""


@frozen(kw_only=True)
class Tool:
    """A thing the model may do, with all that is said of it. `arguments` is an attrs class.

    `run` gets an instance of it and the ToolCall, and returns a JSON object. It may raise Refusal. It is
    cancelled when its deadline passes or the call ends, so whatever it must not leave half done belongs in
    one storage job. Before there is a call, its first parameter is what it will work on (`of`).
    """

    name: str
    description: str
    arguments: type[Any]
    run: Callable[..., Awaitable[dict[str, Any]]]
    # When to use it and how: a line of the system prompt, by the language the prompt is written in. Where a
    # language has none the English one stands; without either, only the description speaks of it.
    guidance: Mapping[str, str] = Factory(dict)
    label: str = ""  # what it does, for the owner and in English: "Booking an appointment"
    deadline_ms: int | None = None  # None: the settings' tool_deadline_ms
    interruptible: bool = False  # it only looks things up: a real barge-in cancels it while it runs
    needs_answer: bool = False  # it does what the caller agreed to: it waits until their words are known
    ends_call: Outcome | None = None  # once it has answered "ok", the bot says so and the call ends like this
    captures_lead: bool = False  # once it has answered "ok", it is known who called

    def of(self, worker: Any) -> "Tool":
        """Return the tool of one call, whose `run` works on that."""
        return evolve(self, run=partial(self.run, worker))


def describe(text: str) -> dict[str, str]:
    """Return the metadata of an argument field: `when: str = field(metadata=describe("..."))`."""
    return {"description": text}


def optional(text: str) -> Any:
    """Declare an argument that may be left out, which is None then: `day: str | None = optional("...")`."""
    return attrs.field(default=None, metadata=describe(text))


def declaration(tool: Tool) -> dict[str, Any]:
    """Declare the tool as `session.update` does: by a JSON schema that forbids extra keys."""
    fields = attrs.fields(tool.arguments)
    hints = get_type_hints(tool.arguments)
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": {
            "type": "object",
            "properties": {
                _json_name(f): _property(hints[f.name], f.metadata.get("description")) for f in fields
            },
            "required": [_json_name(f) for f in fields if f.default is attrs.NOTHING],
            "additionalProperties": False,
        },
    }


def _json_name(argument: "attrs.Attribute[Any]") -> str:
    return argument.name.removesuffix("_")


def _property(kind: Any, description: str | None) -> dict[str, str]:
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (member for member in get_args(kind) if member is not NoneType)
    schema = {"type": _JSON_TYPES[kind]}
    if description:
        schema["description"] = description
    return schema


def structure(tool: Tool, arguments: str) -> Any:
    """Read the model's JSON as the tool's arguments.

    Raises ArgumentsRefused naming the field and the fix.
    """
    if len(arguments.encode()) > _MAX_ARGUMENTS_BYTES:
        raise ArgumentsRefused(f"arguments: longer than {_MAX_ARGUMENTS_BYTES} bytes")
    try:
        parsed = json.loads(arguments or "{}")
    except (ValueError, RecursionError):  # nested deeper than Python's json can follow
        raise ArgumentsRefused("arguments: not JSON; send one JSON object") from None
    if not isinstance(parsed, dict):
        raise ArgumentsRefused("arguments: send one JSON object")
    try:
        return _converter_for(tool.arguments).structure(parsed, tool.arguments)
    except cattrs.BaseValidationError as error:
        found = cattrs.transform_error(error, path="arguments")
        problems = "; ".join(problem.removesuffix("_") for problem in found)  # each ends with the field
        # They quote the model's keys, and half a surrogate pair in one can be neither sent nor stored.
        raise ArgumentsRefused(problems.encode(errors="replace").decode()) from None


def _converter_for(kind: type[Any]) -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for primitive in _JSON_TYPES:
        converter.register_structure_hook(primitive, _exact)
    names: dict[str, Any] = {field.name: override(rename=_json_name(field)) for field in attrs.fields(kind)}
    converter.register_structure_hook(
        kind, make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, **names)
    )
    return converter


def _exact(value: Any, kind: type[Any]) -> Any:
    # cattrs would turn 30.9 into 30 and None into "None"; a wrong type must be refused, not bent.
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise ValueError(f"must be a {_JSON_TYPES[kind]}")
    if kind is str:
        value.encode()  # half a surrogate pair is JSON, but no text: SQLite cannot take it
    if kind is float and not isfinite(value):  # Python's json reads NaN, which is not JSON
        raise ValueError("must be finite")
    return value


async def run(
    tool: Tool | None, call: ToolCall, *, deadline_ms: int, scope: trio.CancelScope | None = None
) -> ToolOutput:
    """Run one call and return its one output. Whatever the tool does, the call goes on.

    `deadline_ms` holds for a tool that names none. Cancelling `scope` stops the tool: its output then says
    so, unless the tool had already made its own. Any other cancellation passes through.

    This is one of the four places where every exception is caught: a bug in one tool becomes that
    tool's error output and a logged traceback.
    """

    def output(status: Status, result: dict[str, Any]) -> ToolOutput:
        return ToolOutput(call_id=call.call_id, name=call.name, status=status, result=result)

    if tool is None:
        return output("refused", {"status": "refused", "say": f"there is no tool named {call.name}"})
    if tool.deadline_ms is not None:
        deadline_ms = tool.deadline_ms
    try:
        # Inside the `try`, because a tool may turn its cancellation into an error of its own.
        with scope or trio.CancelScope(), trio.fail_after(deadline_ms / 1000):
            result = await tool.run(structure(tool, call.arguments), call)
            json.dumps(result, allow_nan=False)  # what the model cannot be told is a bug of the tool
            return output("ok", result)
        return output("cancelled", {"status": "cancelled", "say": _CANCELLED})
    except trio.TooSlowError:
        return output("timeout", {"status": "error", "say": "That took too long. Nothing is confirmed."})
    except (Refusal, ArgumentsRefused) as refusal:
        return output("refused", {"status": "refused", "say": str(refusal)})
    except Exception:
        log.exception("tool %s failed", call.name)
        return output("error", {"status": "error", "say": "That did not work. Nothing is confirmed."})
