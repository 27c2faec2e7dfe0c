"""Rate limits of the model's server: whether an error is one, and how long it asks us to wait.

How long is said in the words of its message only: "Please try again in 1.2s." (OpenAI; also "350ms" and
"1m2.5s"), "Please retry after 20 seconds." (Azure).
"""

import re

from engine.model import RateLimit

_MESSAGE_CHARS = 1_000  # of a message, in which the time is looked for
_CODE = re.compile(r"rate_?limit\w*|too_?many_?requests|429", re.IGNORECASE)
_TIME = r"(\d+(?:\.\d+)?) ?(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)"
_TIMES = re.compile(_TIME, re.IGNORECASE)
_WAIT = re.compile(
    rf"\b(?:try again|retry) (?:in|after) ((?:{_TIME}(?: and |, | )?)+)(?![a-z])", re.IGNORECASE
)
_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000}  # by its first letter, but for milliseconds


def rate_limit(code: str | None, kind: str | None, message: str) -> RateLimit | None:
    """Return the rate limit that an error speaks of, by its code, its type or its message; else None."""
    wait_ms = _wait_ms(message[:_MESSAGE_CHARS])
    if wait_ms is None and not any(_CODE.fullmatch(word or "") for word in (code, kind)):
        return None
    return RateLimit(wait_ms=wait_ms)


def _wait_ms(message: str) -> float | None:
    found = _WAIT.search(message)
    if found is None:
        return None
    return sum(float(number) * _unit_ms(unit.lower()) for number, unit in _TIMES.findall(found[1]))


def _unit_ms(unit: str) -> int:
    if unit == "ms" or unit.startswith("milli"):
        return 1
    return _UNIT_MS[unit[0]]
