"""Logging for a server that hears private things: numbers, keys and tokens never reach a log line.

Nor do, unless they are wanted, the words of callers, bot and tools: names and illnesses cannot be erased from
a log. They come on two ways only, in the lines of a call's account and as the message of an exception.
"""

import copy
import logging
import re
import sqlite3
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TextIO

from engine.log_lines import LogLine

_MASKS = (
    (re.compile(r"(?:\+|%2[Bb])[0-9]{5,}([0-9]{2})"), r"+…\1"),  # a number, to its last two digits
    (re.compile(r"\bsk-[A-Za-z0-9_-]{4,}"), "sk-…"),  # a model key
    (re.compile(r"(?i)\b(bearer) [^\s'\"]+"), r"\1 …"),
    (re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"), "…"),  # a stream token
    (
        re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])"),
        "…",
    ),  # a Twilio auth token; SIDs begin with letters
)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without telephone numbers, keys, tokens, or any of these secrets."""
    for secret in secrets:
        text = text.replace(secret, "…")
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Formats a record on one line, then masks everything: message, arguments and traceback alike.

    It works on the finished text because an exception's words are added only there.
    """

    def __init__(self, secrets: Iterable[str] = (), *, words: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)
        self._words = words

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        # A line break in a message would let a peer write log lines of its own.
        record.message = record.message.translate(_CONTROL)
        return super().formatMessage(record)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the base class's name
        if self._words or ei[1] is None:
            return super().formatException(ei)
        return "\n".join(_without_words(ei[1]))

    def format(self, record: logging.LogRecord) -> str:
        if not self._words:
            record = copy.copy(record)  # other handlers see it, too
            record.exc_text = None  # which one of them may have written already
            if isinstance(record.args, tuple):
                record.args = tuple(
                    value.wordless() if isinstance(value, LogLine) else value for value in record.args
                )
        return mask(super().format(record), self._secrets)


def _without_words(error: BaseException) -> Iterator[str]:
    """Tell an exception and what led to it by place and type alone.

    A message may quote what a caller said.
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _without_words(before)
        yield "which led to:"
    for entry in traceback.format_tb(error.__traceback__):
        yield entry.rstrip("\n")
    told = isinstance(error, OSError | sqlite3.Error)  # they speak of the system, and of the schema
    yield f"{type(error).__qualname__}: {error if told else '…'}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _without_words(each)


def set_up(
    stream: TextIO, *, secrets: Iterable[str] = (), words: bool = False, level: int = logging.INFO
) -> None:
    """Send every logger's lines to one stream, masked. Replaces what was set up before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter(secrets, words=words))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # They tell each variable, URL and connection that they touch.
    for chatty in ("environ_config", "httpx2", "httpcore2", "trio-websocket", "hypercorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
