"""A whole call over HTTP and WebSocket, against a small server that speaks Twilio's side."""

import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import parse_qsl

import pytest
import trio
from attrs import define, field
from hypercorn.config import Config
from hypercorn.trio import serve

from simulator.caller import HangUp, Pause, Press, UntilClosed
from simulator.phone import ACCOUNT_SID, CallFailed, place_call
from simulator.twilio_http import BadTwiml, Dial, signature

TOKEN = "auth-token"
NUMBER = "+14155550100"
PUBLIC, PUBLIC_WS = "https://desk.example.com", "wss://desk.example.com"


@define
class Desk:
    """An ASGI server: TwiML for each path, or one document after the other; media sockets close at a key."""

    twiml: dict[str, str | Iterator[str]]
    token: str | None = None
    url: str = ""
    forms: list[tuple[str, dict[str, str]]] = field(factory=list)
    starts: list[dict] = field(factory=list)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            await self._webhook(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._media(scope, receive, send)
        else:
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})

    async def _webhook(self, scope, receive, send):
        body = (await receive())["body"]
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.forms.append((scope["path"], form))
        if self._signed(scope, PUBLIC + scope["path"], form):
            documents = self.twiml.get(scope["path"], "")
            status, answer = (200, documents if isinstance(documents, str) else next(documents))
        else:
            status, answer = (403, "bad signature")
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": answer.encode()})

    async def _media(self, scope, receive, send):
        await receive()
        if not self._signed(scope, PUBLIC_WS + scope["path"], None):
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            event = json.loads(message["text"])
            if event["event"] == "start":
                self.starts.append(event["start"])
            if event["event"] == "dtmf":
                await send({"type": "websocket.close", "code": 1000})
                return

    def _signed(self, scope, url, form):
        given = dict(scope["headers"]).get(b"x-twilio-signature", b"").decode()
        return self.token is None or given == signature(self.token, url, form)


def connect(url=f"{PUBLIC_WS}/media"):
    return (
        f'<Response><Connect action="after"><Stream url="{url}"><Parameter name="token" value="t"/></Stream>'
        "</Connect></Response>"
    )


@asynccontextmanager
async def running(token=None, **twiml):
    desk = Desk({f"/twilio/{name}": document for name, document in twiml.items()}, token)
    config = Config()
    config.bind, config.errorlog = ["127.0.0.1:0"], None
    stop = trio.Event()
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            (desk.url,) = await nursery.start(partial(serve, desk, config, shutdown_trigger=stop.wait))
            yield desk
            stop.set()


async def test_a_call_that_the_server_ends_goes_on_with_the_action():
    async with running(voice=connect(), after="<Response><Say>Goodbye.</Say><Hangup/></Response>") as desk:
        report = await place_call(desk.url, [Pause(40), Press("1"), UntilClosed()], called=NUMBER)
    assert (report.hung_up_by, report.spoken, report.spoken_after) == ("server", (), ("Goodbye.",))
    assert [(answer.path, answer.status) for answer in report.answers] == [
        ("/twilio/voice", 200),
        ("/twilio/after", 200),
        ("/twilio/status", 200),
    ]
    assert [(path, form["CallStatus"]) for path, form in desk.forms] == [
        ("/twilio/voice", "ringing"),
        ("/twilio/after", "in-progress"),
        ("/twilio/status", "completed"),
    ]
    assert desk.forms[-1][1]["CallDuration"] == "0"
    assert (report.carrier.close_code, report.carrier.violations) == (1000, [])
    (start,) = desk.starts
    assert start["callSid"] == report.call_sid
    assert (start["accountSid"], start["customParameters"]) == (ACCOUNT_SID, {"token": "t"})


async def test_a_caller_who_hangs_up_hears_nothing_more():
    async with running(voice=connect(), after="<Response><Say>Sorry.</Say></Response>") as desk:
        report = await place_call(desk.url, [Pause(40), HangUp()], called=NUMBER)
    assert (report.hung_up_by, report.spoken_after) == ("caller", ())
    assert desk.forms[1] == ("/twilio/after", desk.forms[0][1] | {"CallStatus": "completed"})


async def test_the_first_webhook_has_the_fields_of_a_real_one():
    async with running(voice="<Response><Reject/></Response>") as desk:
        report = await place_call(desk.url, [], called=NUMBER, caller="+14155550199", call_sid="CA1")
    assert desk.forms[0][1] == {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": "CA1",
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": "+14155550199",
        "Caller": "+14155550199",
        "FromCountry": "US",
        "To": NUMBER,
        "Called": NUMBER,
        "ToCountry": "US",
    }
    assert (report.rejected, report.carrier, report.hung_up_by) == (True, None, "server")


async def test_a_business_that_only_speaks_is_reported():
    async with running(voice="<Response><Say>We are busy.</Say><Hangup/></Response>") as desk:
        report = await place_call(desk.url, [], called=NUMBER)
    assert (report.spoken, report.carrier, report.rejected) == (("We are busy.",), None, False)


