import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import signature

# Twilio's "Webhooks Security" page: token 12345 and this post.
URL = "https://example.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]
SIGNATURE = "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_twilios_published_example_has_twilios_published_signature():
    assert signature.sign("12345", URL, FORM) == SIGNATURE


def test_the_order_of_the_fields_does_not_matter():
    assert signature.matches("12345", SIGNATURE, [URL], FORM[::-1])


@pytest.mark.parametrize(
    ("token", "given_signature", "url", "form"),
    [
        ("12346", SIGNATURE, URL, FORM),
        ("12345", SIGNATURE, URL.replace("https", "http"), FORM),
        ("12345", SIGNATURE, URL + "&", FORM),
        ("12345", SIGNATURE, URL, FORM[:-1]),
        ("12345", SIGNATURE, URL, [*FORM, ("Unknown", "")]),
        ("12345", SIGNATURE, URL, [*FORM[:-1], ("To", "+18005551212 ")]),
        ("12345", "", URL, FORM),
        ("12345", SIGNATURE.lower(), URL, FORM),
        ("12345", SIGNATURE + "=", URL, FORM),
        ("12345", "\udcff\u00e9", URL, FORM),  # what a header can hold once it is text
    ],
)
def test_anything_else_is_refused(token, given_signature, url, form):
    assert not signature.matches(token, given_signature, [url], form)


def test_a_value_that_comes_twice_counts_once_and_values_of_one_name_are_sorted():
    once = signature.sign("12345", URL, [("Media", "a"), ("Media", "b")])

    assert signature.sign("12345", URL, [("Media", "b"), ("Media", "a"), ("Media", "b")]) == once
    assert signature.sign("12345", URL, [("Media", "aMediab")]) == once  # the name before each


@given(st.lists(st.tuples(st.text(), st.text())), st.text())
def test_any_form_that_was_signed_matches_and_another_token_never_does(form, token):
    signed = signature.sign(token, URL, form)

    assert signature.matches(token, signed, [URL], form)
    assert not signature.matches(token + "x", signed, [URL], form)


def test_an_upgrade_may_be_signed_as_wss_or_https_with_and_without_a_slash():
    assert signature.stream_urls("https://desk.example.com/twilio/media") == [
        "wss://desk.example.com/twilio/media",
        "wss://desk.example.com/twilio/media/",
        "https://desk.example.com/twilio/media",
        "https://desk.example.com/twilio/media/",
    ]


def test_an_upgrade_without_tls_is_signed_as_ws_or_http():
    assert signature.stream_urls("http://127.0.0.1:8080/twilio/media") == [
        "ws://127.0.0.1:8080/twilio/media",
        "ws://127.0.0.1:8080/twilio/media/",
        "http://127.0.0.1:8080/twilio/media",
        "http://127.0.0.1:8080/twilio/media/",
    ]


def test_https_may_be_signed_without_its_port_and_http_only_with_it():
    assert signature.webhook_urls("https://desk.example.com:8443/a?b=1") == [
        "https://desk.example.com:8443/a?b=1",
        "https://desk.example.com/a?b=1",
    ]
    assert signature.webhook_urls("http://127.0.0.1:8080/a") == ["http://127.0.0.1:8080/a"]
