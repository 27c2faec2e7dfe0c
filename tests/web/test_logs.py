import io
import logging
from contextlib import contextmanager

import pytest

from engine.account import line_of
from engine.log_lines import LogLine
from office.grant import Grant
from web import logs, signature
from web.twilio.tokens import StreamTokens

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
CONFIGURED = "hush-hush-not-hex"
CANARIES = {
    "number": "+14155550199",
    "short number": "+15550100",
    "encoded number": "%2B14155550199",
    "key": "sk-proj-abcDEF_123-456",
    "auth token": AUTH_TOKEN,
    "stream token": StreamTokens(lambda: 0.0).issue(Grant(call_sid="CA1", business_id=1, caller_number=None)),
    "bearer": "Bearer xoxb.odd.token",
    "configured": CONFIGURED,
}
SIDS = "CA0123456789abcdef0123456789abcdef MZ0123456789abcdef0123456789abcdef"


@contextmanager
def captured(*, words=True):
    """A logger that writes as the server's loggers do, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.MaskingFormatter([CONFIGURED], words=words))
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


SAID = LogLine(line_of("user_said", {"text": "It is Rivka, about my psoriasis."}))
NOT_SAID = "a private word"


@pytest.mark.parametrize(
    ("line", "told", "wordless"),
    [
        (SAID, "user said: It is Rivka, about my psoriasis.", "user said: (6 words)"),
        (
            LogLine(
                line_of("bot_said", {"text": "Rivka!", "unheard": "Hello.", "heard_ms": 9, "audio_ms": 20})
            ),
            "AI said: Rivka! (heard 9 of 20 ms)",
            "AI said: (1 words) (heard 9 of 20 ms)",
        ),
        (LogLine(line_of("greeting", {"text": "Say hello."})), "greeting: Say hello.", "greeting: (2 words)"),
        (
            LogLine(line_of("model_error", {"code": "bad", "message": "Rivka is no date"})),
            "model error bad: Rivka is no date",
            "model error bad: (4 words)",
        ),
        (
            LogLine(line_of("tool_called", {"name": "rivka", "call_id": "c"}), {"find"}),
            "tool rivka called",
            "tool unknown called",
        ),
        (
            LogLine(line_of("tool_called", {"name": "find", "call_id": "c"}), {"find"}),
            "tool find called",
            "tool find called",
        ),
    ],
)
def test_the_words_of_a_call_stand_in_the_log_only_if_they_are_wanted(line, told, wordless):
    written = []
    for words in (True, False):
        with captured(words=words) as (log, stream):
            log.info("CA1 %.1f s: %s", 1.5, line)
        written.append(stream.getvalue().partition("CA1 1.5 s: ")[2].rstrip())
    assert written == [told, wordless]


def test_of_an_exception_the_place_and_the_type_stand_in_the_log_and_not_what_it_quotes():
    with captured(words=False) as (log, stream):
        try:
            try:
                fail(NOT_SAID)
            except ValueError as error:
                raise ExceptionGroup(NOT_SAID, [error, OSError(28, "No space left on device")]) from None
        except ExceptionGroup:
            log.exception("tool %s failed", "find")
    written = stream.getvalue()
    assert NOT_SAID not in written
    for part in ("tool find failed", "in fail", "KeyError: …", "ValueError: …", "ExceptionGroup: …"):
        assert part in written
    assert "OSError: [Errno 28] No space left on device" in written


def test_what_another_handler_has_written_of_an_exception_is_not_taken_over():
    with captured(words=True) as (log, first), captured(words=False) as (other, second):
        log.addHandler(other.handlers[0])
        try:
            fail(NOT_SAID)
        except ValueError:
            log.exception("failed")
    assert (NOT_SAID in first.getvalue(), NOT_SAID in second.getvalue()) == (True, False)
