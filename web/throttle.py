"""How often somebody may fail to sign in. Plain code: the time comes in as an argument."""

from attrs import define, field

MOST_FAILURES = 10
WITHIN_S = 900.0
_MOST_ADDRESSES = 10_000


@define
class Throttle:
    """The failures of the last quarter of an hour, by address.

    Bounded: beyond the most addresses the one that failed longest ago is forgotten. Not by name: whoever
    knows an owner's address could keep them out.
    """

    _failed_at: dict[str, list[float]] = field(factory=dict, init=False)

    def refuses(self, address: str, now_s: float) -> bool:
        """Say whether this address has failed too often to be heard now."""
        return len(self._recent(address, now_s)) >= MOST_FAILURES

    def failed(self, address: str, now_s: float) -> None:
        """Note a failure."""
        recent = self._recent(address, now_s)
        self._failed_at.pop(address, None)
        self._failed_at[address] = [*recent, now_s]  # now the last in order
        while len(self._failed_at) > _MOST_ADDRESSES:
            del self._failed_at[next(iter(self._failed_at))]

    def _recent(self, address: str, now_s: float) -> list[float]:
        return [at_s for at_s in self._failed_at.get(address, ()) if at_s > now_s - WITHIN_S]
