"""What the model's server says that it has used, read leniently: a figure that is none costs no answer.

A response's `usage` has `input_token_details` with text, audio and cached tokens (the cached are among the
first two, and told apart in `cached_tokens_details`), and `output_token_details` with text and audio; 2.x
models also reason, in tokens that may stand in the total alone. That of a transcript is a duration, or
tokens. So have openai-python's models of both.
"""

from typing import Any

from engine.usage import Usage

_MOST = 10**9  # more is no figure of a call


def of_response(usage: Any) -> Usage | None:
    """Return what one response has used; None if nothing was said of it."""
    used = Usage(responses=1, **_came_in(usage), **_went_out(usage))
    return None if used == Usage(responses=1) else used


def _came_in(usage: Any) -> dict[str, int]:
    details, tokens = _part(usage, "input_token_details"), _count(usage, "input_tokens")
    audio, text, cached = (_count(details, f"{kind}_tokens") for kind in ("audio", "text", "cached"))
    of_cached = _part(details, "cached_tokens_details")
    if not of_cached and cached:
        if audio and text:  # at a tenth or a hundredth of the price, and nobody knows of which
            return {"unsorted": max(tokens, audio + text)}
        of_cached = {"audio_tokens" if audio else "text_tokens": cached}
    return {
        "audio_in": audio,
        "audio_cached": min(audio, _count(of_cached, "audio_tokens")),
        "text_in": text,
        "text_cached": min(text, _count(of_cached, "text_tokens")),
        "unsorted": max(0, tokens - audio - text),
    }


def _went_out(usage: Any) -> dict[str, int]:
    details, tokens = _part(usage, "output_token_details"), _count(usage, "output_tokens")
    audio = _count(details, "audio_tokens")
    if not details and tokens:
        return {"unsorted_out": tokens}
    # Reasoning is text, whether the server counts it there or beside it.
    return {"audio_out": audio, "text_out": max(_count(details, "text_tokens"), tokens - audio)}


def of_transcript(usage: Any) -> Usage | None:
    """Return what one transcript has used; None if nothing was said of it."""
    seconds = _of(usage, "seconds")
    if type(seconds) in (int, float) and 0 < seconds <= _MOST:
        return Usage(transcribed_ms=round(seconds * 1_000))
    tokens = _count(usage, "total_tokens") or _count(usage, "input_tokens") + _count(usage, "output_tokens")
    return Usage(transcript_tokens=tokens) if tokens else None


def _of(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None


def _part(holder: Any, name: str) -> dict[str, Any]:
    part = _of(holder, name)
    return part if isinstance(part, dict) else {}


def _count(holder: Any, name: str) -> int:
    number = _of(holder, name)
    return number if type(number) is int and 0 <= number <= _MOST else 0
