import logging

import pytest
from attrs import evolve

from engine.settings import DEFAULTS
from office import prices
from tests.office.support import PUBLIC_URL, TOKEN
from web import configuration
from web.configuration import Configuration, ConfigurationError, Secret

KEY = "sk-test-0123456789"


def test_nothing_set_gives_the_defaults():
    assert configuration.load({}) == Configuration(
        account_sid=None,
        auth_token=None,
        twilio_api_url="https://api.twilio.com",
        public_url=None,
        realtime_url="wss://api.openai.com/v1/realtime",
        realtime_model="gpt-realtime-2.1",
        api_key=None,
        realtime_auth="bearer",
        max_calls="20",
        detector="neural",
    )


def test_empty_counts_as_not_set():
    names = ["TWILIO_AUTH_TOKEN", "FRONTDESK_PUBLIC_URL", "OPENAI_API_KEY", "FRONTDESK_MAX_CALLS"]

    assert configuration.load(dict.fromkeys(names, "")) == configuration.load({})


def test_everything_set_is_read():
    loaded = configuration.load(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "FRONTDESK_TWILIO_API_URL": "https://api.dublin.ie1.twilio.com/",
            "FRONTDESK_PUBLIC_URL": PUBLIC_URL + "/",
            "FRONTDESK_REALTIME_URL": "wss://me.openai.azure.com/openai/v1/realtime",
            "FRONTDESK_REALTIME_MODEL": "gpt-realtime-2.1-mini",
            "OPENAI_API_KEY": KEY,
            "FRONTDESK_REALTIME_AUTH": "api-key",
            "FRONTDESK_MAX_CALLS": "3",
            "FRONTDESK_DETECTOR": "level",
            "FRONTDESK_SET": "barge_in_min_ms=300 utterance_end_ms=600",
            "FRONTDESK_LOG": "Debug",
        }
    )

    assert loaded.account_sid == "AC" + "0" * 32
    assert loaded.auth_token == Secret(TOKEN)
    assert loaded.twilio_api_url == "https://api.dublin.ie1.twilio.com"
    assert loaded.public_url == PUBLIC_URL
    assert loaded.realtime_url == "wss://me.openai.azure.com/openai/v1/realtime"
    assert loaded.realtime_model == "gpt-realtime-2.1-mini"
    assert loaded.api_key == Secret(KEY)
    assert loaded.realtime_auth == "api-key"
    assert loaded.max_calls == 3
    assert loaded.detector == "level"
    assert loaded.settings == evolve(DEFAULTS, barge_in_min_ms=300, utterance_end_ms=600, detector="level")
    assert loaded.log_level == logging.DEBUG
    assert loaded.secrets == [TOKEN, KEY]


