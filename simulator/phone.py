"""One whole telephone call against a running server, as Twilio makes it.

    POST /twilio/voice -> TwiML -> the media stream -> POST the Connect's action -> TwiML
    -> POST /twilio/status

TwiML may dial somebody, who answers or does not as the caller's side says, and may then open another stream
of the same call. Every request is signed if an auth token is given.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from urllib.parse import urljoin, urlsplit

import httpx2
import trio
from attrs import define, field, frozen

from simulator.caller import Step
from simulator.carrier import Carrier
from simulator.timeline import Observer
from simulator.transport import Transport, TransportClosed
from simulator.twilio_http import BadTwiml, Dial, Disconnect, Redirect, Speak, Stream, Verb, signature, verbs
from simulator.websocket import UpgradeRefused, connect_websocket

VOICE_PATH = "/twilio/voice"
STATUS_PATH = "/twilio/status"
ACCOUNT_SID = "AC" + "5" * 32
_WEBHOOK_TIMEOUT_S = 15.0  # Twilio's own
_DOCUMENTS_MAX = 6

HungUpBy = Literal["caller", "server"]
# Twilio's words, under "DialCallStatus" in its documentation of <Dial>.
DialStatus = Literal["completed", "busy", "no-answer", "failed", "canceled"]


class CallFailed(Exception):
    """The server did not take the call; the text says what to do."""


@frozen(kw_only=True)
class Answer:
    """One HTTP answer of the server."""

    path: str
    status: int
    body: str


@frozen(kw_only=True)
class CallReport:
    """How a call went, with a carrier for each stream that the server opened."""

    call_sid: str
    carriers: tuple[Carrier, ...]
    spoken: tuple[str, ...]  # by <Say> before any stream
    spoken_after: tuple[str, ...]  # by <Say> when the first stream was over
    dialled: tuple[Dial, ...]
    rejected: bool
    hung_up_by: HungUpBy
    answers: tuple[Answer, ...]

    @property
    def carrier(self) -> Carrier | None:
        """The first stream; None if there was none."""
        return self.carriers[0] if self.carriers else None


@define(kw_only=True)
class _Twilio:
    """The HTTP side of one call, and what it has led to so far."""

    client: httpx2.AsyncClient
    base_url: str
    public_url: str
    auth_token: str | None
    form: dict[str, str]
    dial_status: DialStatus
    answers: list[Answer] = field(factory=list)
    spoken: list[str] = field(factory=list)
    dialled: list[Dial] = field(factory=list)
    rejected: bool = False

    async def post(self, path: str, more: Mapping[str, str]) -> str:
        """Post one webhook and return the body of its answer. Raises CallFailed."""
        form = self.form | dict(more)
        headers = self.signed(self.public_url + path, form)
        try:
            response = await self.client.post(self.base_url + path, data=form, headers=headers)
        except httpx2.TransportError as error:
            raise CallFailed(f"no server at {self.base_url}{path}: {error!r}") from error
        self.answers.append(Answer(path=path, status=response.status_code, body=response.text))
        if response.status_code == 403:
            raise CallFailed(_refused_signature(path, response.text, self.auth_token))
        if response.status_code >= 400:
            raise CallFailed(f"{path} answered {response.status_code}: {response.text.strip()[:200]}")
        return response.text

    def signed(self, url: str, form: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the header that proves where the request is from."""
        if self.auth_token is None:
            return {}
        return {"X-Twilio-Signature": signature(self.auth_token, url, form)}

    async def follow(self, path: str, more: Mapping[str, str]) -> Stream | None:
        """Carry out the TwiML at `path` until it opens a stream, or ends."""
        for _ in range(_DOCUMENTS_MAX):
            following = self._carry_out(verbs(await self.post(path, more)))
            match following:
                case Stream() | None:
                    return following
                case Redirect(url):
                    path = _path(url, path)
                case Dial():
                    path = _path(following.action or "", path)
                    more = {"CallStatus": "in-progress", **self._dialled()}
        raise CallFailed(f"{path}: more than {_DOCUMENTS_MAX} documents without a stream")

    def _carry_out(self, todo: Sequence[Verb]) -> Stream | Redirect | Dial | None:
        for verb in todo:
            match verb:
                case Stream() | Redirect():
                    return verb
                case Speak():
                    self.spoken.append(verb.text)
                case Dial():
                    self._dial(verb)
                    if verb.action is not None:
                        return verb  # and Twilio never comes to what follows it
                case Disconnect():
                    self.rejected = verb.rejected
                    return None
        return None

    def _dial(self, dial: Dial) -> None:
        if dial.caller_id not in (None, self.form["From"], self.form["To"]):
            raise BadTwiml(f"13214: the callerId {dial.caller_id!r} is no number of this call")
        self.dialled.append(dial)

    def _dialled(self) -> dict[str, str]:
        """Return what Twilio says of the last person who was dialled."""
        answered = self.dial_status == "completed"
        said = {
            "DialCallSid": f"CA{len(self.dialled):032x}",
            "DialCallStatus": self.dial_status,
            "DialBridged": str(answered).lower(),
        }
        return said | {"DialCallDuration": "1"} if answered else said


