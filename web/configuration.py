"""What the environment says about one deployment, checked once, at start."""

import ipaddress
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import environ
from attrs import evolve, field, frozen

from engine.settings import Settings
from office import adjust, prices
from office.prices import Prices

_DEFAULT_REALTIME_URL = "wss://api.openai.com/v1/realtime"
_DEFAULT_TWILIO_API_URL = "https://api.twilio.com"
_DEFAULT_REALTIME_MODEL = "gpt-realtime-2.1"
_LARGEST_MAX_CALLS = 500
_LOG_LEVELS = ("debug", "info", "warning", "error")

_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_TOOLS = re.compile(r"[\w.]+(:[\w.]+)?")  # MODULE or MODULE:NAME
_VISIBLE = re.compile(r"[!-~]+")  # what may stand in an HTTP header: nothing that could end it


class ConfigurationError(Exception):
    """A variable that cannot be used as it is; the text names it and the fix, never a secret's value."""


@frozen
class Secret:
    """A value that stays out of every repr, and so out of logs and tracebacks."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """Return the value itself, for the one line that needs it."""
        return self._value


def is_loopback(host: str) -> bool:
    """Say whether a host name, without its port, can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parts(name: str, url: str, schemes: tuple[str, ...]) -> tuple[str, str]:
    """Return the scheme and host of a URL that has a host and neither user, query nor fragment."""
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as a look-up does, which would fail as late as in a call
    except ValueError as error:
        raise ConfigurationError(f"{name} is not a URL ({error}); write {wanted}HOST") from None
    if parts.scheme not in schemes or not host or not _VISIBLE.fullmatch(url):
        raise ConfigurationError(f"{name} is not a usable URL; it must begin with {wanted} and name a host")
    if parts.username or parts.password or parts.fragment:
        raise ConfigurationError(f"{name} must hold no user, password or fragment; take them out")
    return parts.scheme, host


def _public_url(name: str, text: str) -> str:
    # Twilio streams media to wss only, so the outside of the deployment is TLS.
    _parts(name, text, ("https",))
    root = text.rstrip("/").partition("://")[2]
    # Twilio resolves a relative URL in TwiML against the host, so a path would be lost on the way back.
    if any(sign in root for sign in "/?#"):
        raise ConfigurationError(f"{name} must hold no path, query or fragment; write only https://HOST")
    # As Twilio signs it and browsers send it, however it was typed.
    return f"https://{root.lower()}"


def _realtime_url(name: str, text: str) -> str:
    scheme, host = _parts(name, text, ("wss", "ws"))
    if scheme == "ws" and not is_loopback(host):
        raise ConfigurationError(
            f"{name} would send the key in clear text; use wss:// (ws:// only to loopback)"
        )
    return text


def _twilio_api_url(name: str, text: str) -> str:
    scheme, host = _parts(name, text, ("https", "http"))
    if scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{name} would send the auth token in clear text; use https:// (http:// only to loopback)"
        )
    if urlsplit(text).query:
        raise ConfigurationError(f"{name} must hold no query; write only {_DEFAULT_TWILIO_API_URL}")
    return text.rstrip("/")


def _account_sid(name: str, text: str) -> str:
    if not _ACCOUNT_SID.fullmatch(text):
        raise ConfigurationError(f"{name} must be AC and 32 hex digits; copy it from the Twilio console")
    return text


def _secret(name: str, text: str) -> Secret:
    if not _VISIBLE.fullmatch(text):
        raise ConfigurationError(f"{name} holds a space or an unprintable character; copy it once more")
    return Secret(text)


def _auth(name: str, text: str) -> str:
    if text not in ("bearer", "api-key"):
        raise ConfigurationError(f"{name} must be bearer (OpenAI) or api-key (Azure)")
    return text


def _detector(name: str, text: str) -> str:
    if text not in ("neural", "level"):
        raise ConfigurationError(f"{name} must be neural, or level where onnxruntime cannot be installed")
    return text


def _model(name: str, text: str) -> str:
    if not _VISIBLE.fullmatch(text):
        raise ConfigurationError(f"{name} must be a model's name, such as {_DEFAULT_REALTIME_MODEL}")
    return text


