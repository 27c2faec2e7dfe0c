"""Settings from the command line: `--set barge_in_min_ms=240`."""

import types
import typing
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Literal

from attrs import evolve, fields_dict

from engine.settings import DEFAULTS, Settings


class BadSetting(ValueError):
    """A setting that does not exist or cannot have this value; the text names it and the fix."""


def parse_settings(pairs: Sequence[str], base: Settings = DEFAULTS) -> Settings:
    """The settings `base` with each `name=value` in its place; a later pair wins. Raises BadSetting."""
    hints = typing.get_type_hints(Settings)
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise BadSetting(f"{pair!r} is no setting; write NAME=VALUE, as in barge_in_min_ms=240")
        if name not in fields_dict(Settings):
            raise BadSetting(f"{name}: there is no such setting{_meant(name)}")
        changes[name] = _value(name, text, hints[name])
    try:
        return evolve(base, **changes)
    except ValueError as error:
        raise BadSetting(str(error)) from None


def _meant(name: str) -> str:
    close = get_close_matches(name, fields_dict(Settings), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _value(name: str, text: str, wanted: Any) -> Any:
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        if text.lower() == "none":
            return None
        wanted = next(kind for kind in typing.get_args(wanted) if kind is not type(None))
    if typing.get_origin(wanted) is Literal:
        choices = typing.get_args(wanted)
        if text not in choices:
            raise BadSetting(f"{name}={text}: must be one of {', '.join(choices)}")
        return text
    try:
        return wanted(text)
    except ValueError:
        kind = "a whole number" if wanted is int else "a number"
        raise BadSetting(f"{name}={text}: must be {kind}") from None