async def place_call(
    base_url: str,
    script: Sequence[Step],
    *,
    called: str,
    caller: str = "+15005550006",
    call_sid: str | None = None,
    auth_token: str | None = None,
    public_url: str | None = None,
    on_event: Observer | None = None,
    dial_status: DialStatus = "completed",
    later: Sequence[Sequence[Step]] = (),
    wrap: Callable[[Transport], Transport] = lambda transport: transport,
) -> CallReport:
    """Ring `called` at the server on `base_url` and let the caller follow `script`.

    Whoever is dialled ends as `dial_status`, at once; `later` are the caller's scripts on the streams that
    the server opens after that. All streams are one call, with one CallSid. A stream that dies (`Die`) is the
    end of the call, but while there are later scripts it is only its socket that breaks.
    `wrap` puts a line with a fault between the carrier and its socket.

    `public_url` is where the server believes it is reached, which is what Twilio signs; the requests go to
    `base_url` all the same. Raises CallFailed if the server refuses the call or cannot be reached, and
    BadTwiml if its answer is nothing that Twilio could carry out. If cancelled, the caller's line dies.
    """
    sid = call_sid or "CA" + secrets.token_hex(16)
    began = trio.current_time()
    async with httpx2.AsyncClient(timeout=_WEBHOOK_TIMEOUT_S, trust_env=False) as client:
        twilio = _Twilio(
            client=client,
            base_url=base_url.rstrip("/"),
            public_url=(public_url or base_url).rstrip("/"),
            auth_token=auth_token,
            form=_parameters(sid, caller, called),
            dial_status=dial_status,
        )
        stream = await twilio.follow(VOICE_PATH, {"CallStatus": "ringing"})
        spoken_before = len(twilio.spoken)
        carriers: list[Carrier] = []
        scripts = [script, *later]
        while stream is not None and scripts:
            carriers.append(await _run_stream(twilio, stream, scripts.pop(0), on_event, wrap))
            stream = await _after(twilio, stream, carriers[-1], on_the_line=bool(scripts))
        if stream is not None:
            raise CallFailed(f"the server opens stream {len(carriers) + 1}; the caller has no script for it")
        seconds = round(trio.current_time() - began)
        await twilio.post(STATUS_PATH, {"CallStatus": "completed", "CallDuration": str(seconds)})
    return CallReport(
        call_sid=sid,
        carriers=tuple(carriers),
        spoken=tuple(twilio.spoken[:spoken_before]),
        spoken_after=tuple(twilio.spoken[spoken_before:]),
        dialled=tuple(twilio.dialled),
        rejected=twilio.rejected,
        # A call whose TwiML has run out is ended by Twilio, as the server told it.
        hung_up_by="caller" if carriers and carriers[-1].ended_by != "server" else "server",
        answers=tuple(twilio.answers),
    )


async def _run_stream(
    twilio: _Twilio,
    stream: Stream,
    script: Sequence[Step],
    on_event: Observer | None,
    wrap: Callable[[Transport], Transport],
) -> Carrier:
    # The URL is the public one; this carrier is inside and goes to the server itself.
    inside = urlsplit(twilio.base_url)
    url = urlsplit(stream.url)._replace(scheme="ws", netloc=inside.netloc).geturl()
    try:
        async with connect_websocket(url, twilio.signed(stream.url)) as transport:
            carrier = Carrier(
                transport=wrap(transport),
                script=script,
                call_sid=twilio.form["CallSid"],
                stream_sid="MZ" + secrets.token_hex(16),
                account_sid=ACCOUNT_SID,
                parameters=stream.parameters,
                on_event=on_event,
            )
            await carrier.run()
            return carrier
    except UpgradeRefused as refused:
        path = urlsplit(url).path
        if refused.status == 403:
            raise CallFailed(_refused_signature(path, refused.body, twilio.auth_token)) from refused
        raise CallFailed(f"{path}: {refused}") from refused
    except (OSError, TransportClosed) as error:
        raise CallFailed(f"no media stream at {url}: {error}") from error


async def _after(twilio: _Twilio, stream: Stream, carrier: Carrier, *, on_the_line: bool) -> Stream | None:
    """Ask the `<Connect>`'s action how to go on; a caller who has hung up hears nothing of the answer.

    A socket that was cut has ended the call too, unless its caller is still `on_the_line`.
    """
    if stream.action is None:
        return None
    path = _path(stream.action, VOICE_PATH)
    if carrier.ended_by == "server" or (carrier.ended_by == "cut" and on_the_line):
        return await twilio.follow(path, {"CallStatus": "in-progress"})
    await twilio.post(path, {"CallStatus": "completed"})
    return None


def _parameters(call_sid: str, caller: str, called: str) -> dict[str, str]:
    """Return the form fields that every request about a call carries."""
    return {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "Direction": "inbound",
        "From": caller,
        "Caller": caller,
        "FromCountry": "US",
        "To": called,
        "Called": called,
        "ToCountry": "US",
    }


def _path(url: str, base: str) -> str:
    """Return the path of a URL in TwiML, which may be relative to the document it stands in."""
    parts = urlsplit(urljoin(base, url))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _refused_signature(path: str, body: str, auth_token: str | None) -> str:
    advice = (
        "set TWILIO_AUTH_TOKEN to the server's token"
        if auth_token is None
        else "TWILIO_AUTH_TOKEN and FRONTDESK_PUBLIC_URL must be the server's own"
    )
    return f"the server refused the signature of {path}: {advice} ({body.strip()[:80]})"
