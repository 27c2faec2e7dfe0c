"""Text messages through Twilio's REST API, one request each."""

from urllib.parse import quote

import httpx2
import trio
from attrs import frozen

from office import numbers
from web.configuration import Configuration, Secret

WITHIN_S = 15.0
_CONNECT_WITHIN_S = 5.0
_REASON_MAX = 200

# Beside every 5xx. 401 is about this deployment and not about the message: a token that was rotated is soon
# put right, and what waited for it should still go out.
_PASSING = frozenset({401, 408, 429})


@frozen
class Sent:
    """Twilio has taken the message, and sees to the rest."""


@frozen
class TryAgain:
    """Not sent, or nobody knows; the same request may succeed later. No telephone number in the reason."""

    reason: str


@frozen
class Refused:
    """Never sent: the same request would be refused again. No telephone number in the reason."""

    reason: str


Verdict = Sent | TryAgain | Refused


@frozen(kw_only=True)
class TwilioAccount:
    """Whose messages they are, and where they are handed in."""

    api_url: str
    account_sid: str
    auth_token: Secret

    def client(self) -> httpx2.AsyncClient:
        """Return a client for this account alone.

        The caller closes it: `async with account.client() as client`.
        """
        return httpx2.AsyncClient(
            auth=(self.account_sid, self.auth_token.reveal()),
            timeout=httpx2.Timeout(WITHIN_S, connect=_CONNECT_WITHIN_S),
            trust_env=False,  # the auth token goes where it was configured to go, and nowhere else
        )

    async def send_text(
        self, client: httpx2.AsyncClient, *, sender: str, recipient: str, body: str
    ) -> Verdict:
        """Ask Twilio to send one text message, and return what it says, within WITHIN_S.

        "Messages" of Twilio's REST API: a form with From, To and Body. It takes no idempotency key, so a
        request whose answer was lost may have been carried out. Cancelling leaves that open as well.
        """
        url = f"{self.api_url}/2010-04-01/Accounts/{quote(self.account_sid)}/Messages.json"
        form = {"From": sender, "To": recipient, "Body": body}
        try:
            # httpx2's own timeouts count from byte to byte; a peer that drips would keep us for ever.
            with trio.fail_after(WITHIN_S):
                response = await client.post(url, data=form)
        except (httpx2.TimeoutException, trio.TooSlowError):
            return TryAgain(f"no answer within {WITHIN_S:.0f} s")
        except httpx2.RequestError as error:
            return TryAgain(f"no answer: {type(error).__name__}")
        return verdict(response)


def verdict(response: httpx2.Response) -> Verdict:
    """Say what this answer means for the message."""
    status = response.status_code
    if response.is_success:
        return Sent()
    if status in _PASSING or not 400 <= status < 500:
        return TryAgain(_reason(response))
    return Refused(_reason(response))


def account_of(configuration: Configuration) -> TwilioAccount | None:
    """Return the account that this deployment sends from; None if it was given none."""
    if configuration.account_sid is None or configuration.auth_token is None:
        return None
    return TwilioAccount(
        api_url=configuration.twilio_api_url,
        account_sid=configuration.account_sid,
        auth_token=configuration.auth_token,
    )


def _reason(response: httpx2.Response) -> str:
    """Return the status and Twilio's own code and message, which may quote the number that it refuses."""
    said = _json(response)
    words = [f"status {response.status_code}"]
    if isinstance(code := said.get("code"), int):
        words.append(f"code {code}")
    if isinstance(message := said.get("message"), str) and message:
        words.append(numbers.without_numbers(message)[:_REASON_MAX])
    return ", ".join(words)


def _json(response: httpx2.Response) -> dict[str, object]:
    try:
        said = response.json()
    except ValueError:
        return {}  # a proxy's page, or nothing
    return said if isinstance(said, dict) else {}
