"""What a call has offered its caller: only that can be booked, and not by the answer that found it."""

import datetime as dt

from attrs import Factory, define, frozen

from storage.availability import Request, Slot
from storage.errors import InvalidField
from storage.records import utc_text


@frozen(kw_only=True)
class Offered:
    """A time that the model was given, and what was asked for."""

    slot: Slot
    request: Request
    service_id: int | None
    response_id: str


@define
class Offers:
    """The times offered in one call, by their start; a later search changes what a start is for."""

    _by_start: dict[str, Offered] = Factory(dict)

    def remember(self, offered: Offered) -> str:
        """Note a time as offered, and return how the model is to name it."""
        start = slot_start(offered.slot.starts_at)
        known = self._by_start.get(start)
        if known is None or (known.slot, known.service_id) != (offered.slot, offered.service_id):
            self._by_start[start] = offered
        return start

    def get(self, text: str) -> Offered | None:
        """The offer that the model names, in whatever zone it writes the instant."""
        return self._by_start.get(canonical(text))


def slot_start(instant: dt.datetime) -> str:
    """How the model names a time: the instant in UTC."""
    return utc_text("slot_start", instant)


def canonical(text: str) -> str:
    """The same instant as `slot_start` writes it; empty if the text is none."""
    # The model may write +00:00 for Z, or the same instant in another zone.
    try:
        return slot_start(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError, InvalidField):
        return ""
