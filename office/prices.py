"""What a call has cost: the figures of its account, by `prices.toml` or a deployment's own list.

Nothing is guessed. A model without a price, and tokens of which nobody said what they were, give no cost.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, reduce
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from engine.account import ModelUsed
from engine.usage import Usage, total

_PUBLISHED = Path(__file__).parent / "prices.toml"
_KINDS = ("audio_in", "audio_cached", "audio_out", "text_in", "text_cached", "text_out")
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # the date of one: it costs what the model does
_MILLION, _MINUTE_MS = 1_000_000, 60_000

T = TypeVar("T")


class BadPrices(Exception):
    """A price list that cannot be used; the text names the entry and what it must be."""


@frozen(kw_only=True)
class Prices:
    """Prices in US dollars, by the name of the model."""

    as_of: dt.date
    tokens: Mapping[str, Mapping[str, Decimal]]  # of a million, by their kind
    transcription: Mapping[str, Decimal]  # of a minute


@frozen(kw_only=True)
class Bill:
    """What a call has used of which models, and what that has cost in US dollars; None: not known."""

    models: tuple[str, ...]
    used: Usage
    dollars: Decimal | None
    as_of: dt.date  # of the prices


@cache
def published() -> Prices:
    """Return the prices that come with Frontdesk."""
    return parse(_PUBLISHED.read_text(encoding="utf-8"))


def parse(text: str) -> Prices:
    """Read a price list. Raises BadPrices for what is none."""
    try:
        given = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise BadPrices(f"it is not TOML: {problem}") from None
    as_of, tokens, minutes = (given.pop(name, {}) for name in ("as_of", "tokens", "transcription"))
    if type(as_of) is not dt.date:
        raise BadPrices("as_of must be the date of the prices: as_of = 2026-11-20")
    if given:
        raise BadPrices(f"{next(iter(given))} is not known; there are as_of, tokens and transcription")
    of_tokens, of_minutes = _each("tokens", tokens, _kinds), _each("transcription", minutes, _price)
    return Prices(as_of=as_of, tokens=of_tokens, transcription=of_minutes)


def _each(where: str, given: Any, read: Callable[[str, Any], T]) -> dict[str, T]:
    if not isinstance(given, dict):
        raise BadPrices(f"{where} must be a table")
    return {name: read(f"{where}.{name}", entry) for name, entry in given.items()}


def _kinds(where: str, given: Any) -> dict[str, Decimal]:
    if not isinstance(given, dict) or given.keys() != set(_KINDS):
        raise BadPrices(f"{where} must have {', '.join(_KINDS)}; a name with a dot stands in quotes")
    return _each(where, given, _price)


def _price(where: str, given: Any) -> Decimal:
    # Neither true nor infinite nor NaN, all of which TOML can spell.
    if type(given) not in (int, Decimal) or not Decimal(given).is_finite() or given < 0:
        raise BadPrices(f"{where} must be a price in dollars, 0 or more; a name with a dot stands in quotes")
    return Decimal(given)


def bill(lines: Sequence[ModelUsed], prices: Prices) -> Bill | None:
    """Add up what the streams of one call have used; None if nothing is known of any."""
    if not lines:
        return None
    named = [name for line in lines for name in (line.model, line.transcription_model) if name]
    costs = [cost(line, prices) for line in lines]
    return Bill(
        models=tuple(dict.fromkeys(named)),
        used=reduce(total, lines, Usage()),
        dollars=None if None in costs else sum(filter(None, costs), Decimal(0)),
        as_of=prices.as_of,
    )


def cost(used: ModelUsed, prices: Prices) -> Decimal | None:
    """Return what that has cost in US dollars; None if a part of it has no price."""
    if used.unsorted or used.unsorted_out or used.transcript_tokens:
        return None
    paid = {  # what was cached is among what came in
        **{kind: getattr(used, kind) for kind in _KINDS},
        "audio_in": used.audio_in - used.audio_cached,
        "text_in": used.text_in - used.text_cached,
    }
    of_tokens = _of(prices.tokens, used.model) if any(paid.values()) else {}
    of_minute = _of(prices.transcription, used.transcription_model) if used.transcribed_ms else Decimal(0)
    if of_tokens is None or of_minute is None:
        return None
    answers = sum((paid[kind] * price for kind, price in of_tokens.items()), Decimal(0)) / _MILLION
    return answers + used.transcribed_ms * of_minute / _MINUTE_MS


def _of(priced: Mapping[str, Any], model: str | None) -> Any:
    return priced.get(model or "", priced.get(_SNAPSHOT.sub("", model or "")))
