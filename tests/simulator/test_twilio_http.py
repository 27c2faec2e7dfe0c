"""Twilio's signature and its reading of TwiML."""

import pytest

from simulator.twilio_http import BadTwiml, Dial, Disconnect, Redirect, Speak, Stream, Wait, signature, verbs


def test_the_signature_is_the_one_in_twilios_documentation():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_a_url_alone_can_be_signed():
    assert signature("12345", "wss://example.com/media") == signature("12345", "wss://example.com/media", {})


def test_a_stream_is_read_with_its_parameters_and_action():
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="/twilio/after">'
        '<Stream url="wss://desk/media"><Parameter name="token" value="a&amp;b"/></Stream>'
        "</Connect></Response>"
    )
    assert verbs(document) == (
        Stream(url="wss://desk/media", parameters={"token": "a&b"}, action="/twilio/after"),
    )


def test_the_other_verbs_are_read_in_order():
    document = (
        '<Response><Say voice="alice">We are <emphasis>closed</emphasis>.</Say><Pause length="2"/>'
        '<Dial>+14155550100</Dial><Dial action="/dialled" callerId="+14155550101">'
        "<Number>+14155550102</Number></Dial><Redirect>/again</Redirect><Reject/><Hangup/></Response>"
    )
    assert verbs(document) == (
        Speak("We are closed."),
        Wait(2.0),
        Dial(number="+14155550100"),
        Dial(number="+14155550102", caller_id="+14155550101", action="/dialled"),
        Redirect("/again"),
        Disconnect(rejected=True),
        Disconnect(),
    )


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("", "not XML"),
        ("<Response>", "not XML"),
        ("<html/>", "root is <html>"),
        ("<!DOCTYPE x><Response/>", "has a DOCTYPE"),
        ("<Response><Sing/></Response>", "<Sing> is not a verb"),
        ("<Response><Connect/></Response>", "exactly one <Stream>"),
        ('<Response><Connect><Stream url="https://x/"/></Connect></Response>', "must be wss://"),
        ('<Response><Connect><Stream url="wss://x/?token=1"/></Connect></Response>', "query string"),
        (
            '<Response><Connect><Stream url="wss://x/"><Parameter name="a"/></Stream></Connect></Response>',
            "holds <Parameter",
        ),
        (
            '<Response><Connect><Stream url="wss://x/">'
            f'<Parameter name="a" value="{"b" * 499}"/></Stream></Connect></Response>',
            "500 characters",
        ),
        (f"<Response><Say>{'a' * 64_000}</Say></Response>", "11750"),
    ],
)
def test_what_twilio_could_not_carry_out_is_named(document, problem):
    with pytest.raises(BadTwiml, match=problem):
        verbs(document)
