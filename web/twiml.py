"""The TwiML that the webhooks answer with: what Twilio does next with the call."""

from xml.sax.saxutils import escape, quoteattr

from engine.outcome import Outcome

NO_BUSINESS = "This number is not in service. Goodbye."
BUSY = "All our lines are busy right now. Please call again in a few minutes. Goodbye."
APOLOGY = "We are sorry, something went wrong on our side. Please call again. Goodbye."


def connect(stream_url: str, token: str, *, action: str) -> str:
    """Stream the call to us; when our socket closes, Twilio asks `action` how to go on."""
    return _response(
        f"<Connect action={quoteattr(action)}><Stream url={quoteattr(stream_url)}>"
        f'<Parameter name="token" value={quoteattr(token)}/></Stream></Connect>'
    )


def say_and_hang_up(words: str) -> str:
    """Speak, then end the call."""
    return _response(f"<Say>{escape(words)}</Say><Hangup/>")


def hang_up() -> str:
    """End the call without a word: everything has been said."""
    return _response("<Hangup/>")


def after(outcome: Outcome | None) -> str:
    """How the call goes on once its stream has ended: the place where a transfer would `<Dial>`.

    None means that nobody knows how the stream ended, and then the caller was left in mid-air too.
    """
    if outcome is None or outcome.owes_words:
        return say_and_hang_up(APOLOGY)
    return hang_up()


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
