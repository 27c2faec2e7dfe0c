"""Settings as text: `barge_in_min_ms=240`, from the command line, the environment, or a business's row."""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import attrs
from attrs import evolve

from engine.settings import DEFAULTS, OUTGROWN, Settings

_KINDS: Mapping[str, Any] = typing.get_type_hints(Settings)
# What is no threshold has a place of its own, so that it is never set in two.
_ELSEWHERE = {
    "detector": "choose it by FRONTDESK_DETECTOR, for the whole server",
    "keep_audio": "it is a choice of each business: frontdesk business set --keep-audio",
}
# A word that the model's server doesn't know would cost the business every call.
_OF_THE_SERVER = dict.fromkeys(
    ("voice", "transcription_model", "noise_reduction"), "set it by FRONTDESK_SET, for the whole server"
)


class BadSetting(ValueError):
    """A setting that does not exist or cannot have this value; the text names it and the fix."""


def parse_settings(pairs: Iterable[str], base: Settings = DEFAULTS) -> Settings:
    """Return the settings `base` with each `name=value` in its place; a later pair wins.

    Raises BadSetting.
    """
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise BadSetting(f"{pair!r} is no setting; write NAME=VALUE, as in barge_in_min_ms=240")
        changes[name] = _value(name, text)
    try:
        return evolve(base, **changes)
    except ValueError as error:
        raise BadSetting(str(error)) from None


def of_deployment(text: str) -> Settings:
    """Read the settings of every call of a server from words like `barge_in_min_ms=300`.

    Raises BadSetting.
    """
    pairs = text.split()
    _refuse_elsewhere(pairs, _ELSEWHERE)
    return parse_settings(pairs)


def of_business(pairs: Sequence[str], base: Settings) -> Settings:
    """Read the settings of a business's calls, on a server with the settings `base`. Raises BadSetting."""
    _refuse_elsewhere(pairs, _ELSEWHERE | _OF_THE_SERVER)
    return parse_settings(pairs, base)


def kept(pairs: Iterable[str], settings: Settings) -> dict[str, str]:
    """Return those of the settings that the pairs name, as a business's rows keep them."""
    names = dict.fromkeys(pair.partition("=")[0] for pair in pairs)
    return {name: _text(getattr(settings, name)) for name in names}


def thresholds(settings: Settings) -> tuple[str, ...]:
    """Return all that a business may set, as it is."""
    values = attrs.asdict(settings).items()
    return tuple(
        f"{name}={_text(value)}" for name, value in values if name not in _ELSEWHERE | _OF_THE_SERVER
    )


def fitting(values: Mapping[str, str], base: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return `base` with those of a business's settings that fit, and why the others are left out.

    What was right when it was kept may not be any more: names go, and the server's own settings change.
    """
    settings, waiting = base, [f"{name}={text}" for name, text in values.items()]
    while True:
        # Again while it helps: a pair may fit only beside one that comes after it.
        problems = {}
        for pair in waiting:
            try:
                settings = of_business([pair], settings)
            except BadSetting as problem:
                problems[pair] = str(problem)
        if len(problems) == len(waiting):
            return settings, tuple(problems.values())
        waiting = list(problems)


def pairs_of(settings: Settings, base: Settings = DEFAULTS) -> tuple[str, ...]:
    """Return the thresholds in which the settings differ from `base`, as `of_deployment` reads them."""
    was = attrs.asdict(base)
    return tuple(
        f"{name}={_text(value)}"
        for name, value in attrs.asdict(settings).items()
        if value != was[name] and name not in _ELSEWHERE
    )


def _refuse_elsewhere(pairs: Iterable[str], elsewhere: Mapping[str, str]) -> None:
    for name in (pair.partition("=")[0] for pair in pairs):
        if name in elsewhere:
            raise BadSetting(f"{name}: is not set here; {elsewhere[name]}")


def unknown(name: str, outgrown: Mapping[str, str] = OUTGROWN) -> str:
    """Say what is wrong with a name that no setting has."""
    if name in outgrown:
        return f"{name}: is gone; in its place: {outgrown[name]}"
    close = get_close_matches(name, _KINDS, n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {close[0]}?" if close else "")


def _text(value: object) -> str:
    return "none" if value is None else str(value)


def _value(name: str, text: str) -> Any:
    if name not in _KINDS:
        raise BadSetting(unknown(name))
    either = typing.get_origin(_KINDS[name]) in (typing.Union, types.UnionType)
    kinds = typing.get_args(_KINDS[name]) if either else (_KINDS[name],)
    may_be_absent = types.NoneType in kinds
    if may_be_absent and text.lower() == "none":
        return None
    if typing.get_origin(kinds[0]) is Literal:
        choices = [*typing.get_args(kinds[0]), *(["none"] if may_be_absent else [])]
        if text not in choices:
            raise BadSetting(f"{name}={text}: must be one of {', '.join(choices)}")
        return text
    try:
        return kinds[0](text)
    except ValueError:
        kind = "a whole number" if kinds[0] is int else "a number"
        raise BadSetting(f"{name}={text}: must be {kind}") from None
