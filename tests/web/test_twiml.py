from xml.etree import ElementTree as ET

import pytest

from engine.outcome import Outcome
from web import twiml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_connect_streams_to_the_url_with_the_token():
    assert twiml.connect("wss://desk.example.com/twilio/media", "abc", action="/twilio/after") == (
        f'{HEAD}<Response><Connect action="/twilio/after"><Stream url="wss://desk.example.com/twilio/media">'
        '<Parameter name="token" value="abc"/></Stream></Connect></Response>'
    )


def test_nothing_that_is_put_in_can_become_markup():
    hostile = "\"'><Dial>+1900</Dial>&"
    connect = ET.fromstring(twiml.connect(hostile, hostile, action=hostile))
    say = ET.fromstring(twiml.say_and_hang_up(hostile))

    assert [element.tag for element in connect.iter()] == ["Response", "Connect", "Stream", "Parameter"]
    assert connect.find(".//Parameter").get("value") == hostile
    assert [(element.tag, element.text) for element in say] == [("Say", hostile), ("Hangup", None)]


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_caller_left_in_mid_air_hears_words_and_anybody_else_is_hung_up(outcome):
    apology = f"{HEAD}<Response><Say>{twiml.APOLOGY}</Say><Hangup/></Response>"
    silent = f"{HEAD}<Response><Hangup/></Response>"
    faults = {None, Outcome.MODEL_FAILED, Outcome.SERVER_STOPPED, Outcome.INTERNAL_ERROR}

    assert twiml.after(outcome) == (apology if outcome in faults else silent)
