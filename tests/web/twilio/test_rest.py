import json
import logging

import pytest

from simulator.twilio_api import ACCEPTED, ApiAnswer, ApiRequest, refusal, serve_twilio_api
from tests.office.support import CALLER, NUMBER, TOKEN
from web import configuration
from web.logs import mask
from web.twilio.rest import WITHIN_S, Refused, Sent, TryAgain, TwilioAccount, account_of

ACCOUNT_SID = "AC" + "a1" * 16
TEXT = "Salon: התור שלכם, 5% + 1 & more"


def account(url):
    return account_of(
        configuration.load(
            {
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "FRONTDESK_TWILIO_API_URL": url,
            }
        )
    )


async def send(account):
    async with account.client() as client:
        return await account.send_text(client, sender=NUMBER, recipient=CALLER, body=TEXT)


async def test_a_message_is_posted_as_twilio_wants_it(nursery):
    api = await nursery.start(serve_twilio_api)

    assert await send(account(api.url)) == Sent()
    assert api.requests == [
        ApiRequest(
            method="POST",
            path=f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
            user=ACCOUNT_SID,
            password=TOKEN,
            form={"From": NUMBER, "To": CALLER, "Body": TEXT},
        )
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ApiAnswer(status=200, body="no JSON"), Sent()),
        (refusal(429, 20429, "Too Many Requests"), TryAgain("status 429, code 20429, Too Many Requests")),
        (refusal(401, 20003, "Authenticate"), TryAgain("status 401, code 20003, Authenticate")),
        (ApiAnswer(status=503, body="<html>busy</html>"), TryAgain("status 503")),
        (ApiAnswer(status=500, body="[]"), TryAgain("status 500")),
        (ApiAnswer(status=302), TryAgain("status 302")),
        (ApiAnswer(status=404), Refused("status 404")),
        (ApiAnswer(status=400, body=json.dumps({"code": "x", "message": 7})), Refused("status 400")),
        (
            refusal(400, 21211, f"The 'To' number {CALLER} is not a valid phone number."),
            Refused("status 400, code 21211, The 'To' number …99 is not a valid phone number."),
        ),
        (
            refusal(400, 21610, "Unsubscribed: 1 (415) 555-0199, +972 54-123-4567."),
            Refused("status 400, code 21610, Unsubscribed: …99, …67."),
        ),
    ],
)
async def test_an_answer_says_whether_it_makes_sense_to_try_again(nursery, answer, expected):
    api = await nursery.start(serve_twilio_api, [answer])

    assert await send(account(api.url)) == expected


async def test_a_connection_that_breaks_may_be_tried_again(nursery):
    api = await nursery.start(serve_twilio_api, [ApiAnswer(hang_up=True)])

    assert await send(account(api.url)) == TryAgain("no answer: RemoteProtocolError")
    assert len(api.requests) == 1
    assert await send(account("http://127.0.0.1:1")) == TryAgain("no answer: ConnectError")


async def test_an_answer_that_does_not_come_is_not_waited_for(nursery, autojump_clock):
    # The clock jumps while the loopback is at work, so this may be the connection's timeout or the whole.
    api = await nursery.start(serve_twilio_api, [ApiAnswer(delay_s=10 * WITHIN_S)])

    assert await send(account(api.url)) == TryAgain("no answer within 15 s")


async def test_neither_the_token_nor_a_number_reaches_a_log_line(nursery, caplog):
    caplog.set_level(logging.DEBUG)
    api = await nursery.start(serve_twilio_api, [refusal(400, 21211, CALLER)])
    sender = account(api.url)

    await send(sender)
    assert TOKEN not in repr(sender)
    said = mask("\n".join(record.getMessage() for record in caplog.records), [TOKEN])
    assert [secret for secret in (TOKEN, CALLER, NUMBER, TEXT) if secret in said] == []


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_without_sid_or_token_there_is_no_account(missing):
    variables = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": TOKEN}

    assert account_of(configuration.load(variables)) == TwilioAccount(
        api_url="https://api.twilio.com",
        account_sid=ACCOUNT_SID,
        auth_token=configuration.Secret(TOKEN),
    )
    assert account_of(configuration.load({**variables, missing: ""})) is None


async def test_once_the_script_is_used_up_the_api_accepts(nursery):
    api = await nursery.start(serve_twilio_api, [refusal(500, 20500, "x"), ACCEPTED])

    assert [type(await send(account(api.url))) for _ in range(3)] == [TryAgain, Sent, Sent]
