"""Twilio's REST API, as far as messages go: real HTTP on the loopback, with scripted answers."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

import h11
import trio
from attrs import define, field, frozen

_READ_BYTES = 65_536


@frozen(kw_only=True)
class ApiAnswer:
    """One answer of the API."""

    status: int = 201
    body: str = ""
    delay_s: float = 0.0  # before it is given
    hang_up: bool = False  # take the request, then close without an answer


ACCEPTED = ApiAnswer(body=json.dumps({"sid": "SM" + "7" * 32, "status": "queued"}))


def refusal(status: int, code: int, message: str) -> ApiAnswer:
    """Return an error in the form in which Twilio gives it."""
    return ApiAnswer(status=status, body=json.dumps({"code": code, "message": message, "status": status}))


@frozen(kw_only=True)
class ApiRequest:
    """One request as it came in."""

    method: str
    path: str
    user: str  # of the Basic authorization
    password: str = field(repr=False)
    form: Mapping[str, str]


@define
class TwilioApi:
    """A running server: where it listens, and what it was asked, in order."""

    url: str  # http://127.0.0.1:PORT
    requests: list[ApiRequest] = field(factory=list, init=False)
    _answers: Iterator[ApiAnswer]

    def _answer(self, request: ApiRequest) -> ApiAnswer:
        self.requests.append(request)
        return next(self._answers, ACCEPTED)


async def serve_twilio_api(
    answers: Iterable[ApiAnswer] = (),
    *,
    on_request: Callable[[ApiRequest], None] = lambda _: None,
    task_status: trio.TaskStatus[TwilioApi] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled: `api = await nursery.start(serve_twilio_api, [refusal(...)])`.

    Each request gets the next of `answers`, and ACCEPTED once they are used up. Each connection serves one.
    """
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    api = TwilioApi(f"http://127.0.0.1:{listener.socket.getsockname()[1]}", iter(answers))

    async def serve_one(stream: trio.SocketStream) -> None:
        async with stream:
            http = h11.Connection(h11.SERVER)
            try:
                request = await _read(stream, http)
                answer = api._answer(request)
                on_request(request)
                await trio.sleep(answer.delay_s)
                if not answer.hang_up:
                    await stream.send_all(_written(http, answer))
            except (h11.RemoteProtocolError, trio.BrokenResourceError):
                pass  # a client that spoke no HTTP, or left

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, serve_one, [listener])
        task_status.started(api)


async def _read(stream: trio.SocketStream, http: h11.Connection) -> ApiRequest:
    head: h11.Request | None = None
    body = b""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await stream.receive_some(_READ_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, body)
        else:
            raise h11.RemoteProtocolError(f"no request: {event!r}")


def _request(head: h11.Request, body: bytes) -> ApiRequest:
    headers = dict(head.headers)
    scheme, _, credentials = headers.get(b"authorization", b"").partition(b" ")
    pair = base64.b64decode(credentials).decode() if scheme == b"Basic" else ""
    user, _, password = pair.partition(":")
    return ApiRequest(
        method=head.method.decode(),
        path=head.target.decode(),
        user=user,
        password=password,
        form=dict(parse_qsl(body.decode(), keep_blank_values=True)),
    )


def _written(http: h11.Connection, answer: ApiAnswer) -> bytes:
    body = answer.body.encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    events = [
        h11.Response(status_code=answer.status, headers=headers),
        h11.Data(data=body),
        h11.EndOfMessage(),
    ]
    return b"".join(http.send(event) or b"" for event in events)
