"""Late is not lost: the carrier's times say whether audio was left out before a piece, or only came late.

A piece that follows the one before it, by its timestamp, is only late, however long the line stood still: no
silence belongs between them. A piece that is further on comes after audio that was lost, which was as long as
the times are apart. Silence in its place keeps words apart that were.

Carriers may send no times, or wrong ones. So no more is believed lost than there was time for: what was heard
can't be longer than the call has lasted.
"""

from attrs import define

_LEAST_MS = 60  # some carriers' times are a frame off now and then
_AHEAD_MS = 200  # by so much the first piece may have come later than the others


@define
class Lateness:
    """One per call. Times are milliseconds."""

    _next_at_ms: int | None = None  # where, by its timestamp, a piece begins before which nothing was lost
    _since_ms: float = 0.0  # by the call's clock: since then
    _heard_ms: float = 0.0  # so much was heard
    _put_in_ms: int = 0  # of silence, since the last piece, because nothing came

    def put_in(self, ms: int) -> None:
        """Note that so much silence was heard in place of what did not come."""
        self._put_in_ms += ms

    def lost_ms(self, timestamp_ms: int, ms: int, now_ms: float) -> int:
        """Return how much audio was lost before this piece of `ms` that comes now."""
        if self._next_at_ms is None:
            self._since_ms, self._next_at_ms = now_ms, timestamp_ms
        self._heard_ms += self._put_in_ms
        apart_ms = timestamp_ms - self._next_at_ms - self._put_in_ms
        most_ms = now_ms - self._since_ms - self._heard_ms + _AHEAD_MS
        lost_ms = apart_ms if _LEAST_MS <= apart_ms <= most_ms else 0
        self._next_at_ms, self._put_in_ms = timestamp_ms + ms, 0
        self._heard_ms += lost_ms + ms
        self._since_ms = min(self._since_ms, now_ms - self._heard_ms)
        return lost_ms