@pytest.mark.parametrize(
    ("typed", "public_url"),
    [
        ("https://Desk.Example.COM", "https://desk.example.com"),
        ("HTTPS://desk.example.com/", "https://desk.example.com"),
        ("Https://DESK.example.com:8443", "https://desk.example.com:8443"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_a_public_url_is_lowered_as_twilio_signs_it_and_keeps_its_port(typed, public_url):
    assert configuration.load({"FRONTDESK_PUBLIC_URL": typed}).public_url == public_url


PUBLIC = {"TWILIO_AUTH_TOKEN": TOKEN, "FRONTDESK_PUBLIC_URL": "https://desk.example.com"}


@pytest.mark.parametrize(
    ("environment", "logged"),
    [
        ({}, True),
        (PUBLIC, False),
        ({"TWILIO_AUTH_TOKEN": TOKEN}, False),
        ({"FRONTDESK_PUBLIC_URL": "https://desk.example.com"}, False),
        (PUBLIC | {"FRONTDESK_LOG_WORDS": "1"}, True),
        ({"FRONTDESK_LOG_WORDS": "0"}, False),
    ],
)
def test_words_are_logged_on_a_local_deployment_and_on_a_public_one_only_if_that_is_asked_for(
    environment, logged
):
    assert configuration.load(environment).logs_words is logged


def test_secrets_are_in_no_repr():
    loaded = configuration.load({"TWILIO_AUTH_TOKEN": TOKEN, "OPENAI_API_KEY": KEY})

    for text in (repr(loaded), str(loaded), f"{loaded.api_key} {loaded.auth_token!r}"):
        assert TOKEN not in text
        assert KEY not in text


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "Twilio console"),
        ("TWILIO_AUTH_TOKEN", "two words", "copy it once more"),
        ("FRONTDESK_TWILIO_API_URL", "http://api.twilio.com", "clear text"),
        ("FRONTDESK_TWILIO_API_URL", "api.twilio.com", "https://"),
        ("FRONTDESK_TWILIO_API_URL", "https://api.twilio.com?a=1", "no query"),
        ("OPENAI_API_KEY", "sk-x\nX-Header: y", "copy it once more"),
        ("FRONTDESK_PUBLIC_URL", "http://desk.example.com", "https://"),
        ("FRONTDESK_PUBLIC_URL", "desk.example.com", "https://"),
        ("FRONTDESK_PUBLIC_URL", "https://", "name a host"),
        ("FRONTDESK_PUBLIC_URL", "https://me:pw@desk.example.com", "take them out"),
        ("FRONTDESK_PUBLIC_URL", "https://desk.example.com/?a=1", "no path, query or fragment"),
        ("FRONTDESK_PUBLIC_URL", "https://desk.example.com/desk", "no path, query or fragment"),
        ("FRONTDESK_PUBLIC_URL", "HTTPS://Desk.example.com/Desk", "no path, query or fragment"),
        ("FRONTDESK_PUBLIC_URL", "HTTP://desk.example.com", "https://"),
        ("FRONTDESK_PUBLIC_URL", "https://desk.example.com#", "no path, query or fragment"),
        ("FRONTDESK_PUBLIC_URL", "https://desk.example.com:99999", "https://HOST"),
        ("FRONTDESK_PUBLIC_URL", "https://[::1", "https://HOST"),
        ("FRONTDESK_REALTIME_URL", "https://api.openai.com/v1/realtime", "wss://"),
        ("FRONTDESK_REALTIME_URL", "ws://api.openai.com/v1/realtime", "clear text"),
        ("FRONTDESK_REALTIME_MODEL", "gpt realtime", "gpt-realtime-2.1"),
        ("FRONTDESK_REALTIME_AUTH", "basic", "bearer"),
        ("FRONTDESK_DETECTOR", "webrtc", "neural"),
        ("FRONTDESK_LOG_WORDS", "yes", "1 (yes) or 0 (no)"),
        ("FRONTDESK_MAX_CALLS", "0", "from 1 to 500"),
        ("FRONTDESK_MAX_CALLS", "many", "from 1 to 500"),
        ("FRONTDESK_MAX_CALLS", "-1", "from 1 to 500"),
        ("FRONTDESK_MAX_CALLS", "²", "from 1 to 500"),
        ("FRONTDESK_SET", "barge_in_ms=300", "did you mean barge_in_min_ms?"),
        ("FRONTDESK_SET", "barge_in_min_ms", "NAME=VALUE"),
        ("FRONTDESK_SET", "speech_on=2", "otherwise nobody would ever be heard"),
        ("FRONTDESK_TOOLS", "shop/tools.py", "MODULE or MODULE:NAME"),
        ("FRONTDESK_TOOLS", "shop:", "MODULE or MODULE:NAME"),
        ("FRONTDESK_LOG", "loud", "debug, info, warning, error"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_its_fix(name, value, fix):
    with pytest.raises(ConfigurationError) as refused:
        configuration.load({name: value})

    assert str(refused.value).startswith(name)
    assert fix in str(refused.value)


def test_a_refused_secret_is_not_repeated():
    with pytest.raises(ConfigurationError) as refused:
        configuration.load({"OPENAI_API_KEY": KEY + " "})

    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "OPENAI_API_KEY is not set"),
        ({"OPENAI_API_KEY": KEY}, None),
        ({"FRONTDESK_REALTIME_URL": "ws://127.0.0.1:9000/v1/realtime"}, None),
    ],
)
def test_a_model_elsewhere_needs_a_key_and_one_on_this_machine_does_not(environment, problem):
    assert configuration.load(environment).model_problem == problem


def test_the_prices_are_those_that_came_with_it_or_a_list_of_ones_own(tmp_path):
    own = tmp_path / "prices.toml"
    own.write_text("as_of = 2027-01-01\n[transcription]\nmine = 0.5\n")

    assert configuration.load({}).prices == prices.published()
    assert configuration.load({"FRONTDESK_PRICES": str(own)}).prices == prices.parse(own.read_text())


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (None, "FRONTDESK_PRICES cannot be read"),
        (b"\xff", "FRONTDESK_PRICES cannot be read"),
        (
            b"as_of = 2027-01-01\n[transcription]\nmine = -1\n",
            "FRONTDESK_PRICES cannot be used: transcription.mine",
        ),
    ],
)
def test_prices_that_cannot_be_used_are_said_at_the_start(tmp_path, written, problem):
    own = tmp_path / "prices.toml"
    if written is not None:
        own.write_bytes(written)

    with pytest.raises(ConfigurationError, match=problem):
        configuration.load({"FRONTDESK_PRICES": str(own)})
