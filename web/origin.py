"""Where a request may come from, and the URL that it was signed with.

A deployment with a public URL trusts Twilio's signature over that URL. One without is local: it takes
requests made on this machine only, and a tunnel in front of it, which would make it public unsigned,
is told by the Host it asks for or by the headers that proxies add. (One that passes bytes on as they are,
such as ssh -R, cannot be told.)
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from attrs import frozen

from web import signature
from web.configuration import Configuration, ConfigurationError, is_loopback
from web.signature import Form

# By these, proxies and tunnels say that they stand between. One that adds nothing cannot be told.
_OF_PROXIES = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-real-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-envoy-external-address",
        b"x-original-forwarded-for",
        b"true-client-ip",
        b"fastly-client-ip",
        b"fly-client-ip",
        b"cdn-loop",  # RFC 8586
    }
)

Headers = Iterable[tuple[bytes, bytes]]  # as ASGI gives them


def check_exposure(configuration: Configuration, host: str) -> None:
    """Refuse a set-up that would answer strangers. Raises ConfigurationError with the fix."""
    if configuration.public_url is None:
        if not is_loopback(host):
            raise ConfigurationError(
                f"--host {host} is not a loopback address: set TWILIO_AUTH_TOKEN and FRONTDESK_PUBLIC_URL, "
                "or use --host 127.0.0.1"
            )
    elif configuration.auth_token is None:
        raise ConfigurationError(
            "FRONTDESK_PUBLIC_URL is set but TWILIO_AUTH_TOKEN is not: anybody could ring; "
            "set the token, or unset the public URL to try things on this machine"
        )


def local_refusal(headers: Headers) -> str | None:
    """Say why a local deployment must refuse this request; None if it need not."""
    hosts = []
    for name, value in headers:
        lowered = name.lower()
        if lowered in _OF_PROXIES or lowered.startswith((b"x-forwarded", b"cf-")):
            return (
                "it came through a proxy or tunnel; set TWILIO_AUTH_TOKEN and FRONTDESK_PUBLIC_URL for that"
            )
        if lowered == b"host":
            hosts.append(value.decode("latin-1"))
    if len(hosts) != 1 or not is_loopback(_host_name(hosts[0])):
        return "its Host is not this machine; ask for localhost or 127.0.0.1"
    return None


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


@frozen
class Origin:
    """The outside of this deployment: its URLs, and whether a request bears Twilio's signature."""

    configuration: Configuration

    def refusal(self, headers: Headers) -> str | None:
        """Say why a request with these headers may not come in at all; None if it may."""
        return local_refusal(headers) if self.configuration.public_url is None else None

    def base_url(self, host: str) -> str:
        """Return what all URLs of the pages begin with. `host` counts only on a local deployment."""
        return self._url(host, "")

    def same_site(self, site: str | None, origin: str | None, host: str) -> bool:
        """Say whether a request that changes something comes from one of our own pages.

        By Sec-Fetch-Site, which a page cannot set (https://www.w3.org/TR/fetch-metadata/), else by Origin,
        which browsers send with every POST. A request with neither is no browser's, and is refused.
        """
        if site is not None:
            return site == "same-origin"
        return origin == self._url(host, "")

    def stream_url(self, host: str, path: str) -> str:
        """Return the media socket's URL as Twilio must dial it. `host` counts only on a local deployment."""
        return "ws" + self._url(host, path).removeprefix("http")

    def signed_webhook(self, given: str, host: str, path: str, form: Form) -> bool:
        """Say whether a form post bears Twilio's signature; always, where no token is configured."""
        urls = signature.webhook_urls(self._url(host, path))
        return self._signed(given, urls, form)

    def signed_upgrade(self, given: str, host: str, path: str) -> bool:
        """Say whether a WebSocket upgrade bears Twilio's signature; always, where no token is configured."""
        return self._signed(given, signature.stream_urls(self._url(host, path)), [])

    def _url(self, host: str, path: str) -> str:
        return (self.configuration.public_url or f"http://{host}") + path

    def _signed(self, given: str, urls: list[str], form: Form) -> bool:
        token = self.configuration.auth_token
        return token is None or signature.matches(token.reveal(), given, urls, form)
