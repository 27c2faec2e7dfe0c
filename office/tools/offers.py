"""What a call has offered its caller: only that can be booked, and only once they have answered the offer."""

import datetime as dt

from attrs import Factory, define, evolve, frozen

from engine.tools import ToolCall
from storage.availability import Request, Slot
from storage.errors import InvalidField
from storage.records import utc_text


@frozen(kw_only=True)
class Offered:
    """A time that the model was given, and what was asked for."""

    slot: Slot
    request: Request
    service_id: int | None
    call_ids: frozenset[str]  # the tool calls whose outputs named it

    def answered(self, call: ToolCall) -> bool:
        """Say whether this call answers the offer.

        It does if the caller had heard the bot speak of it, and said something since, before the call.
        """
        return not self.call_ids.isdisjoint(call.answered_calls)


@define
class Offers:
    """The times offered in one call, by their start; a later search changes what a start is for."""

    _by_start: dict[str, Offered] = Factory(dict)

    def remember(self, offered: Offered) -> str:
        """Note a time as offered, and return how the model is to name it."""
        start = slot_start(offered.slot.starts_at)
        known = self._by_start.get(start)
        if known is not None and (known.slot, known.service_id) == (offered.slot, offered.service_id):
            offered = evolve(known, call_ids=known.call_ids | offered.call_ids)
        self._by_start[start] = offered
        return start

    def get(self, text: str) -> Offered | None:
        """Return the offer that the model names, in whatever zone it writes the instant."""
        return self._by_start.get(canonical(text))


def slot_start(instant: dt.datetime) -> str:
    """Write a time as the model names it: the instant in UTC."""
    return utc_text("slot_start", instant)


def canonical(text: str) -> str:
    """Write the same instant as `slot_start` does; empty if the text is none."""
    # The model may write +00:00 for Z, or the same instant in another zone.
    try:
        return slot_start(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError, InvalidField):
        return ""
