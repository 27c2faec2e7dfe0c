"""What a call has offered its caller: only that can be booked, and only once they have answered the offer."""

import datetime as dt

from attrs import Factory, define, evolve, frozen

from engine.tools import ToolCall
from office import instants
from office.language.named_day import names_day
from storage.availability import Request, Slot

_MOST_REFUSALS = 2  # of one time, in a language that is not read


@frozen(kw_only=True)
class Offered:
    """A time that the model was given, and what was asked for."""

    slot: Slot
    request: Request
    service_id: int | None
    call_ids: frozenset[str]  # the tool calls whose outputs named it
    read_back: bool = False  # not both witnesses named its day: the caller is to hear it before they agree
    refusals: int = 0  # how often it was refused for want of an answer

    def answered(self, call: ToolCall, day: dt.date, today: dt.date, language: str) -> bool:
        """Say whether this call answers the offer of a time on that day.

        It does if the caller had heard the bot speak of it, and said something since, before the call. If the
        day is to be read back they must have heard its name. Once it was asked twice in vain, an answer to
        words of a language that is not read counts, too.
        """
        heard = [call.answered_calls[known] for known in self.call_ids if known in call.answered_calls]
        if not self.read_back:
            return bool(heard)
        named = [names_day(words, day, today, language) for words in heard]
        return True in named or (self.refusals >= _MOST_REFUSALS and None in named)

    def asked_by(self, call: ToolCall) -> "Offered":
        """Return the offer once that call was refused with the question for this very time."""
        return evolve(self, call_ids=frozenset({call.call_id}), refusals=self.refusals + 1)


@define
class Offers:
    """The times offered in one call, by their start; a later search changes what a start is for."""

    _by_start: dict[dt.datetime, Offered] = Factory(dict)

    def remember(self, offered: Offered) -> str:
        """Note a time as offered, and return how the model is to name it."""
        start = offered.slot.starts_at
        known = self._by_start.get(start)
        if known is not None and (known.slot, known.service_id) == (offered.slot, offered.service_id):
            offered = evolve(
                known,
                call_ids=known.call_ids | offered.call_ids,
                read_back=offered.read_back,
                refusals=max(known.refusals, offered.refusals),
            )
        self._by_start[start] = offered
        return slot_start(start)

    def get(self, text: str) -> Offered | None:
        """Return the offer that the model names, in whatever zone it writes the instant."""
        start = instants.read(text)
        return None if start is None else self._by_start.get(start)


def slot_start(instant: dt.datetime) -> str:
    """Write a time as the model names it: the instant in UTC."""
    return instants.write(instant)
