"""One-time tokens that tie a media stream to the signed webhook that asked for it.

Twilio's signature has no timestamp and a stream's URL carries no query, so the webhook hands the
stream a token as a `<Parameter>`; it comes back in the `start` message.
"""

import secrets
from collections.abc import Callable

from office.grant import Grant

TOKEN_LIFE_S = 30.0
_TOKEN_BYTES = 32


class StreamTokens:
    """The tokens not yet used, in memory: a restart makes them void, and so does the clock.

    At most `most` are kept; beyond that the oldest goes, so a flood of webhooks costs bounded memory.
    """

    def __init__(self, now: Callable[[], float], *, most: int = 1_000) -> None:
        self._now = now
        self._most = most
        self._grants: dict[str, tuple[float, Grant]] = {}  # in order of expiry

    @property
    def pending(self) -> bool:
        """Whether some webhook's stream is still to come."""
        self._forget_expired()
        return bool(self._grants)

    def issue(self, grant: Grant) -> str:
        """Issue a fresh token for this grant, good for TOKEN_LIFE_S seconds and one use."""
        self._forget_expired()
        while len(self._grants) >= self._most:
            del self._grants[next(iter(self._grants))]
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._grants[token] = (self._now() + TOKEN_LIFE_S, grant)
        return token

    def consume(self, token: str, call_sid: str) -> Grant | None:
        """Return the grant behind this token; None if unknown, used, expired, or shown by another call.

        A token shown by the wrong call is spent as well: it has leaked.
        """
        self._forget_expired()
        _, grant = self._grants.pop(token, (0.0, None))
        return grant if grant is not None and grant.call_sid == call_sid else None

    def void(self, call_sid: str) -> None:
        """Forget what was issued for this call and not used: it has ended, and must not begin again."""
        self._grants = {token: kept for token, kept in self._grants.items() if kept[1].call_sid != call_sid}

    def _forget_expired(self) -> None:
        now = self._now()
        while self._grants:
            token, (expires, _) = next(iter(self._grants.items()))
            if expires > now:
                return
            del self._grants[token]
