"""Reading a peer's JSON: each function returns what it promises or raises RemoteProtocolError.

The errors name the field and never quote what stood in it: it may be a caller's words or number.
"""

import json
from binascii import a2b_base64, b2a_base64
from typing import Any

from engine.errors import RemoteProtocolError


def parse(message: str | bytes, *, max_characters: int) -> dict[str, Any]:
    """Return the object that a text message holds. Raises RemoteProtocolError if it holds none."""
    if isinstance(message, bytes):
        raise RemoteProtocolError("message", "binary; must be text")
    if len(message) > max_characters:
        raise RemoteProtocolError("message", f"longer than {max_characters} characters")
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):  # deep nesting exhausts the stack of the parser
        raise RemoteProtocolError("message", "not JSON") from None
    if not isinstance(body, dict):
        raise RemoteProtocolError("message", "must be an object")
    return body


def child(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object in this field. Raises RemoteProtocolError."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise RemoteProtocolError(name, "must be an object")
    return value


def text(body: dict[str, Any], name: str) -> str:
    """Return the string in this field, fit for a database and a socket. Raises RemoteProtocolError."""
    value = body.get(name)
    if not isinstance(value, str):
        raise RemoteProtocolError(name, "must be a string")
    # JSON can spell half a character ("\ud800"), which no UTF-8 can carry.
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise RemoteProtocolError(name, "holds an unpaired surrogate")
    return value


def optional_text(body: dict[str, Any], name: str) -> str | None:
    """Return the string in this field, or None if it is null or missing. Raises RemoteProtocolError."""
    return None if body.get(name) is None else text(body, name)


def told(body: dict[str, Any], name: str) -> str:
    """Return the string in this field if there is a usable one, else an empty one: for what is only noted."""
    try:
        return text(body, name)
    except RemoteProtocolError:
        return ""


def audio(body: dict[str, Any], name: str) -> bytes:
    """Return the bytes of the base64 in this field. Raises RemoteProtocolError."""
    try:
        return a2b_base64(text(body, name), strict_mode=True)
    except ValueError:
        raise RemoteProtocolError(name, "must be base64") from None


def base64_text(audio: bytes) -> str:
    """Write bytes as base64, without line breaks: safe inside a JSON template."""
    return b2a_base64(audio, newline=False).decode("ascii")
