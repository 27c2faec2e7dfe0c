import pytest

from tests.office.support import PUBLIC_URL, TOKEN, local, public
from web import configuration, signature
from web.configuration import ConfigurationError
from web.origin import Origin, check_exposure, local_refusal


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "127.1.2.3", "[::1]:8080"])
def test_a_request_for_this_machine_is_let_in(host):
    assert local_refusal([(b"host", host.encode()), (b"user-agent", b"x")]) is None


@pytest.mark.parametrize(
    "host",
    ["desk.example.com", "127.0.0.1.evil.com", "0.0.0.0", "192.168.0.2", "", "[::1", "localhost.", "a b"],
)
def test_a_request_for_any_other_host_is_refused(host):
    assert local_refusal([(b"host", host.encode())]).startswith("its Host is not this machine")


@pytest.mark.parametrize("headers", [[], [(b"host", b"localhost"), (b"Host", b"desk.example.com")]])
def test_a_request_with_no_host_or_with_two_is_refused(headers):
    assert local_refusal(headers).startswith("its Host is not this machine")


@pytest.mark.parametrize(
    "name",
    [
        *(
            b"forwarded",
            b"Forwarded",
            b"x-forwarded",
            b"x-forwarded-for",
            b"X-Forwarded-Proto",
            b"x-forwarded-host",
        ),
        *(b"Via", b"X-Real-IP", b"CF-Connecting-IP", b"CF-Ray", b"True-Client-IP", b"CDN-Loop"),
    ],
)
def test_a_request_through_a_tunnel_is_refused(name):
    assert local_refusal([(b"host", b"localhost"), (name, b"")]).startswith("it came through a proxy")


def test_a_public_deployment_takes_requests_from_its_proxy():
    headers = [(b"host", b"desk.example.com"), (b"x-forwarded-for", b"1.2.3.4")]

    assert Origin(public()).refusal(headers) is None
    assert Origin(local()).refusal(headers) is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.2", "::", "desk.example.com"])
def test_without_a_public_url_only_a_loopback_address_is_served(host):
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
        check_exposure(local(), host)


def test_a_public_url_without_a_token_is_refused():
    unsigned = configuration.load({"FRONTDESK_PUBLIC_URL": PUBLIC_URL})

    with pytest.raises(ConfigurationError, match="TWILIO_AUTH_TOKEN"):
        check_exposure(unsigned, "127.0.0.1")


def test_safe_exposures_pass():
    check_exposure(local(), "localhost")
    check_exposure(local(), "::1")
    check_exposure(public(), "0.0.0.0")


def test_the_signed_url_is_the_configured_one_whatever_host_was_asked_for():
    origin = Origin(public())
    ours = signature.sign(TOKEN, f"{PUBLIC_URL}/twilio/voice", [("A", "b")])
    theirs = signature.sign(TOKEN, "http://evil.example/twilio/voice", [("A", "b")])

    assert origin.signed_webhook(ours, "evil.example", "/twilio/voice", [("A", "b")])
    assert not origin.signed_webhook(theirs, "evil.example", "/twilio/voice", [("A", "b")])


def test_on_loopback_a_token_is_checked_over_the_requests_own_url():
    origin = Origin(configuration.load({"TWILIO_AUTH_TOKEN": TOKEN}))
    signed = signature.sign(TOKEN, "ws://127.0.0.1:8080/twilio/media")

    assert origin.signed_upgrade(signed, "127.0.0.1:8080", "/twilio/media")
    assert not origin.signed_upgrade(signed, "127.0.0.1:8081", "/twilio/media")


def test_the_stream_url_is_wss_outside_and_ws_on_this_machine():
    assert Origin(public()).stream_url("x", "/twilio/media") == "wss://desk.example.com/twilio/media"
    assert Origin(local()).stream_url("127.0.0.1:80", "/twilio/media") == "ws://127.0.0.1:80/twilio/media"
