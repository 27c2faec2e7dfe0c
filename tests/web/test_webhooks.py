import datetime as dt
import logging
import re
from functools import partial

import pytest

from engine.outcome import Outcome
from engine.switchboard import Switchboard
from storage import calls
from tests.web.support import CALL_SID, CALLER, FORM, NUMBER, PUBLIC_URL, local, public, signed_form
from web import configuration, signature, twiml
from web.app import build_pages
from web.health import Health
from web.origin import Origin
from web.tokens import Grant, StreamTokens
from web.webhooks import Webhooks

CALL = {"CallSid": CALL_SID, "From": CALLER, "To": NUMBER, "CallStatus": "ringing", "CallToken": "%7B%22a%22"}
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


class Desk:
    """The pages of a server, without the server."""

    def __init__(self, database, configured):
        self.switchboard = Switchboard(max_calls=1)
        self.tokens = StreamTokens(lambda: 0.0)
        self.database = database
        origin = Origin(configured)
        webhooks = Webhooks(
            origin=origin, tokens=self.tokens, switchboard=self.switchboard, database=self.database
        )
        health = Health(configuration=configured, switchboard=self.switchboard, database=self.database)
        self.client = build_pages(webhooks, health).test_client()

    async def post(self, path, form, **changes):
        response = await self.client.post(path, **{"form": form, **changes})
        return response.status_code, await response.get_data(as_text=True)


@pytest.fixture
def desk(database, business):
    return Desk(database, local())


@pytest.fixture
def public_desk(database, business):
    return Desk(database, public())


def said(words):
    return 200, twiml.say_and_hang_up(words)


async def test_a_call_is_streamed_to_us_with_a_token_bound_to_it(desk, business):
    status, answer = await desk.post("/twilio/voice", CALL)
    (token,) = re.findall(r'name="token" value="([^"]+)"', answer)

    assert status == 200
    assert answer == twiml.connect("ws://localhost/twilio/media", token, action="/twilio/after")
    assert desk.tokens.consume(token, CALL_SID) == Grant(
        call_sid=CALL_SID, business_id=business.id, caller_number=CALLER, called_number=NUMBER
    )


async def test_twiml_is_served_as_xml(desk):
    response = await desk.client.post("/twilio/voice", form=CALL)

    assert response.content_type == "text/xml; charset=utf-8"


async def test_a_repeated_webhook_is_answered_again_and_both_answers_work(desk):
    answers = [(await desk.post("/twilio/voice", CALL))[1] for _ in range(2)]
    tokens = [re.search(r'value="([^"]+)"', answer)[1] for answer in answers]

    assert [desk.tokens.consume(token, CALL_SID) is not None for token in tokens] == [True, True]


async def test_a_withheld_caller_is_let_in_without_a_number(desk):
    _, answer = await desk.post("/twilio/voice", {**CALL, "From": "+266696687"})

    grant = desk.tokens.consume(re.search(r'value="([^"]+)"', answer)[1], CALL_SID)
    assert grant.caller_number is None


async def test_a_number_of_no_business_is_told_so_and_logged_without_the_number(desk, caplog):
    caplog.set_level(logging.INFO)

    assert await desk.post("/twilio/voice", {**CALL, "To": "+14155550123"}) == said(twiml.NO_BUSINESS)
    assert [record.getMessage() for record in caplog.records] == [
        f"voice: call {CALL_SID} refused: no business has …23"
    ]


async def test_a_call_too_many_hears_that_the_lines_are_busy(desk):
    with desk.switchboard.admit("CAother"):
        assert await desk.post("/twilio/voice", CALL) == said(twiml.BUSY)
    assert (await desk.post("/twilio/voice", CALL))[1] != twiml.say_and_hang_up(twiml.BUSY)


async def test_a_draining_server_tells_new_calls_that_it_is_busy(desk):
    desk.switchboard.start_draining()

    assert await desk.post("/twilio/voice", CALL) == said(twiml.BUSY)


@pytest.mark.parametrize(
    ("path", "changes", "answer"),
    [
        ("/twilio/voice", {"CallSid": ""}, "CallSid is missing\n"),
        ("/twilio/voice", {"To": ""}, "To is missing\n"),
        ("/twilio/voice", {"CallSid": "CA1\r\nforged"}, "CallSid must be letters and digits\n"),
        ("/twilio/voice", {"CallSid": "C" * 65}, "CallSid must be letters and digits\n"),
        ("/twilio/after", {"CallSid": ""}, "CallSid is missing\n"),
        ("/twilio/status", {"CallStatus": ""}, "CallStatus is missing\n"),
    ],
)
async def test_a_form_that_lacks_something_is_refused_by_name(desk, path, changes, answer):
    assert await desk.post(path, {**CALL, **changes}) == (400, answer)


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/after", "/twilio/status"])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b"{}", {"Content-Type": "application/json"}, 400),
        (b"", FORM, 400),
        (b"CallSid=\xff\xfe", FORM, 400),
        (b"a=1&" * 300, FORM, 400),
        (b"CallSid=%00&To=%F0%28%8C%28&CallStatus=x", FORM, 400),
        (b"a" * 65_537, FORM, 413),
    ],
)
async def test_no_body_makes_the_server_fail(desk, path, body, headers, status):
    assert (await desk.post(path, None, data=body, headers=headers))[0] == status


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/after", "/twilio/status"])
async def test_webhooks_are_posts(desk, path):
    assert (await desk.client.get(path)).status_code == 405


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_after_the_stream_the_switchboard_knows_how_it_ended(desk, outcome):
    desk.switchboard.report(CALL_SID, outcome)

    assert await desk.post("/twilio/after", CALL) == (200, twiml.after(outcome))


