from xml.etree import ElementTree as ET

import pytest
from attrs import asdict

from engine.outcome import Outcome
from web.twilio import twiml
from web.twilio.twiml import ENGLISH, HEBREW

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_connect_streams_to_the_url_with_the_token():
    assert twiml.connect("wss://desk.example.com/twilio/media", "abc", action="/twilio/after") == (
        f'{HEAD}<Response><Connect action="/twilio/after"><Stream url="wss://desk.example.com/twilio/media">'
        '<Parameter name="token" value="abc"/></Stream></Connect></Response>'
    )


def test_dial_rings_one_number_and_asks_how_to_go_on():
    assert twiml.dial("+14155550177", caller_id="+14155550100", action="/twilio/dialled") == (
        f'{HEAD}<Response><Dial action="/twilio/dialled" callerId="+14155550100" timeout="20"'
        ' timeLimit="3600" answerOnBridge="true"><Number>+14155550177</Number></Dial></Response>'
    )


def test_a_rejected_caller_hears_that_the_line_is_busy():
    assert twiml.reject() == f'{HEAD}<Response><Reject reason="busy"/></Response>'


def test_nothing_that_is_put_in_can_become_markup():
    hostile = "\"'><Dial>+1900</Dial>&"
    connect = ET.fromstring(twiml.connect(hostile, hostile, action=hostile))
    say = ET.fromstring(twiml.say_and_hang_up(hostile))
    dial = ET.fromstring(twiml.dial(hostile, caller_id=hostile, action=hostile))

    assert [element.tag for element in connect.iter()] == ["Response", "Connect", "Stream", "Parameter"]
    assert connect.find(".//Parameter").get("value") == hostile
    assert [(element.tag, element.text) for element in say] == [("Say", hostile), ("Hangup", None)]
    assert [(element.tag, element.text) for element in dial.iter("Number")] == [("Number", hostile)]


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_caller_left_in_mid_air_hears_words_and_anybody_else_is_hung_up(outcome):
    apology = f"{HEAD}<Response><Say>{ENGLISH.apology}</Say><Hangup/></Response>"
    silent = f"{HEAD}<Response><Hangup/></Response>"
    ours = {Outcome.MODEL_FAILED, Outcome.SERVER_STOPPED, Outcome.INTERNAL_ERROR}
    faults = {None, Outcome.CARRIER_LOST, *ours}

    assert twiml.after(outcome, ENGLISH) == (apology if outcome in faults else silent)


def test_hebrew_is_said_by_a_voice_that_speaks_it():
    assert twiml.after(None, HEBREW) == (
        f'{HEAD}<Response><Say language="he-IL" voice="Google.he-IL-Wavenet-A">{HEBREW.apology}</Say>'
        "<Hangup/></Response>"
    )


def test_a_language_without_words_of_its_own_is_answered_in_english():
    assert [twiml.words(language) for language in ("en", "he", "fr")] == [ENGLISH, HEBREW, ENGLISH]


def test_every_text_is_there_in_both_languages():
    texts = [
        {name: text for name, text in asdict(words).items() if name not in ("language", "voice")}
        for words in (ENGLISH, HEBREW)
    ]

    assert all(text.isascii() for text in texts[0].values())
    assert all("א" <= text[0] <= "ת" for text in texts[1].values())