async def test_a_transfer_and_a_redirect_are_followed():
    after = "<Response><Redirect>/twilio/more</Redirect></Response>"
    more = "<Response><Say>One moment.</Say><Dial>+14155550111</Dial></Response>"
    async with running(voice=connect(), after=after, more=more) as desk:
        report = await place_call(desk.url, [Press("1"), UntilClosed()], called=NUMBER)
    assert (report.spoken_after, report.dialled) == (("One moment.",), (Dial(number="+14155550111"),))


DIALS = (
    '<Response><Dial action="/twilio/dialled" callerId="{}">+14155550111</Dial><Say>Never.</Say></Response>'
)


async def test_a_dial_that_nobody_answers_leads_to_another_stream_of_the_same_call():
    afters = iter((DIALS.format(NUMBER), "<Response><Say>Goodbye.</Say></Response>"))
    async with running(voice=connect(), after=afters, dialled=connect()) as desk:
        later = [[Press("2"), UntilClosed()]]
        report = await place_call(
            desk.url, [Press("1"), UntilClosed()], called=NUMBER, dial_status="no-answer", later=later
        )
    assert [path.rpartition("/")[2] for path, _ in desk.forms] == [
        *("voice", "after", "dialled", "after", "status")
    ]
    assert desk.forms[2][1] == desk.forms[0][1] | {
        "CallStatus": "in-progress",
        "DialCallSid": "CA" + "1".zfill(32),
        "DialCallStatus": "no-answer",
        "DialBridged": "false",
    }
    first, second = report.carriers
    assert (first.violations, second.violations) == ([], [])
    assert [start["callSid"] for start in desk.starts] == [report.call_sid] * 2
    assert len({start["streamSid"] for start in desk.starts}) == 2
    assert (report.spoken_after, report.hung_up_by) == (("Goodbye.",), "server")
    assert report.dialled == (Dial(number="+14155550111", caller_id=NUMBER, action="/twilio/dialled"),)


async def test_a_dial_that_is_answered_says_so_and_how_long_it_was():
    async with running(voice=DIALS.format(NUMBER), dialled="<Response><Hangup/></Response>") as desk:
        report = await place_call(desk.url, [], called=NUMBER)
    form = desk.forms[1][1]
    dialled = {
        name: value for name, value in form.items() if name.startswith("Dial") and name != "DialCallSid"
    }
    assert dialled == {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "1"}
    assert (report.carriers, report.hung_up_by) == ((), "server")


async def test_a_dial_with_a_number_that_is_not_the_calls_own_fails_it():
    async with running(voice=DIALS.format("+14155550177")) as desk:
        with pytest.raises(BadTwiml, match="13214"):
            await place_call(desk.url, [], called=NUMBER)


async def test_a_stream_that_the_caller_has_no_script_for_fails_the_call():
    async with running(voice=connect(), after=DIALS.format(NUMBER), dialled=connect()) as desk:
        with pytest.raises(CallFailed, match="opens stream 2"):
            await place_call(desk.url, [Press("1"), UntilClosed()], called=NUMBER)


async def test_every_request_is_signed_over_the_public_url():
    async with running(TOKEN, voice=connect(), after="<Response/>") as desk:
        report = await place_call(
            desk.url, [Press("1"), UntilClosed()], called=NUMBER, auth_token=TOKEN, public_url=PUBLIC + "/"
        )
    assert [answer.status for answer in report.answers] == [200, 200, 200]
    assert report.carrier.ended_by == "server"


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({}, "set TWILIO_AUTH_TOKEN to the server's token"),
        ({"auth_token": "wrong", "public_url": PUBLIC}, "must be the server's own"),
        ({"auth_token": TOKEN}, "must be the server's own"),
    ],
)
async def test_a_refused_signature_says_what_to_do(fields, advice):
    async with running(TOKEN, voice=connect()) as desk:
        with pytest.raises(CallFailed, match=advice):
            await place_call(desk.url, [], called=NUMBER, **fields)


async def test_a_refused_stream_says_what_to_do():
    elsewhere = connect(url="wss://elsewhere.example.com/media")
    async with running(TOKEN, voice=elsewhere) as desk:
        with pytest.raises(CallFailed, match="refused the signature of /media"):
            await place_call(desk.url, [], called=NUMBER, auth_token=TOKEN, public_url=PUBLIC)


async def test_an_absent_server_is_named():
    with pytest.raises(CallFailed, match=r"no server at http://127\.0\.0\.1:1/twilio/voice"):
        await place_call("http://127.0.0.1:1", [], called=NUMBER)


async def test_an_answer_that_twilio_could_not_carry_out_fails_the_call():
    async with running(voice="hello") as desk:
        with pytest.raises(BadTwiml, match="not XML"):
            await place_call(desk.url, [], called=NUMBER)


async def test_redirects_in_a_circle_end():
    async with running(voice="<Response><Redirect>voice</Redirect></Response>") as desk:
        with pytest.raises(CallFailed, match="more than 6 documents"):
            await place_call(desk.url, [], called=NUMBER)
