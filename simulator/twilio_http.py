"""Twilio's side of HTTP: signed webhooks and the TwiML that answers them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from xml.etree import ElementTree

from attrs import frozen


def signature(auth_token: str, url: str, form: Mapping[str, str] | None = None) -> str:
    """Sign as `X-Twilio-Signature`: HMAC-SHA1, in base64, of the URL and every form field sorted by name.

    The rule of Twilio's "Webhooks Security"; a WebSocket upgrade is signed by its URL alone.
    """
    signed = url + "".join(name + value for name, value in sorted((form or {}).items()))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), hashlib.sha1)).decode()


@frozen
class BadTwiml(Exception):
    """Twilio could not carry out this answer: the caller hears "an application error has occurred"."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@frozen(kw_only=True)
class Stream:
    """`<Connect><Stream>`: where to stream to, what to say in `start`, and whom to ask afterwards."""

    url: str
    parameters: Mapping[str, str]
    action: str | None


@frozen
class Speak:
    """`<Say>`."""

    text: str


@frozen(kw_only=True)
class Dial:
    """`<Dial>`: put the caller through to this number, and ask `action` how to go on."""

    number: str
    caller_id: str | None = None  # what the telephone that rings is to show
    action: str | None = None  # None: the verb after this one is next


@frozen
class Redirect:
    """`<Redirect>`: go on with the TwiML at this URL."""

    url: str


@frozen
class Wait:
    """`<Pause>`."""

    seconds: float


@frozen
class Disconnect:
    """`<Hangup/>` or `<Reject/>`."""

    rejected: bool = False


Verb = Stream | Speak | Dial | Redirect | Wait | Disconnect

_TWIML_MAX_BYTES = 64_000  # Twilio's error 11750
_PARAMETER_MAX_CHARACTERS = 500


def verbs(document: str) -> tuple[Verb, ...]:
    """Return what the answer tells Twilio to do, in order. Raises BadTwiml."""
    if len(document.encode()) > _TWIML_MAX_BYTES:
        raise BadTwiml(f"11750: the TwiML is longer than {_TWIML_MAX_BYTES} bytes")
    try:
        # No DTD, so no entities: the standard parser is safe with an answer that declares none.
        if "<!DOCTYPE" in document:
            raise BadTwiml("12100: the TwiML has a DOCTYPE")
        response = ElementTree.fromstring(document)  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadTwiml(f"12100: the TwiML is not XML: {error}") from None
    if response.tag != "Response":
        raise BadTwiml(f"12100: the TwiML's root is <{response.tag}>, not <Response>")
    return tuple(_verb(element) for element in response)


def _verb(element: ElementTree.Element) -> Verb:
    words = "".join(element.itertext()).strip()
    match element.tag:
        case "Say":
            return Speak(words)
        case "Hangup":
            return Disconnect()
        case "Reject":
            return Disconnect(rejected=True)
        case "Pause":
            return Wait(float(element.get("length", "1")))
        case "Redirect":
            return Redirect(words)
        case "Dial":
            return Dial(number=words, caller_id=element.get("callerId"), action=element.get("action"))
        case "Connect":
            return _stream(element)
        case tag:
            raise BadTwiml(f"12200: <{tag}> is not a verb that this carrier knows")


def _stream(connect: ElementTree.Element) -> Stream:
    streams = list(connect)
    if [stream.tag for stream in streams] != ["Stream"]:
        raise BadTwiml("12200: <Connect> must hold exactly one <Stream>")
    url = streams[0].get("url", "")
    if not url.startswith(("wss://", "ws://")):
        raise BadTwiml(f"31922: the stream's url {url!r} must be wss://")
    if "?" in url:
        raise BadTwiml("the stream's url has a query string, which Twilio drops; use <Parameter>")
    return Stream(url=url, parameters=dict(map(_parameter, streams[0])), action=connect.get("action"))


def _parameter(element: ElementTree.Element) -> tuple[str, str]:
    name, value = element.get("name"), element.get("value")
    if element.tag != "Parameter" or not name or value is None:
        raise BadTwiml("12200: a <Stream> holds <Parameter name= value=/> only")
    if len(name) + len(value) >= _PARAMETER_MAX_CHARACTERS:
        raise BadTwiml(f"the parameter {name!r} has 500 characters or more with its value")
    return name, value