async def stored(database, business, outcome):
    finish = partial(calls.finish, detail="", ended_at=NOON, duration_ms=1_000, events=[])
    await database.write(lambda conn: finish(conn, business.id, call_sid=CALL_SID, outcome=outcome))


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        ("completed", (200, twiml.hang_up())),
        ("model_failed", said(twiml.APOLOGY)),
        (calls.PROCESS_DIED, said(twiml.APOLOGY)),
    ],
)
async def test_after_a_restart_the_database_knows_how_the_stream_ended(
    desk, database, business, outcome, answer
):
    await stored(database, business, outcome)

    assert await desk.post("/twilio/after", CALL) == answer


async def test_the_switchboard_comes_before_the_database(desk, database, business):
    await stored(database, business, "completed")
    desk.switchboard.report(CALL_SID, Outcome.MODEL_FAILED)

    assert await desk.post("/twilio/after", CALL) == said(twiml.APOLOGY)


async def test_a_call_that_nobody_knows_still_hears_words(desk):
    assert await desk.post("/twilio/after", CALL) == said(twiml.APOLOGY)


async def test_a_database_that_cannot_be_read_costs_no_caller_the_apology(desk, database):
    await database.write(lambda conn: conn.execute("ALTER TABLE calls RENAME TO lost") and None)

    assert await desk.post("/twilio/after", CALL) == said(twiml.APOLOGY)


async def test_a_caller_hears_words_although_the_businesses_cannot_be_read(desk, database):
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)

    assert await desk.post("/twilio/voice", CALL) == said(twiml.APOLOGY)


async def test_a_status_is_logged_without_any_number(desk, caplog):
    caplog.set_level(logging.INFO)

    assert await desk.post("/twilio/status", {**CALL, "CallStatus": "completed"}) == (204, "")
    assert await desk.post("/twilio/status", {**CALL, "CallStatus": "+14155550199"}) == (204, "")
    assert [record.getMessage() for record in caplog.records] == [
        f"status: call {CALL_SID} is completed",
        f"status: call {CALL_SID} is (unreadable)",
    ]


async def test_a_signed_webhook_is_let_in_whatever_its_host_and_unknown_fields(public_desk):
    signed = signed_form("/twilio/voice", [*CALL.items(), ("Future", " v "), ("Future", "w"), ("Empty", "")])
    status, answer = await public_desk.post("/twilio/voice", None, **signed)

    assert status == 200
    assert 'url="wss://desk.example.com/twilio/media"' in answer


async def test_the_query_is_part_of_what_is_signed(public_desk):
    path = "/twilio/status?attempt=2"
    signed = signed_form(path, list(CALL.items()))

    assert await public_desk.post(path, None, **signed) == (204, "")
    assert (await public_desk.post("/twilio/status?attempt=3", None, **signed))[0] == 403


@pytest.mark.parametrize("path", ["/twilio/voice", "/twilio/after", "/twilio/status"])
async def test_an_unsigned_or_wrongly_signed_webhook_is_refused(public_desk, path):
    refused = (403, "bad signature\n")
    good = signature.sign("not the token", PUBLIC_URL + path, CALL.items())  # well-formed, by somebody else
    changed = signed_form(path, list({**CALL, "To": "+14155550123"}.items()))["headers"]

    assert await public_desk.post(path, CALL) == refused
    assert await public_desk.post(path, CALL, headers={"X-Twilio-Signature": good}) == refused
    assert await public_desk.post(path, CALL, headers=changed) == refused


async def test_health_says_that_the_process_answers(desk):
    response = await desk.client.get("/healthz")

    assert (response.status_code, await response.get_data()) == (200, b"ok\n")


async def ready(desk):
    response = await desk.client.get("/readyz")
    return response.status_code, await response.get_json()


async def test_ready_says_which_part_is_red(database, business):
    desk = Desk(database, local())
    desk.switchboard.start_draining()
    await database.write(lambda conn: conn.execute("ALTER TABLE businesses RENAME TO lost") and None)

    assert await ready(desk) == (
        503,
        {"database": "cannot be written", "model": "OPENAI_API_KEY is not set", "calls": "draining"},
    )


async def test_ready_is_green_when_a_call_could_be_answered(database, business):
    configured = configuration.load({"FRONTDESK_REALTIME_URL": "ws://127.0.0.1:1/v1/realtime"})

    assert await ready(Desk(database, configured)) == (
        200,
        {"database": "ok", "model": "ok", "calls": "ok"},
    )