def _max_calls(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LARGEST_MAX_CALLS:
        raise ConfigurationError(f"{name} must be a whole number from 1 to {_LARGEST_MAX_CALLS}")
    return int(text)


def _proxies(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) > 5:
        raise ConfigurationError(
            f"{name} must be a whole number from 0 to 5: how many proxies stand before us"
        )
    return int(text)


def _settings(name: str, text: str) -> Settings:
    try:
        return adjust.of_deployment(text)
    except adjust.BadSetting as problem:
        raise ConfigurationError(f"{name} cannot be used: {problem}") from None


def _tools(name: str, text: str) -> tuple[str, ...]:
    named = tuple(filter(None, map(str.strip, text.split(","))))
    if not all(map(_TOOLS.fullmatch, named)):
        raise ConfigurationError(f"{name} must be MODULE or MODULE:NAME, several with commas between them")
    return named


def _prices(name: str, text: str) -> Prices:
    try:
        return prices.parse(Path(text).read_text(encoding="utf-8")) if text else prices.published()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(
            f"{name} cannot be read ({problem}); give the path of a price list, or take it out"
        ) from None
    except prices.BadPrices as problem:
        raise ConfigurationError(f"{name} cannot be used: {problem}") from None


def _log_level(name: str, text: str) -> int:
    if text.lower() not in _LOG_LEVELS:
        raise ConfigurationError(f"{name} must be one of {', '.join(_LOG_LEVELS)}")
    return logging.getLevelNamesMapping()[text.upper()]


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise ConfigurationError(f"{name} must be 1 (yes) or 0 (no)")
    return text == "1"


def _variable(name: str, read: Callable[[str, str], Any], *, default: str | None = None) -> Any:
    """Declare one variable; empty counts as not set, because that is what env files and Compose write."""

    def convert(text: str | None) -> Any:
        text = text or default
        return None if text is None else read(name, text)

    return environ.var(default=default, converter=convert, name=name)


@environ.config(prefix="", frozen=True)
class Configuration:
    """One deployment: who calls in, who answers, how many at once."""

    account_sid: str | None = _variable("TWILIO_ACCOUNT_SID", _account_sid)
    auth_token: Secret | None = _variable("TWILIO_AUTH_TOKEN", _secret)
    twilio_api_url: str = _variable(
        "FRONTDESK_TWILIO_API_URL", _twilio_api_url, default=_DEFAULT_TWILIO_API_URL
    )
    public_url: str | None = _variable("FRONTDESK_PUBLIC_URL", _public_url)
    realtime_url: str = _variable("FRONTDESK_REALTIME_URL", _realtime_url, default=_DEFAULT_REALTIME_URL)
    realtime_model: str = _variable("FRONTDESK_REALTIME_MODEL", _model, default=_DEFAULT_REALTIME_MODEL)
    api_key: Secret | None = _variable("OPENAI_API_KEY", _secret)
    realtime_auth: Literal["bearer", "api-key"] = _variable(
        "FRONTDESK_REALTIME_AUTH", _auth, default="bearer"
    )
    max_calls: int = _variable("FRONTDESK_MAX_CALLS", _max_calls, default="20")
    proxies: int = _variable("FRONTDESK_PROXIES", _proxies, default="1")  # counts on a public deployment only
    detector: Literal["neural", "level"] = _variable("FRONTDESK_DETECTOR", _detector, default="neural")
    metrics_token: Secret | None = _variable("FRONTDESK_METRICS_TOKEN", _secret)
    thresholds: Settings = _variable("FRONTDESK_SET", _settings, default="")
    tools: tuple[str, ...] = _variable("FRONTDESK_TOOLS", _tools, default="")
    prices: Prices = _variable("FRONTDESK_PRICES", _prices, default="")
    log_level: int = _variable("FRONTDESK_LOG", _log_level, default="info")
    log_words: bool | None = _variable("FRONTDESK_LOG_WORDS", _switch)

    @property
    def settings(self) -> Settings:
        """The settings of every call, but for what a business sets for its own."""
        return evolve(self.thresholds, detector=self.detector)

    @property
    def secrets(self) -> list[str]:
        """Every configured secret, for the log to mask."""
        secrets = (self.auth_token, self.api_key, self.metrics_token)
        return [secret.reveal() for secret in secrets if secret is not None]

    @property
    def logs_words(self) -> bool:
        """Whether what callers and bot say stands in the log: on a local deployment, if nothing else is said.

        Names and illnesses cannot be erased from a log.
        """
        if self.log_words is not None:
            return self.log_words
        return self.auth_token is None and self.public_url is None

    @property
    def model_problem(self) -> str | None:
        """Why no model can be reached with this configuration, or None if one can."""
        host = urlsplit(self.realtime_url).hostname or ""
        if self.api_key is None and not is_loopback(host):
            return "OPENAI_API_KEY is not set"
        return None


def load(environment: Mapping[str, str]) -> Configuration:
    """Read the configuration from these variables.

    Raises ConfigurationError naming the variable and the fix.
    """
    return Configuration.from_environ(environment)  # type: ignore[attr-defined,no-any-return]
