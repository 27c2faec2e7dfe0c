"""Rate limits as servers word them."""

import pytest

from engine.model import RateLimit
from engine.peers.limits import rate_limit

REACHED = (
    "Rate limit reached for gpt-realtime-2.1 in organization org-1 on tokens per min (TPM): Limit 40000, "
    "Used 38989, Requested 3125. Please try again in {}. Visit "
    "https://platform.openai.com/account/rate-limits to learn more."
)


@pytest.mark.parametrize(
    ("words", "wait_ms"),
    [
        ("1.2s", 1_200),
        ("350ms", 350),
        ("6m0s", 360_000),
        ("1m2.5s", 62_500),
        ("1h2m3s", 3_723_000),
        ("20 seconds", 20_000),
        ("1 second", 1_000),
        ("1 minute and 5 seconds", 65_000),
        ("2 hours, 3 mins", 7_380_000),
        ("90 milliseconds", 90),
        ("0s", 0),
    ],
)
def test_the_time_that_the_message_names_is_the_time_to_wait(words, wait_ms):
    assert rate_limit("rate_limit_exceeded", "tokens", REACHED.format(words)) == RateLimit(wait_ms=wait_ms)
    assert rate_limit("429", None, f"Please RETRY AFTER {words}.") == RateLimit(wait_ms=wait_ms)


@pytest.mark.parametrize("message", ["", "Try again later.", "Try again in a while.", "Retry after 3 tries."])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("rate_limit_exceeded", "server_error"),
        ("rate_limit_error", None),
        (None, "rate_limit_error"),
        ("RateLimitReached", None),
        ("too_many_requests", None),
        ("429", None),
    ],
)
def test_a_rate_limit_without_a_time_is_known_by_its_code_or_its_type(code, kind, message):
    assert rate_limit(code, kind, message) == RateLimit(wait_ms=None)


def test_an_error_that_names_a_time_is_a_rate_limit_whatever_its_code():
    assert rate_limit("overloaded", "server_error", "Busy. Please try again in 2s.") == RateLimit(
        wait_ms=2_000
    )


@pytest.mark.parametrize("code", ["server_error", "invalid_value", None, "", "separate_limits"])
def test_any_other_error_is_none(code):
    assert rate_limit(code, "server_error", "The server had an error. 3 s of audio were lost.") is None


def test_only_the_beginning_of_a_message_is_looked_through():
    assert rate_limit("x", None, "try again in " + "1s" * 2_000_000) == RateLimit(wait_ms=493_000)
    assert rate_limit("x", None, "x" * 1_000 + " try again in 1s") is None
