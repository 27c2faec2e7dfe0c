import io
import logging
from contextlib import contextmanager

import pytest

from web import logs, signature
from web.tokens import Grant, StreamTokens

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
CONFIGURED = "hush-hush-not-hex"
CANARIES = {
    "number": "+14155550199",
    "short number": "+15550100",
    "encoded number": "%2B14155550199",
    "key": "sk-proj-abcDEF_123-456",
    "auth token": AUTH_TOKEN,
    "stream token": StreamTokens(lambda: 0.0).issue(
        Grant(call_sid="CA1", business_id=1, caller_number=None, called_number="")
    ),
    "bearer": "Bearer xoxb.odd.token",
    "configured": CONFIGURED,
}
SIDS = "CA0123456789abcdef0123456789abcdef MZ0123456789abcdef0123456789abcdef"


@contextmanager
def captured():
    """A logger that writes as the server's loggers do, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.MaskingFormatter([CONFIGURED]))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    yield logger, stream


def fail(canary):
    raise ValueError(f"<{canary}>") from KeyError(f"<{canary}>")


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_no_canary_gets_out_by_any_way_into_a_log_line(canary):
    with captured() as (log, stream):
        log.info(f"<{canary}>")
        log.info("argument %s and %r", f"<{canary}>", {"header": f"<{canary}>"})
        log.info("url https://desk.example.com/?From=%s&To=x", canary)
        try:
            fail(canary)
        except ValueError:
            log.exception("failed")

    written = stream.getvalue()
    assert written.count("\n") > 5
    # The last two digits of a number may stand; nothing longer may.
    assert canary not in written
    assert canary[:-2] not in written


def test_what_identifies_a_call_stays_readable():
    with captured() as (log, stream):
        log.info("call %s on port 8080 took 1234567 ms, %s", SIDS, "…99")

    assert f"call {SIDS} on port 8080 took 1234567 ms, …99" in stream.getvalue()


def test_a_peer_cannot_write_log_lines_of_its_own():
    with captured() as (log, stream):
        log.info("status is %s", "done\r\n2026 ERROR forged\u2028line\x1b[2J")

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_a_signature_stays_what_it_is():
    signed = signature.sign("12345", "https://example.com/")

    assert logs.mask(f"header {signed}") == f"header {signed}"
