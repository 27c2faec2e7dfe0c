"""Twilio's request signature: proof that a request was made by somebody who holds the auth token.

The rules are from Twilio's "Webhooks Security": the full URL, then for a form post every parameter's
name and value, sorted by name, nothing between them; HMAC-SHA1 with the auth token; base64. A
WebSocket upgrade is signed by its URL alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

Form = list[tuple[str, str]]  # in the order of the body; names may repeat


def sign(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """Sign one request. Repeated values of one name count once, as in Twilio's libraries."""
    # Code points sort like UTF-8 bytes, and a set of pairs sorts by name, then by value.
    text = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def matches(token: str, signature: str, urls: Iterable[str], form: Iterable[tuple[str, str]] = ()) -> bool:
    """Say whether the signature fits any of the forms in which Twilio may have written the URL."""
    given = signature.encode("utf-8", "surrogatepass")
    pairs = list(form)
    return any(hmac.compare_digest(sign(token, url, pairs).encode("ascii"), given) for url in urls)


def webhook_urls(url: str) -> list[str]:
    """Return the URL as configured and without its port, because Twilio drops the port of an https URL."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is None:
        return [url]
    return [url, parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()]


def stream_urls(url: str) -> list[str]:
    """Return the forms of an upgrade's URL that Twilio is known to sign.

    They are wss or https, with a slash or without.
    """
    scheme, _, rest = url.partition("://")
    schemes = ("wss", "https") if scheme in ("wss", "https") else ("ws", "http")
    written = [f"{scheme}://{rest.rstrip('/')}{slash}" for scheme in schemes for slash in ("", "/")]
    return [form for one in written for form in webhook_urls(one)]
