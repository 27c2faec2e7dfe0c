"""Checks for JSON values, put together like the schema that they stand for. Pure.

A check gets a value and its path, and raises `Refused` with the error a Realtime server would send.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import frozen

Json = dict[str, Any]


@frozen
class Refused(Exception):
    """The server's `error` event for something the client sent."""

    code: str
    message: str
    param: str | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


Check = Callable[[Any, str], None]  # raises Refused; gets the value and its path


def _wrong(path: str, value: Any, wanted: str) -> Refused:
    return Refused("invalid_value", f"Invalid value: {value!r}. Supported values are: {wanted}.", path)


def one_of(*values: Any) -> Check:
    """Let pass one of these values, of the same type."""

    def check(value: Any, path: str) -> None:
        if not any(value == allowed and type(value) is type(allowed) for allowed in values):
            raise _wrong(path, value, ", ".join(map(repr, values)))

    return check


def number(low: float, high: float, *, whole: bool = False) -> Check:
    """Let pass a number between two bounds, both included."""

    def check(value: Any, path: str) -> None:
        kinds = (int,) if whole else (int, float)
        if type(value) not in kinds or not low <= value <= high:
            raise _wrong(path, value, f"{'an integer' if whole else 'a number'} from {low:g} to {high:g}")

    return check


def text(value: Any, path: str) -> None:
    """Let pass a string."""
    if not isinstance(value, str):
        raise Refused("invalid_type", f"Invalid type for '{path}': expected a string.", path)


def truth(value: Any, path: str) -> None:
    """Let pass a boolean."""
    if not isinstance(value, bool):
        raise Refused("invalid_type", f"Invalid type for '{path}': expected a boolean.", path)


def anything(value: Any, path: str) -> None:
    """Let pass whatever there is: fields that the simulator accepts unseen."""


def or_null(check: Check) -> Check:
    """Let pass null, and what `check` lets pass."""
    return lambda value, path: None if value is None else check(value, path)


def either(*checks: Check) -> Check:
    """Let pass what one of the checks does; otherwise the last one refuses it."""

    def check(value: Any, path: str) -> None:
        for candidate in checks[:-1]:
            try:
                return candidate(value, path)
            except Refused:
                continue
        return checks[-1](value, path)

    return check


def list_of(item: Check) -> Check:
    """Let pass an array of such members."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise Refused("invalid_type", f"Invalid type for '{path}': expected an array.", path)
        for index, member in enumerate(value):
            item(member, f"{path}[{index}]")

    return check


def object_of(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    """Let pass an object with no other fields than these."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Refused("invalid_type", f"Invalid type for '{path}': expected an object.", path)
        for name in value:
            if name not in fields:
                raise Refused("unknown_parameter", f"Unknown parameter: '{path}.{name}'.", f"{path}.{name}")
        for name in required:
            if name not in value:
                message = f"Missing required parameter: '{path}.{name}'."
                raise Refused("missing_required_parameter", message, f"{path}.{name}")
        for name, member in value.items():
            fields[name](member, f"{path}.{name}")

    return check
