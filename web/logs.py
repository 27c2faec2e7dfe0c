"""Logging for a server that hears private things: numbers, keys and tokens never reach a log line."""

import logging
import re
from collections.abc import Iterable
from typing import TextIO

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
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127, 0x85, 0x2028, 0x2029)}


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without telephone numbers, keys, tokens, or any of these secrets."""
    for secret in secrets:
        text = text.replace(secret, "…")
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Formats a record on one line, then masks everything: message, arguments and traceback alike.

    It works on the finished text because an exception's words are added only there.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's name
        # A line break in a message would let a peer write log lines of its own.
        record.message = record.message.translate(_CONTROL)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record), self._secrets)


def set_up(stream: TextIO, *, secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Send every logger's lines to one stream, masked. Replaces what was set up before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # They tell each variable, URL and connection that they touch.
    for chatty in ("environ_config", "httpx2", "httpcore2", "trio-websocket", "hypercorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
