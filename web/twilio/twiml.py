"""The TwiML that the webhooks answer with: what Twilio does next with the call."""

from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from engine.outcome import Outcome
from office.afterwards import LONGEST_TRANSFER_S, RING_S


@frozen(kw_only=True)
class Words:
    """What is said where no voice of ours can: by Twilio, in one language."""

    language: str | None = None  # as `<Say>` wants it; None: Twilio's default, which is American English
    voice: str | None = None  # one that Twilio lists for that language, or nothing would be said at all
    not_in_service: str
    busy: str
    apology: str
    nobody_answered: str


ENGLISH = Words(
    not_in_service="This number is not in service. Goodbye.",
    busy="All our lines are busy right now. Please call again in a few minutes. Goodbye.",
    apology="We are sorry, something went wrong on our side. Please call again. Goodbye.",
    nobody_answered="We are sorry, nobody could take your call. Please call again in a few minutes. Goodbye.",
)
HEBREW = Words(
    # Twilio's basic voices speak no Hebrew; Google's do, under "Text-to-Speech" in its documentation.
    language="he-IL",
    voice="Google.he-IL-Wavenet-A",
    not_in_service="המספר שחייגתם אינו פעיל. להתראות.",
    busy="כל הקווים שלנו תפוסים כרגע. אנא התקשרו שוב בעוד כמה דקות. להתראות.",
    apology="אנחנו מצטערים, אירעה תקלה אצלנו. אנא התקשרו שוב. להתראות.",
    nobody_answered="אנחנו מצטערים, אין כרגע מי שיענה לכם. אנא התקשרו שוב בעוד כמה דקות. להתראות.",
)
_BY_LANGUAGE = {"en": ENGLISH, "he": HEBREW}


def words(language: str) -> Words:
    """Return the words in a business's language; English where there are none."""
    return _BY_LANGUAGE.get(language, ENGLISH)


def connect(stream_url: str, token: str, *, action: str) -> str:
    """Stream the call to us; when our socket closes, Twilio asks `action` how to go on."""
    return _response(
        f"<Connect action={quoteattr(action)}><Stream url={quoteattr(stream_url)}>"
        f'<Parameter name="token" value={quoteattr(token)}/></Stream></Connect>'
    )


def dial(number: str, *, caller_id: str, action: str) -> str:
    """Put the caller through to this number; however that ends, Twilio asks `action` how to go on.

    `caller_id` is what the telephone that rings shows. Twilio takes the two numbers of the call (error
    13214 for others) and would show the caller's if it were left out: but one that is withheld or malformed
    makes carriers refuse the call, and so does, more and more, one that is not the sender's own.
    """
    return _response(
        f"<Dial action={quoteattr(action)} callerId={quoteattr(caller_id)}"
        f' timeout="{RING_S}" timeLimit="{LONGEST_TRANSFER_S}" answerOnBridge="true">'
        f"<Number>{escape(number)}</Number></Dial>"
    )


def say_and_hang_up(text: str, language: Words = ENGLISH) -> str:
    """Speak, then end the call."""
    attributes = "".join(
        f" {name}={quoteattr(value)}"
        for name, value in (("language", language.language), ("voice", language.voice))
        if value is not None
    )
    return _response(f"<Say{attributes}>{escape(text)}</Say><Hangup/>")


def reject() -> str:
    """Do not answer: the caller hears that the line is busy, and the call costs nothing."""
    return _response('<Reject reason="busy"/>')


def hang_up() -> str:
    """End the call without a word: everything has been said."""
    return _response("<Hangup/>")


def after(outcome: Outcome | None, language: Words) -> str:
    """Say how the call goes on once its stream has ended, unless the caller is to be put through.

    Without an outcome nobody knows how the stream ended, and then the caller was left in mid-air too.
    """
    if outcome is None or outcome.owes_words:
        return say_and_hang_up(language.apology, language)
    return hang_up()


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
